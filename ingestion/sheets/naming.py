"""What part a row's words name: type, side, and the name that its title is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion.reference.phrases import words_of
from ingestion.reference.tables import PartType, Reference
from inventory.enums import Side
from listings.title_words import PLACEHOLDER_NAMES, VIN

# What follows says what comes along or where it goes, not what it is.
_ASIDE = re.compile(
    r"\s(?:w/|with|w/o|without|for|from|fits|incl\.?|including|off)(?=\s|\S)|[(\[{]|\s[-–]\s"
    r"|(?<=[a-z])/(?=[a-z]{3})",
    re.IGNORECASE,
)
_PLACES = ("Front", "Rear", "Upper", "Lower", "Inner", "Outer", "Center", "Left", "Right")
_SIDES = frozenset({"Left", "Right"})
_OTHER_END = {"Front": "Rear", "Rear": "Front"}
_SHORT_SIDES = {"l": "Left", "r": "Right", "lr": "Rear, Left", "rr": "Rear, Right", "fr": "Front, Right",
                "d": "Left", "p": "Right", "both": "Left, Right", "l/r": "Left, Right"}  # fmt: skip
# Abbreviations that stay in capitals where a shouted name is put into normal letters.
_CAPITALS = frozenset(
    {"ABS", "AC", "A/C", "ECU", "ECM", "PCM", "TCM", "BCM", "SRS", "LED", "HID", "TPMS", "EGR", "MAF",
     "MAP", "CV", "OEM", "AWD", "FWD", "RWD", "DVD", "CD", "GPS", "USB", "HVAC", "EVAP", "PCV", "DPF",
     "SCR", "VVT", "HD", "AM", "FM", "SAM", "TIPM", "FEM", "REM", "EPS", "BSM", "ACC", "RPM", "AT",
     "MT", "CVT", "DCT", "II", "III"}
)  # fmt: skip
_FILLERS = frozenset({"assy", "assembly", "asm", "unit", "genuine", "oem", "oe", "factory", "original",
                      "part", "parts", "the", "side", "used", "good", "tested"})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What words name. `phrase` are the words that decided the type; empty where none did."""

    part_type: PartType | None
    phrase: tuple[str, ...]
    name: str
    places: tuple[str, ...]

    @property
    def side(self) -> str:
        """The side as a part of a car has it; both sides at once are none."""
        return side_of(self.places)


def side_of(places: tuple[str, ...]) -> str:
    """Return the `Side` of words such as Front and Left."""
    across = [word for word in ("Left", "Right") if word in places]
    along = [word for word in ("Front", "Rear") if word in places]
    words = [*(along if len(along) == 1 else ()), *(across if len(across) == 1 else ())]
    text = "_".join(word.lower() for word in words)
    return text if text in Side.values else Side.NONE.value


def places_in(text: str, tables: Reference, *, alone: bool = False) -> tuple[str, ...]:
    """Return the words of place in a text, in the order of titles; `alone`: a cell for places."""
    if alone and text.strip().casefold() in _SHORT_SIDES:
        found = {one.strip() for one in _SHORT_SIDES[text.strip().casefold()].split(",")}
    else:
        found = {
            word.strip()
            for one in tables.positions.find(text)
            for word in one.value.split(",")
            # `2 x`, `lr` within a name may be anything.
            if alone or "/" in text or any(len(part) > 1 for part in one.phrase)
        }
    return tuple(word for word in _PLACES if word in found)


def named(text: str, tables: Reference) -> Named:
    """Return what a name says; a text without any name (placeholder, VIN) gives an empty one."""
    plain = " ".join(VIN.sub(" ", text).split()).strip(" ,;-/&.")
    if plain.casefold() in PLACEHOLDER_NAMES:
        return Named(part_type=None, phrase=(), name="", places=())
    part_type, phrase = _type_in(plain, tables)
    rest = _without_phrase(plain, phrase)
    places = places_in(rest, tables)
    part_type = _at_this_end(part_type, places, tables)
    return Named(
        part_type=part_type,
        phrase=phrase,
        name=_name(plain, part_type, phrase, tables),
        places=places,
    )


def _at_this_end(
    part_type: PartType | None, places: tuple[str, ...], tables: Reference
) -> PartType | None:
    """A type that names the other end of the car than the row does gives way to its twin."""
    for word in part_type.name.split() if part_type else ():
        other = _OTHER_END.get(word)
        if part_type and other in places and word not in places:
            return tables.part_types.get(part_type.name.replace(word, other or "")) or part_type
    return part_type


