"""How names of makes and models are compared: pure functions, the same everywhere."""

from __future__ import annotations

import re
import unicodedata

_RANGE = re.compile(r"^(\d{4})(?:-(\d{4}))?$")


def fold(text: str) -> str:
    """Return `text` lower-cased, without accents: what a comparison by eye would call the same."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def name_key(text: str) -> str:
    """Return only the letters and digits of `text`, folded: `CR-V`, `CR V` and `crv` are one."""
    return "".join(char for char in fold(text) if char.isalnum())


def slugify_name(text: str) -> str:
    """Return the slug of a reference name, such as `mercedes-benz`."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def years_parse(text: str) -> list[tuple[int, int]]:
    """Read `1998-2009;2011` as [(1998, 2009), (2011, 2011)].

    Raises ValueError for anything else.
    """
    ranges: list[tuple[int, int]] = []
    for piece in filter(None, text.split(";")):
        match = _RANGE.match(piece.strip())
        if match is None:
            message = f"not a list of years: {text!r}"
            raise ValueError(message)
        start = int(match[1])
        ranges.append((start, int(match[2] or start)))
    return ranges


def years_expand(text: str) -> list[int]:
    """Read `1998-2000;2003` as [1998, 1999, 2000, 2003]."""
    return [year for start, end in years_parse(text) for year in range(start, end + 1)]


def years_join(years: list[int] | set[int]) -> list[tuple[int, int]]:
    """Return the fewest ranges that hold exactly these years, in order."""
    ranges: list[tuple[int, int]] = []
    for year in sorted(set(years)):
        if ranges and year == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], year)
        else:
            ranges.append((year, year))
    return ranges
