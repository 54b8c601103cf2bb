"""Fitment on the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from fitment.enums import FitmentSource
from fitment.models import (
    FitmentEngine,
    FitmentMake,
    FitmentModel,
    FitmentSubmodel,
)
from fitment.models.reference import YEAR_MAX, YEAR_MIN
from realtrack.core.api.serializers import ListQuery, MoneyField, StrictSerializer


def _year(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=YEAR_MIN, max_value=YEAR_MAX, **options)


class MakeOut(serializers.Serializer[FitmentMake]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()


class ModelOut(serializers.Serializer[FitmentModel]):
    id = serializers.UUIDField()
    make_id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()


class EngineOut(serializers.Serializer[FitmentEngine]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    displacement_l = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    cylinders = serializers.IntegerField(allow_null=True)
    layout = serializers.CharField(allow_blank=True)
    fuel_type = serializers.CharField(allow_blank=True)
    aspiration = serializers.CharField(allow_blank=True)


class SubmodelOut(serializers.Serializer[FitmentSubmodel]):
    id = serializers.UUIDField()
    model_id = serializers.UUIDField()
    name = serializers.CharField()


class QualifierField(StrictSerializer):
    """What narrows a fitment in words."""

    kind = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=2000)


class EvidenceOut(serializers.Serializer[Any]):
    """What a machine's row rests on."""

    words = serializers.CharField(required=False)
    field = serializers.CharField(required=False)
    warnings = serializers.ListField(child=serializers.CharField(), required=False)
    alternatives = serializers.ListField(child=serializers.CharField(), required=False)
    trim = serializers.CharField(required=False, allow_blank=True)
    copied_from = serializers.CharField(required=False)
    returned = serializers.CharField(required=False)
    kind = serializers.CharField(required=False)
    part = serializers.CharField(required=False)
    file = serializers.CharField(required=False)


class FitmentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    make = MakeOut()
    model = ModelOut()
    submodel = SubmodelOut(allow_null=True)
    engine = EngineOut(allow_null=True)
    year_start = serializers.IntegerField()
    year_end = serializers.IntegerField()
    part_type = serializers.CharField(allow_blank=True)
    position = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField(allow_null=True)
    drive = serializers.CharField(allow_blank=True)
    transmission = serializers.CharField(allow_blank=True)
    body = serializers.CharField(allow_blank=True)
    qualifiers = QualifierField(many=True)
    notes = serializers.CharField(allow_blank=True)
    source = serializers.ChoiceField(choices=FitmentSource.choices)  # type: ignore[assignment]  # a field of that name
    confidence = serializers.FloatField(allow_null=True)
    evidence = EvidenceOut()
    verified = serializers.BooleanField()
    verified_by = serializers.UUIDField(source="verified_by_id", allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class FitmentIn(StrictSerializer):
    """A vehicle for a listing; empty submodel and engine mean all."""

    make_id = serializers.UUIDField(required=False)
    model_id = serializers.UUIDField()
    submodel_id = serializers.UUIDField(required=False, allow_null=True)
    engine_id = serializers.UUIDField(required=False, allow_null=True)
    year_start = _year()
    year_end = _year()
    part_type = serializers.CharField(max_length=120, allow_blank=True, required=False)
    position = serializers.CharField(max_length=60, allow_blank=True, required=False)
    quantity = serializers.IntegerField(
        min_value=1, max_value=1000, allow_null=True, required=False
    )
    drive = serializers.CharField(max_length=40, allow_blank=True, required=False)
    transmission = serializers.CharField(max_length=40, allow_blank=True, required=False)
    body = serializers.CharField(max_length=40, allow_blank=True, required=False)
    qualifiers = QualifierField(many=True, required=False)
    notes = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class VerifyIn(StrictSerializer):
    verified = serializers.BooleanField()


class DetectIn(StrictSerializer):
    """A listing to read and attach to, or a text to read only."""

    listing_id = serializers.UUIDField(required=False)
    text = serializers.CharField(max_length=20_000, required=False, trim_whitespace=False)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("listing_id" in attrs) == ("text" in attrs):
            raise serializers.ValidationError("Send either listingId or text.")
        return attrs


class DetectedOut(serializers.Serializer[Any]):
    """A vehicle that the words state."""

    make_id = serializers.UUIDField(source="model.make.id")
    make_slug = serializers.CharField(source="model.make.slug")
    model_id = serializers.UUIDField(source="model.id")
    model_slug = serializers.CharField(source="model.slug")
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    submodel_id = serializers.UUIDField(allow_null=True)
    submodel = serializers.CharField(allow_blank=True)
    year_start = serializers.IntegerField()
    year_end = serializers.IntegerField()
    engine_id = serializers.UUIDField(source="engine.id", default=None, allow_null=True)
    engine_code = serializers.CharField(source="engine.code", default=None, allow_null=True)
    drive = serializers.CharField(allow_blank=True)
    body = serializers.CharField(allow_blank=True)
    qualifiers = QualifierField(many=True)
    confidence = serializers.FloatField()
    words = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())
    alternatives = serializers.ListField(child=serializers.CharField())


class NameQuery(ListQuery):
    """Type-ahead."""

    q = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=1000)


class ModelQuery(NameQuery):
    year = _year(required=False)


class EngineQuery(NameQuery):
    model_id = serializers.UUIDField(required=False)
    year_start = _year(required=False)
    year_end = _year(required=False)


class SubmodelQuery(NameQuery):
    year_start = _year(required=False)
    year_end = _year(required=False)


class VehicleQuery(ListQuery):
    """A vehicle by ids, slugs or names, or in words (`q`)."""

    q = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    make = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    model = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    year_start = _year(required=False)
    year_end = _year(required=False)
    year = _year(required=False)
    engine = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    verified = serializers.BooleanField(required=False)


class FoundListingOut(serializers.Serializer[Any]):
    """A listing as a search by vehicle shows it."""

    id = serializers.UUIDField()
    custom_label_sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    start_price = MoneyField(allow_null=True)
    currency = serializers.CharField()
    quantity = serializers.IntegerField(allow_null=True)


class VinOut(serializers.Serializer[Any]):
    """A VIN's reading; ids are those of the reference data, null where that is not certain."""

    vin = serializers.CharField()
    valid = serializers.BooleanField()
    problem = serializers.CharField(allow_blank=True)
    check_digit_ok = serializers.BooleanField(allow_null=True)
    suggested = serializers.CharField(allow_blank=True)
    rests_on = serializers.CharField(allow_blank=True)
    year = serializers.IntegerField(allow_null=True)
    make = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True)
    series = serializers.CharField(allow_blank=True)
    trim = serializers.CharField(allow_blank=True)
    body = serializers.CharField(allow_blank=True)
    drive = serializers.CharField(allow_blank=True)
    doors = serializers.IntegerField(allow_null=True)
    engine = serializers.CharField(allow_blank=True)
    engine_code = serializers.CharField(allow_blank=True)
    litres = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    cylinders = serializers.IntegerField(allow_null=True)
    fuel = serializers.CharField(allow_blank=True)
    transmission = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    make_id = serializers.UUIDField(source="make_ref.id", default=None, allow_null=True)
    model_id = serializers.UUIDField(source="model_ref.id", default=None, allow_null=True)
    engine_id = serializers.UUIDField(source="engine_ref.id", default=None, allow_null=True)
