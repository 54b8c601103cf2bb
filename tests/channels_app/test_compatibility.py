"""Vehicles as eBay gets them: only what it knows, and never wider than what was said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from channels_app import services
from channels_app.adapters.base import Vehicle
from channels_app.adapters.ebay import prepare
from channels_app.adapters.ebay.config import account_settings
from channels_app.adapters.ebay.taxonomy import Taxonomy
from channels_app.adapters.store import TableStore
from channels_app.services.inputs import listing_input
from fitment.models import FitmentMake, FitmentModel
from fitment.services import fitment_add
from tests.channels_app.factories import make_listing, person

if TYPE_CHECKING:
    from channels_app.models import ChannelConnection
    from tests.sandbox.server import SandboxServer

CATEGORY = "33710"  # headlights
pytestmark = pytest.mark.django_db


def test_practice_15_only_known_rows_are_sent_and_the_rest_is_named(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given five vehicles of which the marketplace knows three
    del ebay
    known = [
        Vehicle(year_start=year, year_end=year, make="Toyota", model="Camry")
        for year in (2013, 2014, 2015)
    ]
    unknown = [
        Vehicle(year_start=2013, year_end=2013, make="Toyota", model="Nonesuch"),
        Vehicle(year_start=2013, year_end=2013, make="Nobody", model="Camry"),
    ]
    given = replace(listing_input(make_listing()), vehicles=[*known, *unknown])
    # when
    around = prepare.surroundings(
        services.session_of(account), given, TableStore(), image_urls=(), is_live=False
    )
    # then
    assert [row["Year"] for row in around.vehicles] == ["2013", "2014", "2015"]
    assert [note for note in around.notes if "does not know" in note] == [
        "eBay does not know 2013 Toyota Nonesuch; it is left out.",
        "eBay does not know 2013 Nobody Camry; it is left out.",
    ]


def test_what_narrows_a_vehicle_goes_with_it() -> None:
    # given
    listing = make_listing()
    make, _ = FitmentMake.objects.get_or_create(slug="toyota", defaults={"name": "Toyota"})
    model, _ = FitmentModel.objects.get_or_create(
        make=make, slug="camry", defaults={"name": "Camry"}
    )
    fitment_add(
        listing_id=listing.pk,
        model_id=model.pk,
        year_start=2014,
        year_end=2015,
        position="Front",
        drive="AWD",
        qualifiers=[{"kind": "not", "text": "Hybrid"}],
        notes="with tow package",
        actor=person(),
    )
    # when
    (sent,) = listing_input(listing).vehicles
    # then
    assert sent.notes == "Not Hybrid; Front; AWD; with tow package"


def test_what_a_category_has_no_property_for_is_said_in_the_note(
    account: ChannelConnection,
) -> None:
    # given a category whose vehicles have a year, a make and a model only
    taxonomy = Taxonomy(TableStore(), account_settings(account.settings))
    whole = taxonomy.category(CATEGORY)
    coarse = replace(whole, vehicle_properties=("Year", "Make", "Model"))
    given = {"Year": "2014", "Make": "Toyota", "Model": "Camry"}
    trim = taxonomy.vehicle_values(CATEGORY, "Trim", given)[0]
    camry = Vehicle(
        year_start=2014, year_end=2014, make="Toyota", model="Camry", trim=trim, notes="AWD"
    )
    # when
    (row,), _ = prepare.vehicle_rows([camry], coarse, taxonomy)
    fine, _ = prepare.vehicle_rows([camry], whole, taxonomy)
    # then
    assert row["notes"] == f"{trim}; AWD"
    assert fine
    assert all(one["Trim"].startswith(trim) and one["notes"] == "AWD" for one in fine)
