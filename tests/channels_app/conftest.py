"""The local marketplace over real HTTP, and an account that is signed in there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from realtrack.core import redis
from tests.sandbox.server import sandbox_process, sandbox_server

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from channels_app.models import ChannelConnection
    from listings.models import Listing
    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

__all__ = ["sandbox_process", "sandbox_server"]


@pytest.fixture(autouse=True)
def _clean_redis() -> Iterator[None]:
    """Breakers, buckets and kept keys of one test are none of the next one's."""
    redis.client().flushdb()
    yield
    redis.client().flushdb()


@pytest.fixture
def ebay(
    sandbox_server: SandboxServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> SandboxServer:
    """All of eBay's addresses lead to the marketplace of the tests; lag is waited out quickly."""
    for name in ("API", "APIZ", "AUTH", "MEDIA", "ITEM"):
        setattr(settings, f"EBAY_{name}_BASE", sandbox_server.base)
    settings.EBAY_CLIENT_ID = sandbox_server.client_id
    settings.EBAY_CLIENT_SECRET = sandbox_server.client_secret
    settings.EBAY_RU_NAME = sandbox_server.ru_name
    monkeypatch.setattr("channels_app.adapters.ebay.publish.LAG_WAITS", (0.2, 0.4, 0.8))
    return sandbox_server


@pytest.fixture
def manager(db: None) -> User:
    """Someone who may connect and publish."""
    from tests.channels_app.factories import make_user

    return make_user()


@pytest.fixture
def account(ebay: SandboxServer, manager: User) -> ChannelConnection:
    """A connected account, its policies and location chosen."""
    from channels_app.management.commands.connect_sandbox import connect

    return connect(user=manager, seller=ebay.seller)


@pytest.fixture
def part(account: ChannelConnection) -> Listing:
    """Three pieces, live."""
    from tests.channels_app.factories import make_listing
    from tests.channels_app.helpers import drain
    from tests.channels_app.test_publish import start

    found = make_listing(stock=3)
    start(account, found)
    drain()
    found.refresh_from_db()
    return found
