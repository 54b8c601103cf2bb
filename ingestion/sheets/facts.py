"""What a row of a car's sheet comes to: facts with their evidence, and what is in doubt. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.pipeline import numbers as number_shapes
from ingestion.reference.phrases import fold, words_of
from ingestion.reference.tables import Reference
from ingestion.sheets import columns
from ingestion.sheets.naming import Named, named, places_in, side_of
from listings.part_numbers import normalise, split_numbers
from listings.sku import sku_clean
from listings.title_words import PLACEHOLDER_NAMES, VIN
from listings.titles import TitleFacts, compose
from listings.values import ValueRefused, parse_money, parse_number

USED = "3000"
_MOST_NUMBER, _MOST_VALUE = 65, 65
_MOST_QUANTITY = 10_000
_SURE_IN_NAME = 0.6  # what a number's shape must prove where it stands in a name
_LABEL = re.compile(
    r"^(?:OEM?|MPN|P\s?/\s?N|PN|PART\s*(?:NO|NR|NUMBER|#)|REF|#)[\s.:#]+", re.IGNORECASE
)
_BROKEN = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)  # `1.2346E+11`: the digits are gone
_URL = re.compile(r"https?://[^\s|;,\"]+", re.IGNORECASE)
_PIECES = re.compile(r"[|;,\n]+")
_KILOGRAM = re.compile(r"\bkgs?\b", re.IGNORECASE)
_POUNDS = Decimal("2.20462")
_ABSENT_PRICE = frozenset({"call", "poa", "tba", "tbd", "ask", "n/a", "-", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CarFacts:
    """The car as titles name it; empty where it is not known."""

    year: int | None = None
    make: str = ""
    model: str = ""
    engine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the own catalog says of a number; `parts` of ours have it."""

    part_type: str = ""
    brand: str = ""
    category_id: str = ""
    category_name: str = ""
    weight: Decimal | None = None
    shipping_profile: str = ""
    parts: int = 0
    equal_to: str = ""  # the number of ours that stands for it, where it is not the same one

    @property
    def why(self) -> str:
        """Say from how many parts this is known, in words."""
        number = f"the equal number {self.equal_to}" if self.equal_to else "this number"
        return f"{self.parts} of ours with {number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One decision: the value, from what, and whether a person should look."""

    field: str
    value: str
    why: str
    doubt: bool = False


@dataclass(slots=True, kw_only=True)
class RowFacts:
    """A row understood. `fault` refuses it; `waits` names what is missing to know the part."""

    numbers: tuple[str, ...] = ()
    part_type: str = ""
    name: str = ""
    places: tuple[str, ...] = ()
    side: str = "none"
    brand: str = ""
    condition_id: str = USED
    quantity: int = 1
    price: Decimal | None = None
    weight: Decimal | None = None
    bin_code: str = ""
    sku: str = ""
    title: str = ""
    photo_names: tuple[str, ...] = ()
    photo_urls: tuple[str, ...] = ()
    evidence: list[Evidence] = field(default_factory=list)
    fault: str = ""
    waits: bool = False

    @property
    def number(self) -> str:
        """The part's first number as written."""
        return self.numbers[0] if self.numbers else ""

    def note(self, name: str, value: object, why: str, *, doubt: bool = False) -> None:
        """Keep a decision with its reason."""
        self.evidence.append(Evidence(field=name, value=str(value), why=why, doubt=doubt))


def numbers_of(given: Mapping[str, str]) -> list[str]:
    """Return the part numbers of a row as written, own first; no placeholder, VIN or wreck."""
    found: dict[str, str] = {}
    for name in (columns.NUMBER, columns.NUMBERS):
        for piece in split_numbers(given.get(name, "").replace(" / ", "|")):
            text = _LABEL.sub("", piece.lstrip("'")).strip(" .,;:#")
            text = text[:-2] if re.fullmatch(r"\d+\.0", text) else text
            if VIN.fullmatch(text) or _BROKEN.fullmatch(text) or len(text) > _MOST_NUMBER:
                continue
            if key := normalise(text):
                found.setdefault(key, text)
    return list(found.values())


def row_key(given: Mapping[str, str]) -> str:
    """Return what a row is known by from sheet to sheet: own SKU, number, or name and side."""
    if sku := sku_clean(given.get(columns.SKU, "")).value:
        return f"sku:{sku.upper()}"[:150]
    if found := numbers_of(given):
        return f"no:{normalise(found[0])}"[:150]
    said = " ".join((*words_of(given.get(columns.NAME, "")), fold(given.get(columns.SIDE, ""))))
    return f"name:{' '.join(said.split())}"[:150]


