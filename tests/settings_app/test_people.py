"""Invitations, resets, tokens, sessions, teams, rights."""

from __future__ import annotations

import datetime
import re
import threading
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from realtrack.core import redis, registry
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError
from realtrack.core.rights import Right, role_has
from settings_app import links, services, tokens
from settings_app.models import AccessLink, ApiToken, User, UserSession
from settings_app.selectors import setting_value
from tests.people import PASSWORD, api_of, browser_of, user_of

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.system("test")
STRONG = "a-new-long-password-3"


@pytest.fixture(autouse=True)
def _fresh_windows() -> None:
    for key in redis.client().scan_iter(redis.key("window", "*")):
        redis.client().delete(key)


def _link_in_mail() -> str:
    found = re.search(r"/access/[^/\s]+/", str(mail.outbox[-1].body))
    assert found is not None
    return found.group(0)


def _signs_in(email: str, password: str) -> bool:
    body = {"email": email, "password": password}
    return APIClient().post("/api/auth/login", body).status_code == 200


def test_an_invitation_makes_the_user_once_and_carries_no_password() -> None:
    # given
    answer = api_of("admin").post(
        "/api/users/invitations", {"email": "New@test.example", "role": "manager"}
    )
    assert answer.status_code == 201
    path = _link_in_mail()
    assert answer.json()["url"].endswith(path)
    assert AccessLink.objects.get().token_hash not in path
    # when
    weak = Client().post(path, {"password": "short", "again": "short"})
    differ = Client().post(path, {"password": STRONG, "again": STRONG + "x"})
    done = Client().post(path, {"name": "Nia", "password": STRONG, "again": STRONG})
    again = Client().post(path, {"password": STRONG, "again": STRONG})
    # then
    assert (weak.status_code, differ.status_code) == (422, 422)
    assert (done.status_code, again.status_code) == (200, 404)
    user = User.objects.get(email__iexact="new@test.example")
    assert (user.role, user.name) == ("manager", "Nia")
    assert _signs_in("new@test.example", STRONG)


def test_an_invitation_ends_after_48_hours_and_a_new_one_ends_the_old() -> None:
    _, first = links.user_invite(email="a@test.example", role="user", actor=ACTOR)
    link, second = links.user_invite(email="a@test.example", role="user", actor=ACTOR)
    assert link.expires_at - link.created_at > datetime.timedelta(hours=47)
    with pytest.raises(links.LinkEnded):
        links.link_accept(token=first, password=STRONG)
    AccessLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())
    with pytest.raises(links.LinkEnded):
        links.link_accept(token=second, password=STRONG)
    assert not User.objects.filter(email="a@test.example").exists()


