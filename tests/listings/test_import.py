"""Import of files: what is read, what becomes of each row, and what is refused at once."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from listings.models import Listing, ListingProposal
from listings.services import (
    import_run,
    import_start,
    listing_delete,
    listing_update,
)
from realtrack.core import registry
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import InvalidInput
from realtrack.core.models import Run, RunState
from realtrack.core.redis import client as redis_client
from realtrack.core.registry import SinkResult
from settings_app.models import Team, User
from tests.listings.factories import make_listing, make_user, signed_in
from tests.listings.files import csv_file, xlsx_file

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


def imported(
    content: bytes,
    user: User,
    *,
    dry_run: bool = False,
    mapping: Mapping[str, str] | None = None,
) -> Run:
    """Start an import and do the worker's part."""
    run = import_start(
        name="parts.csv",
        content=content,
        dry_run=dry_run,
        mapping=mapping,
        actor=Actor.person(user),
    )
    import_run(run_id=run.pk)
    return Run.objects.get(pk=run.pk)


def items(run: Run) -> list[tuple[str, str]]:
    return [(item.state, item.reason) for item in run.items.order_by("position")]


def counts(run: Run) -> tuple[int, int, int, int, int]:
    return (run.created_count, run.changed_count, run.same_count, run.refused_count, run.total)


@pytest.fixture
def vehicles(monkeypatch: pytest.MonkeyPatch) -> dict[uuid.UUID, list[Mapping[str, str]]]:
    """What the sink of an upper app was handed."""
    found: dict[uuid.UUID, list[Mapping[str, str]]] = {}

    def sink(listing_id: uuid.UUID, rows: Sequence[Mapping[str, str]], actor: Actor) -> SinkResult:
        new = [row for row in rows if row not in found.get(listing_id, [])]
        found.setdefault(listing_id, []).extend(new)
        return SinkResult(added=len(new))

    monkeypatch.setattr(registry.import_sinks, "_values", {"test": sink})
    return found


def test_the_api_takes_a_file_and_answers_the_job(api: APIClient, user: User) -> None:
    # when
    answer = api.post(
        "/api/listings/import",
        {"file": SimpleUploadedFile("p.csv", csv_file("SKU,Title", "A-1,Lamp")), "dryRun": "true"},
        format="multipart",
    )
    # then
    assert answer.status_code == 202, answer.content
    import_run(run_id=uuid.UUID(answer.json()["jobId"]))
    job = api.get(f"/api/jobs/{answer.json()['jobId']}").json()
    assert job["state"] == "done"
    assert {name: job["result"][name] for name in ("new", "same", "total", "fitments")} == {
        "new": 1, "same": 0, "total": 1, "fitments": 0,
    }  # fmt: skip
    assert not Listing.objects.exists()  # a dry run stores nothing


def test_file_exchange_form_with_its_vehicles(
    user: User, vehicles: dict[uuid.UUID, list[Mapping[str, str]]]
) -> None:
    # given
    content = csv_file(
        "Info,Version=1.0.0,Template=fx_category_template_EBAY_US",
        "*Action(SiteID=eBayMotors|Country=US|Currency=USD|Version=1193),CustomLabel,*Category,"
        "*Title,*StartPrice,*Quantity,PicURL,*C:Brand,C:Placement on Vehicle,ShippingProfileName,"
        "Relationship,RelationshipDetails,*Description",
        'Add,9123875_BLACK,33710,Left lamp,"$1,164.50",0,https://p.test/1.jpg,Opel,Front|Left,'
        'Ground\u00a0free - (ID: 123456789012),,,"<style>a</style>\n<p>Lamp</p>"',
        ",,,,,,,,,,Compatibility,Make=Opel|Model=Astra|Year=2008,",
        ",,,,,,,,,,Compatibility,Make=Opel|Model=Astra|Year=2009,",
        ",,,,,,,,,,Compatibility,Make=Opel|Model=Astra|Year=2009,",
        "Add,2,33710,Other,5,1,,,,,,,",
    )
    # when
    run = imported(content, user)
    # then
    assert run.state == RunState.DONE, run.error
    assert counts(run) == (2, 0, 0, 0, 2)
    listing = Listing.objects.get(custom_label_sku="9123875_BLACK")
    assert listing.start_price == Decimal("1164.50")
    assert listing.c_brand == "Opel"
    assert listing.item_specifics == {"Placement on Vehicle": ["Front", "Left"]}
    assert listing.shipping_profile_name == "Ground free"
    assert listing.description == "<style>a</style>\n<p>Lamp</p>"
    assert listing.person_fields == []
    assert vehicles == {
        listing.pk: [
            {"Make": "Opel", "Model": "Astra", "Year": "2008"},
            {"Make": "Opel", "Model": "Astra", "Year": "2009"},
        ]
    }
    assert run.result["fitments"] == 2
    assert run.result["vehicle_rows"] == 3
    assert run.result["repeated_vehicle_rows"] == 1
    assert items(run)[0] == ("created", 'Price: "$1,164.50" was read as 1164.50.')
    # when the same file comes again
    again = imported(content, user)
    # then
    assert counts(again) == (0, 0, 2, 0, 2)
    assert again.result["fitments"] == 0


