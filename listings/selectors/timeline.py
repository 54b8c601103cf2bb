"""The history of a listing as a person reads it: each version against the one before."""

from __future__ import annotations

import difflib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from listings import fields
from listings.models import ListingText
from listings.selectors.listing import revisions_of
from listings.wire import wire_value

if TYPE_CHECKING:
    from listings.models import ListingRevision

_WORDS = re.compile(r"\s+")
_JOB = re.compile(r",?\s*job ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_LONGEST = 600  # characters of a text that a diff shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words: `same`, `old` (struck) or `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """One field, before and after, word by word."""

    name: str
    label: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One version with what it changed."""

    revision: ListingRevision
    diffs: tuple[FieldDiff, ...]

    @property
    def note(self) -> str:
        """Why, in words: the id of a job is no word, it is `job_id`."""
        return _JOB.sub("", self.revision.history_change_reason or "").strip(" ,.")

    @property
    def job_id(self) -> uuid.UUID | None:
        """The intake job that the note names."""
        found = _JOB.search(self.revision.history_change_reason or "")
        return uuid.UUID(found[1]) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions side by side: what differs, and how many fields are the same."""

    diffs: tuple[FieldDiff, ...]
    same: int


def timeline(listing_id: uuid.UUID, *, limit: int = 50, offset: int = 0) -> list[Entry]:
    """Versions newest first, each with its differences from the version before."""
    rows = list(revisions_of(listing_id)[offset : offset + limit + 1])
    texts = _texts(rows)
    entries: list[Entry] = []
    for index, revision in enumerate(rows[:limit]):
        before = rows[index + 1] if index + 1 < len(rows) else None
        diffs = _diffs(before, revision, texts) if before else ()
        entries.append(Entry(revision=revision, diffs=diffs))
    return entries


def compare(listing_id: uuid.UUID, first: int, second: int) -> Comparison | None:
    """The differences of any two versions; None where one is not there."""
    rows = {
        one.version: one for one in revisions_of(listing_id).filter(version__in=(first, second))
    }
    if first not in rows or second not in rows:
        return None
    diffs = _diffs(rows[first], rows[second], _texts(list(rows.values())))
    return Comparison(diffs=diffs, same=len(_compared()) - len(diffs))


def _texts(rows: Sequence[ListingRevision]) -> dict[str, str]:
    hashes = {row.description_hash for row in rows} - {""}
    return dict(ListingText.objects.filter(pk__in=hashes).values_list("hash", "content"))


def _diffs(
    before: ListingRevision, after: ListingRevision, texts: dict[str, str]
) -> tuple[FieldDiff, ...]:
    found: list[FieldDiff] = []
    for name in _compared():
        old, new = _shown(before, name, texts), _shown(after, name, texts)
        if old != new:
            pieces = _word_diff(old, new)
            found.append(
                FieldDiff(name=name, label=fields.label(name), old=pieces[0], new=pieces[1])
            )
    return tuple(found)


def _compared() -> tuple[str, ...]:
    return ("status", *fields.snapshot_fields())


def _shown(revision: ListingRevision, name: str, texts: dict[str, str]) -> str:
    if name == "description":
        return texts.get(revision.description_hash, "")[:_LONGEST]
    value = wire_value(getattr(revision, name))
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {', '.join(map(str, v or []))}" for key, v in value.items())  # type: ignore[arg-type]  # aspects are lists
    return str(value)[:_LONGEST]


def _word_diff(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    left, right = _WORDS.split(old), _WORDS.split(new)
    olds: list[Piece] = []
    news: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
        gone, come = " ".join(left[a:b]), " ".join(right[c:d])
        if tag == "equal":
            olds.append(Piece(kind="same", text=gone))
            news.append(Piece(kind="same", text=come))
            continue
        if gone:
            olds.append(Piece(kind="old", text=gone))
        if come:
            news.append(Piece(kind="new", text=come))
    return tuple(olds), tuple(news)
