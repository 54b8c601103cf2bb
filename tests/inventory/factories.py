"""Parts of the tests of stock, made by the catalog's own service."""

from __future__ import annotations

import itertools

from listings.models import Listing
from listings.services import listing_create
from realtrack.core.actors import Actor

SYSTEM = Actor.system("test")
_numbers = itertools.count(1)


def part(*, quantity: int | None = None, sku: str = "", **fields: object) -> Listing:
    """A draft part with that first stock."""
    data: dict[str, object] = {
        "title": "2015-2017 Toyota Camry Alternator 27060-F0010",
        "custom_label_sku": sku or f"NS-{next(_numbers):05d}",
        "start_price": "89.90",
        "c_brand": "Denso",
        **fields,
    }
    return listing_create(data=data, actor=SYSTEM, initial_quantity=quantity)
