"""Export of searches: what stands in the files, and that they come back unchanged."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from rest_framework.test import APIClient

from listings import fields
from listings.columns import Column, Kind
from listings.files.export import ExportFormat, export_bytes
from listings.models import Listing
from listings.services import import_run, import_start
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.models import Run, RunState
from realtrack.core.redis import client as redis_client
from settings_app.models import Team, User
from tests.listings.factories import COMPLETE, make_listing, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_throttle_of_other_tests() -> None:
    redis_client().flushdb()


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def exported(api: APIClient, **query: str) -> bytes:
    answer = api.get("/api/listings/export", query)
    assert answer.status_code == 200, answer.content
    assert answer.streaming
    return answer.getvalue()


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def reimported(content: bytes, user: User) -> Run:
    run = import_start(name="f", content=content, dry_run=False, actor=Actor.person(user))
    import_run(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.error
    return run


def _value(column: Column) -> st.SearchStrategy[Any]:
    if column.allowed:
        return st.sampled_from(["", *column.allowed])
    match column.kind:
        case Kind.INTEGER:
            return st.none() | st.integers(0, 2**31 - 1)
        case Kind.DECIMAL:
            top = 100 if column.name == "vat_percent" else 99_999
            return st.none() | st.decimals(0, top, places=2)
        case Kind.BOOLEAN:
            return st.none() | st.booleans()
        case Kind.TIMESTAMP:
            return st.none() | st.datetimes(
                datetime.fromisoformat("1990-01-01"),
                datetime.fromisoformat("2090-01-01"),
                timezones=st.just(UTC),
            )
        case _:
            most = min(column.max_length or 60, 60)
            letters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
            spiced = st.sampled_from(
                ["=1+1", "'=x", "-", "@a", "+1", "a\r\nb", '"', "a\rb", "_x000D_"]
            )
            return st.text(letters, max_size=most) | spiced.filter(lambda text: len(text) <= most)


def _listing_data() -> st.SearchStrategy[dict[str, Any]]:
    wanted = {
        column.name: _value(column)
        for column in fields.by_name().values()
        if column.name not in {fields.SKU, "currency", "quantity", "title"}
    }
    names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
    values = st.lists(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20), min_size=1, max_size=3)  # fmt: skip
    wanted[fields.ITEM_SPECIFICS] = st.dictionaries(names, values, max_size=3)
    wanted["title"] = st.sampled_from(["Lamp", "=SUM(A1)", " Lamp, left ", '5" pipe', "Ä–ß"])
    return st.fixed_dictionaries(wanted)


@pytest.mark.parametrize("kind", [ExportFormat.CSV, ExportFormat.XLSX])
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(data=_listing_data())
def test_field_ours_05_an_export_comes_back_unchanged_in_all_columns(
    kind: ExportFormat, data: dict[str, Any]
) -> None:
    # given
    user = make_user()
    Listing.all_objects.all().delete()
    listing = make_listing(actor=Actor(kind=ActorKind.IMPORT), **data, stock=3)
    before = {name: getattr(listing, name) for name in fields.writable()}
    # when
    run = reimported(b"".join(export_bytes(kind, [listing], [])), user)
    # then
    assert (run.same_count, run.total) == (1, 1), list(run.items.values("after", "reason"))
    listing.refresh_from_db()
    assert {name: getattr(listing, name) for name in fields.writable()} == before
    assert listing.version == 1


def test_a_search_is_exported_whole_and_alone(api: APIClient, user: User) -> None:
    # given
    make_listing(custom_label_sku="A-1", c_brand="Denso", title="=HYPERLINK(1)")
    make_listing(custom_label_sku="A-2", c_brand="Denso", start_price="12.50")
    make_listing(custom_label_sku="B-1", c_brand="Bosch")
    team = Team.objects.create(name="Others")
    make_listing(custom_label_sku="A-3", c_brand="Denso", team_id=str(team.pk))
    # when
    rows = rows_of(exported(api, brand="Denso", format="csv", limit="1"))
    # then
    sku, title = rows[0].index("Custom label (SKU)"), rows[0].index("Title")
    assert [row[sku] for row in rows[1:]] == ["A-1", "A-2"]
    assert rows[1][title] == "'=HYPERLINK(1)"
    assert rows[2][rows[0].index("Start price")] == "12.50"
    assert len(rows[0]) == 76 + len(fields.extras()) + 3


def test_ebay_form_has_info_row_stars_and_aspects_and_comes_back(
    api: APIClient, user: User
) -> None:
    # given
    machine = Actor(kind=ActorKind.IMPORT)
    make_listing(
        actor=machine,
        **COMPLETE,
        custom_label_sku="A-1",
        action="Add",
        item_specifics={"Placement on Vehicle": ["Front", "Left"], "Brand": ["Toyota"]},
    )
    # when
    content = exported(api, format="ebay")
    # then
    info, headers, row = rows_of(content)
    assert info[0] == "Info"
    assert headers[0].startswith("*Action(SiteID=eBayMotors")
    assert "*C:Brand" in headers
    assert headers.count("C:Brand") == 0
    assert row[headers.index("C:Placement on Vehicle")] == "Front|Left"
    run = reimported(content, user)
    assert (run.same_count, run.total) == (1, 1), list(run.items.values("after", "reason"))


def test_shopify_form_has_a_row_per_photo(api: APIClient) -> None:
    # given
    make_listing(
        custom_label_sku="A/1",
        title="Lamp",
        item_photo_url="https://p.test/1.jpg|https://p.test/2.jpg",
        weight="2",
        weight_unit="kg",
        start_price="5",
    )
    # when
    headers, first, second = rows_of(exported(api, format="shopify"))
    # then
    one = dict(zip(headers, first, strict=True))
    assert (one["Handle"], one["Variant SKU"], one["Variant Price"]) == ("a-1", "A/1", "5.00")
    assert (one["Variant Grams"], one["Image Src"]) == ("2000", "https://p.test/1.jpg")
    two = {name: cell for name, cell in zip(headers, second, strict=True) if cell}
    assert two == {"Handle": "a-1", "Image Src": "https://p.test/2.jpg", "Image Position": "2"}


def test_xlsx_opens_elsewhere_and_leaves_out_what_no_cell_holds(api: APIClient) -> None:
    # given
    make_listing(custom_label_sku="A-1", title="Lamp", description="x" * 40_000)
    # when
    sheet = load_workbook(io.BytesIO(exported(api, format="xlsx"))).active
    # then
    assert sheet is not None
    headers, row = list(sheet.iter_rows(values_only=True))
    found = dict(zip(headers, row, strict=True))
    assert (found["Title"], found["Description"]) == ("Lamp", None)


def test_an_unknown_format_and_an_unknown_parameter_are_named(api: APIClient) -> None:
    for query, name in (({"format": "pdf"}, "format"), ({"colour": "red"}, "colour")):
        answer = api.get("/api/listings/export", query)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == name


def test_the_catalog_offers_its_search_as_a_file(user: User) -> None:
    # given
    make_listing(custom_label_sku="A-1", c_brand="Denso", start_price=Decimal(1))
    make_listing(custom_label_sku="B-1", c_brand="Bosch")
    browser = signed_in(user)
    # when
    page = browser.get("/listings/?q=brand:denso").content
    answer = browser.get("/listings/export/?q=brand:denso")
    # then
    assert b'href="/listings/export/?q=brand%3Adenso"' in page
    assert "attachment" in answer["Content-Disposition"]
    assert len(rows_of(answer.getvalue())) == 2
    assert browser.get("/listings/export/?format=pdf").status_code == 400
