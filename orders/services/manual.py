"""Orders that somebody writes here: by phone, over the counter, for a repeat customer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from inventory.selectors import stock_of
from listings.models import Listing
from orders import events, sealing
from orders.enums import MANUAL, OrderStatus
from orders.errors import OrderKeyReused
from orders.locks import order_locked
from orders.models import Order, OrderItem
from orders.sealing import PLAIN, SEALED
from orders.services import stock
from orders.services.facts import line_facts
from orders.services.moving import order_transition
from orders.services.states import paid_write
from orders.sums import Freight, SumLine, Sums, order_sums
from realtrack.core import crypto
from realtrack.core.actors import Actor
from realtrack.core.errors import InsufficientStock, InvalidInput
from realtrack.core.events import emit
from settings_app.selectors import setting_value

SEQUENCE = "orders_by_hand_seq"
MOST_LINES = 50
# Of what is kept of a buyer in the clear: letters that its column holds.
_LIMITS = {
    "buyer_username": 200, "shipping_city": 100, "shipping_state": 100, "shipping_zip": 20,
    "shipping_country": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualLine:
    """A part, how many, and the price of one (with or without tax, as the settings say).

    None is the part's own price at the time of writing.
    """

    listing_id: uuid.UUID
    quantity: int
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualOrder:
    """What a person wrote. `buyer` holds fields of `sealing.Buyer` by name.

    `is_paid` sells the parts at once, else they are held; `is_handed_over` says that the buyer,
    who has paid, took them along.
    """

    lines: Sequence[ManualLine]
    freight: Freight = field(default_factory=Freight)
    buyer: Mapping[str, str] = field(default_factory=dict)
    shipping_method: str = ""
    payment_method: str = ""
    is_paid: bool = False
    is_handed_over: bool = False


def order_create(*, asked: ManualOrder, key: str, actor: Actor) -> tuple[Order, bool]:
    """Write an order by hand; returns it and whether it is new: once per `key`.

    One transaction with its effect on stock: unpaid it holds its parts, paid it sells them
    through the ledger, and channels are owed the new quantity, as with a marketplace's order. But
    what is not there is refused: nothing is written then. Raises InsufficientStock (which parts,
    how many are free), InvalidInput, OrderKeyReused where the key stands for another order.
    """
    _check(asked, key)
    digest = _digest(asked)
    with transaction.atomic():
        order, is_new = _insert(key, digest, actor)
        if not is_new:
            if order.request_digest != digest:
                raise OrderKeyReused(extra={"orderId": str(order.pk)})
            return order, False
        parts = _parts(asked.lines)
        lines = _priced(asked.lines, parts)
        sums = order_sums(lines=lines, freight=asked.freight)
        items = _write(order, asked, lines, sums)
        _hold(order, items, actor)
        emit(
            events.OrderCreated(**line_facts(order, items), paid=asked.is_paid, unmatched=0),
            actor=actor,
        )
        if asked.is_paid:
            paid_write(order, items, paid_at=order.ordered_at, actor=actor)
        if asked.is_handed_over:
            for to in (OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED):
                order_transition(order_id=order.pk, to=to, actor=actor)
            order = order_locked(order.pk)
    return order, True


def _check(asked: ManualOrder, key: str) -> None:
    wrong: dict[str, str] = {}
    if not key.strip() or len(key) > 100:
        wrong["idempotency_key"] = "Send a key of 1 to 100 letters, so that a repeat makes none."
    if not 1 <= len(asked.lines) <= MOST_LINES:
        wrong["lines"] = f"An order has 1 to {MOST_LINES} lines."
    if any(not 1 <= line.quantity <= 1_000_000 for line in asked.lines):
        wrong["quantity"] = "Type a whole number from 1."
    prices = [line.unit_price for line in asked.lines if line.unit_price is not None]
    if any(not 0 <= price < 100_000_000 for price in prices):
        wrong["unit_price"] = "Type a price such as 89.90."
    if asked.is_handed_over and not asked.is_paid:
        wrong["handed_over"] = "Parts are taken along once they are paid."
    if asked.freight.cost is not None and not 0 <= asked.freight.cost < 1_000_000:
        wrong["shipping_cost"] = "Type a cost such as 12.50."
    unknown = set(asked.buyer) - {*SEALED, *PLAIN}
    if unknown:
        wrong["buyer"] = f"{min(unknown)} is nothing that is kept of a buyer."
    if wrong:
        raise InvalidInput(fields=wrong)


def _digest(asked: ManualOrder) -> str:
    """A keyed hash of all that was asked: says whether a repeat is the same, and no more."""
    return crypto.keyed_hash(json.dumps(asdict(asked), sort_keys=True, default=str))


def _insert(key: str, digest: str, actor: Actor) -> tuple[Order, bool]:
    """Insert the bare row unless the key has one; a second inserter waits here for the first."""
    row = Order(
        channel=MANUAL,
        external_order_id=f"M-{_number()}",
        idempotency_key=key,
        request_digest=digest,
        ordered_at=timezone.now(),
        currency=setting_value("general", "default_currency"),
        created_by=actor.user_id,
    )
    Order.objects.bulk_create([row], ignore_conflicts=True)
    order = Order.objects.filter(idempotency_key=key).only("pk").get()
    return order_locked(order.pk), order.pk == row.pk


def _number() -> int:
    """The next number of the sequence; never given twice, gaps are allowed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [SEQUENCE])
        row = cursor.fetchone()
    if row is None:  # nextval always answers one row
        message = "the sequence of orders by hand gave no number"
        raise RuntimeError(message)
    return int(row[0])


