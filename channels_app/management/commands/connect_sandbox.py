"""Connect an account of the local marketplace, walking its consent page as a browser would."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_app import services
from channels_app.adapters.base import LocationInput
from channels_app.models import ChannelConnection
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError
from settings_app.models import User

LOCATION = LocationInput(
    key="houston-main",
    name="Main yard",
    address_line1="1200 Main St",
    city="Houston",
    region="TX",
    postal_code="77002",
    country="US",
)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def consent(url: str, seller: str) -> tuple[str, str]:
    """Open the consent page at `url`, agree as `seller`; returns (code, state)."""
    with httpx.Client(trust_env=False, timeout=15.0) as browser:
        page = browser.get(url)
        page.raise_for_status()
        form = {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}
        form |= {"seller": seller, "decision": "agree"}
        parts = urlsplit(url)
        answer = browser.post(f"{parts.scheme}://{parts.netloc}/oauth2/consent", data=form)
    query = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    if "code" not in query:
        message = f"the consent page answered {answer.status_code} without a code"
        raise CommandError(message)
    return query["code"][0], query["state"][0]


def connect(*, user: User, seller: str) -> ChannelConnection:
    """Connect `seller` for `user` and choose the demo yard as its location; repeatable."""
    begun = services.connection_start_oauth(channel="ebay", user=user)
    code, state = consent(begun.url, seller)
    connection = services.connection_finish_oauth(channel="ebay", state=state, code=code, user=user)
    if connection.settings.get("locationKey"):
        return connection
    return services.connection_location_create(
        connection_id=connection.pk, location=LOCATION, actor=Actor.person(user)
    )


class Command(BaseCommand):
    help = "Connect an account of the local marketplace for the demo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seller", default="mhn-auto-parts")
        parser.add_argument("--user", default="manager@demo.test", help="e-mail of who connects")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        if settings.REALTRACK_ENV == "production":
            message = "The local marketplace is never used in production."
            raise CommandError(message)
        user = User.objects.filter(email__iexact=options["user"], is_active=True).first()
        if user is None:
            message = f"There is no user {options['user']}; load the demo data first."
            raise CommandError(message)
        try:
            connection = connect(user=user, seller=options["seller"])
        except (AppError, httpx.HTTPError) as error:
            message = f"Not connected: {error}"
            raise CommandError(message) from error
        self.stdout.write(f"{connection.label} is connected.")
