"""Sales go on while every program is killed, one after another; in the end every number is right."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import drill
from tests.e2e.drill import Person, Sale
from tests.e2e.system import Api, System, wait_for
from tests.e2e.thread import stock

pytestmark = [pytest.mark.drill, pytest.mark.xdist_group("drill")]

logger = logging.getLogger(__name__)
# On an idle machine it takes a small part of this; a loaded one is not a broken one.
HEAL_SECONDS = 180.0


@pytest.mark.smoke
def test_a_few_sales_survive_every_kill(system: System, tmp_path: Path) -> None:
    _drill(system, tmp_path, sales=8)


def test_fifty_sales_survive_every_kill(system: System, tmp_path: Path) -> None:
    _drill(system, tmp_path, sales=50)


def _drill(system: System, folder: Path, *, sales: int) -> None:
    # given parts that are live on two accounts, and a person at work
    api = Api(system)
    for seller in drill.SELLERS:
        system.manage("connect_sandbox", "--seller", seller)
    connections = [row["id"] for row in api.get("/api/channels")["channels"]]
    assert len(connections) == 2
    parts = drill.make_parts(api, folder, sales)
    drill.publish_all(api, parts, connections)
    expected = {part.sku: stock(api, part)[0] for part in parts}
    person = Person(system.base)
    person.start(parts)

    # when buyers buy and one program after another is killed
    done: list[Sale] = []
    unpaid: list[str] = []
    victims = list(drill.VICTIMS) * (2 if sales >= 2 * len(drill.VICTIMS) else 1)
    for number, part in enumerate(parts):
        victim = _victim_at(number, sales, victims)
        # Half of them die before the sale, half with the work of the sale in their hands.
        if victim and number % 2:
            drill.kill(system, victim)
        bought = system.control(
            "buy", sku=part.sku, quantity=1, seller=drill.SELLERS[number % 2], pay=number % 4 != 3
        )
        if number % 4 == 3:
            unpaid.append(bought["orderId"])
        elif unpaid and number % 4 == 1:
            system.control("pay", order_id=unpaid.pop(0))
        done.append(Sale(number=bought["orderId"], part=part, quantity=1))
        if victim:
            if not number % 2:
                drill.kill(system, victim)
            since = time.monotonic()
            wait_for(f"all to run after {victim} was killed", _back(system, victim), seconds=120)
            logger.info("%s back after %.1f s", victim, time.monotonic() - since)
    for order_id in unpaid:
        system.control("pay", order_id=order_id)
    person.stop()
    for one in done:
        expected[one.part.sku] -= one.quantity
    for sku, more in person.adjusted.items():
        expected[sku] += more

    # then it heals by itself, and every number is right
    api = Api(system)
    healed = drill.settled(system, api, done, expected, seconds=HEAL_SECONDS)
    logger.info("healed after %.1f s; a person saw %s", healed, dict(person.answers))
    assert person.wrong == []
    assert system.manage("verify_ledger").strip() == "Every ledger adds up."
    orders = {row["externalOrderId"]: row for row in drill.all_orders(api)}
    assert {orders[one.number]["paymentState"] for one in done} == {"paid"}
    told = drill.rows(
        system,
        "SELECT entity_id, count(*) FROM notifications WHERE type = 'new_order' "
        "GROUP BY entity_id HAVING count(*) > 1",
    )
    assert told == []
    new = drill.rows(system, "SELECT title FROM notifications WHERE type = 'new_order'")
    assert {f"New order {one.number}" for one in done} <= {title for (title,) in new}


def _back(system: System, victim: str) -> Callable[[], bool]:
    return lambda: drill.back(system, victim)


def _victim_at(number: int, sales: int, victims: list[str]) -> str:
    """Return whom to kill before this sale; all are killed, evenly spread over the sales."""
    before, after = number * len(victims) // sales, (number + 1) * len(victims) // sales
    return victims[before] if after > before else ""
