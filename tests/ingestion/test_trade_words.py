"""The lists of brands and part types: shipped, edited by staff in the admin, kept through updates."""

from __future__ import annotations

import pytest

from ingestion.enums import AliasKind
from ingestion.models import TradeWord
from ingestion.reference import reference
from ingestion.services.trade import seed_trade_words, trade_tables
from ingestion.sheets.naming import named
from realtrack.core.models import AuditLog
from tests.people import browser_of

pytestmark = pytest.mark.django_db


def test_without_rows_the_shipped_lists_are_in_force() -> None:
    assert trade_tables() is reference()


def test_the_seed_says_the_same_as_the_shipped_lists_and_runs_once() -> None:
    # given / when
    first, again = seed_trade_words(), seed_trade_words()
    # then
    assert first.created > 1000
    assert (again.created, again.same) == (0, first.created)
    kept = trade_tables()
    for word in ("Headlamp", "Mass Air Flow Sensor", "Coil Pack"):
        assert kept.part_types.get(word) == reference().part_types.get(word)
    for word in ("Bosch", "Toyota", "Denso"):
        assert kept.brands.get(word) == reference().brands.get(word)


def test_an_admin_edits_a_list_and_the_next_sheet_knows() -> None:
    # given
    seed_trade_words()
    client = browser_of("admin")
    # when
    answer = client.post(
        "/admin/ingestion/tradeword/add/",
        {"kind": "part_type", "name": "Gizmo Retainer", "spellings": "gizmo\nretaining gizmo",
         "detail": "left_right", "is_used": "on"},
    )  # fmt: skip
    # then
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    found = named("LH retaining gizmo", trade_tables())
    assert found.part_type is not None
    assert (found.part_type.name, found.side) == ("Gizmo Retainer", "left")
    assert AuditLog.objects.filter(event="ingestion.trade_word_changed").count() == 1
    # and when it is switched off, an update of the program leaves it so
    TradeWord.objects.filter(kind=AliasKind.PART_TYPE, name="Alternator").update(is_used=False)
    word = TradeWord.objects.get(name="Gizmo Retainer")
    word.is_used = False
    word.save()
    seed_trade_words()
    assert named("retaining gizmo", trade_tables()).part_type is None
    assert named("Alternator", trade_tables()).part_type is None
