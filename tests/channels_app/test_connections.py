from __future__ import annotations

import datetime
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from channels_app import services
from channels_app.adapters.base import ChannelError, SignInAgain
from channels_app.errors import OAuthStateInvalid, SignInDeclined
from channels_app.management.commands.connect_sandbox import connect, consent
from channels_app.models import ChannelConnection, OAuthState
from realtrack.core import crypto
from realtrack.core.errors import Conflict
from realtrack.core.models import AuditLog
from tests.channels_app.factories import make_listing, make_user, person
from tests.channels_app.helpers import drain

if TYPE_CHECKING:
    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


def calls(ebay: SandboxServer, route: str) -> int:
    return len(ebay.control("requests", route=route)["requests"])


def test_sign_in_connects_the_account_with_sealed_tokens(
    ebay: SandboxServer, manager: User
) -> None:
    # when
    row = connect(user=manager, seller=ebay.seller)
    # then
    assert row.marketplace_account_name == "mhn-auto-parts"
    assert row.status == "active"
    assert row.access_token.startswith("v1.")
    assert "v^1" not in row.access_token + row.refresh_token
    assert crypto.decrypt(row.access_token, aad=row.token_aad("access")).startswith("v^1.1")
    assert row.settings["locationKey"] == "houston-main"
    assert set(row.settings["policies"]) == {"fulfillment", "payment", "return"}
    assert row.refresh_token_expires_at is not None
    logged = AuditLog.objects.filter(event="channel.connected")
    assert logged.count() == 1
    assert "v^1" not in str(logged.get().metadata)


def test_sign_in_again_mends_the_same_account(ebay: SandboxServer, manager: User) -> None:
    # given
    first = connect(user=manager, seller=ebay.seller)
    # when
    second = connect(user=manager, seller=ebay.seller)
    # then
    assert first.pk == second.pk
    assert ChannelConnection.objects.count() == 1


def test_consent_url_has_the_ru_name_and_spaces_as_percent_20(
    ebay: SandboxServer, manager: User
) -> None:
    # when
    begun = services.connection_start_oauth(channel="ebay", user=manager)
    # then
    query = parse_qs(urlsplit(begun.url).query)
    assert query["redirect_uri"] == [ebay.ru_name]
    assert query["state"] == [begun.state]
    assert "%20" in begun.url
    assert "+" not in begun.url
    assert not OAuthState.objects.filter(state_hash=begun.state).exists()


def test_state_is_single_use_bound_to_its_person_and_ends(
    ebay: SandboxServer, manager: User
) -> None:
    # given
    begun = services.connection_start_oauth(channel="ebay", user=manager)
    code, state = consent(begun.url, ebay.seller)

    def finish(user: User) -> ChannelConnection:
        return services.connection_finish_oauth(channel="ebay", state=state, code=code, user=user)

    # when, then: somebody else
    with pytest.raises(OAuthStateInvalid):
        finish(make_user())
    # when, then: the right person, then again
    finish(manager)
    with pytest.raises(OAuthStateInvalid):
        finish(manager)
    # when, then: too late
    late = services.connection_start_oauth(channel="ebay", user=manager)
    OAuthState.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    with pytest.raises(OAuthStateInvalid):
        services.connection_finish_oauth(channel="ebay", state=late.state, code="x", user=manager)


def test_declined_consent_changes_nothing(ebay: SandboxServer, manager: User) -> None:
    # given
    begun = services.connection_start_oauth(channel="ebay", user=manager)
    # when
    with pytest.raises(SignInDeclined):
        services.connection_finish_oauth(
            channel="ebay", state=begun.state, code="", user=manager, declined=True
        )
    # then
    assert not ChannelConnection.objects.exists()
    assert calls(ebay, "token") == 0


