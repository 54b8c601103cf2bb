"""A bad day at the marketplace: errors, lost and doubled notifications, killed workers, sales.

In the end every quantity is right, no order is lost or doubled, no part is listed twice. The large
one is sized by DRILL_LISTINGS, DRILL_SALES and DRILL_SECONDS.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from realtrack.core import health, redis
from realtrack.embedded.layout import Layout
from tests.e2e import drill
from tests.e2e.drill import Sale
from tests.e2e.system import Api, System, wait_for
from tests.e2e.thread import Part, stock

pytestmark = [pytest.mark.drill, pytest.mark.xdist_group("drill")]

logger = logging.getLogger(__name__)

ERRORS, LOST, DOUBLED = 0.10, 0.05, 0.05
# Backing off after failures takes longer than the sales themselves, on a busy machine above all.
HEAL_SECONDS = 900.0
_WORKERS = ("worker-io", "worker-default")
_LIVE = frozenset({"ACTIVE", "OUT_OF_STOCK"})


def test_twelve_sales_of_fifteen_listings_on_a_bad_day(system: System, tmp_path: Path) -> None:
    _drill(system, tmp_path, listings=15, sales=12, seconds=30.0)


def test_three_hundred_sales_of_five_hundred_listings_on_a_bad_day(
    system: System, tmp_path: Path
) -> None:
    size = {
        "listings": int(os.environ.get("DRILL_LISTINGS", "500")),
        "sales": int(os.environ.get("DRILL_SALES", "300")),
    }
    _drill(system, tmp_path, **size, seconds=float(os.environ.get("DRILL_SECONDS", "300")))


def _drill(system: System, folder: Path, *, listings: int, sales: int, seconds: float) -> None:
    # given parts, and then a bad day: errors, and workers that are killed at random
    api = Api(system)
    for seller in drill.SELLERS:
        system.manage("connect_sandbox", "--seller", seller)
    accounts = [row["id"] for row in api.get("/api/channels")["channels"]]
    parts = drill.make_parts(api, folder, listings)
    system.control("noise", errors=ERRORS, lost=LOST, doubled=DOUBLED)
    killer = _Killer(system)
    killer.start()
    try:
        begun = time.monotonic()
        drill.publish_all(api, parts, accounts, more_seconds=HEAL_SECONDS)
        logger.info("%d published in %.0f s", listings, time.monotonic() - begun)
        expected = {part.sku: stock(api, part)[0] for part in parts}
        # when buyers buy, evenly over the time
        done = _sell(system, parts, sales=sales, seconds=seconds)
    finally:
        killer.stop()
        system.control("noise")
    for one in done:
        expected[one.part.sku] -= one.quantity

    # then it heals by itself: nothing waits, nothing differs, nothing is there twice
    healed = drill.settled(system, Api(system), done, expected, seconds=HEAL_SECONDS)
    logger.info("healed after %.1f s; killed %s", healed, dict(killer.killed))
    _each_is_live_once_with_its_quantity(system, expected, len(accounts))
    numbers = Counter(row["externalOrderId"] for row in drill.all_orders(Api(system)))
    assert {one.number: numbers[one.number] for one in done} == {one.number: 1 for one in done}
    assert system.manage("verify_ledger").strip() == "Every ledger adds up."
    assert not killer.faults
    assert sum(killer.killed.values()) >= 1


def _sell(system: System, parts: list[Part], *, sales: int, seconds: float) -> list[Sale]:
    """Sell a piece of another part every few moments, on one account or the other."""
    done: list[Sale] = []
    for number in range(sales):
        part = parts[number % len(parts)]
        seller = drill.SELLERS[number % len(drill.SELLERS)]
        bought: Any = system.control("buy", sku=part.sku, quantity=1, seller=seller)
        done.append(Sale(number=bought["orderId"], part=part, quantity=1))
        time.sleep(seconds / sales)
    return done


class _Killer:
    """Kills a worker 10 to 25 seconds after the last one is back."""

    def __init__(self, system: System) -> None:
        self.killed: Counter[str] = Counter()
        self.faults: list[str] = []
        self._system = system
        self._redis = Redis.from_url(Layout(system.state).redis_url_of(), decode_responses=True)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once who was killed last is back."""
        self._ended.set()
        self._thread.join(180)

    def _work(self) -> None:
        chance = random.Random(11)
        try:
            while not self._ended.wait(chance.uniform(10, 25)):
                self._kill(chance.choice(_WORKERS))
        except AssertionError as error:
            self.faults.append(str(error))

    def _kill(self, victim: str) -> None:
        drill.kill(self._system, victim)
        self.killed[victim] += 1
        since = time.time()
        wait_for(f"{victim} to be back", lambda: self._heard(victim) > since, seconds=300)

    def _heard(self, victim: str) -> float:
        """When the worker last told that it lives: it works only from then on."""
        node = drill.VICTIMS[victim].removeprefix("--hostname ")
        beats: Any = self._redis.hgetall(redis.key(health.WORKER_KEY))
        return max((float(at) for name, at in beats.items() if name.startswith(node)), default=0.0)


def _each_is_live_once_with_its_quantity(
    system: System, expected: dict[str, int], accounts: int
) -> None:
    """Every part has one page an account, made once, that shows what is left."""
    pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in system.control("listings")["listings"]:
        if row["sku"] in expected:
            pages[row["sku"]].append(row)
    for sku, left in expected.items():
        sellers = Counter(row["seller"] for row in pages[sku])
        assert list(sellers.values()) == [1] * accounts, (sku, pages[sku])
        there = [row["quantity"] for row in pages[sku] if row["status"] in _LIVE]
        assert there == [left] * accounts, (sku, pages[sku])
