"""Price rules at work over the API: preview, apply, undo."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as fields
from rest_framework.request import Request
from rest_framework.response import Response

from listings.pricing import apply, preview
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import MoneyField, StrictSerializer
from realtrack.core.api.views import ApiView
from realtrack.core.rights import Right

MAX_RULES = 100
MAX_IDS = 500


class RunRulesIn(StrictSerializer):
    """Which rules, inactive ones too; which listings, all where none are named."""

    rule_ids = fields.ListField(child=fields.UUIDField(), min_length=1, max_length=MAX_RULES)
    listing_ids = fields.ListField(
        child=fields.UUIDField(), min_length=1, max_length=MAX_IDS, required=False
    )


class StepOut(fields.Serializer[Any]):
    rule_id = fields.UUIDField()
    name = fields.CharField()
    before = MoneyField(allow_null=True)
    after = MoneyField(allow_null=True)
    words = fields.CharField()


class PriceRowOut(fields.Serializer[Any]):
    listing_id = fields.UUIDField()
    sku = fields.CharField()
    before = MoneyField(allow_null=True)
    after = MoneyField(allow_null=True)
    floor = MoneyField(source="outcome.floor", allow_null=True)
    lifted = fields.BooleanField(source="outcome.lifted")
    refused = fields.CharField(source="outcome.refused", allow_blank=True)
    steps = StepOut(source="outcome.steps", many=True)


class BarOut(fields.Serializer[Any]):
    change = fields.CharField()
    count = fields.IntegerField()


class TotalsOut(fields.Serializer[Any]):
    count = fields.IntegerField()
    matched = fields.IntegerField()
    changed = fields.IntegerField()
    refused = fields.IntegerField()
    lifted = fields.IntegerField()
    under_floor_before = fields.IntegerField()
    sum_before = MoneyField(max_digits=18)
    sum_after = MoneyField(max_digits=18)
    with_cost = fields.IntegerField()
    margin_before = MoneyField(max_digits=18, min_value=None)
    margin_after = MoneyField(max_digits=18, min_value=None)
    bars = BarOut(many=True)


_PREVIEW = inline_serializer(
    "PricePreview", {"totals": TotalsOut(), "rows": PriceRowOut(many=True)}
)
_JOB = inline_serializer("PriceJob", {"job_id": fields.UUIDField()})


class PricingPreviewView(ApiView):
    """What rules would do; stores nothing."""

    rights = {"POST": Right.PRICING_EDIT}
    endpoint_rates = {"POST": "30/minute"}

    @api_schema(request=RunRulesIn, response=_PREVIEW, summary="What price rules would do")
    def post(self, request: Request) -> Response:
        del request
        data = self.body(RunRulesIn)
        found = preview.pricing_preview(
            rules=apply.rules_of(data["rule_ids"]), listing_ids=data.get("listing_ids")
        )
        bars = [
            {"change": words, "count": count}
            for words, count in preview.histogram_bars(found.totals)
        ]
        totals = {name: getattr(found.totals, name) for name in _SUMS} | {"bars": bars}
        return Response(
            {
                "totals": TotalsOut(totals).data,
                "rows": PriceRowOut(found.rows, many=True).data,
            }
        )


_SUMS = (
    "count", "matched", "changed", "refused", "lifted", "under_floor_before", "sum_before",
    "sum_after", "with_cost", "margin_before", "margin_after",
)  # fmt: skip


class PricingApplyView(ApiView):
    """Write what rules say, as a run with progress and undo."""

    rights = {"POST": Right.PRICING_EDIT}

    @api_schema(request=RunRulesIn, response=_JOB, status=202, summary="Apply price rules")
    def post(self, request: Request) -> Response:
        del request
        data = self.body(RunRulesIn)
        run = apply.pricing_apply_start(
            rule_ids=data["rule_ids"], listing_ids=data.get("listing_ids"), actor=self.actor
        )
        return Response({"job_id": run.pk}, status=202)


class PricingUndoView(ApiView):
    """Put back what a run of rules wrote; what was changed since stays and is named."""

    rights = {"POST": Right.PRICING_EDIT}

    @api_schema(response=_JOB, status=202, summary="Undo a run of price rules")
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        del request
        run = apply.pricing_undo_start(run_id=run_id, actor=self.actor)
        return Response({"job_id": run.pk}, status=202)
