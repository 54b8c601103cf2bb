"""A small HTTP server that speaks the wire formats of both remote readers, faults included."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Seen:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    size: int

    @property
    def photos(self) -> int:
        """How many photos it carries."""
        if "requests" in self.body:
            return len(self.body["requests"])
        content = self.body["messages"][1]["content"]
        return sum(one["type"] == "image_url" for one in content)


@dataclass(slots=True)
class Reply:
    """What is answered: a status, bytes, headers; `hang` waits for the test's end first."""

    body: bytes | dict[str, Any] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False


Answerer = Callable[[Seen], Reply]


class AiServer:
    """Answers by `answer`, which tests replace; remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answer: Answerer = lambda seen: Reply(status=500)
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                seen = Seen(self.path, dict(self.headers), json.loads(data), len(data))
                outer.seen.append(seen)
                reply = outer.answer(seen)
                if reply.hang:
                    outer.released.wait(30)
                body = reply.body
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                try:
                    self.send_response(reply.status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(content)))
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content)
                except (BrokenPipeError, ConnectionResetError):
                    return

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it, and whatever hangs."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def ai_server() -> Iterator[AiServer]:
    """A server for the time of the block."""
    server = AiServer()
    try:
        yield server
    finally:
        server.close()


def entry(number: int, *lines: str, **fields: tuple[str, float]) -> dict[str, Any]:
    """One photo of an answer, as the schema wants it."""
    names = (
        "brand", "mpn", "oe_number", "part_type", "position", "condition", "price_usd", "fitment",
        "features",
    )  # fmt: skip
    values = {name: fields.get(name, ("", 0.0)) for name in names}
    return {
        "photo": number,
        "lines": [
            {"text": text, "confidence": 0.98, "box": [0.1, 0.1 + 0.05 * row, 0.5, 0.04]}
            for row, text in enumerate(lines)
        ],
        "fields": {
            name: {"value": value, "confidence": sure} for name, (value, sure) in values.items()
        },
    }


def completion(content: str | None, **more: Any) -> dict[str, Any]:
    """A chat completion of that content; 1,200 tokens sent and 300 answered."""
    message = {"role": "assistant", "content": content, "refusal": more.pop("refusal", None)}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-2024-08-06",
        "choices": [
            {"index": 0, "message": message, "finish_reason": more.pop("finish_reason", "stop")}
        ],
        "usage": more.pop(
            "usage", {"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500}
        ),
    }


def read_as(*lines: str, **fields: tuple[str, float]) -> Answerer:
    """Every photo reads so, whichever service is asked."""

    def answer(seen: Seen) -> Reply:
        entries = [entry(number, *lines, **fields) for number in range(1, seen.photos + 1)]
        return Reply(completion(json.dumps({"photos": entries})))

    return answer


def google_photo(*lines: str, logos: tuple[str, ...] = (), labels: tuple[str, ...] = ()) -> Any:
    """One response of images:annotate, pages down to symbols."""
    paragraphs = []
    for row, line in enumerate(lines):
        words = []
        for place, text in enumerate(line.split()):
            last = place == len(line.split()) - 1
            symbols: list[dict[str, Any]] = [{"text": letter} for letter in text]
            symbols[-1]["property"] = {"detectedBreak": {"type": "LINE_BREAK" if last else "SPACE"}}
            left = 10 + place * 100
            corners = [(left, row * 20), (left + 90, row * 20),
                       (left + 90, row * 20 + 15), (left, row * 20 + 15)]  # fmt: skip
            words.append(
                {
                    "symbols": symbols,
                    "confidence": 0.97,
                    # coordinates of 0 are left out on the wire
                    "boundingBox": {
                        "vertices": [
                            {k: v for k, v in (("x", x), ("y", y)) if v} for x, y in corners
                        ]
                    },
                }
            )
        paragraphs.append({"words": words})
    return {
        "fullTextAnnotation": {
            "pages": [{"width": 320, "height": 240, "blocks": [{"paragraphs": paragraphs}]}],
            "text": "\n".join(lines),
        },
        "logoAnnotations": [{"description": name, "score": 0.9} for name in logos],
        "labelAnnotations": [{"description": name, "score": 0.8} for name in labels],
    }
