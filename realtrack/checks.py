"""What production refuses beyond its settings: the demo's users, whose password is public."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError


@register(Tags.database)
def no_demo_users(
    app_configs: Sequence[Any] | None = None,
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Find active demo users in production; runs wherever the database may be asked."""
    del app_configs
    if settings.REALTRACK_ENV != "production" or not databases:
        return []
    found = _active_demo_users()
    if not found:
        return []
    return [
        Error(
            f"Active demo users in production: {', '.join(found)}.",
            hint="Delete or deactivate them: their password stands in the documentation.",
            id="realtrack.E001",
        )
    ]


def refuse_demo_users() -> None:
    """Raise ImproperlyConfigured where the check would find something; for processes that serve."""
    for fault in no_demo_users(databases=["default"]):
        raise ImproperlyConfigured(str(fault))


def _active_demo_users() -> list[str]:
    from settings_app.models import User

    try:
        rows = User.objects.filter(email__iendswith="@demo.test", is_active=True)
        return sorted(rows.values_list("email", flat=True))
    except DatabaseError:
        return []  # not migrated yet, or away: nobody can log in either
