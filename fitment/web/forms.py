"""What the fitment pages take."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django import forms
from django.http import QueryDict
from typing_extensions import override

from fitment.matching.text import plain_text, tokenise
from fitment.matching.years import find_years
from fitment.models import (
    FitmentMake,
    FitmentMakeAlias,
    FitmentModel,
    FitmentModelAlias,
    FitmentModelYear,
)
from fitment.selectors import engines_of_model, submodels_of_model
from fitment.vehicle_lookup import lookup_current
from fitment.vin import vin_read

_FIELDS = ("make", "model", "years", "engine", "submodel")
_FALSE_YEARS = "Write years as 2010-12, 2010 or 2001-2003, 2005."


def years_read(text: str) -> list[tuple[int, int]]:
    """Read `2010-12`, `10-12` or `2001-2003, 2005`; empty where it says anything else."""
    hits = find_years(tokenise(plain_text(text)))
    if len(hits) != 1 or hits[0].is_open:
        return []
    return hits[0].ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A line of a step; `also` are other names by which it is found."""

    pk: uuid.UUID
    name: str
    also: tuple[str, ...] = ()
    is_chosen: bool = False


@dataclass(slots=True)
class Cascade:
    """The choices of the picker for what is chosen so far."""

    makes: list[Choice] = field(default_factory=list)
    models: list[Choice] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    engines: list[Choice] = field(default_factory=list)
    submodels: list[Choice] = field(default_factory=list)
    make: uuid.UUID | None = None
    model: uuid.UUID | None = None
    year_text: str = ""
    ranges: list[tuple[int, int]] = field(default_factory=list)
    focus: str = ""
    vin: str = ""
    vin_problem: str = ""

    def chosen(self, step: str) -> list[Choice]:
        """Return what is chosen of a step: makes, models, engines, submodels."""
        rows: list[Choice] = getattr(self, step)
        return [one for one in rows if one.is_chosen]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def data_of(query: QueryDict) -> dict[str, list[str]]:
    """Return the picker's fields of an address or a form; none is longer than a person types."""
    return {name: [text[:60] for text in query.getlist(name)[:40]] for name in _FIELDS}


def cascade_of(data: Mapping[str, Sequence[str]]) -> Cascade:
    """Return the picker's choices; what no longer belongs to what was chosen is let go.

    At most seven queries: a step reads its rows and their other names.
    """
    values = {
        name: [text.strip() for text in data.get(name, ()) if text.strip()] for name in _FIELDS
    }
    cascade = Cascade(year_text=next(iter(values["years"]), ""))
    cascade.ranges = years_read(cascade.year_text) if cascade.year_text else []
    makes = FitmentMake.objects.filter(merged_into=None).order_by("name")
    cascade.makes = _choices(
        makes.values_list("pk", "name"),
        values["make"][:1],
        FitmentMakeAlias.objects.values_list("make_id", "alias"),
    )
    cascade.make = next((one.pk for one in cascade.chosen("makes")), None)
    if cascade.make is None:
        return cascade
    cascade.focus = "model"
    cascade.models = _choices(
        FitmentModel.objects.filter(make_id=cascade.make, merged_into=None)
        .order_by("name")
        .values_list("pk", "name"),
        values["model"][:1],
        FitmentModelAlias.objects.filter(model__make_id=cascade.make).values_list(
            "model_id", "alias"
        ),
    )
    cascade.model = next((one.pk for one in cascade.chosen("models")), None)
    if cascade.model is None:
        return cascade
    _narrow(cascade, cascade.model, values)
    return cascade


def _narrow(cascade: Cascade, model: uuid.UUID, values: Mapping[str, list[str]]) -> None:
    rows = FitmentModelYear.objects.filter(model_id=model).order_by("-year")
    cascade.years = list(rows.values_list("year", flat=True))
    start = cascade.ranges[0][0] if cascade.ranges else None
    end = cascade.ranges[-1][1] if cascade.ranges else None
    engines = engines_of_model(model, year_start=start, year_end=end)
    submodels = submodels_of_model(model, year_start=start, year_end=end)
    cascade.engines = _choices(engines.values_list("pk", "code"), values["engine"])
    cascade.submodels = _choices(submodels.values_list("pk", "name"), values["submodel"][:1])
    cascade.focus = "engine" if cascade.ranges else "years"


def _choices(
    rows: Iterable[tuple[uuid.UUID, str]],
    chosen: Sequence[str],
    aliases: Iterable[tuple[uuid.UUID, str]] = (),
) -> list[Choice]:
    also: dict[uuid.UUID, list[str]] = {}
    for pk, alias in aliases:
        also.setdefault(pk, []).append(alias)
    wanted = {_uuid(text) for text in chosen}
    return [
        Choice(pk=pk, name=name, also=tuple(also.get(pk, ())), is_chosen=pk in wanted)
        for pk, name in rows
    ]


def cascade_from_vin(vin: str) -> Cascade:
    """Return the choices that a VIN makes; what it does not say stays open, with the reason."""
    reading = vin_read(vin, lookup_current())
    cascade = cascade_of(
        {
            "make": [str(reading.make_ref.id)] if reading.make_ref else [],
            "model": [str(reading.model_ref.id)] if reading.model_ref else [],
            "years": [str(reading.year)] if reading.year else [],
            "engine": [str(reading.engine_ref.id)] if reading.engine_ref else [],
        }
    )
    cascade.vin = reading.vin
    cascade.vin_problem = reading.problem
    if not reading.problem and reading.model_ref is None:
        said = " ".join(filter(None, [str(reading.year or ""), reading.make, reading.model]))
        cascade.vin_problem = f"The VIN says only: {said or 'nothing that is known'}."
    return cascade


def cascade_asked(query: QueryDict) -> Cascade:
    """Return the choices that an address or form asks for: a VIN in it makes them, else the steps."""
    vin = query.get("vin", "").strip()
    return cascade_from_vin(vin) if vin else cascade_of(data_of(query))


class EnginesField(forms.Field):
    """Several engines; none means all."""

    widget = forms.SelectMultiple

    @override
    def to_python(self, value: object) -> list[uuid.UUID]:
        texts = value if isinstance(value, list) else []
        found = [_uuid(text) for text in texts[:40] if text]
        if None in found:
            raise forms.ValidationError("There is no such engine.")
        return [one for one in found if one is not None]


class AddForm(forms.Form):
    """A vehicle by the cascade; several ranges of years become several rows."""

    make = forms.UUIDField(error_messages={"required": "Choose a make."})
    model = forms.UUIDField(error_messages={"required": "Choose a model."})
    years = forms.CharField(max_length=60, error_messages={"required": _FALSE_YEARS})
    engine = EnginesField(required=False)
    submodel = forms.UUIDField(required=False)

    def clean_years(self) -> list[tuple[int, int]]:
        """Return the ranges."""
        ranges = years_read(self.cleaned_data["years"])
        if not ranges:
            raise forms.ValidationError(_FALSE_YEARS)
        return ranges


class CorrectForm(forms.Form):
    """Years and engine of a row."""

    years = forms.CharField(max_length=60, error_messages={"required": _FALSE_YEARS})
    engine = forms.UUIDField(required=False)

    def clean_years(self) -> tuple[int, int]:
        """Return the one range."""
        ranges = years_read(self.cleaned_data["years"])
        if len(ranges) != 1:
            raise forms.ValidationError("Write one range, as 2010-12.")
        return ranges[0]
