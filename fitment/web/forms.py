"""What the fitment pages take."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django import forms

from fitment.matching.text import plain_text, tokenise
from fitment.matching.years import find_years
from fitment.models import FitmentEngine, FitmentMake, FitmentModel, FitmentSubmodel
from fitment.selectors import engines_list, makes_list, submodels_list, years_list
from fitment.vehicle_lookup import lookup_current
from fitment.vin import vin_read

_FALSE_YEARS = "Write years as 2010-12, 2010 or 2001-2003, 2005."


def years_read(text: str) -> list[tuple[int, int]]:
    """Read `2010-12`, `10-12` or `2001-2003, 2005`; empty where it says anything else."""
    hits = find_years(tokenise(plain_text(text)))
    if len(hits) != 1 or hits[0].is_open:
        return []
    return hits[0].ranges


@dataclass(slots=True)
class Cascade:
    """The choices of the add form for what is chosen so far."""

    makes: list[FitmentMake] = field(default_factory=list)
    models: list[FitmentModel] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    engines: list[FitmentEngine] = field(default_factory=list)
    submodels: list[FitmentSubmodel] = field(default_factory=list)
    make: uuid.UUID | None = None
    model: uuid.UUID | None = None
    engine: uuid.UUID | None = None
    submodel: uuid.UUID | None = None
    year_text: str = ""
    focus: str = ""
    vin: str = ""
    vin_problem: str = ""


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def cascade_of(data: dict[str, str]) -> Cascade:
    """Return the form's choices; what no longer belongs to what was chosen is let go."""
    cascade = Cascade(makes=list(makes_list()), year_text=data.get("years", "").strip()[:60])
    make = _uuid(data.get("make", ""))
    if not any(one.pk == make for one in cascade.makes):
        return cascade
    cascade.make, cascade.focus = make, "model"
    cascade.models = list(
        FitmentModel.objects.filter(make_id=make, merged_into=None).order_by("name")
    )
    model = _uuid(data.get("model", ""))
    if not any(one.pk == model for one in cascade.models) or model is None:
        return cascade
    cascade.model, cascade.focus = model, "years"
    cascade.years = years_list(model_id=model)
    ranges = years_read(cascade.year_text)
    start = ranges[0][0] if ranges else None
    end = ranges[-1][1] if ranges else None
    cascade.engines = list(engines_list(model_id=model, year_start=start, year_end=end))
    cascade.submodels = list(submodels_list(model_id=model, year_start=start, year_end=end))
    cascade.engine = _chosen(data.get("engine", ""), [one.pk for one in cascade.engines])
    cascade.submodel = _chosen(data.get("submodel", ""), [one.pk for one in cascade.submodels])
    if ranges:
        cascade.focus = "engine"
    return cascade


def cascade_from_vin(vin: str) -> Cascade:
    """Return the choices that a VIN makes; what it does not say stays open, with the reason."""
    reading = vin_read(vin, lookup_current())
    cascade = cascade_of(
        {
            "make": str(reading.make_ref.id) if reading.make_ref else "",
            "model": str(reading.model_ref.id) if reading.model_ref else "",
            "years": str(reading.year or ""),
            "engine": str(reading.engine_ref.id) if reading.engine_ref else "",
        }
    )
    cascade.vin = reading.vin
    cascade.vin_problem = reading.problem
    if not reading.problem and reading.model_ref is None:
        said = " ".join(filter(None, [str(reading.year or ""), reading.make, reading.model]))
        cascade.vin_problem = f"The VIN says only: {said or 'nothing that is known'}."
    return cascade


def _chosen(text: str, known: list[uuid.UUID]) -> uuid.UUID | None:
    value = _uuid(text)
    return value if value in known else None


class AddForm(forms.Form):
    """A vehicle by the cascade; several ranges of years become several rows."""

    make = forms.UUIDField(error_messages={"required": "Choose a make."})
    model = forms.UUIDField(error_messages={"required": "Choose a model."})
    years = forms.CharField(max_length=60, error_messages={"required": _FALSE_YEARS})
    engine = forms.UUIDField(required=False)
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
