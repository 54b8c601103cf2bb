"""What rows of sheets say: titles, types and sides against truth, and odd cells one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingestion.reference import reference
from ingestion.services.library import name_key, photo_keys
from ingestion.sheets import columns
from ingestion.sheets.facts import CarFacts, Known, RowFacts, facts_of, numbers_of, row_key
from tests.ingestion import sheet_truth

CAMRY = CarFacts(year=2014, make="Toyota", model="Camry")


def facts(known: dict[str, Known] | None = None, car: CarFacts = CAMRY, **given: str) -> RowFacts:
    return facts_of(given, car=car, known=known or {}, tables=reference())


def doubts(found: RowFacts) -> set[str]:
    return {one.field for one in found.evidence if one.doubt}


def test_titles_types_and_sides_against_truth() -> None:
    # given
    rows = list(sheet_truth.rows())
    assert len(rows) >= 300
    # when
    read = [(row, facts_of(row.given, car=CAMRY, known={}, tables=reference())) for row in rows]
    titles = [(row.given, row.title, one.title) for row, one in read if row.title != one.title]
    types = [(row.given, one.part_type) for row, one in read if row.part_type != one.part_type]
    sides = [(row.given, one.side) for row, one in read if row.side != one.side]
    # then
    assert len(titles) <= 0.02 * len(rows), titles
    assert len(types) <= 0.05 * len(rows), types
    assert len(sides) <= 0.02 * len(rows), sides
    assert all(len(one.title) <= 80 and "Used" in one.title for _, one in read)


def test_a_name_that_says_nothing_waits_and_the_catalog_may_know_it() -> None:
    # given
    known = {"123": Known(part_type="Alternator", brand="Denso", parts=2)}
    # when
    alone, helped = facts(number="123", name="Unknown"), facts(known, number="1-2-3", name="part")
    # then
    assert (alone.waits, alone.title) == (True, "")
    assert not helped.waits
    assert (helped.part_type, helped.brand) == ("Alternator", "Denso")
    assert helped.title == "2014 Toyota Camry Alternator 1-2-3 Used"


def test_a_short_typed_number_is_a_number() -> None:
    found = facts(number="7", name="Relay")
    assert (found.number, doubts(found)) == ("7", set())


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("81150-06B40 / 81150-06B41", ["81150-06B40", "81150-06B41"]),
        ("OEM: 81150-06B40", ["81150-06B40"]),
        ("P/N 234 4209", ["234 4209"]),
        ("n/a", []),
        ("Does Not Apply", []),
        (sheet_truth.VIN, []),
        ("1.2346E+11", []),
        ("8115006.0", ["8115006"]),
        ("'0012345", ["0012345"]),
        ("A1;A-1;B2", ["A1", "B2"]),
    ],
)
def test_numbers_of_a_cell(cell: str, numbers: list[str]) -> None:
    assert numbers_of({"number": cell}) == numbers


def test_a_number_that_a_spreadsheet_broke_is_named() -> None:
    found = facts(number="1.2346E+11", name="Alternator")
    assert found.numbers == ()
    assert "broken" in next(one.why for one in found.evidence if one.field == "number")
    assert "number" in doubts(found)


def test_a_number_within_the_name_is_taken_with_a_doubt() -> None:
    found = facts(name="Alternator 27060-0V010")
    assert found.title == "2014 Toyota Camry Alternator 27060-0V010 Used"
    assert "number" in doubts(found)


def test_the_make_is_the_donors_and_a_parts_maker_is_a_brand() -> None:
    # given / when
    found = facts(number="A1", name="Bosch Alternator", brand="Bosch", make="Infiniti")
    # then
    assert found.brand == "Bosch"
    assert found.title.startswith("2014 Toyota Camry ")
    assert facts(number="A1", name="Alternator", brand="Genuine").brand == "Toyota"


def test_no_year_no_year_in_the_title() -> None:
    found = facts(car=CarFacts(make="Toyota", model="Camry"), number="A1", name="Hood")
    assert found.title == "Toyota Camry Hood A1 Used"


def test_a_name_of_120_characters_is_never_cut_within_a_word() -> None:
    name = "Alternator " + "with bracket and pulley " * 5
    found = facts(number="27060-0V010", name=name[:120])
    assert len(found.title) <= 80
    assert "Alternator" in found.title
    assert set(found.title.split()) <= set(f"2014 Toyota Camry {name} 27060-0V010 Used".split())


@pytest.mark.parametrize(
    ("cell", "price"),
    [("$1,234.50", "1234.50"), ("89", "89.00"), ("1.234,50 €", "1234.50"), ("call", None),
     ("0", None), ("n/a", None), ("", None), ("-5", None)],
)  # fmt: skip
def test_prices_of_a_cell(cell: str, price: str | None) -> None:
    assert facts(name="Hood", price=cell).price == (None if price is None else Decimal(price))


@pytest.mark.parametrize(
    ("cell", "quantity", "fault"),
    [("", 1, ""), ("4", 4, ""), ("2 pcs", 2, ""), ("x3", 3, ""), ("1.0", 1, ""), ("0", 0, ""),
     ("-1", 1, "Quantity"), ("many", 1, "Quantity")],
)  # fmt: skip
def test_quantities_of_a_cell(cell: str, quantity: int, fault: str) -> None:
    found = facts(name="Hood", quantity=cell)
    assert found.quantity == quantity
    assert found.fault.startswith(fault)
    assert bool(found.fault) == bool(fault)


def test_a_row_without_number_and_name_is_refused() -> None:
    assert "Neither" in facts(price="5").fault
    assert "Neither" in facts(name="OEM", number="n/a").fault


def test_the_columns_words_against_the_names_words_are_a_doubt() -> None:
    # given / when
    found = facts(number="A1", name="LH Headlight", side="RH")
    # then
    assert (found.side, doubts(found)) == ("right", {"side"})


def test_the_catalog_against_the_row_is_a_doubt() -> None:
    found = facts(
        {"A1": Known(part_type="Starter Motor", parts=3)}, number="A-1", name="Alternator"
    )
    assert found.part_type == "Alternator"
    assert "part type" in doubts(found)


def test_photos_by_name_address_and_the_25th_is_named() -> None:
    urls = " ".join(f"https://x.test/{n}.jpg" for n in range(25))
    found = facts(name="Hood", photos=f"{urls}|IMG_1.jpg; 234-4209_2.JPG")
    assert len(found.photo_urls) == 24
    assert found.photo_names == ("IMG_1.jpg", "234-4209_2.JPG")
    assert any("photo 25" in one.why and one.doubt for one in found.evidence)


@pytest.mark.parametrize(
    ("name", "folder", "key"),
    [
        ("234-4209.jpg", "", "2344209"),
        ("234 4209_2.JPG", "", "2344209"),
        ("2344209 (3).jpeg", "", "2344209"),
        ("front_234-4209_a.png", "", "2344209"),
        ("1.jpg", "Camry/234.4209", "2344209"),
    ],
)
def test_what_a_photos_name_may_mean(name: str, folder: str, key: str) -> None:
    assert key in photo_keys(name, folder)


def test_a_files_name_is_compared_without_ending_and_separators() -> None:
    assert name_key("C:\\\\pics\\\\IMG 12-3.JPG") == name_key("img_123.jpeg")


def test_a_rows_key_is_its_sku_its_number_or_its_name() -> None:
    assert row_key({"sku": "ab-1", "number": "X1"}) == "sku:AB-1"
    assert row_key({"number": "81150-06B40"}) == row_key({"number": "8115006b40"})
    assert row_key({"name": "Hood", "side": "L"}) != row_key({"name": "Hood", "side": "R"})


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (("Part #", "Description", "Price ($)"), ["number", "name", "price"]),
        (("Teilenummer", "Bezeichnung", "Preis", "Lagerplatz"), ["number", "name", "price", "bin"]),
        (("OEM Number", "Part Number", "Name"), ["number", "numbers", "name"]),
        (("SKU", "Type", "Photo URL", "Foo"), ["sku", "name", "photos", ""]),
        (("Year", "Make", "Model", "Part"), ["year", "make", "model", "name"]),
    ],
)
def test_columns_by_their_headers(headers: tuple[str, ...], names: list[str]) -> None:
    assert columns.columns_of(headers, {}) == names
