"""One part's desk: drafts, the description, health, history."""

from __future__ import annotations

import pytest
from django.test import Client

from listings import fields
from listings.descriptions import description_clean, is_simple
from listings.models import EditDraft, Listing, ListingSearch
from listings.services import listing_delete, listing_search_write, listing_update
from listings.services.life import listing_health
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


def test_field_ours_14_planted_defects_lower_the_score_by_their_points_and_mending_restores_it() -> (
    None
):
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