def test_of_two_at_once_one_uses_the_link() -> None:
    user = user_of("user")
    _, token = links.reset_link_make(user_id=user.pk, actor=ACTOR)
    barrier, results = threading.Barrier(4), []

    def use(number: int) -> None:
        barrier.wait()
        try:
            links.link_accept(token=token, password=f"{STRONG}-{number}")
            results.append("ok")
        except AppError as error:
            results.append(error.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["link_ended"] * 3 + ["ok"]


def test_a_revoked_invitation_and_a_guessed_token_are_refused() -> None:
    client = api_of("admin")
    made = client.post("/api/users/invitations", {"email": "b@test.example"}).json()
    assert [one["email"] for one in client.get("/api/users/invitations").json()["invitations"]] == [
        "b@test.example"
    ]
    link_id = made["invitation"]["id"]
    assert client.delete(f"/api/users/invitations/{link_id}").status_code == 204
    assert client.delete(f"/api/users/invitations/{link_id}").status_code == 404
    body = {"token": "x" * 43, "password": STRONG}
    assert APIClient().post("/api/auth/accept-link", body).status_code == 404


def test_an_existing_address_is_not_invited_again() -> None:
    user_of("user")
    answer = api_of("admin").post("/api/users/invitations", {"email": "USER@test.example"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "email"


def test_forgot_says_the_same_to_all_and_the_link_ends_sessions() -> None:
    # given
    user_of("user")
    elsewhere = Client()
    elsewhere.post("/login/", {"email": "user@test.example", "password": PASSWORD})
    # when
    known = Client().post("/forgot/", {"email": "user@test.example"})
    unknown = Client().post("/forgot/", {"email": "nobody@test.example"})
    # then
    assert known.content == unknown.content
    assert len(mail.outbox) == 1
    Client().post(_link_in_mail(), {"password": STRONG, "again": STRONG})
    assert elsewhere.get("/account/").status_code == 302
    assert _signs_in("user@test.example", STRONG)
    assert not _signs_in("user@test.example", PASSWORD)


def _token(client: APIClient, **body: Any) -> Any:
    return client.post("/api/auth/tokens", {"name": "Robot", "role": "user", **body})


def _bearer(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_a_token_signs_in_with_no_more_than_its_role_and_shows_when_it_was_used() -> None:
    made = _token(api_of("manager"), role="viewer").json()
    secret = made["secret"]
    assert secret not in str(ApiToken.objects.values().get())
    client = _bearer(secret)
    assert client.get("/api/auth/me").json()["user"]["role"] == "viewer"
    assert client.get("/api/settings").status_code == 403
    assert ApiToken.objects.get().last_used_at is not None
    assert User.objects.get(email="manager@test.example").role == "manager"


@pytest.mark.parametrize("body", [{"role": "admin"}, {"days": 0}, {"days": 4000}, {"name": ""}])
def test_a_token_above_the_owner_or_without_end_is_refused(body: dict[str, Any]) -> None:
    assert _token(api_of("manager"), **body).status_code == 400


def test_a_token_made_with_a_token_does_not_climb() -> None:
    secret = _token(api_of("admin"), role="viewer").json()["secret"]
    assert _token(_bearer(secret), role="user").status_code == 400


def test_a_token_obeys_a_lowered_role_at_once_and_ends_with_its_owner() -> None:
    secret = _token(api_of("manager"), role="manager").json()["secret"]
    client, owner = _bearer(secret), user_of("manager")
    assert client.get("/api/settings").status_code == 200
    User.objects.filter(pk=owner.pk).update(role="viewer")
    assert client.get("/api/settings").status_code == 403
    User.objects.filter(pk=owner.pk).update(role="manager", is_active=False)
    assert client.get("/api/settings").status_code == 401


@pytest.mark.parametrize("end", ["revoke", "expire", "everywhere"])
def test_an_ended_token_is_worth_nothing(end: str) -> None:
    owner = api_of("user")
    made = _token(owner).json()
    client = _bearer(made["secret"])
    assert client.get("/api/auth/me").status_code == 200
    if end == "revoke":
        assert owner.delete(f"/api/auth/tokens/{made['token']['id']}").status_code == 204
    elif end == "expire":
        ApiToken.objects.update(expires_at=timezone.now())
    else:
        assert owner.post("/api/auth/sign-out-everywhere").status_code == 204
    assert client.get("/api/auth/me").status_code == 401


def test_somebody_elses_token_cannot_be_revoked() -> None:
    made = _token(api_of("user")).json()["token"]["id"]
    assert api_of("admin").delete(f"/api/auth/tokens/{made}").status_code == 404


def test_browsers_are_listed_and_one_can_be_signed_out() -> None:
    user_of("user")
    here, elsewhere = Client(), Client(headers={"User-Agent": "Phone"})
    for client in (here, elsewhere):
        client.post("/login/", {"email": "user@test.example", "password": PASSWORD})
    rows = here.get("/api/auth/sessions").json()["sessions"]
    assert {(row["browser"], row["isHere"]) for row in rows} == {("", True), ("Phone", False)}
    # Each of the two was used by its first request after the sign-in, or not yet.
    assert all(row["lastUsedAt"] >= row["createdAt"] for row in rows)
    other = next(row["id"] for row in rows if not row["isHere"])
    here.post(f"/account/sessions/{other}/end/")
    assert elsewhere.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert len(here.get("/api/auth/sessions").json()["sessions"]) == 1


def test_a_browsers_last_use_is_noted_once_a_minute() -> None:
    client = browser_of("user")
    key = str(client.session.session_key)
    tokens.session_note(user=user_of("user"), session_key=key, ip=None, browser="Phone")
    old = timezone.now() - datetime.timedelta(hours=3)
    UserSession.objects.update(last_used_at=old)
    client.get("/account/")
    noted = UserSession.objects.get().last_used_at
    assert noted is not None
    assert noted > timezone.now() - datetime.timedelta(minutes=1)
    client.get("/account/")
    assert UserSession.objects.get().last_used_at == noted
    # A stranger with a made-up cookie notes nothing.
    stranger = Client()
    stranger.cookies["sessionid"] = key[::-1]
    redis.client().flushdb()
    stranger.get("/privacy/")
    assert UserSession.objects.get().last_used_at == noted


def test_the_name_of_the_business_stands_over_the_navigation() -> None:
    api_of("admin").put("/api/settings/general/business_name", {"value": "Sons & Parts"})
    page = browser_of("admin").get("/account/").content.decode()
    assert "Sons &amp; Parts" in page


def test_the_own_name_is_changed_and_nothing_else() -> None:
    answer = api_of("user").patch("/api/auth/me", {"name": "Uma"})
    assert answer.json()["user"]["name"] == "Uma"
    assert api_of("user").patch("/api/auth/me", {"role": "admin"}).status_code == 400


def test_the_last_admin_cannot_be_shut_or_demoted() -> None:
    client, admin = api_of("admin"), user_of("admin")
    for body in ({"role": "user"}, {"active": False}):
        assert client.patch(f"/api/users/{admin.pk}", body).status_code == 409


def test_a_role_lowered_while_signed_in_is_obeyed_by_the_next_request() -> None:
    client = browser_of("admin")
    user_of("admin", email="second@test.example")
    assert client.get("/settings/rights/").status_code == 200
    User.objects.filter(email="admin@test.example").update(role="viewer")
    assert client.get("/settings/rights/").status_code == 403


def test_the_table_of_rights_shows_and_changes() -> None:
    client = browser_of("admin")
    assert b"channels.publish" in client.get("/settings/rights/").content
    body = {"role": "user", "right": "channels.publish", "allowed": "true"}
    assert client.post("/settings/rights/set/", body).status_code == 303
    rows = api_of("admin").get("/api/users/rights").json()["rights"]
    row = next(one for one in rows if (one["role"], one["right"]) == ("user", "channels.publish"))
    assert row == {
        "role": "user", "right": "channels.publish", "allowed": True, "byDefault": False,
        "fixed": False,
    }  # fmt: skip


def test_what_an_admin_changed_survives_a_deployment() -> None:
    # given
    services.role_right_set(role="user", right="channels.publish", allowed=True, actor=ACTOR)
    services.role_right_set(role="manager", right="orders.refund", allowed=False, actor=ACTOR)
    services.setting_set(category="general", key="business_name", value="Yard", actor=ACTOR)
    role = user_of("manager", email="manager@demo.test")
    services.user_role_set(user_id=role.pk, role="viewer", actor=ACTOR)
    # when the new version is put in place: migrations, seeds, fresh processes
    call_command("migrate", verbosity=0)
    for slot in (registry.reference_seeders, registry.demo_seeders):
        for key, seed in slot.items():
            if key.startswith("settings_app."):
                seed()
    redis.client().flushdb()
    # then
    assert role_has("user", Right.CHANNELS_PUBLISH)
    assert not role_has("manager", Right.ORDERS_REFUND)
    assert setting_value("general", "business_name") == "Yard"
    role.refresh_from_db()
    assert role.role == "viewer"


def test_teams_by_api_and_page() -> None:
    client, member = api_of("admin"), user_of("user")
    made = client.post("/api/teams", {"name": "North", "memberIds": [str(member.pk)]}).json()
    team_id = made["team"]["id"]
    assert [one["email"] for one in made["team"]["members"]] == ["user@test.example"]
    assert client.post("/api/teams", {"name": "North"}).status_code == 400
    page = browser_of("admin").post(f"/settings/teams/{team_id}/", {"name": "South"})
    assert page.status_code == 303
    found = client.get("/api/teams").json()["teams"]
    assert [(one["name"], one["members"]) for one in found] == [("South", [])]
    assert client.delete(f"/api/teams/{team_id}").status_code == 204
    assert client.delete(f"/api/teams/{team_id}").status_code == 404


def test_the_pages_of_people_show_what_was_made() -> None:
    client = browser_of("admin")
    made = client.post("/settings/users/invite/", {"email": "c@test.example", "role": "user"})
    assert b"/access/" in made.content
    bad = client.post("/settings/users/invite/", {"email": "c", "role": "user"})
    assert bad.status_code == 422
    assert b"c@test.example" in client.get("/settings/?tab=users").content
    token = client.post("/account/tokens/", {"name": "Bot", "role": "user", "days": "30"})
    assert b"rtp_" in token.content
    assert b"rtp_" not in client.get("/account/").content
