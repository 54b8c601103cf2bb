"""Model years in a text: `2007-2012`, `07-12`, `2007 2008 2009`, `2010+`; and what is no year."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from fitment.matching.text import Token
from fitment.matching.words import (
    BEFORE_WORDS,
    NUMBER_LABELS,
    OPEN_END_WORDS,
    OPEN_START_WORDS,
    RANGE_WORDS,
    UNITS,
)

# Before this, sellers' texts hold more part numbers than cars.
YEAR_FIRST = 1930
SPAN_MAX = 50

_FULL = re.compile(r"^(19|20)\d\d$")
_HALF = re.compile(r"^((?:19|20)\d\d)\.5$")
_SHORT = re.compile(r"^\d\d$")
# "0711" or "MK2": a number glued to others by these is a part number or a date.
_GLUED = {"-", ".", "/", "_", "#", ":"}
_RANGE_GLUE = re.compile(r"^\s*(?:-|~|\.\.|>)+\s*'?\s*$")
_LIST_GLUE = re.compile(r"^'?\s*(?:[,/&+]|\s)\s*'?\s*$")


@dataclass(slots=True)
class YearHit:
    """Years that stand together. `is_short`: two digits only; needs a vehicle right beside it."""

    first: int
    last: int
    ranges: list[tuple[int, int]]
    is_short: bool = False
    is_open: bool = False
    is_half: bool = False
    is_negated: bool = False

    @property
    def size(self) -> int:
        """How many years are meant."""
        return sum(end - start + 1 for start, end in self.ranges)


@dataclass(slots=True)
class _Year:
    """A year at a token; `is_short` of two digits."""

    value: int
    is_short: bool
    is_half: bool = False


def year_last() -> int:
    """Return the newest model year on sale: next year's cars are sold from this summer on."""
    return dt.datetime.now(tz=dt.UTC).year + 1


def _expand(digits: str, last: int) -> int:
    value = int(digits)
    return 2000 + value if 2000 + value <= last else 1900 + value


def _year_at(tokens: list[Token], index: int, last: int) -> _Year | None:
    key = tokens[index].key
    if _FULL.match(key):
        value = int(key)
        return _Year(value, is_short=False) if YEAR_FIRST <= value <= last else None
    half = _HALF.match(key)
    if half and YEAR_FIRST <= int(half[1]) <= last:
        return _Year(int(half[1]), is_short=False, is_half=True)
    if _SHORT.match(key):
        value = _expand(key, last)
        return _Year(value, is_short=True) if value >= 1950 else None
    return None


def _is_number_before(tokens: list[Token], first: int) -> bool:
    """Say whether what stands before makes this a part number, a price or a size."""
    glue = tokens[first].glue
    if glue.rstrip().endswith(("$", "#", "€", "£")):
        return True
    if first == 0:
        return False
    before = tokens[first - 1]
    if glue == "/" and (_FULL.match(before.key) or _SHORT.match(tokens[first].key)):
        return not before.key.isdigit() and len(before.key) < 3
    if glue in _GLUED and not (glue in "-/:" and before.key.isalpha() and len(before.key) >= 3):
        return True
    if before.key == "n" and before.glue == "/" and first > 1 and tokens[first - 2].key == "p":
        return True
    return before.key in NUMBER_LABELS and before.segment == tokens[first].segment


def _is_number_after(tokens: list[Token], last: int, *, is_short: bool) -> bool:
    """Say whether what stands behind makes this a part number, a size or a count."""
    if last + 1 >= len(tokens):
        return False
    after = tokens[last + 1]
    if is_short and after.glue == "/":
        # "12/05/2020" and "05/2020" are dates.
        date = tokens[last + 2] if last + 2 < len(tokens) else after
        if _FULL.match(after.key) or (date.glue == "/" and _FULL.match(date.key)):
            return True
    if after.glue.startswith(("%", '"', "''")):
        return True
    if after.glue in {"-", "_", "."}:
        return not (after.key.isalpha() and (len(after.key) >= 3 or after.key in OPEN_END_WORDS))
    if after.glue == "/" and after.key.isdigit() and len(after.key) not in {2, 4}:
        return True
    is_unit = after.key in UNITS and after.glue in {"", " ", "-"}
    return is_unit and (is_short or len(after.key) > 1)


def _short_end(start: int, digits: str) -> int:
    """Return the year that two digits mean behind `start`: 99-04 ends in 2004."""
    end = start - start % 100 + int(digits)
    return end if end >= start else end + 100


def _range(
    tokens: list[Token], index: int, year: _Year, last: int
) -> tuple[int, int, int, bool] | None:
    """Return (last token, start, end, is bad) of a range that begins here, or None."""
    position = index + 1
    if position >= len(tokens):
        return None
    after = tokens[position]
    if after.segment != tokens[index].segment:
        return None
    if after.key in RANGE_WORDS and after.glue.strip() in {"", "-"}:
        position += 1
        if position >= len(tokens) or tokens[position].glue.strip() not in {
            "",
            "'",
            "-",
        }:
            return None
    elif not _RANGE_GLUE.match(after.glue):
        return None
    key = tokens[position].key
    end_year = _year_at(tokens, position, last)
    if _SHORT.match(key):
        end = _short_end(year.value, key)
        if end > last or end - year.value > SPAN_MAX:
            return position, year.value, end, True
        return position, year.value, end, False
    if end_year is None or year.is_short:
        return None
    bad = end_year.value < year.value or end_year.value - year.value > SPAN_MAX
    return position, year.value, end_year.value, bad


