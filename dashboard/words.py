"""The log in words: who did what to which part, for the activity feed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listings.models import Listing
from orders.models import Order
from realtrack.core.models import AuditLog

# Formats over the event's metadata; `{what}` is the entity in words.
_SENTENCES: Mapping[str, str] = {
    "listing.created": "made the draft {what}",
    "listing.updated": "changed {what}",
    "listing.transitioned": "moved {what} to {to}",
    "listing.deleted": "put {what} in the trash",
    "listing.restored": "restored {what}",
    "order.created": "received order {number}",
    "order.paid": "took payment of order {number}",
    "order.picked": "picked order {number}",
    "order.packed": "packed order {number}",
    "order.shipped": "shipped order {number}",
    "order.cancelled": "cancelled order {number}",
    "order.refunded": "refunded order {number}",
    "order.buyer_viewed": "looked at the buyer of order {number}",
    "inventory.adjusted": "set stock of {what} to {total}",
    "inventory.sold": "sold {quantity} of {what}",
    "inventory.out_of_stock": "saw {what} run out",
    "inventory.low": "saw {what} run low, {free} left",
    "inventory.oversold": "sold {what} twice, short by {deficit}",
    "inventory.placed": "put {what} in {bin_code}",
    "channel.connected": "connected {label}",
    "channel.disconnected": "disconnected {label}",
    "channel_listing.published": "published {sku} on {channel}",
    "channel_listing.refused": "refused {sku}: {reason}",
    "channel_listing.ended": "ended {sku} on {channel}",
    "ingestion.job_completed": "read photos: {title}",
    "ingestion.job_failed": "could not read photos: {reason}",
    "ingestion.result_approved": "approved a draft",
    "ingestion.result_rejected": "rejected a draft",
    "fitment.detected": "found vehicles for {what}",
    "fitment.added": "added a vehicle to {what}",
    "fitment.verified": "verified a vehicle of {what}",
    "user.signed_in": "signed in",
    "setting.changed": "changed the setting {entity}",
    "run.finished": "finished a run",
    "run.failed": "had a run fail",
}
_QUIET = ("user.", "event.", "run.started", "inventory.reserved", "inventory.released")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One line of the feed; `url` leads to what it speaks of."""

    who: str
    text: str
    url: str
    at: datetime.datetime
    event: str
    is_person: bool


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def sentences(rows: Sequence[AuditLog]) -> list[Sentence]:
    """Return the rows in words; names of parts and orders are looked up once for all."""
    parts = _titles(rows)
    return [_sentence(row, parts) for row in rows]


def is_quiet(event: str) -> bool:
    """Say whether the short feed leaves this out; the whole log is under Activity."""
    return event.startswith(_QUIET)


def _titles(rows: Sequence[AuditLog]) -> dict[str, str]:
    ids = {row.entity_id for row in rows if row.entity_type == "listing"}
    found = Listing.all_objects.filter(pk__in=ids).values_list("pk", "custom_label_sku", "title")
    names = {str(pk): sku or title for pk, sku, title in found}
    orders = {row.entity_id for row in rows if row.entity_type == "order"}
    numbers = Order.objects.filter(pk__in=orders).values_list("pk", "external_order_id")
    names.update({str(pk): number for pk, number in numbers})
    return names


def _sentence(row: AuditLog, names: Mapping[str, str]) -> Sentence:
    known = {key: str(value) for key, value in row.metadata.items()}
    what = names.get(row.entity_id, row.entity_type.replace("_", " "))
    words = _Words({**known, "what": what, "entity": row.entity_id})
    text = _SENTENCES.get(row.event, row.event.replace(".", " ").replace("_", " "))
    return Sentence(
        who=row.actor_label or row.actor_type,
        text=text.format_map(words),
        url=_url(row),
        at=row.created_at,
        event=row.event,
        is_person=row.actor_type == "person",
    )


def _url(row: AuditLog) -> str:
    if row.entity_type == "listing":
        return f"/listings/{row.entity_id}/edit/"
    if row.entity_type == "order":
        return f"/orders/{row.entity_id}/"
    if row.entity_type == "run":
        return f"/runs/{row.entity_id}/"
    listing = row.metadata.get("listing_id")
    return f"/listings/{listing}/edit/" if listing else ""
