"""Bringing an order here to the state that a marketplace tells. Idempotent, level-triggered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from channels_app.enums import CancelState, FulfilmentState, PaymentState
from channels_app.found_orders import FoundLine, FoundOrder
from listings.models import Listing
from orders import events, sealing
from orders.enums import LineStock, OrderStatus
from orders.locks import order_locked_by_external
from orders.models import Order, OrderItem
from orders.services import stock
from orders.services.facts import line_facts, order_facts
from orders.services.states import cancel_write, paid_write, shipped_write
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.events import emit

_CENT = Decimal("0.01")


def order_import(
    *, found_order: FoundOrder, connection_id: uuid.UUID, actor: Actor
) -> tuple[Order, bool]:
    """Create the order or bring it up to date; returns it and whether it is new.

    One transaction with its effect on stock: an unpaid order reserves, a paid one sells through
    the ledger, a cancelled one puts back. The same state again, at once or later, changes
    nothing and an older state than the known one is ignored. Lines that match no part are kept.
    Raises InvalidInput where the order has no lines or belongs to another connection.
    """
    if found_order.connection_id != connection_id:
        raise InvalidInput("The order belongs to another account.")
    if not found_order.lines:
        raise InvalidInput("The order has no lines.")
    with transaction.atomic():
        is_new = _insert(found_order)
        order = order_locked_by_external(connection_id, found_order.external_order_id)
        if not is_new and _is_older(order, found_order):
            return order, False
        changed = _values_write(order, found_order)
        changed += _lines_write(order, found_order.lines)
        items = list(order.items.all())
        refund = _refund_take(order, found_order)
        if is_new:
            _created_emit(order, items, found_order, actor)
        elif changed:
            emit(
                events.OrderUpdated(**order_facts(order), field_names=sorted(set(changed))),
                actor=actor,
            )
        _state_follow(order, items, found_order, actor)
        if refund:
            emit(
                events.OrderRefunded(
                    **order_facts(order),
                    amount=refund,
                    refunded=order.refund_amount,
                    by_marketplace=True,
                ),
                actor=actor,
            )
    return order, is_new


def _insert(found: FoundOrder) -> bool:
    """Insert the bare row unless it is there; a second inserter waits here for the first."""
    row = Order(
        channel=found.channel,
        connection_id=found.connection_id,
        external_order_id=found.external_order_id,
        ordered_at=found.ordered_at,
        currency=found.currency,
    )
    Order.objects.bulk_create([row], ignore_conflicts=True)
    return Order.objects.filter(pk=row.pk).exists()


def _is_older(order: Order, found: FoundOrder) -> bool:
    known = order.external_modified_at
    return known is not None and found.modified_at < known


def _values_write(order: Order, found: FoundOrder) -> list[str]:
    """Take the marketplace's values; empty ones never replace what is known."""
    wanted: dict[str, object] = {
        "external_url": found.url,
        "subtotal": _money(found.subtotal),
        "discount": _money(found.discount),
        "shipping_cost": _money(found.shipping),
        "tax_amount": _money(found.tax),
        "total_amount": _money(found.total),
        "marketplace_fee": _money(found.fee),
        "net_revenue": _money(found.total - found.tax - found.fee),
        "currency": found.currency,
        "ordered_at": found.ordered_at,
        "ship_by": found.ship_by or _earliest(found.lines),
        "shipping_method": found.shipping_service[:100],
        "is_pickup": found.is_pickup,
        "payment_state": _payment(order, found),
        "cancel_reason": found.cancel_reason,
    }
    if order.erased_at is None:
        wanted |= {
            "buyer_username": found.buyer.username[:200],
            "shipping_city": found.ship_to.city[:100],
            "shipping_state": found.ship_to.region[:100],
            "shipping_zip": found.ship_to.postal_code[:20],
            "shipping_country": found.ship_to.country[:2],
        }
    changed = [
        name
        for name, value in wanted.items()
        if value not in ("", None) and getattr(order, name) != value
    ]
    for name in changed:
        setattr(order, name, wanted[name])
    if order.erased_at is None:
        changed += sealing.seal(order, _buyer_values(found))
    order.external_modified_at = found.modified_at
    if changed:
        order.version += 1
    order.save(update_fields=[*changed, "external_modified_at", "version", "updated_at"])
    return changed


def _buyer_values(found: FoundOrder) -> dict[str, str]:
    return {
        "buyer_email": found.buyer.email,
        "buyer_name": found.buyer.name,
        "buyer_phone": found.buyer.phone,
        "buyer_note": found.buyer.note,
        "shipping_name": found.ship_to.name,
        "shipping_address_1": found.ship_to.line1,
        "shipping_address_2": found.ship_to.line2,
        "shipping_phone": found.ship_to.phone,
        "shipping_email": found.ship_to.email,
    }


