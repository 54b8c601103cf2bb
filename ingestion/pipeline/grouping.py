"""Photos of one upload put into parts: all one, each one, or by what can be told of them.

In a bundle a number or barcode says best which part a photo shows; where nothing can be read, the
camera's clock and the likeness to the photo before decide.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.pipeline import numbers
from ingestion.pipeline.hashing import hash_distance
from ingestion.providers.base import PhotoReading
from ingestion.reference.tables import Reference

# A number of this confidence names a part; below it a photo just joins the one before.
_NAMES_A_PART = 0.58
# Turning a part over takes seconds, fetching the next one longer.
GAP_SECONDS = 45
# Of 64 bits: the same picture saved again differs in up to 6, another one in 25 or more.
ALIKE_BITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePhoto:
    """A photo with what grouping goes by; `taken_at` and `phash` may be missing."""

    reading: PhotoReading
    taken_at: datetime.datetime | None = None
    phash: str = ""


def group_all(readings: Sequence[PhotoReading]) -> list[tuple[PhotoReading, ...]]:
    """All photos show one part."""
    return [tuple(readings)] if readings else []


def group_each(readings: Sequence[PhotoReading]) -> list[tuple[PhotoReading, ...]]:
    """Each photo shows a part."""
    return [(one,) for one in readings]


def group_bundle(
    photos: Sequence[BundlePhoto], tables: Reference
) -> list[tuple[PhotoReading, ...]]:
    """Return the photos by part, in order.

    A photo that names another part than the group begins a new one. Without a name it joins the
    group before, unless it was taken after a pause and looks unlike the photo before; a group that
    a pause began and that has no name yet takes the first one that comes.
    """
    groups: list[list[BundlePhoto]] = []
    named: frozenset[str] = frozenset()
    for one in photos:
        names = identity(one.reading, tables)
        if groups and _belongs(one, names, groups[-1][-1], named):
            groups[-1].append(one)
            named = named | names
        else:
            groups.append([one])
            named = names
    return [tuple(one.reading for one in group) for group in groups]


def _belongs(
    one: BundlePhoto, names: frozenset[str], before: BundlePhoto, named: frozenset[str]
) -> bool:
    if names & named:
        return True
    if names and named:
        return False
    if _is_alike(one, before):
        return True
    return not _is_apart(one, before)


def _is_alike(one: BundlePhoto, other: BundlePhoto) -> bool:
    return bool(one.phash and other.phash) and hash_distance(one.phash, other.phash) <= ALIKE_BITS


def _is_apart(one: BundlePhoto, before: BundlePhoto) -> bool:
    if one.taken_at is None or before.taken_at is None:
        return False
    return abs((one.taken_at - before.taken_at).total_seconds()) > GAP_SECONDS


def identity(reading: PhotoReading, tables: Reference) -> frozenset[str]:
    """Return what names the part on a photo: decoded barcodes and sure numbers, bare."""
    found = {numbers.bare(numbers.number_of_barcode(code.value)) for code in reading.barcodes}
    for line in reading.lines:
        for hit in numbers.numbers_in(
            line.text, tables, makes=frozenset(), brand_patterns=frozenset()
        ):
            if hit.confidence * line.confidence >= _NAMES_A_PART:
                found.add(numbers.bare(hit.text))
    return frozenset(found - {""})
