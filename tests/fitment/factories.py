"""People and parts for fitment's tests."""

from __future__ import annotations

from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from listings.models import Listing
from listings.services import listing_create
from realtrack.core.actors import Actor
from settings_app.models import User


class UserFactory(DjangoModelFactory[User]):
    """A person who may work on fitment."""

    class Meta:
        model = User

    email = Sequence(lambda number: f"fitter{number}@example.test")
    name = Sequence(lambda number: f"Fitter {number}")
    role = "user"


def make_listing(title: str = "Alternator", *, actor: Actor, **data: Any) -> Listing:
    """A draft by the catalog's own service."""
    return listing_create(data={"title": title, **data}, actor=actor)
