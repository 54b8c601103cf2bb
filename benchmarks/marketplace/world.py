"""What `ebay_sync.py` measures in: a database of its own, the local marketplace, the real programs.

Accounts, parts and live pages are made here without being measured.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from realtrack import embedded
from realtrack.supervisor.ports import free_port, listen

PROJECT_ROOT = Path(__file__).resolve().parents[2]
BATCH = 25
ALTERNATORS = "33550"
_INVENTORY = "/sell/inventory/v1"
_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "realtrack.settings",
    "LOG_LEVEL": "ERROR",
    "THROTTLE_SHORT": "100000/second",
    "THROTTLE_MEDIUM": "1000000/minute",
    "THROTTLE_LONG": "10000000/hour",
}


class Market:
    """The local marketplace, a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "sandbox.sqlite3"
        self.port = free_port("127.0.0.1", 18970)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "channels_app.sandbox", "--port", str(self.port),
             "--state", str(self.state)],
            cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(300):
            with contextlib.suppress(OSError):
                self.control("status")
                return
            time.sleep(0.1)
        message = "the local marketplace did not start"
        raise SystemExit(message)

    def control(self, name: str, **fields: Any) -> dict[str, Any]:
        """Make a control call."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", f"/_control/{name}", json.dumps(fields))
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def slow(self, *routes: str, ms: int) -> None:
        """Let each answer of these routes come so much later."""
        for route in routes:
            self.control("fault", route=route, times=10_000_000, delay_ms=ms)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(20)


@contextlib.contextmanager
def world() -> Iterator[tuple[Path, Market]]:
    """A migrated database and the marketplace; all of it is gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="rt-bench-"))
    folder.chmod(0o755)
    market: Market | None = None
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    try:
        market = Market(folder)
        os.environ |= {
            **_ENVIRONMENT,
            "REALTRACK_VAR": str(folder),
            "SANDBOX_PORT": str(market.port),
        }
        embedded.ensure(folder)
        subprocess.run(
            [sys.executable, "-m", "realtrack.supervisor.bootstrap"],
            cwd=PROJECT_ROOT, check=True, capture_output=True,
        )  # fmt: skip
        import logging

        import django

        logging.disable(logging.WARNING)
        import realtrack.celery  # noqa: F401 - tasks are sent through this app

        django.setup()
        yield folder, market
    finally:
        if market is not None:
            market.stop()
        embedded.stop_if_unused(folder)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def workers(*names: str) -> Iterator[None]:
    """The workers of `make run`, with their schedule, for the length of the block."""
    commands = [[sys.executable, "-m", "realtrack.supervisor", "worker", "--name", name]
                for name in names]  # fmt: skip
    beat = [sys.executable, "-m", "celery", "--quiet", "-A", "realtrack.celery", "beat",
            "--pidfile=", "--loglevel", "ERROR"]  # fmt: skip
    running = [_started(command) for command in (*commands, beat)]
    try:
        yield
    finally:
        for one in running:
            one.send_signal(signal.SIGTERM)
        for one in running:
            try:
                one.wait(40)
            except subprocess.TimeoutExpired:
                one.kill()


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@contextlib.contextmanager
def web() -> Iterator[int]:
    """One web process as `make run` starts it; yields its port."""
    listener = listen("127.0.0.1", 18480)
    process = subprocess.Popen(
        [sys.executable, "-m", "realtrack.supervisor.web", str(listener.fileno())],
        cwd=PROJECT_ROOT, pass_fds=(listener.fileno(),), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    port = int(listener.getsockname()[1])
    listener.close()
    try:
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def account_of(seller: str) -> Any:
    """Connect an account through its consent page."""
    from channels_app.management.commands.connect_sandbox import connect
    from settings_app.models import User

    user = User.objects.create_user(f"{uuid.uuid4().hex}@bench.test", "bench-9-words", role="admin")
    return connect(user=user, seller=seller)


def make_parts(count: int, *, photos: int) -> list[Any]:
    """Make complete parts with stock, each with so many processed photos of its own."""
    from inventory.services import stock_set
    from listings.services import listing_create
    from realtrack.core.actors import Actor

    actor = Actor.system("bench")
    found = []
    for number in range(count):
        part = listing_create(
            data={
                "title": f"Alternator Toyota Camry 2012-2014 {number:05d} Denso Used",
                "start_price": "99.00", "category_id": ALTERNATORS, "condition_id": "3000",
                "c_brand": "Denso", "c_manufacturer_part_number": f"27060-{number:05d}",
                "description": "Tested, from a 2013 car.",
                "item_photo_url": "" if photos else "https://photos.example.test/1.jpg",
            },
            actor=actor,
        )  # fmt: skip
        stock_set(listing_id=part.pk, quantity=5, actor=actor)
        for place in range(photos):
            _photo(part, number, place)
        found.append(part)
    return found


def _photo(part: Any, number: int, place: int) -> None:
    from django.utils import timezone
    from PIL import Image

    from ingestion.models import ImageAsset
    from ingestion.storage import storage, variant_key

    file = io.BytesIO()
    colour = (number % 255, place * 80 % 255, number // 255)
    Image.effect_noise((800, 600), 40).convert("RGB").point(
        [min(255, (value + shift) // 2) for shift in colour for value in range(256)]
    ).save(file, "WEBP", quality=70)
    name = f"{number:032x}{place:032x}"
    storage().save(variant_key(name), file.getvalue(), "image/webp")
    ImageAsset.objects.create(
        listing=part, s3_bucket="bench", s3_key=name, mime_type="image/webp",
        file_size_bytes=len(file.getvalue()), content_hash=name, status="processed",
        variant_large=name, variant_medium=name, variant_thumb=name, sort_order=place,
        is_primary=place == 0, processed_at=timezone.now(),
    )  # fmt: skip


def live_there(account: Any, parts: Sequence[Any]) -> None:
    """Bring parts live with quantity 1 by bulk calls, and note them here as published."""
    from channels_app.services import session_of

    session = session_of(account)
    for start in range(0, len(parts), BATCH):
        _live_batch(session, account, parts[start : start + BATCH])


def _live_batch(session: Any, account: Any, rows: Sequence[Any]) -> None:
    from django.utils import timezone

    from channels_app.models import ChannelListing

    _post(session, "bulk_create_or_replace_inventory_item", [_item(one) for one in rows])
    offers = _post(session, "bulk_create_offer", [_offer(one, account) for one in rows])
    ids = {row["sku"]: row["offerId"] for row in offers}
    live = _post(session, "bulk_publish_offer", [{"offerId": one} for one in ids.values()])
    numbers = {row["offerId"]: row["listingId"] for row in live}
    ChannelListing.objects.bulk_create(
        ChannelListing(
            listing=one, connection=account, site=account.marketplace_site_id,
            sync_status="active", is_live=True, external_sku=one.custom_label_sku,
            offer_id=ids[one.custom_label_sku], external_id=numbers[ids[one.custom_label_sku]],
            external_key=numbers[ids[one.custom_label_sku]], confirmed_quantity=1, currency="USD",
            published_at=timezone.now(),
        )
        for one in rows
    )  # fmt: skip


def _post(session: Any, call: str, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from channels_app.adapters.ebay import client

    reply = client.user_call(
        session, "inventory", "POST", f"{_INVENTORY}/{call}", json={"requests": requests}, bulk=True
    )
    rows: list[dict[str, Any]] = reply.body["responses"]
    return rows


def _item(part: Any) -> dict[str, Any]:
    return {
        "sku": part.custom_label_sku, "locale": "en_US", "condition": "USED_EXCELLENT",
        "availability": {"shipToLocationAvailability": {"quantity": 1}},
        "product": {
            "title": part.title, "description": "Tested.",
            "aspects": {"Brand": ["Denso"], "Manufacturer Part Number": ["1"]},
            "imageUrls": ["https://photos.example.test/1.jpg"],
        },
    }  # fmt: skip


def _offer(part: Any, account: Any) -> dict[str, Any]:
    policies = account.settings["policies"]
    return {
        "sku": part.custom_label_sku, "marketplaceId": "EBAY_MOTORS", "format": "FIXED_PRICE",
        "availableQuantity": 1, "categoryId": ALTERNATORS, "listingDuration": "GTC",
        "merchantLocationKey": account.settings["locationKey"],
        "pricingSummary": {"price": {"value": "99.00", "currency": "USD"}},
        "listingPolicies": {f"{kind}PolicyId": value for kind, value in policies.items()},
    }  # fmt: skip
