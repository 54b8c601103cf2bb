"""The words that the title composer knows: placeholders, conditions, positions, parts makers."""

from __future__ import annotations

import re

# Stand where a name should stand and say nothing; never a part name, make or model in a title.
PLACEHOLDER_NAMES = frozenset(
    {
        "", "unknown", "part", "parts", "auto part", "auto parts", "car part", "car parts", "oem",
        "oem part", "oem parts", "genuine", "n/a", "na", "none", "null", "other", "others", "misc",
        "miscellaneous", "item", "does not apply", "not applicable", "unbranded", "unspecified",
        "to be determined", "tbd", "test", "untitled", "universal", "all", "any", "see description",
        "see photos", "-", "--", "?",
    }
)  # fmt: skip

# Companies that make parts and no cars: a Brand, never the make of a vehicle.
PARTS_MAKERS = frozenset(
    {
        "acdelco", "aisin", "api", "ate", "autolite", "beck/arnley", "behr", "bilstein", "borg warner",
        "borgwarner", "bosch", "brembo", "cardone", "champion", "continental", "dayco", "delco",
        "delco remy", "delphi", "denso", "depo", "dorman", "eaton", "febi", "febi bilstein", "fag",
        "gates", "garrett", "hella", "hengst", "hitachi", "ina", "koyo", "kyb", "lemforder", "lucas",
        "luk", "magneti marelli", "mahle", "mann", "mann-filter", "marelli", "mando", "mevotech",
        "meyle", "monroe", "moog", "motorcraft", "ngk", "nippondenso", "nissens", "nsk", "ntk", "ntn",
        "pierburg", "raybestos", "remy", "sachs", "skf", "spectra premium", "standard motor products",
        "tokico", "trw", "tyc", "vdo", "visteon", "valeo", "wabco", "wagner", "walbro", "walker",
        "wahler", "zf", "bilstein group", "kayaba", "hitachi astemo", "advics", "akebono", "ctr",
        "blue print", "dayton", "four seasons", "gpd", "hayden", "keihin", "mopar", "nissin",
        "sanden", "showa", "stant", "victor reinz", "elring", "contitech", "knecht", "purolator",
    }
)  # fmt: skip

# Words of condition by what they claim. A claim against the condition id leaves the name.
CONDITION_CLAIMS: dict[str, str] = {
    "brand new": "new",
    "new": "new",
    "unused": "new",
    "nos": "new",
    "new old stock": "new",
    "used": "used",
    "pre-owned": "used",
    "preowned": "used",
    "second hand": "used",
    "secondhand": "used",
    "salvage": "used",
    "refurbished": "refurbished",
    "remanufactured": "refurbished",
    "reman": "refurbished",
    "rebuilt": "refurbished",
    "reconditioned": "refurbished",
    "for parts": "parts",
    "not working": "parts",
    "as is": "parts",
    "as-is": "parts",
}

# Condition id -> (the claim that it makes, the word that stands in the title).
CONDITION_WORDS: dict[str, tuple[str, str]] = {
    "1000": ("new", "New"),
    "1500": ("new", "New"),
    "1750": ("new", "New"),
    "2000": ("refurbished", "Refurbished"),
    "2010": ("refurbished", "Refurbished"),
    "2020": ("refurbished", "Refurbished"),
    "2030": ("refurbished", "Refurbished"),
    "2500": ("refurbished", "Refurbished"),
    "2750": ("used", "Used"),
    "3000": ("used", "Used"),
    "4000": ("used", "Used"),
    "5000": ("used", "Used"),
    "6000": ("used", "Used"),
    "7000": ("parts", "For Parts"),
}

_POSITIONS = {
    "fl": "Front Left",
    "lf": "Front Left",
    "fr": "Front Right",
    "rf": "Front Right",
    "rl": "Rear Left",
    "lr": "Rear Left",
    "rr": "Rear Right",
    "lh": "Left",
    "rh": "Right",
    "l": "Left",
    "r": "Right",
    "driver": "Left",
    "driver side": "Left",
    "drivers side": "Left",
    "driver's side": "Left",
    "passenger": "Right",
    "passenger side": "Right",
    "passenger's side": "Right",
}
_POSITION_ORDER = ("Front", "Rear", "Upper", "Lower", "Inner", "Outer", "Center", "Left", "Right")
VIN = re.compile(r"\b(?=[A-HJ-NPR-Z0-9]*\d)(?=[A-HJ-NPR-Z0-9]*[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}\b", re.I)  # fmt: skip


def position_words(position: str) -> str:
    """`LH`, `Left, Rear` and `driver side` in one form: `Left`, `Rear Left`."""
    key = " ".join(position.casefold().split())
    if key in _POSITIONS:
        return _POSITIONS[key]
    words = re.split(r"[\s,|/&]+", position.strip())
    known = [word.capitalize() for word in words if word.capitalize() in _POSITION_ORDER]
    if {"Left", "Right"} <= set(known):
        known = [word for word in known if word not in {"Left", "Right"}]
    return " ".join(sorted(set(known), key=_POSITION_ORDER.index))
