"""Import as a business uses it: CLEAR, versions, undo, refused rows back, columns by name, cars."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from fitment.models import PartFitment
from fitment.reference import reference_load
from fitment.services import fitment_add
from inventory.models import InventoryEvent, InventoryLedger
from listings.files.export import ExportFormat, export_bytes
from listings.models import Listing, ListingRevision, ListingSearch
from listings.selectors.export import export_vehicles
from listings.services import (
    import_refused,
    import_run,
    import_start,
    import_undo,
    import_undo_run,
    importing,
    listing_update,
)
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.models import AuditLog, Run, RunState
from settings_app.models import User
from tests.listings.factories import make_listing, make_user
from tests.listings.files import csv_file

pytestmark = pytest.mark.django_db
MACHINE = Actor(kind=ActorKind.IMPORT)


@pytest.fixture
def user() -> User:
    return make_user()


def imported(content: bytes, user: User, **more: Any) -> Run:
    run = import_start(
        name=more.pop("name", "parts.csv"),
        content=content,
        dry_run=more.pop("dry_run", False),
        actor=Actor.person(user),
        **more,
    )
    import_run(run_id=run.pk)
    return Run.objects.get(pk=run.pk)


def verdicts(run: Run) -> list[tuple[str, str, str]]:
    return list(run.items.order_by("position").values_list("state", "reason_code", "reason"))


def table(pieces: Iterator[bytes]) -> list[dict[str, str]]:
    text = b"".join(pieces).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def as_file(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_field_20_blank_leaves_and_clear_erases(user: User) -> None:
    # given
    make_listing(
        actor=MACHINE,
        custom_label_sku="A-1",
        title="Lamp",
        c_brand="Denso",
        start_price="5",
        item_specifics={"Colour": ["Red"], "Side": ["Left"]},
    )
    # when
    run = imported(
        csv_file(
            "SKU,Title,Brand,Price,C:Colour,C:Side,Quantity",
            "A-1,,CLEAR,CLEAR,CLEAR,,",
            "A-2,Second,,,,,CLEAR",
        ),
        user,
    )
    # then
    listing = Listing.objects.get(custom_label_sku="A-1")
    assert (listing.title, listing.c_brand, listing.start_price) == ("Lamp", "", None)
    assert listing.item_specifics == {"Side": ["Left"]}
    assert verdicts(run) == [
        ("changed", "", ""),
        ("refused", "invalid", "Quantity cannot be erased."),
    ]


def test_the_word_clear_itself_comes_back_from_an_export(user: User) -> None:
    # given
    listing = make_listing(actor=MACHINE, title="Lamp", c_features="CLEAR", start_price="5")
    # when
    run = imported(b"".join(export_bytes(ExportFormat.CSV, [listing], [])), user)
    # then
    assert (run.same_count, run.total) == (1, 1)
    listing.refresh_from_db()
    assert listing.c_features == "CLEAR"


def test_field_ours_05_an_edited_export_writes_as_the_person_and_a_stale_one_is_refused(
    user: User,
) -> None:
    # given two parts whose prices a person set, exported
    person = Actor.person(user)
    first = make_listing(actor=person, custom_label_sku="A-1", title="Lamp", start_price="5")
    second = make_listing(actor=person, custom_label_sku="A-2", title="Door", start_price="6")
    third = make_listing(actor=person, custom_label_sku="A-3", title="Horn", start_price="7")
    rows = table(export_bytes(ExportFormat.CSV, [first, second, third], []))
    # when one is changed meanwhile, and the file comes back edited
    listing_update(listing_id=second.pk, data={"start_price": "8"}, version=1, actor=person)
    rows[0]["Start price"] = "5.50"
    rows[1]["Start price"] = "6.50"
    run = imported(as_file(rows), user)
    # then
    assert verdicts(run) == [
        ("changed", "", ""),
        (
            "refused",
            "stale_version",
            "It was changed since this file was made (version 1, now 2). Export it again.",
        ),
        ("same", "", ""),
    ]
    prices = Listing.objects.order_by("custom_label_sku").values_list("start_price", flat=True)
    assert list(prices) == [Decimal("5.50"), Decimal("8.00"), Decimal("7.00")]
    revision = ListingRevision.objects.get(id=first.pk, version=2)
    assert (revision.change_reason, revision.actor_kind, revision.run_id) == (
        "import", "person", run.pk,
    )  # fmt: skip


def test_field_ours_05_a_file_with_ten_planted_faults_reports_exactly_those(user: User) -> None:
    # given
    listings = [
        make_listing(actor=MACHINE, custom_label_sku=f"P-{n:02d}", title=f"Part {n}")
        for n in range(25)
    ]
    rows = table(export_bytes(ExportFormat.CSV, listings, []))
    faults = {
        1: ("Start price", "much"), 3: ("Quantity", "1.5"), 5: ("Title", "x" * 81),
        7: ("Condition ID", "1234"), 9: ("Format", "Barter"), 11: ("Weight", "-1"),
        13: ("Schedule Time", "tomorrow"), 15: ("Currency", "dollars"), 17: ("P:UPC", "1" * 15),
        19: ("Best Offer Enabled", "perhaps"),
    }  # fmt: skip
    for place, (header, value) in faults.items():
        rows[place][header] = value
    # when
    run = imported(as_file(rows), user, dry_run=True)
    # then
    refused = dict(run.items.filter(state="refused").values_list("position", "reason"))
    assert sorted(refused) == [place + 1 for place in faults]
    assert (run.same_count, run.refused_count, run.total) == (15, 10, 25)
    for place, (header, _) in faults.items():
        label = {"Start price": "Price", "Condition ID": "Condition", "P:UPC": "UPC"}
        assert refused[place + 1].startswith(label.get(header, header) + ":"), refused[place + 1]


def test_field_21_refused_rows_come_back_as_a_file_that_is_imported_again(user: User) -> None:
    # given
    run = imported(
        csv_file(
            "SKU,Title,Price,C:Note",
            "A-1,Lamp,5,x",
            "A-2,Door,much,=1+1",
            "A-3," + "x" * 81 + ",6,CLEAR",
        ),
        user,
        name="supplier.csv",
    )
    # when
    name, pieces = import_refused(run_id=run.pk)
    rows = table(pieces)
    # then
    assert name == "supplier-refused.csv"
    assert [(row["SKU"], row["C:Note"], row["Reason"]) for row in rows] == [
        ("A-2", "'=1+1", "Price: Type a number, such as 6.2."),
        ("A-3", "CLEAR", "Title: At most 80 characters; this has 81."),
    ]
    # when corrected
    rows[0]["Price"], rows[1]["Title"] = "7", "Horn"
    again = imported(as_file(rows), user)
    # then
    assert (again.created_count, again.refused_count, again.total) == (2, 0, 2)
    assert Listing.objects.get(custom_label_sku="A-2").item_specifics == {"Note": ["=1+1"]}
    with pytest.raises(NotFound):
        import_refused(run_id=again.pk)


def test_undo_restores_what_nobody_changed_since_and_names_the_rest(user: User) -> None:
    # given
    for n in range(4):
        make_listing(actor=MACHINE, custom_label_sku=f"U-{n}", title=f"Part {n}", start_price="10")
    rows = [f"U-{n},{20 + n},2" for n in range(4)]
    run = imported(csv_file("SKU,Price,Quantity", *rows, "N-1,5,3", "N-2,6,0"), user)
    assert (run.created_count, run.changed_count) == (2, 4)
    changed = Listing.objects.get(custom_label_sku="U-2")
    listing_update(
        listing_id=changed.pk, data={"title": "By hand"}, version=2, actor=Actor.person(user)
    )
    new = Listing.objects.get(custom_label_sku="N-1")
    listing_update(
        listing_id=new.pk, data={"title": "By hand"}, version=1, actor=Actor.person(user)
    )
    # when
    undo = import_undo(run_id=run.pk, actor=Actor.person(user))
    import_undo_run(run_id=undo.pk)
    # then
    undo.refresh_from_db()
    assert undo.state == RunState.DONE, undo.error
    assert (undo.changed_count, undo.refused_count, undo.total) == (4, 2, 6)
    reasons = undo.items.filter(state="refused").values_list("reason", flat=True)
    assert sorted(reasons) == [
        "N-1 was changed since; it stays as it is.",
        "U-2 was changed since; it stays as it is.",
    ]
    found = {
        one.custom_label_sku: (str(one.start_price), one.quantity or 0)
        for one in Listing.objects.all()
    }
    assert found == {
        "U-0": ("10.00", 0), "U-1": ("10.00", 0), "U-2": ("22.00", 2), "U-3": ("10.00", 0),
        "N-1": ("5.00", 3),
    }  # fmt: skip
    with pytest.raises(Conflict):
        import_undo(run_id=run.pk, actor=Actor.person(user))


def test_a_batch_stores_what_single_rows_store(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    # given the same rows, once together and once by themselves
    def file_of(mark: str) -> bytes:
        return csv_file(
            "SKU,Title,Price,Quantity,Brand,MPN,Description,C:Side",
            f'{mark}-1,Left lamp 2015-2018,5,3,Denso,12-34,"<p>Good</p>",Left',
            f"{mark}-2,Door,6,0,Bosch,99,,",
        )

    together = imported(file_of("T"), user)

    def alone(*_: object) -> object:
        raise InvalidInput

    monkeypatch.setattr(importing, "rows_judge", alone)
    single = imported(file_of("S"), user)
    found = Listing.objects.filter(search__document="lamp").values_list("custom_label_sku")
    # then both are found by the same words
    assert {sku for (sku,) in found} == {"T-1", "S-1"}
    assert (together.created_count, single.created_count) == (2, 2)

    def state(sku: str) -> dict[str, object]:
        listing = Listing.objects.select_related("search", "ledger").get(custom_label_sku=sku)
        revision = ListingRevision.objects.get(id=listing.pk)
        search, mark = listing.search, sku[:1]
        # Asking the ledger by an event is how one row does what a batch does by itself.
        events = AuditLog.objects.filter(entity_id=str(listing.pk)).exclude(
            event="listing.quantity_requested"
        )
        moves = InventoryEvent.objects.filter(listing=listing)
        return {
            "listing": [listing.title, listing.quantity or 0, listing.mpn_normalised,
                        listing.description_hash, listing.version, listing.format],
            "revision": [revision.changed_fields, revision.change_reason, revision.history_type,
                         revision.title],
            "search": [search.health, search.stock_free, search.stock_total, search.price,
                       search.words.replace(mark.lower() + "-", "")],
            "events": sorted(events.values_list("event", flat=True)),
            "ledger": [listing.ledger.quantity_total, listing.ledger.version],
            "moves": list(moves.values_list(
                "event_type", "quantity_change", "quantity_after", "source_channel")),
        }  # fmt: skip

    for number in (1, 2):
        assert state(f"T-{number}") == state(f"S-{number}")
    assert InventoryLedger.objects.count() == 4


def test_compatibility_rows_become_fitments_and_come_back_by_each_form(user: User) -> None:
    # given
    reference_load()
    run = imported(
        csv_file(
            "*Action,CustomLabel,*Title,Relationship,RelationshipDetails",
            "Add,A-1,Lamp,,",
            *(f",,,Compatibility,Make=Toyota|Model=Camry|Year={y}" for y in (2012, 2013, 2014)),
            ",,,Compatibility,Make=Toyota|Model=Nosuch|Year=2012",
        ),
        user,
    )
    # then
    assert verdicts(run) == [("created", "", "Not known as a vehicle: 2012 Toyota Nosuch.")]
    fitment = PartFitment.objects.get()
    assert (fitment.year_start, fitment.year_end, fitment.verified, fitment.source) == (
        2012, 2014, False, "import",
    )  # fmt: skip
    assert ListingSearch.objects.get().vehicle_count == 1
    # when a person adds the same vehicle, which verifies it, and it is exported
    fitment_add(
        listing_id=fitment.listing_id,
        model_id=fitment.model_id,
        year_start=2012,
        year_end=2014,
        actor=Actor.person(user),
    )
    listing = Listing.objects.get()
    for kind in (ExportFormat.EBAY, ExportFormat.CSV):
        content = b"".join(export_bytes(kind, [listing], [], export_vehicles))
        assert content.count(b"Make=Toyota|Model=Camry|Year=") == 3
        again = imported(content, user)
        # then nothing changes here
        assert (again.same_count, again.total, again.result["fitments"]) == (1, 1, 0)
    assert PartFitment.objects.count() == 1
