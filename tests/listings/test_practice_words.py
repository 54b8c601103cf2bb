"""What practice demands of the catalog: one row holds a part, makes and words of titles."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from listings.models import Listing
from listings.services import listing_create
from listings.titles import TitleFacts, compose
from tests.listings.factories import machine, make_listing, make_user, signed_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def staff() -> Client:
    return signed_in(make_user())


def _shown(staff: Client, listing: Listing) -> dict[str, bool]:
    """Where the price 72.50 is read: every place that shows or sends one."""
    rows = csv.DictReader(
        io.StringIO(b"".join(staff.get("/listings/export/?format=csv")).decode("utf-8-sig"))
    )
    exported = [value for row in rows for value in row.values()]
    pages = {
        name: "72.50" in staff.get(address, headers=HTMX).content.decode()
        for name, address in {
            "catalog": "/listings/",
            "part": f"/listings/{listing.pk}/edit/",
            "quick view": f"/listings/{listing.pk}/quick/",
            "history": f"/listings/{listing.pk}/history/",
        }.items()
    }
    return {**pages, "export": "72.50" in exported}


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["cell", "field", "bulk", "proposal"])
def test_practice_02_a_price_edited_on_any_page_shows_everywhere(staff: Client, page: str) -> None:
    # given
    listing = make_listing(title="Mirror", start_price="10")
    key = str(listing.pk)
    # when
    match page:
        case "cell":
            form = {"name": "start_price", "value": "72.5", "version": "1"}
            staff.post(f"/listings/{key}/cell/", form, headers=HTMX)
        case "field":
            form = {"start_price": "72.5", "version": "1"}
            staff.post(f"/listings/{key}/field/", form, headers=HTMX)
        case "bulk":
            form = {"ids": key, "how": "set", "price": "72.5", "step": "apply"}
            staff.post("/listings/bulk/price/", form, headers=HTMX)
        case _:
            form = {"field:start_price": "72.5", "version": "1"}
            staff.post(f"/listings/{key}/draft/", form)
            staff.post(f"/listings/{key}/draft/", {"step": "take"})
    # then
    assert Listing.objects.get().version == 2
    missing = [place for place, seen in _shown(staff, listing).items() if not seen]
    assert missing == []


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        # A Nissan part that fits an Infiniti too stays a Nissan.
        (
            TitleFacts(
                part_name="Door Mirror", make="Nissan", model="Altima",
                fitments=(("Infiniti", "Q50"), ("Infiniti", "Q60"), ("Nissan", "Altima")),
            ),
            "Nissan Altima Door Mirror",
        ),
        # The donor tells the make, whatever else it fits.
        (
            TitleFacts(
                part_name="Seat", make="", donor_make="Lexus", donor_model="RX350",
                fitments=(("Toyota", "Highlander"),),
            ),
            "Lexus RX350 Seat",
        ),
        # A fitment mends only a misspelling of the same make.
        (
            TitleFacts(part_name="Grille", make="Bently", fitments=(("Bentley", "Azure"),)),
            "Bentley Grille",
        ),
        # A parts maker is a brand, not the make of a car.
        (
            TitleFacts(
                part_name="Fuel Pump", make="Delphi", donor_make="Volkswagen", donor_model="Golf"
            ),
            "Volkswagen Golf Fuel Pump",
        ),
        (
            TitleFacts(
                part_name="Alternator", make="Bosch", model="Golf",
                fitments=(("Volkswagen", "Golf"),),
            ),
            "Volkswagen Golf Alternator",
        ),
    ],
)  # fmt: skip
def test_practice_10_the_make_of_a_title_is_that_of_donor_or_part(
    facts: TitleFacts, title: str
) -> None:
    assert compose(facts).title == title


@pytest.mark.django_db
def test_practice_11_an_invented_description_and_a_source_leave_the_title_alone() -> None:
    # given
    listing = listing_create(data={"title": "Honda Accord Alternator"}, actor=machine())
    # when
    from listings.services import listing_update

    saved = listing_update(
        listing_id=listing.pk,
        data={"part_source": "salvage", "description": "<p>Rare OEM racing turbo, brand new</p>"},
        version=None,
        actor=machine(),
    )
    # then
    assert saved.title == "Honda Accord Alternator"
    assert "salvage" not in compose(TitleFacts(part_name="Alternator", make="Honda")).title.lower()
