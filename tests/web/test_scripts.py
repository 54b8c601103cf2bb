"""The scripts in a real browser: faults, toasts, drawer, keys, selection, saving, upload, live."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.web.shots import LOOKS, page_opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, WebSocketRoute
    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.web.urls"),
]


class Socket:
    """The notifications socket, answered by the test."""

    def __init__(self) -> None:
        self.route: WebSocketRoute | None = None

    def opened(self, route: WebSocketRoute) -> None:
        self.route = route

    def say(self, **message: object) -> None:
        assert self.route is not None
        self.route.send(json.dumps(message))


@pytest.fixture
def socket() -> Socket:
    return Socket()


@pytest.fixture
def page(
    live_server: LiveServer, chromium: Browser, signed_in: list[dict[str, Any]], socket: Socket
) -> Iterator[Page]:
    with page_opened(chromium, LOOKS[0], cookies=signed_in) as opened:
        opened.route_web_socket("**/ws/notifications/", socket.opened)
        opened.goto(f"{live_server.url}/behaviours/")
        opened.set_default_timeout(5000)
        yield opened


def noted(page: Page) -> list[dict[str, Any]]:
    """What the server got since the last question."""
    found: list[dict[str, Any]] = page.evaluate(
        "() => fetch('/noted/').then(r => r.json()).then(d => d.seen)"
    )
    return found


def test_fault_stands_in_the_nearest_slot_and_is_said(page: Page) -> None:
    # when
    page.click("#fail")

    # then
    expect(page.locator("#near")).to_contain_text("refused with 409")
    expect(page.locator("#out")).to_have_text("as it was")
    expect(page.locator("#live-assertive")).to_contain_text("refused with 409")


def test_answer_that_is_no_fragment_is_never_shown(page: Page) -> None:
    # when
    page.click("#bare")

    # then
    expect(page.locator("#near")).to_contain_text("Something broke on our side.")
    assert "Traceback" not in page.content()


def test_change_is_told_in_a_toast_and_undone_by_its_key(page: Page) -> None:
    # given
    noted(page)
    page.keyboard.press("c")
    expect(page.locator("#out")).to_have_text("swapped")
    expect(page.locator("#toasts")).to_contain_text("Changed 3 parts.")

    # when
    page.keyboard.press("z")

    # then
    expect(page.locator("#toasts [data-toast]")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert [one["path"] for one in noted(page)] == ["/undo/"]


def test_at_most_three_toasts_are_shown(page: Page) -> None:
    # when
    page.evaluate("() => { for (let i = 1; i < 6; i++) rt.toast('Message ' + i, '/undo/'); }")

    # then
    assert page.locator("#toasts [data-toast] > span").all_inner_texts() == [
        "Message 3",
        "Message 4",
        "Message 5",
    ]
    assert page.locator('#toasts [data-key="z"]').count() == 1


def test_ending_asks_first_with_the_count_in_the_button(page: Page) -> None:
    # given
    page.click("#end")
    expect(page.locator("#ask [data-ask-yes]")).to_have_text("End 14 listings")

    # when
    page.keyboard.press("Escape")

    # then: nothing was sent, focus is back
    expect(page.locator("#out")).to_have_text("as it was")
    expect(page.locator("#end")).to_be_focused()

    # when
    page.click("#end")
    page.click("#ask [data-ask-yes]")

    # then
    expect(page.locator("#out")).to_have_text("swapped")


def test_drawer_takes_focus_and_gives_it_back(page: Page, live_server: LiveServer) -> None:
    # given
    page.goto(f"{live_server.url}/kit/")
    page.click("#kit-drawer")
    expect(page.locator("#drawer-title")).to_be_focused()
    assert page.locator(".shell").evaluate("node => node.inert") is True

    # when
    page.keyboard.press("Escape")

    # then
    expect(page.locator("#drawer [data-drawer]")).to_have_count(0)
    expect(page.locator("#kit-drawer")).to_be_focused()


def test_drawer_with_typed_text_asks_before_it_closes(page: Page, live_server: LiveServer) -> None:
    # given
    page.goto(f"{live_server.url}/kit/")
    page.click("#kit-drawer")
    page.fill("#id_note", "measured twice")

    # when
    page.keyboard.press("Escape")

    # then
    expect(page.locator("#ask")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#id_note")).to_have_value("measured twice")


def test_rows_are_moved_chosen_and_counted_by_keys(page: Page, live_server: LiveServer) -> None:
    # given
    page.goto(f"{live_server.url}/kit/")

    # when
    for key in ("j", "x", "j", "j", "x"):
        page.keyboard.press(key)

    # then
    expect(page.locator("[data-bulk]")).to_be_visible()
    expect(page.locator("[data-bulk-count]")).to_have_text("2 selected")
    chosen = page.locator("[data-bulk-fields] input").evaluate_all("all => all.map(i => i.value)")
    assert chosen == ["NS-40817", "NS-40809"]

    # when
    page.reload()

    # then: the choice survives the page
    expect(page.locator("[data-bulk-count]")).to_have_text("2 selected")
    page.click("[data-bulk-clear]")
    expect(page.locator("[data-bulk]")).to_be_hidden()


def test_keys_rest_in_fields_and_help_lists_them(page: Page) -> None:
    # given
    page.focus("#id_weight")

    # when
    page.keyboard.type("c?")

    # then
    expect(page.locator("#out")).to_have_text("as it was")
    expect(page.locator("#key-help")).to_be_hidden()

    # when
    page.keyboard.press("Escape")
    page.locator("#page-title").focus()
    page.keyboard.press("?")

    # then
    expect(page.locator("#key-help")).to_contain_text("Change")
    expect(page.locator("#key-help")).to_contain_text("go to Today")


def test_slash_jumps_to_a_page_by_name(page: Page) -> None:
    # given
    page.keyboard.press("/")
    page.keyboard.type("setti")
    expect(page.locator("#jump-list li").first).to_contain_text("Settings")

    # when
    page.keyboard.press("Enter")

    # then
    page.wait_for_url("**/settings/**")


def test_field_saves_itself_once_and_shows_the_fault_below(page: Page) -> None:
    # given
    noted(page)

    # when
    page.fill("#id_weight", "7.5")
    page.keyboard.press("Enter")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved ")
    page.locator("#page-title").focus()

    # then
    assert [one["data"] for one in noted(page)] == [{"weight": ["7.5"], "version": ["7"]}]

    # when
    page.fill("#id_weight", "six")
    page.locator("#page-title").focus()

    # then
    expect(page.locator("#id_weight-text")).to_have_text("Type a number, such as 6.2")
    expect(page.locator("#id_weight")).to_have_value("six")
    expect(page.locator("[data-save-state]")).to_have_text("Not saved")


def test_theme_follows_the_system_and_remembers_a_choice(page: Page) -> None:
    # given
    theme = "() => document.documentElement.dataset.bsTheme"
    assert page.evaluate(theme) == "light"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.bsTheme === 'dark'")

    # when
    page.click(".bar [data-theme-toggle]")
    page.reload()

    # then
    assert page.evaluate(theme) == "light"


def test_socket_counts_the_bell_and_wakes_fragments(page: Page, socket: Socket) -> None:
    # when
    socket.say(type="notifications.count", unread=5)
    socket.say(type="changed", what="orders")

    # then
    expect(page.locator("[data-bell-count]")).to_have_text("5")
    expect(page.locator("[data-bell]")).to_have_attribute("aria-label", "Notifications, 5 new")
    expect(page.locator("#live")).to_have_text("swapped")


def test_order_is_changed_by_keyboard(page: Page) -> None:
    # given
    noted(page)
    page.wait_for_selector("[data-sortable-on]")
    page.focus("[data-id=a]")

    # when
    page.keyboard.press("Alt+ArrowRight")
    page.wait_for_load_state("networkidle")

    # then
    assert [one["data"] for one in noted(page)] == [{"ids": ["b", "a"]}]


def test_photos_go_to_signed_addresses_and_become_a_job(page: Page) -> None:
    # given
    noted(page)

    # when
    page.set_input_files(
        "[data-upload-input]",
        [
            FilePayload(name="one.jpg", mimeType="image/jpeg", buffer=b"x" * 300),
            FilePayload(name="no.txt", mimeType="text/plain", buffer=b"text"),
            FilePayload(name="two.png", mimeType="image/png", buffer=b"y" * 200),
        ],
    )
    expect(page.locator("[data-upload-list] li.bad")).to_contain_text("This is no photo.")
    expect(page.locator("[data-upload-start]")).to_be_enabled()
    seen = noted(page)
    with page.expect_navigation(url="**/kit/?from=job"):
        page.click("[data-upload-start]")

    # then
    puts = [one["data"] for one in seen if one["path"] == "/contract/put/"]
    assert sorted((one["size"], one["type"], one["csrf"]) for one in puts) == [
        (200, "image/png", False),
        (300, "image/jpeg", False),
    ]
    job = [one["data"] for one in noted(page) if one["path"] == "/contract/jobs"]
    by_size = {one["size"]: one["asset"] for one in puts}
    assert job == [{"mode": "single", "assetIds": [by_size[300], by_size[200]]}]
