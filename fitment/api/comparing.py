"""A part's vehicles compared with another list, and written in as few ranges as can be."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from fitment import comparing, selectors
from fitment.services.compacting import fitments_compact
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import StrictSerializer
from realtrack.core.api.views import ApiView
from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right


class FitmentCompareBody(StrictSerializer):
    """The other side: a part, or a list in words, one vehicle a line."""

    listing_id = drf.UUIDField(required=False)
    text = drf.CharField(required=False, allow_blank=True, default="", max_length=40_000)


class FitmentOddsOut(drf.Serializer[Any]):
    """A model in years that both name, each narrowed in another way."""

    make = drf.CharField()
    model = drf.CharField()
    start = drf.IntegerField()
    end = drf.IntegerField()
    here = drf.CharField()
    there = drf.CharField()


class FitmentComparisonOut(drf.Serializer[Any]):
    """`added` are only on the other side, `dropped` only here."""

    added = drf.ListField(child=drf.CharField())
    dropped = drf.ListField(child=drf.CharField())
    kept = drf.ListField(child=drf.CharField())
    odds = FitmentOddsOut(many=True)
    unread = drf.ListField(child=drf.CharField())


class CompareView(ApiView):
    """The difference of two lists of vehicles."""

    rights = {"POST": Right.FITMENT_VIEW}

    @api_schema(
        request=FitmentCompareBody,
        response=FitmentComparisonOut,
        summary="Compare a part's verified vehicles with another part's or a list",
    )
    def post(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        body = self.body(FitmentCompareBody)
        selectors.listing_get(listing_id, user=self.user)
        other_id = body.get("listing_id")
        if (other_id is None) == (not body["text"].strip()):
            raise InvalidInput(fields={"listing_id": "Name a part or send a text, one of both."})
        if other_id is not None:
            selectors.listing_get(other_id, user=self.user)
            found = comparing.parts_compare(listing_id=listing_id, other_id=other_id)
        else:
            found = comparing.text_compare(listing_id=listing_id, text=body["text"])
        return Response(FitmentComparisonOut(found).data)


class CompactView(ApiView):
    """The same vehicles in fewer rows."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(
        response=inline_serializer(
            "FitmentsCompacted", {"before": drf.IntegerField(), "after": drf.IntegerField()}
        ),
        summary="Join a part's ranges of years that touch",
    )
    def post(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        selectors.listing_get(listing_id, user=self.user)
        before, after = fitments_compact(listing_id=listing_id, actor=self.actor)
        return Response({"before": before, "after": after})
