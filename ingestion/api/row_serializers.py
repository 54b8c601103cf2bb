"""Bodies and answers of sheets, rows and the photo library."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as drf

from ingestion.sheets import columns
from realtrack.core.api.names import to_snake
from realtrack.core.api.serializers import ListQuery, StrictSerializer
from realtrack.core.models import RunItemState


class SheetBody(StrictSerializer):
    """A file of one car's parts; without `donor_id` the file names the car."""

    file = drf.FileField(allow_empty_file=True, max_length=255)
    donor_id = drf.UUIDField(required=False, allow_null=True, default=None)
    confirm_car = drf.BooleanField(required=False, default=False)
    mapping = drf.JSONField(required=False, default=dict)

    def validate_mapping(self, value: Any) -> dict[str, str]:
        """An object of texts."""
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise drf.ValidationError("Send an object: header to field name, or to an empty text.")
        return value


class SheetQuery(ListQuery):
    """Which rows of a sheet."""

    state = drf.ChoiceField(choices=RunItemState.choices, required=False, default="")


class RowBody(StrictSerializer):
    """What is corrected in a row; an empty text takes a correction back."""

    def get_fields(self) -> dict[str, Any]:
        return {
            to_snake(name): drf.CharField(required=False, allow_blank=True, max_length=500)
            for name in columns.MENDABLE
        }


class NumberBody(RowBody):
    """A part by its number, with the car that it came off where that is known."""

    def get_fields(self) -> dict[str, Any]:
        found = super().get_fields()
        found["number"] = drf.CharField(max_length=500)
        found["donor_id"] = drf.UUIDField(required=False, allow_null=True, default=None)
        return found


class RowCarBody(StrictSerializer):
    """The car that a part came off."""

    donor_id = drf.UUIDField()


class LibraryBody(StrictSerializer):
    """Confirmed photos that wait for their part."""

    asset_ids = drf.ListField(child=drf.UUIDField(), allow_empty=False, max_length=500)
    folder = drf.CharField(required=False, allow_blank=True, max_length=100, default="")
    # The intake's upload sends how photos make parts; here they make none.
    mode = drf.CharField(required=False, allow_blank=True, max_length=20, default="")


class MatchBody(StrictSerializer):
    """Photos for a part."""

    listing_id = drf.UUIDField()
    asset_ids = drf.ListField(child=drf.UUIDField(), allow_empty=False, max_length=24)


class AttachBody(StrictSerializer):
    """Photos for parts."""

    matches = MatchBody(many=True, allow_empty=False)


class EvidenceOut(drf.Serializer[Any]):
    field = drf.CharField()
    value = drf.CharField()
    why = drf.CharField()
    doubt = drf.BooleanField()


class RowOut(drf.Serializer[Any]):
    id = drf.UUIDField()
    place = drf.CharField()
    state = drf.CharField()
    waits_for = drf.CharField()
    given = drf.DictField()
    mended = drf.DictField()
    evidence = EvidenceOut(many=True)
    listing_id = drf.UUIDField(allow_null=True)
    donor_id = drf.UUIDField(allow_null=True)
    job_id = drf.UUIDField(allow_null=True)


class VerdictOut(drf.Serializer[Any]):
    row_id = drf.UUIDField(allow_null=True)
    label = drf.CharField()  # type: ignore[assignment]  # a field's name, not DRF's own
    state = drf.CharField()
    reason = drf.CharField()
    reason_code = drf.CharField()
    listing_id = drf.UUIDField(allow_null=True)


class StageOut(drf.Serializer[Any]):
    name = drf.CharField()
    label = drf.CharField()  # type: ignore[assignment]  # a field's name, not DRF's own
    count = drf.IntegerField()
    seconds = drf.FloatField()


class SheetOut(drf.Serializer[Any]):
    job_id = drf.UUIDField()
    donor_id = drf.UUIDField()
    file = drf.CharField()
    state = drf.CharField()
    error = drf.CharField()
    total = drf.IntegerField()
    created = drf.IntegerField()
    changed = drf.IntegerField()
    same = drf.IntegerField()
    refused = drf.IntegerField()
    hidden_rows = drf.IntegerField()
    ignored_headers = drf.ListField(child=drf.CharField())
    stages = StageOut(many=True)


class LibraryPhotoOut(drf.Serializer[Any]):
    asset_id = drf.UUIDField()
    folder = drf.CharField()
    name = drf.CharField()


class LibraryMatchOut(drf.Serializer[Any]):
    listing_id = drf.UUIDField(allow_null=True)
    listing_ids = drf.ListField(child=drf.UUIDField())
    photos = LibraryPhotoOut(many=True)
