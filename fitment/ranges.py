"""Vehicles as year ranges and back, the difference of two lists, and what a limit leaves: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from fitment.naming import years_join

K = TypeVar("K")


@dataclass(frozen=True, slots=True, order=True)
class Span(Generic[K]):
    """A vehicle (`key`: whatever tells one from another) in years, both inclusive."""

    key: K
    start: int
    end: int


def expand(spans: Iterable[Span[K]]) -> set[tuple[K, int]]:
    """Return every vehicle and year that the spans hold, each once."""
    return {(span.key, year) for span in spans for year in range(span.start, span.end + 1)}


def compact(years: Iterable[tuple[K, int]]) -> list[Span[K]]:
    """Return the fewest spans that hold exactly these; `expand(compact(x)) == set(x)`."""
    by_key: dict[K, set[int]] = defaultdict(set)
    for key, year in years:
        by_key[key].add(year)
    return [
        Span(key=key, start=start, end=end)
        for key, found in by_key.items()
        for start, end in years_join(found)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Generic[K]):
    """Two lists of one part: what only the new one has, only the old one, and both."""

    added: tuple[Span[K], ...]
    dropped: tuple[Span[K], ...]
    kept: tuple[Span[K], ...]


def differ(old: Iterable[Span[K]], new: Iterable[Span[K]]) -> Difference[K]:
    """Compare two lists year by year, however each of them is cut into ranges."""
    before, after = expand(old), expand(new)
    return Difference(
        added=tuple(compact(after - before)),
        dropped=tuple(compact(before - after)),
        kept=tuple(compact(before & after)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed(Generic[K]):
    """What fits a channel's limit of rows, one a year, and what stays behind by name."""

    sent: tuple[tuple[K, int], ...]
    left: tuple[Span[K], ...]

    @property
    def left_count(self) -> int:
        """Rows, one a year, that stay behind."""
        return sum(span.end - span.start + 1 for span in self.left)


def trim(spans: Sequence[Span[K]], limit: int) -> Trimmed[K]:
    """Keep `limit` rows of one year each by rank: the newest years first, then the list's order.

    Nothing is widened, joined or left out unnamed: sent and left together are what came in.
    """
    place: dict[K, int] = {}
    for span in spans:
        place.setdefault(span.key, len(place))
    ranked = sorted(expand(spans), key=lambda row: (-row[1], place[row[0]]))
    sent, left = ranked[: max(0, limit)], ranked[max(0, limit) :]
    spans_left = sorted(compact(left), key=lambda span: (place[span.key], span.start))
    return Trimmed(
        sent=tuple(sorted(sent, key=lambda row: (place[row[0]], row[1]))),
        left=tuple(spans_left),
    )
