"""What stands around the list: cells, look, drafts, the description, health, the way of a version."""

from __future__ import annotations

import pytest
from django.test import Client

from inventory.models import InventoryPlace
from listings.models import CatalogPreference, Listing
from listings.services import listing_update
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
    assert 'id="catalog-export" hx-swap-oob="outerHTML"' in html
    assert 'href="/listings/export/?q=mirror&amp;format=ebay"' in html


def test_publishing_all_takes_the_lists_filters_too(user: User) -> None:
    # given
    from listings.selectors.address import ids_of_address

    wanted = make_listing(title="Mirror left", c_brand="Denso")
    make_listing(title="Mirror right", c_brand="Bosch")
    # when
    found = ids_of_address("q=mirror&brand=Denso&sort=price&page=n.50.x", user=user, limit=500)
    # then
    assert found == [wanted.pk]


def test_field_34_a_list_that_is_empty_says_so_and_a_list_that_failed_says_that(
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
