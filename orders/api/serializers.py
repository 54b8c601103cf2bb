"""Bodies, queries and answers of the orders API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from channels_app.enums import Channel
from orders.enums import OrderStatus, Step
from realtrack.core.api.serializers import ListQuery, MoneyField, StrictSerializer


class OrderQuery(ListQuery):
    """What the list is narrowed by."""

    status = serializers.ListField(
        child=serializers.ChoiceField(choices=OrderStatus.values), required=False
    )
    step = serializers.ChoiceField(choices=Step.values, required=False)
    channel = serializers.ChoiceField(choices=Channel.values, required=False)
    connection_id = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    search = serializers.CharField(max_length=200, required=False)
    late = serializers.BooleanField(default=False)
    unmatched = serializers.BooleanField(default=False)
    short = serializers.BooleanField(default=False)

    def to_internal_value(self, data: Any) -> Any:
        """One status comes as a text, several as a list or with commas."""
        given = dict(data)
        if isinstance(given.get("status"), str):
            given["status"] = [part for part in given["status"].split(",") if part]
        return super().to_internal_value(given)


class StatusIn(StrictSerializer):
    """The next status; the version that was read guards against a move in between."""

    status = serializers.ChoiceField(choices=OrderStatus.values)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(min_value=1, required=False)


class ShippingIn(StrictSerializer):
    """The parcel's number. It ships a paid order, or corrects the number of a shipped one."""

    tracking_number = serializers.CharField(max_length=100)
    tracking_carrier = serializers.CharField(max_length=50, required=False, default="")
    shipping_method = serializers.CharField(max_length=100, required=False, default="")
    version = serializers.IntegerField(min_value=1, required=False)


class RefundIn(StrictSerializer):
    """Money that was given back, and whether the parts go back on the shelf."""

    amount = MoneyField()
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    restock = serializers.BooleanField()
    version = serializers.IntegerField(min_value=1, required=False)


class MatchIn(StrictSerializer):
    """Which part the line is."""

    listing_id = serializers.UUIDField()


class ItemOut(serializers.Serializer[Any]):
    """One line; `listingId` null is unmatched."""

    id = serializers.UUIDField()
    external_line_id = serializers.CharField()
    external_item_id = serializers.CharField()
    listing_id = serializers.UUIDField(allow_null=True)
    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyField()
    total_price = MoneyField()
    discount = MoneyField()
    shipping_cost = MoneyField()
    tax_amount = MoneyField()
    refund_amount = MoneyField()
    stock = serializers.CharField()
    shortfall = serializers.IntegerField()
    fulfilled = serializers.BooleanField()
    bin_code = serializers.SerializerMethodField()

    def get_bin_code(self, item: Any) -> str:
        """Where the part lies, from the view's context."""
        return str(self.context.get("bins", {}).get(item.listing_id, ""))


class OrderOut(serializers.Serializer[Any]):
    """An order without its buyer."""

    id = serializers.UUIDField()
    channel = serializers.CharField()
    connection_id = serializers.UUIDField()
    account = serializers.CharField(source="connection.label")
    external_order_id = serializers.CharField()
    external_url = serializers.CharField()
    status = serializers.CharField()
    step = serializers.CharField()
    payment_state = serializers.CharField()
    cancel_state = serializers.CharField()
    cancel_reason = serializers.CharField()
    shipping_city = serializers.CharField()
    shipping_state = serializers.CharField()
    shipping_country = serializers.CharField()
    shipping_method = serializers.CharField()
    is_pickup = serializers.BooleanField()
    tracking_number = serializers.CharField()
    tracking_carrier = serializers.CharField()
    shipment_told_at = serializers.DateTimeField(allow_null=True)
    shipment_error = serializers.CharField()
    subtotal = MoneyField()
    discount = MoneyField()
    shipping_cost = MoneyField()
    tax_amount = MoneyField()
    total_amount = MoneyField()
    currency = serializers.CharField()
    marketplace_fee = MoneyField()
    net_revenue = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True)
    refund_amount = MoneyField()
    refund_reason = serializers.CharField()
    ship_by = serializers.DateTimeField(allow_null=True)
    ordered_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)
    picked_at = serializers.DateTimeField(allow_null=True)
    packed_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    refunded_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    items = ItemOut(many=True, source="items.all")


class BuyerOut(serializers.Serializer[Any]):
    """Who bought and where it goes; `isMasked` for those who may not see him."""

    buyer_username = serializers.CharField()
    buyer_email = serializers.CharField()
    buyer_name = serializers.CharField()
    buyer_phone = serializers.CharField()
    buyer_note = serializers.CharField()
    shipping_name = serializers.CharField()
    shipping_address_1 = serializers.CharField()
    shipping_address_2 = serializers.CharField()
    shipping_city = serializers.CharField()
    shipping_state = serializers.CharField()
    shipping_zip = serializers.CharField()
    shipping_country = serializers.CharField()
    shipping_phone = serializers.CharField()
    shipping_email = serializers.CharField()
    is_masked = serializers.BooleanField()


class OrderDetailOut(OrderOut):
    """The order with its buyer and the moves that it has."""

    buyer = BuyerOut()
    allowed = serializers.ListField(child=serializers.CharField())
