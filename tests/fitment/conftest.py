"""The vehicle reference data, loaded once for all tests of the folder.

Models are imported inside: pytest reads this file before Django is set up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker

    from fitment.models import FitmentModel
    from realtrack.core.actors import Actor
    from settings_app.models import User


@pytest.fixture(scope="session")
def vehicles(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Load the shipped data outside of any test's transaction; the seed is idempotent."""
    from fitment.reference import reference_load

    with django_db_blocker.unblock():
        reference_load()


@pytest.fixture
def user(db: None) -> User:
    """Someone with the role user."""
    from tests.fitment.factories import UserFactory

    return UserFactory.create()


@pytest.fixture
def actor(user: User) -> Actor:
    """That person, acting."""
    from realtrack.core.actors import Actor

    return Actor.person(user)


@pytest.fixture
def camry(vehicles: None, db: None) -> FitmentModel:
    """Toyota Camry."""
    from fitment.models import FitmentModel

    return FitmentModel.objects.select_related("make").get(make__slug="toyota", slug="camry")
