"""Every page at 1440 and 390 px, light and dark: no complaint, no sideways scroll, axe is content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import Desk, desk
from tests.e2e.places import Place, all_places
from tests.e2e.system import System
from tests.web.shots import LOOKS, WIDTHS, Look, violations

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_LOADED = "() => document.fonts.ready.then(() => !document.querySelector('.htmx-request'))"


@pytest.fixture(scope="module")
def places(system: System, photo: Path) -> list[Place]:
    return all_places(system, photo)


@pytest.fixture(scope="module")
def cookies(
    system: System, chromium: Browser, places: list[Place]
) -> Mapping[str | None, list[dict[str, Any]]]:
    """The cookies of each role that looks at a page; nobody's are none."""
    found: dict[str | None, list[dict[str, Any]]] = {None: []}
    for role in {place.role for place in places if place.role}:
        with desk(chromium, system) as person:
            person.sign_in(role)
            found[role] = [dict(one) for one in person.context.cookies()]
    return found


_LIGHT_PHONE = Look(width=390, theme="light")
_SETTLED = "() => document.getAnimations().every(one => one.playState !== 'running')"


def test_every_page_is_in_order(
    system: System,
    chromium: Browser,
    places: list[Place],
    cookies: Mapping[str | None, list[dict[str, Any]]],
) -> None:
    """Each page dark on a desk; then the same page becomes narrow and light, as on a phone.

    The theme moves nothing and the width colours nothing: one look of each finds both kinds of
    fault. All four, each loaded for itself, are looked at in the drill.
    """
    wrong: list[str] = []
    for role, given in cookies.items():
        with desk(chromium, system, look=Look(width=1440, theme="dark"), cookies=given) as person:
            for place in places:
                if place.role != role:
                    continue
                wrong += _named(place, "1440-dark", _wrong_with(person, place))
                person.faults.clear()
                if place.from_width <= _LIGHT_PHONE.width:
                    wrong += _named(place, _LIGHT_PHONE.name, _wrong_as(person, _LIGHT_PHONE))
                    person.faults.clear()
                    _become(person.page, Look(width=1440, theme="dark"))
    assert not wrong, "\n".join(wrong)


@pytest.mark.drill
@pytest.mark.parametrize("look", LOOKS, ids=[look.name for look in LOOKS])
def test_every_page_is_in_order_loaded_so(
    system: System,
    chromium: Browser,
    places: list[Place],
    cookies: Mapping[str | None, list[dict[str, Any]]],
    look: Look,
) -> None:
    wrong: list[str] = []
    for role, given in cookies.items():
        with desk(chromium, system, look=look, cookies=given) as person:
            for place in places:
                if place.role == role and look.width >= place.from_width:
                    wrong += _named(place, look.name, _wrong_with(person, place))
                    person.faults.clear()
    assert not wrong, "\n".join(wrong)


def _named(place: Place, look: str, wrong: list[str]) -> list[str]:
    return [f"{place.name} {look}: {one}" for one in wrong]


def _become(page: Page, look: Look) -> None:
    """Change width and theme under the page that is open."""
    page.set_viewport_size({"width": look.width, "height": WIDTHS[look.width]})
    page.emulate_media(color_scheme="dark" if look.theme == "dark" else "light")
    page.wait_for_function(_SETTLED)


def _wrong_as(person: Desk, look: Look) -> list[str]:
    _become(person.page, look)
    return _faults_of(person)


def _wrong_with(person: Desk, place: Place) -> list[str]:
    page: Page = person.page
    answer = page.goto(f"{person.base}{place.path}")
    if answer is None or answer.status != place.status:
        return [f"answered {answer.status if answer else 'nothing'}"]
    # A tab or a panel may still be fetched.
    page.wait_for_function(_LOADED)
    if place.press:
        page.locator(place.press).locator("visible=true").first.click()
        page.locator(place.shows).wait_for()
    return _faults_of(person)


def _faults_of(person: Desk) -> list[str]:
    page = person.page
    wrong = list(person.faults)
    over = page.evaluate(_OVERFLOW)
    if over > 0:
        wrong.append(f"scrolls sideways by {over} px")
    return wrong + violations(page)
