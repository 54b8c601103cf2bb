"""Faults on order: the next n calls of a route go wrong in a chosen way."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from channels_app.sandbox.http import Request, Response, Route

if TYPE_CHECKING:
    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


# What a bad day holds: errors before and after the call was carried out, and lost answers.
_NOISE: tuple[Json, ...] = (
    {"status": 500},
    {"status": 503, "when": "after"},
    {"drop": True},
    {"drop": True, "when": "after"},
    {"html": True},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to go wrong. `when` tells whether the call is carried out all the same."""

    name: str
    status: int | None = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False
    truncate: bool = False
    when: str = "before"

    @property
    def before(self) -> bool:
        """Tell whether the call is not carried out."""
        # a mere delay or a cut answer belongs to a call that was carried out
        harmless = self.status is None and self.body is None and not self.drop
        return self.when == "before" and not harmless

    def spoil(self, response: Response) -> Response:
        """Return what the client gets instead of the answer."""
        if self.status is not None or self.body is not None:
            kind = "text/html" if (self.body or b"").startswith(b"<") else "application/json"
            response = Response(
                self.status or 200, self.body or b"", {"content-type": kind, **self.headers}
            )
        if self.truncate:
            response = replace(response, body=response.body[: len(response.body) // 2])
        return response


def from_json(name: str, data: Json) -> Fault:
    """Read a fault as the control API takes it; raises ValueError for an unknown field."""
    known = {"status", "body", "headers", "delay_ms", "drop", "truncate", "html", "when"}
    if set(data) - known:
        msg = f"unknown field {sorted(set(data) - known)[0]}"
        raise ValueError(msg)
    body = data.get("body")
    if data.get("html"):
        raw: bytes | None = HTML
    elif body is None:
        raw = None
    else:
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    status = data.get("status")
    return Fault(
        name=name,
        status=int(status) if status is not None else (502 if data.get("html") else None),
        body=raw,
        headers={
            str(key).lower(): str(value) for key, value in (data.get("headers") or {}).items()
        },
        delay=float(data.get("delay_ms") or 0) / 1000,
        drop=bool(data.get("drop")),
        truncate=bool(data.get("truncate")),
        when=str(data.get("when") or "before"),
    )


def _matches(pattern: str, route: Route | None, request: Request) -> bool:
    if pattern == "*":
        return True
    if pattern.startswith("/"):
        return request.path.startswith(pattern)
    return route is not None and route.name == pattern


def take(db: Db, route: Route | None, request: Request) -> Fault | None:
    """Use up one call of the oldest fault that fits, if there is one."""
    for row in db.all("SELECT * FROM faults WHERE remaining > 0 ORDER BY id"):
        if _matches(row["route"], route, request):
            db.run("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", row["id"])
            return from_json(f"{row['id']}", json.loads(row["data"]))
    share = float(db.setting("noise", {}).get("errors", 0))
    if route is not None and share and random.random() < share:  # noqa: S311 (no secret)
        return from_json("noise", random.choice(_NOISE))  # noqa: S311 (no secret)
    return None
