"""Sell Feed: the report of all live listings, and uploads that change many."""

from __future__ import annotations

import gzip
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from channels_app.sandbox import legacy, trading_writes
from channels_app.sandbox.errors import Json, err
from channels_app.sandbox.http import Response, Route, reply
from channels_app.sandbox.store import moment_of, stamp
from channels_app.sandbox.taxonomy import TREES
from channels_app.sandbox.trading_base import Answer, Caller
from channels_app.sandbox.trading_xml import NS, TradingError, leaf, tag, text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from channels_app.sandbox.http import Context
    from channels_app.sandbox.inventory_rules import RouteOptions
    from channels_app.sandbox.store import Db

_OPTIONS: RouteOptions = {
    "token": "user",
    "scopes": ("/sell.inventory",),
    "resource": "sell.feed",
    "languages": "",
}
REPORT = "LMS_ACTIVE_INVENTORY_REPORT"
UPLOADS: dict[str, tuple[str, Callable[[Caller], Answer]]] = {
    "LMS_REVISE_INVENTORY_STATUS": (
        "ReviseInventoryStatus",
        trading_writes.revise_inventory_status,
    ),
    "LMS_REVISE_FIXED_PRICE_ITEM": (
        "ReviseFixedPriceItem",
        trading_writes.revise_fixed_price_item,
    ),
    "LMS_END_FIXED_PRICE_ITEM": ("EndFixedPriceItem", trading_writes.end_fixed_price_item),
}
REPORTS_A_DAY = 25
UPLOADS_A_DAY = 400
MOST_OPEN = 10
MOST_BYTES = 15 * 1024 * 1024
DELAY = 2.0
BASE = "/sell/feed/v1"


def _settings(db: Db) -> Json:
    found: Json = db.setting("feed", {})
    return found


def _check_room(context: Context, feed_type: str, most: int) -> None:
    db = context.db
    since = stamp(db.now() - timedelta(hours=24))
    made = db.count(
        "SELECT count(*) FROM feed_tasks WHERE user_id = ? AND feed_type = ? AND created > ?",
        context.user_id,
        feed_type,
        since,
    )
    if made >= most:
        raise err(160025)
    waiting = db.count(
        "SELECT count(*) FROM feed_tasks WHERE user_id = ? AND status IN "
        "('CREATED', 'QUEUED', 'IN_PROCESS')",
        context.user_id,
    )
    if waiting >= MOST_OPEN:
        raise err(160024)


def _create(context: Context, kind: str, status: str, most: int) -> Response:
    body, db = context.body, context.db
    feed_type, version = body["feedType"], body.get("schemaVersion")
    if not version:
        raise err(160018)
    _settle_all(context)
    _check_room(context, feed_type, most)
    task_id = f"task-{db.next_id('task', 10)}-{db.next_id('task_tail', 1_900_000_000)}"
    now = db.now()
    due = stamp(now + timedelta(seconds=_delay(db))) if status == "QUEUED" else None
    db.run(
        "INSERT INTO feed_tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
        task_id,
        context.user_id,
        feed_type,
        kind,
        version,
        context.request.headers.get("x-ebay-c-marketplace-id", ""),
        stamp(now),
        status,
        due,
    )
    path = "inventory_task" if kind == "report" else "task"
    where = f"{context.base}{BASE}/{path}/{task_id}"
    return Response(202, b"", {"location": where})


def _delay(db: Db) -> float:
    return float(_settings(db).get("delay", DELAY))


def create_report(context: Context) -> Response:
    """createInventoryTask: 25 reports of a seller in 24 h."""
    feed_type = context.body.get("feedType")
    if feed_type in UPLOADS:
        raise err(160030)
    if feed_type != REPORT:
        raise err(160017)
    if context.request.headers.get("x-ebay-c-marketplace-id") not in TREES:
        raise err(160027)
    return _create(context, "report", "QUEUED", REPORTS_A_DAY)


