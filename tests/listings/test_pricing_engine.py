"""The engine's promises, on random rules and listings, and its arithmetic on known ones."""

from __future__ import annotations

import datetime
import random
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listings.pricing.engine import (
    Facts,
    Fees,
    Outcome,
    evaluate,
    margin_of,
    program_of,
    round_to,
)
from settings_app.models import PricingRule
from settings_app.schemas import RULES, check, check_conditions

FEES = Fees(share=Decimal("0.1325"), fixed=Decimal("0.40"))
BORN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def rule(kind: str, parameters: dict[str, Any], **more: Any) -> PricingRule:
    check(RULES[kind], parameters, field="parameters")
    check_conditions(more.get("conditions", {}))
    made = PricingRule(name=kind, rule_type=kind, parameters=parameters, **more)
    made.created_at = more.get("created_at", BORN)
    return made


def facts(**more: Any) -> Facts:
    price = more.pop("price", Decimal("50.00"))
    values: dict[str, Any] = {
        "id": uuid.uuid4(), "price": price, "base": price, "cost": Decimal("20.00"),
    }  # fmt: skip
    return Facts(**{**values, **more})


def run(rules: list[PricingRule], **more: Any) -> Outcome:
    return evaluate(facts(**more), program_of(rules, fees=FEES), explain=True)


money = st.decimals(min_value="0.01", max_value="20000", places=2)
percent = st.integers(0, 95)
scope = st.fixed_dictionaries(
    {},
    optional={
        "brand": st.sampled_from(["Denso", "Bosch"]),
        "price_from": money,
        "priority": st.integers(-3, 3),
        "conditions": st.sampled_from(
            [
                {"field": "days_listed", "op": ">", "value": 30},
                {"not": {"any": [{"field": "stock", "op": "<=", "value": 1}]}},
                {"field": "price", "op": "<", "value": 100.5},
            ]
        ),
        "created_at": st.integers(0, 99).map(lambda days: BORN + datetime.timedelta(days=days)),
    },
)
kinds = st.one_of(
    st.tuples(st.just("markup"), st.fixed_dictionaries(
        {"percentage": st.integers(0, 300)},
        optional={"base": st.sampled_from(["cost", "price"]), "amount": money.map(str)},
    )),
    st.tuples(st.just("markdown"), st.fixed_dictionaries(
        {"percentage": percent}, optional={"amount": money.map(str)})),
    st.tuples(st.just("round"), st.fixed_dictionaries(
        {"ending": st.sampled_from(["0.99", "0.95", "0.00"])},
        optional={"direction": st.sampled_from(["up", "down", "nearest"])},
    )),
    st.tuples(st.just("min_margin"), st.fixed_dictionaries(
        {"percentage": percent}, optional={"floor_price": money.map(str)})),
    st.tuples(st.just("competitive"), st.fixed_dictionaries(
        {"percent_below": st.integers(-50, 95)},
        optional={"minimum_count": st.integers(1, 4), "limit_percent": st.integers(0, 50)},
    )),
)  # fmt: skip
rules_made = st.lists(st.builds(lambda kind, more: rule(*kind, **more), kinds, scope), max_size=8)
listings = st.builds(
    facts,
    price=st.none() | money,
    cost=st.none() | money,
    brand=st.sampled_from(["Denso", "Bosch", ""]),
    stock=st.integers(0, 5),
    days_listed=st.none() | st.integers(0, 400),
    evidence=st.fixed_dictionaries({}, optional={"listed": st.lists(money, max_size=5)}),
)


@settings(max_examples=400, deadline=None)
@given(rules_made, listings, st.randoms(use_true_random=False))
def test_what_holds_whatever_the_rules(
    rules: list[PricingRule], listing: Facts, shuffler: random.Random
) -> None:
    # when
    program = program_of(rules, fees=FEES)
    found = evaluate(listing, program, explain=True)
    # then: two decimals, above zero, in the column
    price = found.price
    if price is not None:
        assert price.as_tuple().exponent == -2
        assert Decimal(0) < price <= Decimal("99999999.99")
    # never under the floor, nor under any least margin that applied
    if found.matched and not found.refused and price is not None:
        assert found.floor is None or price >= found.floor
        for one in program.rules:
            if one.margin and one.matches(listing):
                share, floor = one.margin
                assert floor is None or price >= floor
                if listing.cost is not None:
                    assert margin_of(price, listing.cost, FEES) >= price * share
    # the order in which rules are given does not matter
    shuffled = list(rules)
    shuffler.shuffle(shuffled)
    assert evaluate(listing, program_of(shuffled, fees=FEES), explain=True) == found
    # running again on its own result changes nothing
    again = evaluate(replace(listing, price=price), program, explain=True)
    assert again == found if found.matched and not found.refused else again.price == price


