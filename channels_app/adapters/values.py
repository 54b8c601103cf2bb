"""What adapters are given and give back: frozen, typed, in our words."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from channels_app.adapters.failures import Failure, SellerMustFix

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
    # The name under which a person (or an earlier publish) knew the category; empty: not yet known.
    known_category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRef:
    """What we know of the marketplace's side; empty strings where nothing."""

    sku: str
    offer_id: str = ""
    external_id: str = ""
    is_live: bool = False
    # Empty: by the listing API. Else how it is reached where it was made (`trading`).
    managed_by: str = ""


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
    title: str = ""


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


# --- limits and listings made elsewhere ---------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBudget:
    """Calls of one API today. `is_told`: the marketplace was asked, not only counted here."""

    api: str
    limit: int
    used: int
    left: int
    resets_at: datetime.datetime
    closed_until: datetime.datetime | None = None
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignItem:
    """A listing that was not made here. `quantity` is what is left to sell; None: not told.

    Empty values mean that this reading did not tell them: they overwrite nothing.
    """

    external_id: str
    variation_sku: str = ""
    sku: str = ""
    title: str = ""
    price: Decimal | None = None
    currency: str = ""
    quantity: int | None = None
    category_id: str = ""
    condition_id: str = ""
    picture_urls: Sequence[str] = ()
    is_live: bool = True
    # None: not told.
    is_fixed_price: bool | None = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryNode:
    """A category as the marketplace has it now; None where it has none of that id."""

    id: str
    name: str
    is_leaf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryHit:
    """A category proposed for words, with its path from the root. Only leaves among parts."""

    id: str
    name: str
    path: Sequence[str]
