"""Lists at size: one row a part whatever its marketplaces, counts that are capped, no long options."""

from __future__ import annotations

from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from channels_app.enums import SyncStatus
from channels_app.models import ChannelListing
from listings.models import Listing, ListingSearch
from listings.selectors import search as search_module
from settings_app.models import User
from tests.listings.factories import make_user, signed_in
from tests.orders.factories import account

pytestmark = pytest.mark.django_db
_PARTS = 1000
_SITES = ("ebay", "shopify", "amazon")


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def parts(count: int, *, brands: int = 5) -> list[Listing]:
    """Parts with their search rows, in two statements."""
    rows = [
        Listing(
            title=f"Mirror {n}",
            custom_label_sku=f"P-{n:05d}",
            start_price=Decimal(n % 90),
            c_brand=f"Brand {n % brands:03d}",
        )
        for n in range(count)
    ]
    Listing.objects.bulk_create(rows)
    ListingSearch.objects.bulk_create(
        ListingSearch(
            listing=one, status="draft", brand=one.c_brand, price=one.start_price,
            sku_key=one.custom_label_sku.lower(), created_at=one.created_at,
            updated_at=one.updated_at, channel_states=_states(n),
        )
        for n, one in enumerate(rows)
    )  # fmt: skip
    return rows


def _states(number: int) -> dict[str, str]:
    return dict.fromkeys(_SITES[: number % 3 + 1], "live")


def test_practice_47_a_part_is_one_row_whatever_its_channels(api: APIClient) -> None:
    # given: a thousand parts, each on one to three marketplaces
    rows = parts(_PARTS)
    accounts = {name: account(name) for name in _SITES}
    ChannelListing.objects.bulk_create(
        ChannelListing(
            listing=one, connection=accounts[name], site=name, sync_status=SyncStatus.ACTIVE,
            is_live=True, external_id=f"{name}-{one.custom_label_sku}",
        )
        for n, one in enumerate(rows)
        for name in _states(n)
    )  # fmt: skip
    # when: every page of the list, and of one marketplace
    seen: list[str] = []
    cursor = ""
    while True:
        page = api.get(f"/api/listings?limit=200{cursor}").json()
        assert page["total"] == _PARTS
        seen += [one["customLabelSku"] for one in page["listings"]]
        if not page["nextCursor"]:
            break
        cursor = f"&cursor={page['nextCursor']}"
    shopify = api.get("/api/listings/search?channel=shopify&limit=1").json()
    found = api.get("/api/listings/facets?channel=ebay").json()["facets"]
    # then: parts are counted, in lists, pages and facets, never their listings
    assert len(seen) == len(set(seen)) == _PARTS
    assert shopify["total"] == sum("shopify" in _states(n) for n in range(_PARTS))
    facets = {one["key"]: {v["value"]: v["count"] for v in one["values"]} for one in found}
    assert sum(facets["brand"].values()) == _PARTS
    assert facets["channel"]["ebay=live"] == _PARTS


def test_field_22_no_list_counts_all_skips_rows_or_sends_every_option(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: more parts than are counted, of more brands than anybody reads
    monkeypatch.setattr(search_module, "COUNT_CAP", 50)
    parts(120, brands=60)
    client = signed_in(user)
    # when
    with CaptureQueriesContext(connection) as seen:
        html = client.get("/listings/?price=0..1000").content.decode()
    following = unescape(html.partition('rel="next"')[0].rpartition("href=")[2].split('"')[1])
    with CaptureQueriesContext(connection) as more:
        second = client.get(f"/listings/{following}").content.decode()
    # then
    statements = [one["sql"] for one in (*seen, *more) if "listing_search" in one["sql"]]
    counts = [sql for sql in statements if "COUNT(*)" in sql.upper() and "GROUP BY" not in sql]
    assert counts
    assert all("LIMIT" in sql for sql in counts), counts
    assert not [sql for sql in statements if "OFFSET" in sql]
    assert "1 to 50 of 50+" in html
    assert "51 to 100 of 50+" in second
    assert html.count('name="brand"') <= 30