def test_callback_needs_the_browser_of_the_person(ebay: SandboxServer, manager: User) -> None:
    # given
    begun = services.connection_start_oauth(channel="ebay", user=manager)
    code, state = consent(begun.url, ebay.seller)
    path = "/api/channels/ebay/callback"
    # when a stranger's browser comes
    stranger = Client().get(path, {"code": code, "state": state})
    # then it is sent to sign in, and comes back with all of it
    assert stranger.status_code == 302
    assert stranger.headers["location"].startswith("/login/?next=")
    assert not ChannelConnection.objects.exists()
    # when the person's browser comes
    browser = Client()
    browser.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.get(path, {"code": code, "state": state, "expires_in": "299"})
    # then
    assert (answer.status_code, answer.headers["location"]) == (302, "/channels/")
    assert ChannelConnection.objects.get().status == "active"


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_make_one_renewal(account: ChannelConnection, ebay: SandboxServer) -> None:
    # given a token that has ended
    ChannelConnection.objects.update(
        token_expires_at=timezone.now() - datetime.timedelta(minutes=1)
    )
    before = calls(ebay, "token")
    old = crypto.decrypt(account.access_token, aad=account.token_aad("access"))
    found: list[str] = []
    failures: list[BaseException] = []
    barrier = threading.Barrier(20)

    def work() -> None:
        try:
            barrier.wait()
            found.append(services.connection_token(connection_id=account.pk))
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)
        finally:
            database.close()

    # when
    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    # then
    assert not failures
    assert len(found) == 20
    assert len(set(found)) == 1
    assert found[0] != old
    assert calls(ebay, "token") - before == 1


def test_token_with_little_left_is_renewed_inline_and_one_without_end_never(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    before = calls(ebay, "token")
    # when plenty is left
    services.connection_token(connection_id=account.pk)
    # then
    assert calls(ebay, "token") == before
    # when under five minutes are left
    ChannelConnection.objects.update(
        token_expires_at=timezone.now() + datetime.timedelta(minutes=4)
    )
    services.connection_token(connection_id=account.pk)
    # then
    assert calls(ebay, "token") == before + 1
    # when it has no end
    ChannelConnection.objects.update(token_expires_at=None)
    services.connection_token(connection_id=account.pk)
    # then
    assert calls(ebay, "token") == before + 1


def test_rejected_token_is_renewed_once_and_the_call_repeated(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given eBay has ended the access token before its time
    ebay.control("expire_tokens", seller=ebay.seller)
    # when
    checks = services.connection_test(connection_id=account.pk)
    # then
    assert [(one.name, one.ok) for one in checks] == [
        ("Sign-in", True),
        ("Account", True),
        ("Listings", True),
        ("Orders", True),
    ]


def test_ended_grant_marks_the_account_and_signing_in_mends_it(
    account: ChannelConnection, ebay: SandboxServer, manager: User
) -> None:
    # given the seller changed the password
    ebay.control("change_password", seller=ebay.seller)
    ChannelConnection.objects.update(
        token_expires_at=timezone.now() - datetime.timedelta(minutes=1)
    )
    part = make_listing()
    services.listing_publish(listing_ids=[part.pk], connection_ids=[account.pk], actor=person())
    # when
    drain()
    # then
    account.refresh_from_db()
    assert account.status == "expired"
    assert "sign in again" in account.last_error
    assert AuditLog.objects.filter(event="channel.failed").count() == 1
    with pytest.raises(ChannelError) as caught:
        services.connection_token(connection_id=account.pk)
    assert isinstance(caught.value.first, SignInAgain)
    # when someone signs in again, what waited goes on by itself
    connect(user=manager, seller=ebay.seller)
    drain()
    # then
    part.refresh_from_db()
    assert part.status == "published"


def test_disconnect_deletes_the_tokens_and_asks_about_live_listings(
    account: ChannelConnection,
) -> None:
    # given
    part = make_listing()
    services.listing_publish(listing_ids=[part.pk], connection_ids=[account.pk], actor=person())
    drain()
    # when they shall end first
    with pytest.raises(Conflict) as caught:
        services.connection_disconnect(connection_id=account.pk, actor=person(), listings="end")
    drain()
    services.connection_disconnect(connection_id=account.pk, actor=person(), listings="end")
    # then
    assert caught.value.extra == {"live": 1}
    account.refresh_from_db()
    assert (account.access_token, account.refresh_token, account.status) == ("", "", "revoked")
    part.refresh_from_db()
    assert part.status == "delisted"
