"""Trading calls that read: lists, events, one item, preferences, limits."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from channels_app.sandbox import gate, legacy
from channels_app.sandbox.inventory_rules import CONDITIONS
from channels_app.sandbox.store import moment_of, stamp
from channels_app.sandbox.trading_base import Answer
from channels_app.sandbox.trading_xml import TradingError, leaf, number, tag, text

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.trading_base import Caller

PAGE = 200
MOST_ACTIVE = 25_000
MOST_EVENTS = 3_000
LONGEST_WINDOW = timedelta(days=120)


def _moment(caller: Caller, name: str) -> datetime | None:
    value = text(caller.root, name)
    if value is None:
        return None
    try:
        return moment_of(value)
    except ValueError as error:
        msg = f"Input data for tag {name} is invalid or missing."
        raise TradingError(37, msg, name) from error


def _status(row: sqlite3.Row) -> str:
    sold = [leaf("QuantitySold", row["sold"])] if row["sold"] else []
    return tag(
        "SellingStatus",
        leaf("CurrentPrice", row["price"], currencyID=row["currency"]),
        *sold,
        leaf("ListingStatus", row["status"]),
    )


def _variations(data: Json, currency: str) -> str:
    rows = [
        tag(
            "Variation",
            leaf("SKU", row["sku"]) if row.get("sku") else "",
            leaf("StartPrice", row["price"], currencyID=currency),
            leaf("Quantity", row["quantity"]),
            tag("SellingStatus", leaf("QuantitySold", row["sold"])),
        )
        for row in data.get("variations") or []
    ]
    return tag("Variations", *rows) if rows else ""


def _item(row: sqlite3.Row, *, coarse: bool = False, extra: str = "") -> str:
    data = json.loads(row["data"])
    condition = row["condition_id"] or CONDITIONS.get(data.get("condition") or "", "")
    details = tag(
        "ListingDetails",
        leaf("StartTime", row["start_at"]),
        leaf("EndTime", row["end_at"]),
        leaf("ViewItemURL", f"https://www.ebay.com/itm/{row['item_id']}"),
    )
    pictures = [leaf("PictureURL", url) for url in data.get("imageUrls") or []]
    return tag(
        "Item",
        leaf("ItemID", row["item_id"]),
        leaf("SKU", row["sku"]) if row["sku"] else "",
        leaf("Site", row["site"]),
        leaf("Title", row["title"]),
        leaf("Quantity", row["quantity"]),
        leaf("ConditionID", condition) if condition else "",
        leaf("ListingType", row["format"]),
        tag("PrimaryCategory", leaf("CategoryID", row["category_id"])),
        _status(row),
        details,
        "" if coarse else tag("PictureDetails", *pictures),
        "" if coarse else _variations(data, row["currency"]),
        extra,
    )


def _pages(total: int, size: int) -> str:
    return tag(
        "PaginationResult",
        leaf("TotalNumberOfPages", -(-total // size)),
        leaf("TotalNumberOfEntries", total),
    )


def _paging(caller: Caller, path: str) -> tuple[int, int]:
    size = number(caller.root, f"{path}/EntriesPerPage", 25)
    page = number(caller.root, f"{path}/PageNumber", 1)
    if not 1 <= size <= PAGE or page < 1:
        raise TradingError(37, "Input data for tag EntriesPerPage is invalid.", "EntriesPerPage")
    return size, page


def _window(caller: Caller) -> tuple[str, datetime, datetime]:
    for kind, column in (("EndTime", "end_at"), ("StartTime", "start_at")):
        start, end = _moment(caller, f"{kind}From"), _moment(caller, f"{kind}To")
        if start and end:
            if end - start >= LONGEST_WINDOW or end < start:
                raise TradingError(16, "The time window must be under 120 days.", kind)
            return column, start, end
    raise TradingError(15, "A time window is needed: EndTime or StartTime, from and to.")


def _rows(caller: Caller, query: str, values: list[object]) -> list[sqlite3.Row]:
    """Return the whole rows of the item numbers that a query gives, in its order.

    Sorting numbers and fetching one page is what keeps a shop of 150,000 quick.
    """
    found = []
    for key in caller.db.all(query, *values):
        row = legacy.item(caller.db, caller.user_id, key["item_id"])
        if row is not None:
            found.append(row)
    return found


def get_seller_list(caller: Caller) -> Answer:
    """Listings by end or start time; one that renews inside a long window comes twice."""
    column, start, end = _window(caller)
    size, page = _paging(caller, "Pagination")
    keys = f"SELECT item_id, {column} AS moment FROM trading_keys WHERE user_id = ? "  # noqa: S608 (one of two fixed names)
    query = f"{keys} AND {column} BETWEEN ? AND ?"
    values: list[object] = [caller.user_id, stamp(start), stamp(end)]
    month_before = end - timedelta(days=31)
    if column == "end_at" and month_before >= start:
        # the next renewal, a month on, lies in the window as well
        query += f" UNION ALL {keys} AND status = 'Active' AND end_at BETWEEN ? AND ?"
        values += [caller.user_id, stamp(start), stamp(month_before)]
    total = caller.db.count(f"SELECT count(*) FROM ({query})", *values)  # noqa: S608 (fixed text)
    rows = _rows(
        caller,
        f"SELECT item_id FROM ({query}) ORDER BY moment, item_id LIMIT ? OFFSET ?",  # noqa: S608 (fixed text)
        [*values, size, (page - 1) * size],
    )
    coarse = text(caller.root, "GranularityLevel") == "Coarse"
    return Answer(
        parts=[
            leaf("HasMoreItems", str(page * size < total).lower()),
            leaf("ItemsPerPage", size),
            leaf("PageNumber", page),
            leaf("ReturnedItemCountActual", len(rows)),
            _pages(total, size),
            tag("ItemArray", *[_item(row, coarse=coarse) for row in rows]),
        ]
    )


def get_my_ebay_selling(caller: Caller) -> Answer:
    """Active listings, never more than 25,000: the newest starts are lost."""
    size, page = _paging(caller, "ActiveList/Pagination")
    total = caller.db.count(
        "SELECT count(*) FROM trading_keys WHERE user_id = ? AND status = 'Active'",
        caller.user_id,
    )
    by_id = text(caller.root, "ActiveList/Sort") == "ItemID"
    # by time left, rows move between pages while the clock runs; item numbers stand still
    order = "item_id" if by_id else "end_at, item_id"
    oldest = (
        "SELECT item_id, end_at FROM trading_keys WHERE user_id = ? AND status = 'Active' "
        "ORDER BY start_at, item_id LIMIT ?"
    )
    rows = _rows(
        caller,
        f"SELECT item_id FROM ({oldest}) ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608 (fixed text)
        [caller.user_id, MOST_ACTIVE, size, (page - 1) * size],
    )
    items = []
    for row in rows:
        left = leaf("QuantityAvailable", row["quantity"] - row["sold"])
        items.append(_item(row, extra=left))
    shown = min(total, MOST_ACTIVE)
    return Answer(parts=[tag("ActiveList", tag("ItemArray", *items), _pages(shown, size))])


def get_seller_events(caller: Caller) -> Answer:
    """What was modified in the window, 3,000 at most, silently cut."""
    start, end = _moment(caller, "ModTimeFrom"), _moment(caller, "ModTimeTo")
    if start is None:
        raise TradingError(15, "ModTimeFrom is needed.", "ModTimeFrom")
    rows = caller.db.all(
        "SELECT * FROM trading_items WHERE user_id = ? AND modified BETWEEN ? AND ? "
        "ORDER BY modified, item_id LIMIT ?",
        caller.user_id,
        stamp(start),
        stamp(end or caller.db.now()),
        MOST_EVENTS,
    )
    return Answer(parts=[tag("ItemArray", *[_item(row) for row in rows])])


def _flag(caller: Caller, name: str) -> bool:
    return text(caller.root, name) == "true"


def _compatibility(caller: Caller, row: sqlite3.Row, data: Json) -> str:
    cars: list[dict[str, str]] = data.get("compatibility") or []
    if row["inventory_model"]:
        found = caller.db.one(
            "SELECT data FROM compatibility WHERE user_id = ? AND sku = ?",
            caller.user_id,
            row["sku"],
        )
        cars = [
            {part["name"]: part["value"] for part in product["compatibilityProperties"]}
            for product in (json.loads(found["data"]) if found else [])
        ]
    count = leaf("ItemCompatibilityCount", len(cars))
    wanted = _flag(caller, "IncludeItemCompatibilityList")
    if not wanted or not cars or caller.db.setting("compat_list_missing", default=False):
        return count
    rows = [
        tag(
            "Compatibility",
            *[
                tag("NameValueList", leaf("Name", name), leaf("Value", value))
                for name, value in car.items()
            ],
            "<CompatibilityNotes/>",
        )
        for car in cars
    ]
    return count + tag("ItemCompatibilityList", *rows)


def _specifics(data: Json) -> str:
    rows = [
        tag("NameValueList", leaf("Name", name), *[leaf("Value", value) for value in values])
        for name, values in (data.get("aspects") or {}).items()
    ]
    return tag("ItemSpecifics", *rows)


def _profiles(data: Json) -> str:
    policies = data.get("policies") or {}
    chosen = data.get("listingPolicies") or {}
    rows = (
        ("Shipping", policies.get("fulfillment") or chosen.get("fulfillmentPolicyId")),
        ("Return", policies.get("return") or chosen.get("returnPolicyId")),
        ("Payment", policies.get("payment") or chosen.get("paymentPolicyId")),
    )
    parts = [
        tag(f"Seller{name}Profile", leaf(f"{name}ProfileID", value))
        for name, value in rows
        if value
    ]
    return tag("SellerProfiles", *parts) if parts else ""


def get_item(caller: Caller) -> Answer:
    """One listing; specifics and vehicles only when asked for, the count always."""
    row = legacy.item(caller.db, caller.user_id, text(caller.root, "ItemID") or "")
    if row is None:
        msg = "This item cannot be accessed: it was deleted, or you are not its seller."
        raise TradingError(17, msg)
    data = json.loads(row["data"])
    extra = [leaf("InventoryTrackingMethod", row["tracking"])]
    if _flag(caller, "IncludeItemSpecifics"):
        extra.append(_specifics(data))
    extra.append(_compatibility(caller, row, data))
    if text(caller.root, "DetailLevel") == "ReturnAll":
        extra.append(leaf("Description", data.get("description") or ""))
        extra.append(_profiles(data))
    return Answer(parts=[_item(row, extra="".join(extra))])


def get_user_preferences(caller: Caller) -> Answer:
    """Tell whether the out-of-stock control is on."""
    row = caller.db.one("SELECT out_of_stock FROM sellers WHERE user_id = ?", caller.user_id)
    on = str(bool(row and row["out_of_stock"])).lower()
    return Answer(parts=[leaf("OutOfStockControlPreference", on)])


def get_api_access_rules(caller: Caller) -> Answer:
    """Limits and usage per call name and of the pot of all calls."""

    def rule(name: str, resource: str) -> str:
        return tag(
            "ApiAccessRule",
            leaf("CallName", name),
            leaf("CountsTowardAggregate", "true"),
            leaf("DailyHardLimit", gate.limit_of(caller.db, resource)),
            leaf("DailyUsage", gate.used_of(caller.db, caller.client_id, resource)),
            leaf("Period", "1"),
        )

    names = caller.db.all(
        "SELECT DISTINCT resource FROM counters WHERE client_id = ? AND resource LIKE 'trading.%'",
        caller.client_id,
    )
    rows = [rule(row["resource"].partition(".")[2], row["resource"]) for row in names]
    return Answer(parts=[rule("ApplicationAggregate", "trading"), *rows])
