"""The steps of the thread over the API, shared by the walk and by the drills."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.system import Api, System, wait_for

# What a person fills in beside what the photo says; 33550 is the alternators' leaf.
COMPLETE = {
    "title": "Alternator Toyota Camry 2012-2014 27060-0V210 Denso Used",
    "price": "89.90",
    "quantity": 1,
    "category_id": "33550",
    "condition_id": "3000",
    "c_brand": "Denso",
    "c_manufacturer_part_number": "27060-0V210",
    "c_type": "Alternator",
    "description": "Tested, from a 2013 car.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the thread."""

    listing_id: str
    sku: str


def draft_from_photo(api: Api, photo: Path, *, corrections: dict[str, Any]) -> Part:
    """Upload, let it be read, approve with a person's corrections; returns the draft."""
    mime_type = "image/png" if photo.suffix == ".png" else "image/jpeg"
    asset_id = api.put_photo(photo, mime_type)
    job_id = api.post(
        "/api/ingestion/jobs", {"mode": "single", "assetIds": [asset_id]}, expect=201
    )["job"]["id"]

    def read() -> Any:
        found = api.get(f"/api/ingestion/jobs/{job_id}")
        assert found["job"]["status"] not in {"failed", "cancelled"}, found["job"]
        return found if found["results"] else None

    found = wait_for("the photo to be read", read, seconds=120)
    result = found["results"][0]
    assert result["fields"] or result["texts"]
    answer = api.post(f"/api/ingestion/review/{result['id']}/approve", {"corrections": corrections})
    listing = answer["listing"]
    return Part(listing_id=listing["id"], sku=listing["customLabelSku"])


def publish(api: Api, part: Part, connection_ids: list[str]) -> Any:
    """Publish to the accounts and wait for the run's end; returns it."""
    job_id = api.post(
        "/api/channels/publish",
        {"listingIds": [part.listing_id], "connectionIds": connection_ids},
        expect=202,
    )["jobId"]

    def ended() -> Any:
        run = api.get(f"/api/jobs/{job_id}")
        return run if run["state"] in {"done", "failed", "cancelled"} else None

    return wait_for("the publish run to end", ended, seconds=90)


def stock(api: Api, part: Part) -> tuple[int, int]:
    """Return (total, free) of the ledger."""
    found = api.get(f"/api/inventory/{part.listing_id}")
    ledger = found["ledger"]
    return ledger["quantityTotal"], ledger["quantityAvailable"]


def order_of(api: Api, number: str) -> Any:
    """Return the order by the marketplace's number, or None."""
    rows = api.get("/api/orders", params={"limit": 200})["orders"]
    return next((row for row in rows if row["externalOrderId"] == number), None)


def quantities(system: System, part: Part) -> list[int]:
    """Return what every account of the marketplace shows of the part."""
    rows = system.control("listings", sku=part.sku)["listings"]
    return [int(row["quantity"]) for row in rows if row["status"] in {"ACTIVE", "OUT_OF_STOCK"}]
