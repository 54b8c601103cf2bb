"""A person at a browser: signs in, clicks; what the console complains of is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response

from tests.e2e.system import PASSWORD, System
from tests.web.shots import WIDTHS, Look

# A machine that also reads photos and runs other tests answers late; nobody waits this long.
PATIENCE_MS = 60_000


class Desk:
    """A page with what went wrong on it, of a context of its own (cookies, storage)."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.context = context
        self.faults: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", self._said)
        self.page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        # A status is told by `_answered`, which knows the address; the console would say it twice.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console on {self.page.url}: {message.text}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400 and not answer.request.is_navigation_request():
            self.faults.append(f"{answer.status} {answer.request.method} {answer.url}")

    def sign_in(self, role: str) -> None:
        """Sign in on the page, as the demo's person of `role`."""
        self.page.goto(f"{self.base}/login/")
        self.page.get_by_label("E-mail").fill(f"{role}@demo.test")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def sign_in_there(self, button: Locator, seller: str) -> None:
        """Press what connects an account; agree in the marketplace's window, which then closes."""
        with self.page.expect_popup() as opened:
            button.click()
        consent = opened.value
        consent.set_default_timeout(PATIENCE_MS)
        consent.get_by_role("heading", name="Grant application access").wait_for()
        consent.get_by_label(seller).check()
        with consent.expect_event("close"):
            consent.get_by_test_id("agree").click()
        self.told(f"{seller} is connected.")

    def told(self, text: str) -> None:
        """Wait until a message says `text`."""
        self.page.get_by_role("region", name="Messages").get_by_text(text).wait_for()

    def go(self, name: str) -> None:
        """Follow a link of the navigation; its page is there when this returns."""
        self.page.get_by_role("navigation", name="Main", exact=True).get_by_role(
            "link", name=name
        ).first.click()
        self.page.get_by_role("heading", level=1, name=name).wait_for()


@contextmanager
def desk(
    browser: Browser, system: System, *, look: Look | None = None, cookies: Any = ()
) -> Iterator[Desk]:
    """Open a desk; a complaint of the console fails the block at its end."""
    look = look or Look(width=1440, theme="light")
    context = browser.new_context(
        viewport={"width": look.width, "height": WIDTHS[look.width]},
        color_scheme="dark" if look.theme == "dark" else "light",
        reduced_motion="reduce",
    )
    if cookies:
        context.add_cookies(cookies)
    opened = Desk(context, system.base)
    try:
        yield opened
    finally:
        context.close()
    assert not opened.faults, "\n".join(opened.faults)
