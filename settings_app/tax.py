"""Tax by line: each line is rounded for itself, so that the lines always sum to the total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from settings_app.selectors import setting_value

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRule:
    """The rate (0.0825) that holds at a place, and whether prices have the tax in them."""

    rate: Decimal
    included: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedLine:
    """net + tax = gross, each in cents."""

    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedTotal:
    """The lines and their sums."""

    lines: tuple[TaxedLine, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal


def tax_rule_for(*, state: str = "") -> TaxRule:
    """Return the rule for a state (its letters), from the settings; rate 0 while tax is off."""
    included = bool(setting_value("tax", "prices_include_tax"))
    if not setting_value("tax", "tax_enabled"):
        return TaxRule(rate=Decimal(0), included=included)
    rates = state_rates(setting_value("tax", "state_rates"))
    default = Decimal(setting_value("tax", "tax_rate"))
    return TaxRule(rate=rates.get(state.strip().upper(), default), included=included)


def state_rates(text: str) -> dict[str, Decimal]:
    """Read `TX=0.0825, CA=0.0725`, whose shape the setting has checked."""
    pairs = (piece.partition("=") for piece in text.split(",") if piece.strip())
    return {state.strip(): Decimal(rate.strip()) for state, _, rate in pairs}


def tax_lines(*, amounts: Sequence[Decimal], rule: TaxRule) -> TaxedTotal:
    """Return each line with its tax, half a cent up, and sums that are just the lines' sums.

    `amounts` are line totals in cents (quantity times price), with or without tax as `rule` says.
    """
    lines = tuple(_line(amount, rule) for amount in amounts)
    zero = Decimal("0.00")
    return TaxedTotal(
        lines=lines,
        net=sum((line.net for line in lines), zero),
        tax=sum((line.tax for line in lines), zero),
        gross=sum((line.gross for line in lines), zero),
    )


def _line(amount: Decimal, rule: TaxRule) -> TaxedLine:
    if rule.included:
        net = (amount / (1 + rule.rate)).quantize(CENT, ROUND_HALF_UP)
        return TaxedLine(net=net, tax=amount - net, gross=amount)
    tax = (amount * rule.rate).quantize(CENT, ROUND_HALF_UP)
    return TaxedLine(net=amount, tax=tax, gross=amount + tax)
