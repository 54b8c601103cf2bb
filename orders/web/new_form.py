"""What a person types of an order by hand: lines as they stand in the page, the rest as a form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict

from inventory.selectors import Stock, stock_of
from listings.models import Listing
from orders.asking import BUYER_FIELDS
from orders.enums import Payment
from orders.services.manual import MOST_LINES
from orders.sums import Sums
from settings_app.models import User

_MANY = 1_000_000


class NewOrderForm(forms.Form):
    """Everything but the lines."""

    key = forms.CharField(max_length=100)
    buyer_name = forms.CharField(label="Name", max_length=200, required=False)
    buyer_email = forms.EmailField(label="E-mail", max_length=200, required=False)
    buyer_phone = forms.CharField(label="Phone", max_length=50, required=False)
    buyer_note = forms.CharField(label="Note", max_length=1000, required=False)
    shipping_name = forms.CharField(label="Ship to", max_length=200, required=False)
    shipping_address_1 = forms.CharField(label="Street", max_length=200, required=False)
    shipping_address_2 = forms.CharField(label="Second line", max_length=200, required=False)
    shipping_city = forms.CharField(label="City", max_length=100, required=False)
    shipping_state = forms.CharField(label="State", max_length=100, required=False)
    shipping_zip = forms.CharField(label="ZIP", max_length=20, required=False)
    shipping_country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label="Country",
        required=False,
        error_messages={"invalid": "Two letters, such as US."},
    )
    is_pickup = forms.BooleanField(required=False)
    shipping_profile_id = forms.UUIDField(required=False)
    shipping_cost = forms.DecimalField(min_value=0, max_digits=8, decimal_places=2, required=False)
    weight = forms.DecimalField(min_value=0, max_digits=8, decimal_places=2, required=False)
    payment_method = forms.ChoiceField(choices=[("", ""), *Payment.choices], required=False)
    paid = forms.BooleanField(required=False)
    handed_over = forms.BooleanField(required=False)


@dataclass(slots=True, kw_only=True)
class TypedLine:
    """A line as it stands in the page: the texts as typed, and what is wrong with them."""

    listing: Listing
    quantity: str
    price: str
    stock: Stock = field(default_factory=Stock)
    fault: str = ""
    number: int = 0


@dataclass(slots=True, kw_only=True)
class Draft:
    """The whole page as typed."""

    form: NewOrderForm
    lines: Sequence[TypedLine]
    sums: Sums | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """True where nothing typed is wrong."""
        return not self.faults and not any(line.fault for line in self.lines)


def draft_read(typed: QueryDict, *, user: User) -> Draft:
    """Return what was typed; `add`, `remove` and a SKU in `q` change the lines on the way."""
    form = NewOrderForm(typed)
    faults = {} if form.is_valid() else {
        name: str(texts[0]) for name, texts in form.errors.items()
    }  # fmt: skip
    rows = _rows(typed)
    removed = typed.get("remove", "")
    if removed.isdigit() and int(removed) < len(rows):
        rows.pop(int(removed))
    mine = Listing.objects.visible_to(user)
    added = _uuid(typed.get("add", ""))
    found = mine.filter(pk=added).first() if added else None
    if found is None and (sku := typed.get("q", "").strip()) and "\x00" not in sku:
        found = mine.filter(custom_label_sku__iexact=sku).first()
    parts = mine.in_bulk([key for key, _, _ in rows])
    lines = [
        TypedLine(listing=parts[key], quantity=quantity, price=price)
        for key, quantity, price in rows
        if key in parts
    ]
    if found is not None:
        _add(lines, found)
    _check(lines)
    if len(lines) > MOST_LINES:
        faults["lines"] = f"An order has at most {MOST_LINES} lines."
    return Draft(form=form, lines=lines, faults=faults)


def sent_of(draft: Draft) -> dict[str, Any]:
    """Return a sound draft as `orders.asking` takes it."""
    values: Mapping[str, Any] = draft.form.cleaned_data
    return {
        **{name: value for name, value in values.items() if name not in BUYER_FIELDS},
        "lines": [
            {
                "listing_id": line.listing.pk,
                "quantity": int(line.quantity),
                "unit_price": Decimal(line.price),
            }
            for line in draft.lines
        ],
        "buyer": {name: values[name] for name in BUYER_FIELDS},
    }


def _rows(typed: QueryDict) -> list[tuple[uuid.UUID, str, str]]:
    """Return (part, quantity, price) of each line; what is no part is left out."""
    keys = typed.getlist("line")[: MOST_LINES + 1]
    quantities, prices = typed.getlist("quantity"), typed.getlist("price")
    found: list[tuple[uuid.UUID, str, str]] = []
    for key, quantity, price in zip(keys, quantities, prices, strict=False):
        if (listing_id := _uuid(key)) is not None:
            found.append((listing_id, quantity.strip()[:20], price.strip()[:20]))
    return found


def _add(lines: list[TypedLine], part: Listing) -> None:
    """One more of a part that is there, else a line of its own."""
    for line in lines:
        if line.listing.pk == part.pk and line.quantity.isdigit():
            line.quantity = str(int(line.quantity) + 1)
            return
    price = "" if part.start_price is None else str(part.start_price)
    lines.append(TypedLine(listing=part, quantity="1", price=price))


def _check(lines: Sequence[TypedLine]) -> None:
    stock = stock_of([line.listing.pk for line in lines])
    wanted: dict[uuid.UUID, int] = {}
    for number, line in enumerate(lines):
        line.number = number
        line.stock = stock[line.listing.pk]
        whole = line.quantity.isascii() and line.quantity.isdigit()
        if not whole or not 1 <= int(line.quantity) <= _MANY:
            line.fault = "Type a whole number, such as 2."
            continue
        if not _is_price(line.price):
            line.fault = "Type a price such as 89.90."
            continue
        wanted[line.listing.pk] = wanted.get(line.listing.pk, 0) + int(line.quantity)
        if wanted[line.listing.pk] > line.stock.free:
            line.fault = f"{line.stock.free} free, {wanted[line.listing.pk]} asked."


def _is_price(text: str) -> bool:
    try:
        price = Decimal(text)
    except InvalidOperation:
        return False
    if not price.is_finite() or not 0 <= price < 100_000_000:
        return False
    return price == round(price, 2)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
