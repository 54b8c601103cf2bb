"""Two listings made one: looked at first, done, taken back."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from listings import fields, selectors, services
from listings.api.base import listing_answer
from listings.api.render import ListingRenderer
from listings.api.serializers import ListingOut
from listings.wire import wire_value
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import StrictSerializer
from realtrack.core.api.views import ApiView
from realtrack.core.rights import Right

_FIELDS_MAX = 120  # more than there are


class MergePreviewBody(StrictSerializer):
    """Which two, and which fields come from the one that goes."""

    kept_id = drf.UUIDField()
    gone_id = drf.UUIDField()
    take = drf.ListField(child=drf.CharField(max_length=80), required=False, max_length=_FIELDS_MAX)


class MergeBody(MergePreviewBody):
    """As the preview, with the versions that were looked at."""

    kept_version = drf.IntegerField(min_value=1, required=False)
    gone_version = drf.IntegerField(min_value=1, required=False)


class MergeRowOut(drf.Serializer[Any]):
    """A field in which the two differ; `after` is what the kept one would have."""

    field = drf.CharField()
    label = drf.CharField()  # type: ignore[assignment]  # a field of that name
    before = drf.DictField()
    after = drf.JSONField(allow_null=True)
    is_choice = drf.BooleanField()


_PREVIEW = inline_serializer(
    "MergePreview",
    {
        "rows": MergeRowOut(many=True),
        "moves": drf.ListField(child=drf.CharField()),
        "refusals": drf.ListField(child=drf.CharField()),
        "kept_version": drf.IntegerField(),
        "gone_version": drf.IntegerField(),
    },
)
_MERGED = inline_serializer(
    "Merged", {"merge_id": drf.UUIDField(), "gone_id": drf.UUIDField(), "listing": ListingOut()}
)


class MergePreviewView(ApiView):
    """What making two parts one would do."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(request=MergePreviewBody, response=_PREVIEW, summary="Preview of a merge")
    def post(self, request: Request) -> Response:
        del request
        body = self.body(MergePreviewBody)
        for name in ("kept_id", "gone_id"):
            selectors.listing_get(body[name], user=self.user)
        preview = services.merge_preview(
            kept_id=body["kept_id"], gone_id=body["gone_id"], take=_names(body)
        )
        rows = [
            {
                "field": fields.api_name(row.name),
                "label": row.label,
                "before": {"kept": wire_value(row.kept), "gone": wire_value(row.gone)},
                "after": wire_value(row.result),
                "is_choice": row.is_choice,
            }
            for row in preview.rows
        ]
        return Response(
            {
                "rows": rows,
                "moves": list(preview.moves),
                "refusals": list(preview.refusals),
                "kept_version": preview.kept.version,
                "gone_version": preview.gone.version,
            }
        )


class _Merging(ApiView):
    """Answers with the part that is kept. Stock moves, so that counting parts is needed too."""

    rights = {"POST": Right.INVENTORY_ADJUST}
    renderer_classes = [ListingRenderer]

    def _answer(self, merge_id: uuid.UUID) -> Response:
        merge = selectors.merge_get(merge_id, user=self.user)
        listing = selectors.listing_get(merge.kept_id, user=self.user)
        return Response(
            {
                "merge_id": merge.pk,
                "gone_id": merge.gone_id,
                "listing": listing_answer(listing),
            }
        )


class MergeView(_Merging):
    """Make two parts one; the second goes to the archive and points to the first."""

    @api_schema(request=MergeBody, response=_MERGED, summary="Merge two listings")
    def post(self, request: Request) -> Response:
        del request
        selectors.merge_check_allowed(self.user)
        body = self.body(MergeBody)
        for name in ("kept_id", "gone_id"):
            selectors.listing_get(body[name], user=self.user)
        merge = services.listings_merge(
            kept_id=body["kept_id"],
            gone_id=body["gone_id"],
            take=_names(body),
            kept_version=body.get("kept_version"),
            gone_version=body.get("gone_version"),
            actor=self.actor,
        )
        return self._answer(merge.pk)


class MergeUndoView(_Merging):
    """Take a merge back."""

    @api_schema(response=_MERGED, summary="Undo a merge")
    def post(self, request: Request, merge_id: uuid.UUID) -> Response:
        del request
        selectors.merge_check_allowed(self.user)
        selectors.merge_get(merge_id, user=self.user)
        services.merge_undo(merge_id=merge_id, actor=self.actor)
        return self._answer(merge_id)


def _names(body: dict[str, Any]) -> list[str]:
    """Database names of the fields to take; unknown ones stay and are refused by name."""
    known = fields.names_by_api()
    return [known.get(name, name) for name in body.get("take", ())]
