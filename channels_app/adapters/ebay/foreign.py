"""Listings made elsewhere: read whole, read what changed, and served where they stand.

What is written is what is left to sell; what is read counts the sold ones too. Four rows a call,
ten ends a call, and only what changed is sent: all sellers share the day's calls.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from django.utils import timezone

from channels_app.adapters.base import (
    ChannelError,
    ForeignItem,
    InventoryStatus,
    ListingRef,
    SellerMustFix,
    Session,
    SyncItem,
    SyncOutcome,
    TryAgain,
)
from channels_app.adapters.ebay import failures
from channels_app.adapters.ebay.trading import DOMAIN, Node, TradingError, call, leaf

TRADING = "trading"
NOT_REVISED = SellerMustFix(
    reason="This listing was made on eBay's own pages. Price and quantity are sent; its words and"
    " photos are changed there.",
    error_id="21919474",
    domain=DOMAIN,
)
PAGE = 200
ROWS = 4
# A window of the end time: listings that run until cancelled renew every month.
WINDOW = datetime.timedelta(days=31)
MOST_PAGES = 2_000
# eBay shows a change a little later than it dates it; a cut-off answer holds as many as this.
EVENTS_LATE = datetime.timedelta(minutes=2)
EVENTS_STEP = datetime.timedelta(minutes=30)
EVENTS_MOST = 3_000
_ENDED = frozenset({"291", "1047", "17"})
_ZERO_REFUSED = "21916583"


def read_all(session: Session) -> Iterator[ForeignItem]:
    """Yield every live listing; a failing page raises, so that nothing is concluded from a part."""
    now = timezone.now()
    for page in range(1, MOST_PAGES + 1):
        root, _ = call(
            session,
            "GetSellerList",
            (
                leaf("GranularityLevel", "Fine"),
                leaf("IncludeVariations", "true"),
                leaf("EndTimeFrom", _stamp(now)),
                leaf("EndTimeTo", _stamp(now + WINDOW)),
                f"<Pagination>{leaf('EntriesPerPage', PAGE)}{leaf('PageNumber', page)}</Pagination>",
            ),
        )
        for item in root.all("ItemArray/Item"):
            yield from _items(item)
        if root.text("HasMoreItems") != "true":
            return
    raise ChannelError(TryAgain(reason="eBay's list of listings has no end.", after=3600.0))


def read_changes(session: Session, *, since: datetime.datetime) -> Iterator[ForeignItem]:
    """Yield what was changed or ended since then; windows that eBay cuts off are halved."""
    until = timezone.now() - EVENTS_LATE
    start = since - EVENTS_LATE
    step = EVENTS_STEP
    while start < until:
        end = min(until, start + step)
        root, _ = call(
            session,
            "GetSellerEvents",
            (leaf("GranularityLevel", "Fine"), leaf("ModTimeFrom", _stamp(start)),
             leaf("ModTimeTo", _stamp(end))),
        )  # fmt: skip
        items = root.all("ItemArray/Item")
        if len(items) >= EVENTS_MOST and step > datetime.timedelta(minutes=1):
            step /= 2
            continue
        for item in items:
            yield from _items(item)
        start, step = end, EVENTS_STEP


def _items(item: Node) -> Iterator[ForeignItem]:
    variations = item.all("Variations/Variation")
    if not variations:
        yield _item(item)
        return
    for one in variations:
        base = _item(item)
        yield ForeignItem(
            external_id=base.external_id,
            variation_sku=one.text("SKU"),
            sku=one.text("SKU"),
            title=base.title,
            price=price_of(one.text("StartPrice")),
            currency=one.attribute("StartPrice", "currencyID"),
            quantity=_left(one),
            category_id=base.category_id,
            condition_id=base.condition_id,
            picture_urls=base.picture_urls,
            is_live=base.is_live,
        )


def _item(item: Node) -> ForeignItem:
    urls = [one.text(".") for one in item.all("PictureDetails/PictureURL")]
    return ForeignItem(
        external_id=item.text("ItemID"),
        sku=item.text("SKU"),
        title=item.text("Title"),
        price=price_of(item.text("SellingStatus/CurrentPrice")),
        currency=item.attribute("SellingStatus/CurrentPrice", "currencyID"),
        quantity=_left(item),
        category_id=item.text("PrimaryCategory/CategoryID"),
        condition_id=item.text("ConditionID"),
        picture_urls=tuple(filter(None, urls)),
        is_live=item.text("SellingStatus/ListingStatus") in {"", "Active"},
        is_fixed_price=item.text("ListingType") in {"", "FixedPriceItem", "StoresFixedPrice"},
    )


def _left(node: Node) -> int | None:
    """What is left to sell: the total that is read counts the sold ones."""
    total = node.number("Quantity")
    if total is None:
        return None
    return max(0, total - (node.number("SellingStatus/QuantitySold") or 0))


def price_of(text: str) -> Decimal | None:
    """An amount as Trading writes it, or None where there is none."""
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _stamp(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def sync(session: Session, items: Sequence[SyncItem]) -> Iterator[tuple[SyncItem, SyncOutcome]]:
    """Send absolute quantities and prices, four a call; one outcome per item."""
    for start in range(0, len(items), ROWS):
        rows = items[start : start + ROWS]
        try:
            yield from zip(rows, _revise(session, rows), strict=True)
        except TradingError as error:
            if len(rows) == 1:
                yield rows[0], _verdict(session, rows[0], error)
                continue
            # Which row failed is not certain; the numbers are absolute, so each is sent alone.
            for row in rows:
                yield row, _one(session, row)


def _revise(session: Session, rows: Sequence[SyncItem]) -> list[SyncOutcome]:
    root, _ = call(session, "ReviseInventoryStatus", [_row(one) for one in rows])
    done = {one.text("ItemID") for one in root.all("InventoryStatus")}
    return [
        SyncOutcome(ref=one.ref) if one.ref.external_id in done else _one(session, one)
        for one in rows
    ]


def _row(item: SyncItem) -> str:
    parts = [leaf("ItemID", item.ref.external_id)]
    if item.ref.offer_id:
        # The SKU of a variation; a plain listing is named by its number alone.
        parts.append(leaf("SKU", item.ref.offer_id))
    if item.price is not None:
        parts.append(f'<StartPrice currencyID="{item.currency}">{item.price:.2f}</StartPrice>')
    if item.quantity is not None:
        parts.append(leaf("Quantity", item.quantity))
    return f"<InventoryStatus>{''.join(parts)}</InventoryStatus>"


def _one(session: Session, item: SyncItem) -> SyncOutcome:
    try:
        call(session, "ReviseInventoryStatus", [_row(item)])
    except TradingError as error:
        return _verdict(session, item, error)
    return SyncOutcome(ref=item.ref)


def _verdict(session: Session, item: SyncItem, error: TradingError) -> SyncOutcome:
    if any(error.has(code) for code in _ENDED):
        return SyncOutcome(ref=item.ref, ended=True)
    if error.has(_ZERO_REFUSED) and item.quantity == 0:
        # Without the seller's out-of-stock control nothing shows 0: it must end.
        end(session, item.ref)
        return SyncOutcome(ref=item.ref, ended=True)
    return SyncOutcome(ref=item.ref, failure=error.first)


def end(session: Session, ref: ListingRef) -> None:
    """End one listing; one that has ended is fine. Raises ChannelError."""
    container = leaf("MessageID", ref.external_id) + leaf("ItemID", ref.external_id)
    container += leaf("EndingReason", "NotAvailable")
    try:
        root, _ = call(
            session, "EndItems", [f"<EndItemRequestContainer>{container}</EndItemRequestContainer>"]
        )
    except TradingError as error:
        if not any(error.has(code) for code in _ENDED):
            raise
        return
    for one in root.all("EndItemResponseContainer"):
        code = one.text("Errors/ErrorCode")
        if code and code not in _ENDED:
            raise ChannelError(failures.failure_of({"errorId": code, "domain": DOMAIN}, status=200))


def read_one(session: Session, external_id: str) -> list[ForeignItem]:
    """Read one listing with its words; one that is not there any more gives none."""
    try:
        root, _ = call(session, "GetItem", [leaf("ItemID", external_id)])
    except TradingError as error:
        if not any(error.has(code) for code in _ENDED):
            raise
        return []
    return [one for item in root.all("Item") for one in _items(item)]


def status_of(session: Session, ref: ListingRef) -> InventoryStatus:
    """Read what eBay shows of one listing."""
    for one in read_one(session, ref.external_id):
        if one.variation_sku == ref.offer_id:
            return InventoryStatus(
                ref=ref, quantity=one.quantity, price=one.price, is_live=one.is_live,
                title=one.title,
            )  # fmt: skip
    return InventoryStatus(ref=ref, quantity=None, price=None, is_live=False)
