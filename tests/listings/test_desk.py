"""What stands around the list: cells, look, drafts, the description, health, the way of a version."""

from __future__ import annotations

import pytest
from django.test import Client

from inventory.models import InventoryPlace
from listings import fields
from listings.descriptions import description_clean, is_simple
from listings.models import CatalogPreference, EditDraft, Listing, ListingSearch
from listings.services import listing_delete, listing_search_write, listing_update
from listings.services.life import listing_health
from settings_app.enums import UserRole
from settings_app.models import User
from tests.listings.factories import make_listing, make_user, person, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def staff(user: User) -> Client:
    return signed_in(user)


@pytest.mark.parametrize(
    ("name", "value", "then"),
    [
        ("title", "Mirror left", "Mirror left"),
        ("start_price", "12,5", "12.50"),
        ("quantity", "4", "4"),
        ("bin", "b-04-2", "B-04-2"),
    ],
)
def test_a_cell_is_saved_and_its_row_answered(
    staff: Client, name: str, value: str, then: str
) -> None:
    # given
    listing = make_listing(title="Mirror", start_price="10")
    # when
    page = staff.post(
        f"/listings/{listing.pk}/cell/",
        {"name": name, "value": value, "version": "1"},
        headers=HTMX,
    )
    # then
    html = page.content.decode()
    assert page.status_code == 200
    assert html.lstrip().startswith("<tr data-row")
    assert f'data-value="{then}"' in html
    stored = Listing.objects.get()
    places = list(InventoryPlace.objects.values_list("bin_code", flat=True))
    found = {"title": stored.title, "start_price": str(stored.start_price),
             "quantity": str(stored.quantity), "bin": "".join(places)}  # fmt: skip
    assert found[name] == then


def test_a_cell_in_fault_a_stranger_field_and_a_viewer_change_nothing(staff: Client) -> None:
    # given
    listing = make_listing(title="Mirror", start_price="10")
    address = f"/listings/{listing.pk}/cell/"
    viewer = signed_in(make_user(role=UserRole.VIEWER))
    # when
    fault = staff.post(address, {"name": "start_price", "value": "cheap"}, headers=HTMX)
    stranger = staff.post(address, {"name": "status", "value": "sold"}, headers=HTMX)
    refused = viewer.post(address, {"name": "title", "value": "Mine"}, headers=HTMX)
    # then
    assert (fault.status_code, fault.content) == (422, b"Type a number, such as 6.2.")
    assert (stranger.status_code, refused.status_code) == (400, 403)
    assert Listing.objects.get().version == 1
    assert 'data-cell="' not in viewer.get("/listings/").content.decode()


def test_a_cell_that_collides_shows_three_sides(staff: Client) -> None:
    # given
    listing = make_listing(title="Base")
    listing_update(listing_id=listing.pk, data={"title": "Theirs"}, version=1, actor=person())
    # when
    page = staff.post(
        f"/listings/{listing.pk}/cell/",
        {"name": "title", "value": "Mine", "version": "1"},
        headers=HTMX,
    )
    # then
    assert page.status_code == 409
    assert "data-conflict" in page.content.decode()
    assert Listing.objects.get().title == "Theirs"


def test_look_is_kept_per_person(staff: Client, user: User) -> None:
    # given
    make_listing(title="Mirror", c_brand="Denso")
    # when
    staff.post(
        "/listings/look/",
        {"chooser": "1", "columns": ["brand", "price"], "density": "tight"},
        headers=HTMX,
    )
    staff.post("/listings/look/", {"view": "rows"})
    html = staff.get("/listings/").content.decode()
    other = signed_in(make_user()).get("/listings/").content.decode()
    # then
    kept = CatalogPreference.objects.get(user=user)
    assert (kept.columns, kept.density, kept.view) == (["brand", "price"], "tight", "rows")
    assert html.index('<th scope="col">Brand') < html.index("Price, USD")
    assert 'class="tb cat tight"' in html
    assert "Health" not in html.split("<thead>")[1].split("</thead>")[0]
    assert "Health" in other.split("<thead>")[1].split("</thead>")[0]


@pytest.mark.parametrize(
    "form",
    [
        {"chooser": "1"},
        {"chooser": "1", "columns": ["nonsense"]},
        {"density": "huge"},
        {"view": "map"},
    ],
)
def test_a_look_that_there_is_not_is_refused(staff: Client, form: dict[str, object]) -> None:
    assert staff.post("/listings/look/", form).status_code == 400
    assert not CatalogPreference.objects.exists()


