"""Photos of one upload put into parts: all one, each one, or by what can be read on them."""

from __future__ import annotations

from collections.abc import Sequence

from ingestion.pipeline import numbers
from ingestion.providers.base import PhotoReading
from ingestion.reference.tables import Reference

# A number of this confidence names a part; below it a photo just joins the one before.
_NAMES_A_PART = 0.58


def group_all(readings: Sequence[PhotoReading]) -> list[tuple[PhotoReading, ...]]:
    """All photos show one part."""
    return [tuple(readings)] if readings else []


def group_each(readings: Sequence[PhotoReading]) -> list[tuple[PhotoReading, ...]]:
    """Each photo shows a part."""
    return [(one,) for one in readings]


def group_by_label(
    readings: Sequence[PhotoReading], tables: Reference
) -> list[tuple[PhotoReading, ...]]:
    """A photo that names another part than the one before begins a new group.

    Photos without a readable number or barcode join the group before; those at the very start
    wait for the first one that has.
    """
    groups: list[list[PhotoReading]] = []
    named: frozenset[str] = frozenset()
    for one in readings:
        names = identity(one, tables)
        if groups and (not names or not named or names & named):
            groups[-1].append(one)
            named = named | names
        else:
            groups.append([one])
            named = names
    return [tuple(group) for group in groups]


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
