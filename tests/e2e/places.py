"""Every page of the back office, with the addresses that the running system gives its rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.system import Api, System, wait_for
from tests.e2e.thread import COMPLETE, draft_from_photo, order_of, publish

TABS = ("details", "photos", "fitment", "stock", "channels", "history")
SETTINGS = ("general", "marketplaces", "tax", "shipping", "pricing", "ai", "notifications", "users")
VIN = "4T1BF1FK7EU123456"  # a 2014 Camry
NOWHERE = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page: its address, who looks, what it answers; `press` opens something on it."""

    name: str
    path: str
    role: str | None = "admin"
    status: int = 200
    press: str = ""
    shows: str = ""
    from_width: int = 0  # in CSS pixels: phones have another way to the same


def _first(rows: Any) -> str:
    return str(rows[0]["id"]) if rows else NOWHERE


def _sale(system: System, api: Api, photo: Path) -> str:
    """Return a part that was published and bought; makes the sale where there was none."""
    for one in api.get("/api/orders", params={"limit": 50})["orders"]:
        lines = api.get(f"/api/orders/{one['id']}")["order"]["items"]
        sold = [line["listingId"] for line in lines if line["listingId"]]
        if sold:
            return str(sold[0])
    part = draft_from_photo(api, photo, corrections=COMPLETE)
    api.call("PATCH", f"/api/listings/{part.listing_id}/status", json={"status": "ready"})
    publish(api, part, [_first(api.get("/api/channels")["channels"])])
    number = system.control("buy", sku=part.sku, quantity=1)["orderId"]
    wait_for("the order", lambda: order_of(api, number))
    return part.listing_id


def _car(api: Api) -> str:
    """Return a car with parts; takes one in where there is none."""
    found = api.get("/api/inventory/donors")["donors"]
    if not found:
        made = api.post("/api/inventory/donors", {"vin": VIN, "cost": "1200"}, expect=201)
        parts = [{"partType": "Alternator"}, {"partType": "Headlight", "side": "left"}]
        api.post(
            f"/api/inventory/donors/{made['donor']['id']}/teardown",
            {"parts": parts, "idempotencyKey": "pages"},
            expect=201,
        )
        found = [made["donor"]]
    return _first(found)


def _sheet(api: Api, donor: str) -> tuple[str, str]:
    """Send a sheet of the car; return the address of its run and of one row."""
    content = b"Number,Name,Price\nD-1,Alternator 27060-0V210,89.90\nD-2,left mirror,45\n"
    sent = {"file": ("sheet.csv", content, "text/csv")}
    started = api.call(
        "POST", "/api/ingestion/sheets", expect=202, files=sent, data={"donorId": donor}
    )
    address = f"/api/ingestion/sheets/{started['jobId']}"

    def first_row() -> str | None:
        rows = api.get(address)["rows"]
        return next((str(one["rowId"]) for one in rows if one["rowId"]), None)

    row = wait_for("a row of the sheet", first_row)
    return f"/ingestion/sheets/{started['jobId']}/", f"/ingestion/rows/{row}/"


def _group(api: Api) -> str:
    """Return the address of a group of equal numbers; makes one where there is none."""
    found = api.get("/api/fitment/interchange/groups")["groups"]
    if not found:
        numbers = [{"number": "27060-0V210"}, {"number": "104210-5890", "brand": "Denso"}]
        api.post("/api/fitment/interchange/groups", {"numbers": numbers}, expect=201)
        found = api.get("/api/fitment/interchange/groups")["groups"]
    return f"/fitment/interchange/{_first(found)}/"


def _model(api: Api) -> str:
    make = _first(api.get("/api/fitment/makes", params={"q": "Toyota"})["makes"])
    models = api.get(f"/api/fitment/makes/{make}/models")["models"]
    return f"/fitment/vehicles/{_first(models)}/"