def facts_of(
    given: Mapping[str, str],
    *,
    car: CarFacts,
    known: Mapping[str, Known],
    tables: Reference,
    mended: frozenset[str] = frozenset(),
) -> RowFacts:
    """Return what a row comes to; `known` is what the own catalog says, by normalised number.

    `mended` names what a person typed: that is taken as it is and never doubted.
    """
    facts = RowFacts(sku=sku_clean(given.get(columns.SKU, "")).value[:50])
    said = named(given.get(columns.NAME, ""), tables)
    _numbers(facts, given, car, tables)
    catalog = next((known[key] for one in facts.numbers if (key := normalise(one)) in known), None)
    if not facts.numbers and not said.name and not given.get(columns.PART_TYPE):
        facts.fault = "Neither a part number nor a name stands in this row."
        return facts
    _part(facts, given, said, catalog, tables, is_typed=columns.PART_TYPE in mended)
    _places(facts, given, said, tables)
    _brand(facts, given, catalog, car, tables)
    _condition(facts, given, tables)
    _amounts(facts, given)
    _photos(facts, given)
    facts.bin_code = given.get(columns.BIN, "")[:30]
    if not facts.name:
        facts.waits = True
        facts.note("name", "", "nothing says what part this is; the number is not in the catalog")
        return facts
    _title(facts, car)
    return facts


def _numbers(facts: RowFacts, given: Mapping[str, str], car: CarFacts, tables: Reference) -> None:
    found = numbers_of(given)
    cell = given.get(columns.NUMBER, "")
    if found:
        facts.note("number", found[0], "as the row says")
        if len(found) > 1:
            facts.note("numbers", ", ".join(found[1:]), "further numbers of the row")
    elif _BROKEN.search(cell):
        facts.note("number", cell, "a spreadsheet has broken this number; type it", doubt=True)
    elif VIN.search(cell):
        facts.note("number", cell, "a VIN is no part number", doubt=True)
    if not found:
        makes = frozenset({car.make}) if car.make else frozenset()
        hits = number_shapes.numbers_in(
            VIN.sub(" ", given.get(columns.NAME, "")),
            tables,
            makes=makes,
            brand_patterns=frozenset(),
        )
        sure = [hit for hit in hits if hit.confidence >= _SURE_IN_NAME]
        if sure:
            found = [sure[0].text]
            facts.note("number", sure[0].text, f"stands in the name; {sure[0].reason}", doubt=True)
    facts.numbers = tuple(found)


def _part(
    facts: RowFacts,
    given: Mapping[str, str],
    said: Named,
    catalog: Known | None,
    tables: Reference,
    *,
    is_typed: bool,
) -> None:
    own = given.get(columns.PART_TYPE, "")
    column = named(own, tables) if own else None
    facts.name = said.name
    if is_typed and column is not None:
        facts.part_type = column.part_type.name if column.part_type else own[:_MOST_VALUE]
        facts.name = said.name if said.part_type else facts.part_type
        facts.note("part type", facts.part_type, "typed by a person")
    elif said.part_type is not None:
        facts.part_type = said.part_type.name
        facts.note("part type", facts.part_type, f"“{' '.join(said.phrase)}” in the name")
    elif column is not None and column.part_type is not None:
        facts.part_type = column.part_type.name
        facts.note("part type", facts.part_type, f"the column says “{own}”")
    elif catalog is not None and catalog.part_type:
        facts.part_type = catalog.part_type
        facts.note("part type", facts.part_type, catalog.why)
    elif said.name:
        facts.note("part type", "", f"“{said.name}” is in no list of part types", doubt=True)
    if catalog is not None and catalog.part_type and facts.part_type:
        other = catalog.part_type.casefold() != facts.part_type.casefold()
        if other and not is_typed:
            why = f"ours with this number are {catalog.part_type}; the row says {facts.part_type}"
            facts.note("part type", facts.part_type, why, doubt=True)
    facts.name = facts.name or facts.part_type


def _places(facts: RowFacts, given: Mapping[str, str], said: Named, tables: Reference) -> None:
    cell = places_in(given.get(columns.SIDE, ""), tables, alone=True)
    facts.places = cell or said.places
    facts.side = side_of(facts.places)
    if facts.places:
        why = "the column of sides" if cell else "the name says so"
        facts.note("side", " ".join(facts.places), why)
    across = {"Left", "Right"}
    named_side = set(said.places) & across
    if cell and named_side and named_side != set(cell) & across:
        why = f"the name says {' '.join(said.places)}"
        facts.note("side", " ".join(cell), why, doubt=True)


