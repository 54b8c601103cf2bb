"""Absolute quantities and prices in batches of 25: small, wipes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from channels_app.adapters.base import (
    Failure,
    InventoryStatus,
    ListingRef,
    Session,
    SyncItem,
    SyncOutcome,
)
from channels_app.adapters.ebay import failures
from channels_app.adapters.ebay.client import EbayError, user_call
from channels_app.adapters.ebay.publish import end, find_offer, live_id

BATCH = 25
_BULK_GET = "/sell/inventory/v1/bulk_get_inventory_item"
_BULK = "/sell/inventory/v1/bulk_update_price_quantity"


def sync(session: Session, items: Sequence[SyncItem]) -> list[SyncOutcome]:
    """Send one batch; each item gets the verdict of its rows."""
    body = {"requests": [_request(item) for item in items]}
    reply = user_call(session, "inventory", "POST", _BULK, json=body, bulk=True)
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in reply.body.get("responses") or ():
        rows.setdefault(str(row.get("sku")), []).append(row)
    return [_outcome(session, item, rows.get(item.ref.sku, [])) for item in items]


def _request(item: SyncItem) -> dict[str, Any]:
    request: dict[str, Any] = {"sku": item.ref.sku}
    offer: dict[str, Any] = {"offerId": item.ref.offer_id}
    if item.quantity is not None:
        # What is shown is the smaller of the two, so both are sent.
        request["shipToLocationAvailability"] = {"quantity": item.quantity}
        offer["availableQuantity"] = item.quantity
    if item.price is not None:
        offer["price"] = {"value": f"{item.price:.2f}", "currency": item.currency}
    request["offers"] = [offer]
    return request


def _outcome(session: Session, item: SyncItem, rows: Sequence[Mapping[str, Any]]) -> SyncOutcome:
    if not rows:
        return SyncOutcome(ref=item.ref, failure=failures.failures_of({}, status=500)[0])
    found: list[Failure] = []
    ids: set[str] = set()
    for row in rows:
        status = int(row.get("statusCode") or 200)
        if status < 400:
            continue
        errors = [one for one in row.get("errors") or () if isinstance(one, dict)]
        ids |= {str(one.get("errorId")) for one in errors}
        found += failures.failures_of({"errors": errors}, status=status)
    if not found:
        return SyncOutcome(ref=item.ref)
    if failures.QUANTITY in ids and item.quantity == 0:
        return _zero(session, item, found[0])
    if ids & {failures.NO_OFFER, "25604", "25702"}:
        return _gone_or_lag(session, item, found[0])
    return SyncOutcome(ref=item.ref, failure=found[0])


def _zero(session: Session, item: SyncItem, failure: Failure) -> SyncOutcome:
    """Zero was refused: it may have been applied all the same; else the listing must end."""
    shown = status_of(session, item.ref)
    if shown.is_live and shown.quantity == 0:
        return SyncOutcome(ref=item.ref)
    try:
        end(session, item.ref)
    except EbayError:
        return SyncOutcome(ref=item.ref, failure=failure)
    return SyncOutcome(ref=item.ref, ended=True)


def _gone_or_lag(session: Session, item: SyncItem, failure: Failure) -> SyncOutcome:
    """The row is unknown: ask by offer and SKU what is there before believing it."""
    offer = find_offer(session, item.ref)
    if offer is None or not live_id(offer):
        return SyncOutcome(ref=item.ref, ended=True)
    return SyncOutcome(ref=item.ref, failure=failures.failures_of({}, status=500)[0])


def titles_of(session: Session, refs: Sequence[ListingRef]) -> dict[str, str]:
    """Read the titles that eBay shows, by SKU, 25 a call; what it does not know is left out."""
    found: dict[str, str] = {}
    for start in range(0, len(refs), BATCH):
        body = {"requests": [{"sku": one.sku} for one in refs[start : start + BATCH]]}
        reply = user_call(session, "inventory", "POST", _BULK_GET, json=body, bulk=True)
        for row in reply.body.get("responses") or ():
            product = (row.get("inventoryItem") or {}).get("product") or {}
            if product.get("title"):
                found[str(row.get("sku"))] = str(product["title"])
    return found


def status_of(session: Session, ref: ListingRef, *, title: str = "") -> InventoryStatus:
    """Read what eBay shows of one listing."""
    offer = find_offer(session, ref)
    if offer is None:
        return InventoryStatus(ref=ref, quantity=None, price=None, is_live=False)
    price = (offer.get("pricingSummary") or {}).get("price") or {}
    quantity = offer.get("availableQuantity")
    return InventoryStatus(
        ref=ref,
        quantity=int(quantity) if quantity is not None else None,
        price=Decimal(str(price["value"])) if price.get("value") else None,
        is_live=bool(live_id(offer)),
        title=title,
    )
