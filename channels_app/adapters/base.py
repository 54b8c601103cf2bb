"""The contract of a marketplace adapter: typed, frozen inputs and results, sorted failures.

An adapter speaks one marketplace's wire format and nothing else: it knows no model, opens no
transaction, keeps no state but what `AdapterStore` lends it. Another marketplace is another
class that satisfies `ChannelAdapter` and passes `tests/channels_app/conformance.py`.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from channels_app.adapters.failures import (
    ChannelError,
    Failure,
    Ours,
    SellerMustFix,
    SignInAgain,
    TryAgain,
)
from channels_app.found_orders import FoundOrder

# The rest of this module is exported as it stands; these come from beside it.
__all__ = ["ChannelError", "Failure", "Ours", "SellerMustFix", "SignInAgain", "TryAgain"]
JsonObject = Mapping[str, Any]


# --- accounts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSet:
    """Tokens as granted. An empty `refresh_token` means: keep the one that you have."""

    access_token: str = field(repr=False)
    expires_at: datetime.datetime | None
    refresh_token: str = field(default="", repr=False)
    refresh_expires_at: datetime.datetime | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountIdentity:
    """Who signed in. `account_id` never changes, `name` may."""

    account_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Whose calls are made. `token(rejected)` gives a valid access token; with the token that the
    marketplace just rejected it renews it once. Raises ChannelError(SignInAgain)."""

    connection_id: uuid.UUID
    site: str
    settings: JsonObject
    token: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A policy or location that an account offers."""

    id: str
    name: str
    detail: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOptions:
    """What a person may choose for an account: kind (`fulfillment`, `location`, …) → options."""

    options: Mapping[str, Sequence[Option]]
    problems: Sequence[SellerMustFix] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationInput:
    """A place that parts ship from, typed by a person."""

    key: str
    name: str
    address_line1: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCheck:
    """One question of a connection test and its answer."""

    name: str
    ok: bool
    detail: str = ""


# --- listings ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo by its content; `read` gives the bytes when they must be uploaded."""

    content_hash: str
    filename: str
    mime_type: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A verified fitment, in ours words: years inclusive, empty trim or engine means every one."""

    year_start: int
    year_end: int
    make: str
    model: str
    trim: str = ""
    engine: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingInput:
    """The part as it shall be shown: our columns by name (overrides applied), and what is beside.

    `available` is free stock minus buffer, never below 0.
    """

    listing_id: uuid.UUID
    version: int
    sku: str
    values: JsonObject
    available: int
    pictures: Sequence[Picture]
    vehicles: Sequence[Vehicle]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRef:
    """What we know of the marketplace's side; empty strings where nothing."""

    sku: str
    offer_id: str = ""
    external_id: str = ""
    is_live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The bytes that would be sent, by document (`item`, `offer`, `compatibility`), and why not.

    `fields` shows the same in words for people: label → value. `notes` name what was left out.
    """

    documents: Mapping[str, JsonObject]
    fields: Mapping[str, str]
    refusals: Sequence[SellerMustFix]
    notes: Sequence[str] = ()
    content_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """What is live now. `linked`: it was live already. `payload` is what was sent."""

    ref: ListingRef
    url: str
    payload: Payload
    quantity: int
    price: Decimal
    currency: str
    linked: bool = False
    warnings: Sequence[str] = ()


class PublishJournal(Protocol):
    """Remembers each step at once, so that a kill between two calls goes on where it stopped."""

    def offer_made(self, offer_id: str) -> None:
        """Keep the id of the marketplace's draft."""

    def went_live(self, external_id: str, url: str) -> None:
        """Keep the id of the live page."""


class AdapterStore(Protocol):
    """What an adapter may keep between calls; backed by tables, shared by all workers."""

    def get(self, key: str) -> Any | None:
        """Return a kept answer that is still good, or None."""

    def put(self, key: str, value: Any, *, seconds: float) -> None:
        """Keep an answer for a while."""

    def picture_url(self, connection_id: uuid.UUID, content_hash: str) -> str:
        """Return where this picture lies in the account's own store, or an empty string."""

    def picture_keep(
        self,
        connection_id: uuid.UUID,
        content_hash: str,
        *,
        url: str,
        external_id: str,
        expires_at: datetime.datetime | None,
    ) -> None:
        """Keep where an uploaded picture lies."""


# --- stock ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncItem:
    """Absolute numbers for one live listing; None is not sent."""

    ref: ListingRef
    quantity: int | None = None
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOutcome:
    """The verdict on one item of a batch; `ended` when the listing is not live any more."""

    ref: ListingRef
    failure: Failure | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryStatus:
    """What the marketplace shows of a listing now."""

    ref: ListingRef
    quantity: int | None
    price: Decimal | None
    is_live: bool


