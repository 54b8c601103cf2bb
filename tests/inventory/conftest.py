"""The shipped vehicle data for tests of cars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture(scope="session")
def _vehicles_loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Load the reference data outside of any test's transaction; the seed is idempotent."""
    from fitment.reference import reference_load

    with django_db_blocker.unblock():
        reference_load()


@pytest.fixture
def vehicles(_vehicles_loaded: None, db: None) -> None:
    """The reference data; loaded anew where a test that commits has emptied the tables since."""
    from fitment.models import FitmentMake
    from fitment.reference import reference_load

    if not FitmentMake.objects.filter(slug="toyota").exists():
        reference_load()
