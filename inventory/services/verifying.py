"""Does the ledger add up? Read by the nightly task, a command and the reconcile button."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from inventory import events
from inventory.locks import ledger_locked
from inventory.services.record import copies_write
from realtrack.core.actors import Actor
from realtrack.core.events import emit, emit_many

# What each rule compares: (its words, expected, found). One pass over each table.
_CHECK = """
WITH sums AS (
    SELECT listing_id, sum(quantity_change) AS total, sum(reserved_change) AS reserved
    FROM inventory_events WHERE %(everything)s OR listing_id = ANY(%(ids)s) GROUP BY listing_id
), holds AS (
    SELECT listing_id, sum(quantity) AS held FROM inventory_reservations
    WHERE state = 'active' AND (%(everything)s OR listing_id = ANY(%(ids)s)) GROUP BY listing_id
), state AS (
    SELECT coalesce(g.listing_id, s.listing_id) AS listing_id,
        coalesce(g.quantity_total, 0) AS total, coalesce(g.quantity_reserved, 0) AS reserved,
        coalesce(s.total, 0) AS sum_total, coalesce(s.reserved, 0) AS sum_reserved,
        coalesce(h.held, 0) AS held, coalesce(l.quantity, 0) AS copy,
        coalesce(x.stock_total, 0) AS search_total, coalesce(x.stock_free, 0) AS search_free,
        x.listing_id IS NOT NULL AS in_search
    FROM (
        SELECT listing_id, quantity_total, quantity_reserved FROM inventory_ledger
        WHERE %(everything)s OR listing_id = ANY(%(ids)s)
    ) g
    FULL JOIN sums s ON s.listing_id = g.listing_id
    LEFT JOIN holds h ON h.listing_id = coalesce(g.listing_id, s.listing_id)
    LEFT JOIN listings l ON l.id = coalesce(g.listing_id, s.listing_id)
    LEFT JOIN listing_search x ON x.listing_id = l.id
)
SELECT listing_id, rule, expected, found FROM state CROSS JOIN LATERAL (VALUES
    ('sum of events', sum_total, total),
    ('sum of reserved events', sum_reserved, reserved),
    ('open reservations', held, reserved),
    ('copy in the listing', total, copy),
    ('copy in the search', CASE WHEN in_search THEN total ELSE search_total END, search_total),
    ('free in the search', CASE WHEN in_search THEN total - reserved ELSE search_free END,
        search_free)
) AS rules(rule, expected, found)
WHERE expected IS DISTINCT FROM found
ORDER BY listing_id, rule
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Two numbers of a listing that should be the same."""

    listing_id: uuid.UUID
    rule: str
    expected: int
    found: int


def ledger_verify(*, listing_ids: Sequence[uuid.UUID] | None = None) -> list[Problem]:
    """Compare every ledger (or those of the listings) with its events, holds and copies.

    One statement, so that it sees one moment; changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHECK, {"everything": listing_ids is None, "ids": list(listing_ids or [])})
        return [
            Problem(listing_id=row[0], rule=row[1], expected=int(row[2]), found=int(row[3]))
            for row in cursor.fetchall()
        ]


def drift_report(*, actor: Actor, limit: int = 100) -> list[Problem]:
    """Verify everything and write an event for each of the first `limit` problems."""
    problems = ledger_verify()
    if problems:
        with transaction.atomic():
            emit_many(
                [
                    events.LedgerDrifted(
                        entity_id=one.listing_id,
                        problem=one.rule,
                        expected=one.expected,
                        found=one.found,
                    )
                    for one in problems[:limit]
                ],
                actor=actor,
            )
    return problems


def stock_reconcile(*, listing_id: uuid.UUID, actor: Actor) -> list[Problem]:
    """Check one listing, write its copies anew and owe every marketplace its present number.

    Returns what was wrong before. The ledger itself is never changed: its events are the truth
    that a person judges. Raises NotFound.
    """
    with transaction.atomic():
        ledger = ledger_locked(listing_id)
        problems = ledger_verify(listing_ids=[listing_id])
        copies_write(ledger)
        ledger.last_reconciled_at = timezone.now()
        ledger.save(update_fields=["last_reconciled_at", "updated_at"])
        emit(
            events.StockReconciled(
                entity_id=listing_id, problems=tuple(one.rule for one in problems)
            ),
            actor=actor,
        )
    return problems
