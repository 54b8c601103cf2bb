"""Bodies, queries and answers of the API of cars."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from inventory.enums import DonorState, Side, TitleStatus
from inventory.models import MAX_MILEAGE
from realtrack.core.api.serializers import ListQuery, MoneyField, StrictSerializer


def _text(most: int) -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, allow_blank=True)


class DonorIn(StrictSerializer):
    """A car. What its VIN says need not be sent; `confirmVin` takes a VIN whose check digit is wrong."""

    vin = serializers.CharField(max_length=17, required=False, allow_blank=True, default="")
    confirm_vin = serializers.BooleanField(default=False)
    year = serializers.IntegerField(min_value=1900, max_value=2100, required=False)
    model_id = serializers.UUIDField(required=False)
    engine_id = serializers.UUIDField(required=False)
    mileage = serializers.IntegerField(min_value=0, max_value=MAX_MILEAGE, required=False)
    cost = MoneyField(min_value=0, required=False)
    tow_cost = MoneyField(min_value=0, required=False)
    other_cost = MoneyField(min_value=0, required=False)
    title_status = serializers.ChoiceField(choices=TitleStatus.values, required=False)
    trim = _text(80)
    exterior_colour = _text(60)
    paint_code = _text(20)
    interior_code = _text(20)
    place = _text(60)
    notes = _text(5000)


class DonorQuery(ListQuery):
    """Which cars."""

    q = serializers.CharField(max_length=100, required=False, default="")
    state = serializers.ChoiceField(choices=DonorState.values, required=False)


class TeardownPartIn(StrictSerializer):
    """A ticked part."""

    part_type = serializers.CharField(max_length=80)
    side = serializers.ChoiceField(choices=Side.values, required=False, default=Side.NONE.value)
    bin = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    price = MoneyField(min_value=0, required=False, allow_null=True, default=None)
    quantity = serializers.IntegerField(min_value=1, max_value=100, required=False, default=1)


class TeardownIn(StrictSerializer):
    """The parts that were ticked; the same key makes them once."""

    parts = TeardownPartIn(many=True, allow_empty=False)
    idempotency_key = serializers.CharField(max_length=100)


class DonorOut(serializers.Serializer[Any]):
    """A car."""

    id = serializers.UUIDField()
    stock_number = serializers.CharField()
    name = serializers.CharField()
    vin = serializers.CharField()
    vin_confirmed = serializers.BooleanField()
    year = serializers.IntegerField(allow_null=True)
    make = serializers.CharField(source="make.name", default=None, allow_null=True)
    model = serializers.CharField(source="model.name", default=None, allow_null=True)
    make_id = serializers.UUIDField(allow_null=True)
    model_id = serializers.UUIDField(allow_null=True)
    engine_id = serializers.UUIDField(allow_null=True)
    trim = serializers.CharField()
    body = serializers.CharField()
    drive = serializers.CharField()
    engine = serializers.CharField(source="engine_words")
    transmission = serializers.CharField()
    mileage = serializers.IntegerField(allow_null=True)
    exterior_colour = serializers.CharField()
    paint_code = serializers.CharField()
    interior_code = serializers.CharField()
    title_status = serializers.CharField()
    cost = MoneyField()
    tow_cost = MoneyField()
    other_cost = MoneyField()
    place = serializers.CharField()
    state = serializers.CharField()
    notes = serializers.CharField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class DonorPartOut(serializers.Serializer[Any]):
    """A part of a car and how far it came."""

    listing_id = serializers.UUIDField(source="listing.pk")
    sku = serializers.CharField(source="listing.custom_label_sku")
    title = serializers.CharField(source="listing.title")
    part_type = serializers.CharField(source="part.part_type")
    side = serializers.CharField(source="part.side")
    stage = serializers.CharField()
    since = serializers.DateTimeField()
    bin = serializers.CharField(source="bin_code")
    price = MoneyField(source="listing.start_price", allow_null=True)
    quantity_free = serializers.IntegerField(source="free")


class StageOut(serializers.Serializer[Any]):
    """How many parts stand at a stage."""

    stage = serializers.CharField()
    count = serializers.IntegerField()


class DonorSumsOut(serializers.Serializer[Any]):
    """The car in money; `result` is what came in minus what it cost."""

    cost = MoneyField()
    sold = MoneyField()
    refunded = MoneyField()
    result = MoneyField()
    listed_value = MoneyField()
    unlisted = serializers.IntegerField()
    stages = StageOut(many=True, source="stage_counts")


class MadeOut(serializers.Serializer[Any]):
    """A draft of a tear-down."""

    id = serializers.UUIDField()
    sku = serializers.CharField(source="custom_label_sku")
    title = serializers.CharField()
    status = serializers.CharField()


class TemplateLineOut(serializers.Serializer[Any]):
    """A part type that is usually worth pulling, first what is pulled first."""

    rank = serializers.IntegerField()
    part_type = serializers.CharField()
    side = serializers.CharField()
    minutes_to_pull = serializers.IntegerField(allow_null=True)


class TemplateOut(serializers.Serializer[Any]):
    """A kind of car."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    parts = TemplateLineOut(many=True, source="items.all")