# --- orders and notifications --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOrder:
    """An order as it came. `modified_at` is the marketplace's own last change."""

    external_order_id: str
    modified_at: datetime.datetime
    body: JsonObject
    buyer_key: str = ""
    index: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Lines (external line id → quantity) that went out with one tracking number."""

    external_order_id: str
    lines: Mapping[str, int]
    shipped_at: datetime.datetime
    carrier: str = ""
    tracking_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A verified notification. `account_id` tells whose it is, where it says so."""

    event_id: str
    event_type: str
    account_id: str
    occurred_at: datetime.datetime | None
    external_order_id: str = ""
    is_revocation: bool = False
    # (user name, account id) of a buyer whose data must go.
    erase_buyer: tuple[str, str] | None = None
    index: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundContext:
    """Who fetched an order: what a FoundOrder carries beside the order's own data."""

    inbox_id: uuid.UUID
    connection_id: uuid.UUID
    channel: str
    site: str
    account_name: str


class ChannelAdapter(Protocol):
    """A marketplace. Every method but the pure ones may raise ChannelError, and nothing else.

    Pure: `auth_url`, `default_settings`, `read_notification`, `read_order`, `listing_url`.
    All writing methods are idempotent: repeated after an unclear answer they make nothing twice.
    """

    channel: ClassVar[str]
    title: ClassVar[str]
    batch_size: ClassVar[int]

    def auth_url(self, *, state: str) -> str:
        """Return the address of the consent page; `state` comes back with the code."""

    def scopes(self) -> str:
        """Return the scopes that `auth_url` asks for."""

    def default_settings(self, *, site: str) -> JsonObject:
        """Return what a new account starts with; nothing that a person must choose."""

    def default_site(self) -> str:
        """Return the site that an account is connected to unless another is named."""

    def exchange_code(self, *, code: str) -> TokenSet:
        """Trade the code of a consent for tokens."""

    def refresh_token(self, *, refresh_token: str, scope: str) -> TokenSet:
        """Return a new access token; SignInAgain when the grant has ended."""

    def identify(self, *, access_token: str) -> AccountIdentity:
        """Tell whose token it is."""

    def account_options(self, session: Session) -> AccountOptions:
        """Read what a person may choose for the account."""

    def location_create(self, session: Session, location: LocationInput) -> None:
        """Make a place that parts ship from; one with that key already there is fine."""

    def test_connection(self, session: Session) -> list[ConnectionCheck]:
        """Try token and each right with a read."""

    def build_payload(self, session: Session, listing: ListingInput, ref: ListingRef) -> Payload:
        """Return what publishing would send and why it would be refused; reads only."""

    def publish(
        self,
        session: Session,
        listing: ListingInput,
        ref: ListingRef,
        journal: PublishJournal,
    ) -> PublishResult:
        """Bring the listing live or to its present content; never a second listing."""

    def end_listing(self, session: Session, ref: ListingRef) -> None:
        """Take it off the marketplace; one that is not live is fine."""

    def sync_inventory(self, session: Session, items: Sequence[SyncItem]) -> list[SyncOutcome]:
        """Send absolute quantities and prices, at most `batch_size`; one outcome per item."""

    def inventory_status(
        self, session: Session, refs: Sequence[ListingRef]
    ) -> list[InventoryStatus]:
        """Read what is shown now."""

    def fetch_orders(self, session: Session, *, since: datetime.datetime) -> Iterator[RawOrder]:
        """Yield orders changed since then, each once."""

    def fetch_order(self, session: Session, external_order_id: str) -> RawOrder:
        """Read one order."""

    def read_order(self, body: JsonObject, context: FoundContext) -> FoundOrder:
        """Put an order into our words, lines unmatched; raises ValueError or KeyError if it is
        not what the contract says."""

    def order_ship(self, session: Session, shipment: Shipment) -> str:
        """Tell that lines were shipped; returns the marketplace's id of it."""

    def acknowledge_order(self, session: Session, external_order_id: str) -> None:
        """Tell that we have it, where the marketplace wants to know."""

    def listing_url(self, external_id: str) -> str:
        """Return the address of the live page."""

    def challenge_answer(self, *, challenge: str, endpoint: str) -> str:
        """Answer the question by which a marketplace proves that an endpoint is ours."""

    def verify_notification(self, *, body: bytes, signature: str) -> None:
        """Raise BadSignature unless the marketplace signed these bytes."""

    def read_notification(self, body: bytes) -> Notification:
        """Put a verified notification into our words; ValueError if it is not one."""

    def subscribe_notifications(self, session: Session, *, endpoint: str) -> JsonObject:
        """Make sure that notifications come; returns what to remember of it."""
