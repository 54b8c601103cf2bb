"""Market prices: asked of a service over HTTP, kept with source and day, evidence for rules."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from listings.pricing import market
from listings.pricing.preview import pricing_preview
from realtrack.core import registry
from realtrack.core.actors import Actor
from settings_app import catalog
from settings_app.models import MarketLookup, PricingRule
from tests.listings.factories import make_listing
from tests.people import api_of, browser_of

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
KEY = "market-key-1234"
TODAY = timezone.localdate()
OLD = TODAY - datetime.timedelta(days=200)


class Service(ThreadingHTTPServer):
    """Answers as the document says; `status` other than 200 is answered to all."""

    status = 200
    body: Any = None

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    def offers_of(self, number: str) -> dict[str, Any] | None:
        if number != "27060F0010":
            return None
        rows = [(price, "USD", TODAY) for price in ("80.00", "90.00", "100.00")]
        rows += [("1.00", "USD", OLD), ("2.00", "EUR", TODAY), ("NaN", "USD", TODAY)]
        return {
            "source": "Parts Index",
            "prices": [
                {"price": price, "currency": currency, "date": day.isoformat()}
                for price, currency, day in rows
            ],
        }


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        number = query["partNumber"][0]
        self.server.asked.append(number)
        body = self.server.body or self.server.offers_of(number)
        status = self.server.status if body else 404
        if self.headers["Authorization"] != f"Bearer {KEY}":
            status = 401
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    found = Service()
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    settings.MARKET_PRICES_BASE = f"http://127.0.0.1:{found.server_port}"
    settings.MARKET_PRICES_KEY = KEY
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def competitive(**parameters: Any) -> PricingRule:
    values = {"percent_below": 10, "source": "market", "minimum_count": 3, **parameters}
    data = {"name": "c", "rule_type": "competitive", "parameters": values, "active": False}
    return catalog.pricing_rule_save(rule_id=None, data=data, actor=ACTOR)


def test_what_others_ask_is_kept_and_prices_a_part(service: Service) -> None:
    # given
    rule = competitive()
    known = make_listing(start_price="120.00", c_manufacturer_part_number="27060-F0010")
    unknown = make_listing(start_price="120.00", c_manufacturer_part_number="X-1")
    # when
    count = market.market_refresh()
    again = market.market_refresh()
    # then: each number once, and that nothing is known is remembered too
    assert (count, again) == (2, 0)
    assert sorted(service.asked) == ["27060F0010", "X1"]
    assert MarketLookup.objects.get(part_number="X1").offers == []
    # the old one, the one in euros and the one without a price do not count
    read = registry.price_evidence.get("market")
    assert read is not None
    prices = read([known.pk, unknown.pk])
    assert {key: list(found) for key, found in prices.items()} == {
        known.pk: [Decimal("80.00"), Decimal("90.00"), Decimal("100.00")]
    }
    rows = {row.listing_id: row for row in pricing_preview(rules=[rule]).rows}
    assert rows[known.pk].after == Decimal("81.00")
    assert unknown.pk not in rows


def test_the_page_shows_source_and_dates(service: Service) -> None:
    # given
    rule = competitive()
    part = make_listing(start_price="120.00", c_manufacturer_part_number="27060-F0010")
    market.market_refresh()
    assert service.asked == ["27060F0010"]
    # when
    page = browser_of("manager").get(
        "/listings/pricing/", {"rules": [str(rule.pk)], "skus": part.custom_label_sku}
    )
    # then
    text = page.content.decode()
    assert "What others ask" in text
    assert "Parts Index" in text
    assert f"{TODAY:%b} {TODAY.day}, {TODAY.year}" in text
    found = market.market_evidence([part.pk])[part.pk]
    assert [(one.count, one.low, one.high) for one in found] == [(3, Decimal(80), Decimal(100))]


@pytest.mark.parametrize(
    "off", ["MARKET_PRICES_BASE", "MARKET_PRICES_KEY", "rule"], ids=["address", "key", "rule"]
)
def test_without_address_key_or_rule_nobody_is_asked(
    service: Service, settings: Any, off: str
) -> None:
    # given
    if off == "rule":
        assert not PricingRule.objects.exists()
    else:
        competitive()
        setattr(settings, off, "")
    make_listing(start_price="5.00", c_manufacturer_part_number="27060-F0010")
    # when
    count = market.market_refresh()
    # then
    assert count == 0
    assert service.asked == []
    assert not MarketLookup.objects.exists()


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, {"a": 1}), (401, {"a": 1}), (200, {"prices": 5}), (200, {"other": []}), (200, [1])],
    ids=["out of order", "refuses", "no list", "other form", "a list"],
)
def test_a_service_that_is_out_of_order_changes_nothing(
    service: Service, status: int, body: Any
) -> None:
    # given
    competitive()
    make_listing(start_price="5.00", c_manufacturer_part_number="27060-F0010")
    service.status, service.body = status, body
    # when
    count = market.market_refresh()
    # then
    assert count == 0
    assert not MarketLookup.objects.exists()
    # and what is asked for is asked for outside of a transaction of ours
    assert not connection.needs_rollback


def test_an_answer_is_asked_for_again_after_a_week(service: Service) -> None:
    # given
    competitive()
    make_listing(start_price="5.00", c_manufacturer_part_number="27060-F0010")
    market.market_refresh()
    MarketLookup.objects.update(asked_at=timezone.now() - datetime.timedelta(days=8), offers=[])
    # when
    count = market.market_refresh()
    # then
    assert count == 1
    assert len(MarketLookup.objects.get().offers) == 4
    assert len(service.asked) == 2


def test_the_key_is_tested_at_the_service(service: Service) -> None:
    # given
    client = api_of("admin")
    url = "/api/settings/pricing/market_prices_key"
    # when
    right = client.post(f"{url}/test").json()["test"]
    client.put(url, {"value": "another-key-9"}, format="json")
    wrong = client.post(f"{url}/test").json()["test"]
    # then
    assert (right["ok"], wrong["ok"]) == (True, False)
    assert "refuses this key" in wrong["words"]
    assert service.asked == ["TEST", "TEST"]
