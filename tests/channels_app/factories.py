"""People and parts for these tests, made by the services that make real ones."""

from __future__ import annotations

import itertools
import uuid

from inventory.services import stock_set
from listings.models import Listing
from listings.services import listing_create
from realtrack.core.actors import Actor, ActorKind
from settings_app.enums import UserRole
from settings_app.models import User

_numbers = itertools.count(1)

COMPLETE: dict[str, object] = {
    "title": "2015-2017 Toyota Camry Left Headlight 81150-06D50 Used",
    "description": "<p>Taken off a 2016 Camry LE. Tested.</p>",
    "start_price": "164.00",
    "category_id": "33710",
    "condition_id": "3000",
    "c_brand": "Toyota",
    "c_manufacturer_part_number": "81150-06D50",
    "c_type": "Headlight",
    "item_photo_url": "https://photos.example.test/1.jpg",
}


def make_user(role: str = UserRole.MANAGER) -> User:
    """A person of some role."""
    return User.objects.create_user(
        f"someone{next(_numbers)}-{uuid.uuid4().hex[:6]}@example.test",
        "not-a-real-word-9",
        role=role,
    )


def person(user: User | None = None) -> Actor:
    """A person as an actor."""
    if user is not None:
        return Actor.person(user)
    return Actor(kind=ActorKind.PERSON, label="Ana", role="manager")


def make_listing(*, stock: int = 1, **data: object) -> Listing:
    """A part with all that eBay needs and `stock` pieces in the ledger."""
    sku = data.pop("custom_label_sku", f"CH-{next(_numbers):05d}")
    values = {**COMPLETE, "custom_label_sku": sku, **data}
    listing = listing_create(data=values, actor=person())
    if stock:
        stock_set(listing_id=listing.pk, quantity=stock, actor=person())
    return Listing.all_objects.get(pk=listing.pk)
