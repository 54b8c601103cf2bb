"""Reading VINs: what is measured, and what is not claimed."""

from __future__ import annotations

import csv
import re

import pytest

from fitment.matching.from_seed import seed_lookup
from fitment.vin import check_digit_ok, vin_read, vins_read
from tests.conftest import SHARED

VINS = SHARED / "data" / "vins.csv"


def test_a_camry_with_its_reference_rows() -> None:
    # given / when
    found = vin_read("4t1bf1fk5 cu123456", seed_lookup())

    # then: read in spite of a wrong check digit, which is said
    assert (found.year, found.make, found.model, found.engine) == (
        2012, "Toyota", "Camry", "2.5L I4",
    )  # fmt: skip
    assert found.model_ref is not None
    assert found.model_ref.slug == "camry"
    assert not found.valid
    assert "check digit" in found.problem


@pytest.mark.parametrize(
    ("vin", "problem"),
    [
        ("", "17 characters"),
        ("1234", "17 characters; this has 4"),
        ("JH4KA2541HCO21008", "no I, O or Q"),
        ("JH4KA2541HC02100Ä", "only letters and digits"),
        ("x" * 5000, "17 characters"),
    ],
)
def test_what_is_no_vin_says_why(vin: str, problem: str) -> None:
    # given / when
    found = vin_read(vin, seed_lookup())

    # then
    assert not found.valid
    assert problem in found.problem
    assert (found.make, found.model, found.year) == ("", "", None)


def test_a_european_car_gives_its_maker_and_no_more() -> None:
    # given / when
    found = vin_read("VF1ABCDEF12345678", seed_lookup())

    # then: no check digit is demanded, nothing is guessed
    assert (found.valid, found.make, found.model, found.year) == (True, "Renault", "", None)
    assert found.rests_on == "maker"


def test_check_digit() -> None:
    assert check_digit_ok("1M8GDM9AXKP042788")
    assert not check_digit_ok("1M8GDM9AYKP042788")


def test_vins_of_public_test_suites() -> None:
    # given
    if not VINS.exists():
        pytest.skip("the shared VINs are not here")
    with VINS.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))

    # when
    found = vins_read([row["vin"] for row in rows], seed_lookup())

    # then: measured 108, 108, 108 of 108 and 98 of 98
    pairs = list(zip(found, rows, strict=True))
    assert all(one.valid for one, _ in pairs)
    assert [row["vin"] for one, row in pairs if str(one.year) != row["year"]] == []
    assert [row["vin"] for one, row in pairs if one.make.lower() != row["make"].lower()] == []
    models = [
        row["vin"]
        for one, row in pairs
        if not one.model
        or not (
            row["model"].lower().startswith(one.model.lower())
            or one.model.lower().startswith(row["model"].lower())
        )
    ]
    assert models == []
    engines = [
        row["vin"]
        for one, row in pairs
        if (litres := re.match(r"(\d+\.\d)L", row["engine"]))
        and (one.litres is None or abs(float(one.litres) - float(litres[1])) > 0.06)
    ]
    assert engines == []
    assert sum(one.model_ref is not None for one in found) >= 105
    assert sum(one.engine_ref is not None for one in found) >= 81