def create_upload(context: Context) -> Response:
    """createTask: 400 of a type in 24 h."""
    feed_type = context.body.get("feedType")
    if feed_type == REPORT:
        raise err(160030)
    if feed_type not in UPLOADS:
        raise err(160017)
    return _create(context, "upload", "CREATED", UPLOADS_A_DAY)


def _task(context: Context, kind: str = "") -> sqlite3.Row:
    _settle_all(context)
    row = context.db.one(
        "SELECT * FROM feed_tasks WHERE task_id = ? AND user_id = ?",
        context.params["id"],
        context.user_id,
    )
    if row is None or kind not in ("", row["kind"]):
        raise err(160003)
    return row


def _shown(row: sqlite3.Row) -> Json:
    out: Json = {
        "taskId": row["task_id"],
        "status": row["status"],
        "feedType": row["feed_type"],
        "creationDate": row["created"],
        "schemaVersion": row["schema_version"],
    }
    if row["completed"]:
        out["completionDate"] = row["completed"]
        out["uploadSummary"] = {"failureCount": 0, "successCount": 1}
    return out


def get_report(context: Context) -> Response:
    """getInventoryTask."""
    return reply(_shown(_task(context, "report")))


def get_upload(context: Context) -> Response:
    """getTask."""
    return reply(_shown(_task(context)))


def list_reports(context: Context) -> Response:
    """getInventoryTasks."""
    if not context.query.get("feed_type"):
        raise err(160004)
    if context.query["feed_type"] != REPORT:
        raise err(160006)
    _settle_all(context)
    rows = context.db.all(
        "SELECT * FROM feed_tasks WHERE user_id = ? AND kind = 'report' ORDER BY created DESC",
        context.user_id,
    )
    return reply({"total": len(rows), "tasks": [_shown(row) for row in rows]})


def upload(context: Context) -> Response:
    """uploadFile: within an hour, 15 MB, the multipart part `file`."""
    row, db = _task(context), context.db
    if row["kind"] != "upload" or row["status"] != "CREATED":
        raise err(160023)
    if db.now() - moment_of(row["created"]) > timedelta(hours=1):
        raise err(160026)
    part = context.request.part("file")
    if part is None:
        raise err(160100)
    if len(part[1]) > MOST_BYTES:
        raise err(160028)
    try:
        root = ET.fromstring(part[1])  # noqa: S314 (expat refuses entity bombs; loopback only)
    except ET.ParseError as error:
        raise err(160020) from error
    if root.tag != f"{{{NS}}}BulkDataExchangeRequests":
        raise err(160020)
    db.run(
        "UPDATE feed_tasks SET upload = ?, status = 'QUEUED', due_at = ? WHERE task_id = ?",
        part[1],
        stamp(db.now() + timedelta(seconds=_delay(db))),
        row["task_id"],
    )
    return reply({})


def download(context: Context) -> Response:
    """getResultFile: gzip, or what the control has chosen; nothing yet = 404 160014."""
    row = _task(context)
    if row["result"] is None:
        raise err(160014)
    return Response(200, row["result"], {"content-type": "application/octet-stream"})


def _settle_all(context: Context) -> None:
    """Move tasks on by the clock; a report is a snapshot of the moment it is completed at."""
    db = context.db
    rows = db.all(
        "SELECT * FROM feed_tasks WHERE user_id = ? AND status IN ('QUEUED', 'IN_PROCESS')",
        context.user_id,
    )
    for row in rows:
        due = moment_of(row["due_at"])
        if db.now() >= due:
            _complete(context, row)
        elif row["status"] == "QUEUED" and db.now() >= due - timedelta(seconds=_delay(db) / 2):
            db.run("UPDATE feed_tasks SET status = 'IN_PROCESS' WHERE task_id = ?", row["task_id"])