def _open_end(tokens: list[Token], index: int) -> int | None:
    """Return the last token of `2010+`, `2010 and up`, `2010-present`; None where it is closed."""
    if tokens[index].tail.startswith("+"):
        return index
    if index + 1 >= len(tokens):
        return None
    after = tokens[index + 1]
    position = index + 1
    if after.key in {"and", "n"} or "&" in after.glue:
        position += after.key in {"and", "n"}
    if position < len(tokens) and tokens[position].key in OPEN_END_WORDS:
        joint = tokens[position]
        if joint.segment != tokens[index].segment or joint.glue.strip() not in {
            "",
            "-",
            "&",
            "/",
        }:
            return None
        # "on" is open only as "2010 on" at an end or "2010-on"; "2010 on Honda" is not.
        if joint.key == "on" and "-" not in joint.glue:
            return None
        if joint.key == "up" and position + 1 < len(tokens) and tokens[position + 1].key == "to":
            return None
        return position
    return None


def _is_open_start(tokens: list[Token], index: int) -> str:
    """Return "open" for `thru 2015`, "before" for `pre 2015`, "" for neither."""
    if index == 0:
        return ""
    before = tokens[index - 1]
    if before.segment != tokens[index].segment:
        return ""
    if before.key in BEFORE_WORDS:
        return "before"
    if before.key in OPEN_START_WORDS:
        return "open"
    if before.key == "to" and index > 1 and tokens[index - 2].key == "up":
        return "open"
    return ""


def _read(tokens: list[Token], index: int, last: int) -> tuple[int, YearHit | None] | None:
    """Read what begins at `index`: (next index, hit or None where it is no year)."""
    year = _year_at(tokens, index, last)
    if year is None:
        return None
    found = _range(tokens, index, year, last)
    if found is not None:
        position, start, end, is_bad = found
        # "1994-95-96-97": a list that is written like a range.
        while (
            position + 1 < len(tokens)
            and tokens[position + 1].glue == "-"
            and not is_bad
            and tokens[position + 1].key == f"{(end + 1) % 100:02d}"
        ):
            position, end = position + 1, end + 1
        is_number = _is_number_before(tokens, index) or _is_number_after(
            tokens, position, is_short=year.is_short
        )
        if is_bad or is_number:
            return position + 1, None
        hit = YearHit(
            first=index, last=position, ranges=[(start, end)],
            is_short=year.is_short, is_half=year.is_half,
        )  # fmt: skip
        return position + 1, hit
    if _is_number_before(tokens, index) or _is_number_after(tokens, index, is_short=year.is_short):
        return index + 1, None
    opening = _is_open_start(tokens, index)
    if opening == "before":
        return index + 1, None
    until = _open_end(tokens, index)
    hit = YearHit(
        first=index, last=index if until is None else until,
        ranges=[(year.value, year.value)], is_short=year.is_short,
        is_open=until is not None or opening == "open", is_half=year.is_half,
    )  # fmt: skip
    return hit.last + 1, hit


def _joins(tokens: list[Token], left: YearHit, right: YearHit) -> bool:
    """Say whether two hits are one list: `2001-2003, 2005`, `99 00 01`."""
    if left.is_open or right.is_open:
        return False
    # "2005 06 07": two digits go on from a full year only where they count on.
    counts_on = not left.is_short and right.ranges[0][0] == left.ranges[-1][1] + 1
    if left.is_short != right.is_short and not counts_on:
        return False
    first, second = tokens[left.last], tokens[right.first]
    if first.segment != second.segment:
        return False
    if right.first == left.last + 1:
        return bool(_LIST_GLUE.match(second.glue))
    between = tokens[left.last + 1 : right.first]
    return len(between) == 1 and between[0].key in {"and", "or"}


def find_years(tokens: list[Token]) -> list[YearHit]:
    """Return the years of the text in order; lists of years are one hit."""
    last = year_last()
    hits: list[YearHit] = []
    index = 0
    while index < len(tokens):
        read = _read(tokens, index, last) if tokens[index].key[0].isdigit() else None
        if read is None:
            index += 1
            continue
        index, hit = read
        if hit is None:
            continue
        if hits and _joins(tokens, hits[-1], hit):
            hits[-1].ranges += hit.ranges
            hits[-1].last = hit.last
            hits[-1].is_half |= hit.is_half
        else:
            hits.append(hit)
    for hit in hits:
        hit.ranges = _merge(hit.ranges)
    return hits


def _merge(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join neighbouring years: 2007, 2008, 2009 is 2007 to 2009."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(ranges)):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
