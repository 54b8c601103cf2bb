"""Rendering of listings: they come with their names of the wire and need no second look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from djangorestframework_camel_case.render import CamelCaseJSONRenderer

_READY = ("listing", "listings")


class ListingRenderer(CamelCaseJSONRenderer):  # type: ignore[misc]  # the library has no types
    """As the API's renderer, but leaves listings alone: `listings.wire` has named their fields.

    Renaming each of a hundred fields in each row took longer than everything else of a list.
    """

    json_underscoreize = {
        **CamelCaseJSONRenderer.json_underscoreize,
        "ignore_fields": (*CamelCaseJSONRenderer.json_underscoreize["ignore_fields"], *_READY),
    }

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """The answer as JSON."""
        if isinstance(data, dict):
            for name in _READY:
                _name_specifics(data.get(name))
        rendered: bytes = super().render(data, *args, **kwargs)
        return rendered


def _name_specifics(listings: Any) -> None:
    """`item_specifics` holds free names, and the common renderer knows it by this one alone."""
    rows: Iterable[Any] = listings if isinstance(listings, list) else [listings]
    for row in rows:
        if isinstance(row, dict) and "item_specifics" in row:
            row["itemSpecifics"] = row.pop("item_specifics")
