"""The inbox again: what was received, masked for people, replayed dry or for real."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from channels_app import events
from channels_app.adapters.base import ChannelError, Notification
from channels_app.adapters.registry import adapter_for
from channels_app.enums import InboxState
from channels_app.models import ChannelOrder, ChannelWebhookLog
from channels_app.services.connections import refused
from channels_app.services.orders_in import buyer_rows, order_would_change
from channels_app.services.sessions import session_of
from channels_app.services.webhooks import webhook_process
from realtrack.core import crypto
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, NotFound
from realtrack.core.events import emit

MASK = "•••"
# Whatever names, locates or reaches a buyer, in any marketplace's spelling.
_BUYERS = frozenset(
    {
        "username", "userid", "eiastoken", "buyer", "fullname", "firstname", "lastname", "name",
        "addressline1", "addressline2", "postalcode", "city", "stateorprovince", "county",
        "primaryphone", "phonenumber", "phone", "email", "buyercheckoutnotes", "address1",
        "address2", "zip", "company", "latitude", "longitude", "taxidentifier", "note",
    }
)  # fmt: skip


def masked(value: Any, *, hide: bool = False) -> Any:
    """A document with every buyer's datum masked; its shape stays."""
    if isinstance(value, Mapping):
        return {
            key: masked(one, hide=hide or str(key).casefold() in _BUYERS)
            for key, one in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [masked(one, hide=hide) for one in value]
    if hide and value not in (None, ""):
        return MASK
    return value


def webhook_body(log: ChannelWebhookLog) -> str:
    """The body as it may be shown, indented; empty once it was deleted."""
    if not log.body:
        return ""
    raw = crypto.decrypt_bytes(log.body, aad=log.body_aad)
    try:
        return json.dumps(masked(json.loads(raw)), indent=2, ensure_ascii=False)
    except ValueError:
        return ""


def order_body(row: ChannelOrder) -> str:
    """The order's newest state as it may be shown; empty once it was redacted."""
    if not row.payload:
        return ""
    body = json.loads(crypto.decrypt(row.payload, aad=row.payload_aad))
    return json.dumps(masked(body), indent=2, ensure_ascii=False)


def webhook_replay(*, log_id: uuid.UUID, dry: bool) -> str:
    """Do a notification again, or (dry) say what that would do, changing nothing.

    For real it is done as at its first time: what was done already is not done twice. Raises
    NotFound when its body was deleted, and the marketplace's refusals.
    """
    log = ChannelWebhookLog.objects.select_related("connection").filter(pk=log_id).first()
    if log is None or not log.body:
        raise NotFound("This notification is not kept any more.")
    if not dry:
        if not webhook_process(log_id=log_id, is_replay=True):
            raise Conflict("It is being worked on right now.")
        log.refresh_from_db()
        return log.outcome if not log.process_error else log.process_error
    told = adapter_for(log.channel).read_notification(
        crypto.decrypt_bytes(log.body, aad=log.body_aad)
    )
    try:
        return _outlook(log, told)
    except ChannelError as error:
        raise refused(error) from error


def _outlook(log: ChannelWebhookLog, told: Notification) -> str:
    if told.erase_buyer is not None:
        count = buyer_rows(*told.erase_buyer).count()
        return f"Would erase a buyer from {count} orders of the inbox."
    if log.connection is None:
        return "No account of ours: nothing would happen."
    if told.is_revocation:
        signed_in = log.connection.signed_in_at
        if signed_in and signed_in > log.received_at:
            return "The account was signed in again since: nothing would happen."
        return f"Would mark {log.connection.label} as disconnected by its seller."
    if not told.external_order_id:
        return "Nothing is done for this topic."
    raw = adapter_for(log.channel).fetch_order(session_of(log.connection), told.external_order_id)
    if order_would_change(log.connection, raw):
        return f"Would take in a newer state of order {told.external_order_id}."
    return f"Order {told.external_order_id} is here in its newest state: nothing would change."


def order_replay(*, order_id: uuid.UUID) -> ChannelOrder:
    """Hand an order's newest state to those who read it again; they take it once.

    Raises NotFound when its data was redacted, Conflict while it cannot be read.
    """
    with transaction.atomic():
        row = (
            ChannelOrder.objects.select_for_update(of=("self",))
            .select_related("connection")
            .filter(pk=order_id)
            .first()
        )
        if row is None or row.state == InboxState.REDACTED:
            raise NotFound("This order is not in the inbox any more.")
        if row.state == InboxState.PARKED:
            raise Conflict("This order could not be read; read it again first.")
        emit(
            events.ChannelOrderReceived(
                entity_id=row.pk,
                connection_id=row.connection_id,
                external_order_id=row.external_order_id,
                modified_at=row.external_modified_at,
                is_new=False,
            ),
            actor=Actor.marketplace(row.connection.label),
        )
    return row