def _type_in(text: str, tables: Reference) -> tuple[PartType | None, tuple[str, ...]]:
    """The type that the most words prove; of equals the one that stands last before an aside."""
    whole = tables.part_types.get(text)
    if whole is not None:
        return whole, words_of(text)
    head = _ASIDE.split(text, maxsplit=1)[0]
    for part in dict.fromkeys((head, text)):
        best: tuple[int, PartType, tuple[str, ...]] | None = None
        for form in _forms(part, tables):
            for found in tables.part_types.find(form):
                if best is None or len(found.phrase) >= best[0]:
                    best = (len(found.phrase), found.value, found.phrase)
        if best is not None:
            return best[1], best[2]
    return None, ()


def _forms(text: str, tables: Reference) -> list[str]:
    """As written; turned round at its comma (`Regulator, Window`); without place; in the singular."""
    found = [text]
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if len(pieces) > 1:
        found += [" ".join((pieces[1], pieces[0])), " ".join(reversed(pieces))]
        # `2014 Camry Regulator, Window OEM`: the words on both sides of the comma alone.
        before, after = pieces[0].split(), pieces[1].split()
        found += [" ".join((*after[:count], before[-1])) for count in (2, 1)]
    whole = list(found)
    found += [" ".join(_placeless(words_of(form), tables, only=_SIDES)) for form in whole]
    found += [" ".join(_placeless(words_of(form), tables)) for form in whole]
    singular = [_singular(word) for word in _placeless(words_of(text), tables)]
    return [form for form in dict.fromkeys([*found, " ".join(singular)]) if form]


def _placeless(
    words: tuple[str, ...], tables: Reference, *, only: frozenset[str] = frozenset()
) -> list[str]:
    placed = {
        word for one in tables.positions.find(" ".join(words))
        if _is_place(one.value) and (not only or {p.strip() for p in one.value.split(",")} <= only)
        for word in one.phrase
    }  # fmt: skip
    return [word for word in words if word not in placed]


def _is_place(value: str) -> bool:
    return all(word.strip() in _PLACES for word in value.split(","))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _pattern(phrase: tuple[str, ...]) -> re.Pattern[str]:
    body = r"[\W_]+".join(re.escape(word) for word in phrase)
    return re.compile(rf"(?<![^\W_]){body}(?![^\W_])", re.IGNORECASE)


def _without_phrase(text: str, phrase: tuple[str, ...]) -> str:
    return _pattern(phrase).sub(" ", text, count=1) if phrase else text


def _name(text: str, part_type: PartType | None, phrase: tuple[str, ...], tables: Reference) -> str:
    """The name for a title: the type in the trade's words, with what else the row says of it.

    Words of place leave it, as the side says them; a name without a type stays as it was written.
    """
    shouted = text.upper() == text or text.lower() == text
    cased = _cased(text) if shouted else text
    if part_type is None:
        return _plain(_fresh(cased, set(), _placed(cased, tables), fillers=frozenset()))
    said = set(words_of(part_type.name))
    found = _pattern(phrase).search(cased)
    # The type's own words of place stay: only what stands beside it is taken for a side.
    before, after = (cased[: found.start()], cased[found.end() :]) if found else ("", cased)
    if found is None:
        said |= {*phrase, *(f"{word}s" for word in phrase)}
    placed = _placed(f"{before} {after}", tables)
    kept = [
        _fresh(before, said, placed, fillers=_FILLERS),
        part_type.name,
        _fresh(after, said, placed, fillers=_FILLERS),
    ]
    return _plain(" ".join(one for one in kept if one))


def _placed(text: str, tables: Reference) -> set[str]:
    return {
        word for one in tables.positions.find(text)
        if _is_place(one.value) and any(len(part) > 1 for part in one.phrase)
        for word in one.phrase
    }  # fmt: skip


def _fresh(text: str, said: set[str], placed: set[str], *, fillers: frozenset[str]) -> str:
    """Words that add something: no fillers, no place, nothing that the type says already."""
    kept = []
    for word in text.replace(",", " ").split():
        keys = set(words_of(word))
        if keys and not keys <= said | placed | fillers:
            kept.append(word)
    return " ".join(kept)


def _plain(text: str) -> str:
    found = " ".join(re.sub(r"[<>{}|*\"]+|\(\s*\)", " ", text).split()).strip(" ,;-/&.:")
    return re.sub(r"\s+,", ",", found)


def _cased(text: str) -> str:
    return " ".join(_word(word) for word in text.split())


def _word(word: str) -> str:
    bare = word.strip("(),.;:").upper()
    if bare in _CAPITALS:
        return word.upper()
    if any(letter.isdigit() for letter in word):
        return word
    return "-".join(piece[:1].upper() + piece[1:].lower() for piece in word.split("-"))
