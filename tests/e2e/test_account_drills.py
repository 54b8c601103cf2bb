"""What an attacker tries at the door: guessing, replay, planted sessions, forged hosts and forms."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from realtrack.core.actors import Actor
from realtrack.core.models import AuditLog
from settings_app import services, sign_in
from settings_app.models import User
from tests.people import PASSWORD, api_of, browser_of, user_of

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.system("test")
OWNER = "user@test.example"
OWNERS_HOST = "198.51.100.7"


def _sign_in(client: Client, *, host: str = OWNERS_HOST, **data: Any) -> Any:
    typed = {"email": OWNER, "password": PASSWORD, **data}
    return client.post("/login/", typed, REMOTE_ADDR=host)


def test_1000_wrong_passwords_from_50_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    # given an owner who signed in from home before
    user_of("user"), user_of("viewer")
    assert _sign_in(Client()).status_code == 302
    checked: list[str] = []
    real = hashers.verify_password

    def counted(password: Any, *args: Any, **more: Any) -> Any:
        checked.append(password)
        return real(password, *args, **more)

    monkeypatch.setattr(hashers, "verify_password", counted)
    hosts = [f"203.0.113.{number}" for number in range(50)]

    def guesses(host: str) -> list[tuple[int, bool]]:
        try:
            client = APIClient(REMOTE_ADDR=host)
            answers = [
                client.post("/api/auth/login", {"email": OWNER, "password": f"guess {host} {n}"})
                for n in range(20)
            ]
            return [(one.status_code, "Retry-After" in one.headers) for one in answers]
        finally:
            connection.close()

    # when
    begun = time.monotonic()
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = [one for found in pool.map(guesses, hosts) for one in found]
    minutes = int((time.monotonic() - begun) / 60) + 1
    # then next to none was looked at, the others were told to wait
    assert len(answers) == 1000
    assert {status for status, _ in answers} == {401, 429}
    tried = sum(status == 401 for status, _ in answers)
    assert 1 <= tried <= sign_in.TRIES_PER_MINUTE * (minutes + 1)
    assert len(checked) == tried
    assert all(waits for status, waits in answers if status == 429)
    # and the owner comes in from home, others come in from anywhere, the guesser does not
    assert _sign_in(Client()).status_code == 302
    assert _sign_in(Client(), host=hosts[0], email="viewer@test.example").status_code == 302
    late = APIClient(REMOTE_ADDR=hosts[0]).post(
        "/api/auth/login", {"email": OWNER, "password": PASSWORD}
    )
    assert late.status_code == 429


def test_a_known_host_is_slowed_down_too() -> None:
    user_of("user")
    assert _sign_in(Client()).status_code == 302
    found = [_sign_in(Client(), password=f"guess {n}").status_code for n in range(12)]
    assert found[0] == 401
    assert found[-1] == 429


def test_a_token_that_comes_back_ends_its_family_and_the_browser_too() -> None:
    # given
    user_of("user")
    browser = Client()
    _sign_in(browser)
    first = sign_in.tokens_issue(user_of("user"))
    second = APIClient().post("/api/auth/refresh", {"refreshToken": first.refresh}).json()
    # when a thief uses the old one
    stolen = APIClient().post("/api/auth/refresh", {"refreshToken": first.refresh})
    # then
    assert stolen.status_code == 401
    for token in (first.access, second["accessToken"]):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        assert client.get("/api/auth/me").status_code == 401
    again = APIClient().post("/api/auth/refresh", {"refreshToken": second["refreshToken"]})
    assert again.status_code == 401
    assert browser.get("/account/").status_code == 302
    assert AuditLog.objects.filter(event="user.token_reused").count() == 1


def test_of_ten_at_once_one_refresh_wins() -> None:
    pair = sign_in.tokens_issue(user_of("user"))

    def refresh(_: int) -> int:
        try:
            answer = APIClient().post("/api/auth/refresh", {"refreshToken": pair.refresh})
            return int(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        found = sorted(pool.map(refresh, range(10)))
    assert found == [200] + [401] * 9


def test_a_role_lowered_while_signed_in_is_obeyed_at_once_everywhere() -> None:
    # given
    user = user_of("admin", email="second@test.example")
    user_of("admin")
    browser = Client()
    _sign_in(browser, email=user.email)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in.tokens_issue(user).access}")
    assert browser.get("/settings/rights/").status_code == 200
    assert api.get("/api/users").status_code == 200
    # when
    services.user_role_set(user_id=user.pk, role="viewer", actor=ACTOR)
    # then
    assert browser.get("/settings/rights/").status_code == 403
    assert browser.get("/admin/").status_code in {302, 403}
    assert api.get("/api/users").status_code == 403
    body = {"value": "Mine now"}
    assert api.put("/api/settings/general/business_name", body).status_code == 403
    post = browser.post("/settings/general/business_name/", body)
    assert post.status_code == 403


def test_a_right_taken_from_a_role_is_gone_at_the_next_request() -> None:
    client = api_of("manager")
    body = {"value": "One"}
    assert client.put("/api/settings/general/business_name", body).status_code == 200
    services.role_right_set(role="manager", right="settings.edit", allowed=False, actor=ACTOR)
    assert client.put("/api/settings/general/business_name", body).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/account/profile/", "/settings/general/business_name/", "/logout/", "/settings/rights/set/"],
)
def test_no_form_is_taken_without_its_csrf_token(path: str) -> None:
    # given a signed-in admin's browser, led to a foreign page's form
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_of("admin"), backend="django.contrib.auth.backends.ModelBackend")
    # when
    answer = client.post(path, {"name": "Changed", "value": "Changed"})
    # then
    assert answer.status_code == 403
    assert User.objects.get(email="admin@test.example").name == "Admin"
    assert AuditLog.objects.count() == 0
    assert client.get("/account/").status_code == 200


def test_the_api_takes_no_browser_session_without_its_csrf_token() -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user_of("admin"), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.put("/api/settings/general/business_name", {"value": "Changed"})
    assert answer.status_code in {401, 403}
    assert AuditLog.objects.count() == 0


def test_a_planted_session_is_worth_nothing() -> None:
    # given a session that the attacker made and put into the victim's browser
    user_of("user")
    attacker = Client()
    session = attacker.session
    session["planted"] = True
    session.save()
    planted = str(session.session_key)
    victim = Client()
    victim.cookies[settings.SESSION_COOKIE_NAME] = planted
    # when
    assert _sign_in(victim).status_code == 302
    # then
    assert victim.session.session_key != planted
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert attacker.get("/account/").status_code == 302
    assert victim.get("/account/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:80"])
@pytest.mark.parametrize("path", ["/login/", "/forgot/", "/api/health"])
def test_a_forged_host_is_refused(host: str, path: str) -> None:
    answer = Client(raise_request_exception=False).get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


def test_a_forged_forwarded_host_does_not_come_into_a_reset_link(mailoutbox: Any) -> None:
    user_of("user")
    Client().post(
        "/forgot/", {"email": OWNER},
        headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
    )  # fmt: skip
    assert len(mailoutbox) == 1
    assert "evil.example" not in mailoutbox[0].body
    assert "/access/" in mailoutbox[0].body


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example",
        "\\\\evil.example", "javascript:alert(1)", "http:evil.example", "https:/evil.example",
        " //evil.example", "/\t/evil.example", "data:text/html,hello",
        "https://testserver@evil.example/", "\x00//evil.example",
    ],
)  # fmt: skip
def test_next_leads_nowhere_else(following: str) -> None:
    user_of("user")
    posted = _sign_in(Client(), next=following)
    assert posted.status_code == 302
    assert posted.headers["Location"].startswith("/")
    assert not posted.headers["Location"].startswith(("//", "/\\"))
    shown = Client().get("/login/", {"next": following}).content.decode()
    assert "evil.example" not in shown.replace(json.dumps(following), "")
    # Who is signed in already is sent on at once, to no other place either.
    here = browser_of("user").get("/login/", {"next": following})
    assert not here.headers["Location"].startswith(("//", "/\\", "http", "javascript", "data"))
