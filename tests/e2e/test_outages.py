"""The marketplace hangs, or is gone, while a person changes stock; an order comes 20 times at once."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e import drill
from tests.e2e.system import Api, System, wait_for
from tests.e2e.thread import Part, order_of, quantities, stock

pytestmark = [pytest.mark.drill, pytest.mark.xdist_group("drill")]

SELLER = drill.SELLERS[0]
# A person's request does not wait for a marketplace; the machine may be a slow one.
PATIENCE = 10.0


@pytest.fixture
def api(system: System) -> Api:
    system.manage("connect_sandbox", "--seller", SELLER)
    return Api(system)


@pytest.fixture
def account(api: Api) -> str:
    rows = api.get("/api/channels")["channels"]
    return next(str(row["id"]) for row in rows if row["accountName"] == SELLER)


@pytest.fixture
def part(api: Api, account: str, tmp_path: Path) -> Part:
    """A part that is live on one account."""
    (made,) = drill.make_parts(api, tmp_path, 1)
    drill.publish_all(api, [made], [account])
    return made


def _change(api: Api, part: Part, change: int) -> int:
    """Change the stock as a person does; return the new number. It must not take long."""
    before, _ = stock(api, part)
    begun = time.monotonic()
    api.post(
        f"/api/inventory/{part.listing_id}/adjust",
        {"change": change, "reason": "Found", "idempotencyKey": f"out-{part.sku}-{begun}"},
    )
    assert time.monotonic() - begun < PATIENCE
    assert stock(api, part) == (before + change, before + change)
    return before + change


def _row(api: Api, account: str, part: Part) -> dict[str, Any]:
    page = api.get(f"/api/channels/{account}/listings", params={"limit": 200})
    return next(row for row in page["listings"] if row["listingId"] == part.listing_id)


def _says_what_next(api: Api, account: str, part: Part) -> Callable[[], Any]:
    def found() -> Any:
        row = _row(api, account, part)
        return row if row["lastSyncError"] and row["nextAttemptAt"] else None

    return found


def test_a_marketplace_that_hangs_for_a_minute(
    system: System, api: Api, account: str, part: Part
) -> None:
    # given
    system.control("fault", route="/sell/", times=1000, delay_ms=60_000)
    begun = time.monotonic()
    try:
        # when
        wanted = _change(api, part, 4)
        # then the row says why, and when it is tried again
        row = wait_for("the row to say what is next", _says_what_next(api, account, part),
                       seconds=90)  # fmt: skip
        assert row["lastSyncError"] == "eBay did not answer in time."
        due = datetime.datetime.fromisoformat(row["nextAttemptAt"])
        assert due - datetime.datetime.now(datetime.UTC) < datetime.timedelta(minutes=3)
        # and everyone else goes on meanwhile
        assert api.get("/api/orders", params={"limit": 1})["total"] >= 0
        wait_for("the minute to be over", lambda: time.monotonic() - begun > 60, seconds=70)
    finally:
        system.control("clear_faults")
    # then it heals
    wait_for("the new number there", lambda: quantities(system, part) == [wanted], seconds=180)
    wait_for("the words to go", lambda: not _row(api, account, part)["lastSyncError"], seconds=30)


def test_a_marketplace_that_is_gone(system: System, api: Api, account: str, part: Part) -> None:
    # given: killed again and again, so that the supervisor makes longer and longer pauses
    for _ in range(5):
        wait_for("the sandbox to be killed", lambda: system.kill("channels_app.sandbox"))
    # when
    wanted = _change(api, part, 7)
    # then
    row = wait_for("the row to say what is next", _says_what_next(api, account, part), seconds=60)
    assert row["lastSyncError"] in {
        "eBay cannot be reached.", "eBay does not answer; it is left alone for a moment.",
    }  # fmt: skip
    wait_for("the new number there", _there(system, part, wanted), seconds=240)
    wait_for("the words to go", lambda: not _row(api, account, part)["lastSyncError"], seconds=30)


def _there(system: System, part: Part, wanted: int) -> Callable[[], bool]:
    def found() -> bool:
        try:
            return quantities(system, part) == [wanted]
        except httpx.HTTPError:
            return False

    return found


def test_twenty_deliveries_at_once_are_one_sale(
    system: System, api: Api, account: str, part: Part
) -> None:
    # given
    wanted = _change(api, part, 5) - 2
    number = system.control("buy", sku=part.sku, quantity=2, seller=SELLER)["orderId"]

    def deliver(_: int) -> Any:
        return system.control(
            "send_notification", topic="ORDER_CONFIRMATION", order_id=number, seller=SELLER,
            duplicate=True,
        )  # fmt: skip

    # when
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(deliver, range(20)))
    # then
    wait_for("the order", lambda: order_of(api, number), seconds=90)
    wait_for("the new number there", lambda: quantities(system, part) == [wanted], seconds=90)
    wait_for("all to be done", lambda: not drill.left_over(system), seconds=90)
    assert stock(api, part) == (wanted, wanted)
    assert [row["externalOrderId"] for row in drill.all_orders(api)].count(number) == 1
    sold = drill.rows(
        system,
        "SELECT count(*) FROM inventory_events e JOIN listings l ON l.id = e.listing_id "
        "WHERE l.custom_label_sku = %s AND e.event_type = 'sale'",
        part.sku,
    )
    told = drill.rows(
        system, "SELECT count(*) FROM notifications WHERE title = %s", f"New order {number}"
    )
    assert (sold, told) == ([(1,)], [(1,)])