def _payment(order: Order, found: FoundOrder) -> PaymentState:
    """A payment does not go back to unpaid: what was sold through the ledger stays sold."""
    if order.paid_at is not None and not found.is_paid:
        return PaymentState(order.payment_state)
    return found.payment


def _lines_write(order: Order, lines: Sequence[FoundLine]) -> list[str]:
    """Add and update lines by their external id. A match that is there stays as it is."""
    known = {item.external_line_id: item for item in order.items.all()}
    parts = _existing({line.listing_id for line in lines if line.listing_id})
    changed: list[str] = []
    for line in lines:
        item = known.get(line.external_line_id)
        if item is None:
            item = OrderItem(order=order, external_line_id=line.external_line_id[:100])
        wanted: dict[str, object] = {
            "external_item_id": line.external_listing_id[:100],
            "sku": line.sku[:100],
            "title": line.title,
            "unit_price": _money(line.unit_price),
            "total_price": _money(line.total),
            "discount": _money(line.discount),
            "shipping_cost": _money(line.shipping),
            "tax_amount": _money(line.tax),
            "refund_amount": _money(line.refunded),
            "vehicle": dict(line.vehicle),
            "ship_by": line.ship_by,
        }
        # What the ledger counted is not counted anew; before that the number may still change.
        if item.stock == LineStock.NONE:
            wanted["quantity"] = line.quantity
        if item.listing_id is None and line.listing_id in parts:
            wanted["listing_id"] = line.listing_id
        moved = [
            name
            for name, value in wanted.items()
            if value not in ("", None, {}) and getattr(item, name) != value
        ]
        if moved:
            for name in moved:
                setattr(item, name, wanted[name])
            item.save()
            changed.append("lines")
    return changed


def _existing(listing_ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those that are parts of ours, trashed ones too."""
    rows = Listing.all_objects.filter(pk__in=listing_ids)
    return set(rows.values_list("pk", flat=True))


def _refund_take(order: Order, found: FoundOrder) -> Decimal:
    """Take over what went back at the marketplace; returns what is new of it."""
    done = [refund for refund in found.refunds if refund.is_done]
    total = _money(sum((refund.amount for refund in done), Decimal(0)))
    new = total - order.refund_amount
    if new <= 0:
        return Decimal(0)
    order.refund_amount = total
    times = [refund.at for refund in done if refund.at]
    order.refunded_at = max(times) if times else found.modified_at
    order.save(update_fields=["refund_amount", "refunded_at", "updated_at"])
    return new


def _created_emit(
    order: Order, items: Sequence[OrderItem], found: FoundOrder, actor: Actor
) -> None:
    emit(
        events.OrderCreated(
            **line_facts(order, items),
            paid=found.is_paid,
            unmatched=sum(item.listing_id is None for item in items),
        ),
        actor=actor,
    )


def _state_follow(
    order: Order, items: Sequence[OrderItem], found: FoundOrder, actor: Actor
) -> None:
    """Do what the marketplace's state means for status and stock."""
    if found.cancel is CancelState.CANCELLED:
        _cancelled(order, items, found, actor)
        return
    if found.cancel is CancelState.REQUESTED and order.cancel_state == CancelState.NONE:
        order.cancel_state = CancelState.REQUESTED
        order.save(update_fields=["cancel_state", "updated_at"])
        emit(
            events.OrderCancelRequested(**order_facts(order), reason=found.cancel_reason),
            actor=actor,
        )
    if order.status == OrderStatus.CANCELLED:
        return
    if found.is_paid:
        if order.paid_at is None:
            paid_write(order, items, paid_at=found.paid_at or found.modified_at, actor=actor)
        else:
            # A line that was added or matched since.
            stock.lines_sell(order, items, actor=actor)
        if found.fulfilment is FulfilmentState.FULFILLED and not order.is_gone:
            shipped_write(
                order,
                items,
                shipped_at=found.modified_at,
                carrier=found.carrier[:50],
                tracking_number="",
                by_marketplace=True,
                actor=actor,
            )
    elif order.status == OrderStatus.PENDING:
        stock.lines_reserve(order, items, actor=actor)


def _cancelled(order: Order, items: Sequence[OrderItem], found: FoundOrder, actor: Actor) -> None:
    if order.status == OrderStatus.CANCELLED or order.cancel_state == CancelState.CANCELLED:
        return
    if order.is_gone:
        # The parts have left: a person must see to their way back.
        order.cancel_state = CancelState.CANCELLED
        order.save(update_fields=["cancel_state", "updated_at"])
        emit(
            events.OrderCancelRequested(
                **order_facts(order), reason=found.cancel_reason, too_late=True
            ),
            actor=actor,
        )
        return
    cancel_write(
        order, items, reason=found.cancel_reason, cancelled_at=found.modified_at, actor=actor
    )


def _earliest(lines: Sequence[FoundLine]) -> object:
    times = [line.ship_by for line in lines if line.ship_by]
    return min(times) if times else None


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT)
