"""The shell: every page of the navigation opens in it, with what the role may see."""

from __future__ import annotations

import re

import pytest

from tests.people import browser_of

pytestmark = pytest.mark.django_db


def links(body: str) -> list[str]:
    side = re.search(r'<nav class="side".*?</nav>', body, re.DOTALL)
    assert side is not None
    return re.findall(r'<a href="([^"]+)"[^>]* title=', side.group(0))


@pytest.mark.parametrize("role", ["viewer", "user", "manager", "admin"])
def test_every_page_of_the_navigation_opens(role: str) -> None:
    # given
    client = browser_of(role)
    first = client.get("/account/")
    assert first.status_code == 200

    # when
    answers = {url: client.get(url, follow=True) for url in links(first.content.decode())}

    # then: whole pages with one h1, the crumb of the shell, the place marked
    assert {url: answer.status_code for url, answer in answers.items()} == dict.fromkeys(
        answers, 200
    )
    for url, answer in answers.items():
        body = answer.content.decode()
        assert body.count("<h1") == 1, url
        assert 'id="toasts"' in body, url
        side = re.search(r'<nav class="side".*?</nav>', body, re.DOTALL)
        assert side is not None
        assert side.group(0).count('aria-current="page"') == 1, url


def test_navigation_shows_only_what_the_role_may() -> None:
    # when
    viewer = links(browser_of("viewer").get("/account/").content.decode())
    admin = links(browser_of("admin").get("/account/").content.decode())

    # then
    assert "/settings/" not in viewer
    assert "/settings/" in admin
    assert set(viewer) <= set(admin)


def test_csrf_token_is_in_the_page_once_for_htmx_and_once_for_scripts() -> None:
    # when
    body = browser_of("user").get("/account/").content.decode()

    # then
    assert len(re.findall(r"<body hx-headers='\{\"X-CSRFToken\": \"[\w]+\"\}'", body)) == 1
    assert len(re.findall(r'<meta name="csrf-token" content="[\w]+">', body)) == 1
