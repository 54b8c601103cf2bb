"""How many queries each page and endpoint of the catalog makes: fixed numbers, whatever the rows.

The numbers stand in `query_counts.json`. A change that needs another number writes it there, where
its reviewer sees it; a query for each row shows here at once, because each is counted at two sizes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from listings.models import Listing
from realtrack.core.redis import client as redis_client
from settings_app.enums import UserRole
from tests.listings.factories import make_listing, make_user, signed_in

pytestmark = pytest.mark.django_db

BASELINE = Path(__file__).with_name("query_counts.json")
_FEW, _MORE = 2, 6


def _baseline() -> dict[str, int]:
    found: dict[str, int] = json.loads(BASELINE.read_text(encoding="utf-8"))
    return found


@pytest.fixture(autouse=True)
def _no_throttle_of_other_tests() -> None:
    redis_client().flushdb()


def _calls(api: APIClient, browser: Any, first: Listing) -> dict[str, Callable[[], Any]]:
    def read(client: Any, address: str) -> Callable[[], Any]:
        return lambda: client.get(address)

    change = iter(range(10, 100))
    return {
        "api list": read(api, "/api/listings?limit=25"),
        "api search": read(api, "/api/listings/search?q=headlight&limit=25"),
        "api search with facets": read(api, "/api/listings/search?q=headlight&facets=true"),
        "api search by number": read(api, "/api/listings/search?q=8115006D50"),
        "api search with a typo": read(api, "/api/listings/search?q=hedlight"),
        "api facets": read(api, "/api/listings/facets"),
        "api facets of two filters": read(api, "/api/listings/facets?brand=toyota&stock=in"),
        "api suggest": read(api, "/api/listings/suggest?q=toy"),
        "api one": read(api, f"/api/listings/{first.pk}"),
        "api saved searches": read(api, "/api/listings/searches"),
        "api save": lambda: api.patch(
            f"/api/listings/{first.pk}",
            {
                "startPrice": f"{next(change)}.00",
                "version": Listing.objects.values_list("version", flat=True).get(pk=first.pk),
            },
            format="json",
        ),
        "page catalog": read(browser, "/listings/"),
        "page catalog search": read(browser, "/listings/?q=headlight"),
        "page catalog facet": read(browser, "/listings/?brand=Toyota"),
        "page part": read(browser, f"/listings/{first.pk}/edit/"),
    }


def _count(calls: dict[str, Callable[[], Any]]) -> dict[str, int]:
    counted = {}
    for name, call in calls.items():
        call()  # what processes keep is read once
        with CaptureQueriesContext(connection) as queries:
            answer = call()
        assert answer.status_code == 200, (name, answer.status_code, answer.content[:300])
        counted[name] = len([one for one in queries if "SAVEPOINT" not in one["sql"]])
    return counted


def test_query_counts_are_those_of_the_baseline() -> None:
    # given
    user = make_user(role=UserRole.MANAGER)
    api = APIClient()
    api.force_authenticate(user)
    browser = signed_in(user)
    parts = [make_listing(complete=True, custom_label_sku=f"Q-{n}") for n in range(_FEW)]
    calls = _calls(api, browser, parts[0])
    # when
    few = _count(calls)
    for n in range(_FEW, _MORE):
        make_listing(complete=True, custom_label_sku=f"Q-{n}")
    more = _count(calls)
    # then
    assert more == few, "a query for each row"
    assert more == _baseline()
