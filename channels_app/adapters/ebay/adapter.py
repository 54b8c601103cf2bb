"""eBay as a `ChannelAdapter`: puts the parts together and holds no state."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar

from channels_app.adapters.base import (
    AccountIdentity,
    AccountOptions,
    AdapterStore,
    CallBudget,
    CategoryHit,
    CategoryNode,
    ChannelError,
    ConnectionCheck,
    ForeignItem,
    FoundContext,
    InventoryStatus,
    JsonObject,
    ListingInput,
    ListingRef,
    LocationInput,
    Notification,
    Payload,
    PublishJournal,
    PublishResult,
    RawOrder,
    Session,
    Shipment,
    SyncItem,
    SyncOutcome,
    TokenSet,
)
from channels_app.adapters.ebay import (
    account,
    analytics,
    client,
    feed,
    foreign,
    notifications,
    oauth,
    orders,
    prepare,
    publish,
    stock,
)
from channels_app.adapters.ebay.budget import Purpose, spending
from channels_app.adapters.ebay.config import SCOPES, SITE, account_settings, item_url
from channels_app.adapters.ebay.taxonomy import Taxonomy
from channels_app.found_orders import FoundOrder
from settings_app.selectors import setting_value


class EbayAdapter:
    """eBay Motors by the REST APIs; see `ChannelAdapter` for what each method promises."""

    channel: ClassVar[str] = "ebay"
    title: ClassVar[str] = "eBay"
    batch_size: ClassVar[int] = stock.BATCH

    def __init__(self, *, store: AdapterStore) -> None:
        self._store = store

    def auth_url(self, *, state: str) -> str:
        return oauth.auth_url(state=state)

    def scopes(self) -> str:
        return " ".join(SCOPES)

    def default_site(self) -> str:
        return SITE

    def default_settings(self, *, site: str) -> JsonObject:
        return {
            "inventoryMarketplaceId": setting_value("marketplace", "ebay_offer_marketplace"),
            "metadataMarketplaceId": site,
            "policyMarketplaceIds": list(dict.fromkeys((site, "EBAY_US"))),
            "categoryTreeId": setting_value("marketplace", "ebay_category_tree"),
            "currency": "USD",
            "locationKey": "",
            "policies": {},
        }

    def exchange_code(self, *, code: str) -> TokenSet:
        return oauth.exchange_code(code=code)

    def refresh_token(self, *, refresh_token: str, scope: str) -> TokenSet:
        return oauth.refresh_token(refresh_token=refresh_token, scope=scope)

    def identify(self, *, access_token: str) -> AccountIdentity:
        return oauth.identify(access_token=access_token)

    def account_options(self, session: Session) -> AccountOptions:
        found = account.account_options(session)
        prepare.options_keep(session, self._store, found)
        return found

    def location_create(self, session: Session, location: LocationInput) -> None:
        account.location_create(session, location)

    def test_connection(self, session: Session) -> list[ConnectionCheck]:
        return account.test_connection(session)

    def build_payload(self, session: Session, listing: ListingInput, ref: ListingRef) -> Payload:
        with spending(Purpose.PUBLISH):
            return publish.build_payload(session, listing, ref, self._store)

    def publish(
        self, session: Session, listing: ListingInput, ref: ListingRef, journal: PublishJournal
    ) -> PublishResult:
        if ref.managed_by == foreign.TRADING:
            raise ChannelError(foreign.NOT_REVISED)
        with spending(Purpose.PUBLISH):
            return publish.publish(session, listing, ref, journal, self._store)

    def end_listing(self, session: Session, ref: ListingRef) -> None:
        if ref.managed_by == foreign.TRADING:
            foreign.end(session, ref)
        else:
            publish.end(session, ref)

    def sync_inventory(self, session: Session, items: Sequence[SyncItem]) -> list[SyncOutcome]:
        """Both ways at once: what was made here by 25, what was made elsewhere by 4."""
        with spending(Purpose.STOCK):
            elsewhere = [one for one in items if one.ref.managed_by == foreign.TRADING]
            ours = [one for one in items if one.ref.managed_by != foreign.TRADING]
            found = {id(one): result for one, result in foreign.sync(session, elsewhere)}
            if ours:
                found |= dict(zip(map(id, ours), stock.sync(session, ours), strict=True))
            return [found[id(one)] for one in items]

    def inventory_status(
        self, session: Session, refs: Sequence[ListingRef]
    ) -> list[InventoryStatus]:
        with spending(Purpose.PUBLISH):
            titles = stock.titles_of(session, [one for one in refs if not one.managed_by])
            return [
                foreign.status_of(session, ref)
                if ref.managed_by == foreign.TRADING
                else stock.status_of(session, ref, title=titles.get(ref.sku, ""))
                for ref in refs
            ]

    def call_budgets(self, *, ask: bool) -> list[CallBudget]:
        return analytics.call_budgets(ask=ask)

    def foreign_listings(self, session: Session) -> Iterator[ForeignItem]:
        return foreign.read_all(session)

    def foreign_listing(self, session: Session, external_id: str) -> list[ForeignItem]:
        return foreign.read_one(session, external_id)

    def foreign_report_ask(self, session: Session) -> str:
        return feed.ask(session)

    def foreign_report_ready(self, session: Session, report_id: str) -> bool:
        return feed.is_ready(session, report_id)

    def foreign_report_read(self, session: Session, report_id: str) -> Iterator[ForeignItem]:
        return feed.read(session, report_id)

    def foreign_changes(
        self, session: Session, *, since: datetime.datetime
    ) -> Iterator[ForeignItem]:
        return foreign.read_changes(session, since=since)

    def category(self, session: Session, category_id: str) -> CategoryNode | None:
        return Taxonomy(self._store, account_settings(session.settings)).node(category_id)

    def category_suggest(
        self, session: Session, words: str, *, patience: float | None = None
    ) -> list[CategoryHit]:
        with client.hurried(patience):
            return Taxonomy(self._store, account_settings(session.settings)).suggest(words)

    def fetch_orders(self, session: Session, *, since: datetime.datetime) -> Iterator[RawOrder]:
        return orders.fetch_all(session, since=since)

    def fetch_order(self, session: Session, external_order_id: str) -> RawOrder:
        return orders.fetch_one(session, external_order_id)

    def read_order(self, body: JsonObject, context: FoundContext) -> FoundOrder:
        return orders.read_order(body, context)

    def order_ship(self, session: Session, shipment: Shipment) -> str:
        return orders.ship(session, shipment)

    def acknowledge_order(self, session: Session, external_order_id: str) -> None:
        # eBay has no call for it: that we have the order is known here alone.
        del session, external_order_id

    def listing_url(self, external_id: str) -> str:
        return item_url(external_id)

    def challenge_answer(self, *, challenge: str, endpoint: str) -> str:
        return notifications.challenge_answer(challenge=challenge, endpoint=endpoint)

    def notification_keys_kept(self) -> AbstractContextManager[None]:
        return notifications.keys_kept()

    def verify_notification(self, *, body: bytes, signature: str) -> None:
        notifications.verify(body=body, signature=signature)

    def read_notification(self, body: bytes) -> Notification:
        return notifications.read(body)

    def subscribe_notifications(self, session: Session, *, endpoint: str) -> JsonObject:
        return notifications.subscribe(session, endpoint=endpoint)
