"""Parts on marketplaces, and what is owed, as pages and the API show them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F

from channels_app.enums import InboxState
from channels_app.models import ChannelConnection, ChannelListing, ChannelOrder, ChannelOwed
from listings.models import Listing
from realtrack.core.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from settings_app.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingOnAccount:
    """A part's card for one account; `row` is None where it was never listed."""

    connection: ChannelConnection
    row: ChannelListing | None
    owed: tuple[ChannelOwed, ...] = ()

    @property
    def title_id(self) -> str:
        """The id of this card's title field; a page holds one card per account."""
        return f"title-{self.connection.pk}"

    @property
    def price_id(self) -> str:
        """The id of this card's price field."""
        return f"price-{self.connection.pk}"

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Each reason of a refusal, with the field that mends it."""
        if self.row is None:
            return []
        return [one for one in self.row.notes if isinstance(one, dict)]

    @property
    def hints(self) -> list[str]:
        """What else is worth telling: what was left out, warnings."""
        if self.row is None:
            return []
        return [one for one in self.row.notes if isinstance(one, str)]


def channel_listings(
    *, user: User, connection_id: uuid.UUID | None = None, status: str = ""
) -> QuerySet[ChannelListing]:
    """Channel listings of the parts that this person may see, newest change first."""
    rows = ChannelListing.objects.select_related("listing", "connection").order_by(
        "-updated_at", "-id"
    )
    if connection_id is not None:
        rows = rows.filter(connection_id=connection_id)
    if status:
        rows = rows.filter(sync_status=status)
    visible = Listing.all_objects.visible_to(user)
    return rows if not visible.query.where else rows.filter(listing__in=visible)


def channel_listing_get(channel_listing_id: uuid.UUID, *, user: User) -> ChannelListing:
    """One channel listing that this person may see; raises NotFound."""
    row = channel_listings(user=user).filter(pk=channel_listing_id).first()
    if row is None:
        raise NotFound("This is not listed there.")
    return row


def listing_on_accounts(listing_id: uuid.UUID) -> list[ListingOnAccount]:
    """A part's state on every account, those where it was never listed last."""
    rows = {
        row.connection_id: row
        for row in ChannelListing.objects.filter(listing_id=listing_id)
        .select_related("connection")
        .prefetch_related("owed")
        .order_by("-ended_at", "created_at")
    }
    found = []
    for connection in ChannelConnection.objects.order_by("channel", "marketplace_account_name"):
        row = rows.get(connection.pk)
        if row is None and connection.disconnected_at is not None:
            continue
        owed = tuple(one for one in row.owed.all() if one.is_owed) if row else ()
        found.append(ListingOnAccount(connection=connection, row=row, owed=owed))
    return sorted(found, key=lambda one: one.row is None)


def owed_list(*, user: User, state: str = "") -> QuerySet[ChannelOwed]:
    """What is owed, oldest first. `state`: `blocked` (waits for a person), `due`, or all."""
    rows = (
        ChannelOwed.objects.filter(desired_version__gt=F("confirmed_version"))
        .select_related("channel_listing__listing", "channel_listing__connection")
        .order_by("owed_since", "id")
    )
    if state == "blocked":
        rows = rows.filter(next_attempt__isnull=True)
    elif state == "due":
        rows = rows.filter(next_attempt__isnull=False)
    visible = Listing.all_objects.visible_to(user)
    return rows if not visible.query.where else rows.filter(channel_listing__listing__in=visible)


def orders_parked() -> QuerySet[ChannelOrder]:
    """Orders that could not be read, newest first."""
    return (
        ChannelOrder.objects.filter(state=InboxState.PARKED)
        .select_related("connection")
        .order_by("-fetched_at")
    )
