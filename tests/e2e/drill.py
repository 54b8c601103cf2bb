"""What the drills share: parts in numbers, a person who goes on working, the final account."""

from __future__ import annotations

import io
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from PIL import Image, ImageDraw

from realtrack.embedded.layout import Layout
from tests.e2e.system import PASSWORD, Api, System, wait_for
from tests.e2e.thread import Part, quantities, stock

SELLERS = ("mhn-auto-parts", "mhn-outlet")
# Program → what its command line holds.
VICTIMS = {
    "worker-io": "--hostname io@",
    "Valkey": "valkey-server",
    "worker-default": "--hostname default@",
    "PostgreSQL": "bin/postgres",
    "web": "realtrack.supervisor.web",
    "beat": "realtrack.celery beat",
    "worker-cpu": "--hostname cpu@",
}


def rows(system: System, query: str, *values: str) -> list[tuple[Any, ...]]:
    """Ask its database."""
    with psycopg.connect(Layout(system.state).database_url, connect_timeout=10) as connection:
        return connection.execute(query.encode(), values).fetchall()


def small_photo(folder: Path, name: str) -> Path:
    """A picture of its own: marketplaces want 500 pixels and no two alike."""
    image = Image.new("RGB", (800, 600), tuple(random.choices(range(40, 220), k=3)))
    ImageDraw.Draw(image).text((60, 60), name, fill="white", font_size=48)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    path = folder / f"{name}.jpg"
    path.write_bytes(buffer.getvalue())
    return path


def make_parts(api: Api, folder: Path, count: int) -> list[Part]:
    """Make `count` complete drafts with 1 to 3 pieces and a processed photo each."""
    stamp = uuid.uuid4().hex[:6].upper()
    parts = []
    for number in range(count):
        answer = api.post(
            "/api/listings",
            {
                "title": f"Alternator Toyota Camry Denso drill {stamp} {number} Used",
                "startPrice": "89.90",
                "quantity": 1 + number % 3,
                "categoryId": "33550",
                "conditionId": "3000",
                "cBrand": "Denso",
                "cManufacturerPartNumber": f"DR-{stamp}-{number}",
                "cType": "Alternator",
                "description": "Tested, from a 2013 car.",
            },
            expect=201,
        )
        listing = answer["listing"]
        part = Part(listing_id=listing["id"], sku=listing["customLabelSku"])
        photo = small_photo(folder, f"{stamp}-{number}")
        api.put_photo(photo, "image/jpeg", listing_id=part.listing_id)
        parts.append(part)

    def processed() -> bool:
        return all(
            [row["status"] for row in api.get(f"/api/storage/listing/{one.listing_id}")["images"]]
            == ["processed"]
            for one in parts
        )

    wait_for("the photos to be made", processed, seconds=60 + 4 * count)
    return parts


def publish_all(
    api: Api, parts: list[Part], connections: list[str], *, more_seconds: float = 0
) -> None:
    """Publish all parts on all accounts in one run and wait for its end."""
    job_id = api.post(
        "/api/channels/publish",
        {"listingIds": [one.listing_id for one in parts], "connectionIds": connections},
        expect=202,
    )["jobId"]

    def ended() -> Any:
        run = api.get(f"/api/jobs/{job_id}")
        return run if run["state"] in {"done", "failed", "cancelled"} else None

    run = wait_for("the publish run to end", ended, seconds=90 + 8 * len(parts) + more_seconds)
    total = len(parts) * len(connections)
    assert (run["state"], run["refused"], run["done"]) == ("done", 0, total), run


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What a buyer did."""

    number: str
    part: Part
    quantity: int


@dataclass(slots=True)
class Person:
    """Someone who looks and changes stock all the while, and tries again when told to."""

    base: str
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    adjusted: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _bearer: dict[str, str] = field(default_factory=dict)

    def start(self, parts: list[Part]) -> None:
        """Begin; each part gets a piece more, in turn."""
        self._thread = threading.Thread(target=self._work, args=(parts,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what was begun, and no more."""
        self._stop.set()
        assert self._thread is not None
        self._thread.join(120)
        assert not self._thread.is_alive(), "a change of stock did not come through in 120 s"

    def _work(self, parts: list[Part]) -> None:
        with httpx.Client(base_url=self.base, timeout=60) as client:
            self._log_in(client)
            for part in parts * 1000:
                if self._stop.is_set():
                    return
                self._until_done(
                    client,
                    "POST",
                    f"/api/inventory/{part.listing_id}/adjust",
                    {"change": 1, "reason": "Found", "idempotencyKey": f"drill-{uuid.uuid4()}"},
                )
                self.adjusted[part.sku] += 1
                self._until_done(client, "GET", "/api/orders?limit=5", None)
                self._until_done(client, "GET", "/orders/", None)

    def _log_in(self, client: httpx.Client) -> None:
        answer = client.post(
            "/api/auth/login", json={"email": "manager@demo.test", "password": PASSWORD}
        )
        self._bearer = {"Authorization": f"Bearer {answer.json()['accessToken']}"}
        # Pages go by the session, which the middlewares read before any view of ours runs.
        client.get("/login/")
        answer = client.post(
            "/login/",
            data={"email": "manager@demo.test", "password": PASSWORD},
            headers={"X-CSRFToken": client.cookies["csrftoken"], "Referer": f"{self.base}/login/"},
        )
        assert answer.status_code == 302, answer.text

    def _until_done(self, client: httpx.Client, method: str, path: str, body: Any) -> None:
        """Repeat the very same request until it is answered with 200."""
        while True:
            try:
                headers = self._bearer if path.startswith("/api/") else {}
                answer = client.request(method, path, json=body, headers=headers)
            except httpx.TransportError as error:
                # The web itself was killed with our request in its hands.
                self.answers[type(error).__name__] += 1
                self._stop.wait(0.2)
                continue
            self.answers[str(answer.status_code)] += 1
            if answer.status_code == 200:
                self._stop.wait(0.3)
                return
            if answer.status_code == 503:
                code = "unavailable"
                if path.startswith("/api/"):
                    code = answer.json()["errors"][0]["code"]
                if code != "unavailable" or not answer.headers.get("Retry-After", "").isdigit():
                    self.wrong.append(f"{method} {path}: {answer.headers} {answer.text}")
                # Sooner than Retry-After says: we want to see many of these.
                self._stop.wait(0.2)
                continue
            self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
            if answer.status_code == 401:
                self._log_in(client)
            self._stop.wait(0.2)


