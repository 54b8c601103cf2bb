"""Looking at buyers, and forgetting them."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from orders import events, sealing
from orders.locks import order_locked
from orders.models import Order
from orders.sealing import PLAIN, SEALED, Buyer
from orders.services.facts import order_facts
from orders.services.states import save
from realtrack.core import crypto
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound
from realtrack.core.events import emit

ROTATE_BATCH = 200


def order_buyer_view(*, order_id: uuid.UUID, actor: Actor) -> Buyer:
    """The buyer in the clear; the look is logged in the same transaction. Raises NotFound."""
    with transaction.atomic():
        order = Order.objects.filter(pk=order_id).first()
        if order is None:
            raise NotFound("This order does not exist.")
        buyer = sealing.opened(order)
        emit(events.OrderBuyerViewed(**order_facts(order)), actor=actor)
    return buyer


def buyer_erase(
    *, actor: Actor, channel: str, username: str = "", email: str = "", external_id: str = ""
) -> int:
    """Erase a buyer's data from every order of his on that channel; returns how many orders.

    Numbers and lines stay: the books need them. Found by handle, by id or by e-mail.
    """
    handles = [name for name in (username, external_id) if name]
    rows = Order.objects.filter(channel=channel, erased_at__isnull=True)
    found = set(rows.filter(buyer_username__in=handles).values_list("pk", flat=True))
    if email:
        hashed = rows.filter(buyer_email_hash=crypto.keyed_hash(email))
        found |= set(hashed.values_list("pk", flat=True))
    for order_id in sorted(found):
        _erase(order_id, actor)
    return len(found)


def _erase(order_id: uuid.UUID, actor: Actor) -> None:
    with transaction.atomic():
        order = order_locked(order_id)
        names = [*SEALED, *PLAIN, "buyer_email_hash"]
        for name in names:
            setattr(order, name, "")
        order.erased_at = timezone.now()
        save(order, *names, "erased_at")
        emit(events.OrderBuyerErased(**order_facts(order)), actor=actor)


def buyers_rotate() -> int:
    """Reseal every buyer with the newest key, a batch a transaction; safe to stop and run again."""
    count = 0
    last = uuid.UUID(int=0)
    while True:
        with transaction.atomic():
            rows = list(
                Order.objects.filter(pk__gt=last)
                .order_by("pk")
                .select_for_update(of=("self",))[:ROTATE_BATCH]
            )
            if not rows:
                return count
            count += sealing.rotate_batch(rows)
            last = rows[-1].pk
