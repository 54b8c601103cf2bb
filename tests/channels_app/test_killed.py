"""What a worker, or a server of ours, leaves behind when it ends in the middle."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from channels_app import services
from channels_app.adapters.registry import adapter_for
from channels_app.models import ChannelListing, ChannelOwed
from channels_app.services import claims, reconcile
from inventory.services import stock_adjust
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain, make_due
from tests.e2e.system import wait_for

if TYPE_CHECKING:
    from channels_app.models import ChannelConnection
    from listings.models import Listing
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def part(account: ChannelConnection) -> Listing:
    """Live with five pieces; the sixth is owed."""
    found = make_listing(stock=5)
    services.listing_publish(listing_ids=[found.pk], connection_ids=[account.pk], actor=person())
    drain()
    stock_adjust(listing_id=found.pk, change=1, actor=person(), reason="Found")
    return found


def shown(ebay: SandboxServer, part: Listing) -> int:
    (row,) = ebay.control("listings", sku=part.custom_label_sku)["listings"]
    return int(row["quantity"])


def test_a_lost_database_is_no_fault_of_ours_and_is_tried_again(
    part: Listing, ebay: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a connection that ends between the claim and the call
    def cut(channel: str) -> Any:
        monkeypatch.setattr(reconcile, "adapter_for", adapter_for)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return adapter_for(channel)

    monkeypatch.setattr(reconcile, "adapter_for", cut)
    # when
    assert services.reconcile_next()
    # then
    owed = ChannelOwed.objects.get(kind="quantity")
    assert owed.last_error_kind == "try_again"
    assert owed.next_attempt is not None
    assert ChannelListing.objects.get().claimed_until is None
    make_due()
    drain()
    assert shown(ebay, part) == 6


def test_the_work_of_a_killed_worker_is_taken_up_when_its_lease_ends(
    part: Listing, ebay: SandboxServer
) -> None:
    # given a claim that nobody works on
    assert claims.claim_next() is not None
    assert not services.reconcile_next()
    row = ChannelListing.objects.get()
    assert row.claimed_until is not None
    assert row.claimed_until - timezone.now() <= datetime.timedelta(seconds=60)
    # when
    ChannelListing.objects.update(claimed_until=timezone.now())
    drain()
    # then
    assert shown(ebay, part) == 6


def test_a_worker_at_work_keeps_its_lease(
    part: Listing, ebay: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.01)
    unit = claims.claim_next()
    assert unit is not None
    first = ChannelListing.objects.get().claimed_until
    assert first is not None
    # when, then
    with claims.kept(unit):
        wait_for("a longer lease", ChannelListing.objects.filter(claimed_until__gt=first).exists)
