"""Merges of makes, models, engines and submodels."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from fitment.api.paging import paged
from fitment.enums import MergeKind
from fitment.models import FitmentMerge
from fitment.services import engines_merge, vehicles_merge
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery, StrictSerializer
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right

_SERVICES = {
    MergeKind.MAKE.value: vehicles_merge.makes_merge,
    MergeKind.MODEL.value: vehicles_merge.models_merge,
    MergeKind.ENGINE.value: engines_merge.engines_merge,
    MergeKind.SUBMODEL.value: engines_merge.submodels_merge,
}


class VehicleMergeBody(StrictSerializer):
    """Two rows of the vehicle data that are one."""

    kind = drf.ChoiceField(choices=MergeKind.choices)
    gone_id = drf.UUIDField()
    into_id = drf.UUIDField()


class VehicleMergeOut(drf.Serializer[Any]):
    """A merge; `undone_at` when it was taken back."""

    id = drf.UUIDField()
    kind = drf.ChoiceField(choices=MergeKind.choices)
    gone_label = drf.CharField()
    kept_label = drf.CharField()
    fitment_count = drf.IntegerField()
    created_at = drf.DateTimeField()
    undone_at = drf.DateTimeField(allow_null=True)


class MergeListView(ApiView):
    """What the staff merged."""

    rights = {"GET": Right.FITMENT_VIEW, "POST": Right.FITMENT_REFERENCE}

    @api_schema(
        query=ListQuery,
        response=paged("FitmentMergeList", "merges", VehicleMergeOut(many=True)),
        summary="Merges of the vehicle data, newest first",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(ListQuery)
        found = FitmentMerge.objects.order_by("-created_at")
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = list(VehicleMergeOut(rows, many=True).data)
        return page_of("merges", data, total=found.count(), query=query)

    @api_schema(
        request=VehicleMergeBody,
        response=VehicleMergeOut,
        status=201,
        summary="Merge two makes, models, engines or submodels",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(VehicleMergeBody)
        merge = _SERVICES[body["kind"]](
            gone_id=body["gone_id"], keep_id=body["into_id"], actor=self.actor
        )
        return Response(VehicleMergeOut(merge).data, status=201)


class MergeUndoView(ApiView):
    """Take a merge back."""

    rights = {"POST": Right.FITMENT_REFERENCE}

    @api_schema(response=VehicleMergeOut, summary="Take a merge of the vehicle data back")
    def post(self, request: Request, merge_id: uuid.UUID) -> Response:
        del request
        merge = vehicles_merge.merge_undo(merge_id=merge_id, actor=self.actor)
        return Response(VehicleMergeOut(merge).data)
