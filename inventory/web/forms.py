"""What people type about stock."""

from __future__ import annotations

from django import forms

from inventory.models import MAX_QUANTITY


class CountForm(forms.Form):
    """The total as counted, and the ledger's version that the person saw."""

    quantity = forms.IntegerField(
        min_value=0,
        max_value=MAX_QUANTITY,
        error_messages={"invalid": "Type a whole number, such as 2.", "required": "Type a number."},
    )
    version = forms.IntegerField(min_value=0, required=False)


class AdjustForm(forms.Form):
    """How many more or fewer, and why."""

    change = forms.IntegerField(
        min_value=-MAX_QUANTITY,
        max_value=MAX_QUANTITY,
        error_messages={
            "invalid": "Type a whole number, such as 2 or -1.",
            "required": "Type how many to add or take, such as 2 or -1.",
        },
    )
    reason = forms.CharField(max_length=500, required=False)
    key = forms.CharField(max_length=64, required=False)


class ThresholdForm(forms.Form):
    """When the part is low; empty takes the setting."""

    low_stock_threshold = forms.IntegerField(
        min_value=0,
        max_value=MAX_QUANTITY,
        required=False,
        error_messages={"invalid": "Type a whole number, or nothing for the usual one."},
    )


def fault_of(form: forms.Form) -> str:
    """The first fault in words."""
    for errors in form.errors.values():
        return str(errors[0])
    return ""
