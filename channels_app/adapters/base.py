"""The contract of a marketplace adapter: typed, frozen inputs and results, sorted failures.

An adapter speaks one marketplace's wire format and nothing else: it knows no model, opens no
transaction, keeps no state but what `AdapterStore` lends it. Another marketplace is another
class that satisfies `ChannelAdapter` and passes `tests/channels_app/conformance.py`.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol

from channels_app.adapters.failures import (
    ChannelError,
    Failure,
    Ours,
    SellerMustFix,
    SignInAgain,
    TryAgain,
)
from channels_app.adapters.values import (
    AccountIdentity,
    AccountOptions,
    CallBudget,
    CategoryHit,
    CategoryNode,
    ConnectionCheck,
    ForeignItem,
    FoundContext,
    InventoryStatus,
    JsonObject,
    ListingInput,
    ListingRef,
    LocationInput,
    Notification,
    Option,
    Payload,
    Picture,
    PublishResult,
    RawOrder,
    Session,
    Shipment,
    SyncItem,
    SyncOutcome,
    TokenSet,
    Vehicle,
)
from channels_app.found_orders import FoundOrder

# The whole contract is imported from here.
__all__ = [
    "AccountIdentity",
    "AccountOptions",
    "AdapterStore",
    "CallBudget",
    "CategoryHit",
    "CategoryNode",
    "ChannelAdapter",
    "ChannelError",
    "ConnectionCheck",
    "Failure",
    "ForeignItem",
    "FoundContext",
    "InventoryStatus",
    "JsonObject",
    "ListingInput",
    "ListingRef",
    "LocationInput",
    "Notification",
    "Option",
    "Ours",
    "Payload",
    "Picture",
    "PublishJournal",
    "PublishResult",
    "RawOrder",
    "SellerMustFix",
    "Session",
    "Shipment",
    "SignInAgain",
    "SyncItem",
    "SyncOutcome",
    "TokenSet",
    "TryAgain",
    "Vehicle",
]


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

    def call_budgets(self, *, ask: bool) -> list[CallBudget]:
        """Return the limits of calls; `ask` asks the marketplace first."""

    def foreign_listings(self, session: Session) -> Iterator[ForeignItem]:
        """Yield every listing of the account that was not made here; a failure raises midway."""

    def foreign_listing(self, session: Session, external_id: str) -> list[ForeignItem]:
        """Read one listing that was made elsewhere, by variation; none where it is gone."""

    def foreign_report_ask(self, session: Session) -> str:
        """Order the account of all that is live; returns its id. It takes minutes, costs little."""

    def foreign_report_ready(self, session: Session, report_id: str) -> bool:
        """Say whether it can be read; raises ChannelError where it will not come whole."""

    def foreign_report_read(self, session: Session, report_id: str) -> Iterator[ForeignItem]:
        """Yield all that is live, by number, SKU and price; raises ChannelError if it breaks off."""

    def foreign_changes(
        self, session: Session, *, since: datetime.datetime
    ) -> Iterator[ForeignItem]:
        """Yield those changed or ended since then; each at least once."""

    def category(self, session: Session, category_id: str) -> CategoryNode | None:
        """Return the category as it is on the account's site now."""

    def category_suggest(
        self, session: Session, words: str, *, patience: float | None = None
    ) -> list[CategoryHit]:
        """Return categories that parts may be listed in, best first; unknown words give none.

        With `patience` no call takes longer than so many seconds.
        """

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

    def notification_keys_kept(self) -> AbstractContextManager[None]:
        """A block in which each signing key is looked up once."""

    def verify_notification(self, *, body: bytes, signature: str) -> None:
        """Raise BadSignature unless the marketplace signed these bytes."""

    def read_notification(self, body: bytes) -> Notification:
        """Put a verified notification into our words; ValueError if it is not one."""

    def subscribe_notifications(self, session: Session, *, endpoint: str) -> JsonObject:
        """Make sure that notifications come; returns what to remember of it."""
