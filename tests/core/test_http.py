from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from realtrack.core import http
from realtrack.core.errors import InvalidInput

Plan = list[tuple[int, dict[str, str], bytes]]


class Server:
    """A real HTTP server that answers by a plan, the last entry for ever."""

    def __init__(self) -> None:
        self.plan: Plan = [(200, {}, b"{}")]
        self.seen: list[tuple[str, str]] = []
        self.hang = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                outer.seen.append((self.command, self.path))
                time.sleep(outer.hang)
                status, headers, body = outer.plan.pop(0) if len(outer.plan) > 1 else outer.plan[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the library's names

            def log_message(self, *args: object) -> None:
                del args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def service() -> str:
    """A name of its own, so that circuits of tests do not meet."""
    return f"svc-{secrets.token_hex(4)}"


def test_what_heals_is_tried_again(server: Server, service: str) -> None:
    server.plan = [
        (503, {}, b""),
        (429, {"Retry-After": "0"}, b""),
        (200, {}, b'{"a": 1}'),
    ]
    answer = http.request(service, "GET", server.base)
    assert (answer.status, answer.json()) == (200, {"a": 1})
    assert len(server.seen) == 3


def test_a_call_that_may_not_be_repeated_is_made_once(server: Server, service: str) -> None:
    server.plan = [(503, {}, b"")]
    assert http.request(service, "POST", server.base, json={}).status == 503
    assert len(server.seen) == 1


def test_a_long_retry_after_is_left_to_the_caller(server: Server, service: str) -> None:
    server.plan = [(429, {"Retry-After": "300"}, b"")]
    answer = http.request(service, "GET", server.base)
    assert (answer.status, answer.retry_after) == (429, 300.0)
    assert len(server.seen) == 1


def test_an_html_page_is_no_json(server: Server, service: str) -> None:
    server.plan = [(200, {}, b"<html>")]
    with pytest.raises(ValueError, match=r"."):
        http.request(service, "GET", server.base).json()


def test_a_hang_is_a_timeout(server: Server, service: str) -> None:
    server.hang = 1.0
    with pytest.raises(http.NoAnswer) as found:
        http.request(service, "GET", server.base, timeout=0.2, attempts=1)
    assert found.value.failure is http.Failure.TIMEOUT


def test_the_circuit_opens_after_five_failures_and_closes_by_hand(
    server: Server, service: str
) -> None:
    # given
    server.plan = [(500, {}, b"")]
    for _ in range(http.BREAKER_FAILURES):
        http.request(service, "POST", server.base, json={})
    # when
    with pytest.raises(http.NoAnswer) as found:
        http.request(service, "GET", server.base)
    # then
    assert found.value.failure is http.Failure.CIRCUIT_OPEN
    assert 0 < http.circuit_state(service) <= http.BREAKER_OPEN_SECONDS
    assert len(server.seen) == http.BREAKER_FAILURES
    # and when a person tries now
    server.plan = [(200, {}, b"{}")]
    http.circuit_close(service)
    assert http.request(service, "GET", server.base).status == 200


def test_nobody_there_is_a_network_failure(service: str) -> None:
    with pytest.raises(http.NoAnswer) as found:
        http.request(service, "GET", "http://127.0.0.1:9/", attempts=1)
    assert found.value.failure is http.Failure.NETWORK


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.jpg",
        "http://localhost:6379/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.8/",
        "file:///etc/passwd",
        "ftp://example.com/a",
        "http:///nohost",
        "not a url",
    ],
)
def test_an_address_that_a_user_gives_never_leads_inside(url: str) -> None:
    with pytest.raises(InvalidInput) as found:
        http.fetch_given_url(url, max_bytes=1000)
    assert "url" in found.value.fields


@pytest.mark.parametrize(
    ("text", "seconds"), [("", None), ("12", 12.0), ("1.5", 1.5), ("soon", None)]
)
def test_retry_after_is_read_in_seconds(text: str, seconds: float | None) -> None:
    assert http.parse_retry_after(text) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    assert http.parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
