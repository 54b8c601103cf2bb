"""What a profile asks for a parcel: a pure sum of bands, zones and surcharges, explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from realtrack.core.errors import InvalidInput
from settings_app.enums import CostType
from settings_app.models import ShippingProfile

CENT = Decimal("0.01")
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Weight in pounds, sides in inches, where to (a state's letters, a country's two)."""

    weight: Decimal | None = None
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    state: str = ""
    country: str = "US"

    @property
    def sides(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """The sides, longest first; None unless all three are known."""
        if self.length is None or self.width is None or self.height is None:
            return None
        longest, middle, shortest = sorted((self.length, self.width, self.height), reverse=True)
        return longest, middle, shortest


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The cost in the business's currency, with the weights that counted and each step."""

    cost: Decimal
    billed_weight: Decimal | None
    dimensional_weight: Decimal | None
    zone: str
    steps: tuple[str, ...]


def shipping_quote(profile: ShippingProfile, parcel: Parcel) -> Quote:
    """Return what the profile asks. Two decimals, never below zero; a heavier parcel of the same
    size to the same place never costs less, as far as the bands rise.

    Raises InvalidInput where the parcel cannot go by it, or its weight is not known.
    """
    if profile.domestic_only and parcel.country.upper() != "US":
        raise InvalidInput(fields={"country": "This profile ships inside the US only."})
    if profile.cost_type == CostType.FREE:
        return _plain(_ZERO, "Free")
    if profile.cost_type == CostType.FLAT:
        return _plain(profile.flat_cost or _ZERO, "Flat")
    return _calculated(profile.parameters, parcel)


def _plain(cost: Decimal, words: str) -> Quote:
    return Quote(
        cost=cost.quantize(CENT),
        billed_weight=None,
        dimensional_weight=None,
        zone="",
        steps=(f"{words}: {cost.quantize(CENT)}",),
    )


def _calculated(values: Mapping[str, Any], parcel: Parcel) -> Quote:
    dimensional = _dimensional(values, parcel)
    weights = [one for one in (parcel.weight, dimensional) if one is not None]
    if not weights:
        raise InvalidInput(fields={"weight": "A calculated cost needs the weight or all sides."})
    billed = max(weights)
    steps = [f"Billed weight {billed} lb"]
    cost = _band(values, billed, steps)
    zone = _zone(values, parcel.state.upper())
    if zone is not None:
        cost = cost * _number(zone.get("factor", 1)) + _number(zone.get("add", 0))
        steps.append(f"Zone {zone['name']}: {cost.quantize(CENT, ROUND_HALF_UP)}")
    surcharge = _oversize(values, parcel)
    if surcharge:
        cost += surcharge
        steps.append(f"Oversize: +{surcharge.quantize(CENT, ROUND_HALF_UP)}")
    return Quote(
        cost=cost.quantize(CENT, ROUND_HALF_UP),
        billed_weight=billed,
        dimensional_weight=dimensional,
        zone=zone["name"] if zone else "",
        steps=tuple(steps),
    )


def _dimensional(values: Mapping[str, Any], parcel: Parcel) -> Decimal | None:
    divisor = _number(values.get("divisor", 0))
    if divisor == 0 or parcel.sides is None:
        return None
    longest, middle, shortest = parcel.sides
    return (longest * middle * shortest / divisor).quantize(CENT, ROUND_CEILING)


def _band(values: Mapping[str, Any], billed: Decimal, steps: list[str]) -> Decimal:
    bands = sorted((_number(band["up_to"]), _number(band["cost"])) for band in values["bands"])
    for limit, cost in bands:
        if billed <= limit:
            steps.append(f"Up to {limit} lb: {cost}")
            return cost
    last, cost = bands[-1]
    if "per_pound_over" not in values:
        raise InvalidInput(fields={"weight": f"This profile ends at {last} lb."})
    each = _number(values["per_pound_over"])
    over = (billed - last).to_integral_value(ROUND_CEILING)
    steps.append(f"Up to {last} lb: {cost}, and {over} lb at {each}")
    return cost + over * each


def _zone(values: Mapping[str, Any], state: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any]
    for found in values.get("zones", ()):
        if state in found["states"]:
            return found
    return None


def _oversize(values: Mapping[str, Any], parcel: Parcel) -> Decimal:
    rule = values.get("oversize")
    if rule is None or parcel.sides is None:
        return _ZERO
    longest, middle, shortest = parcel.sides
    girth = longest + 2 * (middle + shortest)
    too_long = "longest_side" in rule and longest > _number(rule["longest_side"])
    too_thick = "length_and_girth" in rule and girth > _number(rule["length_and_girth"])
    return _number(rule["surcharge"]) if too_long or too_thick else _ZERO


def _number(value: Any) -> Decimal:
    return Decimal(str(value))
