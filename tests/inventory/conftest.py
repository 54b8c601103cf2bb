"""The shipped vehicle data for tests of cars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture(scope="session")
def vehicles(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Load the reference data outside of any test's transaction; the seed is idempotent."""
    from fitment.reference import reference_load

    with django_db_blocker.unblock():
        reference_load()
