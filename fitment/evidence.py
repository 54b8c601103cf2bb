"""What speaks for a proposal: its words in the listing's text, other parts of the same number."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from fitment.interchange import lending_parts
from fitment.matching.text import plain_text
from fitment.models import PartFitment
from fitment.selectors import NumberEvidence
from listings.models import Listing

# Verified rows of one number that are looked at; more than this speak no clearer.
_ROWS_MAX = 5000
# Characters shown around what was recognised in a long description.
_AROUND = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a text; `kind`: empty, `on` (recognised) or `cur` (of the present row)."""

    text: str
    kind: str = ""


def numbers_alike(listing: Listing) -> QuerySet[Listing]:
    """Return the other parts of the same number, or of one that stands for it."""
    if not listing.mpn_normalised:
        return Listing.objects.none()
    return lending_parts(listing)


def numbers_evidence(
    listing: Listing, rows: Sequence[PartFitment]
) -> dict[uuid.UUID, NumberEvidence]:
    """Return, by row, how many verified parts of the same number, or an equal one, list its model in
    its years.

    Two queries for all rows of a part.
    """
    found: list[tuple[uuid.UUID, uuid.UUID, int, int]] = []
    if listing.mpn_normalised:
        others = PartFitment.objects.filter(
            verified=True, listing__in=numbers_alike(listing).values("pk")
        )
        found = list(
            others.order_by().values_list("listing_id", "model_id", "year_start", "year_end")[
                :_ROWS_MAX
            ]
        )
    parts = {one[0] for one in found}
    return {
        row.pk: NumberEvidence(
            parts=len(parts),
            agree=len(
                {
                    other
                    for other, model, start, end in found
                    if model == row.model_id and start <= row.year_end and end >= row.year_start
                }
            ),
        )
        for row in rows
    }


def lit(text: str, words: Iterable[str], current: str = "") -> list[Piece]:
    """Cut a text into pieces, those of `words` marked; `current` stands out among them.

    Words that do not stand there as they were read are looked for one by one.
    """
    plain = plain_text(text)
    kinds = [""] * len(plain)
    for one in (*(word for word in words if word != current), current):
        for start, end in _places(plain, one):
            kinds[start:end] = ["cur" if one == current else "on"] * (end - start)
    pieces: list[Piece] = []
    begin = 0
    for place in range(1, len(plain) + 1):
        if place == len(plain) or kinds[place] != kinds[begin]:
            pieces.append(Piece(text=plain[begin:place], kind=kinds[begin]))
            begin = place
    return pieces


def _places(plain: str, words: str) -> list[tuple[int, int]]:
    if not words.strip():
        return []
    whole = _found(plain, words)
    if whole:
        return whole
    return [place for one in words.replace("…", " ").split() for place in _found(plain, one)]


def _found(plain: str, words: str) -> list[tuple[int, int]]:
    pattern = r"\s+".join(re.escape(one) for one in words.split())
    if not pattern:
        return []
    found = re.finditer(rf"(?<!\w){pattern}(?!\w)", plain, re.IGNORECASE)
    return [match.span() for match in found]


def excerpt(pieces: Sequence[Piece]) -> list[Piece]:
    """Keep what stands near recognised words, for a description of pages; empty where none is lit."""
    if not any(piece.kind for piece in pieces):
        return []
    kept: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece.kind or len(piece.text) <= 2 * _AROUND:
            kept.append(piece)
            continue
        head = piece.text[:_AROUND] + " … " if place else "… "
        tail = piece.text[-_AROUND:] if place + 1 < len(pieces) else ""
        kept.append(Piece(text=head + tail))
    return kept