def test_cards_show_photo_stock_channels_and_health(staff: Client) -> None:
    # given
    make_listing(complete=True, title="Left headlight")
    staff.post("/listings/look/", {"view": "cards"})
    # when
    html = staff.get("/listings/").content.decode()
    # then
    tile = html.split('class="tiles"')[1]
    assert all(
        words in tile for words in ("Left headlight", "1 free", "eB", "Sh", "Health", "<img")
    )


def test_list_fragment_brings_what_the_bar_says_of_it(staff: Client) -> None:
    # given
    make_listing(title="Mirror")
    make_listing(title="Headlight")
    # when
    html = staff.get("/listings/?q=mirror", headers=HTMX).content.decode()
    # then: counts, export and the view to save are those of this search
    assert 'data-list-total="1"' in html
    assert 'id="catalog-total" hx-swap-oob="outerHTML">1<' in html
    assert 'id="save-view" href="/listings/saved/?q=mirror"' in html
    assert 'id="catalog-export" href="/listings/export/?q=mirror"' in html


def test_drafts_are_each_persons_own_and_saved_or_thrown_away(staff: Client, user: User) -> None:
    # given
    listing = make_listing(title="Base", start_price="10")
    address = f"/listings/{listing.pk}/draft/"
    typed = {"field:title": "Typed", "field:aspect:Material": "Steel|Zinc", "version": "1"}
    # when
    kept = staff.post(address, typed)
    page = staff.get(f"/listings/{listing.pk}/edit/").content.decode()
    other = signed_in(make_user()).get(f"/listings/{listing.pk}/edit/").content.decode()
    # then
    assert kept.status_code == 204
    assert Listing.objects.get().version == 1
    assert "You typed here and did not save:</b> Title, Material." in page
    assert "did not save" not in other
    # when: someone saves another field meanwhile, then the draft is taken
    listing_update(listing_id=listing.pk, data={"start_price": "12"}, version=1, actor=person())
    staff.post(address, {"step": "take"})
    # then: both are kept
    stored = Listing.objects.get()
    assert (stored.title, str(stored.start_price)) == ("Typed", "12.00")
    assert stored.item_specifics == {"Material": ["Steel", "Zinc"]}
    assert not EditDraft.objects.exists()
    # when
    staff.post(address, {"field:title": "Again", "version": "3"})
    staff.post(address, {"step": "drop"})
    # then
    assert not EditDraft.objects.filter(owner=user).exists()
    assert Listing.objects.get().title == "Typed"


def test_a_draft_that_collides_is_shown_and_kept(staff: Client) -> None:
    # given
    listing = make_listing(title="Base", c_brand="Denso")
    address = f"/listings/{listing.pk}/draft/"
    staff.post(address, {"field:title": "Mine", "field:c_brand": "Bosch", "version": "1"})
    listing_update(listing_id=listing.pk, data={"title": "Theirs"}, version=1, actor=person())
    # when
    page = staff.post(address, {"step": "take"})
    # then
    html = page.content.decode()
    assert page.status_code == 409
    assert EditDraft.objects.count() == 1
    assert Listing.objects.get().title == "Theirs"
    # what does not collide goes along with the choice
    assert 'name="pick:c_brand" value="yours"' in html
    # when
    staff.post(
        f"/listings/{listing.pk}/merge/",
        {"version": "2", "pick:title": "theirs", "yours:title": "Mine",
         "pick:c_brand": "yours", "yours:c_brand": "Bosch"},
    )  # fmt: skip
    # then
    stored = Listing.objects.get()
    assert (stored.title, stored.c_brand) == ("Theirs", "Bosch")
    assert not EditDraft.objects.exists()


def test_a_saved_field_leaves_the_draft(staff: Client) -> None:
    # given
    listing = make_listing(title="Base")
    typed = {"field:title": "Typed", "field:c_brand": "Bosch", "version": "1"}
    staff.post(f"/listings/{listing.pk}/draft/", typed)
    # when
    staff.post(f"/listings/{listing.pk}/field/", {"title": "Typed", "version": "1"}, headers=HTMX)
    # then
    assert EditDraft.objects.get().data == {"c_brand": "Bosch"}


