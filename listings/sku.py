"""SKUs: cleaned aloud, and numbered by a database sequence when empty."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from django.db import connection

SEQUENCE = "listings_sku_seq"
_PATTERN = "RT-{:06d}"
# Quotes that spreadsheets and label printers leave around or inside a number.
_QUOTES = "\"'`\u00b4\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanSku:
    """A SKU after cleaning, and what was done to it in words."""

    value: str
    messages: tuple[str, ...]


def sku_clean(raw: str) -> CleanSku:
    """Take quotes, line breaks, no-break and outer blanks away and say so."""
    messages: list[str] = []
    value = unicodedata.normalize("NFKC", raw)
    if any(c in _QUOTES for c in value):
        messages.append("quotes removed")
        value = "".join(c for c in value if c not in _QUOTES)
    if any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in value):
        messages.append("line breaks and invisible characters removed")
        value = "".join(
            " " if c in "\t\n\r" else c
            for c in value
            if c in "\t\n\r" or unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"}
        )
    squeezed = " ".join(value.split())
    if squeezed != raw and not messages:
        messages.append("blanks removed")
    return CleanSku(value=squeezed, messages=tuple(messages))


def sku_next() -> str:
    """The next number of the sequence, such as `RT-000001`; never given twice, gaps are allowed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [SEQUENCE])
        row = cursor.fetchone()
    if row is None:  # nextval always answers one row
        message = "the SKU sequence gave no number"
        raise RuntimeError(message)
    return sku_pattern(int(row[0]))


def sku_pattern(number: int) -> str:
    """The SKU of a number of the sequence."""
    return _PATTERN.format(number)
