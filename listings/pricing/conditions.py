"""Conditions of rules: a checked tree of comparisons becomes closures; no code is ever read."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from listings.pricing.engine import Facts

Test = Callable[["Facts"], bool]

_NUMBERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne,
    ">=": operator.ge, ">": operator.gt,
}  # fmt: skip


def compiled(tree: Mapping[str, Any]) -> Test:
    """Return the test of a tree that `settings_app.schemas.check_conditions` passed.

    What is not known of a listing (no cost, no views) makes its comparison false.
    """
    if "all" in tree:
        every = [compiled(child) for child in tree["all"]]
        return lambda facts: all(test(facts) for test in every)
    if "any" in tree:
        some = [compiled(child) for child in tree["any"]]
        return lambda facts: any(test(facts) for test in some)
    if "not" in tree:
        inner = compiled(tree["not"])
        return lambda facts: not inner(facts)
    if isinstance(tree["value"], str):
        return _text_test(tree["field"], tree["op"], tree["value"].lower())
    # A rule that looks at the price looks at the one before rules: else running again would differ.
    field = "base" if tree["field"] == "price" else tree["field"]
    return _number_test(field, _NUMBERS[tree["op"]], Decimal(str(tree["value"])))


def _number_test(field: str, compare: Callable[[Any, Any], bool], value: Decimal) -> Test:
    read = operator.attrgetter(field)

    def test(facts: Facts) -> bool:
        known = read(facts)
        return known is not None and compare(known, value)

    return test


def _text_test(field: str, op: str, value: str) -> Test:
    def texts(facts: Facts) -> list[str]:
        if field == "channel":
            return [name.lower() for name in facts.channels]
        return [str(getattr(facts, field)).lower()]

    if op == "contains":
        return lambda facts: any(value in text for text in texts(facts))
    if op == "=":
        return lambda facts: value in texts(facts)
    return lambda facts: value not in texts(facts)
