"""What production refuses beyond its settings."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from realtrack.checks import no_demo_users, refuse_demo_users
from settings_app.models import User
from settings_app.seeds import seed_demo_users


@pytest.mark.django_db
def test_active_demo_users_are_refused_in_production(settings: Settings) -> None:
    # given
    seed_demo_users()
    assert no_demo_users(databases=["default"]) == []
    settings.REALTRACK_ENV = "production"

    # when
    found = no_demo_users(databases=["default"])

    # then
    assert [fault.id for fault in found] == ["realtrack.E001"]
    assert "admin@demo.test" in found[0].msg
    with pytest.raises(ImproperlyConfigured, match=r"viewer@demo\.test"):
        refuse_demo_users()

    # when
    User.objects.update(is_active=False)

    # then
    assert no_demo_users(databases=["default"]) == []
    refuse_demo_users()


def test_the_check_waits_until_a_database_may_be_asked(settings: Settings) -> None:
    settings.REALTRACK_ENV = "production"
    assert no_demo_users() == []