def _brand(
    facts: RowFacts,
    given: Mapping[str, str],
    catalog: Known | None,
    car: CarFacts,
    tables: Reference,
) -> None:
    cell = given.get(columns.BRAND, "").strip()
    if cell and cell.casefold() not in PLACEHOLDER_NAMES:
        known = tables.brands.get(cell)
        facts.brand = known.name if known else cell[:_MOST_VALUE]
        why = "as the row says" if known else "as the row says; in no list of brands"
        facts.note("brand", facts.brand, why, doubt=known is None)
    elif catalog is not None and catalog.brand:
        facts.brand = catalog.brand
        facts.note("brand", facts.brand, catalog.why)
    elif car.make:
        facts.brand = car.make
        facts.note("brand", car.make, "the make of the car that it came from")


def _condition(facts: RowFacts, given: Mapping[str, str], tables: Reference) -> None:
    cell = given.get(columns.CONDITION, "")
    leading = re.match(r"(\d{4})\b", cell)
    found = tables.conditions.find(cell)
    if leading:
        facts.condition_id = leading.group(1)
        facts.note("condition", leading.group(1), "the column's own number")
    elif found:
        facts.condition_id = found[0].value
        facts.note("condition", found[0].value, f"“{' '.join(found[0].phrase)}” in the column")
    else:
        facts.note("condition", USED, "off a car; used is usual")


def _amounts(facts: RowFacts, given: Mapping[str, str]) -> None:
    price = given.get(columns.PRICE, "")
    try:
        if price and price.casefold().strip(" .") not in _ABSENT_PRICE:
            value = parse_money(price).value
            facts.price = value if isinstance(value, Decimal) and value > 0 else None
            if facts.price is None:
                facts.note("price", price, "no price above 0", doubt=True)
            else:
                facts.note("price", facts.price, "as the row says")
    except (ValueRefused, ValueError) as error:
        facts.note("price", price, f"not taken: {error}", doubt=True)
    quantity = given.get(columns.QUANTITY, "").strip()
    if quantity:
        digits = re.fullmatch(
            r"(?:x\s*)?(\d{1,6})(?:[.,]0+)?\s*(?:pcs?|pieces?|x|stk|ea)?\.?", quantity, re.I
        )
        if digits is None or int(digits.group(1)) > _MOST_QUANTITY:
            facts.fault = f"Quantity: {quantity[:40]} is no number of pieces."
            return
        facts.quantity = int(digits.group(1))
        facts.note("quantity", facts.quantity, "as the row says")
    weight = given.get(columns.WEIGHT, "")
    bare = re.sub(r"(?i)\b(?:lbs?|pounds?|kgs?)\b\.?", "", weight).strip()
    if bare:
        try:
            value = parse_number(bare, places=3, largest=Decimal(99999)).value
        except (ValueRefused, ValueError):
            value = None
        if isinstance(value, Decimal) and value > 0:
            pounds = value * _POUNDS if _KILOGRAM.search(weight) else value
            facts.weight = pounds.quantize(Decimal("0.001"))
            facts.note("weight", facts.weight, "as the row says")


def _photos(facts: RowFacts, given: Mapping[str, str]) -> None:
    text = given.get(columns.PHOTOS, "")
    urls = list(dict.fromkeys(_URL.findall(text)))
    names = [piece.strip() for piece in _PIECES.split(_URL.sub("|", text))]
    facts.photo_urls = tuple(urls[:24])
    facts.photo_names = tuple(dict.fromkeys(name for name in names if name))
    for number, url in enumerate(urls[24:], start=25):
        facts.note("photos", url, f"photo {number}: a part has at most 24", doubt=True)


def _title(facts: RowFacts, car: CarFacts) -> None:
    composed = compose(
        TitleFacts(
            part_name=facts.name,
            years=(car.year,) if car.year else (),
            donor_make=car.make,
            donor_model=car.model,
            engine=car.engine,
            position=" ".join(facts.places),
            numbers=facts.numbers,
            condition_id=facts.condition_id,
        )
    )
    facts.title = composed.title
    why = "composed of the car, the name and the number"
    if composed.dropped:
        why += f"; without {', '.join(composed.dropped)}, which did not fit"
    facts.note("title", composed.title, why)
