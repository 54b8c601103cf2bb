"""Pages of the catalog: what they show, save and refuse."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from listings.models import Listing, SavedSearch
from listings.services import listing_delete, listing_update
from settings_app.enums import UserRole
from settings_app.models import User
from tests.listings.factories import machine, make_listing, make_user, person, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def staff(user: User) -> Client:
    return signed_in(user)


def test_catalog_is_empty_at_first_and_says_what_to_do(staff: Client) -> None:
    page = staff.get("/listings/")
    assert page.status_code == 200
    assert "No parts yet" in page.content.decode()


def test_catalog_shows_rows_facets_and_counts(staff: Client) -> None:
    # given
    make_listing(complete=True, title="Left headlight", c_brand="Hella")
    make_listing(title="Mirror", c_brand="BMW")
    # when
    html = staff.get("/listings/").content.decode()
    narrowed = staff.get("/listings/?q=headlight&brand=Hella").content.decode()
    # then
    assert "Left headlight" in html
    assert "Mirror" in html
    assert "1 to 2 of 2" in html
    assert "Left headlight" in narrowed
    assert "Mirror" not in narrowed
    assert "<b>brand</b> Hella" in narrowed


def test_catalog_answers_htmx_with_the_results_alone(staff: Client) -> None:
    make_listing(title="Mirror")
    fragment = staff.get("/listings/?q=mirror", headers=HTMX)
    assert "<html" not in fragment.content.decode()
    assert "Mirror" in fragment.content.decode()
    assert "HX-Request" in fragment["Vary"]


def test_catalog_says_which_filter_it_does_not_know(staff: Client) -> None:
    html = staff.get("/listings/?q=stok:0").content.decode()
    assert "No filter stok. Did you mean stock?" in html


def test_catalog_pages_forth_and_back(staff: Client) -> None:
    # given
    for n in range(53):
        make_listing(title=f"Part {n:02d}")
    # when
    html = staff.get("/listings/?sort=title").content.decode()
    following = re.search(r'href="([^"]*page=n[^"]*)"', html)
    assert following is not None
    second = staff.get("/listings/" + following[1].replace("&amp;", "&")).content.decode()
    previous = re.search(r'href="([^"]*page=p[^"]*)"', second)
    assert previous is not None
    back = staff.get("/listings/" + previous[1].replace("&amp;", "&")).content.decode()
    # then
    assert "1 to 50 of 53" in html
    assert "51 to 53 of 53" in second
    assert "Part 52" in second
    assert "1 to 50 of 53" in back


def test_catalog_begins_again_on_a_broken_page(staff: Client) -> None:
    make_listing(title="Mirror")
    page = staff.get("/listings/?page=n.50.xyz")
    assert page.status_code == 200
    assert "The list begins again" in page.content.decode()


@pytest.mark.parametrize(
    "tab", ["details", "photos", "fitment", "stock", "channels", "history", "x"]
)
def test_part_page_has_its_tabs(staff: Client, tab: str) -> None:
    listing = make_listing(complete=True, description="Good part")
    page = staff.get(f"/listings/{listing.pk}/edit/?tab={tab}")
    assert page.status_code == 200
    assert listing.custom_label_sku in page.content.decode()


def test_part_page_shows_all_76_columns(staff: Client) -> None:
    from listings.columns import columns

    html = staff.get(f"/listings/{make_listing().pk}/edit/").content.decode()
    missing = [one.name for one in columns() if f'name="{one.name}"' not in html]
    assert missing == []


def test_field_saves_alone_and_answers_the_field_with_the_new_version(staff: Client) -> None:
    # given
    listing = make_listing(title="Old", c_brand="Bosch")
    # when
    page = staff.post(
        f"/listings/{listing.pk}/field/", {"title": "New", "version": "1"}, headers=HTMX
    )
    # then
    html = page.content.decode()
    assert page.status_code == 200
    assert 'value="New"' in html
    assert re.search(r'id="listing-version" value="2"', html)
    stored = Listing.objects.get(pk=listing.pk)
    assert (stored.title, stored.c_brand, stored.version) == ("New", "Bosch", 2)


def test_field_of_an_aspect_keeps_the_others(staff: Client) -> None:
    # given
    listing = make_listing(item_specifics={"Material": ["Steel"]})
    # when
    staff.post(
        f"/listings/{listing.pk}/field/",
        {"aspect:Placement on Vehicle": "Left|Front", "version": "1"},
        headers=HTMX,
    )
    # then
    assert Listing.objects.get(pk=listing.pk).item_specifics == {
        "Material": ["Steel"],
        "Placement on Vehicle": ["Left", "Front"],
    }


def test_field_in_fault_is_answered_with_the_reason_and_stays_typed(staff: Client) -> None:
    listing = make_listing(start_price="10")
    page = staff.post(
        f"/listings/{listing.pk}/field/", {"start_price": "cheap", "version": "1"}, headers=HTMX
    )
    assert page.status_code == 422
    assert "Type a number, such as 6.2." in page.content.decode()
    assert 'value="cheap"' in page.content.decode()
    assert Listing.objects.get(pk=listing.pk).version == 1


def test_field_merges_by_itself_what_does_not_collide(staff: Client) -> None:
    # given
    listing = make_listing(title="Base", start_price="10")
    listing_update(
        listing_id=listing.pk, data={"start_price": "12"}, version=1, actor=person("Marek")
    )
    # when
    page = staff.post(
        f"/listings/{listing.pk}/field/", {"title": "Mine", "version": "1"}, headers=HTMX
    )
    # then
    assert page.status_code == 200
    assert "Marek changed this part too" in page["HX-Trigger"]
    stored = Listing.objects.get(pk=listing.pk)
    assert (stored.title, str(stored.start_price), stored.version) == ("Mine", "12.00", 3)


def test_field_that_collides_shows_three_sides_and_merge_saves_the_choice(staff: Client) -> None:
    # given
    listing = make_listing(title="Base", start_price="10")
    listing_update(
        listing_id=listing.pk,
        data={"title": "Theirs", "c_brand": "Bosch"},
        version=1,
        actor=person("Marek"),
    )
    # when
    page = staff.post(
        f"/listings/{listing.pk}/field/", {"title": "Mine", "version": "1"}, headers=HTMX
    )
    # then
    html = page.content.decode()
    assert page.status_code == 409
    assert "Marek saved this part while you typed" in html
    assert all(words in html for words in ("Base", "Theirs", "Mine", "Save as version 3"))
    assert Listing.objects.get(pk=listing.pk).title == "Theirs"
    # when
    done = staff.post(
        f"/listings/{listing.pk}/merge/",
        {"version": "2", "pick:title": "yours", "yours:title": "Mine"},
    )
    # then
    assert done.status_code == 303
    stored = Listing.objects.get(pk=listing.pk)
    assert (stored.title, stored.c_brand, stored.version) == ("Mine", "Bosch", 3)


def test_new_part_becomes_a_draft_and_leads_to_its_page(staff: Client) -> None:
    # when
    page = staff.post(
        "/listings/new/", {"title": "Alternator", "start_price": "12,50", "c_brand": ""}
    )
    # then
    listing = Listing.objects.get()
    assert page.status_code == 303
    assert page["Location"] == f"/listings/{listing.pk}/edit/"
    assert (listing.title, str(listing.start_price)) == ("Alternator", "12.50")
    assert listing.person_fields == ["start_price", "title"]


def test_new_part_in_fault_keeps_what_was_typed(staff: Client) -> None:
    page = staff.post("/listings/new/", {"title": "Alternator", "start_price": "cheap"})
    assert page.status_code == 422
    html = page.content.decode()
    assert 'value="Alternator"' in html
    assert "Type a number" in html
    assert not Listing.objects.exists()


def test_duplicates_are_warned_of(staff: Client) -> None:
    make_listing(custom_label_sku="AB-1", c_manufacturer_part_number="234-4209")
    html = staff.get(
        "/listings/duplicates/?custom_label_sku=ab-1&c_manufacturer_part_number=2344209"
    ).content.decode()
    assert "This SKU is taken." in html
    assert "Parts with this number" in html


def test_status_moves_and_says_what_is_missing(staff: Client) -> None:
    # given
    good, poor = make_listing(complete=True), make_listing(title="Poor")
    # when
    moved = staff.post(f"/listings/{good.pk}/status/", {"to": "ready"})
    refused = staff.post(f"/listings/{poor.pk}/status/", {"to": "ready"}, headers=HTMX)
    # then
    assert moved.status_code == 303
    assert Listing.objects.get(pk=good.pk).status == "ready"
    assert refused.status_code == 409
    assert "Price is missing" in refused.content.decode()


def test_delete_trash_restore(staff: Client) -> None:
    listing = make_listing(title="Gone")
    staff.post(f"/listings/{listing.pk}/delete/")
    assert "Gone" in staff.get("/listings/trash/").content.decode()
    assert staff.get(f"/listings/{listing.pk}/history/").status_code == 200
    staff.post(f"/listings/{listing.pk}/restore/")
    assert Listing.objects.filter(pk=listing.pk).exists()
    assert "The trash is empty" in staff.get("/listings/trash/").content.decode()


def test_history_shows_words_that_changed_and_brings_a_version_back(staff: Client) -> None:
    # given
    listing = make_listing(title="Rear Light right")
    listing_update(
        listing_id=listing.pk, data={"title": "Tail Light right"}, version=1, actor=person("Ana")
    )
    # when
    html = staff.get(f"/listings/{listing.pk}/edit/?tab=history").content.decode()
    compared = staff.get(f"/listings/{listing.pk}/history/?from=1&to=2").content.decode()
    staff.post(f"/listings/{listing.pk}/history/1/restore/")
    # then
    for page in (html, compared):
        assert '<span class="old">Rear</span>' in page
        assert '<span class="new">Tail</span>' in page
    assert Listing.objects.get(pk=listing.pk).title == "Rear Light right"


def test_copy_makes_a_draft_without_sku_and_photos(staff: Client) -> None:
    listing = make_listing(complete=True)
    staff.post(f"/listings/{listing.pk}/copy/")
    made = Listing.objects.exclude(pk=listing.pk).get()
    assert made.title == listing.title
    assert made.custom_label_sku != listing.custom_label_sku
    assert (made.item_photo_url, made.status) == ("", "draft")


def test_proposals_are_taken_and_dropped(staff: Client) -> None:
    # given
    listing = make_listing(title="Odd one", start_price="10")
    listing_update(
        listing_id=listing.pk,
        data={"title": "Better", "start_price": "9"},
        version=None,
        actor=machine(),
        confidences={"title": 0.41},
    )
    html = staff.get(f"/listings/{listing.pk}/edit/").content.decode()
    found = re.findall(r'action="(/listings/proposals/[^"]*/take/)"', html)
    # when
    for url in found[:1]:
        staff.post(url)
    # then
    assert len(found) == 2
    assert "never applied alone" in html
    assert Listing.objects.get(pk=listing.pk).version == 2


def test_bulk_shows_a_preview_applies_and_undoes(staff: Client) -> None:
    # given
    listings = [make_listing(title=f"Part {n}", start_price="10") for n in range(3)]
    ids = [str(one.pk) for one in listings]
    # when
    drawer = staff.post("/listings/bulk/price/", {"ids": ids}, headers=HTMX).content.decode()
    form = {"ids": ids, "how": "percent", "price": "-10"}
    preview = staff.post(
        "/listings/bulk/price/", {**form, "step": "preview"}, headers=HTMX
    ).content.decode()
    applied = staff.post("/listings/bulk/price/", {**form, "step": "apply"}, headers=HTMX)
    # then
    assert "Change 3 parts" in drawer
    assert preview.count("9.00") == 3
    assert applied.status_code == 204
    assert [str(Listing.objects.get(pk=one).start_price) for one in ids] == ["9.00"] * 3
    undo = re.search(r"/listings/bulk/[0-9a-f-]+/undo/", applied["HX-Trigger"])
    assert undo is not None
    # when
    staff.post(undo[0], headers=HTMX)
    # then
    assert [str(Listing.objects.get(pk=one).start_price) for one in ids] == ["10.00"] * 3


def test_bulk_by_query_takes_all_that_the_list_shows(staff: Client) -> None:
    # given
    for n in range(3):
        make_listing(complete=True, title=f"Headlight {n}", custom_label_sku=f"H-{n}")
    make_listing(complete=True, title="Mirror", custom_label_sku="M-1")
    # when
    staff.post(
        "/listings/bulk/status/",
        {"all": "1", "query": "q=headlight", "status": "ready", "step": "apply"},
        headers=HTMX,
    )
    # then
    assert Listing.objects.filter(status="ready").count() == 3


def test_bulk_refusals_stay_on_the_page_with_their_reasons(staff: Client) -> None:
    # given
    good, poor = make_listing(complete=True), make_listing(title="Poor")
    # when
    page = staff.post(
        "/listings/bulk/status/",
        {"ids": [str(good.pk), str(poor.pk)], "status": "ready", "step": "apply"},
        headers=HTMX,
    )
    # then
    assert "1 was refused" in page.content.decode()
    assert Listing.objects.get(pk=good.pk).status == "ready"


def test_saved_view_is_a_tab_until_it_is_forgotten(staff: Client) -> None:
    # given
    make_listing(title="Mirror")
    # when
    saved = staff.post("/listings/saved/", {"name": "Mirrors", "query": "q=mirror&page=n.50.x"})
    # then
    assert saved["Location"] == "/listings/?q=mirror"
    assert "Mirrors" in staff.get("/listings/").content.decode()
    staff.post(f"/listings/saved/{SavedSearch.objects.get().pk}/delete/")
    assert not SavedSearch.objects.exists()


def test_quick_view_is_a_drawer(staff: Client) -> None:
    listing = make_listing(complete=True)
    html = staff.get(f"/listings/{listing.pk}/quick/", headers=HTMX).content.decode()
    assert "data-drawer" in html
    assert listing.title in html


def test_a_viewer_reads_and_cannot_write() -> None:
    # given
    staff = signed_in(make_user(role=UserRole.VIEWER))
    listing = make_listing(title="Old")
    # when
    page = staff.get(f"/listings/{listing.pk}/edit/")
    refused = staff.post(f"/listings/{listing.pk}/field/", {"title": "New", "version": "1"})
    # then
    assert page.status_code == 200
    assert "hx-post" not in page.content.decode().split("<main")[1].split("</main>")[0]
    assert refused.status_code == 403
    assert Listing.objects.get(pk=listing.pk).title == "Old"


def test_unknown_and_deleted_parts_are_404(staff: Client) -> None:
    listing = make_listing()
    listing_delete(listing_id=listing.pk, actor=person())
    for key in (listing.pk, uuid.uuid4()):
        assert staff.get(f"/listings/{key}/edit/").status_code == 404


def test_strangers_go_to_the_sign_in() -> None:
    page = Client().get("/listings/")
    assert page.status_code == 302
    assert "next=/listings/" in page["Location"]
