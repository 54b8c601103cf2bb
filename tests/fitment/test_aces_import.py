"""Application files: verdicts that add up, what they make of listings, what changes them again."""

from __future__ import annotations

import pytest

from fitment.aces.fitting import due_drain
from fitment.aces.importing import import_run
from fitment.aces.mapping import code_map
from fitment.aces.uploads import upload_answer, upload_discard
from fitment.enums import AcesAnswer
from fitment.models import AcesMissing, AcesRow, AcesUpload, FitmentModel, PartFitment
from fitment.services import fitment_remove, fitments_verify
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.models import RunState
from realtrack.core.runs import run_cancel, run_retry
from tests.conftest import SHARED
from tests.fitment.aces_files import aces, app, mapped, sent, worked
from tests.fitment.factories import make_listing

pytestmark = pytest.mark.usefixtures("vehicles")

NONE = {"imported": 0, "unresolved": 0, "rejected": 0, "duplicate": 0, "unsupported": 0}


def _counts(upload: AcesUpload, **expected: int) -> None:
    counts = {name: upload.counts[name] for name in NONE}
    assert counts == {**NONE, **expected}
    assert sum(counts.values()) == upload.counts["total"]


def _fits(listing: Listing) -> list[tuple[object, ...]]:
    rows = PartFitment.objects.filter(listing=listing).order_by("year_start", "position")
    return [
        (
            str(row.model),
            row.year_start,
            row.year_end,
            str(row.submodel or ""),
            str(row.engine or ""),
            row.position,
        )
        for row in rows
    ]


def _part(actor: Actor, number: str = "AB 100", brand: str = "Denso") -> Listing:
    return make_listing(actor=actor, c_manufacturer_part_number=number, c_brand=brand)


def test_adjacent_years_become_one_range_of_the_listing_with_the_number(actor: Actor) -> None:
    part, other = _part(actor), _part(actor, "AB-101")
    mapped(actor)
    ids = (171, 172, 173, 175)
    rows = [app(n, f'<BaseVehicle id="{i}"/>', position=22) for n, i in enumerate(ids, 1)]
    upload = sent(aces(*rows), actor)
    _counts(upload, imported=4)
    assert upload.run.state == RunState.DONE
    assert upload.run.total == upload.run.created_count == 4
    assert _fits(part) == [
        ("Camry", 2007, 2009, "", "", "Front"),
        ("Camry", 2011, 2011, "", "", "Front"),
    ]
    assert _fits(other) == []
    row = PartFitment.objects.filter(listing=part).first()
    assert row is not None
    assert (row.source, row.verified, row.part_type, row.quantity) == (
        "import", False, "Alternator", 1,
    )  # fmt: skip


