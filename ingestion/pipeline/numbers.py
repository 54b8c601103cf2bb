"""Part numbers and product codes in lines of text: by shape, by label, with guards first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.reference.tables import NumberPattern, Reference, Strength

_LABEL = re.compile(
    r"(?:\bP\s?/\s?N|\bPN|\bMPN|\bPART\s*(?:NO|NUMBER|NUM|#)|\bART(?:ICLE|IKEL)?\s*[.-]?\s*(?:NR|NO)"
    r"|\bTEILE\s*-?\s*NR|\bREF(?:ERENCE)?(?:\s*NO)?|\bOEM?\s*(?:NO|NR|#|NUMBER)?|\bCAT(?:ALOG)?\s*NO"
    r"|\bMODEL(?:\s*NO)?|\bITEM\s*(?:NO|#)|\bCASTING(?:\s*NO)?|\bN[O°º])\s*[.:#]*\s*[:#]?\s*(?=\S)",
    re.IGNORECASE,
)
_NOT_A_NUMBER_LABEL = re.compile(
    r"\b(?:S/?N|SER(?:IAL)?|LOT|BATCH|CHARGE|STOCK|STK|SKU|BIN|TAG|VIN|ISBN|D\.?\s?L|PAT(?:ENT)?|TEL|PHONE"
    r"|FAX|ITEM\s*LIC|USER|DATE|MAC|FCC|EXP)\b\s*(?:NO|NR|ID|#|\d{2}\b)?\s*[.:#]*",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[0-9A-Z][0-9A-Z./-]*", re.IGNORECASE)
_HEX_ADDRESS = re.compile(r"(?=.*[A-F])(?=.*\d)[0-9A-F]{12}")
_CONTENTS = re.compile(r"E?\d{1,5}(?:G|KG|ML|CL|L)")  # `℮150g` on a package
_VIN_LENGTH = 17
# Data identifiers of ANSI MH10.8.2 that stand before a product number in a linear barcode.
_DATA_IDENTIFIER = re.compile(r"(?:1P|30P|P)(?=[0-9A-Z-]{5,})")
_MAX_RUN = 5  # `06H 903 016 L` is four words
_SEPARATORS = re.compile(r"[^0-9A-Z]")
_SHORTEST, _LONGEST = 4, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberHit:
    """A string that may be a part number; `confidence` is what shape and label prove, 0 to 1."""

    text: str
    kind: str
    pattern: str
    confidence: float
    labelled: bool
    reason: str


def bare(text: str) -> str:
    """Return `text` upper-cased, letters and digits alone: how numbers are compared."""
    return _SEPARATORS.sub("", text.upper())


def check_digit_valid(digits: str) -> bool:
    """Say whether an EAN-8, UPC-A, EAN-13 or GTIN-14 has the check digit that it must have."""
    if not digits.isdigit() or len(digits) not in {8, 12, 13, 14}:
        return False
    total = sum(
        int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(reversed(digits))
    )
    return total % 10 == 0


def product_code(text: str) -> str:
    """Return the 12 or 13 digits of an EAN or UPC that was read as text, or an empty text."""
    found = re.sub(r"[\s\"'>«»<|]", "", text)
    if found.isdigit() and len(found) in {12, 13} and check_digit_valid(found):
        return found
    return ""


def numbers_in(
    line: str, tables: Reference, *, makes: frozenset[str], brand_patterns: frozenset[str]
) -> list[NumberHit]:
    """Return the part numbers in a line, the surest first, none twice.

    `makes` are the vehicle makes known from elsewhere in the photo, `brand_patterns` the names of
    the patterns that the brand's own numbers have.
    """
    found: dict[str, NumberHit] = {}
    for text, labelled, alone in _candidates(line):
        hit = _judge(text, tables, labelled=labelled, alone=alone, makes=makes, own=brand_patterns)
        if hit is None:
            continue
        key = bare(hit.text)
        if key not in found or found[key].confidence < hit.confidence:
            found[key] = hit
    hits = sorted(found.values(), key=lambda hit: (-hit.confidence, -len(hit.text)))
    return _without_fragments(hits)


def _without_fragments(hits: list[NumberHit]) -> list[NumberHit]:
    """A piece of a number that is at least as sure as the piece is no number of its own."""
    kept: list[NumberHit] = []
    for hit in hits:
        if not any(bare(hit.text) in bare(other.text) for other in kept):
            kept.append(hit)
    return kept


def number_of_barcode(value: str) -> str:
    """Return the part number that a linear barcode may carry, without its data identifier."""
    text = _DATA_IDENTIFIER.sub("", value.strip().upper(), count=1)
    return value.strip()[len(value.strip()) - len(text) :]


def barcode_names_part(value: str) -> bool:
    """Say whether a linear code alone may be a part number: no VIN, no network address, no digits."""
    core = bare(value)
    mixed = not core.isdigit() and any(letter.isdigit() for letter in core)
    return (
        mixed
        and _SHORTEST <= len(core) <= _LONGEST
        and len(core) != _VIN_LENGTH
        and not _HEX_ADDRESS.fullmatch(core)
    )


def _candidates(line: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield (text, has a label before it, stands alone on its line)."""
    rest = line.strip()
    foreign = _NOT_A_NUMBER_LABEL.search(rest)
    if foreign:
        # What follows a serial number's or a lot's label is that; what stands before may count.
        rest = rest[: foreign.start()].strip()
        if not rest:
            return
    label = _LABEL.search(rest)
    if label:
        yield from _runs(rest[label.end() :], labelled=True, first_only=True)
        rest = rest[: label.start()].strip()
    yield from _runs(rest, labelled=False, first_only=False)


