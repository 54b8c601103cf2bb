"""Part numbers in the form that makes `234-4209`, `2344209` and `234 4209` the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_NOT_A_LETTER_OR_DIGIT = re.compile(r"[^0-9A-Z]+")
_LIST_SEPARATORS = re.compile(r"[|,;\n\r\t]+")
# Words that stand in the number's field when there is no number.
PLACEHOLDERS = frozenset(
    {"", "NA", "NONE", "NULL", "UNKNOWN", "DOESNOTAPPLY", "NOTAPPLICABLE", "NOTAVAILABLE",
     "NIET", "TBD", "OEM", "SEEDESCRIPTION", "SEEPHOTOS", "UNBRANDED", "NICHTZUTREFFEND"}
)  # fmt: skip


def normalise(number: str) -> str:
    """Upper-case, without accents and separators; empty for a placeholder."""
    plain = unicodedata.normalize("NFKD", number).upper()
    bare = _NOT_A_LETTER_OR_DIGIT.sub("", plain)
    return "" if bare in PLACEHOLDERS else bare


def split_numbers(text: str) -> list[str]:
    """The single numbers of a field that holds several, as written, without repeats."""
    found: dict[str, str] = {}
    for piece in _LIST_SEPARATORS.split(text):
        key = normalise(piece)
        if key:
            found.setdefault(key, " ".join(piece.split()))
    return list(found.values())


def normalise_all(texts: Iterable[str]) -> list[str]:
    """Normalised single numbers of several fields, in order, each once."""
    found: dict[str, None] = {}
    for text in texts:
        for number in split_numbers(text):
            found[normalise(number)] = None
    return list(found)