def _parts(lines: Sequence[ManualLine]) -> dict[uuid.UUID, Listing]:
    wanted = {line.listing_id for line in lines}
    found = Listing.objects.in_bulk(list(wanted))
    if missing := wanted - set(found):
        raise InvalidInput(fields={"lines": f"There is no part {min(missing)}."})
    return found


def _priced(lines: Sequence[ManualLine], parts: Mapping[uuid.UUID, Listing]) -> list[SumLine]:
    found: list[SumLine] = []
    for line in lines:
        part = parts[line.listing_id]
        price = part.start_price if line.unit_price is None else line.unit_price
        if price is None:
            raise InvalidInput(fields={"lines": f"{part.custom_label_sku} has no price. Type one."})
        found.append(SumLine(listing=part, quantity=line.quantity, unit_price=price))
    return found


def _write(
    order: Order, asked: ManualOrder, lines: Sequence[SumLine], sums: Sums
) -> list[OrderItem]:
    """Fill the row and its lines; the buyer is sealed as any other."""
    order.subtotal = sums.subtotal
    order.shipping_cost = sums.shipping.net
    order.tax_amount = sums.tax
    order.total_amount = sums.total
    order.net_revenue = sums.total - sums.tax
    order.tax_rate = sums.rule.rate
    order.prices_include_tax = sums.rule.included
    order.payment_method = asked.payment_method
    order.is_pickup = asked.freight.is_pickup
    order.shipping_method = (asked.shipping_method or sums.shipping_method)[:100]
    for name in PLAIN:
        setattr(order, name, asked.buyer.get(name, "")[: _LIMITS[name]])
    sealing.seal(order, asked.buyer)
    order.save()
    return OrderItem.objects.bulk_create(
        [
            OrderItem(
                order=order,
                external_line_id=str(number),
                listing=line.listing,
                sku=line.listing.custom_label_sku,
                title=line.listing.title,
                quantity=line.quantity,
                unit_price=line.unit_price,
                total_price=taxed.net,
                tax_amount=taxed.tax,
                tax_rate=sums.rule.rate,
            )
            for number, (line, taxed) in enumerate(
                zip(lines, sums.lines.lines, strict=True), start=1
            )
        ]
    )


def _hold(order: Order, items: Sequence[OrderItem], actor: Actor) -> None:
    """Hold what every line wants; what is short is told for all of them, and nothing is held."""
    wanted: dict[uuid.UUID, list[OrderItem]] = {}
    for item in items:
        if item.listing_id is not None:
            wanted.setdefault(item.listing_id, []).append(item)
    try:
        with transaction.atomic():
            stock.lines_reserve(order, items, actor=actor, allow_partial=False)
    except InsufficientStock as short:
        found = stock_of(list(wanted))
        rows = [
            {
                "listingId": str(key),
                "sku": lines[0].sku,
                "free": found[key].free,
                "asked": sum(line.quantity for line in lines),
            }
            for key, lines in wanted.items()
            if sum(line.quantity for line in lines) > found[key].free
        ]
        words = "; ".join(f"{row['sku']}: {row['free']} free, {row['asked']} asked" for row in rows)
        # Somebody let go of some in between: then the ledger's own words are told.
        message = f"There is not enough stock. {words}." if rows else short.message
        raise InsufficientStock(message, extra={"short": rows}) from short
