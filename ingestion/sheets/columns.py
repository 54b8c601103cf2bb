"""What a column of a car's sheet is, whatever its supplier calls it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

# Our names of what a row may say; `other` columns are kept in `extra`.
NUMBER, NUMBERS, NAME, PART_TYPE, BRAND = "number", "numbers", "name", "partType", "brand"
SIDE, CONDITION, PRICE, QUANTITY, BIN = "side", "condition", "price", "quantity", "bin"
SKU, PHOTOS, WEIGHT, NOTES, CAR = "sku", "photos", "weight", "notes", "car"
VIN, YEAR, MAKE, MODEL = "vin", "year", "make", "model"
CAR_COLUMNS = (CAR, VIN, YEAR, MAKE, MODEL)
FIELDS = (
    NUMBER, NUMBERS, NAME, PART_TYPE, BRAND, SIDE, CONDITION, PRICE, QUANTITY, BIN, SKU, PHOTOS,
    WEIGHT, NOTES, *CAR_COLUMNS,
)  # fmt: skip
# What a person may correct in a row; the car is corrected on its own page.
MENDABLE = (NUMBER, NAME, PART_TYPE, BRAND, SIDE, CONDITION, PRICE, QUANTITY, BIN, PHOTOS)
LABELS: Mapping[str, str] = {
    NUMBER: "Part number", NUMBERS: "Other numbers", NAME: "Name", PART_TYPE: "Part type",
    BRAND: "Brand", SIDE: "Side", CONDITION: "Condition", PRICE: "Price", QUANTITY: "Quantity",
    BIN: "Bin", SKU: "SKU", PHOTOS: "Photos", WEIGHT: "Weight", NOTES: "Notes", CAR: "Car",
    VIN: "VIN", YEAR: "Year", MAKE: "Make", MODEL: "Model",
}  # fmt: skip
_SPELLINGS: Mapping[str, str] = {
    NUMBER: "part number|partnumber|part no|part nr|part #|pn|p/n|number|no|nr|#|oem|oem number|oem no"
            "|oem #|oe|oe number|oe no|oe nr|oem part number|original number|mpn|manufacturer part number"
            "|mfr part number|teilenummer|oe nummer|artikelnummer|nummer|numero|référence|reference"
            "|catalog number|item number|ref|code|part code|stock code",
    NUMBERS: "other numbers|interchange|interchange number|interchange numbers|cross reference|alt number"
             "|alternative numbers|superseded|supersedes|other part numbers|oem numbers|cross",
    NAME: "name|part name|title|description|part description|item|item name|product|product name|part"
          "|bezeichnung|benennung|teil|beschreibung|nom|désignation|designation|denomination|desc|details",
    PART_TYPE: "part type|type|category|part category|group|product type|produktart|kategorie|parttype",
    BRAND: "brand|manufacturer|maker|hersteller|marke|mfr|mfg|vendor brand",
    SIDE: "side|position|placement|location on car|l/r|lr|seite|einbauposition|pos|placement on vehicle",
    CONDITION: "condition|cond|grade|zustand|state|new/used",
    PRICE: "price|price usd|sell price|selling price|retail|list price|start price|asking|amount|preis|prix"
           "|price eur|price ($)|price $|unit price|vk|vk preis",
    QUANTITY: "quantity|qty|count|pcs|pieces|stock|on hand|anzahl|menge|stück|qte|quantité",
    BIN: "bin|bin location|shelf|location|place|storage|lager|lagerplatz|regal|rack|row/bin",
    SKU: "sku|custom label|customlabel|stock number|stock no|stock #|own number|item sku|custom label (sku)",
    PHOTOS: "photos|photo|image|images|picture|pictures|photo name|photo names|photo url|image url|picurl"
            "|pic|pics|image urls|photo urls|file|files|filename|foto|fotos|bild|bilder|photo file",
    WEIGHT: "weight|weight lb|weight (lb)|weight lbs|lbs|gewicht",
    NOTES: "notes|note|comment|comments|remarks|remark|damage|bemerkung|anmerkung",
    CAR: "car|vehicle|donor|donor car|donor vehicle|fits|fitment|fahrzeug|from car|auto|application",
    VIN: "vin|vin number|vin no|chassis|chassis number|fin|fahrgestellnummer",
    YEAR: "year|model year|yr|baujahr|année|car year",
    MAKE: "make|car make|vehicle make|donor make",
    MODEL: "model|car model|vehicle model|modell|donor model",
}  # fmt: skip
_NOT_WORD = re.compile(r"[^a-z0-9#/$äöüéè]+")


def _key(header: str) -> str:
    text = unicodedata.normalize("NFKC", header).casefold().lstrip("*")
    return _NOT_WORD.sub("", text.removeprefix("c:"))


_BY_KEY: Mapping[str, str] = {
    _key(spelling): name
    for name, spellings in reversed(list(_SPELLINGS.items()))
    for spelling in spellings.split("|")
}


def column_of(header: str) -> str:
    """Return our name of a header, or an empty text."""
    return _BY_KEY.get(_key(header), "")


def columns_of(headers: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    """Return a name per header, empty where it is kept aside; `mapping` goes before guesses.

    Of two headers that mean the same the first counts, but a part's own number is preferred to a
    car maker's word for it: `Part number` before `OEM`; the other becomes one of its numbers.
    """
    names = [mapping.get(header, column_of(header)) if header else "" for header in headers]
    taken: dict[str, int] = {}
    for place, name in enumerate(names):
        if not name:
            continue
        if name not in taken:
            taken[name] = place
        elif name == NUMBER and NUMBERS not in names:
            names[place] = NUMBERS
            taken[NUMBERS] = place
        else:
            names[place] = ""
    if NAME not in taken and PART_TYPE in taken:
        names[taken[PART_TYPE]] = NAME
    return names
