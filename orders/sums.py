"""What an order by hand comes to: lines, shipping by a profile or typed, tax by the settings."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from listings.enums import SizeUnit, WeightUnit
from listings.models import Listing
from realtrack.core.errors import InvalidInput, NotFound
from settings_app.catalog import shipping_profile_get
from settings_app.selectors import setting_value
from settings_app.shipping import Parcel, shipping_quote
from settings_app.tax import CENT, TaxedLine, TaxedTotal, TaxRule, tax_lines, tax_rule_for

MOST = Decimal(99_999_999)  # the columns hold ten digits, two of them cents
_POUNDS = {WeightUnit.POUND: Decimal(1), WeightUnit.KILOGRAM: Decimal("2.20462262")}
_INCHES = {SizeUnit.INCH: Decimal(1), SizeUnit.CENTIMETRE: Decimal(1) / Decimal("2.54")}
_SIDE = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class SumLine:
    """A part, how many, and the price of one as it was typed."""

    listing: Listing
    quantity: int
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        """Quantity times price, in cents."""
        return (self.unit_price * self.quantity).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freight:
    """How the parcel goes: by a profile, at a typed cost, or neither (fetched, or free)."""

    profile_id: uuid.UUID | None = None
    cost: Decimal | None = None
    # In pounds; the parts' own weights where it is not typed.
    weight: Decimal | None = None
    state: str = ""
    country: str = "US"
    is_pickup: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """net + tax = gross for each line and for shipping; `total` is the sum of what is gross."""

    rule: TaxRule
    lines: TaxedTotal
    shipping: TaxedLine
    shipping_method: str = ""
    steps: Sequence[str] = field(default=())

    @property
    def subtotal(self) -> Decimal:
        """The lines without tax."""
        return self.lines.net

    @property
    def tax(self) -> Decimal:
        """Of lines and shipping."""
        return self.lines.tax + self.shipping.tax

    @property
    def rate_words(self) -> str:
        """The rate in percent."""
        return rate_words(self.rule.rate)

    @property
    def total(self) -> Decimal:
        """What the buyer pays."""
        return self.lines.gross + self.shipping.gross


def rate_words(rate: Decimal) -> str:
    """A rate of 0.0825 as people write it: 8.25 %."""
    return f"{(rate * 100).normalize():f} %"


def order_sums(*, lines: Sequence[SumLine], freight: Freight) -> Sums:
    """Return what these lines cost by the tax settings as they stand; stores nothing.

    What is fetched is taxed where the business is (the default rate), what is sent by the state
    that it goes to. Tax is rounded per line, half a cent up; sums are just the lines' sums.
    Raises InvalidInput where the profile cannot take the parcel or the sum is too large.
    """
    rule = tax_rule_for(state="" if freight.is_pickup else freight.state)
    cost, method, steps = _freight(lines, freight)
    taxed = tax_lines(amounts=[line.amount for line in lines], rule=rule)
    on_shipping = rule if setting_value("tax", "tax_on_shipping") else _untaxed(rule)
    shipping = tax_lines(amounts=[cost], rule=on_shipping).lines[0]
    found = Sums(rule=rule, lines=taxed, shipping=shipping, shipping_method=method, steps=steps)
    if found.total > MOST:
        raise InvalidInput(fields={"lines": f"An order can come to {MOST} at most."})
    return found


def parcel_of(lines: Sequence[SumLine], freight: Freight) -> Parcel:
    """Return the parcel that holds these parts, stacked: weights and heights add up.

    What is not known of one part is not known of the parcel.
    """
    weight = freight.weight
    weights = [_pounds(line) for line in lines]
    if weight is None and all(one is not None for one in weights):
        weight = sum((one for one in weights if one is not None), Decimal(0))
    boxes = [box for line in lines if (box := _box(line)) is not None]
    length = width = height = None
    if lines and len(boxes) == len(lines):
        length = max(box[0] for box in boxes)
        width = max(box[1] for box in boxes)
        height = sum((box[2] for box in boxes), Decimal(0))
    return Parcel(
        weight=weight,
        length=length,
        width=width,
        height=height,
        state=freight.state,
        country=freight.country or "US",
    )


def _freight(lines: Sequence[SumLine], freight: Freight) -> tuple[Decimal, str, Sequence[str]]:
    """Return cost, name and steps of the shipping."""
    if freight.is_pickup:
        return Decimal("0.00"), "Picked up", ()
    if freight.profile_id is None:
        return (freight.cost or Decimal(0)).quantize(CENT), "", ()
    try:
        profile = shipping_profile_get(freight.profile_id)
    except NotFound as error:
        raise InvalidInput(fields={"shipping_profile_id": error.message}) from error
    if not profile.active:
        raise InvalidInput(fields={"shipping_profile_id": f"{profile.name} was retired."})
    name = f"{profile.carrier} {profile.service}".strip() or profile.name
    if freight.cost is not None:
        return freight.cost.quantize(CENT), name, ()
    quote = shipping_quote(profile, parcel_of(lines, freight))
    return quote.cost, name, quote.steps


def _untaxed(rule: TaxRule) -> TaxRule:
    return TaxRule(rate=Decimal(0), included=rule.included)


def _pounds(line: SumLine) -> Decimal | None:
    part = line.listing
    if part.weight is None:
        return None
    return (part.weight * _POUNDS[WeightUnit(part.weight_unit)] * line.quantity).quantize(_SIDE)


def _box(line: SumLine) -> tuple[Decimal, Decimal, Decimal] | None:
    """Length, width and height of the line's pieces, one on the other, in inches."""
    part = line.listing
    sides = (part.package_length, part.package_width, part.package_height)
    known = [one for one in sides if one is not None]
    if len(known) < len(sides):
        return None
    inch = _INCHES[SizeUnit(part.size_unit)]
    longest, middle, shortest = sorted((one * inch for one in known), reverse=True)
    return (
        longest.quantize(_SIDE),
        middle.quantize(_SIDE),
        (shortest * line.quantity).quantize(_SIDE),
    )
