from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict
from realtrack.core.models import AuditLog
from settings_app import services, sign_in
from settings_app.models import User
from tests.people import PASSWORD, api_of, user_of

pytestmark = pytest.mark.django_db


def _login(email: str = "user@test.example", password: str = PASSWORD) -> Any:
    return APIClient().post("/api/auth/login", {"email": email, "password": password})


def test_login_gives_tokens_and_who_one_is() -> None:
    user = user_of("user")
    answer = _login("USER@test.example")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"accessToken", "refreshToken", "user"}
    assert body["user"] == {
        "id": str(user.pk), "email": "user@test.example", "name": "User", "role": "user",
        "active": True,
    }  # fmt: skip
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['accessToken']}")
    assert client.get("/api/auth/me").json()["user"]["email"] == "user@test.example"
    assert AuditLog.objects.filter(event="user.signed_in", entity_id=str(user.pk)).count() == 1


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("user@test.example", "wrong"),
        ("nobody@test.example", PASSWORD),
        ("not-an-address", "x"),
    ],
)
def test_wrong_is_wrong_in_the_same_words(email: str, password: str) -> None:
    user_of("user")
    answer = _login(email, password)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "wrong_credentials"
    assert answer.json()["errors"][0]["detail"] == "E-mail or password is not right."
    assert answer.json()["requestId"] == answer.headers["X-Request-ID"]


def test_unknown_fields_and_missing_ones_are_named() -> None:
    answer = APIClient().post("/api/auth/login", {"email": "a@b.example", "isAdmin": True})
    assert answer.status_code == 400
    assert {(one["attr"], one["code"]) for one in answer.json()["errors"]} == {
        ("isAdmin", "unknown_field")
    }
    answer = APIClient().post("/api/auth/login", {"email": "a@b.example"})
    assert [(one["attr"], one["code"]) for one in answer.json()["errors"]] == [
        ("password", "required")
    ]


def test_a_deactivated_user_is_out_at_once() -> None:
    user = user_of("user")
    client = api_of("user")
    assert client.get("/api/auth/me").status_code == 200
    services.user_deactivate(user_id=user.pk, actor=Actor.system("test"))
    assert client.get("/api/auth/me").status_code == 401
    assert _login().status_code == 401


def test_a_lowered_role_obeys_at_the_next_request() -> None:
    user = user_of("manager")
    client = api_of("manager")
    body = {"value": "Shop"}
    assert client.put("/api/settings/general/business_name", body).status_code == 200
    services.user_role_set(user_id=user.pk, role="viewer", actor=Actor.system("test"))
    answer = client.put("/api/settings/general/business_name", body)
    assert answer.status_code == 403
    assert "manager" in answer.json()["errors"][0]["detail"]


def test_refresh_rotates_and_the_old_one_is_dead_with_its_family() -> None:
    # given
    user_of("user")
    first = _login().json()["refreshToken"]
    answer = APIClient().post("/api/auth/refresh", {"refreshToken": first})
    second = answer.json()
    assert answer.status_code == 200
    assert second["refreshToken"] != first
    # when the old one comes again
    reused = APIClient().post("/api/auth/refresh", {"refreshToken": first})
    # then all of the family is dead
    assert reused.status_code == 401
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {second['accessToken']}")
    assert client.get("/api/auth/me").status_code == 401
    again = APIClient().post("/api/auth/refresh", {"refreshToken": second["refreshToken"]})
    assert again.status_code == 401
    assert AuditLog.objects.filter(event="user.token_reused").count() == 1


def test_logout_ends_the_refresh_token() -> None:
    user_of("user")
    body = _login().json()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['accessToken']}")
    assert (
        client.post("/api/auth/logout", {"refreshToken": body["refreshToken"]}).status_code == 204
    )
    answer = APIClient().post("/api/auth/refresh", {"refreshToken": body["refreshToken"]})
    assert answer.status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_a_forged_token_is_401(token: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert client.get("/api/auth/me").status_code == 401


def test_a_new_password_ends_all_tokens_but_the_ones_it_answers_with() -> None:
    user_of("user")
    old = _login().json()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {old['accessToken']}")
    new_password = "another-long-password-9"
    wrong = client.post("/api/auth/password", {"oldPassword": "x", "newPassword": new_password})
    assert wrong.json()["errors"][0]["attr"] == "oldPassword"
    weak = client.post("/api/auth/password", {"oldPassword": PASSWORD, "newPassword": "12345"})
    assert weak.status_code == 400
    answer = client.post(
        "/api/auth/password", {"oldPassword": PASSWORD, "newPassword": new_password}
    )
    assert answer.status_code == 200
    assert client.get("/api/auth/me").status_code == 401
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['accessToken']}")
    assert client.get("/api/auth/me").status_code == 200


def test_registration_is_for_admins() -> None:
    body = {
        "email": "new@test.example",
        "password": "a-strong-one-4711",
        "role": "user",
    }
    assert api_of("manager").post("/api/auth/register", body).status_code == 403
    assert APIClient().post("/api/auth/register", body).status_code == 401
    answer = api_of("admin").post("/api/auth/register", body)
    assert answer.status_code == 201
    assert User.objects.get(email="new@test.example").role == "user"
    again = api_of("admin").post("/api/auth/register", {**body, "email": "NEW@test.example"})
    assert again.json()["errors"][0]["attr"] == "email"


def test_the_last_admin_stays() -> None:
    admin = user_of("admin")
    client = api_of("admin")
    for change in ({"role": "user"}, {"active": False}):
        answer = client.patch(f"/api/users/{admin.pk}", change)
        assert answer.status_code == 409
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("admin", True)


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_demoting_each_other_at_once_one_stays() -> None:
    # given
    first, second = user_of("admin"), user_of("admin", email="second@test.example")

    def demote(user: User) -> bool:
        try:
            services.user_role_set(user_id=user.pk, role="user", actor=Actor.system("test"))
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    # when
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(demote, [first, second]))
    # then
    assert sorted(done) == [False, True]
    assert User.objects.filter(role="admin", is_active=True).count() == 1


def test_guessing_is_slowed_down_and_then_locked() -> None:
    user_of("user")
    codes = [_login(password=f"wrong{n}").status_code for n in range(sign_in.TRIES_PER_MINUTE + 2)]
    assert codes[0] == 401
    assert codes[-1] == 429
    answer = _login(password="wrong")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json()["errors"][0]["code"] in {"slowed_down", "locked_out"}


def test_a_refresh_race_has_one_winner() -> None:
    user = user_of("user")
    pair = sign_in.tokens_issue(user)
    _, new = sign_in.tokens_refresh(pair.refresh)
    assert new.refresh != pair.refresh
    with pytest.raises(sign_in.TokenEnded):
        sign_in.tokens_refresh(pair.refresh)
