"""Serializers that refuse what they do not know, and the fields that the whole API shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from realtrack.core.api.names import to_camel

# Deeper paging goes by cursor: the database would count through all of them again.
MAX_OFFSET = 10_000
MAX_LIMIT = 200


class StrictMixin:
    """Refuses unknown fields by name (400) instead of ignoring them."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            fields = self.fields  # type: ignore[attr-defined]  # of the serializer it is mixed into
            known = {name for name, field in fields.items() if not field.read_only}
            unknown = [name for name in data if name not in known]
            if unknown:
                raise serializers.ValidationError(
                    {
                        name: serializers.ErrorDetail(
                            f"{to_camel(str(name))} is not a field of this request.",
                            code="unknown_field",
                        )
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)  # type: ignore[misc]  # as above


class StrictSerializer(StrictMixin, serializers.Serializer[Any]):
    """Base of request bodies and queries."""


class ListQuery(StrictSerializer):
    """`limit` and `offset` of lists."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=50)
    offset = serializers.IntegerField(min_value=0, max_value=MAX_OFFSET, default=0)


class MoneyField(serializers.DecimalField):
    """Money: a string with two decimals out, a string or number in."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 10)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("min_value", 0)
        super().__init__(**kwargs)


class ErrorItem(serializers.Serializer[Any]):
    """One error of an answer."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ErrorAnswer(serializers.Serializer[Any]):
    """The one error shape."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = ErrorItem(many=True)  # type: ignore[assignment]  # a field; the metaclass takes it out of the class
    request_id = serializers.CharField(allow_blank=True)
