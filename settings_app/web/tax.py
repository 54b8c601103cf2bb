"""The Tax tab's calculator: what the rates as they stand make of amounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from settings_app.tax import CENT, tax_lines, tax_rule_for

_MOST = Decimal(100_000_000)


def tax_context(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the calculator: the amounts typed (one a line or by commas), each with its tax."""
    text, state = typed.get("amounts", ""), typed.get("state", "").strip()[:3]
    context: dict[str, Any] = {"amounts": text, "state": state}
    if not text.strip():
        return context
    try:
        amounts = [Decimal(one) for one in text.replace(",", " ").split()]
    except InvalidOperation:
        amounts = []
    if not amounts or not all(0 <= one < _MOST for one in amounts if one.is_finite()):
        return context | {"tax_fault": "Type amounts such as 89.90, 12.50."}
    if not all(one.is_finite() for one in amounts) or len(amounts) > 100:
        return context | {"tax_fault": "Type up to 100 amounts such as 89.90, 12.50."}
    rule = tax_rule_for(state=state)
    found = tax_lines(amounts=[one.quantize(CENT) for one in amounts], rule=rule)
    return context | {
        "taxed": found,
        "rate": f"{(rule.rate * 100).normalize():f}",
        "included": rule.included,
    }
