"""Signing in in a window of its own, and without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from channels_app.management.commands.connect_sandbox import consent
from tests.channels_app.test_pages import browser

if TYPE_CHECKING:
    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db

POLICY = "Cross-Origin-Opener-Policy"


def signed_in(client: Any, ebay: SandboxServer, *, popup: str) -> Any:
    """Begin as the button does, agree on the marketplace's page; returns the callback's answer."""
    begun = client.get(reverse("channels:connect", args=["ebay"]) + popup)
    code, state = consent(begun["Location"], ebay.seller)
    return client.get("/api/channels/ebay/callback", {"code": code, "state": state})


def test_the_window_ends_on_its_own_page_and_leaves_the_message(
    ebay: SandboxServer, manager: User
) -> None:
    # given
    client = browser(manager)
    # when
    answer = signed_in(client, ebay, popup="?popup=1")
    # then both keep their hold of each other, so that the window can close itself
    assert (answer.status_code, answer["Location"]) == (302, reverse("channels:signed-in"))
    assert answer[POLICY] == "unsafe-none"
    last = client.get(answer["Location"])
    assert last[POLICY] == "unsafe-none"
    assert "data-signed-in" in last.content.decode()
    assert "is connected." not in last.content.decode()
    # and the page that waits tells how it went
    page = client.get(reverse("channels:index"))
    assert page[POLICY] == "same-origin-allow-popups"
    assert f"{ebay.seller} is connected." in page.content.decode()
    assert "data-popup" in page.content.decode()


def test_without_a_window_the_page_itself_comes_back(ebay: SandboxServer, manager: User) -> None:
    # given a sign-in in a window that was left
    client = browser(manager)
    client.get(reverse("channels:connect", args=["ebay"]) + "?popup=1")
    # when it is begun anew in the page
    answer = signed_in(client, ebay, popup="")
    # then
    assert answer["Location"] == reverse("channels:index")
    assert answer[POLICY] == "same-origin"
