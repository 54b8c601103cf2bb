"""Search, facets, suggestions and the trash."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from listings import selectors
from listings.api import serializers
from listings.api.base import listing_answer, search_request
from listings.api.render import ListingRenderer
from listings.selectors import Facet
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right


class SearchView(ApiView):
    """Search with facets."""

    rights = {"GET": Right.LISTINGS_VIEW}
    renderer_classes = [ListingRenderer]
    throttle_free = True

    @api_schema(
        query=serializers.SearchQuery,
        response=inline_serializer(
            "SearchAnswer",
            {
                "listings": serializers.ListingOut(many=True),
                "total": drf.IntegerField(),
                "total_is_capped": drf.BooleanField(),
                "is_fuzzy": drf.BooleanField(),
                "unknown_filters": drf.ListField(child=drf.DictField()),
                "next_cursor": drf.CharField(allow_null=True),
                "facets": serializers.FacetOut(many=True, required=False, allow_null=True),
                "facets_url": drf.CharField(required=False),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Search",
    )
    def get(self, request: Request) -> Response:
        query = self.query(serializers.SearchQuery)
        search = search_request(query)
        page = selectors.listing_search(search, user=self.user)
        rows = [listing_answer(one) for one in selectors.listings_in_order(page.ids)]
        answer = page_of("listings", rows, total=page.total, query=query)
        answer.data.update(
            total_is_capped=page.total_is_capped,
            is_fuzzy=page.is_fuzzy,
            unknown_filters=[
                {"token": one.token, "key": one.key, "suggestion": one.suggestion}
                for one in page.parsed.unknown
            ],
            next_cursor=page.next_cursor or None,
        )
        if query.get("facets") and selectors.facets_come_later(page):
            # So many hits take longer to count than a page of them to show: asked for on their own.
            answer.data["facets"] = None
            answer.data["facets_url"] = f"/api/listings/facets?{_without_paging(request)}"
        elif query.get("facets"):
            facets = selectors.listing_facets(
                search, user=self.user, fuzzy=page.is_fuzzy, page=page
            )
            answer.data["facets"] = facet_answers(facets)
        return answer


class FacetView(ApiView):
    """Facets alone, for the same parameters as the search."""

    rights = {"GET": Right.LISTINGS_VIEW}
    throttle_free = True

    @api_schema(
        query=serializers.SearchQuery,
        response=inline_serializer("FacetAnswer", {"facets": serializers.FacetOut(many=True)}),
        summary="Facets",
    )
    def get(self, request: Request) -> Response:
        del request
        search = search_request(self.query(serializers.SearchQuery))
        return Response({"facets": facet_answers(selectors.listing_facets(search, user=self.user))})


class SuggestView(ApiView):
    """Search as you type."""

    rights = {"GET": Right.LISTINGS_VIEW}
    throttle_free = True

    @api_schema(
        query=serializers.SuggestQuery,
        response=inline_serializer(
            "SuggestAnswer", {"suggestions": serializers.SuggestionOut(many=True)}
        ),
        summary="Suggestions",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.SuggestQuery)
        found = selectors.listing_suggest(query["q"], user=self.user)
        return Response({"suggestions": serializers.SuggestionOut(found, many=True).data})


class TrashView(ApiView):
    """What lies in the trash."""

    rights = {"GET": Right.LISTINGS_VIEW}

    @api_schema(
        query=serializers.TrashQuery,
        response=inline_serializer(
            "TrashPage",
            {
                "listings": serializers.ListingOut(many=True),
                "total": drf.IntegerField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Trash",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.TrashQuery)
        found = selectors.listing_trash(user=self.user)
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = [listing_answer(one) for one in rows]
        return page_of("listings", data, total=found.count(), query=query)


def _without_paging(request: Request) -> str:
    """The query of this request as the facets take it: they are of all pages."""
    query = request.query_params.copy()
    for name in ("cursor", "before", "offset", "limit", "facets", "sort"):
        query.pop(name, None)
    return str(query.urlencode())


def facet_answers(facets: list[Facet]) -> list[dict[str, Any]]:
    """Facets for the renderer."""
    return [
        {
            "key": facet.key,
            "label": facet.label,
            "is_partial": facet.is_partial,
            "values": [
                {
                    "value": one.value,
                    "label": one.label,
                    "count": one.count,
                    "selected": one.selected,
                }
                for one in facet.values
            ],
        }
        for facet in facets
    ]
