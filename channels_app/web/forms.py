"""Forms of the marketplaces' pages."""

from __future__ import annotations

from django import forms

from channels_app.adapters.base import LocationInput


class LocationForm(forms.Form):
    """The place that parts ship from; its key is made of the name and never changes."""

    name = forms.CharField(max_length=100, label="Name")
    address_line1 = forms.CharField(max_length=128, label="Street", required=False)
    city = forms.CharField(max_length=128, label="City", required=False)
    region = forms.CharField(max_length=128, label="State", required=False)
    postal_code = forms.CharField(max_length=16, label="Postal code", required=False)
    country = forms.RegexField(r"^[A-Za-z]{2}$", label="Country", initial="US")

    def location(self) -> LocationInput:
        """Return what was typed."""
        data = self.cleaned_data
        letters = "".join(one if one.isalnum() else "-" for one in data["name"].lower())
        key = (
            "-".join(part for part in letters.split("-") if part).encode("ascii", "ignore").decode()
        )
        return LocationInput(
            key=key[:36] or "main",
            name=data["name"],
            address_line1=data["address_line1"],
            city=data["city"],
            region=data["region"],
            postal_code=data["postal_code"],
            country=data["country"].upper(),
        )