def test_template_with_several_sheets_and_national_headers(user: User) -> None:
    # given
    head: list[list[Any]] = [["#INFO", "x"], ["#INFO"], ["#INFO"]]
    names = ["*Action(SiteID=Germany|Version=1)", "Custom label (SKU)", "Category ID", "Title",
             "Condition ID", "Start price", "P:EAN", "C:Hersteller", "C:Herstellernummer",
             "C:OE/OEM Referenznummer(n)", "C:Einbauposition", "C:Farbe", "VAT%", "VideoID"]  # fmt: skip
    content = xlsx_file(
        {
            "Help": [["how to"], ["", "*Action("]],
            "Listings": [*head, names, ["Add", "HIDDEN-1"]],
            "Cat-1": [*head, names,
                ["Add", "X-1", 33710, "Lampe", "3000-Gebraucht", 89.900000000000006,
                 4006381333931, "Bosch", "0 124", "1|2", "Vorne", "Rot", 19, "v1"],
                ["Add", "X-2", 33710, "Deleted row"],
                ["", "", 0], ["Add", "", 0]],
            "Cat-2": [*head, names, ["Add", "X-3", 33711, "Other"]],
        },
        hidden_sheets=["Listings"],
        hidden_rows={"Cat-1": [6]},
    )  # fmt: skip
    # when
    run = imported(content, user)
    # then
    assert run.state == RunState.DONE, run.error
    assert counts(run) == (2, 0, 0, 0, 2)
    assert run.result["hidden_rows"] == 1
    listing = Listing.objects.get(custom_label_sku="X-1")
    assert (listing.condition_id, listing.category_id) == ("3000", "33710")
    assert listing.start_price == Decimal("89.90")
    assert (listing.ean, listing.vat_percent, listing.video_id) == (
        "4006381333931", Decimal(19), "v1",
    )  # fmt: skip
    assert (listing.c_brand, listing.c_manufacturer_part_number) == ("Bosch", "0 124")
    assert listing.c_oe_oem_part_number == "1|2"
    assert listing.item_specifics == {"Placement on Vehicle": ["Vorne"], "Farbe": ["Rot"]}
    assert set(Listing.objects.values_list("custom_label_sku", flat=True)) == {"X-1", "X-3"}


def test_practice_01_import_leaves_what_a_person_wrote(user: User) -> None:
    # given
    listing = make_listing(custom_label_sku="A-1")
    listing_update(
        listing_id=listing.pk, data={"title": "Odd one"}, version=1, actor=Actor.person(user)
    )
    # when
    run = imported(csv_file("SKU,Title,Brand", "A-1,Better title,Denso"), user)
    # then
    listing.refresh_from_db()
    assert (listing.title, listing.c_brand) == ("Odd one", "Denso")
    assert items(run) == [
        ("changed", "Stays as a person wrote it, the file's value is a proposal: Title.")
    ]
    proposal = ListingProposal.objects.get(listing=listing)
    assert (proposal.field, proposal.value, proposal.source) == ("title", "Better title", "import")


def test_practice_07_import_of_215_rows_with_a_live_and_a_deleted_sku(user: User) -> None:
    # given
    make_listing(custom_label_sku="SKU-1", actor=Actor(kind=ActorKind.IMPORT))
    gone = make_listing(custom_label_sku="SKU-2")
    listing_delete(listing_id=gone.pk, actor=Actor.person(user))
    # when
    rows = [f"sku-{n},Part {n}" for n in range(1, 216)]
    run = imported(csv_file("SKU,Title", *rows), user)
    # then
    assert counts(run) == (214, 1, 0, 0, 215)
    gone.refresh_from_db()
    assert gone.is_deleted
    assert Listing.objects.get(custom_label_sku__iexact="sku-2").pk != gone.pk