def test_the_same_file_twice_changes_nothing(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    file = aces(app(1), app(2, '<BaseVehicle id="999"/>'))
    sent(file, actor)
    before = list(PartFitment.everything.values_list("pk", "updated_at"))
    again = sent(file, actor)
    _counts(again, duplicate=2)
    assert list(PartFitment.everything.values_list("pk", "updated_at")) == before
    assert AcesMissing.objects.get().row_count == 1
    assert len(_fits(part)) == 1


def test_position_submodel_and_engine_keep_rows_apart(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    engine = '<EngineBase id="983"/>'
    sent(
        aces(
            app(1, position=22),
            app(2, position=30),
            app(3, '<BaseVehicle id="171"/><SubModel id="92"/>' + engine),
        ),
        actor,
    )
    assert _fits(part) == [
        ("Camry", 2007, 2007, "LE", "2.4L I4", ""),
        ("Camry", 2007, 2007, "", "", "Front"),
        ("Camry", 2007, 2007, "", "", "Rear"),
    ]


def test_years_and_names_are_taken_whole(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    upload = sent(
        aces(app(1, '<Years from="2005" to="2009"/><Make id="76"/><Model id="700"/>')), actor
    )
    _counts(upload, imported=1)
    assert _fits(part) == [("Camry", 2005, 2009, "", "", "")]


def test_an_unknown_attribute_never_widens_a_row(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    upload = sent(aces(app(1, extra='<BodyType id="5"/><BedType id="7"/>')), actor)
    _counts(upload, unresolved=1)
    assert _fits(part) == []
    assert AcesRow.objects.get().missing == ["BedType:7", "BodyType:5"]
    assert {(one.kind, one.row_count, one.frees) for one in AcesMissing.objects.all()} == {
        ("BedType", 1, 0), ("BodyType", 1, 0),
    }  # fmt: skip
    assert code_map(kind="BedType", code=7, name="Fleetside", actor=actor) == 0
    assert AcesMissing.objects.get().frees == 1
    assert code_map(kind="BodyType", code=5, name="Sedan", actor=actor) == 1
    due_drain()
    row = PartFitment.objects.get(listing=part)
    assert (row.body, row.qualifiers) == ("Sedan", [{"kind": "BedType", "text": "Fleetside"}])


def test_one_mapping_frees_all_of_its_rows(actor: Actor, camry: FitmentModel) -> None:
    part = _part(actor)
    rows = [app(n, '<BaseVehicle id="500"/>', position=p) for n, p in ((1, 22), (2, 30))]
    upload = sent(aces(*rows, app(3, '<BaseVehicle id="501">Toyota Camry</BaseVehicle>')), actor)
    _counts(upload, unresolved=3)
    found = list(AcesMissing.objects.values_list("kind", "code", "row_count", "frees", "hint"))
    assert found == [
        ("BaseVehicle", 500, 2, 2, ""),
        ("BaseVehicle", 501, 1, 1, "Toyota Camry"),
    ]
    assert _fits(part) == []
    freed = code_map(kind="BaseVehicle", code=500, model_id=camry.pk, year=2010, actor=actor)
    assert freed == 2
    upload.refresh_from_db()
    _counts(upload, imported=2, unresolved=1)
    due_drain()
    assert [(fit[1], fit[5]) for fit in _fits(part)] == [(2010, "#22"), (2010, "#30")]
    assert AcesMissing.objects.get().code == 501


def test_a_table_of_ids_frees_what_waited_and_leaves_a_persons_mapping(
    actor: Actor, camry: FitmentModel
) -> None:
    part = _part(actor)
    sent(aces(app(1), app(2, '<BaseVehicle id="172"/>')), actor)
    code_map(kind="BaseVehicle", code=171, model_id=camry.pk, year=1999, actor=actor)
    upload = mapped(actor)
    assert upload.counts["rows_freed"] == 1
    assert [fit[1:3] for fit in _fits(part)] == [(1999, 1999), (2008, 2008)]


def test_deleting_takes_a_year_out_of_a_range(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    rows = [app(n, f'<BaseVehicle id="{i}"/>') for n, i in enumerate((171, 172, 173), 1)]
    sent(aces(*rows), actor)
    upload = sent(aces(app(9, '<BaseVehicle id="172"/>', action="D")), actor)
    _counts(upload, imported=1)
    assert upload.counts["deleted"] == upload.run.changed_count == 1
    assert [fit[1:3] for fit in _fits(part)] == [(2007, 2007), (2009, 2009)]
    again = sent(aces(app(9, '<BaseVehicle id="172"/>', action="D")), actor)
    _counts(again, duplicate=1)
    assert AcesRow.objects.get(upload=again).reason == "App 9: there is nothing to delete."


def test_deleted_and_added_in_one_file_stays(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    sent(aces(app(1)), actor)
    upload = sent(aces(app(1, action="D"), app(2)), actor)
    _counts(upload, imported=2)
    assert len(_fits(part)) == 1
    gone = sent(aces(app(1), app(2, action="D")), actor)
    assert gone.counts["deleted"] == 1
    assert _fits(part) == []


def test_a_full_file_asks_with_the_count_before_it_replaces(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    sent(aces(app(1), app(2, '<BaseVehicle id="172"/>'), submission="FULL"), actor)
    other = aces(app(1, '<BaseVehicle id="173"/>'), brand="CCCC", submission="FULL")
    assert sent(other, actor).state == "applied"
    upload = sent(aces(app(1), submission="FULL"), actor)
    assert upload.state == "asking"
    assert [(one["code"], one["count"]) for one in upload.questions] == [("replace", 1)]
    assert [fit[1:3] for fit in _fits(part)] == [(2007, 2009)]
    upload_answer(upload_id=upload.pk, answer=AcesAnswer.REPLACE, actor=actor)
    upload = worked(upload.run_id)
    assert (upload.state, upload.run.state) == ("applied", "done")
    assert [fit[1:3] for fit in _fits(part)] == [(2007, 2007), (2009, 2009)]


def test_a_full_file_may_be_kept_or_put_aside(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    sent(aces(app(1), app(2, '<BaseVehicle id="172"/>')), actor)
    full = aces(app(1, '<BaseVehicle id="175"/>'), submission="FULL")
    upload_discard(upload_id=sent(full, actor).pk, actor=actor)
    assert [fit[1:3] for fit in _fits(part)] == [(2007, 2008)]
    upload = sent(full, actor)
    upload_answer(upload_id=upload.pk, answer=AcesAnswer.KEEP, actor=actor)
    worked(upload.run_id)
    assert [fit[1:3] for fit in _fits(part)] == [(2007, 2008), (2011, 2011)]


def test_what_people_decided_is_neither_doubled_nor_undone(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    both = aces(app(1), app(2, '<BaseVehicle id="175"/>'))
    sent(both, actor)
    first, second = PartFitment.objects.filter(listing=part).order_by("year_start")
    fitments_verify(fitment_ids=[first.pk], actor=actor)
    fitment_remove(fitment_id=second.pk, actor=actor)
    sent(aces(app(1, action="D"), app(2, '<BaseVehicle id="172"/>')), actor)
    assert [fit[1:3] for fit in _fits(part)] == [(2007, 2007), (2008, 2008)]
    assert PartFitment.everything.filter(listing=part).count() == 3


def test_a_trusted_file_is_verified_by_its_sender(actor: Actor) -> None:
    part = _part(actor)
    mapped(actor)
    sent(aces(app(1)), actor, is_trusted=True)
    row = PartFitment.objects.get(listing=part)
    assert (row.verified, row.verified_by_id) == (True, actor.user_id)
    sent(aces(app(1, action="D")), actor)
    assert _fits(part) == []


def test_a_number_of_two_brands_is_not_taken_without_the_brand(actor: Actor) -> None:
    denso, bosch = _part(actor), _part(actor, brand="Bosch")
    mapped(actor)
    sent(aces(app(1)), actor)
    assert (_fits(denso), _fits(bosch)) == ([], [])
    sent(aces(app(1, '<BaseVehicle id="172"/>')), actor, brand="bosch")
    assert (len(_fits(denso)), len(_fits(bosch))) == (0, 1)


def test_the_samples_give_the_stated_outcomes(actor: Actor) -> None:
    folder = SHARED / "data" / "aces"
    if not folder.exists():
        pytest.skip("the samples are not beside this checkout")
    mapped(actor)
    forms = sent((folder / "composed_4_2_all_forms.xml").read_bytes(), actor)
    _counts(forms, unresolved=3 + 1, rejected=0, unsupported=2, imported=1, duplicate=1)
    doc = sent((folder / "step_doc_ACES_3_2_qual.xml").read_bytes(), actor)
    _counts(doc, unresolved=1)
    wrapper = sent((folder / "public_malformed_apps_wrapper_3_2.xml").read_bytes(), actor)
    assert wrapper.run.state == "failed"
    _counts(wrapper, rejected=1)
    assert "App 1 stands inside <Apps>" in wrapper.verdict
    assert "There is no Footer after App 1" in wrapper.verdict
    text = sent((folder / "public_malformed_text_names_4_2.xml").read_bytes(), actor)
    _counts(text, rejected=1)
    assert AcesRow.objects.get(upload=text).reason.startswith("App 1: Year is not expected here")


def test_a_killed_import_resumes_to_the_same_counts(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fitment.aces import importing, staging

    _part(actor)
    mapped(actor)
    monkeypatch.setattr(staging, "CHUNK", 4)
    rows = [app(n, f'<BaseVehicle id="{170 + n % 7}"/>', position=n) for n in range(1, 12)]
    real, calls = importing._chunk, []

    def dies_at_the_third(work: object, lines: list[str]) -> None:
        calls.append(len(lines))
        if len(calls) == 3:
            raise SystemExit
        real(work, lines)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "_chunk", dies_at_the_third)
    with pytest.raises(SystemExit):
        sent(aces(*rows), actor)
    upload = AcesRow.objects.latest("pk").upload
    assert (upload.staged_through, upload.run.state) == (8, "running")
    import_run(run_id=upload.run_id)  # its worker may be alive
    assert len(calls) == 3
    type(upload.run).objects.filter(pk=upload.run_id).update(heartbeat_at="2026-01-01T00:00Z")
    done = worked(upload.run_id)
    assert (done.run.state, done.run.total, done.run.done) == ("done", 11, 11)
    _counts(done, imported=7, unresolved=4)
    assert list(done.rows.order_by("app_id").values_list("app_id", flat=True)) == list(range(1, 12))


def test_a_cancelled_import_goes_on_when_started_again(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fitment.aces import importing, staging

    part = _part(actor)
    mapped(actor)
    monkeypatch.setattr(staging, "CHUNK", 1)
    real = importing._chunk

    def asked_to_stop(work: importing.Work, lines: list[str]) -> None:
        real(work, lines)
        if work.upload.staged_through == 2:
            run_cancel(run_id=work.run.pk, actor=actor)

    monkeypatch.setattr(importing, "_chunk", asked_to_stop)
    upload = sent(aces(*(app(n, position=n) for n in range(1, 5))), actor)
    assert (upload.run.state, upload.staged_through) == ("cancelled", 2)
    assert _fits(part) == []
    monkeypatch.setattr(importing, "_chunk", real)
    run_retry(run_id=upload.run_id, actor=actor)
    done = worked(upload.run_id)
    _counts(done, imported=4)
    assert (done.run.state, len(_fits(part))) == ("done", 4)
