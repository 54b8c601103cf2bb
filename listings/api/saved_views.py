"""Saved searches: one's own and those that colleagues share."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from listings import selectors
from listings.models import SavedSearch
from listings.services.searches import saved_search_delete, saved_search_save
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import StrictSerializer
from realtrack.core.api.views import ApiView
from realtrack.core.rights import Right


class SavedSearchOut(drf.Serializer[Any]):
    """A search by name; `query` is what stands behind the catalog's address."""

    id = drf.UUIDField()
    name = drf.CharField()
    query = drf.CharField(allow_blank=True)
    is_shared = drf.BooleanField()
    is_own = drf.BooleanField()


class SaveSearch(StrictSerializer):
    """`POST /api/listings/searches`; the same name again replaces one's own."""

    name = drf.CharField(max_length=80)
    query = drf.CharField(max_length=2000, allow_blank=True)
    is_shared = drf.BooleanField(default=False)


class SavedSearchListView(ApiView):
    """Searches by name."""

    rights = {"GET": Right.LISTINGS_VIEW, "POST": Right.LISTINGS_VIEW}

    @api_schema(
        response=inline_serializer("SavedSearchList", {"searches": SavedSearchOut(many=True)}),
        summary="Saved searches",
    )
    def get(self, request: Request) -> Response:
        del request
        rows = selectors.saved_searches(user=self.user)
        return Response({"searches": [self._answer(one) for one in rows]})

    @api_schema(
        request=SaveSearch,
        response=inline_serializer("SavedSearchAnswer", {"search": SavedSearchOut()}),
        status=201,
        summary="Save a search",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(SaveSearch)
        row = saved_search_save(
            owner=self.user,
            name=body["name"],
            query=body["query"].removeprefix("?"),
            is_shared=body["is_shared"],
            actor=self.actor,
        )
        return Response({"search": self._answer(row)}, status=201)

    def _answer(self, row: SavedSearch) -> dict[str, Any]:
        return {
            "id": row.pk,
            "name": row.name,
            "query": row.query,
            "is_shared": row.is_shared,
            "is_own": row.owner_id == self.user.pk,
        }


class SavedSearchView(ApiView):
    """One saved search of one's own."""

    rights = {"DELETE": Right.LISTINGS_VIEW}

    @api_schema(
        response=inline_serializer("SearchForgotten", {"success": drf.BooleanField()}),
        summary="Forget a saved search",
    )
    def delete(self, request: Request, search_id: uuid.UUID) -> Response:
        del request
        saved_search_delete(search_id=search_id, owner=self.user, actor=self.actor)
        return Response({"success": True})
