"""Inventory item → vehicles → offer → live page, each step repeatable, none ever doubled."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from channels_app.adapters.base import (
    AdapterStore,
    ChannelError,
    ListingInput,
    ListingRef,
    Payload,
    PublishJournal,
    PublishResult,
    Session,
)
from channels_app.adapters.ebay import failures, media, payload, prepare
from channels_app.adapters.ebay.client import EbayError, Reply, in_path, user_call
from channels_app.adapters.ebay.config import account_settings, item_url

ITEM = "/sell/inventory/v1/inventory_item"
OFFER = "/sell/inventory/v1/offer"
# Right after our own write eBay may not see it yet.
LAG_WAITS: tuple[float, ...] = (2.0, 4.0, 8.0)
LIVE_STATES = frozenset({"ACTIVE", "OUT_OF_STOCK"})


def build_payload(
    session: Session, listing: ListingInput, ref: ListingRef, store: AdapterStore
) -> Payload:
    """Return what would be sent; reads only."""
    urls = media.known_urls(session, listing.pictures, store) or foreign_urls(listing)
    around = prepare.surroundings(session, listing, store, image_urls=urls, is_live=ref.is_live)
    return payload.build(listing, around)


def foreign_urls(listing: ListingInput) -> tuple[str, ...]:
    """Addresses typed or imported, used only where the part has no photos of its own."""
    urls = str(listing.values.get("item_photo_url") or "").split("|")
    return tuple(url.strip() for url in urls if url.strip().startswith("https://"))


def publish(
    session: Session,
    listing: ListingInput,
    ref: ListingRef,
    journal: PublishJournal,
    store: AdapterStore,
) -> PublishResult:
    """Bring it live, or what is live to the present content; refusals raise before any write."""
    _raise_refusals(build_payload(session, listing, ref, store))
    urls = media.picture_urls(session, listing.pictures, store) or foreign_urls(listing)
    around = prepare.surroundings(session, listing, store, image_urls=urls, is_live=ref.is_live)
    final = payload.build(listing, around)
    _raise_refusals(final)
    warnings = _put_item(session, listing.sku, final)
    warnings += _put_vehicles(session, listing.sku, final)
    offer_id, external_id = _offer(session, ref, final, journal, warnings)
    linked = bool(external_id) and not ref.is_live
    if not external_id:
        offer_id, external_id = _go_live(session, offer_id, final, journal, warnings)
    journal.went_live(external_id, item_url(external_id))
    price = final.documents["offer"]["pricingSummary"]["price"]
    return PublishResult(
        ref=ListingRef(sku=listing.sku, offer_id=offer_id, external_id=external_id, is_live=True),
        url=item_url(external_id),
        payload=final,
        quantity=listing.available,
        price=Decimal(price["value"]),
        currency=price["currency"],
        linked=linked,
        warnings=tuple(dict.fromkeys(filter(None, warnings))),
    )


def _raise_refusals(built: Payload) -> None:
    if built.refusals:
        raise ChannelError(*built.refusals)


def _put_item(session: Session, sku: str, final: Payload) -> list[str]:
    path = f"{ITEM}/{in_path(sku)}"
    item = final.documents["item"]
    return _patiently(lambda: user_call(session, "inventory", "PUT", path, json=item)).warnings


def _put_vehicles(session: Session, sku: str, final: Payload) -> list[str]:
    """Send the whole list; an empty one is deleted, because nobody fits nothing."""
    document = final.documents.get("compatibility")
    path = f"{ITEM}/{in_path(sku)}/product_compatibility"
    if document and document["compatibleProducts"]:
        return _patiently(
            lambda: user_call(session, "inventory", "PUT", path, json=document)
        ).warnings
    try:
        user_call(session, "inventory", "DELETE", path)
    except EbayError as error:
        if not error.has(failures.NO_ITEM):
            raise
    return []


def _offer(
    session: Session,
    ref: ListingRef,
    final: Payload,
    journal: PublishJournal,
    warnings: list[str],
) -> tuple[str, str]:
    """Make or replace the draft: (offer id, item number if it is live already).

    eBay is asked by SKU before anything is made: an answer may have been lost on its way.
    """
    known = find_offer(session, ref)
    if known is None:
        offer_id, known = _create(session, final, warnings)
        journal.offer_made(offer_id)
        if known is None:
            return offer_id, ""
    offer_id = str(known["offerId"])
    journal.offer_made(offer_id)
    path = f"{OFFER}/{in_path(offer_id)}"
    body = final.documents["offer"]
    reply = _patiently(lambda: user_call(session, "inventory", "PUT", path, json=body))
    warnings += reply.warnings
    return offer_id, live_id(known)


def find_offer(session: Session, ref: ListingRef) -> Mapping[str, Any] | None:
    """Return the account's offer of this SKU on its marketplace, or None."""
    market = account_settings(session.settings).offer_marketplace
    if ref.offer_id:
        try:
            path = f"{OFFER}/{in_path(ref.offer_id)}"
            body: Mapping[str, Any] = user_call(session, "inventory", "GET", path).body
        except EbayError as error:
            if not error.has(failures.NO_OFFER):
                raise
        else:
            return body
    try:
        query = {"sku": ref.sku, "limit": "100"}
        rows = user_call(session, "inventory", "GET", OFFER, params=query).body.get("offers") or ()
    except EbayError as error:
        if error.has(failures.NO_OFFER):
            return None
        raise
    fixed = [
        row
        for row in rows
        if row.get("marketplaceId") == market and row.get("format") == "FIXED_PRICE"
    ]
    return fixed[0] if fixed else None