def _complete(context: Context, row: sqlite3.Row) -> None:
    db, chosen = context.db, _settings(context.db)
    status = str(chosen.get("outcome") or "COMPLETED")
    raw = b""
    if status != "FAILED":
        raw = _report(context) if row["kind"] == "report" else _apply(context, row)
    db.run(
        "UPDATE feed_tasks SET status = ?, completed = ?, result = ?, upload = NULL "
        "WHERE task_id = ?",
        status,
        db.stamp(),
        _packed(raw, str(chosen.get("format") or "gzip")) if raw else None,
        row["task_id"],
    )


def _packed(raw: bytes, form: str) -> bytes:
    if form == "plain":
        return raw
    if form == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("report.xml", raw)
        return out.getvalue()
    packed = gzip.compress(raw, compresslevel=1)
    return packed[: len(packed) // 2] if form == "cut" else packed


def _details(row: sqlite3.Row, *, total: bool) -> str:
    variations = json.loads(row["data"]).get("variations") or []
    if variations:
        rows = [
            tag(
                "Variation",
                leaf("SKU", one["sku"]),
                leaf("Price", one["price"], currencyID=row["currency"]),
                leaf("Quantity", one["quantity"] - (0 if total else one["sold"])),
            )
            for one in variations
        ]
        return tag("SKUDetails", leaf("ItemID", row["item_id"]), tag("Variations", *rows))
    return tag(
        "SKUDetails",
        leaf("SKU", row["sku"]) if row["sku"] else "",
        leaf("Price", row["price"], currencyID=row["currency"]),
        leaf("Quantity", row["quantity"] - (0 if total else row["sold"])),
        leaf("ItemID", row["item_id"]),
    )


def _report(context: Context) -> bytes:
    chosen = _settings(context.db)
    legacy.renew(context.db)
    rows = context.db.all(
        "SELECT * FROM trading_items WHERE user_id = ? AND status = 'Active' ORDER BY item_id",
        context.user_id,
    )
    total = bool(chosen.get("quantity_total"))
    lines = [] if chosen.get("empty") else [_details(row, total=total) for row in rows]
    return _document("BulkDataExchangeResponses", tag("ActiveInventoryReport", _ack(), *lines))


def _ack() -> str:
    return leaf("Ack", "Success")


def _document(root: str, *parts: str) -> bytes:
    body = tag(root, *parts, xmlns=NS)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def _apply(context: Context, row: sqlite3.Row) -> bytes:
    """Apply an upload row by row; no Trading call is counted for it."""
    call, run = UPLOADS[row["feed_type"]]
    root = ET.fromstring(row["upload"])  # noqa: S314 (checked at the upload)
    out = []
    for node in root.findall(f"{{{NS}}}{call}Request"):
        caller = Caller(
            db=context.db, user_id=context.user_id, client_id=context.client_id, root=node
        )
        try:
            done = run(caller)
        except TradingError as error:
            done = Answer(errors=[error])
        number = text(node, "MessageID")
        correlation = leaf("CorrelationID", number) if number else ""
        errors = [error.xml() for error in done.errors]
        out.append(tag(escape(f"{call}Response"), leaf("Ack", done.ack), correlation, *errors))
    return _document("BulkDataExchangeResponses", *out)


_SPEC: Json = {"feedType": str, "schemaVersion": str}
_READS = (
    ("getInventoryTasks", "/inventory_task", list_reports),
    ("getInventoryTask", "/inventory_task/{id}", get_report),
    ("getTask", "/task/{id}", get_upload),
    ("getResultFile", "/task/{id}/download_result_file", download),
)
_WRITES = (
    ("createInventoryTask", "/inventory_task", create_report, _SPEC),
    ("createTask", "/task", create_upload, _SPEC),
    ("uploadFile", "/task/{id}/upload_file", upload, None),
)
ROUTES = [
    *[
        Route(name=name, method="GET", pattern=BASE + path, handler=run, **_OPTIONS)
        for name, path, run in _READS
    ],
    *[
        Route(name=name, method="POST", pattern=BASE + path, handler=run, spec=spec, **_OPTIONS)
        for name, path, run, spec in _WRITES
    ],
]
