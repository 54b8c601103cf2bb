"""Writing many new prices at once: rows, history, marks, log, search, what channels are owed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from listings import events
from listings.enums import ChangeReason
from listings.models import Listing, ListingRevision, RulePrice
from listings.services.search_index import search_refresh
from realtrack.core import events as core_events
from realtrack.core import registry
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.ids import uuid7

_FIELD = "start_price"
_UPDATE = """
UPDATE listings SET start_price = new.price, version = version + 1, updated_at = %(now)s,
    updated_by = %(user)s,
    person_fields = CASE WHEN NOT %(owned)s OR 'start_price' = ANY(person_fields)
        THEN person_fields ELSE array_append(person_fields, 'start_price') END
FROM unnest(%(ids)s::uuid[], %(prices)s::numeric[]) AS new(id, price)
WHERE listings.id = new.id
"""
_SEARCH = """
UPDATE listing_search SET price = new.price, updated_at = %(now)s
FROM unnest(%(ids)s::uuid[], %(prices)s::numeric[]) AS new(id, price)
WHERE listing_search.listing_id = new.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One listing's new price on top of its version."""

    listing_id: uuid.UUID
    sku: str
    version: int
    before: Decimal | None
    after: Decimal | None


def changes_write(
    changes: Sequence[Change],
    *,
    marks: Sequence[RulePrice],
    unmark: Sequence[uuid.UUID],
    actor: Actor,
    reason: str,
) -> None:
    """Write the changes in this transaction, whose rows are locked; `actor` carries the run."""
    if not changes:
        return
    ids = [change.listing_id for change in changes]
    values: dict[str, Any] = {
        "ids": ids,
        "prices": [change.after for change in changes],
        "now": timezone.now(),
        "user": actor.user_id,
        # What a rule writes for the person who started it is that person's.
        "owned": actor.kind is ActorKind.PERSON and reason != ChangeReason.RESTORE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, values)
        cursor.execute(*_revisions(ids, reason=reason, actor=actor))
    # Before the search rows: docs/locks.md.
    for write in registry.owed_writers.values():
        write(ids, "price")
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, values)
    RulePrice.objects.filter(pk__in=unmark).delete()
    RulePrice.objects.bulk_create(
        marks,
        update_conflicts=True,
        unique_fields=["listing"],
        update_fields=["base", "price", "run_id", "rule_ids", "applied_at"],
    )
    # A first price, or none, changes the health too; these are few.
    odd = [one.listing_id for one in changes if not one.before or not one.after]
    for listing in Listing.objects.filter(pk__in=odd):
        search_refresh(listing, words=False)
    core_events.emit_many(
        [
            events.ListingUpdated(
                entity_id=change.listing_id,
                sku=change.sku,
                version=change.version + 1,
                reason=reason,
                changes={_FIELD: [text(change.before), text(change.after)]},
            )
            for change in changes
        ],
        actor=actor,
    )


def _revisions(
    ids: Sequence[uuid.UUID], *, reason: str, actor: Actor
) -> tuple[str, dict[str, Any]]:
    """Return the INSERT that copies the rows as they now are into the history."""
    shared = [
        field.column
        for field in Listing._meta.concrete_fields  # noqa: SLF001 - Django's documented API
        if field.name != "description"
    ]
    own = {
        "status_before": "listings.status",
        "change_reason": "%(reason)s",
        "changed_fields": "ARRAY['start_price']::varchar[]",
        "actor_kind": "%(kind)s",
        "actor_label": "%(label)s",
        "run_id": "%(run)s::uuid",
        "history_id": "new.history_id",
        "history_user_id": "%(user)s::uuid",
        "history_date": "%(now)s",
        "history_type": "'~'",
    }
    columns = ", ".join(f'"{name}"' for name in (*shared, *own))
    taken = ", ".join((*(f'listings."{name}"' for name in shared), *own.values()))
    # The names are our model's own columns; every value is a parameter.
    sql = (
        f"INSERT INTO {ListingRevision._meta.db_table} ({columns}) SELECT {taken} "  # noqa: S608, SLF001
        "FROM listings JOIN unnest(%(ids)s::uuid[], %(keys)s::uuid[]) AS new(id, history_id) "
        "ON listings.id = new.id"
    )
    return sql, {
        "ids": list(ids), "keys": [uuid7() for _ in ids], "reason": reason, "now": timezone.now(),
        "kind": actor.kind.value, "label": actor.label[:200], "run": actor.run_id,
        "user": actor.user_id,
    }  # fmt: skip


def text(price: Decimal | None) -> str | None:
    """A price for the log."""
    return None if price is None else str(price)