@settings(max_examples=200, deadline=None)
@given(
    money,
    st.sampled_from([Decimal("0.99"), Decimal("0.95"), Decimal("0.00")]),
    st.sampled_from(["up", "down", "nearest"]),
)
def test_rounding_ends_as_asked_and_is_idempotent(
    price: Decimal, ending: Decimal, direction: str
) -> None:
    done = round_to(price, ending, direction)
    assert done % 1 == ending
    assert round_to(done, ending, direction) == done
    assert abs(done - price) <= 1


@pytest.mark.parametrize(
    ("price", "ending", "direction", "wanted"),
    [
        ("24.50", "0.99", "up", "24.99"), ("24.50", "0.99", "down", "23.99"),
        ("24.50", "0.99", "nearest", "24.99"), ("24.99", "0.99", "up", "24.99"),
        ("24.30", "0.95", "nearest", "23.95"), ("24.50", "0.00", "nearest", "25.00"),
        ("0.40", "0.99", "down", "0.99"), ("0.40", "0.00", "down", "1.00"),
    ],
)  # fmt: skip
def test_rounding(price: str, ending: str, direction: str, wanted: str) -> None:
    assert round_to(Decimal(price), Decimal(ending), direction) == Decimal(wanted)


@pytest.mark.parametrize(
    ("kind", "parameters", "wanted"),
    [
        ("markup", {"percentage": 50}, "30.00"),
        ("markup", {"percentage": 50, "base": "price"}, "75.00"),
        ("markup", {"percentage": 10, "amount": "1.50"}, "23.50"),
        ("markdown", {"percentage": 10}, "45.00"),
        ("markdown", {"percentage": 0, "amount": "60.00"}, "0.01"),
        ("round", {"ending": "0.99"}, "49.99"),
        # (20 + 0.40) / (1 - 0.1325 - 0.5) = 55.51
        ("min_margin", {"percentage": 50}, "55.52"),
        ("min_margin", {"percentage": 0, "floor_price": 60}, "60.00"),
        ("competitive", {"percent_below": 5}, "38.00"),
        ("competitive", {"percent_below": 5, "limit_percent": 10}, "45.00"),
        ("competitive", {"percent_below": 5, "minimum_count": 9}, "50.00"),
    ],
)
def test_each_type_alone(kind: str, parameters: dict[str, Any], wanted: str) -> None:
    prices = [Decimal(one) for one in ("39.00", "40.00", "90.00")]
    found = run([rule(kind, parameters)], evidence={"listed": prices})
    assert found.price == Decimal(wanted)
    assert len(found.steps) == 1


def test_priority_then_specificity_then_age_and_the_floor_wins_last() -> None:
    first = rule("markup", {"percentage": 100}, priority=0)
    wide = rule("markdown", {"percentage": 10}, priority=1)
    narrow = rule("round", {"ending": "0.99", "direction": "down"}, priority=1, brand="denso")
    floor = rule("min_margin", {"percentage": 0, "floor_price": "36.00"}, priority=-5)
    found = run([narrow, floor, wide, first], brand="Denso")
    assert [step.name for step in found.steps] == ["min_margin", "markup", "markdown", "round"]
    # 40.00, 36.00, 35.99, lifted to 36.00 and up to the ending
    assert (found.price, found.lifted) == (Decimal("36.99"), True)


def test_what_is_not_known_matches_no_condition() -> None:
    views = rule(
        "markdown", {"percentage": 10}, conditions={"field": "views", "op": "<", "value": 5}
    )
    assert not run([views]).matched
    assert run([views], views=3).price == Decimal("45.00")


def test_a_margin_that_fees_make_impossible_refuses_the_row() -> None:
    found = run([rule("min_margin", {"percentage": 90})])
    assert found.price == Decimal("50.00")
    assert "take the whole price" in found.refused
