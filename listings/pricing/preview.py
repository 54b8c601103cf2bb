"""What rules would do, without doing it: per listing with the steps, and for the whole catalog."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from django.utils import timezone

from listings.pricing import facts as reading
from listings.pricing.engine import Facts, Fees, Outcome, evaluate, margin_of, program_of
from settings_app.models import PricingRule

SHOWN = 50
# Upper edges of the histogram's bars, in percent of change; the last bar is open.
EDGES = (-50, -20, -10, -5, 0, 5, 10, 20, 50)
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """One listing: before, after, why."""

    listing_id: uuid.UUID
    sku: str
    before: Decimal | None
    after: Decimal | None
    cost: Decimal | None
    outcome: Outcome


@dataclass(slots=True, kw_only=True)
class Totals:
    """Of the whole: counts, sums of prices, what stays after fees and cost where cost is known."""

    count: int = 0
    matched: int = 0
    changed: int = 0
    refused: int = 0
    lifted: int = 0
    under_floor_before: int = 0
    sum_before: Decimal = _ZERO
    sum_after: Decimal = _ZERO
    with_cost: int = 0
    margin_before: Decimal = _ZERO
    margin_after: Decimal = _ZERO
    histogram: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 2))

    def add(self, facts: Facts, outcome: Outcome, fees: Fees) -> None:
        """Count one listing in."""
        before, after = facts.price, outcome.price
        self.count += 1
        self.matched += outcome.matched
        self.refused += bool(outcome.refused)
        self.lifted += outcome.lifted
        if outcome.floor is not None and before is not None and before < outcome.floor:
            self.under_floor_before += 1
        if before is not None:
            self.sum_before += before
        if after is None:
            return
        self.sum_after += after
        if facts.cost is not None:
            self.with_cost += 1
            self.margin_after += margin_of(after, facts.cost, fees)
            if before is not None:
                self.margin_before += margin_of(before, facts.cost, fees)
        if after != before:
            self.changed += 1
            self.histogram[_bar(before, after)] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    totals: Totals
    rows: tuple[PreviewRow, ...]


def pricing_preview(
    *,
    rules: Sequence[PricingRule],
    listing_ids: Sequence[uuid.UUID] | None = None,
    today: datetime.date | None = None,
    shown: int = SHOWN,
) -> Preview:
    """Return what `rules` would do to the named listings, or to all; stores nothing.

    The rows are the named ones, or the first changed ones up to `shown`, each with its steps.
    """
    fees = reading.fees_now()
    program = program_of(rules, fees=fees)
    day = today or timezone.localdate()
    totals = Totals()
    rows: list[PreviewRow] = []
    for chunk in reading.chunks(reading.priced(listing_ids)):
        found = reading.facts_of(chunk, today=day, with_evidence=program.uses_evidence)
        for row, facts in zip(chunk, found, strict=True):
            outcome = evaluate(facts, program)
            totals.add(facts, outcome, fees)
            wanted = listing_ids is not None or outcome.price != facts.price
            if len(rows) < shown and wanted:
                rows.append(
                    PreviewRow(
                        listing_id=facts.id,
                        sku=row[14],
                        before=facts.price,
                        after=outcome.price,
                        cost=facts.cost,
                        outcome=evaluate(facts, program, explain=True),
                    )
                )
    return Preview(totals=totals, rows=tuple(rows))


def pricing_differing(*, rules: Sequence[PricingRule], most: int) -> list[uuid.UUID]:
    """Return up to `most` listings whose price is not what `rules` say now."""
    program = program_of(rules, fees=reading.fees_now())
    day = timezone.localdate()
    found: list[uuid.UUID] = []
    for chunk in reading.chunks(reading.priced()):
        priced = reading.facts_of(chunk, today=day, with_evidence=program.uses_evidence)
        found += [facts.id for facts in priced if evaluate(facts, program).price != facts.price]
        if len(found) >= most:
            break
    return found[:most]


def histogram_bars(totals: Totals) -> list[tuple[str, int]]:
    """Return (words, count) of each bar."""
    labels = [f"under {EDGES[0]} %"]
    labels += [f"{low} to {high} %" for low, high in pairwise(EDGES)]
    labels += [f"over {EDGES[-1]} %", "new price"]
    return list(zip(labels, totals.histogram, strict=True))


def _bar(before: Decimal | None, after: Decimal) -> int:
    if not before:
        return len(EDGES) + 1
    percent = (after - before) * 100 / before
    return next((index for index, edge in enumerate(EDGES) if percent < edge), len(EDGES))
