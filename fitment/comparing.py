"""A part's vehicles beside another part's or a pasted list: what is more, less, alike, and at odds."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fitment.exporting import Key, label_of, spans_of
from fitment.matching import Detected, detect
from fitment.ranges import Span, compact, differ, expand
from fitment.vehicle_lookup import lookup_current
from realtrack.core.errors import InvalidInput

LINES_MAX = 500


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Odds:
    """A model in years that both lists hold, each narrowed in another way."""

    make: str
    model: str
    start: int
    end: int
    here: str
    there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`added` are only in the other list, `dropped` only in the part's own; as few ranges as can be."""

    added: tuple[str, ...]
    dropped: tuple[str, ...]
    kept: tuple[str, ...]
    odds: tuple[Odds, ...]
    unread: tuple[str, ...] = ()


def parts_compare(*, listing_id: uuid.UUID, other_id: uuid.UUID) -> Comparison:
    """Compare the verified vehicles of two parts, year by year."""
    return _compare(spans_of(listing_id), spans_of(other_id))


def text_compare(*, listing_id: uuid.UUID, text: str) -> Comparison:
    """Compare a part's verified vehicles with a list in words, one a line.

    Lines without a vehicle are named in `unread`. Raises InvalidInput for none or too many lines.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise InvalidInput(fields={"text": "Paste a list, one vehicle a line."})
    if len(lines) > LINES_MAX:
        raise InvalidInput(fields={"text": f"At most {LINES_MAX} lines."})
    lookup = lookup_current()
    there: list[Span[Key]] = []
    unread: list[str] = []
    for line in lines:
        found = detect(line.replace("\t", " "), lookup).fitments
        there += [_span(one) for one in found]
        if not found:
            unread.append(line[:120])
    return _compare(spans_of(listing_id), there, tuple(unread))


def _span(one: Detected) -> Span[Key]:
    said = [f"Not {item.text}" if item.kind == "not" else item.text for item in one.qualifiers]
    key = Key(
        make=one.model.make.name,
        model=one.model.name,
        trim=one.submodel,
        engine=one.engine.code if one.engine else "",
        notes="; ".join(dict.fromkeys(filter(None, [*said, one.drive, one.body]))),
    )
    return Span(key=key, start=one.year_start, end=one.year_end)


def _compare(
    here: Sequence[Span[Key]], there: Sequence[Span[Key]], unread: tuple[str, ...] = ()
) -> Comparison:
    found = differ(here, there)
    return Comparison(
        added=_labels(found.added),
        dropped=_labels(found.dropped),
        kept=_labels(found.kept),
        odds=odds_of(here, there),
        unread=unread,
    )


def _labels(spans: Iterable[Span[Key]]) -> tuple[str, ...]:
    return tuple(label_of(span) for span in sorted(spans))


def odds_of(here: Iterable[Span[Key]], there: Iterable[Span[Key]]) -> tuple[Odds, ...]:
    """Return where both name a model in a year and no way of narrowing it is in both."""
    ours, theirs = _narrowings(here), _narrowings(there)
    years = [
        ((make, model, " or ".join(sorted(ours[place])), " or ".join(sorted(theirs[place]))), year)
        for place in ours.keys() & theirs.keys()
        for make, model, year in [place]
        if not ours[place] & theirs[place]
    ]
    return tuple(
        sorted(
            Odds(
                make=span.key[0], model=span.key[1], start=span.start, end=span.end,
                here=span.key[2], there=span.key[3],
            )
            for span in compact(years)
        )
    )  # fmt: skip


def _narrowings(spans: Iterable[Span[Key]]) -> dict[tuple[str, str, int], set[str]]:
    found: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for key, year in expand(spans):
        words = ", ".join(filter(None, (key.trim, key.engine, key.notes)))
        found[key.make, key.model, year].add(words or "every one")
    return found
