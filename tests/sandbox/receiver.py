"""An endpoint for notifications: a real HTTP server on loopback that keeps what it gets."""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "RealTrack_example_verification_token_2026"


@dataclass(frozen=True)
class Delivery:
    """One POST that came in."""

    signature: str
    body: bytes

    @property
    def note(self) -> dict[str, object]:
        """Return the decoded notification part."""
        data: dict[str, object] = json.loads(self.body)["notification"]
        return data


class Receiver:
    """Answers challenges and receives notifications; `statuses` are the next answers."""

    def __init__(self) -> None:
        self.received: queue.Queue[Delivery] = queue.Queue()
        self.statuses: list[int] = []
        self.answer_challenge = True
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                code = parse_qs(urlsplit(self.path).query)["challenge_code"][0]
                text = code + TOKEN + owner.endpoint
                answer = hashlib.sha256(text.encode()).hexdigest()
                if not owner.answer_challenge:
                    answer = "wrong"
                self._reply(200, json.dumps({"challengeResponse": answer}).encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                owner.received.put(Delivery(self.headers["x-ebay-signature"], body))
                self._reply(owner.statuses.pop(0) if owner.statuses else 200, b"")

            def _reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def next(self) -> Delivery:
        """Wait for the next notification."""
        return self.received.get(timeout=15)

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