def test_practice_08_a_row_that_breaks_a_rule_is_refused_alone(user: User) -> None:
    # given
    make_listing(custom_label_sku="OLD", title="Old", actor=Actor(kind=ActorKind.IMPORT))
    # when
    run = imported(
        csv_file(
            "SKU;Title;Price;Quantity;Condition",
            "B-1;Good;12,5;1;",
            "B-2;Bad;much;1;",
            f"B-3;{'x' * 81};1;1;",
            "b-1;Twin;1;1;",
            '"B-4\u00a0";Cleaned;n/a;1;',
            "OLD;Old;;;",
            "B-6;Too many;1;1;;surplus",
            ";No SKU;1;1;3000",
        ),
        user,
    )
    # then
    assert run.state == RunState.DONE
    assert counts(run) == (3, 0, 1, 4, 8)
    assert items(run) == [
        ("created", 'Price: "12,5" was read as 12.5.'),
        ("refused", "Price: Type a number, such as 6.2."),
        ("refused", "Title: At most 80 characters; this has 81."),
        ("refused", "Its SKU stands in row 2 already."),
        ("created", 'SKU: blanks removed. Price: "n/a" was read as empty.'),
        ("same", ""),
        ("refused", "It has more cells than there are headers, the first is “surplus”."),
        ("created", ""),
    ]
    assert Listing.objects.get(title="Cleaned").custom_label_sku == "B-4"
    assert Listing.objects.get(title="No SKU").custom_label_sku.startswith("RT-")


def test_a_part_of_another_team_is_not_touched(user: User) -> None:
    # given
    team = Team.objects.create(name="Others")
    make_listing(custom_label_sku="A-1", title="Theirs", team_id=str(team.pk))
    # when
    run = imported(csv_file("SKU,Title", "A-1,Mine"), user)
    # then
    assert items(run) == [("refused", "SKU: A part of another team has this SKU.")]
    assert Listing.objects.get().title == "Theirs"


def test_a_mapping_goes_before_guesses(user: User) -> None:
    # when
    run = imported(
        csv_file("Artikel,Bezeichnung,Farbe,Lager", "A-1,Lampe,Rot,x"),
        user,
        mapping={"Artikel": "customLabelSku", "Bezeichnung": "title", "Farbe": "C:Colour"},
    )
    # then
    listing = Listing.objects.get()
    assert (listing.custom_label_sku, listing.title) == ("A-1", "Lampe")
    assert listing.item_specifics == {"Colour": ["Rot"]}
    assert run.params["ignored_headers"] == ["Lager"]


def _bomb() -> bytes:
    found = io.BytesIO(xlsx_file({"A": [["SKU"]]}))
    with zipfile.ZipFile(found, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", b" " * (24 * 1024 * 1024))
    return found.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "unreadable", "The file is empty."),
        (b"%PDF-1.4\x00\x01", "unreadable", "This is not a table."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unreadable", "This is an old XLS"),
        (b"PK\x03\x04 but no archive", "unreadable", "The file is damaged."),
        (_bomb(), "unreadable", "Unpacked, the file would be too large."),
        (b"\n\n", "unreadable", "No headers were found."),
        (csv_file("SKU,Title,sku", "1,2,3"), "repeated_header", "The header sku stands there"),
        (csv_file("SKU,Custom label (SKU)", "1,2"), "repeated_header", "SKU and Custom label"),
        (csv_file("SKU,,Title", "1,2,3"), "missing_header", "Column 2 has no header."),
        (csv_file("Colour,Size", "1,2"), "missing_header", "No column is the SKU or the title."),
        (b"x" * (64 * 1024 * 1024 + 1), "too_large", "At most 64 MB."),
    ],
    ids=["empty", "pdf", "xls", "broken", "bomb", "blank", "repeated", "twice", "gap", "none", "big"],
)  # fmt: skip
def test_a_bad_file_is_refused_before_the_job(
    user: User, content: bytes, code: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        import_start(name="f", content=content, dry_run=False, actor=Actor.person(user))
    assert caught.value.reason == code
    assert caught.value.fields["file"][0].startswith(words)
    assert not Run.objects.exists()


def test_the_api_names_the_field_in_fault(api: APIClient) -> None:
    for name, value in (("file", b""), ("mapping", b"SKU\nA\n")):
        answer = api.post(
            "/api/listings/import",
            {"file": SimpleUploadedFile("p.csv", value), "mapping": '{"No": "title"}'},
            format="multipart",
        )
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == name, answer.content


def test_the_page_leads_from_a_check_to_the_import(user: User) -> None:
    # given
    browser: Client = signed_in(user)
    file = SimpleUploadedFile("p.csv", csv_file("SKU,Title", "A-1,Lamp"))
    # when
    answer = browser.post("/listings/imports/", {"file": file, "step": "check"})
    # then
    run = Run.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/listings/imports/{run.pk}/")
    import_run(run_id=run.pk)
    assert b"Import now" in browser.get("/listings/imports/").content
    # when
    answer = browser.post(f"/listings/imports/{run.pk}/apply/")
    # then
    assert answer.status_code == 303
    assert Run.objects.count() == 2
    # when the file is none
    bad = SimpleUploadedFile("p.csv", b"\x00\x01")
    answer = browser.post("/listings/imports/", {"file": bad})
    # then
    assert answer.status_code == 400
    assert b"This is not a table. Save it as CSV or XLSX." in answer.content
