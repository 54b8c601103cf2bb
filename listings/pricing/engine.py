"""One listing's price by rules: a pure function over Decimal.

What holds, whatever the rules: two decimals, above zero, never under the floor of a matching
`min_margin` rule. Relative rules start from the price before any rule (`base`), so that running
again changes nothing. A rule of higher priority works later; within a priority the more specific
one later, then the younger one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from statistics import median_low
from typing import Any

from listings.pricing.conditions import Test, compiled
from settings_app.enums import RuleType
from settings_app.models import PricingRule

CENT = Decimal("0.01")
MOST = Decimal("99999999.99")  # of the column
_HUNDRED = Decimal(100)
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules may know of a listing. `base` is its price before any rule."""

    id: uuid.UUID
    price: Decimal | None
    base: Decimal | None
    cost: Decimal | None = None
    brand: str = ""
    part_type: str = ""
    category_id: str = ""
    condition_id: str = ""
    status: str = ""
    channels: frozenset[str] = frozenset()
    stock: int = 0
    days_listed: int | None = None
    views: int | None = None
    # By source (`listed`, `sold`, `market`): prices of such parts.
    evidence: Mapping[str, Sequence[Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What a marketplace keeps of a sale: a share (0.1325) and an amount."""

    share: Decimal
    fixed: Decimal

    def of(self, price: Decimal) -> Decimal:
        """The fee on a price, in cents."""
        return (price * self.share + self.fixed).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one rule did."""

    rule_id: uuid.UUID
    name: str
    before: Decimal | None
    after: Decimal | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The price by the rules. `lifted`: they went under the floor, which then won."""

    price: Decimal | None
    floor: Decimal | None
    lifted: bool
    matched: bool
    refused: str = ""
    steps: tuple[Step, ...] = ()


Work = Callable[[Facts, Decimal | None], tuple[Decimal | None, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    rule_id: uuid.UUID
    name: str
    channel: str
    category_id: str
    brand: str
    part_type: str
    condition_id: str
    low: Decimal | None
    high: Decimal | None
    test: Test | None
    work: Work | None
    rounding: tuple[Decimal, str] | None
    margin: tuple[Decimal, Decimal | None] | None

    def matches(self, facts: Facts) -> bool:
        """Say whether the listing is in the rule's scope; bands look at the price before rules."""
        if self.brand and self.brand != facts.brand.lower():
            return False
        if self.part_type and self.part_type != facts.part_type.lower():
            return False
        if self.category_id and self.category_id != facts.category_id:
            return False
        if self.condition_id and self.condition_id != facts.condition_id:
            return False
        if self.channel and self.channel not in facts.channels:
            return False
        if self.low is not None and (facts.base is None or facts.base < self.low):
            return False
        if self.high is not None and (facts.base is None or facts.base > self.high):
            return False
        return self.test is None or self.test(facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Rules in the order in which they work, ready to run on many listings."""

    rules: tuple[_Compiled, ...]
    fees: Fees
    uses_evidence: bool
    # Filled as brands are met: most rules of a long list are for another brand.
    by_brand: dict[str, tuple[_Compiled, ...]] = field(default_factory=dict, compare=False)

    def rules_for(self, brand: str) -> tuple[_Compiled, ...]:
        """Return the rules that may match parts of this brand, in their order."""
        found = self.by_brand.get(brand)
        if found is None:
            key = brand.lower()
            found = tuple(rule for rule in self.rules if rule.brand in {"", key})
            self.by_brand[brand] = found
        return found


def specificity(rule: PricingRule) -> int:
    """How narrow a rule's scope is: the number of things that it asks for."""
    texts = (rule.channel, rule.category_id, rule.brand, rule.part_type, rule.condition_id)
    return (
        sum(bool(text) for text in texts)
        + (rule.price_from is not None)
        + (rule.price_to is not None)
        + bool(rule.conditions)
    )


def program_of(rules: Sequence[PricingRule], *, fees: Fees) -> Program:
    """Order and prepare rules; the order in which they are given does not matter."""
    ordered = sorted(
        rules, key=lambda rule: (rule.priority, specificity(rule), rule.created_at, str(rule.pk))
    )
    return Program(
        rules=tuple(_compile(rule) for rule in ordered),
        fees=fees,
        uses_evidence=any(rule.rule_type == RuleType.COMPETITIVE for rule in rules),
    )


def evaluate(facts: Facts, program: Program, *, explain: bool = False) -> Outcome:
    """Return the listing's price by the rules that match it; no rule matching, its own price."""
    price = facts.base
    floor: Decimal | None = None
    rounding: tuple[Decimal, str] | None = None
    matched = False
    steps: list[Step] = []
    for rule in program.rules_for(facts.brand):
        if not rule.matches(facts):
            continue
        matched = True
        before = price
        if rule.margin is not None:
            lowest, words = _floor_of(rule.margin, facts, program.fees)
            if lowest is None and words:
                return Outcome(
                    price=facts.price, floor=None, lifted=False, matched=True, refused=words
                )
            floor = _higher(floor, lowest)
            words = words or f"floor {lowest}"
        elif rule.rounding is not None:
            rounding = rule.rounding
            price = None if price is None else round_to(price, *rule.rounding)
            words = f"to {rule.rounding[0]}, {rule.rounding[1]}"
        else:
            assert rule.work is not None  # noqa: S101 - a compiled rule has one of the three
            price, words = rule.work(facts, price)
            price = None if price is None else _clamped(price)
        if explain:
            steps.append(
                Step(rule_id=rule.rule_id, name=rule.name, before=before, after=price, words=words)
            )
    if not matched:
        return Outcome(price=facts.price, floor=None, lifted=False, matched=False)
    lifted = floor is not None and price is not None and price < floor
    if price is not None and floor is not None and price < floor:
        # The ending goes up from the floor; it may not take the price under it again.
        price = floor if rounding is None else round_to(floor, rounding[0], "up")
        price = min(price, MOST)
    return Outcome(price=price, floor=floor, lifted=lifted, matched=True, steps=tuple(steps))


def round_to(price: Decimal, ending: Decimal, direction: str) -> Decimal:
    """Return the price with that ending; a tie goes up, and nothing goes to zero or below."""
    down = (price - ending).to_integral_value(ROUND_FLOOR) + ending
    up = (price - ending).to_integral_value(ROUND_CEILING) + ending
    down, up = down.quantize(CENT), up.quantize(CENT)
    if up > MOST:
        up = down
    if direction == "up" or down <= 0:
        return up if up > 0 else _ONE.quantize(CENT)
    if direction == "down":
        return down
    return up if up - price <= price - down else down


def _clamped(price: Decimal) -> Decimal:
    return min(max(price.quantize(CENT, ROUND_HALF_UP), CENT), MOST)


def _higher(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return one if other is None else other
    return max(one, other)


def _floor_of(
    margin: tuple[Decimal, Decimal | None], facts: Facts, fees: Fees
) -> tuple[Decimal | None, str]:
    share, fixed_floor = margin
    by_margin: Decimal | None = None
    if facts.cost is not None:
        left = _ONE - fees.share - share
        if left <= 0:
            return None, "Fees and margin together take the whole price."
        by_margin = ((facts.cost + fees.fixed) / left).quantize(CENT, ROUND_CEILING)
        # Fees are rounded to cents, which may cost the last one.
        while by_margin - fees.of(by_margin) - facts.cost < by_margin * share:
            by_margin += CENT
        if by_margin > MOST:
            return None, "The margin needs a price that is too large."
    return _higher(by_margin, fixed_floor), ""


def margin_of(price: Decimal, cost: Decimal, fees: Fees) -> Decimal:
    """What stays of a sale after fees and cost."""
    return price - fees.of(price) - cost


def _compile(rule: PricingRule) -> _Compiled:
    values = rule.parameters
    kind = rule.rule_type
    rounding = margin = None
    work: Work | None = None
    if kind == RuleType.ROUND:
        rounding = (Decimal(values["ending"]), values.get("direction", "nearest"))
    elif kind == RuleType.MIN_MARGIN:
        margin = (_number(values["percentage"]) / _HUNDRED, _maybe(values.get("floor_price")))
    elif kind == RuleType.MARKUP:
        work = _markup(values)
    elif kind == RuleType.MARKDOWN:
        work = _markdown(values)
    else:
        work = _competitive(values)
    return _Compiled(
        rule_id=rule.pk,
        name=rule.name,
        channel=rule.channel,
        category_id=rule.category_id,
        brand=rule.brand.lower(),
        part_type=rule.part_type.lower(),
        condition_id=rule.condition_id,
        low=rule.price_from,
        high=rule.price_to,
        test=compiled(rule.conditions) if rule.conditions else None,
        work=work,
        rounding=rounding,
        margin=margin,
    )


def _markup(values: Mapping[str, Any]) -> Work:
    factor = _ONE + _number(values["percentage"]) / _HUNDRED
    amount = _maybe(values.get("amount")) or Decimal(0)
    on_cost = values.get("base", "cost") == "cost"
    words = f"+{values['percentage']} % on {'cost' if on_cost else 'price'}"

    def work(facts: Facts, price: Decimal | None) -> tuple[Decimal | None, str]:
        start = facts.cost if on_cost else price
        if start is None or start == 0:
            return price, f"{words}: no {'cost' if on_cost else 'price'} is known"
        return start * factor + amount, words

    return work


def _markdown(values: Mapping[str, Any]) -> Work:
    factor = _ONE - _number(values["percentage"]) / _HUNDRED
    amount = _maybe(values.get("amount")) or Decimal(0)
    words = f"-{values['percentage']} %"

    def work(facts: Facts, price: Decimal | None) -> tuple[Decimal | None, str]:
        del facts
        return (None if price is None else price * factor - amount), words

    return work


def _competitive(values: Mapping[str, Any]) -> Work:
    factor = _ONE - _number(values["percent_below"]) / _HUNDRED
    source = values.get("source", "any")
    least = int(values.get("minimum_count", 3))
    limit = _maybe(values.get("limit_percent"))

    def work(facts: Facts, price: Decimal | None) -> tuple[Decimal | None, str]:
        sources = facts.evidence if source == "any" else (source,)
        prices = [one for name in sources for one in facts.evidence.get(name, ())]
        if len(prices) < least:
            return price, f"{len(prices)} comparable prices, {least} are needed"
        middle = median_low(prices)
        wanted = middle * factor
        if limit is not None and facts.base is not None:
            most = facts.base * limit / _HUNDRED
            wanted = min(max(wanted, facts.base - most), facts.base + most)
        return wanted, f"median {middle} of {len(prices)}, minus {values['percent_below']} %"

    return work


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _maybe(value: Any) -> Decimal | None:
    # Floors and amounts of JSON may have more decimals than money: up, so that a floor holds.
    return None if value is None else Decimal(str(value)).quantize(CENT, ROUND_CEILING)
