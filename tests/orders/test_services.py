from __future__ import annotations

import datetime

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels_app.enums import PaymentState
from orders import sealing, transitions
from orders.enums import OrderStatus
from orders.models import Order
from orders.services import (
    buyer_erase,
    buyers_rotate,
    order_import,
    order_pack,
    order_transition,
    orders_complete,
)
from realtrack.core import crypto
from realtrack.core.errors import IllegalTransition, InvalidInput
from realtrack.core.models import AuditLog
from tests.inventory.factories import SYSTEM, part
from tests.orders.factories import account, found_order, later, line

pytestmark = pytest.mark.django_db


def paid_order() -> Order:
    found = found_order(account(), [line(part(quantity=1))], payment=PaymentState.PAID)
    return order_import(found_order=found, connection_id=found.connection_id, actor=SYSTEM)[0]


def test_the_table_is_the_specifications() -> None:
    assert {
        str(before): [str(after) for after in moves]
        for before, moves in transitions.TRANSITIONS.items()
    } == {
        "pending": ["confirmed", "cancelled"],
        "confirmed": ["processing", "cancelled"],
        "processing": ["shipped", "cancelled"],
        "shipped": ["delivered", "disputed"],
        "delivered": ["completed", "refund_requested", "disputed"],
        "completed": ["refund_requested"],
        "refund_requested": ["refunded", "completed"],
        "cancelled": [],
        "refunded": [],
        "disputed": ["refunded", "completed"],
    }


def test_every_pair_moves_or_is_refused_and_leaves_all() -> None:
    # given
    order = paid_order()
    pairs = [(one, other) for one in OrderStatus for other in OrderStatus]
    for before, after in pairs:
        legal = before == after or after in transitions.allowed_from(before)
        with transaction.atomic():
            Order.objects.filter(pk=order.pk).update(status=before)
            logged = AuditLog.objects.count()
            # when
            if legal:
                order_transition(order_id=order.pk, to=after, actor=SYSTEM)
            else:
                with pytest.raises(IllegalTransition):
                    order_transition(order_id=order.pk, to=after, actor=SYSTEM)
            # then
            assert Order.objects.get().status == (after if legal else before)
            assert (AuditLog.objects.count() == logged) == (not legal or before == after)
            transaction.set_rollback(True)


def test_an_unknown_status_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        order_transition(order_id=paid_order().pk, to="lost", actor=SYSTEM)
    assert "pending" in caught.value.fields["status"][0]


def test_packing_is_a_step_of_an_order_in_work() -> None:
    # given
    order = paid_order()
    with pytest.raises(IllegalTransition):
        order_pack(order_id=order.pk, actor=SYSTEM)
    order_transition(order_id=order.pk, to="processing", actor=SYSTEM)
    # when
    packed = order_pack(order_id=order.pk, actor=SYSTEM)
    order_pack(order_id=order.pk, actor=SYSTEM)
    # then
    assert packed.step == "ship"
    assert AuditLog.objects.filter(event="order.packed").count() == 1


def test_delivered_orders_complete_after_two_weeks() -> None:
    # given
    old, young = paid_order(), paid_order()
    now = timezone.now()
    for order, days in ((old, 15), (young, 13)):
        Order.objects.filter(pk=order.pk).update(
            status="delivered", delivered_at=now - datetime.timedelta(days=days)
        )
    # when
    done = orders_complete(actor=SYSTEM)
    # then
    assert done == 1
    assert Order.objects.get(pk=old.pk).status == "completed"
    assert Order.objects.get(pk=young.pk).status == "delivered"


def test_keys_are_rotated_and_old_ones_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    order = paid_order()
    old = dict(settings.ENCRYPTION_KEYS)
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", {"new": b"n" * 32, **old})
    # when
    count = buyers_rotate()
    # then
    assert count == len(sealing.SEALED)
    assert buyers_rotate() == 0
    monkeypatch.setattr(settings, "ENCRYPTION_KEYS", {"new": b"n" * 32})
    order.refresh_from_db()
    assert sealing.opened(order).buyer_name == "Dana Example"


def test_a_value_moved_to_another_order_cannot_be_read() -> None:
    # given
    first, second = paid_order(), paid_order()
    Order.objects.filter(pk=second.pk).update(buyer_name=first.buyer_name)
    second.refresh_from_db()
    # when / then
    with pytest.raises(crypto.CannotDecrypt):
        sealing.opened(second)


def test_a_buyer_is_forgotten_and_stays_so() -> None:
    # given
    found = found_order(account(), [line(part(quantity=1))], payment=PaymentState.PAID)
    order_import(found_order=found, connection_id=found.connection_id, actor=SYSTEM)
    # when
    count = buyer_erase(channel="ebay", username="parts_buyer_77", actor=SYSTEM)
    order_import(found_order=later(found, 5), connection_id=found.connection_id, actor=SYSTEM)
    # then
    assert count == 1
    order = Order.objects.get()
    buyer = sealing.opened(order)
    assert (buyer.buyer_name, buyer.shipping_city, order.buyer_email_hash) == ("", "", "")
    assert order.total_amount == found.total
    assert buyer_erase(channel="ebay", username="parts_buyer_77", actor=SYSTEM) == 0


def test_an_order_is_unique_by_account_and_number() -> None:
    order = paid_order()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.create(
            channel="ebay",
            connection=order.connection,
            external_order_id=order.external_order_id,
            ordered_at=order.ordered_at,
        )
