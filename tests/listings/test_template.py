"""A category template filled: what is kept of it, what is written, what is left out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import etree
from rest_framework.test import APIClient

from fitment.models import FitmentMake, FitmentModel, PartFitment
from listings.files.book import open_tables
from listings.files.headers import plan_of
from listings.files.rows import PartRow, Tally, part_rows
from listings.files.xlsx_file import Workbook
from listings.models import Listing
from settings_app.models import User
from tests.listings.factories import make_listing, make_user, signed_in

pytestmark = pytest.mark.django_db
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADERS = (
    "*Action(SiteID=eBayMotors|Country=US|Currency=USD|Version=1193)", "Custom label (SKU)",
    "Category ID", "Title", "Relationship", "Relationship details", "Start price", "Quantity",
    "Condition ID", "*C:Material", "Shipping profile name", "Sparkle",
)  # fmt: skip
SHARED = ("3000-Used", "1000-New", "Ground, free - (ID: 123456789)")
AFTER = '<dataValidations count="1"><dataValidation sqref="I5:I100000"/></dataValidations>'


def sheet(*, formulas: int = 12, filled: str = "") -> str:
    """A sheet as eBay makes it: notes above, headers in row 4, formulas far down."""
    rows = [
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>#INFO</t></is></c></row>' for n in (1, 2, 3)
    ]
    cells = "".join(
        f'<c r="{chr(65 + place)}4" s="3" t="inlineStr"><is><t>{text}</t></is></c>'
        for place, text in enumerate(HEADERS)
    )
    rows.append(f'<row r="4" spans="1:12" ht="30">{cells}</row>')
    if filled:
        rows.append(
            f'<row r="5"><c r="B5" t="inlineStr"><is><t>{filled}</t></is></c>'
            '<c r="D5" t="inlineStr"><is><t>Was there</t></is></c></row>'
        )
    rows += [
        f'<row r="{n}" spans="1:12"><c r="C{n}" s="7"><f>IF(A{n}="",0,33710)</f><v>0</v></c>'
        f'<c r="L{n}" s="9"/></row>'
        for n in range(6 if filled else 5, 5 + formulas)
    ]
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}" xmlns:r="{_RELS}"><dimension ref="A1:B4"/>'
        f'<cols><col min="1" max="2" width="40"/></cols><sheetData>{"".join(rows)}</sheetData>'
        f"{AFTER}</worksheet>"
    )


def template(sheets: dict[str, str] | None = None) -> bytes:
    """The workbook around these sheets, with the styles that openpyxl refuses."""
    given = sheets or {"Listings": sheet()}
    found = io.BytesIO()
    entries, links = [], []
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as book:
        for place, (name, xml) in enumerate(given.items(), start=1):
            state = ' state="hidden"' if name == "Hidden" else ""
            entries.append(f'<sheet name="{name}" sheetId="{place}"{state} r:id="rId{place}"/>')
            links.append(
                f'<Relationship Id="rId{place}" Type="{_RELS}/worksheet"'
                f' Target="worksheets/sheet{place}.xml"/>'
            )
            book.writestr(f"xl/worksheets/sheet{place}.xml", xml)
        links.append(f'<Relationship Id="rId90" Type="{_RELS}/calcChain" Target="calcChain.xml"/>')
        book.writestr(
            "[Content_Types].xml",
            '<Types><Override PartName="/xl/calcChain.xml" ContentType="x.calcChain+xml"/></Types>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>{"".join(entries)}</sheets>'
            "</workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{''.join(links)}</Relationships>",
        )
        book.writestr(
            "xl/calcChain.xml", f'<calcChain xmlns="{_MAIN}"><c r="C5" i="1"/></calcChain>'
        )
        book.writestr(
            "xl/styles.xml",
            '<styleSheet><fonts><font><family val="34"/></font></fonts></styleSheet>',
        )
        texts = "".join(f"<si><t>{text}</t></si>" for text in SHARED)
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{texts}</sst>')
    return found.getvalue()


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def part(**more: Any) -> Listing:
    values: dict[str, Any] = {
        "title": "Left mirror",
        "custom_label_sku": "M-1",
        "start_price": "89.90",
        "category_id": "33710",
        "condition_id": "3000",
        "shipping_profile_name": "Ground, free",
        "item_specifics": {"Material": ["Glass", "Steel"], "Color": ["Red"]},
    }
    return make_listing(**{**values, **more})


def fits(listing: Listing) -> None:
    make = FitmentMake.objects.create(name="Testmake", slug="testmake")
    model = FitmentModel.objects.create(make=make, name="Testmodel", slug="testmodel")
    PartFitment.objects.create(
        listing=listing, make=make, model=model, year_start=2015, year_end=2016,
        source="manual", verified=True,
    )  # fmt: skip


def fill(api: APIClient, content: bytes, name: str = "cat.xlsx", query: str = "") -> bytes:
    answer = api.post(
        f"/api/listings/export/template{query}",
        {"file": SimpleUploadedFile(name, content)},
        format="multipart",
    )
    assert answer.status_code == 200, answer
    return body_of(answer)


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def parts_in(content: bytes, folder: Path) -> list[PartRow]:
    path = folder / "filled"
    path.write_bytes(content)
    with open_tables(path, name="x") as tables:
        return list(part_rows([(one, plan_of(one.headers, {})) for one in tables], Tally()))


def member(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read(name)


def test_a_part_stands_below_the_headers_as_the_template_spells_it(
    api: APIClient, tmp_path: Path
) -> None:
    # given
    listing = part()
    fits(listing)
    # when
    filled = fill(api, template())
    # then
    [found] = parts_in(filled, tmp_path)
    assert (found.number, found.fault) == (5, "")
    assert found.data == {
        "action": "Add",
        "custom_label_sku": "M-1",
        "category_id": "33710",
        "title": "Left mirror",
        "start_price": "89.9",
        "condition_id": "3000",
        "shipping_profile_name": "Ground, free",
    }
    assert found.aspects == {"Material": ["Glass", "Steel"]}
    assert [one["Year"] for one in found.vehicles] == ["2015", "2016"]
    path = tmp_path / "filled"
    with Workbook(path) as book:
        row = next(one for one in book.rows("xl/worksheets/sheet1.xml") if one.number == 5)
    assert (row.cells[8], row.cells[10]) == (SHARED[0], SHARED[2])


def test_all_else_of_the_template_stays_byte_for_byte(api: APIClient) -> None:
    # given
    part()
    before = template()
    # when
    filled = fill(api, before)
    # then: notes, headers, untouched rows and what stands behind the rows
    old, new = (member(one, "xl/worksheets/sheet1.xml").decode() for one in (before, filled))
    assert new.startswith(old[: old.index('<row r="5"')])
    assert new.endswith(old[old.index('<row r="6"') :])
    for name in ("xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml"):
        assert member(filled, name) == member(before, name)
    # the cell keeps its style, the list of formulas is made anew by the spreadsheet
    row = etree.fromstring(new.encode()).find(f".//{{{_MAIN}}}row[@r='5']")
    assert row is not None
    cells = {one.get("r"): one for one in row}
    assert (cells["C5"].get("s"), cells["C5"].find(f"{{{_MAIN}}}f")) == ("7", None)
    assert cells["L5"].get("s") == "9"
    assert list(cells) == sorted(cells)
    with zipfile.ZipFile(io.BytesIO(filled)) as book:
        assert "xl/calcChain.xml" not in book.namelist()
        assert b"calcChain" not in book.read("[Content_Types].xml")
        assert b"calcChain" not in book.read("xl/_rels/workbook.xml.rels")


def test_more_parts_than_prepared_rows_and_rows_that_stand_there(
    api: APIClient, tmp_path: Path
) -> None:
    # given: one row is filled by hand, two more are prepared
    for number in range(5):
        part(custom_label_sku=f"M-{number}", title=f"Mirror {number} <&> =1")
    # when
    filled = fill(api, template({"Listings": sheet(formulas=3, filled="HAND")}))
    # then
    found = parts_in(filled, tmp_path)
    assert [one.data["custom_label_sku"] for one in found] == [
        "HAND",
        *(f"M-{n}" for n in range(5)),
    ]
    assert [one.number for one in found] == [5, 6, 7, 8, 9, 10]
    assert found[1].data["title"] == "Mirror 0 <&> =1"


def test_each_part_goes_to_the_sheet_of_its_category_and_the_rest_is_named(
    user: User, api: APIClient, tmp_path: Path
) -> None:
    # given
    part(custom_label_sku="LAMP", category_id="33710")
    part(custom_label_sku="MIRROR", category_id="33649")
    part(custom_label_sku="DOOR", category_id="179850")
    book = template({"Cat-33710": sheet(), "Hidden": sheet(), "Cat-33649": sheet()})
    # when
    filled = fill(api, book)
    # then
    found = [(one.sheet, one.data["custom_label_sku"]) for one in parts_in(filled, tmp_path)]
    assert found == [("Cat-33710", "LAMP"), ("Cat-33649", "MIRROR")]
    # and the page says so before anything is downloaded
    page = signed_in(user).post(
        "/listings/export/template/",
        {"file": SimpleUploadedFile("cat.xlsx", book), "step": "check"},
        headers={"HX-Request": "true"},
    )
    text = page.content.decode()
    assert "2 parts fit in." in text
    assert (
        '1 left out, because no sheet is of their category: <span class="code">DOOR</span>' in text
    )
    assert "Sparkle" in text


def test_a_csv_template_keeps_its_lines_separator_and_line_ends(api: APIClient) -> None:
    # given
    part(title='Mirror "LH"; left')
    head = (
        "Info;Version=1.0.0;Template=fx_category\n*Action(SiteID=US);CustomLabel;*Title;*C:Brand\n"
    )
    # when
    filled = fill(api, ("\ufeff" + head).encode(), name="fx.csv")
    # then
    assert filled.decode("utf-8") == "\ufeff" + head + 'Add;M-1;"Mirror ""LH""; left";\n'


def test_the_search_of_the_address_says_which_parts(api: APIClient, tmp_path: Path) -> None:
    # given
    part(custom_label_sku="A-1", c_brand="Denso")
    part(custom_label_sku="B-1", c_brand="Bosch")
    # when
    filled = fill(api, template(), query="?brand=Denso")
    # then
    assert [one.data["custom_label_sku"] for one in parts_in(filled, tmp_path)] == ["A-1"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "This is no category template"),
        (b"SKU,Title\nA,B\n", "This is no category template"),
        (b"PK\x03\x04 broken", "The file is damaged"),
    ],
    ids=["empty", "own-sheet", "broken"],
)
def test_what_is_no_template_is_refused_with_what_would_help(
    api: APIClient, user: User, content: bytes, reason: str
) -> None:
    # when
    answer = api.post(
        "/api/listings/export/template",
        {"file": SimpleUploadedFile("x.csv", content)},
        format="multipart",
    )
    # then
    assert answer.status_code == 400
    assert reason in answer.json()["errors"][0]["detail"]
    page = signed_in(user).post(
        "/listings/export/template/", {"file": SimpleUploadedFile("x.csv", content)}
    )
    assert page.status_code == 422


def test_the_page_downloads_the_filled_file(user: User, tmp_path: Path) -> None:
    # given
    part()
    client = signed_in(user)
    # when
    shown = client.get("/listings/export/template/?q=mirror").content.decode()
    done = client.post(
        "/listings/export/template/?q=mirror",
        {"file": SimpleUploadedFile("cat.xlsx", template()), "step": "fill"},
    )
    # then
    assert "1 part of the catalog, as it was narrowed, goes into the template." in shown
    assert done["Content-Disposition"] == 'attachment; filename="cat-filled.xlsx"'
    assert len(parts_in(body_of(done), tmp_path)) == 1
