"""Listings made elsewhere (web site, files, other tools): seen by Trading and Feed alone."""

from __future__ import annotations

import calendar
import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from channels_app.sandbox.store import moment_of, stamp

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db

_PARTS = (
    ("Alternator", "33550"),
    ("Starter Motor", "33576"),
    ("Headlight", "33710"),
    ("Tail Light", "33716"),
    ("Side Mirror", "33649"),
    ("Brake Caliper", "33563"),
    ("Radiator", "33602"),
    ("Engine Control Module", "33596"),
)
_CARS = (
    ("Toyota", "Camry"),
    ("Ford", "F150 Pickup"),
    ("Honda", "Civic"),
    ("Chevrolet", "Malibu"),
    ("BMW", "328i"),
)
INSERT = f"INSERT INTO legacy VALUES ({', '.join('?' * 20)})"  # noqa: S608 (question marks only)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Which part (0 to 1) of seeded listings has which oddity."""

    no_sku: float = 0.1
    duplicate_sku: float = 0.02
    no_policies: float = 0.1
    auction: float = 0.0
    variations: float = 0.0
    compat: float = 0.5
    sold: float = 0.2


def add_month(moment: datetime) -> datetime:
    """Return the same day of the next month, or its last."""
    year, month = (moment.year + 1, 1) if moment.month == 12 else (moment.year, moment.month + 1)
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)


def renew(db: Db) -> None:
    """Move the end of good-till-cancelled listings on by whole months until it lies ahead."""
    now = db.stamp()
    due = "SELECT item_id, end_at FROM legacy WHERE status = 'Active' AND end_at <= ?"
    for row in db.all(due, now):
        end = moment_of(row["end_at"])
        while stamp(end) <= now:
            end = add_month(end)
        db.run("UPDATE legacy SET end_at = ? WHERE item_id = ?", stamp(end), row["item_id"])


def _draw_sku(rng: random.Random, number: int, shares: Shares) -> str | None:
    if rng.random() < shares.no_sku:
        return None
    if number and rng.random() < shares.duplicate_sku:
        return f"L-{number - 1:06d}"
    return f"L-{number:06d}"


def _draw(now: datetime, rng: random.Random, number: int, shares: Shares) -> tuple[Json, str]:
    """Return (data, start) of one seeded listing; the draw depends on the seed alone."""
    part, category = _PARTS[rng.randrange(len(_PARTS))]
    make, model = _CARS[rng.randrange(len(_CARS))]
    year, price = rng.randrange(2005, 2022), rng.randrange(1500, 40000) / 100
    quantity = rng.randrange(1, 6)
    mpn = f"{rng.randrange(10_000, 99_999)}-{rng.randrange(1000, 9999)}"
    data: Json = {
        "sku": _draw_sku(rng, number, shares),
        "title": f"{year} {make} {model} {part} OEM Used {mpn}",
        "price": f"{price:.2f}",
        "sold": rng.randrange(0, quantity) if rng.random() < shares.sold else 0,
        "quantity": quantity,
        "category_id": category,
        "aspects": {"Brand": [make], "Manufacturer Part Number": [mpn]},
        "format": "Chinese" if rng.random() < shares.auction else "FixedPriceItem",
        "compatibility": [],
        "variations": [],
        "policies": rng.random() >= shares.no_policies,
    }
    if rng.random() < shares.compat:
        data["compatibility"] = [{"Year": str(year), "Make": make, "Model": model}]
    if rng.random() < shares.variations:
        data["variations"] = [
            {"sku": f"L-{number:06d}-{side}", "quantity": 1, "sold": 0, "price": data["price"]}
            for side in ("LEFT", "RIGHT")
        ]
    age = timedelta(minutes=rng.randrange(1, 500_000))
    return data, stamp(now - age)


def policy_ids(db: Db, user_id: str) -> dict[str, str]:
    """Return the seller's first policy of each kind."""
    rows = db.all("SELECT * FROM policies WHERE user_id = ? ORDER BY policy_id DESC", user_id)
    return {row["kind"]: row["policy_id"] for row in rows}


def _end_ahead(start: str, now: datetime) -> str:
    """Return the first end, whole months after the start, that lies ahead."""
    end = add_month(moment_of(start))
    while end <= now:
        end = add_month(end)
    return stamp(end)