def test_unknown_fields_and_floods_are_not_kept(staff: Client) -> None:
    assert staff.post("/listings/new/draft/", {"field:nonsense": "x"}).status_code == 400
    flood = {"field:description": "x" * 500_001}
    assert staff.post("/listings/new/draft/", flood).status_code == 413
    assert not EditDraft.objects.exists()


@pytest.mark.parametrize(
    ("raw", "clean", "active"),
    [
        ("plain & text", "plain & text", False),
        ("<p>Hi <b>x</b></p>", "<p>Hi <b>x</b></p>", False),
        ("<p onclick='x()'>a</p>", "<p>a</p>", True),
        ("<script>alert(1)</script><p>x</p>", "<p>x</p>", True),
        ("<a href='javascript:alert(1)'>x</a>", "<a>x</a>", True),
        ("<img src=x onerror=alert(1)>", '<img src="x">', True),
        ("<iframe src='https://a.test'></iframe>y", "y", True),
        ("<style>p{color:red}</style><p>x</p>", "<style>p{color:red}</style><p>x</p>", False),
        ("<p>3 < 4 bolts</p>", "<p>3 &lt; 4 bolts</p>", False),
    ],
)
def test_descriptions_are_cleaned_of_what_runs(raw: str, clean: str, *, active: bool) -> None:
    found = description_clean(raw)
    assert (found.html, found.was_active) == (clean, active)
    assert description_clean(clean).html == clean


def test_only_what_the_editor_holds_is_edited_as_text() -> None:
    assert is_simple("<p>a <b>b</b></p><ul><li>c</li></ul>")
    assert not is_simple("<table><tr><td>a</td></tr></table>")
    assert not is_simple('<p style="color:red">a</p>')


def test_description_is_saved_clean_and_shown_in_a_frame_that_runs_nothing(staff: Client) -> None:
    # given
    listing = make_listing(title="Mirror")
    # when
    page = staff.post(
        f"/listings/{listing.pk}/field/",
        {"description": "<p>Good</p><script>alert(1)</script>", "version": "1"},
        headers=HTMX,
    )
    frame = staff.get(f"/listings/{listing.pk}/description/")
    # then
    assert "was taken out of the description" in page["HX-Trigger"]
    assert Listing.objects.get().description == "<p>Good</p>"
    assert "<body><p>Good</p></body>" in frame.content.decode()
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


def test_each_lost_point_of_health_leads_to_where_it_is_mended(staff: Client) -> None:
    # given
    listing = make_listing(title="x" * 20)
    # when
    html = staff.get(f"/listings/{listing.pk}/edit/").content.decode()
    # then
    issues = listing_health(listing).issues
    assert len(issues) >= 10
    for issue in issues:
        assert f'href="{issue.link}">{issue.message}</a>' in html
        anchor = issue.link.partition("#")[2]
        assert not anchor or f'id="{anchor}"' in html, f"{issue.code} leads to {anchor}"


def test_planted_defects_lower_the_score_by_their_points_and_mending_restores_it() -> None:
    # given: a part that lacks nothing but photos of ours
    listing = make_listing(
        complete=True, description="<p>Good</p>", weight="3", shipping_profile_name="Ground",
        c_type="Headlight", item_specifics={fields.PLACEMENT: ["Left"]},
    )  # fmt: skip
    listing_search_write(listing_id=listing.pk, vehicle_count=3)
    whole = ListingSearch.objects.get(pk=listing.pk).health
    defects = {"title": "", "start_price": None, "category_id": "", "condition_id": "",
               "c_brand": "", "c_manufacturer_part_number": "", "description": "", "weight": None,
               "shipping_profile_name": "", "c_type": "", "item_specifics": None}  # fmt: skip
    # then
    assert (whole, listing_health(listing).issues) == (100, ())
    for name, missing in defects.items():
        before = getattr(Listing.objects.get(pk=listing.pk), name)
        # when
        poor = listing_update(
            listing_id=listing.pk, data={name: missing}, version=None, actor=person()
        )
        # then
        issues = listing_health(poor).issues
        assert [one.field for one in issues] == [name]
        assert ListingSearch.objects.get(pk=listing.pk).health == 100 - issues[0].points
        # when
        listing_update(listing_id=listing.pk, data={name: before}, version=None, actor=person())
        # then
        assert ListingSearch.objects.get(pk=listing.pk).health == 100
    # when: what other apps know
    listing_search_write(listing_id=listing.pk, vehicle_count=0, channel_states={"ebay": "err"})
    assert ListingSearch.objects.get(pk=listing.pk).health == 86
    listing_search_write(listing_id=listing.pk, vehicle_count=3, channel_states={"ebay": "live"})
    # then
    assert ListingSearch.objects.get(pk=listing.pk).health == 100


