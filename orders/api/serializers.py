"""Bodies, queries and answers of the orders API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from orders.enums import CHANNELS, OrderStatus, Payment, Step
from realtrack.core.api.serializers import ListQuery, MoneyField, StrictSerializer


class OrderQuery(ListQuery):
    """What the list is narrowed by."""

    status = serializers.ListField(
        child=serializers.ChoiceField(choices=OrderStatus.values), required=False
    )
    step = serializers.ChoiceField(choices=Step.values, required=False)
    channel = serializers.ChoiceField(choices=CHANNELS, required=False)
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


class LineIn(StrictSerializer):
    """A part, by its id or its SKU, how many, and the price of one (the part's own if left out)."""

    listing_id = serializers.UUIDField(required=False)
    sku = serializers.CharField(max_length=100, required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1)
    unit_price = MoneyField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A part is named once."""
        if ("listing_id" in attrs) == ("sku" in attrs):
            raise serializers.ValidationError({"sku": "Name the part by listingId or by sku."})
        return attrs


class BuyerIn(StrictSerializer):
    """Who buys and where it goes; sealed as any other order's."""

    buyer_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    buyer_email = serializers.EmailField(max_length=200, required=False, allow_blank=True)
    buyer_phone = serializers.CharField(max_length=50, required=False, allow_blank=True)
    buyer_note = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    shipping_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    shipping_address_1 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    shipping_address_2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    shipping_city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    shipping_state = serializers.CharField(max_length=100, required=False, allow_blank=True)
    shipping_zip = serializers.CharField(max_length=20, required=False, allow_blank=True)
    shipping_country = serializers.RegexField(r"^[A-Za-z]{2}$", required=False)


class SumsIn(StrictSerializer):
    """Lines and freight: what is needed to say what an order comes to."""

    lines = serializers.ListField(child=LineIn(), min_length=1, max_length=50)
    is_pickup = serializers.BooleanField(default=False)
    shipping_profile_id = serializers.UUIDField(required=False, allow_null=True)
    shipping_cost = MoneyField(required=False, allow_null=True, max_value=999_999)
    weight = serializers.DecimalField(
        max_digits=8, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    buyer = BuyerIn(required=False)


class OrderIn(SumsIn):
    """An order by hand. The same key makes one order, however often it comes."""

    idempotency_key = serializers.CharField(max_length=100)
    shipping_method = serializers.CharField(max_length=100, required=False, allow_blank=True)
    payment_method = serializers.ChoiceField(
        choices=Payment.choices, required=False, allow_blank=True, default=""
    )
    paid = serializers.BooleanField(default=False)
    handed_over = serializers.BooleanField(default=False)


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
    tax_rate = serializers.DecimalField(max_digits=7, decimal_places=6, allow_null=True)
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
    connection_id = serializers.UUIDField(allow_null=True)
    account = serializers.CharField(source="connection.label", default="")
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
    tax_rate = serializers.DecimalField(max_digits=7, decimal_places=6, allow_null=True)
    prices_include_tax = serializers.BooleanField()
    payment_method = serializers.CharField()
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


class TaxedOut(serializers.Serializer[Any]):
    """net + tax = gross."""

    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()


class SumsOut(serializers.Serializer[Any]):
    """What the order comes to, by the tax settings and the profile as they stand."""

    rate = serializers.DecimalField(max_digits=7, decimal_places=6, source="rule.rate")
    prices_include_tax = serializers.BooleanField(source="rule.included")
    lines = TaxedOut(many=True, source="lines.lines")
    shipping = TaxedOut()
    shipping_method = serializers.CharField()
    steps = serializers.ListField(child=serializers.CharField())
    subtotal = MoneyField()
    tax = MoneyField()
    total = MoneyField()


class OrderDetailOut(OrderOut):
    """The order with its buyer and the moves that it has."""

    buyer = BuyerOut()
    allowed = serializers.ListField(child=serializers.CharField())
