"""Requests, answers, routes: the little that an ASGI server needs here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from channels_app.sandbox.errors import ApiError, Json, bad_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from channels_app.sandbox.store import Db


@dataclass(slots=True)
class Request:
    """One HTTP request, read whole. Header names are lower case, the path still encoded."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes
    client: tuple[str, int]

    @property
    def query(self) -> dict[str, str]:
        """Return the query parameters; the last of a repeated name counts."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    def form(self) -> dict[str, str]:
        """Return the fields of an URL-encoded body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """Return the decoded JSON body, or refuse it as eBay does (2004)."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise bad_field("body") from error

    def part(self, name: str) -> tuple[str, bytes] | None:
        """Return (content type, bytes) of a multipart part, or None when it is missing."""
        match = re.search(r'boundary="?([^";]+)"?', self.headers.get("content-type", ""))
        if match is None:
            return None
        for chunk in self.body.split(b"--" + match[1].encode())[1:]:
            head, _, content = chunk.partition(b"\r\n\r\n")
            lines = Message()
            for line in head.decode("utf-8", "replace").strip().splitlines():
                key, _, value = line.partition(":")
                lines[key] = value.strip()
            if lines.get_param("name", header="content-disposition") == name:
                return lines.get("content-type", ""), content.removesuffix(b"\r\n")
        return None


@dataclass(slots=True)
class Response:
    """An answer: status, headers, bytes."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def reply(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with compact JSON."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, {"content-type": "application/json", **(headers or {})})


def empty(status: int = 204, headers: dict[str, str] | None = None) -> Response:
    """Answer without a body."""
    return Response(status, b"", headers or {})


def page(html: str, status: int = 200) -> Response:
    """Answer with an HTML page."""
    return Response(status, html.encode(), {"content-type": "text/html; charset=utf-8"})


def redirect(url: str, status: int = 302) -> Response:
    """Send the browser elsewhere."""
    return Response(status, b"", {"location": url})


@dataclass(slots=True, kw_only=True)
class Context:
    """What a handler gets: the request, the open transaction and who calls."""

    request: Request
    db: Db
    base: str
    params: dict[str, str]
    client_id: str = ""
    user_id: str = ""
    scopes: frozenset[str] = frozenset()
    body: Any = None
    # the outcome of the GET challenge, set when the handler runs for the second time
    challenge_passed: bool | None = None

    @property
    def query(self) -> dict[str, str]:
        """Return the query parameters."""
        return self.request.query


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call: its name as eBay writes it, its pattern, and what is checked before it runs."""

    name: str
    method: str
    pattern: str
    handler: Callable[[Context], Response]
    # none: open; app, user: that kind of token; any: both
    token: str = "none"  # noqa: S105 (a kind of token)
    # one of these scopes is enough
    scopes: tuple[str, ...] = ()
    # the limit that the call counts against
    resource: str = ""
    # which language headers are obligatory: "", "accept", "both"
    languages: str = ""
    # the shape of the JSON body; None = no body is read
    spec: Any = None
    # publish and withdraw insist on a body, if only {}
    needs_body: bool = False
    # loopback clients only, JSON in and out, kept out of the log of requests
    control: bool = False


class ChallengeNeededError(Exception):
    """A handler needs the outcome of an outgoing GET before it can go on."""

    def __init__(self, endpoint: str, token: str) -> None:
        super().__init__(endpoint)
        self.endpoint = endpoint
        self.token = token


class Router:
    """Finds the route of a method and path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(self._compile(route.pattern), route) for route in routes]

    @staticmethod
    def _compile(pattern: str) -> re.Pattern[str]:
        return re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "$")

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route and its decoded path parameters, or None."""
        for regex, route in self._routes:
            if route.method == method and (match := regex.match(path)):
                return route, {key: unquote(value) for key, value in match.groupdict().items()}
        return None


def check_shape(value: Any, spec: Any, path: str) -> None:
    """Refuse a wrong JSON type or enum value with 2004, as eBay's deserialiser does.

    A spec is a type, a frozenset of allowed strings, `[spec]`, `{name: spec}`, or
    `{"*": spec}` for a map. null counts as absent; unknown fields are ignored, as there.
    """
    if value is None:
        return
    if isinstance(spec, dict):
        _check_object(value, spec, path)
    elif isinstance(spec, list):
        if not isinstance(value, list):
            raise bad_field(path)
        for item in value:
            check_shape(item, spec[0], path)
    elif not _fits(value, spec):
        raise bad_field(path)


def _check_object(value: Any, spec: dict[str, Any], path: str) -> None:
    if not isinstance(value, dict):
        raise bad_field(path or "body")
    for key, item in value.items():
        inner = spec.get(key, spec.get("*"))
        if inner is not None:
            check_shape(item, inner, f"{path}.{key}" if path else key)


def _fits(value: Any, spec: Any) -> bool:
    if isinstance(spec, frozenset):
        return isinstance(value, str) and value in spec
    if isinstance(value, bool):
        return spec is bool
    return isinstance(value, int | float) if spec is float else isinstance(value, spec)


def refusal(error: ApiError, errors: list[Json]) -> Response:
    """Answer with the error envelope."""
    return reply({"errors": errors}, error.status, error.headers)
