"""The catalog's search field as data: words, phrases, exclusions and typed filters.

`brand:denso price:<50 stock:0 "left headlight" -broken`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from rapidfuzz import process

from listings.enums import Condition, ListingStatus

# Filter -> (label, example). What upper apps register in the registry is added at run time.
FILTERS: dict[str, tuple[str, str]] = {
    "status": ("Status", "status:ready"),
    "brand": ("Brand", "brand:denso"),
    "type": ("Part type", "type:alternator"),
    "condition": ("Condition", "condition:used"),
    "category": ("Category", "category:33573"),
    "price": ("Price", "price:<50"),
    "stock": ("Free stock", "stock:0"),
    "health": ("Health", "health:<60"),
    "photos": ("Photos", "photos:0"),
    "sku": ("SKU", "sku:RT-000012"),
    "number": ("Part number", "number:234-4209"),
    "bin": ("Bin", "bin:B-04"),
    "channel": ("Channel", "channel:ebay"),
    "channelstate": ("Channel state", "channelstate:error"),
    "team": ("Team", "team:none"),
}
RANGE_FILTERS = frozenset({"price", "stock", "health", "photos"})
_ALIASES = {"make": "fits", "parttype": "type", "part": "number", "mpn": "number", "free": "stock"}
_TOKEN = re.compile(
    r'(?P<minus>-)?(?:(?P<key>[A-Za-z][A-Za-z_]*):(?P<fvalue>"[^"]*"?|[^\s"]*)'
    r'|"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))'
)
_RANGE = re.compile(
    r"^(?P<op><=|>=|<|>|=)?\s*(?P<a>\d+(?:[.,]\d+)?)(?:\.\.(?P<b>\d+(?:[.,]\d+)?))?$"
)
_MAX_TEXT = 500
_CLOSE = 70  # rapidfuzz score from which another filter's name is worth offering


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Numbers from `low` to `high`; an open side is None."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_excluded: bool = False
    high_excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One typed token: `brand:denso,bosch` or, with a minus before it, its opposite."""

    key: str
    values: tuple[str, ...]
    excluded: bool = False
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFilter:
    """A token that looks like a filter and is none, with the nearest name."""

    token: str
    key: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuery:
    """What was typed, understood."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    unknown: tuple[UnknownFilter, ...] = field(default=())
    # What a word may also stand for, and what two neighbours make together: `selectors.spelling`.
    alternatives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def has_words(self) -> bool:
        """True when there is something to rank by."""
        return bool(self.words or self.phrases)


def parse_query(text: str, *, more_filters: tuple[str, ...] = ()) -> ParsedQuery:
    """Understand a search text; never fails: what is no filter is a word or said to be unknown."""
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    filters: list[Filter] = []
    unknown: list[UnknownFilter] = []
    known = {*FILTERS, *more_filters}
    for match in _TOKEN.finditer(text[:_MAX_TEXT].replace("\x00", " ")):
        minus = bool(match["minus"])
        if match["key"] is not None:
            key = _ALIASES.get(match["key"].casefold(), match["key"].casefold())
            values = _values(match["fvalue"])
            if key in known and values:
                filters.append(Filter(key=key, values=values, excluded=minus, token=match.group()))
            elif key not in known:
                unknown.append(_unknown(match.group(), key, known))
        elif match["phrase"] is not None:
            if match["phrase"].strip():
                (excluded if minus else phrases).append(match["phrase"].strip())
        elif minus and match["word"]:
            excluded.append(match["word"])
        elif match["word"]:
            words.append(match["word"])
    return ParsedQuery(
        words=tuple(words),
        phrases=tuple(phrases),
        excluded=tuple(excluded),
        filters=tuple(filters),
        unknown=tuple(unknown),
    )


def parse_range(text: str) -> Range | None:
    """`<50`, `>=10`, `20..80`, `0` as a range; None where it is no number."""
    match = _RANGE.match(text.strip())
    if match is None:
        return None
    first = _decimal(match["a"])
    if match["b"] is not None:
        return Range(low=first, high=_decimal(match["b"]))
    match match["op"]:
        case "<":
            return Range(high=first, high_excluded=True)
        case "<=":
            return Range(high=first)
        case ">":
            return Range(low=first, low_excluded=True)
        case ">=":
            return Range(low=first)
        case _:
            return Range(low=first, high=first)


def condition_ids(value: str) -> list[str]:
    """Condition ids by number or by the start of their words: `used` names five."""
    if value in Condition.values:
        return [value]
    wanted = value.casefold()
    return [one.value for one in Condition if str(one.label).casefold().startswith(wanted)]


def statuses(value: str) -> list[str]:
    """Statuses by the start of their name."""
    wanted = value.casefold()
    return [one.value for one in ListingStatus if one.value.startswith(wanted)]


def _values(text: str) -> tuple[str, ...]:
    bare = text.strip('"')
    pieces = [bare] if text.startswith('"') else bare.split(",")
    return tuple(piece.strip() for piece in pieces if piece.strip())


def _unknown(token: str, key: str, known: set[str]) -> UnknownFilter:
    nearest = process.extractOne(key, sorted(known), score_cutoff=_CLOSE)
    return UnknownFilter(token=token, key=key, suggestion=nearest[0] if nearest else "")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:  # the pattern lets only numbers through
        return Decimal(0)
