"""The form of a page of a list, as the schema names it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf


def paged(name: str, plural: str, item: drf.Serializer[Any]) -> drf.Serializer[Any]:
    """Return the serializer of `plural` rows with total, limit and offset."""
    numbers = {one: drf.IntegerField() for one in ("total", "limit", "offset")}
    return inline_serializer(name, {plural: item, **numbers})
