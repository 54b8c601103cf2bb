"""Pictures of pages at 1440 and 390 px, light and dark, and axe on them.

In a test: `shoot(browser, url, folder, cookies=…)`. By hand, on a running server:
`python -m tests.web.shots http://127.0.0.1:8000 out / /listings/ --email … --password …`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
WIDTHS: dict[int, int] = {1440: 900, 390: 844}  # width → height in CSS pixels
THEMES = ("light", "dark")
_AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A page as one person sees it."""

    width: int
    theme: str

    @property
    def name(self) -> str:
        return f"{self.width}-{self.theme}"


LOOKS: tuple[Look, ...] = tuple(
    Look(width=width, theme=theme) for width in WIDTHS for theme in THEMES
)


@contextmanager
def browser_started() -> Iterator[Browser]:
    """Start Debian's chromium; ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_opened(
    browser: Browser, look: Look, *, cookies: Sequence[dict[str, Any]] = ()
) -> Iterator[Page]:
    """Open a page in a look; a script error or a refusal by the CSP raises when it closes."""
    # Given by keyword one by one: playwright's types know no other way.
    context = browser.new_context(
        viewport={"width": look.width, "height": WIDTHS[look.width]},
        color_scheme="dark" if look.theme == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=1,
    )
    if cookies:
        context.add_cookies(list(cookies))  # type: ignore[arg-type]  # plain dicts are what it takes
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if message.type == "error" and "Content Security Policy" in message.text
            else None
        ),
    )
    try:
        yield page
    finally:
        context.close()
    if faults:
        raise AssertionError("; ".join(faults))


def violations(page: Page) -> list[str]:
    """Run axe (WCAG 2.1 AA) on what the page shows; return one line per fault and element."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        # Passes are not asked for: describing them takes longer than finding what is wrong.
        "() => axe.run(document, {resultTypes: ['violations'],"
        " runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )
    return [
        f"{fault['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def shoot(
    browser: Browser,
    url: str,
    folder: Path,
    *,
    name: str,
    cookies: Sequence[dict[str, Any]] = (),
    looks: Sequence[Look] = LOOKS,
    whole: bool = True,
    expected: int = 200,
) -> list[str]:
    """Take a picture of `url` per look into `folder`; return what axe finds, with the look."""
    folder.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    for look in looks:
        with page_opened(browser, look, cookies=cookies) as page:
            answer = page.goto(url)
            if answer is None or answer.status != expected:
                faults.append(f"{name}: answered {answer.status if answer else 'nothing'}")
            page.evaluate("() => document.fonts.ready")
            page.screenshot(path=folder / f"{name}-{look.name}.png", full_page=whole)
            faults += [f"{name} {look.name}: {one}" for one in violations(page)]
    return faults


def _sign_in(browser: Browser, base: str, email: str, password: str) -> list[dict[str, Any]]:
    with page_opened(browser, LOOKS[0]) as page:
        page.goto(f"{base}/login/")
        page.fill("[name=email]", email)
        page.fill("[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/login/" not in url)
        return [dict(cookie) for cookie in page.context.cookies()]


def main() -> None:
    """Take pictures of pages of a running server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base")
    parser.add_argument("folder", type=Path)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--email", default="")
    parser.add_argument("--password", default="")
    given = parser.parse_args()
    with browser_started() as browser:
        cookies = _sign_in(browser, given.base, given.email, given.password) if given.email else []
        for path in given.paths:
            name = path.strip("/").replace("/", "-").replace("?", "-") or "today"
            url = f"{given.base}{path}"
            for fault in shoot(browser, url, given.folder, name=name, cookies=cookies):
                sys.stdout.write(f"{fault}\n")


if __name__ == "__main__":
    main()
