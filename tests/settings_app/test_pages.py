from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from settings_app import selectors
from settings_app.definitions import DEFINITIONS, Kind
from tests.people import PASSWORD, browser_of, user_of
from tests.settings_app.values import another_value

pytestmark = pytest.mark.django_db(transaction=True)


def _sign_in(client: Client, **data: Any) -> Any:
    return client.post("/login/", {"email": "user@test.example", "password": PASSWORD, **data})


def test_sign_in_leads_back_to_the_page_and_changes_the_session_key() -> None:
    user_of("user")
    client = Client()
    client.get("/login/?next=/listings/")
    planted = client.session.session_key
    answer = _sign_in(client, next="/listings/?q=denso")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/listings/?q=denso")
    assert client.session.session_key != planted


@pytest.mark.parametrize(
    "following",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"],
)
def test_sign_in_never_leads_to_another_host(following: str) -> None:
    user_of("user")
    assert _sign_in(Client(), next=following).headers["Location"] == "/"


def test_a_wrong_password_is_said_and_the_address_kept() -> None:
    user_of("user")
    answer = _sign_in(Client(), password="wrong")
    assert answer.status_code == 401
    assert b"E-mail or password is not right." in answer.content
    assert b'value="user@test.example"' in answer.content
    assert b"wrong" not in answer.content.replace(b"not right", b"")


def test_sign_in_without_the_csrf_token_is_refused() -> None:
    user_of("user")
    answer = _sign_in(Client(enforce_csrf_checks=True))
    assert answer.status_code == 403
    assert b"open for too long" in answer.content


def test_a_new_password_keeps_this_session_and_ends_the_others() -> None:
    user_of("user")
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        _sign_in(client)
        assert client.get("/account/").status_code == 200
    new = "another-long-password-9"
    wrong = here.post(
        "/account/password/", {"old_password": "x", "new_password": new, "again": new}
    )
    assert wrong.status_code == 422
    assert b"not your present password" in wrong.content
    answer = here.post(
        "/account/password/", {"old_password": PASSWORD, "new_password": new, "again": new}
    )
    assert answer.status_code == 200
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_sign_out_everywhere_ends_all_sessions() -> None:
    user_of("user")
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        _sign_in(client)
    here.post("/account/sign-out-everywhere/")
    assert here.get("/account/").status_code == 302
    assert elsewhere.get("/account/").status_code == 302


@pytest.mark.parametrize(
    "tab",
    ["general", "marketplaces", "tax", "shipping", "pricing", "ai", "notifications", "users",
     "system", "x"],
)  # fmt: skip
def test_every_tab_of_settings_opens(tab: str) -> None:
    answer = browser_of("admin").get(f"/settings/?tab={tab}")
    assert answer.status_code == 200
    assert b"settings-panel" in answer.content
    shown = tab if tab != "x" else "general"
    assert re.search(rf'tab={shown}" aria-current="page"', answer.content.decode())


def test_each_field_stands_on_its_tab_saves_by_itself_and_is_undone() -> None:
    # given
    client = browser_of("admin")
    pages = {
        tab: client.get(f"/settings/?tab={tab}").content.decode()
        for tab in {one.tab for one in DEFINITIONS.values()}
    }
    faults = []
    for one in DEFINITIONS.values():
        url = f"/settings/{one.category}/{one.key}/"
        secret = one.kind is Kind.SECRET
        value = another_value(one)
        read = selectors.secret_value if secret else selectors.setting_value
        before = read(one.category, one.key)
        # when
        sent = str(value).lower() if isinstance(value, bool) else str(value)
        saved = client.post(url, {"value": sent}, headers={"HX-Request": "true"})
        after = read(one.category, one.key)
        client.post(f"{url}undo/")
        # then
        if f'hx-post="{url}"' not in pages[one.tab]:
            faults.append(f"{one.name} is not on {one.tab}")
        if saved.status_code != 200 or str(after) != str(value):
            faults.append(f"{one.name} is {after!r} after saving {value!r}")
        # A key that was replaced cannot be read any more: no undo is offered.
        if (f"{url}undo/" in saved.headers["HX-Trigger"]) == secret:
            faults.append(f"{one.name}: undo is{'' if secret else ' not'} offered")
        if not secret and read(one.category, one.key) != before:
            faults.append(f"{one.name} is not as before after the undo")
    assert faults == []


def test_a_field_saves_itself_with_undo() -> None:
    client = browser_of("manager")
    url = "/settings/general/business_name/"
    answer = client.post(url, {"value": "Northside"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b'value="Northside"' in answer.content
    assert "/undo/" in answer.headers["HX-Trigger"]
    assert selectors.setting_value("general", "business_name") == "Northside"
    client.post(url + "undo/")
    assert selectors.setting_value("general", "business_name") == "MHN Auto Parts"


def test_a_wrong_value_stays_in_the_field_with_what_is_allowed_below() -> None:
    answer = browser_of("manager").post("/settings/tax/tax_rate/", {"value": "abc"})
    assert answer.status_code == 422
    assert b'value="abc"' in answer.content
    assert b"takes a number from 0 up to 1" in answer.content


def test_a_secret_never_stands_in_the_page() -> None:
    client = browser_of("admin")
    client.post("/settings/ai/openai_api_key/", {"value": "sk-very-secret-9876"})
    page = client.get("/settings/?tab=ai").content.decode()
    assert "sk-very-secret" not in page
    assert "…9876" in page


def test_an_admin_shuts_a_person() -> None:
    made = user_of("user")
    browser_of("admin").post(f"/settings/users/{made.pk}/", {"active": "false"})
    made.refresh_from_db()
    assert made.is_active is False


def test_the_privacy_page_is_public_and_its_text_escaped() -> None:
    browser_of("manager").post("/settings/general/privacy_text/", {"value": "<b>Hi</b>"})
    answer = Client().get("/privacy/")
    assert answer.status_code == 200
    assert b"&lt;b&gt;Hi&lt;/b&gt;" in answer.content
