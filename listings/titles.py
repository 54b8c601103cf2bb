"""The one composer of titles. It is used only where no person owns the title.

Order: years, make, model, trim, engine, position, part name, one number, condition. Where that is
longer than eBay's 80 characters, whole pieces go in a set order, the part name never.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rapidfuzz import fuzz

from listings.part_numbers import normalise, split_numbers
from listings.title_words import (
    CONDITION_CLAIMS,
    CONDITION_WORDS,
    PARTS_MAKERS,
    PLACEHOLDER_NAMES,
    VIN,
    position_words,
)

MAX_LENGTH = 80  # eBay's limit, in characters
_ORDER = (
    "years",
    "make",
    "model",
    "trim",
    "engine",
    "position",
    "name",
    "number",
    "condition",
)
_DROP_ORDER = ("engine", "trim", "condition", "number", "years", "position")
_NAME_MIN = 30  # characters that a part name keeps before make and model have to go too
# A shortened name does not end on one of these.
_LOOSE_ENDS = frozenset({"and", "with", "for", "of", "in", "on", "the", "to", "or", "incl", "w"})
_FIRST_CAR_YEAR = 1886
_SAME_WORD = 80  # rapidfuzz ratio from which two makes are one word, once misspelled
_SHORTEST_NUMBER = 4  # a shorter run of digits in a name is a size or a count, not a part number
_PART_NUMBER = re.compile(r"(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*", re.IGNORECASE)
_SIZE = re.compile(r"\d{1,4}(?:\.\d+)?(?:x\d+)*[a-z]{0,3}", re.IGNORECASE)  # 6x135, 1500W, 150amp
_YEAR_SPAN = re.compile(r"\b(?:19|20)\d\d(?:\s*[-/]\s*(?:(?:19|20)?\d\d))?\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFacts:
    """What is known of a part. Descriptions and the source of a part are no facts of a title."""

    part_name: str = ""
    years: tuple[int, ...] = ()
    make: str = ""
    model: str = ""
    donor_make: str = ""
    donor_model: str = ""
    trim: str = ""
    engine: str = ""
    position: str = ""
    numbers: tuple[str, ...] = ()
    condition_id: str = ""
    fitments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedTitle:
    """A title of at most 80 characters, and the pieces that did not fit."""

    title: str
    dropped: tuple[str, ...] = field(default=())


def compose(facts: TitleFacts) -> ComposedTitle:
    """The title of a part: deterministic, at most 80 characters, never a word cut."""
    pieces = _pieces(facts)
    dropped: list[str] = []
    for victim in _DROP_ORDER:
        if len(_joined(pieces)) <= MAX_LENGTH:
            break
        if pieces.pop(victim, ""):
            dropped.append(victim)
    _shorten_name(pieces, dropped)
    return ComposedTitle(title=_joined(pieces), dropped=tuple(dropped))


def _shorten_name(pieces: dict[str, str], dropped: list[str]) -> None:
    """Only a very long name comes here too long: it ends after a word, never within one."""
    for victim in ("", "model", "make"):
        if victim and pieces.pop(victim, ""):
            dropped.append(victim)
        over = len(_joined(pieces)) - MAX_LENGTH
        if over <= 0:
            return
        name = pieces.get("name", "")
        room = len(name) - over
        if room >= _NAME_MIN or victim == "make":
            pieces["name"] = _whole_words(name, room)
            if not pieces["name"]:
                del pieces["name"]
            return


def _pieces(facts: TitleFacts) -> dict[str, str]:
    number = _number(facts.numbers)
    make = _make(facts)
    model = _model(facts, make)
    position = position_words(facts.position)
    name = _name(facts, make=make, model=model)
    pieces = {
        "years": _years(facts.years),
        "make": make,
        "model": model,
        "trim": _missing_words(_clean(facts.trim), f"{make} {model}"),
        "engine": _missing_words(_clean(facts.engine), f"{make} {model} {facts.trim} {name}"),
        "position": _missing_words(position, name),
        "name": name,
        "number": number,
        "condition": CONDITION_WORDS.get(facts.condition_id, ("", ""))[1],
    }
    return {key: value for key, value in pieces.items() if value}


def _joined(pieces: dict[str, str]) -> str:
    return " ".join(pieces[key] for key in _ORDER if key in pieces)


def _whole_words(text: str, room: int) -> str:
    """As many whole words as fit; none where the first does not."""
    if len(text) <= room:
        return text
    words = text[: room + 1].split(" ")[:-1]
    while words and words[-1].casefold().strip(",.&-/") in {*_LOOSE_ENDS, ""}:
        words.pop()
    return " ".join(words).rstrip(" ,-/&")


def _years(years: tuple[int, ...]) -> str:
    latest = datetime.now(UTC).year + 2
    real = sorted({year for year in years if _FIRST_CAR_YEAR <= year <= latest})
    if not real:
        return ""
    return str(real[0]) if real[0] == real[-1] else f"{real[0]}-{real[-1]}"


def _clean(text: str) -> str:
    """Without VINs, doubled blanks and placeholders."""
    bare = " ".join(VIN.sub(" ", text).split()).strip(" ,;-/&")
    return "" if bare.casefold() in PLACEHOLDER_NAMES else bare


def _make(facts: TitleFacts) -> str:
    """The make of the donor or part; a parts maker is none, a fitment only mends its spelling."""
    make = _clean(facts.donor_make) or _clean(facts.make)
    if make.casefold() in PARTS_MAKERS:
        make = _make_of_model(facts)
    known = {fitted for fitted, _ in facts.fitments if fitted}
    if not make or any(fitted.casefold() == make.casefold() for fitted in known):
        return next((fitted for fitted in known if fitted.casefold() == make.casefold()), make)
    for fitted in sorted(known):
        if fuzz.ratio(fitted.casefold(), make.casefold()) >= _SAME_WORD:
            return fitted
    return make


def _make_of_model(facts: TitleFacts) -> str:
    """The car maker of a part of which only the parts maker was given."""
    other = _clean(facts.make)
    if other and other.casefold() not in PARTS_MAKERS:
        return other
    model = (_clean(facts.donor_model) or _clean(facts.model)).casefold()
    makes = {make for make, fitted in facts.fitments if make and fitted.casefold() == model}
    return makes.pop() if len(makes) == 1 else ""


def _model(facts: TitleFacts, make: str) -> str:
    model = _clean(facts.donor_model) or _clean(facts.model)
    bare = _without(_once(_YEAR_SPAN.sub(" ", model) if _has_more(model) else model), make)
    spelled = (fitted for _, fitted in facts.fitments if fitted.casefold() == bare.casefold())
    return next(spelled, bare)


def _has_more(model: str) -> bool:
    """A model that is itself a number in the form of a year (Peugeot 2008) keeps it."""
    return bool(_YEAR_SPAN.sub("", model).strip())


def _name(facts: TitleFacts, *, make: str, model: str) -> str:
    """The part name without what other pieces say already and what no title may say."""
    name = _clean(facts.part_name)
    name = re.sub(r"\s*&\s*parts\b", "", name, flags=re.IGNORECASE)
    name = _without(name, _clean(facts.make), make, model)
    name = _YEAR_SPAN.sub(" ", name)
    name = _without_numbers(name, facts.numbers)
    name = _without_conditions(name)
    if (words := _position_in(name, facts.position)) is not None:
        name = words
    return _clean(_once(name))


def _position_in(name: str, position: str) -> str | None:
    """A name that claims the other side than the position field gives that claim up."""
    known = set(position_words(position).split())
    wrong = {"Left": "Right", "Right": "Left", "Front": "Rear", "Rear": "Front"}
    against = {wrong[word] for word in known if word in wrong} - known
    if not against:
        return None
    return " ".join(word for word in name.split() if word.capitalize() not in against)


def _without_numbers(name: str, numbers: tuple[str, ...]) -> str:
    """One number a title: whatever looks like one leaves the name."""
    known = {normalise(single) for number in numbers for single in split_numbers(number)}
    kept = [
        word
        for word in name.split()
        if normalise(word) not in known - {""} and not _looks_like_number(word)
    ]
    return " ".join(kept)


def _looks_like_number(word: str) -> bool:
    bare = word.strip("()[],;:.#")
    digits = sum(character.isdigit() for character in bare)
    if _SIZE.fullmatch(bare) and not bare.isdigit():
        return False
    return _PART_NUMBER.fullmatch(bare) is not None and digits >= _SHORTEST_NUMBER


def _without_conditions(name: str) -> str:
    """Condition words leave the name: the condition id alone says it, once, at the end."""
    for words in sorted(CONDITION_CLAIMS, key=len, reverse=True):
        name = re.sub(rf"(?<![\w-]){re.escape(words)}(?![\w-])", " ", name, flags=re.IGNORECASE)
    return " ".join(name.split())


def _without(text: str, *phrases: str) -> str:
    """`text` without the phrases, as whole words, whatever their case."""
    for phrase in phrases:
        if phrase:
            pattern = rf"(?<![\w-]){re.escape(phrase)}(?![\w-])"
            text = re.sub(pattern, " ", text, flags=re.IGNORECASE)
    return " ".join(text.split()).strip(" ,;-/&")


def _once(text: str) -> str:
    """No word twice in a row, no phrase of two words or more twice at all."""
    words = text.split()
    kept: list[str] = []
    index = 0
    while index < len(words):
        length = _repeated(kept, words[index:])
        if length:
            index += length
            continue
        kept.append(words[index])
        index += 1
    return " ".join(kept)


def _repeated(seen: list[str], rest: list[str]) -> int:
    """How many words at the start of `rest` were said already."""
    before = [word.casefold() for word in seen]
    after = [word.casefold() for word in rest]
    for length in range(len(before), 1, -1):
        phrase = after[:length]
        starts = range(len(before) - length + 1)
        if len(phrase) == length and any(before[s : s + length] == phrase for s in starts):
            return length
    return 1 if before and after and before[-1] == after[0] else 0


def _missing_words(position: str, name: str) -> str:
    said = {word.casefold() for word in name.split()}
    return " ".join(word for word in position.split() if word.casefold() not in said)


def _number(numbers: tuple[str, ...]) -> str:
    """The first real number; no VIN, no placeholder."""
    for field_text in numbers:
        for number in split_numbers(field_text):
            if not VIN.fullmatch(number) and any(c.isdigit() for c in number):
                return number
    return ""
