"""Users for tests, one per role, and signed-in clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.test import Client
from rest_framework.test import APIClient

from settings_app import sign_in
from settings_app.models import User

if TYPE_CHECKING:
    from realtrack.core.rights import Role

PASSWORD = "a-long-test-password-7"
# Argon2 costs 50 ms on purpose; once a run is enough for users whose password nobody types.
_HASH = make_password(PASSWORD)


def user_of(role: Role | str, *, email: str = "") -> User:
    """Return the test user of that role, made on first use."""
    address = email or f"{role}@test.example"
    user, _ = User.objects.get_or_create(
        email=address,
        defaults={"role": str(role), "password": _HASH, "name": str(role).title()},
    )
    return user


def api_of(role: Role | str) -> APIClient:
    """Return an API client with a bearer token of that role."""
    client = APIClient()
    token = sign_in.tokens_issue(user_of(role)).access
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def browser_of(role: Role | str) -> Client:
    """Return a signed-in browser session of that role."""
    client = Client()
    client.force_login(user_of(role), backend="django.contrib.auth.backends.ModelBackend")
    return client