def kill(system: System, victim: str) -> None:
    """SIGKILL a program and all of its processes."""
    assert system.kill(VICTIMS[victim]) >= 1, f"{victim} did not run"


def back(system: System, victim: str) -> bool:
    """Say whether the victim was started again and all is ready, by its own account."""
    if not system.pids(VICTIMS[victim]):
        return False
    try:
        return httpx.get(f"{system.base}/api/health/ready", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


_LEFT = {
    "deliveries": "SELECT event, subscriber, state, attempts, last_error FROM event_deliveries",
    "owed": "SELECT kind, attempts, last_error, next_attempt::text FROM channel_owed "
    "WHERE desired_version > confirmed_version",
    "leases": "SELECT claimed_until::text FROM channel_listings WHERE claimed_until IS NOT NULL",
    "notifications of the marketplace": "SELECT event_type, attempts, process_error "
    "FROM channel_webhook_logs WHERE NOT processed",
    "runs": "SELECT kind, title, state, error FROM runs WHERE state NOT IN ('done', 'cancelled')",
}


def left_over(system: System) -> dict[str, list[tuple[Any, ...]]]:
    """Return what still waits, by kind; empty when all is done."""
    found = {what: rows(system, query) for what, query in _LEFT.items()}
    return {what: some for what, some in found.items() if some}


def differences(system: System, api: Api, sales: list[Sale], expected: dict[str, int]) -> list[str]:
    """Say where orders, ledger and marketplaces are not as the sales left them."""
    wrong = []
    known = Counter(row["externalOrderId"] for row in all_orders(api))
    wrong += [f"order {one.number} is {known[one.number]} times here" for one in sales
              if known[one.number] != 1]  # fmt: skip
    for part in {one.part.sku: one.part for one in sales}.values():
        wanted = expected[part.sku]
        if (found := stock(api, part)) != (wanted, wanted):
            wrong.append(f"{part.sku}: stock {found}, expected {wanted}")
        if (there := quantities(system, part)) != [wanted] * len(SELLERS):
            wrong.append(f"{part.sku}: marketplaces show {there}, expected {wanted}")
    return wrong


def all_orders(api: Api) -> list[dict[str, Any]]:
    """Return every order."""
    found: list[dict[str, Any]] = []
    while True:
        page = api.get("/api/orders", params={"limit": 100, "offset": len(found)})
        found += page["orders"]
        if not page["orders"] or len(found) >= page["total"]:
            return found


def settled(
    system: System, api: Api, sales: list[Sale], expected: dict[str, int], *, seconds: float
) -> float:
    """Wait until nothing waits and nothing differs; return after how many seconds it was so."""
    begun = time.monotonic()
    last: object = None
    while time.monotonic() - begun < seconds:
        try:
            last = left_over(system) or differences(system, api, sales, expected)
        except (httpx.TransportError, psycopg.OperationalError, AssertionError) as error:
            last = repr(error)
        if not last:
            return time.monotonic() - begun
        time.sleep(0.5)
    message = f"after {seconds:.0f} s there is still: {last}"
    raise AssertionError(message)
