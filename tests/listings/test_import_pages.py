"""Imports by hand: columns kept by name, pages, the API, old files."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from listings.models import ImportFile, ImportPreset, Listing
from listings.services import (
    import_files_purge,
    import_preset_save,
    import_refused,
    import_run,
    import_undo_run,
)
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.models import Run
from settings_app.models import User
from tests.listings.factories import make_listing, make_user, signed_in
from tests.listings.files import csv_file
from tests.listings.test_import_round import imported

pytestmark = pytest.mark.django_db
MACHINE = Actor(kind=ActorKind.IMPORT)


@pytest.fixture
def user() -> User:
    return make_user()


def test_shopify_products_with_further_photos(user: User) -> None:
    # when
    run = imported(
        csv_file(
            "Handle,Title,Body (HTML),Vendor,Type,Variant SKU,Variant Price,Variant Inventory Qty,"
            "Variant Barcode,Image Src,Image Position,Status",
            "lamp,Lamp,<p>Good</p>,Denso,Headlight,S-1,5.00,2,012345678905,https://p.test/1.jpg,1,active",
            "lamp,,,,,,,,,https://p.test/2.jpg,2,",
            "door,Door,,Bosch,Door,S-2,6.00,1,,,,active",
        ),
        user,
    )
    # then
    assert (run.created_count, run.total) == (2, 2)
    lamp = Listing.objects.get(custom_label_sku="S-1")
    assert (lamp.title, lamp.c_brand, lamp.c_type, lamp.p_upc) == (
        "Lamp", "Denso", "Headlight", "012345678905",
    )  # fmt: skip
    assert lamp.item_photo_url == "https://p.test/1.jpg|https://p.test/2.jpg"
    assert (lamp.quantity, lamp.start_price) == (2, Decimal("5.00"))


def test_columns_are_shown_corrected_and_kept_by_name(user: User) -> None:
    # given
    browser = signed_in(user)
    content = csv_file("Artikel,Bezeichnung,Title,Preis", "X-1,Lampe,Lamp,5")
    check = imported(content, user, dry_run=True)
    page = browser.get(f"/listings/imports/{check.pk}/columns/").content.decode()
    assert "Bezeichnung" in page
    assert 'name="column-2" value="Title"' in page
    # when a field that is none is typed, nothing is checked
    form = {"column-0": "SKU", "column-1": "C:Name", "column-2": "Title", "column-3": "Nonsense"}
    answer = browser.post(f"/listings/imports/{check.pk}/columns/", form)
    assert answer.status_code == 400
    assert "there is no field Nonsense" in answer.content.decode()
    # when all is right
    form |= {"column-3": "price", "preset": "German supplier"}
    answer = browser.post(f"/listings/imports/{check.pk}/columns/", form)
    # then
    assert answer.status_code == 303
    preset = ImportPreset.objects.get()
    assert preset.mapping == {
        "Artikel": "customLabelSku", "Bezeichnung": "C:Name", "Preis": "startPrice",
    }  # fmt: skip
    # when the supplier's next file, without one of the columns, is imported with the preset
    run = imported(csv_file("Artikel,Title,Preis", "X-2,Door,7"), user, preset_id=preset.pk)
    # then
    assert Listing.objects.get(custom_label_sku="X-2").start_price == Decimal(7)
    assert run.created_count == 1
    assert b"German supplier" in browser.get("/listings/imports/").content
    with pytest.raises(InvalidInput):
        import_preset_save(name="Bad", mapping={"A": "nosuch"}, actor=Actor.person(user))
    assert browser.post(f"/listings/imports/presets/{preset.pk}/delete/").status_code == 303
    assert not ImportPreset.objects.exists()


def test_the_page_of_an_import_shows_verdicts_and_hands_refused_rows_back(user: User) -> None:
    # given
    make_listing(actor=MACHINE, custom_label_sku="A-1", title="Old lamp")
    check = imported(
        csv_file("SKU,Title,Price", "A-1,New lamp,", "A-2,Door,much"), user, dry_run=True
    )
    browser = signed_in(user)
    # when
    page = browser.get(f"/listings/imports/{check.pk}/").content.decode()
    # then
    assert '<span class="old">Old lamp</span> <span class="new">New lamp</span>' in page
    assert "Price: Type a number, such as 6.2." in page
    assert "Import now" in page
    only = browser.get(f"/listings/imports/{check.pk}/?state=refused").content.decode()
    assert "New lamp" not in only
    file = browser.get(f"/listings/imports/{check.pk}/refused/")
    assert "A-2,Door,much" in file.getvalue().decode()
    # when it is imported and undone by hand
    answer = browser.post(f"/listings/imports/{check.pk}/apply/")
    run = Run.objects.get(pk=uuid.UUID(answer["Location"].rstrip("/").rpartition("/")[2]))
    import_run(run_id=run.pk)
    assert "Undo" in browser.get(f"/listings/imports/{run.pk}/").content.decode()
    browser.post(f"/listings/imports/{run.pk}/undo/")
    undo = Run.objects.get(kind="listings.import_undo")
    import_undo_run(run_id=undo.pk)
    # then
    assert Listing.objects.get(custom_label_sku="A-1").title == "Old lamp"
    assert "See the undo" in browser.get(f"/listings/imports/{run.pk}/").content.decode()


def test_the_api_undoes_and_hands_back_too(user: User) -> None:
    # given
    api = APIClient()
    api.force_authenticate(user)
    run = imported(csv_file("SKU,Title,Price", "A-1,Lamp,5", "A-2,Door,much"), user)
    # then
    refused = api.get(f"/api/listings/import/{run.pk}/refused")
    assert b"A-2,Door,much" in refused.getvalue()
    assert api.post(f"/api/listings/import/{run.pk}/apply").status_code == 409
    answer = api.post(f"/api/listings/import/{run.pk}/undo")
    assert answer.status_code == 202
    import_undo_run(run_id=uuid.UUID(answer.json()["jobId"]))
    assert not Listing.objects.exists()
    assert api.post(f"/api/listings/import/{run.pk}/undo").status_code == 409


def test_old_files_go_and_their_verdicts_stay(user: User) -> None:
    # given
    old = imported(csv_file("SKU,Title,Price", "A-1,Lamp,much"), user)
    young = imported(csv_file("SKU,Title", "A-2,Door"), user)
    edge = timezone.now() - timedelta(days=31)
    ImportFile.objects.filter(pk=old.pk).update(created_at=edge)
    # when
    import_files_purge()
    # then
    assert list(ImportFile.objects.values_list("pk", flat=True)) == [young.pk]
    assert Run.objects.get(pk=old.pk).items.count() == 1
    page = signed_in(user).get(f"/listings/imports/{old.pk}/").content.decode()
    assert "Price: Type a number" in page
    assert "Refused rows" not in page
    with pytest.raises(NotFound):
        import_refused(run_id=old.pk)
