"""Orders and erasures as other apps read them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from channels_app.adapters.base import FoundContext
from channels_app.adapters.registry import adapter_for
from channels_app.enums import InboxState
from channels_app.models import ChannelListing, ChannelOrder, ChannelWebhookLog
from listings.selectors import merged_into
from realtrack.core import crypto
from realtrack.core.errors import NotFound

if TYPE_CHECKING:
    from channels_app.found_orders import FoundLine, FoundOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerErasure:
    """The buyer whose data must go, as the marketplace names him; either may be empty."""

    channel: str
    username: str
    account_id: str


def channel_order_get(order_id: uuid.UUID) -> FoundOrder:
    """Return the newest state of an order that was fetched, its lines matched to listings.

    `order_id` is the entity of `channel.order_received`. Raises NotFound when there is no such
    order or its data was redacted, CannotDecrypt when its key is gone.
    """
    row = ChannelOrder.objects.select_related("connection").filter(pk=order_id).first()
    if row is None or row.state == InboxState.REDACTED:
        raise NotFound("This order is not in the inbox any more.")
    return found_order_of(row)


def found_order_of(row: ChannelOrder) -> FoundOrder:
    """Read a stored order; raises ValueError or KeyError where it is not as the contract says."""
    body = json.loads(crypto.decrypt(row.payload, aad=row.payload_aad))
    connection = row.connection
    context = FoundContext(
        inbox_id=row.pk,
        connection_id=connection.pk,
        channel=connection.channel,
        site=connection.marketplace_site_id,
        account_name=connection.marketplace_account_name,
    )
    found = adapter_for(connection.channel).read_order(body, context)
    return replace(found, lines=_matched(found.lines, connection.pk))


def _matched(lines: Sequence[FoundLine], connection_id: uuid.UUID) -> tuple[FoundLine, ...]:
    items = {line.external_listing_id for line in lines if line.external_listing_id}
    skus = {line.sku for line in lines if line.sku}
    rows = ChannelListing.objects.filter(connection_id=connection_id)
    by_item: dict[str, ChannelListing] = {}
    for row in rows.filter(former_ids__overlap=list(items)) if items else ():
        by_item.update({old: row for old in row.former_ids if old in items})
    for row in rows.filter(external_id__in=items):
        by_item[row.external_id] = row
    by_sku = {row.external_sku: row for row in rows.filter(external_sku__in=skus).order_by("pk")}
    matched = {*by_item.values(), *by_sku.values()}
    # A part that was merged into another is sold from that one's shelf.
    now = merged_into({row.listing_id for row in matched})
    found = []
    for line in lines:
        # An item number names one listing for ever; a SKU may have been given to another part.
        row_of_line = by_item.get(line.external_listing_id) or by_sku.get(line.sku or "-")
        found.append(
            replace(
                line,
                listing_id=now.get(row_of_line.listing_id, row_of_line.listing_id),
                channel_listing_id=row_of_line.pk,
            )
            if row_of_line
            else line
        )
    return tuple(found)


def buyer_erasure_get(log_id: uuid.UUID) -> BuyerErasure:
    """Return whose data must go, for the entity of `channel.buyer_erasure_requested`."""
    log = ChannelWebhookLog.objects.filter(pk=log_id).first()
    if log is None or not log.body:
        raise NotFound("This notification is not kept any more.")
    body = crypto.decrypt_bytes(log.body, aad=log.body_aad)
    told = adapter_for(log.channel).read_notification(body)
    username, account_id = told.erase_buyer or ("", "")
    return BuyerErasure(channel=log.channel, username=username, account_id=account_id)
