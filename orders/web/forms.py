"""What people type about orders."""

from __future__ import annotations

from django import forms

from orders.enums import OrderStatus


class MoveForm(forms.Form):
    """The next status, with the version that the person saw."""

    to = forms.ChoiceField(choices=[*OrderStatus.choices, ("packed", "Packed")])
    version = forms.IntegerField(min_value=1, required=False)
    reason = forms.CharField(max_length=500, required=False)


class ShipForm(forms.Form):
    """The parcel's carrier and number."""

    tracking_carrier = forms.CharField(max_length=50, required=False)
    tracking_number = forms.CharField(max_length=100, required=False)
    version = forms.IntegerField(min_value=1, required=False)


class MatchForm(forms.Form):
    """Which part a line is: by its id, or by the SKU that was typed."""

    listing_id = forms.UUIDField(required=False)
    sku = forms.CharField(max_length=50, required=False)
