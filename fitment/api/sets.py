"""Sets of vehicles that parts share, and cars that a buyer's return put into doubt."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from fitment import selectors
from fitment.api.paging import paged
from fitment.models import FitmentSet
from fitment.services import doubting, sharing
from listings.models import Listing
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery, StrictSerializer
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.errors import NotFound
from realtrack.core.rights import Right

_PARTS_MAX = 500


class FitmentSetOut(drf.Serializer[Any]):
    """A set with how much is in it and how many parts have it."""

    id = drf.UUIDField()
    name = drf.CharField()
    vehicle_count = drf.IntegerField()
    use_count = drf.IntegerField()


class FitmentSetVehicleOut(drf.Serializer[Any]):
    """A vehicle of a set; an empty submodel or engine means every one."""

    id = drf.UUIDField()
    make = drf.CharField(source="make.name")
    model = drf.CharField(source="model.name")
    submodel = drf.CharField(source="submodel.name", default="")
    engine = drf.CharField(source="engine.code", default="")
    year_start = drf.IntegerField()
    year_end = drf.IntegerField()


class FitmentSetBody(StrictSerializer):
    """The name of a new set, and the part whose verified vehicles it takes."""

    name = drf.CharField(max_length=120)
    listing_id = drf.UUIDField()


class FitmentSetEditBody(StrictSerializer):
    """Vehicles to add in words, one a line, and rows to take off; each part that has it follows."""

    add = drf.CharField(required=False, allow_blank=True, default="", max_length=20_000)
    remove_ids = drf.ListField(child=drf.UUIDField(), required=False, default=list, max_length=500)


class FitmentSetUseBody(StrictSerializer):
    """The parts that get the set."""

    listing_ids = drf.ListField(child=drf.UUIDField(), min_length=1, max_length=_PARTS_MAX)


class FitmentDoubtBody(StrictSerializer):
    """The car that the part did not fit: "2009 Toyota Camry"."""

    vehicle = drf.CharField(max_length=200)
    reason = drf.CharField(required=False, allow_blank=True, default="", max_length=200)


def _set(set_id: uuid.UUID) -> FitmentSet:
    found = FitmentSet.objects.filter(pk=set_id).first()
    if found is None:
        raise NotFound("There is no such set.")
    return found


class SetListView(ApiView):
    """Sets of vehicles."""

    rights = {"GET": Right.FITMENT_VIEW, "POST": Right.FITMENT_EDIT}

    @api_schema(
        query=ListQuery,
        response=paged("FitmentSetList", "sets", FitmentSetOut(many=True)),
        summary="Sets of vehicles that parts share",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(ListQuery)
        found = FitmentSet.objects.order_by("name").annotate(
            vehicle_count=Count("vehicles", distinct=True), use_count=Count("uses", distinct=True)
        )
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = list(FitmentSetOut(rows, many=True).data)
        return page_of("sets", data, total=FitmentSet.objects.count(), query=query)

    @api_schema(
        request=FitmentSetBody,
        response=inline_serializer("FitmentSetMade", {"id": drf.UUIDField()}),
        status=201,
        summary="Make a set of a part's verified vehicles",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(FitmentSetBody)
        part = selectors.listing_get(body["listing_id"], user=self.user)
        made = sharing.set_create(name=body["name"], listing_id=part.pk, actor=self.actor)
        return Response({"id": made.pk}, status=201)


class SetView(ApiView):
    """One set."""

    rights = {"GET": Right.FITMENT_VIEW, "PATCH": Right.FITMENT_EDIT}

    @api_schema(
        response=inline_serializer(
            "FitmentSetWhole",
            {
                "id": drf.UUIDField(),
                "name": drf.CharField(),
                "vehicles": FitmentSetVehicleOut(many=True),
            },
        ),
        summary="A set's vehicles",
    )
    def get(self, request: Request, set_id: uuid.UUID) -> Response:
        del request
        found = _set(set_id)
        rows = found.vehicles.select_related("make", "model", "submodel", "engine")
        vehicles = FitmentSetVehicleOut(rows, many=True).data
        return Response({"id": found.pk, "name": found.name, "vehicles": vehicles})

    @api_schema(
        request=FitmentSetEditBody,
        response=inline_serializer(
            "FitmentSetEdited", {"added": drf.IntegerField(), "removed": drf.IntegerField()}
        ),
        summary="Change a set and every part that has it",
    )
    def patch(self, request: Request, set_id: uuid.UUID) -> Response:
        del request
        body = self.body(FitmentSetEditBody)
        added, removed = sharing.set_edit(
            set_id=set_id, add_text=body["add"], remove_ids=body["remove_ids"], actor=self.actor
        )
        return Response({"added": added, "removed": removed})


class SetUseView(ApiView):
    """Parts that have a set."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(
        request=FitmentSetUseBody,
        response=inline_serializer("FitmentSetApplied", {"added": drf.IntegerField()}),
        summary="Give a set to parts",
    )
    def post(self, request: Request, set_id: uuid.UUID) -> Response:
        del request
        ids = self.body(FitmentSetUseBody)["listing_ids"]
        seen = Listing.objects.visible_to(self.user).filter(pk__in=ids)
        if seen.count() != len(set(ids)):
            raise NotFound("One of these parts does not exist.")
        added = sharing.set_apply(set_id=set_id, listing_ids=list(set(ids)), actor=self.actor)
        return Response({"added": added})


class DoubtView(ApiView):
    """A part did not fit a buyer's car."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(
        request=FitmentDoubtBody,
        response=inline_serializer(
            "FitmentsDoubted", {"fitment_ids": drf.ListField(child=drf.UUIDField())}
        ),
        summary="Set the verified vehicles that hold this car back to review",
    )
    def post(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        body = self.body(FitmentDoubtBody)
        part = selectors.listing_get(listing_id, user=self.user)
        rows = doubting.fitments_doubt(
            listing_id=part.pk, vehicle=body["vehicle"], reason=body["reason"], actor=self.actor
        )
        return Response({"fitment_ids": [row.pk for row in rows]})
