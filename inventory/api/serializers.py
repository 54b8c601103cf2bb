"""Bodies, queries and answers of the stock API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from inventory.enums import BY_HAND, StockEventType
from inventory.models import MAX_QUANTITY
from realtrack.core.api.serializers import MAX_LIMIT, ListQuery, StrictSerializer


class AdjustIn(StrictSerializer):
    """Add (or, below zero, take) pieces; the same key counts once."""

    change = serializers.IntegerField(min_value=-MAX_QUANTITY, max_value=MAX_QUANTITY)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    idempotency_key = serializers.CharField(max_length=150, required=False, default="")
    event_type = serializers.ChoiceField(
        choices=[one.value for one in BY_HAND], default=StockEventType.MANUAL_ADJUST.value
    )


class HoldIn(StrictSerializer):
    """Pieces for an order; reserving is absolute by order and part."""

    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY)
    order_id = serializers.CharField(max_length=100)


class PlaceIn(StrictSerializer):
    """The bin; empty takes the part out of it."""

    bin_code = serializers.CharField(max_length=60, allow_blank=True)


class ThresholdIn(StrictSerializer):
    """When the part is low; null takes the setting's number."""

    low_stock_threshold = serializers.IntegerField(
        min_value=0, max_value=MAX_QUANTITY, allow_null=True
    )


class ReconcileIn(StrictSerializer):
    """Which parts to check."""

    listing_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=500)


class LowStockQuery(StrictSerializer):
    """At or below which number; without one each part's own threshold."""

    threshold = serializers.IntegerField(min_value=0, max_value=MAX_QUANTITY, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=50)


class EventQuery(ListQuery):
    """Which events."""

    listing_id = serializers.UUIDField(required=False)
    type = serializers.ChoiceField(choices=StockEventType.values, required=False)
    since = serializers.DateTimeField(required=False)


class DuplicateQuery(StrictSerializer):
    """How sure a pair must be."""

    confidence = serializers.FloatField(min_value=0, max_value=1, default=0.8)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=100)


class LedgerOut(serializers.Serializer[Any]):
    """The stock of a part."""

    listing_id = serializers.UUIDField()
    quantity_total = serializers.IntegerField()
    quantity_reserved = serializers.IntegerField()
    quantity_available = serializers.IntegerField(source="free")
    quantity_short = serializers.IntegerField()
    low_stock_threshold = serializers.IntegerField(allow_null=True)
    reorder_point = serializers.IntegerField()
    version = serializers.IntegerField()
    last_reconciled_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField(allow_null=True)


class EventOut(serializers.Serializer[Any]):
    """One change of stock: asked for, applied, missing."""

    id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    event_type = serializers.CharField()
    quantity_asked = serializers.IntegerField()
    quantity_change = serializers.IntegerField()
    quantity_before = serializers.IntegerField()
    quantity_after = serializers.IntegerField()
    reserved_change = serializers.IntegerField()
    reserved_after = serializers.IntegerField()
    shortfall = serializers.IntegerField()
    source_channel = serializers.CharField()
    source_order_id = serializers.CharField()
    source_reference = serializers.CharField()
    idempotency_key = serializers.CharField()
    reason = serializers.CharField()
    created_by = serializers.UUIDField(allow_null=True)
    actor = serializers.CharField(source="actor_label")
    created_at = serializers.DateTimeField()


class LowStockOut(serializers.Serializer[Any]):
    """A part that is low."""

    listing_id = serializers.UUIDField()
    sku = serializers.CharField(source="listing.custom_label_sku")
    title = serializers.CharField(source="listing.title")
    quantity_total = serializers.IntegerField()
    quantity_reserved = serializers.IntegerField()
    quantity_available = serializers.IntegerField(source="free")
    low_stock_threshold = serializers.IntegerField(allow_null=True)


class ProblemOut(serializers.Serializer[Any]):
    """Two numbers that differed."""

    rule = serializers.CharField()
    expected = serializers.IntegerField()
    found = serializers.IntegerField()


class ReconcileOut(serializers.Serializer[Any]):
    """What was found for one part; `error` where it could not be checked."""

    listing_id = serializers.UUIDField()
    ok = serializers.BooleanField()
    problems = ProblemOut(many=True)
    error = serializers.CharField(allow_null=True)


class DuplicateOut(serializers.Serializer[Any]):
    """Two parts that may be one."""

    id_a = serializers.UUIDField()
    id_b = serializers.UUIDField()
    sku_a = serializers.CharField()
    sku_b = serializers.CharField()
    title_a = serializers.CharField()
    title_b = serializers.CharField()
    confidence = serializers.FloatField()
    reason = serializers.CharField()
