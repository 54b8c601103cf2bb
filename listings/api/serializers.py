"""Bodies, queries and answers of the catalog."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from listings import fields
from listings.api.fields import SpecificsField, field_for
from listings.columns import Kind
from listings.enums import ListingStatus
from listings.selectors import SORTS
from listings.selectors.filters import more_filter_names
from realtrack.core.api.serializers import ListQuery, StrictSerializer

# Query parameter -> filter of the search field.
FILTER_PARAMETERS = {
    "status": "status",
    "brand": "brand",
    "part_type": "type",
    "condition": "condition",
    "category": "category",
    "price": "price",
    "stock": "stock",
    "health": "health",
    "photos": "photos",
    "sku": "sku",
    "number": "number",
    "bin": "bin",
    "channel": "channel",
    "channel_state": "channelstate",
    "team": "team",
}


class ListingFields(StrictSerializer):
    """Every writable field; what is absent stays as it is, null clears it."""

    item_specifics = SpecificsField()
    team_id = serializers.UUIDField(required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        found: dict[str, serializers.Field[Any, Any, Any, Any]] = {
            name: field_for(column) for name, column in fields.by_name().items()
        }
        found.update(super().get_fields())
        return found


class CreateListing(ListingFields):
    """`POST /api/listings`."""

    status = serializers.ChoiceField(
        choices=[ListingStatus.DRAFT.value, ListingStatus.READY.value], required=False
    )


class UpdateListing(CreateListing):
    """`PUT|PATCH /api/listings/{id}`; the version stands here or in `If-Match`."""

    version = serializers.IntegerField(min_value=1, required=False)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class PatchStatus(StrictSerializer):
    """`PATCH /api/listings/{id}/status`."""

    status = serializers.ChoiceField(choices=ListingStatus.values)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)
    version = serializers.IntegerField(min_value=1, required=False)


class RestoreRevision(StrictSerializer):
    """`POST /api/listings/{id}/revisions/{version}/restore`."""

    version = serializers.IntegerField(min_value=1, required=False)


class RevisionQuery(ListQuery):
    """`limit` is 20 unless said."""

    limit = serializers.IntegerField(min_value=1, max_value=200, default=20)


class SearchQuery(ListQuery):
    """Text, filters, order and page of a search."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=500)
    sort = serializers.ChoiceField(choices=list(SORTS), required=False)
    cursor = serializers.CharField(required=False, max_length=400)
    before = serializers.CharField(required=False, max_length=400)
    facets = serializers.BooleanField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        found = super().get_fields()
        for name in (*FILTER_PARAMETERS, *more_filter_names()):
            found[name] = FilterField()
        return found


class FilterField(serializers.ListField):
    """A filter's values: the parameter repeated, or once with commas."""

    child = serializers.CharField(max_length=200, allow_blank=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=50, **kwargs)

    def get_value(self, dictionary: Any) -> Any:
        return dictionary.get(self.field_name, serializers.empty)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value([data] if isinstance(data, str) else data)


class TrashQuery(ListQuery):
    """Page of the trash."""


class SuggestQuery(StrictSerializer):
    """What was typed so far."""

    q = serializers.CharField(allow_blank=True, max_length=200, required=False, default="")


def _out_fields() -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    makers: dict[Kind, Any] = {
        Kind.INTEGER: serializers.IntegerField,
        Kind.BOOLEAN: serializers.BooleanField,
        Kind.TIMESTAMP: serializers.DateTimeField,
    }
    found: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
    for name, column in fields.by_name().items():
        maker = makers.get(column.kind, serializers.CharField)
        found[name] = maker(allow_null=True)
    return found


class ListingOut(serializers.Serializer[Any]):
    """A listing as the API tells it (made by `listings.wire`)."""

    id = serializers.UUIDField()
    item_specifics = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField())
    )
    team_id = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(choices=ListingStatus.values)
    version = serializers.IntegerField()
    person_fields = serializers.ListField(child=serializers.CharField())
    ebay_listing_id = serializers.CharField(allow_null=True)
    shopify_product_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    updated_by = serializers.UUIDField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        found = super().get_fields()
        found.update(_out_fields())
        return found


class RevisionOut(serializers.Serializer[Any]):
    """A revision with its snapshot."""

    id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    version = serializers.IntegerField()
    status_before = serializers.CharField(allow_null=True)
    status_after = serializers.CharField()
    snapshot = serializers.DictField()
    changed_fields = serializers.ListField(child=serializers.CharField())
    change_reason = serializers.CharField()
    note = serializers.CharField(allow_null=True)
    changed_by = serializers.UUIDField(allow_null=True)
    changed_by_label = serializers.CharField(allow_null=True)
    actor_kind = serializers.CharField()
    run_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()


class FacetValueOut(serializers.Serializer[Any]):
    """A choice with its number of hits."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    count = serializers.IntegerField()
    selected = serializers.BooleanField()


class FacetOut(serializers.Serializer[Any]):
    """The choices of one filter."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    # Only the newest hits were counted: there are at least so many.
    is_partial = serializers.BooleanField()
    values = FacetValueOut(many=True)


class SuggestionOut(serializers.Serializer[Any]):
    """One line below the search field."""

    kind = serializers.CharField()
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    detail = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(allow_null=True)
    listing_id = serializers.UUIDField(allow_null=True)


class IssueOut(serializers.Serializer[Any]):
    """One thing that a listing lacks."""

    code = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()
    points = serializers.IntegerField()
    blocks = serializers.BooleanField()
    fix = serializers.CharField(allow_null=True)


class ProposalOut(serializers.Serializer[Any]):
    """A value that a machine proposes."""

    id = serializers.UUIDField()
    field = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    source_label = serializers.CharField(allow_blank=True)
    confidence = serializers.FloatField(allow_null=True)
    state = serializers.CharField()
    created_at = serializers.DateTimeField()
