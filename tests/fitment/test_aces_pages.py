"""Endpoints and pages of application files; the table of ids; vehicles by name; export."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from rest_framework.test import APIClient

from fitment.aces.fitting import due_drain
from fitment.aces.importing import import_run
from fitment.aces.schema import schema
from fitment.aces.writer import export_write
from fitment.models import AcesCode, AcesMissing, AcesUpload, FitmentMake, FitmentModel, PartFitment
from fitment.services import fitment_add
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.rights import Role
from settings_app.models import User
from tests.fitment.aces_files import CODES, aces, app, mapped, sent
from tests.fitment.factories import make_listing
from tests.people import browser_of, user_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


def _file(content: bytes, name: str = "file.xml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def api() -> APIClient:
    client = APIClient()
    client.force_authenticate(user_of(Role.MANAGER))
    return client


@pytest.fixture
def staff() -> Client:
    return browser_of(Role.MANAGER)


def test_the_api_from_file_to_mapping(api: APIClient, actor: Actor, camry: FitmentModel) -> None:
    answer = api.post(
        "/api/fitment/bulk-import",
        {"file": _file(aces(app(1), app(2, part="X-1")))},
        format="multipart",
    )
    assert answer.status_code == 202, answer.content
    job = answer.json()["jobId"]
    import_run(run_id=job)
    (upload,) = api.get("/api/fitment/aces/uploads").json()["uploads"]
    assert (upload["jobId"], upload["state"], upload["counts"]["unresolved"]) == (job, "applied", 2)
    result = api.get(f"/api/jobs/{job}").json()
    assert result["state"] == "done"
    assert result["result"]["unresolved"] == result["result"]["total"] == 2
    rows = api.get(f"/api/fitment/aces/uploads/{upload['id']}/rows?q=x1").json()
    assert [(row["appId"], row["missing"]) for row in rows["rows"]] == [(2, ["BaseVehicle:171"])]
    waiting = api.get("/api/fitment/aces/quarantine").json()
    assert waiting["missing"] == [
        {"kind": "BaseVehicle", "code": 171, "rowCount": 2, "frees": 2, "hint": "", "example": "AB-100"}
    ]  # fmt: skip
    body = {"kind": "BaseVehicle", "code": 171, "modelId": str(camry.pk), "year": 2007}
    assert api.post("/api/fitment/aces/quarantine", body, format="json").json() == {"freed": 2}
    assert api.get("/api/fitment/aces/quarantine").json()["total"] == 0
    bad = api.post("/api/fitment/aces/quarantine", {**body, "year": 0}, format="json")
    assert bad.status_code == 400


def test_the_api_answers_a_full_file_and_refuses_what_is_none(api: APIClient, actor: Actor) -> None:
    mapped(actor)
    sent(aces(app(1), app(2, position=22)), actor)
    upload = sent(aces(app(1), submission="FULL"), actor)
    path = f"/api/fitment/aces/uploads/{upload.pk}"
    assert api.get(path).json()["upload"]["questions"][0]["count"] == 1
    assert api.post(f"{path}/answer", {"answer": "maybe"}, format="json").status_code == 400
    done = api.post(f"{path}/answer", {"answer": "discard"}, format="json").json()["upload"]
    assert done["state"] == "discarded"
    assert api.post(f"{path}/answer", {"answer": "keep"}, format="json").status_code == 409
    answer = api.post("/api/fitment/bulk-import", {"file": _file(b"<PIES/>")}, format="multipart")
    assert answer.status_code == 400
    assert "The root is" in str(answer.json())


def test_the_licensed_text_tables_are_a_mapping_too(actor: Actor) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "BaseVehicle.txt", "BaseVehicleID|YearID|MakeID|ModelID\n171|2007|76|700\n"
        )
        archive.writestr("Make.txt", "MakeID|MakeName\n76|Toyota\n77|Nowhere Motors\n")
        archive.writestr("Model.txt", "ModelID|ModelName|VehicleTypeID\n700|Camry|5\n701|Odd|5\n")
        archive.writestr(
            "EngineBase.txt",
            "EngineBaseID|Liter|CC|CID|Cylinders|BlockType\n983|2.4|2362|144|4|L\n984|9.9|1|1|3|L\n",
        )
        archive.writestr("BodyType.txt", "BodyTypeID|BodyTypeName\n5|Sedan\n")
        archive.writestr("Readme.txt", "Nothing|here\n1|2\n")
    upload = sent(packed.getvalue(), actor, "vcdb.zip", kind="mapping")
    assert (upload.run.state, upload.counts["codes"], upload.counts["unmatched"]) == ("done", 8, 2)
    code = AcesCode.objects.select_related("model", "engine").get(kind="BaseVehicle")
    assert (str(code.model), code.year) == ("Camry", 2007)
    assert str(AcesCode.objects.get(kind="EngineBase", code=983).engine) == "2.4L I4"
    assert not FitmentMake.objects.filter(name="Nowhere Motors").exists()
    sent(packed.getvalue(), actor, "vcdb.zip", kind="mapping", options={"add_missing": True})
    assert FitmentMake.objects.get(name="Nowhere Motors").source == "import"
    assert AcesCode.objects.get(kind="Make", code=77).make is not None


def test_a_table_without_ids_is_refused(actor: Actor) -> None:
    upload = sent(b"a,b\n1,2\n", actor, "codes.csv", kind="mapping")
    assert (upload.state, upload.run.state) == ("refused", "failed")
    assert upload.run.error.startswith("No table of ids was found.")


NAMES = """sku,make,model,years,engine,position,notes
N-1,Toyota,Camry,2007-2009,2.4L I4,Front,w/ ABS
N-1,Chevy,Silverado 1500,2010,,,
N-1,Toyota,Camry,2007-2009,2.4L I4,Front,w/ ABS
N-1,Toyota,Nonsense,2007,,,
N-1,Toyota,Camry,sometime,,,
N-9,Toyota,Camry,2007,,,
"""


def test_vehicles_by_name_are_checked_then_imported(actor: Actor) -> None:
    part = make_listing(actor=actor, custom_label_sku="N-1")
    checked = sent(NAMES.encode(), actor, "names.csv", options={"dry_run": True})
    assert (checked.counts["imported"], checked.counts["rejected"], checked.run.state) == (
        3,
        3,
        "done",
    )
    assert PartFitment.objects.filter(listing=part).count() == 0
    done = sent(NAMES.encode(), actor, "names.csv")
    assert [done.counts[one] for one in ("imported", "duplicate", "rejected", "total")] == [
        2,
        1,
        3,
        6,
    ]
    reasons = list(done.run.items.filter(state="refused").values_list("reason", flat=True))
    assert reasons == [
        "Toyota has no model “Nonsense”.",
        "Write years as 2010-12, 2010 or 2001-2003, 2005.",
        "No part is N-9.",
    ]
    row = PartFitment.objects.get(listing=part, model__name="Camry")
    assert (row.position, row.notes, str(row.engine), row.verified) == (
        "Front", "w/ ABS", "2.4L I4", False,
    )  # fmt: skip


def test_a_new_part_takes_what_imported_rows_say_of_its_number(actor: Actor) -> None:
    from fitment.aces.fitting import listing_fit

    mapped(actor)
    upload = sent(aces(app(1)), actor)
    assert upload.counts["imported"] == 1
    part = make_listing(actor=actor, c_manufacturer_part_number="AB100")
    assert listing_fit(listing_id=part.pk).added == 1
    assert PartFitment.objects.get(listing=part).year_start == 2007


def test_pages_from_upload_to_mapping(staff: Client, actor: Actor, camry: FitmentModel) -> None:
    part = make_listing(actor=actor, c_manufacturer_part_number="AB-100")
    page = staff.post(reverse("fitment:aces"), {"file": _file(b"<PIES/>")})
    assert page.status_code == 400
    assert "The root is &lt;PIES&gt;, not &lt;ACES&gt;." in page.content.decode()
    answer = staff.post(reverse("fitment:aces"), {"file": _file(aces(app(1), app(2, part="")))})
    assert answer.status_code == 303
    upload = AcesUpload.objects.get()
    assert "every 2s" in staff.get(answer["Location"]).content.decode()
    import_run(run_id=upload.run_id)
    text = staff.get(answer["Location"]).content.decode()
    assert "1 waits for an id + 1 rejected" in text
    assert "App 2: Part is empty." in text
    assert "App 2" not in staff.get(answer["Location"], {"q": "1"}).content.decode()
    listed = staff.get(reverse("fitment:quarantine")).content.decode()
    assert "BaseVehicle" in listed
    asked = {"kind": "BaseVehicle", "code": "171", "q": "2007 camry"}
    offered = staff.get(reverse("fitment:quarantine-choices"), asked).content.decode()
    choice = f"year:{camry.pk}:2007"
    assert choice in offered
    form = {"kind": "BaseVehicle", "code": "171"}
    refused = staff.post(reverse("fitment:quarantine-map"), {**form, "choice": ""})
    assert refused.status_code == 422
    assert AcesMissing.objects.count() == 1
    done = staff.post(
        reverse("fitment:quarantine-map"),
        {**form, "choice": choice},
        headers={"HX-Request": "true"},
    )
    assert "1 row is free" in done["HX-Trigger"]
    assert "Nothing waits" in done.content.decode()
    due_drain()
    assert PartFitment.objects.get(listing=part).model == camry


def test_a_viewer_maps_nothing(actor: Actor) -> None:
    sent(aces(app(1)), actor)
    viewer = browser_of(Role.VIEWER)
    text = viewer.get(reverse("fitment:quarantine")).content.decode()
    assert "A manager maps ids." in text
    form = {"kind": "BaseVehicle", "code": "171"}
    assert viewer.post(reverse("fitment:quarantine-map"), form).status_code == 403
    assert viewer.get(reverse("fitment:aces")).status_code == 403


def _exported(user: User, **options: Any) -> tuple[bytes, Any]:
    out = io.BytesIO()
    return out, export_write(out, user=user, **options)  # type: ignore[return-value]  # the buffer


def test_the_export_leaves_out_what_has_no_id_and_says_so(
    staff: Client, actor: Actor, user: User, camry: FitmentModel
) -> None:
    mapped(actor)
    part = make_listing(actor=actor, c_manufacturer_part_number="AB-100")
    for start, end in ((2007, 2009), (2012, 2013)):
        fitment_add(
            listing_id=part.pk, model_id=camry.pk, year_start=start, year_end=end, actor=actor
        )
    other = FitmentModel.objects.get(make__slug="honda", slug="accord")
    fitment_add(listing_id=part.pk, model_id=other.pk, year_start=2010, year_end=2010, actor=actor)
    page = staff.get(reverse("fitment:aces-export")).content.decode()
    assert "No part type is known; choose one for the export." in page
    page = staff.get(reverse("fitment:aces-export"), {"part_type_id": "6832"}).content.decode()
    assert "<b>3</b> verified vehicles = 2 in the file + 0 said" in page
    assert "Honda Accord has no id for each of its years." in page
    file = staff.get(reverse("fitment:aces-export-file"), {"part_type_id": "6832"})
    assert file["X-Left-Out"] == "1"
    root = etree.fromstring(file.getvalue())
    assert [child.tag for child in root] == ["Header", "App", "App", "App", "App", "Footer"]
    assert root.findtext("Footer/RecordCount") == "4"
    for child in root:
        assert schema().validate(child), schema().error_log
    assert root[4].find("Years").attrib == {"from": "2012", "to": "2013"}


_FITS = st.lists(
    st.tuples(
        st.integers(1990, 2020), st.integers(0, 4), st.sampled_from(["", "Front", "Rear"]),
        st.booleans(), st.sampled_from(["", "w/ ABS", "Öl & <Gas>"]), st.integers(1, 4),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(fits=_FITS)
def test_export_and_import_are_an_identity(
    fits: list[tuple[int, int, str, bool, str, int]], actor: Actor, user: User
) -> None:
    PartFitment.everything.all().delete()
    AcesUpload.objects.all().delete()
    Listing.all_objects.all().update(mpn_normalised="")
    mapped(actor, CODES + "Note,1,x,,,\n")
    part = make_listing(actor=actor, c_manufacturer_part_number="AB-100")
    rows = [
        app(
            number,
            f'<Years from="{start}" to="{start + span}"/><Make id="76"/><Model id="700"/>',
            extra=('<EngineBase id="983"/>' if engine else "")
            + (f"<Note>{note.replace('&', '&amp;').replace('<', '&lt;')}</Note>" if note else ""),
            position={"": None, "Front": 22, "Rear": 30}[place],
            quantity=quantity,
        )
        for number, (start, span, place, engine, note, quantity) in enumerate(fits, 1)
    ]
    sent(aces(*rows), actor, is_trusted=True)
    said = _said(part)
    out, done = _exported(user)
    assert done.left_out == {}
    PartFitment.objects.filter(listing=part).delete()
    AcesUpload.objects.all().delete()
    again = sent(out.getvalue(), actor, is_trusted=True)  # type: ignore[attr-defined]  # a buffer
    assert again.counts["imported"] == done.apps == again.counts["total"]
    assert _said(part) == said


def _said(part: Listing) -> list[tuple[Any, ...]]:
    rows = PartFitment.objects.filter(listing=part).values_list(
        "model__name", "year_start", "year_end", "engine__code", "position", "notes", "quantity",
        "part_type", "detail_key",
    )  # fmt: skip
    return sorted(rows, key=str)