def _runs(text: str, *, labelled: bool, first_only: bool) -> Iterator[tuple[str, bool, bool]]:
    tokens = list(_TOKEN.finditer(text))
    for start in range(1 if first_only and tokens else len(tokens)):
        for length in range(min(_MAX_RUN, len(tokens) - start), 0, -1):
            first, last = tokens[start], tokens[start + length - 1]
            between = text[first.start() : last.end()]
            # Words of a number are divided by single blanks, never by commas or brackets.
            if re.search(r"[^0-9A-Za-z ./-]|  ", between):
                continue
            whole = first.start() == 0 and last.end() == len(text.rstrip(" .,;:"))
            yield between.strip(" ./-"), labelled, whole


def _judge(
    text: str,
    tables: Reference,
    *,
    labelled: bool,
    alone: bool,
    makes: frozenset[str],
    own: frozenset[str],
) -> NumberHit | None:
    upper = text.upper()
    core = bare(upper)
    if not _SHORTEST <= len(core) <= _LONGEST or not any(letter.isdigit() for letter in core):
        return None
    matches = [one for one in tables.patterns if one.regex.fullmatch(upper)]
    strong = [one for one in matches if one.strength is Strength.STRONG]
    if not strong and (_guarded(upper, tables) or _HEX_ADDRESS.fullmatch(core)):
        return None
    best = _best(matches, labelled=labelled, makes=makes, own=own)
    if best is not None and best[0] >= 0.5:
        confidence, pattern, reason = best
        return NumberHit(
            text=text,
            kind=pattern.kind,
            pattern=pattern.name,
            confidence=confidence,
            labelled=labelled,
            reason=reason,
        )
    return _unshaped(text, labelled=labelled, alone=alone)


def _guarded(upper: str, tables: Reference) -> bool:
    if _CONTENTS.fullmatch(upper):
        return True
    return any(guard.regex.fullmatch(upper) for guard in tables.guards)


def _best(
    matches: list[NumberPattern], *, labelled: bool, makes: frozenset[str], own: frozenset[str]
) -> tuple[float, NumberPattern, str] | None:
    judged: list[tuple[float, NumberPattern, str]] = []
    for pattern in matches:
        known = bool(pattern.makes & makes) or pattern.name in own
        who = "/".join(sorted(pattern.makes)[:3]) or pattern.name.split("_")[0]
        if pattern.strength is Strength.STRONG:
            confidence = 0.97 if known else 0.96 if labelled else 0.9
            judged.append((confidence, pattern, f"shape of {who} numbers"))
        elif pattern.strength is Strength.MEDIUM:
            if known:
                judged.append((0.93 if labelled else 0.9, pattern, f"shape of {who} numbers"))
            elif labelled:
                judged.append((0.8, pattern, "after a part number's label"))
            else:
                judged.append((0.6, pattern, f"may be a {who} number"))
        elif known and labelled:
            judged.append((0.88, pattern, f"{who}, after a part number's label"))
        elif known:
            judged.append((0.65, pattern, f"may be a {who} number"))
    return max(judged, key=lambda one: one[0], default=None)


def _unshaped(text: str, *, labelled: bool, alone: bool) -> NumberHit | None:
    """A number of a maker whose shapes are not known: only a label or a line of its own tells."""
    core = bare(text)
    digits = sum(letter.isdigit() for letter in core)
    if labelled:
        confidence, reason = 0.75, "after a part number's label"
    elif not alone or " " in text or digits < 3 or len(core) < 5:
        return None
    elif core.isdigit():
        if len(core) != 6 and len(core) != 7:
            return None
        confidence, reason = 0.35, "digits on a line of their own"
    else:
        confidence, reason = 0.5, "a line of its own with letters and digits"
    return NumberHit(
        text=text,
        kind="unknown",
        pattern="",
        confidence=confidence,
        labelled=labelled,
        reason=reason,
    )
