"""Serializer fields of the 76 columns: they check the JSON type and leave values to the service."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from listings.columns import Column, Kind

_STRING: dict[str, Any] = {"type": "string", "nullable": True}
_NUMBER: dict[str, Any] = {
    "oneOf": [{"type": "string"}, {"type": "number"}],
    "nullable": True,
}


class RawField(serializers.Field[Any, Any, Any, Any]):
    """Base: absent stays absent, null clears."""

    types: tuple[type, ...] = (str,)
    words = "Send a text or null."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) and bool not in self.types:
            raise serializers.ValidationError(self.words)
        if not isinstance(data, self.types):
            raise serializers.ValidationError(self.words)
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(_STRING)
class TextField(RawField):
    """A text."""


@extend_schema_field(_NUMBER)
class NumberField(RawField):
    """Money or a number: a string or a number."""

    types = (str, int, float)
    words = "Send a number, or a text such as 89.90."


@extend_schema_field(
    {"oneOf": [{"type": "boolean"}, {"type": "string"}, {"type": "integer"}], "nullable": True}
)
class FlagField(RawField):
    """A flag: true or false, or eBay's 1 and 0."""

    types = (bool, str, int)
    words = "Send true or false."


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "additionalProperties": {
            "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        },
    }
)
class SpecificsField(RawField):
    """Aspect name -> values."""

    types = (dict,)
    words = "Send an object: aspect name to list of values."


def field_for(column: Column) -> RawField:
    """The field that takes values of a column."""
    text = column.meaning or None
    match column.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            return NumberField(help_text=text)
        case Kind.BOOLEAN:
            return FlagField(help_text=text)
        case _:
            return TextField(help_text=text)
