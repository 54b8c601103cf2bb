"""Titles: one composer, at most 80 characters, years to condition, never a word cut."""

from __future__ import annotations

import pytest

from listings.titles import MAX_LENGTH, TitleFacts, compose
from tests.listings.title_cases import CASES as FIRST_CASES
from tests.listings.title_cases_more import MORE_CASES

CASES = [*FIRST_CASES, *MORE_CASES]


@pytest.mark.parametrize(
    ("facts", "title"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_practice_09_titles(facts: TitleFacts, title: str) -> None:
    assert compose(facts).title == title
    assert len(title) <= MAX_LENGTH


def test_practice_09_there_are_sixty_cases_and_more() -> None:
    assert len(CASES) >= 60
    assert len({case[0] for case in CASES}) == len(CASES)


def test_practice_09_pieces_go_in_a_set_order() -> None:
    # given
    facts = TitleFacts(
        part_name="Heated Folding Door Mirror With Camera And Memory",
        make="Volkswagen",
        model="Passat",
        years=(2014, 2019),
        trim="Highline",
        engine="2.0L",
        position="Left",
        numbers=("3G0857507A",),
        condition_id="3000",
    )
    # when
    composed = compose(facts)
    # then
    assert composed.dropped == ("engine", "trim", "condition", "number", "years")
    assert "Heated Folding Door Mirror With Camera And Memory" in composed.title


def test_practice_09_the_composer_is_deterministic() -> None:
    facts = TitleFacts(
        part_name="Grille",
        make="Bently",
        fitments=(("Bentley", "Azure"), ("Benz", "C")),
    )
    assert {compose(facts).title for _ in range(20)} == {"Bentley Grille"}


def test_practice_11_source_and_description_are_no_facts_of_a_title() -> None:
    names = set(TitleFacts.__dataclass_fields__)
    assert names.isdisjoint({"source", "description", "part_source"})
