"""Fitment by hand in a real browser: the cascade by keyboard, the queue, a file with one mapping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from fitment.aces.fitting import due_drain
from fitment.aces.importing import import_run
from fitment.models import AcesMissing, AcesUpload, FitmentClaim, PartFitment
from fitment.reference import reference_load
from fitment.services import fitments_detect
from listings.models import Listing
from realtrack.core.actors import Actor
from tests.fitment.aces_files import aces, app
from tests.fitment.factories import make_listing
from tests.people import browser_of, user_of
from tests.web.shots import LOOKS, page_opened, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

# The workers' part is done by the test itself, in its own time: nothing is waited for.
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PATIENCE_MS = 30_000  # a machine that runs other tests answers late


@pytest.fixture
def vehicles(transactional_db: None) -> None:
    """The vehicle data, within this test's own database time."""
    reference_load()


@pytest.fixture
def page(live_server: LiveServer, chromium: Browser, vehicles: None) -> Iterator[Page]:
    cookies: list[dict[str, Any]] = [
        {"name": name, "value": morsel.value, "url": live_server.url}
        for name, morsel in browser_of("manager").cookies.items()
    ]
    with page_opened(chromium, LOOKS[0], cookies=cookies) as opened:
        opened.context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield opened


def person() -> Actor:
    return Actor.person(user_of("manager"))


def waiting(title: str) -> Listing:
    listing = make_listing(title, actor=person())
    fitments_detect(listing_id=listing.pk, actor=Actor.system("fitment.detect"))
    return listing


def typed(page: Page, name: str, text: str, chosen: str) -> None:
    """Type into a step and take the best answer by Enter."""
    step = page.get_by_role("combobox", name=name, exact=True)
    step.focus()
    page.keyboard.type(text)
    best = page.locator("[role=listbox]:visible [role=option].at")
    expect(best).to_contain_text(chosen)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name=name, exact=True)).to_have_value(re.compile(chosen))


def test_the_cascade_by_keyboard(page: Page, live_server: LiveServer) -> None:
    # given
    listing = make_listing("Tail lamp", actor=person())
    page.goto(f"{live_server.url}/fitment/{listing.pk}/")

    # when: another name of the make, a part of the model's, two years, two engines
    typed(page, "Make", "chevy", "Chevrolet")
    expect(page.locator("#add-model-text")).to_be_focused()
    typed(page, "Model", "silv", "Silverado")
    years = page.get_by_role("combobox", name="Years")
    expect(years).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    assert re.fullmatch(r"\d{4}-\d{4}", years.input_value())
    page.keyboard.press("Tab")
    engines = page.get_by_role("combobox", name="Engines")
    expect(engines).to_be_enabled()
    expect(engines).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    expect(page.locator(".cbx-marks .tag")).to_have_count(2)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add").click()

    # then
    expect(page.locator("#fitment-rows tbody tr")).to_have_count(2)
    rows = PartFitment.objects.filter(listing=listing, verified=True)
    assert {row.make.name for row in rows.select_related("make")} == {"Chevrolet"}
    assert len({row.engine_id for row in rows}) == 2

    # when: it was the wrong one
    page.get_by_role("combobox", name="Make").click()
    page.keyboard.type("nosuchmake")
    expect(page.get_by_text("Nothing of that name")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Make")).to_have_value("")


@pytest.mark.drill
def test_the_queue_by_keys(page: Page, live_server: LiveServer) -> None:
    # given
    first, second = waiting("2008-2012 Honda Accord alternator"), waiting("Camry 2007-2011 lamp")
    third = waiting("Alternator Accord 08-12 CRV 10-12 OEM Honda")
    page.goto(f"{live_server.url}/fitment/")

    # when
    page.keyboard.press("v")
    title = page.locator("#queue-title")
    expect(title).to_contain_text("Honda Accord")
    expect(title.locator("mark")).to_have_text("2008-2012 Honda Accord")
    assert violations(page) == []
    page.keyboard.press("a")
    expect(title).to_contain_text("Camry")
    page.keyboard.press("e")
    page.keyboard.type("2008-2010")
    page.keyboard.press("Enter")
    expect(title).to_contain_text("CRV")
    assert FitmentClaim.objects.get().listing_id == third.pk
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.locator("#queue tbody tr")).to_have_count(2)

    # then
    states = PartFitment.everything.filter(listing__in=[first, second])
    assert sorted(states.values_list("year_start", "year_end", "verified")) == [
        (2008, 2010, True),
        (2008, 2012, True),
    ]
    assert not PartFitment.everything.filter(listing=third, verified=True).exists()


@pytest.mark.drill
def test_a_file_its_quarantine_and_one_mapping(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    # given
    listing = make_listing("Alternator", actor=person(), c_manufacturer_part_number="AB-100")
    source = tmp_path / "brand.xml"
    source.write_bytes(aces(app(1), app(2)))
    page.goto(f"{live_server.url}/fitment/aces/")

    # when
    page.get_by_label("File of vehicles").set_input_files(str(source))
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/fitment/aces/*/")
    upload = AcesUpload.objects.get()
    import_run(run_id=upload.run_id)
    page.goto(f"{live_server.url}/fitment/quarantine/")
    expect(page.locator("tbody tr")).to_have_count(AcesMissing.objects.count())
    vehicle = page.locator("tbody tr", has_text="BaseVehicle")
    expect(vehicle).to_contain_text("171")
    assert violations(page) == []
    vehicle.get_by_role("textbox").fill("2007 Toyota Camry")
    vehicle.get_by_role("button", name="Camry").first.click()
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    due_drain()

    # then
    row = PartFitment.objects.select_related("model").get(listing=listing)
    assert (row.model.name, row.year_start, row.year_end) == ("Camry", 2007, 2007)
