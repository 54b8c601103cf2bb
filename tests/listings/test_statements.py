"""Work on many rows costs statements by the batch, never by the row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from listings.enums import ChangeReason
from listings.models import Listing, ListingProposal, ListingRevision, ListingSearch
from listings.services import Append, BulkEdit, bulk_chunk, import_run, import_start, listing_bulk
from listings.services.bulk import CHUNK
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.models import AuditLog, Run
from tests.listings.factories import machine, make_listing, make_user, person
from tests.listings.files import csv_file

pytestmark = pytest.mark.django_db
_FEW, _MORE = 5, 40
# One chunk of a bulk edit: lock, rows, texts, revisions, search, log, owed, verdicts, the run.
_BULK_MAX = 40


def statements(work: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        work()
    return [one["sql"] for one in seen if "SAVEPOINT" not in one["sql"]]


@pytest.mark.parametrize(
    "edit",
    [
        BulkEdit(price_percent=Decimal(10)),
        BulkEdit(appends=[Append(field="title", text="Used")]),
        BulkEdit(changes={"description": "<p>Tested</p>", "weight": "2.5"}),
        BulkEdit(aspects={"Color": ["Red"]}),
    ],
    ids=["price", "title", "description", "aspect"],
)
def test_a_bulk_edit_makes_as_many_statements_for_few_as_for_many(edit: BulkEdit) -> None:
    # given
    assert _MORE <= CHUNK
    ids = [make_listing(title=f"Part {n}", start_price="10").pk for n in range(_FEW + _MORE)]
    actor = Actor.person(make_user())
    # when
    few = statements(lambda: listing_bulk(ids=ids[:_FEW], edit=edit, actor=actor))
    many = statements(lambda: listing_bulk(ids=ids[_FEW:], edit=edit, actor=actor))
    # then
    assert len(few) == len(many) <= _BULK_MAX


def test_a_bulk_edit_together_stores_what_one_by_one_stores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given: two equal sets; one is done together, the other each by itself
    edit = BulkEdit(
        changes={"c_brand": "Denso", "quantity": 3},
        percents={"cost": Decimal(10)},
        appends=[Append(field="title", text="Used")],
    )

    def made(letter: str) -> list[Listing]:
        return [
            make_listing(actor=person(), custom_label_sku=f"{letter}1", title="Mirror", cost="10"),
            make_listing(actor=machine(), custom_label_sku=f"{letter}2", title="Lamp", cost="20"),
            make_listing(actor=person(), custom_label_sku=f"{letter}3", title="x" * 79, cost="5"),
            make_listing(actor=person(), custom_label_sku=f"{letter}4", title="Door"),
        ]

    together, alone = made("A"), made("B")
    actor = Actor.person(make_user())
    # when
    first = listing_bulk(ids=[one.pk for one in together], edit=edit, actor=actor)
    monkeypatch.setattr(bulk_chunk, "_together", _broken)
    second = listing_bulk(ids=[one.pk for one in alone], edit=edit, actor=actor)
    # then
    assert (first.updated, [one.reason for one in first.failed]) == (
        second.updated,
        [one.reason for one in second.failed],
    )
    for one, other in zip(together, alone, strict=True):
        assert _stored(one) == _stored(other)


def _broken(*_: object) -> None:
    from django.db import IntegrityError

    raise IntegrityError


def _stored(listing: Listing) -> dict[str, object]:
    """All that a save leaves behind, but ids, times and what tells the two sets apart."""
    row = Listing.objects.get(pk=listing.pk)
    kept = {
        name: getattr(row, name)
        for name in ("title", "c_brand", "cost", "quantity", "version", "person_fields")
    }
    revisions = ListingRevision.objects.filter(id=row.pk).order_by("version")
    kept["revisions"] = list(
        revisions.values_list("version", "change_reason", "changed_fields", "actor_kind", "cost")
    )
    search = ListingSearch.objects.get(pk=row.pk)
    kept["search"] = (search.brand, search.stock_total, search.health, search.title_key)
    kept["document"] = str(search.document).replace(row.custom_label_sku.lower(), "sku")
    log = AuditLog.objects.filter(entity_id=str(row.pk)).order_by("created_at", "id")
    kept["log"] = [
        (one.event, one.changes, one.metadata.get("reason"), one.actor_type) for one in log
    ]
    return kept


def test_a_team_that_is_not_there_is_refused_by_name_before_anything_is_done() -> None:
    # given
    ids = [make_listing(title=f"Part {n}").pk for n in range(3)]
    edit = BulkEdit(changes={"team_id": "0190a1b2-0000-7000-8000-000000000000"})
    # when
    with pytest.raises(InvalidInput) as refused:
        listing_bulk(ids=ids, edit=edit, actor=Actor.person(make_user()))
    # then
    assert refused.value.fields == {"team_id": ["There is no such team."]}
    assert not Run.objects.exists()


def test_an_import_makes_as_many_statements_for_few_rows_as_for_many() -> None:
    # given
    user = make_user()

    def load(rows: int, price: int, start: int) -> Callable[[], object]:
        lines = [f"S-{n},Part {n},{price},{n % 3 + 1},Glass" for n in range(start, start + rows)]
        content = csv_file("SKU,Title,Price,Quantity,C:Material", *lines)
        run = import_start(name="x.csv", content=content, dry_run=False, actor=Actor.person(user))
        return lambda: import_run(run_id=run.pk)

    load(1, 1, 900)()  # what processes keep is read once
    # when: new rows, then the same with another price
    new = [len(statements(load(rows, 10, start))) for rows, start in ((_FEW, 0), (_MORE, 100))]
    changed = [len(statements(load(rows, 11, start))) for rows, start in ((_FEW, 0), (_MORE, 100))]
    # then
    assert new[0] == new[1]
    assert changed[0] == changed[1]
    assert Listing.objects.filter(start_price=11).count() == _FEW + _MORE
    reasons = ListingRevision.objects.filter(version=2).values_list("change_reason", flat=True)
    assert set(reasons) == {ChangeReason.IMPORT}
    assert not ListingProposal.objects.exists()
