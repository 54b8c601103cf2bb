"""What became of each row of a file, as it is kept beside the run."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import F
from django.utils import timezone

from listings import fields
from listings.files.rows import PartRow, Tally
from listings.services.rows import rows_insert
from listings.wire import wire_value
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError
from realtrack.core.events import plain
from realtrack.core.models import Run, RunItem, RunItemState

_TEXT_KEPT = 200  # characters of a value in the verdict, which is read on a page
_COUNTERS = {
    RunItemState.CREATED: "created_count",
    RunItemState.CHANGED: "changed_count",
    RunItemState.SAME: "same_count",
    RunItemState.REFUSED: "refused_count",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a row."""

    state: RunItemState
    listing_id: uuid.UUID | None = None
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    reason: str = ""
    code: str = ""


@dataclass(slots=True, kw_only=True)
class Work:
    """A run being worked on; `attempt` is the fence: the run's number changes with each claim."""

    run: Run
    attempt: int
    actor: Actor
    dry_run: bool
    tally: Tally
    several: bool = False
    skus: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A row of the file: its place among the parts, and the row above with the same SKU."""

    position: int
    part: PartRow
    twin: int | None


def refused(reason: str, code: str) -> Verdict:
    """The verdict of a row of which nothing was stored."""
    return Verdict(state=RunItemState.REFUSED, reason=reason, code=code)


def refused_before(place: Place) -> Verdict | None:
    """The verdict of a row that is refused whatever the catalog holds."""
    if place.part.fault:
        return refused(place.part.fault, "invalid")
    if place.twin is not None:
        return refused(f"Its SKU stands in row {place.twin} already.", "repeated_sku")
    return None


def short(values: Mapping[str, object]) -> dict[str, object]:
    """Values by their API names, long texts cut."""
    found: dict[str, object] = {}
    for name, value in values.items():
        wired = wire_value(value)
        is_long = isinstance(wired, str) and len(wired) > _TEXT_KEPT
        found[fields.api_name(name)] = f"{str(wired)[:_TEXT_KEPT]}…" if is_long else wired
    return found


def words_of(error: AppError) -> str:
    """The error as a person reads it: each field by its label."""
    parts = [
        f"{fields.label(name)}: {text}" for name, texts in error.fields.items() for text in texts
    ]
    return " ".join(parts) or error.message


def verdicts_record(work: Work, given: Sequence[tuple[Place, Verdict]]) -> None:
    """Store verdicts and count them; in the transaction of the rows' effects, under the fence."""
    now = timezone.now()
    rows_insert(
        [
            RunItem(
                run=work.run,
                position=place.position,
                state=verdict.state,
                target_type="listing" if verdict.listing_id else "",
                target_id=str(verdict.listing_id or ""),
                label=_label(work, place.part)[:200],
                before=plain(verdict.before),
                after=plain(verdict.after),
                reason_code=verdict.code,
                reason=verdict.reason,
                attempts=1,
                updated_at=now,
            )
            for place, verdict in given
        ]
    )
    counts = Counter(verdict.state for _, verdict in given)
    moves = {_COUNTERS[state]: F(_COUNTERS[state]) + count for state, count in counts.items()}
    Run.objects.filter(pk=work.run.pk).update(heartbeat_at=now, **moves)


def _label(work: Work, part: PartRow) -> str:
    place = f"{part.sheet}, row {part.number}" if work.several else f"Row {part.number}"
    words = f"{part.data.get(fields.SKU) or ''} {part.data.get('title') or ''}".strip()
    return f"{place}: {words}"
