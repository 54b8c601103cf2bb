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
from tests.web.shots import LOOKS, Look, violations

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


# The theme moves nothing and the width colours nothing: one look of each pair finds both kinds of
# fault. The other two are looked at in the drill.
_QUICK = {(1440, "dark"), (390, "light")}
_PARAMS = [
    pytest.param(
        look, marks=[] if (look.width, look.theme) in _QUICK else [pytest.mark.drill], id=look.name
    )
    for look in LOOKS
]


@pytest.mark.parametrize("look", _PARAMS)
def test_every_page_is_in_order(
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
                    wrong += [f"{place.name}: {one}" for one in _wrong_with(person, place)]
                    person.faults.clear()
    assert not wrong, "\n".join(wrong)


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
    wrong = list(person.faults)
    over = page.evaluate(_OVERFLOW)
    if over > 0:
        wrong.append(f"scrolls sideways by {over} px")
    return wrong + violations(page)
