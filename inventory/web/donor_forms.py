"""What people type about cars."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from fitment.models import FitmentModel
from inventory.enums import DonorState, TitleStatus
from inventory.models import MAX_MILEAGE

_NUMBER = {"invalid": "Type a number, such as 112000."}
_MONEY = {"invalid": "Type an amount, such as 850.00.", "min_value": "Not below 0."}


class DonorForm(forms.Form):
    """A car; what the VIN says need not be typed. Make and model are names of the vehicle data."""

    vin = forms.CharField(max_length=40, required=False)
    confirm_vin = forms.BooleanField(required=False)
    year = forms.IntegerField(required=False, error_messages={"invalid": "Four digits, please."})
    make = forms.CharField(max_length=80, required=False)
    model = forms.CharField(max_length=80, required=False)
    trim = forms.CharField(max_length=80, required=False)
    mileage = forms.IntegerField(
        min_value=0, max_value=MAX_MILEAGE, required=False, error_messages=_NUMBER
    )
    cost = forms.DecimalField(min_value=0, decimal_places=2, required=False, error_messages=_MONEY)
    tow_cost = forms.DecimalField(
        min_value=0, decimal_places=2, required=False, error_messages=_MONEY
    )
    other_cost = forms.DecimalField(
        min_value=0, decimal_places=2, required=False, error_messages=_MONEY
    )
    title_status = forms.ChoiceField(choices=TitleStatus.choices, required=False)
    exterior_colour = forms.CharField(max_length=60, required=False)
    paint_code = forms.CharField(max_length=20, required=False)
    interior_code = forms.CharField(max_length=20, required=False)
    place = forms.CharField(max_length=60, required=False)
    notes = forms.CharField(max_length=5000, required=False)
    state = forms.ChoiceField(choices=DonorState.choices, required=False)
    version = forms.IntegerField(required=False)

    def clean(self) -> dict[str, Any]:
        """Find the typed make and model in the vehicle data."""
        found = super().clean() or {}
        make, model = found.get("make", "").strip(), found.get("model", "").strip()
        if model:
            rows = FitmentModel.objects.filter(name__iexact=model).select_related("make")
            if make:
                rows = rows.filter(make__name__iexact=make)
            first = list(rows[:2])
            if len(first) == 1:
                found["model_id"] = first[0].pk
            else:
                reason = (
                    f"No {make} of this name is known."
                    if not first
                    else "Several makes have a model of this name; type the make too."
                )
                self.add_error("model", reason.replace("No  of", "No model of"))
        return found

    def values(self) -> dict[str, Any]:
        """Return what was typed, by the columns of a car; what was left empty stays out."""
        data = self.cleaned_data
        return {
            name: data[name]
            for name in (
                "vin", "year", "model_id", "trim", "mileage", "cost", "tow_cost", "other_cost",
                "title_status", "exterior_colour", "paint_code", "interior_code", "place", "notes",
                "state",
            )
            if data.get(name) not in (None, "")
        }  # fmt: skip

    def changed_values(self) -> dict[str, Any]:
        """As `values`, for a car that exists: a text or sum that was emptied is emptied."""
        data = self.cleaned_data
        emptied: dict[str, Any] = {
            name: ""
            for name in ("trim", "exterior_colour", "paint_code", "interior_code", "place", "notes")
            if name in self.data and not data.get(name)
        }
        emptied |= {
            name: Decimal(0)
            for name in ("cost", "tow_cost", "other_cost")
            if name in self.data and data.get(name) is None
        }
        return {name: value for name, value in self.values().items() if name != "vin"} | emptied
