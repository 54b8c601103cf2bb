"""Trading calls that write: quantity and price, revise, end."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from channels_app.sandbox import legacy, listings
from channels_app.sandbox.errors import ApiError
from channels_app.sandbox.publish_checks import IMAGE_HOST
from channels_app.sandbox.trading_base import Answer
from channels_app.sandbox.trading_xml import (
    TradingError,
    find,
    find_all,
    leaf,
    number,
    tag,
    text,
)

if TYPE_CHECKING:
    import sqlite3
    import xml.etree.ElementTree as ET

    from channels_app.sandbox.trading_base import Caller

MOST_ROWS = 4
MOST_ENDS = 10
REASONS = {"NotAvailable", "LostOrBroken", "Incorrect", "OtherListingError", "SellToHighBidder"}
_OURS = "This operation is not allowed for inventory items"


def _target(caller: Caller, node: ET.Element) -> sqlite3.Row:
    """Return the live listing that a node names, or raise its error."""
    item_id, sku = text(node, "ItemID"), text(node, "SKU")
    if item_id:
        row = legacy.item(caller.db, caller.user_id, item_id)
    else:
        row = caller.db.one(
            "SELECT * FROM trading_items WHERE user_id = ? AND sku = ? AND tracking = 'SKU' "
            "AND status = 'Active'",
            caller.user_id,
            sku or "",
        )
    if row is None:
        raise TradingError(17, "This item cannot be accessed.", item_id or sku or "")
    return row


def _revisable(caller: Caller, row: sqlite3.Row) -> bool:
    """Raise when the listing cannot be revised; False = accept and change nothing (stale)."""
    item_id = row["item_id"]
    if row["status"] != "Active":
        raise TradingError(291, "You are not allowed to revise ended listings.", item_id)
    if row["inventory_model"]:
        if caller.db.setting("trading_after_migration") == "stale":
            return False
        raise TradingError(21919474, _OURS, item_id)
    try:
        listings.count_revision(caller.db, item_id)
    except ApiError as error:
        msg = "The listing was revised 250 times today."
        raise TradingError(21919028, msg, item_id) from error
    return True


def _price(node: ET.Element) -> str | None:
    value = text(node, "StartPrice")
    if value is None:
        return None
    try:
        price = Decimal(value)
    except InvalidOperation as error:
        raise TradingError(37, "The price is invalid.", "StartPrice") from error
    if not price.is_finite() or price <= 0:
        raise TradingError(73, "The price must be greater than 0.", "StartPrice")
    return value


def _zero_allowed(caller: Caller, quantity: int, item_id: str) -> None:
    row = caller.db.one("SELECT out_of_stock FROM sellers WHERE user_id = ?", caller.user_id)
    if quantity == 0 and not (row and row["out_of_stock"]):
        msg = "Quantity 0 needs the out-of-stock control."
        raise TradingError(21916583, msg, item_id)


def _revise_variation(caller: Caller, row: sqlite3.Row, node: ET.Element) -> bool:
    data, sku = json.loads(row["data"]), text(node, "SKU")
    chosen = next((one for one in data["variations"] if one["sku"] == sku), None)
    if sku is None or chosen is None:
        msg = "Variation level SKU or SKU and ItemID is needed."
        raise TradingError(21916735, msg, row["item_id"])
    quantity = number(node, "Quantity", chosen["quantity"] - chosen["sold"])
    total, price = quantity + chosen["sold"], _price(node) or chosen["price"]
    if (total, price) == (chosen["quantity"], chosen["price"]):
        return False
    chosen.update(quantity=total, price=price)
    legacy.change(caller.db, row["item_id"], data=json.dumps(data))
    return True


def _revise_row(caller: Caller, node: ET.Element) -> tuple[str, bool]:
    """Apply one InventoryStatus; returns (its answer, whether anything changed)."""
    row = _target(caller, node)
    answer = tag(
        "InventoryStatus",
        leaf("ItemID", row["item_id"]),
        leaf("SKU", text(node, "SKU") or row["sku"]) if text(node, "SKU") or row["sku"] else "",
    )
    if not _revisable(caller, row):
        return answer, True
    if json.loads(row["data"]).get("variations"):
        return answer, _revise_variation(caller, row, node)
    # the quantity sent is what is left to sell; the one stored counts the sold ones too
    quantity = number(node, "Quantity", row["quantity"] - row["sold"])
    _zero_allowed(caller, quantity, row["item_id"])
    total, price = quantity + row["sold"], _price(node) or row["price"]
    if (total, price) == (row["quantity"], row["price"]):
        return answer, False
    legacy.change(caller.db, row["item_id"], quantity=total, price=price)
    return answer, True


def revise_inventory_status(caller: Caller) -> Answer:
    """Set quantity and price of 1 to 4 listings, each on its own."""
    nodes = find_all(caller.root, "InventoryStatus")
    if not 1 <= len(nodes) <= MOST_ROWS:
        raise TradingError(21916736, "1 to 4 InventoryStatus containers are allowed.")
    parts, errors = [], []
    for node in nodes:
        caller.db.run("SAVEPOINT trading_row")
        try:
            part, changed = _revise_row(caller, node)
        except TradingError as error:
            caller.db.run("ROLLBACK TO trading_row")
            errors.append(error)
            continue
        finally:
            caller.db.run("RELEASE trading_row")
        parts.append(part)
        if not changed:
            msg = "The price and quantity are already as requested."
            errors.append(TradingError(21917091, msg, severity="Warning"))
    return Answer(parts=parts, errors=errors, good=len(parts))


def _check_pictures(urls: list[str], caller: Caller) -> None:
    hosted = [url for url in urls if urlsplit(url).netloc == IMAGE_HOST]
    mine = [
        url
        for url in hosted
        if caller.db.one("SELECT 1 FROM images WHERE url = ? AND user_id = ?", url, caller.user_id)
    ]
    if (hosted and len(hosted) < len(urls)) or len(mine) < len(hosted):
        raise TradingError(20004, "A mixture of Self Hosted and EPS pictures is not allowed.")


def revise_fixed_price_item(caller: Caller) -> Answer:
    """Change fields of one listing; lists (pictures, specifics) replace."""
    node = find(caller.root, "Item")
    if node is None:
        raise TradingError(37, "Input data for tag Item is invalid or missing.", "Item")
    row = _target(caller, node)
    part = [leaf("ItemID", row["item_id"])]
    if not _revisable(caller, row):
        return Answer(parts=part)
    data, fields = json.loads(row["data"]), {}
    pictures = find(node, "PictureDetails")
    if pictures is not None:
        urls = [(one.text or "").strip() for one in find_all(pictures, "PictureURL")]
        _check_pictures(urls, caller)
        data["imageUrls"] = urls
    specifics = find(node, "ItemSpecifics")
    if specifics is not None:
        data["aspects"] = {
            text(one, "Name") or "": [(value.text or "") for value in find_all(one, "Value")]
            for one in find_all(specifics, "NameValueList")
        }
    if description := text(node, "Description"):
        data["description"] = description
    if title := text(node, "Title"):
        if len(title) > 80:
            raise TradingError(70, "The title is longer than 80 characters.", "Title")
        fields["title"] = title
    if price := _price(node):
        fields["price"] = price
    values: dict[str, object] = {**fields, "data": json.dumps(data)}
    if text(node, "Quantity") is not None:
        quantity = number(node, "Quantity", 0)
        _zero_allowed(caller, quantity, row["item_id"])
        values["quantity"] = quantity + row["sold"]
    legacy.change(caller.db, row["item_id"], **values)
    return Answer(parts=[*part, leaf("StartTime", row["start_at"]), leaf("EndTime", row["end_at"])])


def _end(caller: Caller, node: ET.Element) -> str:
    if text(node, "EndingReason") not in REASONS:
        raise TradingError(37, "EndingReason is invalid or missing.", "EndingReason")
    row = _target(caller, node)
    if row["status"] != "Active":
        raise TradingError(1047, "The auction has already been closed.", row["item_id"])
    if row["inventory_model"]:
        raise TradingError(21919474, _OURS, row["item_id"])
    legacy.end(caller.db, row["item_id"])
    return leaf("EndTime", caller.db.stamp())


def end_fixed_price_item(caller: Caller) -> Answer:
    """End one listing."""
    return Answer(parts=[_end(caller, caller.root)])


def end_items(caller: Caller) -> Answer:
    """End up to 10 listings, each on its own."""
    nodes = find_all(caller.root, "EndItemRequestContainer")
    if not 1 <= len(nodes) <= MOST_ENDS:
        raise TradingError(37, "1 to 10 EndItemRequestContainer are allowed.")
    parts, errors, good = [], [], 0
    for node in nodes:
        own = text(node, "MessageID")
        correlation = leaf("CorrelationID", own) if own else ""
        try:
            inner = _end(caller, node)
            good += 1
        except TradingError as error:
            inner = error.xml()
            errors.append(error)
        parts.append(tag("EndItemResponseContainer", correlation, inner))
    return Answer(parts=parts, errors=errors, good=good)