def live_id(offer: Mapping[str, Any]) -> str:
    """The item number of an offer that buyers can see, or an empty string."""
    listing = offer.get("listing") or {}
    is_live = offer.get("status") == "PUBLISHED" and (
        listing.get("listingStatus", "ACTIVE") in LIVE_STATES
    )
    return str(listing.get("listingId") or "") if is_live else ""


def _create(
    session: Session, final: Payload, warnings: list[str]
) -> tuple[str, Mapping[str, Any] | None]:
    body = final.documents["offer"]
    try:
        reply = _patiently(lambda: user_call(session, "inventory", "POST", OFFER, json=body))
    except EbayError as error:
        offer_id = _existing(error)
        if not offer_id:
            raise
        path = f"{OFFER}/{in_path(offer_id)}"
        return offer_id, user_call(session, "inventory", "GET", path).body
    warnings += reply.warnings
    return str(reply.body["offerId"]), None


def _existing(error: EbayError) -> str:
    """The offer that is there already, as error 25002 names it."""
    for one in error.errors:
        if str(one.get("errorId")) == failures.OFFER_EXISTS:
            return failures.parameters_of(one).get("offerId", "")
    return ""


def _go_live(
    session: Session,
    offer_id: str,
    final: Payload,
    journal: PublishJournal,
    warnings: list[str],
) -> tuple[str, str]:
    """Publish the draft: (its id, which may be a new one, the item number)."""
    try:
        reply = _publish_call(session, offer_id)
    except EbayError as error:
        # The category was checked just before: an unpublished offer can keep an old verdict.
        # Deleting it heals that; a live one is never deleted.
        if not error.has(failures.CATEGORY):
            raise
        path = f"{OFFER}/{in_path(offer_id)}"
        if live_id(user_call(session, "inventory", "GET", path).body):
            raise
        user_call(session, "inventory", "DELETE", path)
        offer_id, _ = _create(session, final, warnings)
        journal.offer_made(offer_id)
        reply = _publish_call(session, offer_id)
    warnings += reply.warnings
    return offer_id, str(reply.body["listingId"])


def _publish_call(session: Session, offer_id: str) -> Reply:
    path = f"{OFFER}/{in_path(offer_id)}/publish"
    # A literal {} body: without one eBay answers 411.
    return _patiently(lambda: user_call(session, "inventory", "POST", path, json={}))


def _patiently(call: Callable[[], Reply], waits: Sequence[float] | None = None) -> Reply:
    """Repeat the very same call while its refusal may be lag of our own write; then it is final."""
    for wait in LAG_WAITS if waits is None else waits:
        try:
            return call()
        except EbayError as error:
            if not error.is_lag:
                raise
        time.sleep(wait)
    return call()


def end(session: Session, ref: ListingRef) -> None:
    """Withdraw the offer; the draft stays on eBay. What is not live is fine."""
    offer = find_offer(session, ref)
    if offer is None or offer.get("status") != "PUBLISHED":
        return
    path = f"{OFFER}/{in_path(str(offer['offerId']))}/withdraw"
    try:
        user_call(session, "inventory", "POST", path, json={})
    except EbayError as error:
        if not error.has(failures.NO_OFFER):
            raise