def all_places(system: System, photo: Path) -> list[Place]:
    """Return every page; makes a sale first, so that lists have rows."""
    api = Api(system, "admin")
    part = _sale(system, api, photo)
    newest = api.get("/api/listings", params={"limit": 2})["listings"]
    fresh = _first([one for one in newest if one["id"] != part])
    order = _first(api.get("/api/orders")["orders"])
    job = _first(api.get("/api/ingestion/jobs")["jobs"])
    account = _first(api.get("/api/channels")["channels"])
    donor = _car(api)
    car = f"/inventory/donors/{donor}"
    sheet, sheet_row = _sheet(api, donor)
    run = str(api.get("/api/jobs")["jobs"][0]["jobId"])
    plain = {
        "today": "/", "dashboard": "/dashboard/", "catalog": "/listings/",
        "catalog-nothing": "/listings/?q=zzzznothing", "new-part": "/listings/new/",
        "trash": "/listings/trash/", "history": f"/listings/{part}/history/",
        "fresh-part": f"/listings/{fresh}/edit/", "intake": "/ingestion/",
        "intake-job": f"/ingestion/jobs/{job}/", "review": "/ingestion/review/",
        "fitment": "/fitment/", "fitment-part": f"/fitment/{part}/", "stock": "/inventory/",
        "cars": "/inventory/donors/", "car-new": "/inventory/donors/new/", "car": f"{car}/",
        "car-edit": f"{car}/edit/", "teardown": f"{car}/teardown/", "pull": f"{car}/pull/",
        "finish": f"{car}/finish/", "imports": "/listings/imports/",
        "pricing": "/listings/pricing/", "rights": "/settings/rights/",
        "team-new": "/settings/teams/new/", "system": "/settings/?tab=system",
        "shipping-new": "/settings/shipping/new/", "rule-new": "/settings/pricing/new/",
        "calculator": "/settings/shipping/calculator/",
        "inbox": "/channels/inbox/", "limits": "/channels/limits/", "drift": "/channels/drift/",
        "policies": "/channels/policies/", "categories": "/channels/categories/",
        "inbox-orders": "/channels/inbox/?kind=orders", "aces": "/fitment/aces/",
        "aces-export": "/fitment/aces/export/", "quarantine": "/fitment/quarantine/",
        "checks": "/fitment/checks/", "vehicles": "/fitment/vehicles/?q=silverado",
        "sets": "/fitment/sets/", "spending": "/ingestion/spending/",
        "learned": "/ingestion/learned/", "groups": f"/ingestion/jobs/{job}/groups/",
        "elsewhere": f"/channels/{account}/elsewhere/",
        "merge": f"/listings/merge/?kept={part}&gone={fresh}",
        "export-template": "/listings/export/template/", "find": "/fitment/find/",
        "verify": "/fitment/queue/", "lists": "/fitment/lists/",
        "equal-numbers": "/fitment/interchange/", "equal-group": _group(api),
        "compare": f"/fitment/{part}/compare/", "model": _model(api), "sheet-new": "/ingestion/sheets/new/", "sheet": sheet,
        "sheet-row": sheet_row, "numbers": "/ingestion/numbers/", "library": "/ingestion/library/",
        "order-new": "/orders/new/", "invoice": f"/orders/{order}/papers/invoice/",
        "signed-in": "/channels/signed-in/",
        "orders": "/orders/", "order": f"/orders/{order}/", "unmatched": "/orders/unmatched/",
        "channels": "/channels/", "account-of-channel": f"/channels/{account}/",
        "sync": "/channels/sync/", "runs": "/runs/", "run": f"/runs/{run}/",
        "activity": "/activity/", "notifications": "/notifications/", "account": "/account/",
        "api-docs": "/api/docs", "kit": "/kit/", "privacy": "/privacy/",
    }  # fmt: skip
    found = [Place(name=name, path=path) for name, path in plain.items()]
    found += [Place(name=f"part-{tab}", path=f"/listings/{part}/edit/?tab={tab}") for tab in TABS]
    found += [Place(name=f"settings-{tab}", path=f"/settings/?tab={tab}") for tab in SETTINGS]
    found += [
        Place(name="sign-in", path="/login/", role=None),
        Place(name="publish-drawer", path=f"/listings/{part}/edit/",
              press="header.bar .btn-primary", shows="#drawer [data-drawer]"),
        Place(name="quick-view", path="/listings/", press="[data-quick]", from_width=760,
              shows="#drawer [data-drawer]"),
        Place(name="403", path="/settings/", role="viewer", status=403),
        Place(name="404", path=f"/listings/{NOWHERE}/edit/", status=404),
    ]  # fmt: skip
    return found