def test_health_offers_what_parts_like_it_have_and_one_click_takes_it(staff: Client) -> None:
    # given
    make_listing(c_manufacturer_part_number="33500-T2A", c_type="Tail Light", weight="6.2")
    listing = make_listing(title="Right tail light", c_manufacturer_part_number="33500T2A")
    # when
    html = staff.get(f"/listings/{listing.pk}/edit/").content.decode()
    staff.post(f"/listings/{listing.pk}/field/", {"weight": "6.200", "version": "1"}, headers=HTMX)
    # then
    assert '<input type="hidden" name="weight" value="6.200">' in html
    assert 'name="aspect:Placement on Vehicle" value="Right"' in html
    assert str(Listing.objects.get(pk=listing.pk).weight) == "6.200"


def test_history_compares_any_two_says_what_is_the_same_and_names_jobs_by_a_word(
    staff: Client,
) -> None:
    # given
    listing = make_listing(title="One")
    note = "From photos, job 01a21385-4915-7c00-915c-3dacd356f418."
    for version, title in ((1, "Two"), (2, "Three")):
        listing_update(
            listing_id=listing.pk, data={"title": title}, version=version, actor=person(), note=note
        )
    # when
    html = staff.get(f"/listings/{listing.pk}/history/?from=1&to=3").content.decode()
    # then
    assert '<span class="old">One</span>' in html
    assert '<span class="new">Three</span>' in html
    assert "fields are the same." in html
    assert "From photos" in html
    assert "job 01a21385" not in html
    assert "/ingestion/jobs/01a21385-4915-7c00-915c-3dacd356f418/" in html
    # when
    staff.post(f"/listings/{listing.pk}/history/1/restore/")
    # then
    assert Listing.objects.get().title == "One"


def test_a_deleted_part_is_taken_back_from_its_history(staff: Client) -> None:
    # given
    listing = make_listing(title="Gone")
    listing_delete(listing_id=listing.pk, actor=person())
    # when
    html = staff.get(f"/listings/{listing.pk}/history/").content.decode()
    staff.post(f"/listings/{listing.pk}/restore/")
    # then
    assert "Take out of the trash" in html
    assert Listing.objects.get().title == "Gone"


def test_publishing_all_takes_the_lists_filters_too(user: User) -> None:
    # given
    from listings.selectors.address import ids_of_address

    wanted = make_listing(title="Mirror left", c_brand="Denso")
    make_listing(title="Mirror right", c_brand="Bosch")
    # when
    found = ids_of_address("q=mirror&brand=Denso&sort=price&page=n.50.x", user=user, limit=500)
    # then
    assert found == [wanted.pk]


def test_a_list_that_is_empty_says_so_and_a_list_that_failed_says_that(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    from django.db import OperationalError

    from listings import selectors

    def broken(*_: object, **__: object) -> None:
        raise OperationalError

    # when
    empty = staff.get("/listings/")
    nothing = staff.get("/listings/?q=zzz")
    monkeypatch.setattr(selectors, "listing_search", broken)
    failed = staff.get("/listings/")
    # then: never one for the other
    assert (empty.status_code, "No parts yet" in empty.content.decode()) == (200, True)
    assert (nothing.status_code, "Nothing found" in nothing.content.decode()) == (200, True)
    assert failed.status_code == 503
    assert "No parts yet" not in failed.content.decode()


def test_facets_of_very_many_hits_come_on_their_own(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    from listings import selectors

    make_listing(title="Mirror", c_brand="Denso")
    monkeypatch.setattr(selectors, "facets_come_later", lambda page: page.total > 0)
    # when
    html = staff.get("/listings/?q=mirror").content.decode()
    later = staff.get("/listings/facets/?q=mirror", headers=HTMX).content.decode()
    # then
    assert 'hx-get="/listings/facets/?q=mirror"' in html
    assert 'value="Denso"' not in html
    assert 'value="Denso"' in later
