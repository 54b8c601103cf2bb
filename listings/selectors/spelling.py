"""Words that were typed wrong, as the words of the catalog that they may have meant."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import connection
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from listings.selectors.query import ParsedQuery

_LETTERS = re.compile(r"[a-z]+")
_SHORTEST = 3  # letters; shorter words are sizes and sides, and everything is close to them
_MOST = 5  # words that one typed word may stand for
# Letters that may be wrong, missing, too many or swapped, from this length on.
_ALLOWED = ((10, 3), (6, 2), (_SHORTEST, 1))
# Close by their groups of three letters (an index serves it), or begun by the same one.
_NEAR = """
SELECT t.typed, w.word FROM unnest(%(typed)s::text[]) AS t(typed)
    JOIN listing_words w ON w.word %% t.typed
UNION
SELECT t.typed, w.word FROM unnest(%(typed)s::text[]) AS t(typed)
    JOIN listing_words w ON left(w.word, 1) = left(t.typed, 1)
        AND length(w.word) BETWEEN length(t.typed) - 2 AND length(t.typed) + 2
"""
_KNOWN = "SELECT word FROM listing_words WHERE word = ANY(%s)"


def with_close_words(parsed: ParsedQuery) -> ParsedQuery:
    """Let each word also stand for the catalog's words that are close to it.

    Two typed words also stand for the one that they make together (`head light`), and one for
    two (`doormirror`). Numbers stay as they are: one wrong digit is another part.
    """
    typed = [word.casefold() for word in (*parsed.words, *" ".join(parsed.phrases).split())]
    plain = [word for word in dict.fromkeys(typed) if _is_word(word)]
    if not plain:
        return parsed
    known = _known(plain, typed)
    close = _close([word for word in plain if word not in known])
    alternatives: dict[str, tuple[str, ...]] = {}
    for word in plain:
        found = [*close.get(word, ()), *_split(word, known)]
        if found:
            alternatives[word] = tuple(found)
    pairs = {
        (first, second): first + second
        for first, second in itertools.pairwise(typed)
        if first + second in known
    }
    return replace(
        parsed,
        words=(*parsed.words, *" ".join(parsed.phrases).split()),
        phrases=(),
        alternatives=alternatives,
        pairs=pairs,
    )


def _is_word(word: str) -> bool:
    return len(word) >= _SHORTEST and _LETTERS.fullmatch(word) is not None


def _known(plain: list[str], typed: list[str]) -> set[str]:
    """Which of the words, their neighbours joined and their halves the catalog has."""
    asked = {*plain, *(first + second for first, second in itertools.pairwise(typed))}
    for word in plain:
        for cut in range(_SHORTEST, len(word) - _SHORTEST + 1):
            asked |= {word[:cut], word[cut:]}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [sorted(asked)])
        return {str(word) for (word,) in cursor.fetchall()}


def _split(word: str, known: set[str]) -> list[str]:
    cuts = range(_SHORTEST, len(word) - _SHORTEST + 1)
    return [
        f"{word[:cut]} {word[cut:]}" for cut in cuts if word[:cut] in known and word[cut:] in known
    ]


def _close(unknown: list[str]) -> dict[str, list[str]]:
    if not unknown:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, {"typed": unknown})
        rows = cursor.fetchall()
    ranked: dict[str, list[tuple[int, str]]] = {}
    for typed, word in rows:
        allowed = next((most for length, most in _ALLOWED if len(typed) >= length), 0)
        distance = OSA.distance(typed, word, score_cutoff=allowed)
        if distance <= allowed:
            ranked.setdefault(typed, []).append((distance, word))
    found: dict[str, list[str]] = {}
    for typed, near in ranked.items():
        best = min(near)[0]
        # What is further off than the nearest by two is something else.
        found[typed] = [word for distance, word in sorted(near) if distance <= best + 1][:_MOST]
    return found
