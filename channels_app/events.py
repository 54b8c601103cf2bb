"""What happens on marketplaces, as others learn of it. Ids and words only, never buyers' data."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import ClassVar

from realtrack.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionEvent(DomainEvent):
    """Base: the account. `label` is how people know it: "eBay mhn-auto-parts"."""

    entity_type: ClassVar[str] = "channel_connection"

    label: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConnected(ConnectionEvent):
    name: ClassVar[str] = "channel.connected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDisconnected(ConnectionEvent):
    name: ClassVar[str] = "channel.disconnected"

    listings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelConfigured(ConnectionEvent):
    """Policies, location or other choices of an account changed."""

    name: ClassVar[str] = "channel.configured"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFailed(ConnectionEvent):
    """The account cannot be used until a person acts; `status` is the connection's status."""

    name: ClassVar[str] = "channel.failed"

    status: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingEvent(DomainEvent):
    """Base: a part on an account."""

    entity_type: ClassVar[str] = "channel_listing"

    listing_id: uuid.UUID | None = None
    connection_id: uuid.UUID | None = None
    channel: str = ""
    sku: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingPublished(ChannelListingEvent):
    """It is live; `linked` says that it was live there already and we took note of it."""

    name: ClassVar[str] = "channel_listing.published"

    linked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingRevised(ChannelListingEvent):
    """What is live has the present content."""

    name: ClassVar[str] = "channel_listing.revised"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingEnded(ChannelListingEvent):
    name: ClassVar[str] = "channel_listing.ended"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingRefused(ChannelListingEvent):
    """The marketplace, or our own check before it, refused; a person must act."""

    name: ClassVar[str] = "channel_listing.refused"

    reason: str = ""
    error_id: str = ""
    field_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingOutOfSync(ChannelListingEvent):
    """Something has been owed to the marketplace for over an hour."""

    name: ClassVar[str] = "channel_listing.out_of_sync"
    log_only: ClassVar[bool] = True

    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelQuantityPushed(ChannelListingEvent):
    """The marketplace confirmed a quantity, and a price where one was owed."""

    name: ClassVar[str] = "channel_listing.quantity_pushed"
    log_only: ClassVar[bool] = True

    quantity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOrderReceived(DomainEvent):
    """An order is new or changed. The entity is the row of the inbox; its content is read there."""

    name: ClassVar[str] = "channel.order_received"
    entity_type: ClassVar[str] = "channel_order"

    connection_id: uuid.UUID
    external_order_id: str
    modified_at: datetime.datetime
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOrderParked(DomainEvent):
    """An order could not be read; it is shown and kept while the others go on."""

    name: ClassVar[str] = "channel.order_parked"
    entity_type: ClassVar[str] = "channel_order"
    log_only: ClassVar[bool] = True

    connection_id: uuid.UUID
    external_order_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerErasureRequested(DomainEvent):
    """A marketplace demands that a buyer's data be erased.

    The entity is the webhook log; `channels_app.selectors.buyer_erasure_get(id)` names the buyer.
    """

    name: ClassVar[str] = "channel.buyer_erasure_requested"
    entity_type: ClassVar[str] = "channel_webhook"

    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingAdopted(ChannelListingEvent):
    """A listing made elsewhere belongs to a part now."""

    name: ClassVar[str] = "channel_listing.adopted"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingUnlinked(ChannelListingEvent):
    """A person said that a listing made elsewhere is not this part."""

    name: ClassVar[str] = "channel_listing.unlinked"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingOverridden(ChannelListingEvent):
    """What an account shows differs from the part on purpose; `changes` tells by field."""

    name: ClassVar[str] = "channel_listing.overridden"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingPlanned(ChannelListingEvent):
    """A part goes live at a time of a person's choosing, or (empty) no longer does."""

    name: ClassVar[str] = "channel_listing.planned"
    log_only: ClassVar[bool] = True

    publish_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListingDrifted(ChannelListingEvent):
    """Somebody changed on the marketplace what we had sent."""

    name: ClassVar[str] = "channel_listing.drifted"
    log_only: ClassVar[bool] = True

    field_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDriftDecided(ChannelListingEvent):
    """A person chose which value stays: `kept` is ours or theirs."""

    name: ClassVar[str] = "channel_listing.drift_decided"
    log_only: ClassVar[bool] = True

    kept: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCategoryDrifted(DomainEvent):
    """A category is not what it was: renamed, a branch now, or gone."""

    name: ClassVar[str] = "channel_category.drifted"
    entity_type: ClassVar[str] = "channel_category"
    log_only: ClassVar[bool] = True

    category_id: str = ""
    known_name: str = ""
    present_name: str = ""
    drift: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCategoryAccepted(DomainEvent):
    """A person looked at a renamed category and takes it as right."""

    name: ClassVar[str] = "channel_category.accepted"
    entity_type: ClassVar[str] = "channel_category"
    log_only: ClassVar[bool] = True

    category_id: str = ""
