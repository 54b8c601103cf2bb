"""Consent, codes, tokens, scopes, limits: in eBay's order of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.sandbox.client import INVENTORY, SCOPE, Client, error_ids

if TYPE_CHECKING:
    from tests.sandbox.server import SandboxServer


def consent_query(server: SandboxServer, **changes: str) -> dict[str, str]:
    return {
        "client_id": server.client_id,
        "response_type": "code",
        "redirect_uri": server.ru_name,
        "scope": f"{SCOPE} {SCOPE}/sell.inventory {SCOPE}/commerce.identity.readonly",
        "state": "s/1 &",
        **changes,
    }


def test_consent_page_leads_to_a_code_and_a_token(sandbox_server: SandboxServer) -> None:
    # given
    sandbox_server.control("application", accept_url="http://127.0.0.1:9/callback?x=1")
    query = consent_query(sandbox_server)
    shown = httpx.get(f"{sandbox_server.base}/oauth2/authorize", params=query)

    # when
    form = {**query, "decision": "agree", "seller": sandbox_server.seller}
    answer = httpx.post(f"{sandbox_server.base}/oauth2/consent", data=form)

    # then
    assert shown.status_code == 200
    assert sandbox_server.seller in shown.text
    assert answer.status_code == 302
    where = urlsplit(answer.headers["location"])
    given = parse_qs(where.query)
    assert (where.netloc, where.path) == ("127.0.0.1:9", "/callback")
    assert (given["state"], given["expires_in"]) == (["s/1 &"], ["299"])
    token = httpx.post(
        f"{sandbox_server.base}/identity/v1/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "code": given["code"][0],
            "redirect_uri": sandbox_server.ru_name,
        },
        auth=(sandbox_server.client_id, sandbox_server.client_secret),
    ).json()
    assert set(token) == {
        "access_token",
        "expires_in",
        "refresh_token",
        "refresh_token_expires_in",
        "token_type",
    }
    user = httpx.get(
        f"{sandbox_server.base}/commerce/identity/v1/user/",
        headers={"authorization": f"Bearer {token['access_token']}"},
    ).json()
    assert user["username"] == sandbox_server.seller


def test_declining_says_so(sandbox_server: SandboxServer) -> None:
    form = {**consent_query(sandbox_server), "decision": "decline"}

    answer = httpx.post(f"{sandbox_server.base}/oauth2/consent", data=form)

    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["access_denied"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_id": "nobody"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:9/callback"}, "invalid_request"),
        ({"scope": f"{SCOPE}/sell.cancellation"}, "invalid_scope"),
    ],
)
def test_consent_is_refused(
    sandbox_server: SandboxServer, changes: dict[str, str], expected: str
) -> None:
    query = consent_query(sandbox_server, **changes)

    answer = httpx.get(f"{sandbox_server.base}/oauth2/authorize", params=query)

    assert (answer.status_code, answer.json()["error_id"]) == (400, expected)


def test_a_code_serves_once_and_299_seconds(client: Client) -> None:
    # given
    server = client.server
    first = server.control("consent", seller=server.seller)["code"]
    second = server.control("consent", seller=server.seller)["code"]
    form = {"grant_type": "authorization_code", "redirect_uri": server.ru_name}

    # when
    good = client.token(code=first, **form)
    again = client.token(code=first, **form)
    server.control("clock", advance_seconds=300)
    late = client.token(code=second, **form)

    # then
    assert good.status_code == 200
    assert [row.json()["error"] for row in (again, late)] == ["invalid_grant"] * 2


def test_refreshing_gives_no_new_refresh_token(client: Client) -> None:
    refresh = client.tokens["refresh_token"]

    answer = client.token(grant_type="refresh_token", refresh_token=refresh)
    wider = client.token(
        grant_type="refresh_token", refresh_token=refresh, scope=f"{SCOPE}/sell.marketing"
    )

    assert set(answer.json()) == {"access_token", "expires_in", "token_type"}
    assert (wider.status_code, wider.json()["error"]) == (400, "invalid_scope")


def test_a_changed_password_ends_refresh_tokens(client: Client) -> None:
    client.server.control("change_password", seller=client.server.seller)

    answer = client.token(grant_type="refresh_token", refresh_token=client.tokens["refresh_token"])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert client.call("GET", f"{INVENTORY}/inventory_item").status_code == 200


def test_a_wrong_secret_is_invalid_client(sandbox_server: SandboxServer) -> None:
    answer = httpx.post(
        f"{sandbox_server.base}/identity/v1/oauth2/token",
        data={"grant_type": "client_credentials", "scope": SCOPE},
        auth=(sandbox_server.client_id, "wrong"),
    )

    assert answer.status_code == 401
    assert answer.json() == {
        "error": "invalid_client",
        "error_description": "client authentication failed",
    }


def test_checks_come_in_ebays_order(client: Client) -> None:
    # given
    path, server = f"{INVENTORY}/inventory_item/A", client.server

    def put(**headers: str) -> httpx.Response:
        return client.http.put(path, headers=headers, content=b"{not json")

    token = client.headers["authorization"]

    # when
    answers = [
        put(),
        put(authorization="Bearer nonsense"),
        put(**client.app),
        put(authorization=token),
        put(authorization=token, **{"accept-language": "en-US"}),
        put(**client.headers),
    ]
    server.control("limits", resource="sell.inventory", limit=1)
    spent = put(authorization=token)

    # then
    assert [(row.status_code, error_ids(row)) for row in answers] == [
        (401, [1002]),
        (401, [1001]),
        (403, [1100]),
        (400, [25709]),
        (400, [25709]),
        (400, [2004]),
    ]
    assert (spent.status_code, error_ids(spent)) == (429, [2001])


def test_access_tokens_run_out(client: Client) -> None:
    client.server.control("clock", advance_seconds=7201)

    answer = client.call("GET", f"{INVENTORY}/inventory_item")

    assert (answer.status_code, error_ids(answer)) == (401, [1001])


def test_a_scope_that_was_not_granted_is_403(client: Client) -> None:
    grant = client.server.control("consent", seller="mhn-outlet", scope=f"{SCOPE}/sell.account")
    token = client.token(
        grant_type="authorization_code",
        code=grant["code"],
        redirect_uri=client.server.ru_name,
    ).json()["access_token"]

    answer = client.call(
        "GET", f"{INVENTORY}/inventory_item", headers={"authorization": f"Bearer {token}"}
    )

    assert (answer.status_code, error_ids(answer)) == (403, [1100])


def test_texts_change_with_the_language_and_ids_do_not(client: Client) -> None:
    client.server.control("language", seller=client.server.seller, language="de-DE")

    answer = client.call("GET", f"{INVENTORY}/offer/1")

    row = answer.json()["errors"][0]
    assert row["errorId"] == 25713
    assert row["message"] == "Dieses Angebot ist nicht verfügbar."


def test_rate_limits_show_what_is_used(client: Client) -> None:
    client.call("GET", f"{INVENTORY}/inventory_item")

    answer = client.http.get(
        "/developer/analytics/v1_beta/rate_limit/",
        params={"api_context": "sell", "api_name": "inventory"},
        headers=client.app,
    )

    rate = answer.json()["rateLimits"][0]["resources"][0]["rates"][0]
    assert (rate["limit"], rate["remaining"]) == (2_000_000, 1_999_999)
