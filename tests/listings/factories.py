"""Listings and people for tests, made by the services that make real ones."""

from __future__ import annotations

import uuid
from typing import Any

from django.test import Client
from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from listings.models import Listing
from listings.services import listing_create, listing_stock_copy_set
from realtrack.core.actors import Actor, ActorKind
from settings_app.enums import UserRole
from settings_app.models import User


class UserFactory(DjangoModelFactory[User]):
    """A person of some role; each address once."""

    class Meta:
        model = User

    email = Sequence(lambda n: f"person{n}-{uuid.uuid4().hex[:6]}@example.test")
    name = Sequence(lambda n: f"Person {n}")
    role = UserRole.USER
    password = "!"


def make_user(**values: Any) -> User:
    """A stored person."""
    made = UserFactory.create(**values)
    assert isinstance(made, User)
    return made


def person(name: str = "Ana") -> Actor:
    """A person as an actor."""
    return Actor(kind=ActorKind.PERSON, user_id=uuid.uuid4(), label=name)


def machine(kind: ActorKind = ActorKind.AI) -> Actor:
    """A machine as an actor."""
    return Actor(kind=kind, label=kind.value)


COMPLETE: dict[str, Any] = {
    "title": "2015-2017 Toyota Camry Left Headlight 81150-06D50 Used",
    "start_price": "164.00",
    "category_id": "33710",
    "condition_id": "3000",
    "c_brand": "Toyota",
    "c_manufacturer_part_number": "81150-06D50",
    "item_photo_url": "https://photos.example.test/1.jpg",
}


def make_listing(
    *, actor: Actor | None = None, complete: bool = False, stock: int | None = None, **data: Any
) -> Listing:
    """A listing; with `complete` all that a marketplace needs, one in stock."""
    values = {**COMPLETE, **data} if complete else data
    listing = listing_create(data=values, actor=actor or person())
    if stock is not None or complete:
        listing_stock_copy_set(listing_id=listing.pk, quantity=1 if stock is None else stock)
    return Listing.all_objects.get(pk=listing.pk)


def signed_in(user: User) -> Client:
    """A browser of this person."""
    client = Client(enforce_csrf_checks=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
