"""Which car a sheet is of: by stock number, VIN, or year, make and model in any order."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fitment.matching import detect
from fitment.matching.lookup import Model, VehicleLookup
from fitment.matching.text import words
from fitment.vin import vin_clean, vin_read
from ingestion.sheets import columns

_STOCK = re.compile(r"\bD[- ]?(\d{5,})\b", re.IGNORECASE)
_VIN = re.compile(r"\b[A-HJ-NPR-Z0-9]{17}\b", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20[0-4]\d)(?!\d)")
_GLUE = re.compile(r"[_\-.,;()\[\]]+")
_LONGEST = 5  # words of a model's name


@dataclass(frozen=True, slots=True, kw_only=True)
class CarSaid:
    """What a text says of the car; empty where it says nothing. A year is never guessed."""

    stock_number: str = ""
    vin: str = ""
    year: int | None = None
    make_id: uuid.UUID | None = None
    make: str = ""
    model_id: uuid.UUID | None = None
    model: str = ""
    where: str = ""

    @property
    def is_named(self) -> bool:
        """True where the text names one car, be it without its year."""
        return bool(self.stock_number or self.vin or self.model_id)

    @property
    def words(self) -> str:
        """The car in words, for a person."""
        named = " ".join(str(one) for one in (self.year, self.make, self.model) if one)
        return self.stock_number or self.vin or named


def car_said(text: str, lookup: VehicleLookup, *, where: str) -> CarSaid:
    """Return what a text, such as a file's name, says of the car."""
    bare = " ".join(_GLUE.sub(" ", text).split())
    stock = _STOCK.search(text)
    vin = _vin_in(bare, lookup)
    if vin:
        reading = vin_read(vin, lookup)
        return CarSaid(
            stock_number=_stock(stock), vin=vin, year=reading.year, where=where,
            make=reading.make_ref.name if reading.make_ref else "",
            make_id=reading.make_ref.id if reading.make_ref else None,
            model=reading.model_ref.name if reading.model_ref else "",
            model_id=reading.model_ref.id if reading.model_ref else None,
        )  # fmt: skip
    model, year = _vehicle(bare, lookup)
    if model is None:
        return CarSaid(stock_number=_stock(stock), where=where)
    return CarSaid(
        stock_number=_stock(stock), year=year, where=where,
        make_id=model.make.id, make=model.make.name, model_id=model.id, model=model.name,
    )  # fmt: skip


def car_of_name(name: str, lookup: VehicleLookup) -> CarSaid:
    """Return what a file's name says."""
    return car_said(Path(name).stem, lookup, where="the file's name")


def car_of_row(given: Mapping[str, str], lookup: VehicleLookup) -> CarSaid:
    """Return what a row's own columns say of the car."""
    parts = [
        given.get(name, "") for name in (columns.VIN, columns.YEAR, columns.MAKE, columns.MODEL)
    ]
    text = " ".join([given.get(columns.CAR, ""), *parts]).strip()
    return car_said(text, lookup, where="a column") if text else CarSaid()


def cars_of_rows(
    rows: Iterable[Mapping[str, str]], lookup: VehicleLookup
) -> dict[tuple[str, ...], CarSaid]:
    """Return what rows say of the car, read once per different cells."""
    found: dict[tuple[str, ...], CarSaid] = {}
    for given in rows:
        key = tuple(given.get(name, "") for name in columns.CAR_COLUMNS)
        if any(key) and key not in found:
            found[key] = car_of_row(given, lookup)
    return found


def _stock(found: re.Match[str] | None) -> str:
    return f"D-{int(found.group(1)):05d}" if found else ""


def _vin_in(text: str, lookup: VehicleLookup) -> str:
    for found in _VIN.findall(text):
        vin = vin_clean(found)
        if any(letter.isdigit() for letter in vin) and vin_read(vin, lookup).valid:
            return vin
    return ""


def _vehicle(text: str, lookup: VehicleLookup) -> tuple[Model | None, int | None]:
    """The one vehicle that a text names, and its year where exactly one is said."""
    years = {int(one) for one in _YEAR.findall(text)}
    found = [one for one in detect(text, lookup).fitments if one.year_start == one.year_end]
    models = {one.model.id: one.model for one in found}
    if len(models) == 1:
        spans = {one.year_start for one in found}
        return next(iter(models.values())), spans.pop() if len(spans) == 1 else None
    model = _model_named(text, lookup)
    if model is None:
        return None, None
    # `Peugeot 2008 2014`: a number that is the model's own name is no year.
    years -= {int(word) for word in words(model.name) if word.isdigit()}
    return model, years.pop() if len(years) == 1 else None


def _model_named(text: str, lookup: VehicleLookup) -> Model | None:
    """The model that stands beside its make, in either order; the longest name wins."""
    said = words(text)
    spans = [
        said[start : start + length]
        for length in range(_LONGEST, 0, -1)
        for start in range(len(said) - length + 1)
    ]
    makes = {lookup.makes[span].id for span in spans if span in lookup.makes}
    for span in spans:
        fitting = {
            name.model.id: name.model
            for name in lookup.names.get(span, ())
            if name.model.make.id in makes and not name.badge
        }
        if len(fitting) == 1:
            return next(iter(fitting.values()))
        if len(fitting) > 1:
            return None
    return None
