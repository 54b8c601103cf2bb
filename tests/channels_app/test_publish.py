from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from channels_app import services
from channels_app.enums import SyncStatus
from channels_app.models import ChannelListing
from realtrack.core.models import Run
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain

if TYPE_CHECKING:
    from channels_app.models import ChannelConnection
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_publish_brings_a_part_live(account: ChannelConnection, ebay: SandboxServer) -> None:
    # given
    part = make_listing(stock=3)
    # when
    run = services.listing_publish(
        listing_ids=[part.pk], connection_ids=[account.pk], actor=person()
    )
    drain()
    # then
    row = ChannelListing.objects.get(listing=part)
    assert (row.sync_status, row.last_sync_error) == (SyncStatus.ACTIVE, "")
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.created_count) == ("done", 1)
    dump = ebay.control("listings", sku=part.custom_label_sku)
    assert dump
    part.refresh_from_db()
    assert part.status == "published"
