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
from listings.selectors.saved import saved_counts
from listings.selectors.search import COUNT_CAP
from listings.services.searches import (
    saved_search_change,
    saved_search_delete,
    saved_search_save,
)
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import StrictSerializer
from realtrack.core.api.views import ApiView
from realtrack.core.rights import Right
from settings_app.models import User


class SavedSearchOut(drf.Serializer[Any]):
    """A search by name; `query` is what stands behind the catalog's address."""

    id = drf.UUIDField()
    name = drf.CharField()
    query = drf.CharField(allow_blank=True)
    is_shared = drf.BooleanField()
    is_own = drf.BooleanField()
    # Hits now (at most a minute old); null where they were not counted.
    total = drf.IntegerField(allow_null=True)
    total_is_capped = drf.BooleanField()


class SaveSearch(StrictSerializer):
    """`POST /api/listings/searches`; the same name again replaces one's own."""

    name = drf.CharField(max_length=80)
    query = drf.CharField(max_length=2000, allow_blank=True)
    is_shared = drf.BooleanField(default=False)


class ChangeSearch(StrictSerializer):
    """`PATCH /api/listings/searches/{id}`: another name, shared or not; what is absent stays."""

    name = drf.CharField(max_length=80, required=False)
    is_shared = drf.BooleanField(required=False)


_ANSWER = inline_serializer("SavedSearchAnswer", {"search": SavedSearchOut()})


def _answer(row: SavedSearch, user: User, count: int | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "query": row.query,
        "is_shared": row.is_shared,
        "is_own": row.owner_id == user.pk,
        "total": None if count is None else min(count, COUNT_CAP),
        "total_is_capped": count is not None and count > COUNT_CAP,
    }


class SavedSearchListView(ApiView):
    """Searches by name."""

    rights = {"GET": Right.LISTINGS_VIEW, "POST": Right.LISTINGS_VIEW}

    @api_schema(
        response=inline_serializer("SavedSearchList", {"searches": SavedSearchOut(many=True)}),
        summary="Saved searches",
    )
    def get(self, request: Request) -> Response:
        del request
        rows = list(selectors.saved_searches(user=self.user))
        counts = saved_counts(rows, user=self.user)
        answers = [_answer(one, self.user, counts.get(one.pk)) for one in rows]
        return Response({"searches": answers})

    @api_schema(
        request=SaveSearch,
        response=_ANSWER,
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
        count = saved_counts([row], user=self.user)[row.pk]
        return Response({"search": _answer(row, self.user, count)}, status=201)


class SavedSearchView(ApiView):
    """One saved search of one's own."""

    rights = {"DELETE": Right.LISTINGS_VIEW, "PATCH": Right.LISTINGS_VIEW}

    @api_schema(request=ChangeSearch, response=_ANSWER, summary="Rename or share a saved search")
    def patch(self, request: Request, search_id: uuid.UUID) -> Response:
        del request
        body = self.body(ChangeSearch)
        row = saved_search_change(
            search_id=search_id,
            owner=self.user,
            name=body.get("name"),
            is_shared=body.get("is_shared"),
            actor=self.actor,
        )
        count = saved_counts([row], user=self.user)[row.pk]
        return Response({"search": _answer(row, self.user, count)})

    @api_schema(
        response=inline_serializer("SearchForgotten", {"success": drf.BooleanField()}),
        summary="Forget a saved search",
    )
    def delete(self, request: Request, search_id: uuid.UUID) -> Response:
        del request
        saved_search_delete(search_id=search_id, owner=self.user, actor=self.actor)
        return Response({"success": True})
