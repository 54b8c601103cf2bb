"""Single readings of the matcher: what is stated, what is held back, and why."""

from __future__ import annotations

import pytest

from fitment.matching import detect
from fitment.matching.from_seed import seed_lookup
from fitment.matching.text import plain_text, tokenise
from fitment.matching.years import find_years


def read(text: str) -> list[tuple[str, int, int]]:
    found = detect(text, seed_lookup()).fitments
    return [(one.label, one.year_start, one.year_end) for one in found]


def years(text: str) -> list[list[tuple[int, int]]]:
    return [hit.ranges for hit in find_years(tokenise(plain_text(text)))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2007-2012", [[(2007, 2012)]]),
        ("07-12 Camry", [[(2007, 2012)]]),
        ("98-02", [[(1998, 2002)]]),
        ("2007 2008 2009", [[(2007, 2009)]]),
        ("2003/2004/2005 Accord", [[(2003, 2005)]]),
        ("2001-2003, 2005", [[(2001, 2003), (2005, 2005)]]),
        ("1994-95-96-97 Mustang", [[(1994, 1997)]]),
        ("2010+", [[(2010, 2010)]]),
        ("thru 2015", [[(2015, 2015)]]),
        ("(2015 to 2017)", [[(2015, 2017)]]),
        ("part 2015-A", []),
        ("84010-2005", []),
        ("$2005", []),
        ("P/N 2005", []),
        ("10-12 mm bolt", []),
        ("2012-2007", []),
        ("12/05/2020", []),
    ],
)
def test_years(text: str, expected: list[list[tuple[int, int]]]) -> None:
    assert years(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for 07-11 Camry 2.4L", [("Toyota Camry 2.4L I4", 2007, 2011)]),
        (
            "1999 2000 2001 Silverado 1500/2500",
            [("Chevrolet Silverado 1500", 1999, 2001), ("Chevrolet Silverado 2500", 1999, 2001)],
        ),
        (
            "Fits: BMW E46 325i 330i 01-06",
            [("BMW 3 Series 325i", 2001, 2006), ("BMW 3 Series 330i", 2001, 2006)],
        ),
        ("W211 E350", [("Mercedes-Benz E-Class E350", 2003, 2009)]),
        ("Mercedes s C350 2010", [("Mercedes-Benz C-Class C350", 2010, 2010)]),
        ("Toyota Cammry 2007", [("Toyota Camry", 2007, 2007)]),
        (
            "Dodge Ram 1500 2009-2018",
            [("Dodge Ram 1500", 2009, 2010), ("Ram 1500", 2011, 2018)],
        ),
        (
            ("<tr><td>2007-2012</td><td>Dodge</td><td>Caliber</td></tr>"
            "<tr><td>2008-2014</td><td>Dodge</td><td>Avenger</td></tr>"),
            [("Dodge Caliber", 2007, 2012), ("Dodge Avenger", 2008, 2014)],
        ),
        ("2005 06 07 Ford Focus", [("Ford Focus", 2005, 2007)]),
        ("2007 Ford F250 tailgate", [("Ford F-250 Super Duty", 2007, 2007)]),
        ("<p>Fits 2015&ndash;2020 <b>Toyota</b> Camry</p>", [("Toyota Camry", 2015, 2020)]),
        ("Fits 2007-2011:<li>Toyota Camry<li>Toyota Avalon", [
            ("Toyota Camry", 2007, 2011), ("Toyota Avalon", 2007, 2011),
        ]),
    ],
)  # fmt: skip
def test_vehicles(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", ["Fits 2010+ Honda Accord", "Honda Accord 2010+"])
def test_no_open_end_is_guessed(text: str) -> None:
    # given / when
    found = detect(text, seed_lookup()).fitments

    # then: the one year that is stated, marked, with the text's own words
    assert [(one.year_start, one.year_end) for one in found] == [(2010, 2010)]
    assert found[0].warnings == ("years_open",)
    assert [(item.kind, item.text) for item in found[0].qualifiers] == [("years", "2010+")]
    assert found[0].confidence < 0.8


def test_no_year_means_no_fitment_but_a_reason() -> None:
    # given / when
    found = detect("Toyota Camry alternator", seed_lookup())

    # then
    assert found.fitments == ()
    assert [(one.label, one.reason) for one in found.unresolved] == [("Toyota Camry", "no_year")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not for 2005 Civic, fits Accord 2003-2007", [("Honda Accord", 2003, 2007)]),
        (
            "Honda Civic 2006-2011 except 2008",
            [("Honda Civic", 2006, 2007), ("Honda Civic", 2009, 2011)],
        ),
        ("Does not fit Honda Civic 2006-2011", []),
    ],
)
def test_negations(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert read(text) == expected


def test_what_an_exception_leaves_out_is_kept() -> None:
    # given / when
    found = detect("Camry 2007-2011 (not for Hybrid)", seed_lookup()).fitments

    # then
    assert [(item.kind, item.text) for item in found[0].qualifiers] == [("not", "Hybrid")]


@pytest.mark.parametrize("text", ["for a C 2007-2011", "is 2010 new", "S 2012 hook", "the 3 2010"])
def test_short_names_are_never_read_without_their_make(text: str) -> None:
    assert read(text) == []


def test_a_chassis_code_against_the_years_is_shown() -> None:
    # given: the F30 was not built before 2012 (practice, point 14)
    found = detect("BMW F30 320i 2005-2008 headlight", seed_lookup()).fitments

    # then
    assert all("chassis_years_differ" in one.warnings for one in found)
    assert all(one.confidence < 0.7 for one in found)


def test_an_engine_that_could_be_several_is_kept_in_words() -> None:
    # given / when: V6 alone, of years with two V6 engines
    found = detect("Toyota Camry 2005-2010 V6", seed_lookup()).fitments

    # then: the narrowing is not lost, and none is guessed
    assert found[0].engine is None
    assert [(item.kind, item.text) for item in found[0].qualifiers] == [("engine", "V6")]


def test_the_words_that_an_alias_adds_are_kept() -> None:
    # given / when
    found = detect("2002-2006 Acura RSX Type S fan", seed_lookup()).fitments

    # then
    assert [one.model.name for one in found] == ["RSX"]
    assert [(item.kind, item.text) for item in found[0].qualifiers] == [("trim", "Type S")]


def test_hostile_text_is_only_text() -> None:
    # given: long, nested, odd
    text = "<" * 5000 + "((((" + "2007-" * 3000 + "\x00 Camry ’" + "ß" * 100

    # when / then
    assert isinstance(read(text), list)