def add(db: Db, user_id: str, given: Json, start: str) -> str:
    """Store one listing; returns its item number."""
    number = str(db.next_id("legacy", 110_000_000_001))
    if given.get("policies", True) is True:
        given = {**given, "policies": policy_ids(db, user_id)}
    db.run(INSERT, *_row(user_id, number, given, (start, stamp(add_month(moment_of(start))))))
    return number


def _row(user_id: str, number: str, given: Json, times: tuple[str, str]) -> tuple[object, ...]:
    start, end_at = times
    data = {
        "aspects": given.get("aspects") or {},
        "imageUrls": given.get("imageUrls") or [f"https://img.example.com/{number}.jpg"],
        "compatibility": given.get("compatibility") or [],
        "variations": given.get("variations") or [],
        "description": given.get("description") or "Made on the web site.",
        "policies": given.get("policies") or {},
        "immediate_pay": True,
        "postal_code": given.get("postal_code", "77002"),
        "city": given.get("city", "Houston"),
        "country": given.get("country", "US"),
    }
    return (
        number,
        user_id,
        given.get("sku"),
        given.get("market") or "EBAY_MOTORS",
        "eBayMotors" if (given.get("market") or "EBAY_MOTORS") == "EBAY_MOTORS" else "US",
        given["title"],
        str(given.get("price") or "25.00"),
        "USD",
        int(given.get("quantity", 1)),
        int(given.get("sold") or 0),
        start,
        end_at,
        start,
        "Active",
        str(given.get("condition_id") or "3000"),
        str(given.get("category_id") or "33550"),
        given.get("format") or "FixedPriceItem",
        given.get("tracking") or "ItemID",
        0,
        json.dumps(data),
    )


def seed(db: Db, user_id: str, count: int, seed_number: int, shares: Shares) -> list[str]:
    """Make `count` listings, the same for the same seed but for their start; returns the first
    and last item number."""
    rng = random.Random(seed_number)  # noqa: S311 (reproducible test data, no secret)
    first = db.next_id("legacy", 110_000_000_001)
    db.run("UPDATE sequences SET value = value + ? WHERE name = 'legacy'", max(0, count - 1))
    policies, now = policy_ids(db, user_id), db.now()
    rows = []
    for number in range(count):
        data, start = _draw(now, rng, number, shares)
        # asked for once, not per listing: 150,000 of them are made in seconds
        data["policies"] = policies if data["policies"] else {}
        rows.append(_row(user_id, str(first + number), data, (start, _end_ahead(start, now))))
    db.conn.executemany(INSERT, rows)
    return [str(first), str(first + count - 1)] if count else []


def item(db: Db, user_id: str, item_id: str) -> sqlite3.Row | None:
    """Return the seller's listing as Trading sees it."""
    return db.one("SELECT * FROM trading_items WHERE item_id = ? AND user_id = ?", item_id, user_id)


def change(db: Db, item_id: str, **fields: object) -> None:
    """Write columns of a listing; moves its modification time."""
    names = [*fields, "modified"]
    db.run(
        f"UPDATE legacy SET {', '.join(f'{name} = ?' for name in names)} WHERE item_id = ?",  # noqa: S608 (our own column names)
        *fields.values(),
        db.stamp(),
        item_id,
    )


def end(db: Db, item_id: str) -> None:
    """End a listing."""
    change(db, item_id, status="Completed", end_at=db.stamp())


def sell(db: Db, row: sqlite3.Row, quantity: int) -> None:
    """Count pieces as sold; without out-of-stock control a sold-out listing ends."""
    sold = row["sold"] + quantity
    change(db, row["listing_id"], sold=sold)
    seller = db.one("SELECT out_of_stock FROM sellers WHERE user_id = ?", row["user_id"])
    if sold >= row["total"] and not (seller and seller["out_of_stock"]):
        end(db, row["listing_id"])


# a legacy listing in the columns that checkout knows
FOR_SALE = (
    "SELECT item_id AS listing_id, user_id, coalesce(sku, '') AS sku, title, price, currency, "
    "market, data, quantity - sold AS quantity, quantity AS total, sold, "
    "CASE WHEN status != 'Active' THEN 'ENDED' WHEN quantity > sold THEN 'ACTIVE' "
    "ELSE 'OUT_OF_STOCK' END AS status FROM legacy WHERE NOT migrated AND status = 'Active' "
)
