"""Every address × every role × nobody, a forged, an ended token and a deactivated user.

The table of addresses is read from Django, so that a new one without a rule fails here.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from realtrack.core.api.views import ApiView
from realtrack.core.rights import Right, Role, role_has
from settings_app.sign_in import VERSION_CLAIM
from tests.architecture.urls import Address, addresses
from tests.people import api_of, browser_of, user_of

pytestmark = pytest.mark.django_db

# API addresses that need no sign-in, each with its reason. A new one has to be written here.
PUBLIC_API = {
    "auth/login": "the sign-in itself",
    "auth/refresh": "carries its own token",
    "auth/accept-link": "an invitation or reset link, which is the right itself",
    "health": "terse for strangers",
    "health/ready": "terse for strangers",
    "channels/webhooks/": "signed by the marketplace",
    "storage/put/": "a signed upload address",
    "/callback": "bound to the browser session that began it",
}
# What is not ours: served by libraries, guarded by their own settings.
FOREIGN = ("/api/schema", "/api/docs", "/metrics")


def _api() -> list[Address]:
    return [one for one in addresses() if _is_api(one)]


def _is_api(one: Address) -> bool:
    return isinstance(one.view_class, type) and issubclass(one.view_class, ApiView)


def _pages() -> list[Address]:
    return [one for one in addresses() if not _is_api(one) and not one.path.startswith(FOREIGN)]


@pytest.fixture(autouse=True)
def _no_throttle(settings: Any) -> None:
    settings.THROTTLES = {
        "short": "100000/second",
        "medium": "1000000/minute",
        "long": "1000000/hour",
    }


def _refused(answer: Any) -> bool:
    return bool(
        answer.status_code == 403
        and answer.json()["errors"][0]["code"] == "permission_denied"
        and "role" in answer.json()["errors"][0]["detail"]
    )


def _call(client: APIClient, method: str, path: str) -> Any:
    return client.generic(method, path, "{}", content_type="application/json")


def test_every_api_method_names_a_right_and_strangers_are_listed() -> None:
    listed = set()
    for one in _api():
        for method in one.methods:
            assert method in one.view_class.rights, f"{method} {one.path} names no right"
            right = one.view_class.rights[method]
            assert right is None or isinstance(right, Right), one.path
            if right is None:
                found = [part for part in PUBLIC_API if part in one.path]
                assert found, f"{method} {one.path} is open to strangers and not listed"
                listed.update(found)
    assert {"auth/login", "health"} <= listed


def test_every_page_has_a_rule() -> None:
    for one in _pages():
        right = getattr(one.callback, "required_right", None)
        reason = getattr(one.callback, "public_reason", "")
        assert right is not None or reason, f"{one.path} has neither a right nor a reason"


def test_api_lets_in_whom_the_table_names_and_no_other_role() -> None:
    for role in Role:
        client = api_of(role)
        for one in _api():
            for method in one.methods:
                right = one.view_class.rights[method]
                if right is None or "auth/logout" in one.path or "sign-out" in one.path:
                    continue
                answer = _call(client, method, one.path)
                allowed = role_has(role.value, right)
                assert _refused(answer) is not allowed, (
                    f"{method} {one.path} as {role}: {answer.status_code} {answer.content[:200]!r}"
                )
                assert answer.status_code < 500, f"{method} {one.path}: {answer.content[:300]!r}"


def _bad_clients() -> dict[str, APIClient]:
    ended = AccessToken.for_user(user_of("admin"))
    ended[VERSION_CLAIM] = 1
    ended.set_exp(lifetime=datetime.timedelta(seconds=-5))
    shut = user_of("admin", email="shut@test.example")
    shut.is_active = False
    shut.save()
    of_shut = AccessToken.for_user(shut)
    of_shut[VERSION_CLAIM] = shut.token_version
    tokens = {"forged": "a.b.c", "ended": str(ended), "deactivated": str(of_shut)}
    clients = {"nobody": APIClient()}
    for name, token in tokens.items():
        clients[name] = APIClient()
        clients[name].credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return clients


def test_api_lets_in_no_stranger_no_forged_or_ended_token_no_deactivated_user() -> None:
    for name, client in _bad_clients().items():
        for one in _api():
            for method in one.methods:
                if one.view_class.rights[method] is None:
                    continue
                answer = _call(client, method, one.path)
                assert answer.status_code == 401, (
                    f"{method} {one.path} as {name}: {answer.status_code}"
                )
                assert answer.json()["errors"][0]["code"]
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_pages_let_in_whom_the_table_names_and_no_other_role() -> None:
    for role in Role:
        client = browser_of(role)
        client.raise_request_exception = False
        for one in _pages():
            right = getattr(one.callback, "required_right", None)
            if right is None or "logout" in one.path or "sign-out" in one.path:
                continue
            for method in ("get", "post"):
                answer = getattr(client, method)(one.path)
                if answer.status_code == 405:
                    continue
                allowed = role_has(role.value, right)
                denied = answer.status_code == 403 and b"This needs the role" in answer.content
                assert denied is not allowed, f"{method} {one.path} as {role}: {answer.status_code}"
                assert answer.status_code < 500, f"{method} {one.path} as {role}"


def test_pages_send_strangers_to_the_sign_in() -> None:
    client = Client()
    for one in _pages():
        if getattr(one.callback, "required_right", None) is None:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(one.path)
            if answer.status_code == 405:
                continue
            assert answer.status_code == 302, f"{method} {one.path}: {answer.status_code}"
            assert answer.headers["Location"].startswith("/login/?next="), one.path


def test_a_strangers_htmx_request_gets_no_sign_in_page_into_a_cell() -> None:
    answer = Client().get("/runs/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login/"


def test_django_admin_is_for_admins() -> None:
    for role in Role:
        answer = browser_of(role).get("/admin/")
        assert (answer.status_code == 200) is (role is Role.ADMIN)
