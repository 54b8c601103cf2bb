"""Developer Analytics: how much of each limit is used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from channels_app.sandbox import gate
from channels_app.sandbox.http import Response, Route, empty, reply
from channels_app.sandbox.store import stamp

if TYPE_CHECKING:
    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.http import Context

_VERSIONS = {"analytics": "v1_beta", "media": "v1_beta"}


def rate_limits(context: Context) -> Response:
    """getRateLimits, narrowed by api_context and api_name; nothing = 204."""
    db, query = context.db, context.query
    day = datetime.fromisoformat(gate.day_of(db)).replace(tzinfo=UTC)
    reset = stamp(day + timedelta(days=1, hours=8))
    groups: dict[tuple[str, str], list[Json]] = {}
    for resource in gate.LIMITS:
        place, _, name = resource.partition(".")
        name = name.split(".")[0]
        if place == "oauth" or not name:
            continue
        if query.get("api_context", place).lower() != place:
            continue
        if query.get("api_name", name).lower() != name:
            continue
        limit = gate.limit_of(db, resource)
        used = gate.used_of(db, context.client_id, resource)
        rate = {
            "limit": limit,
            "remaining": max(0, limit - used),
            "reset": reset,
            "timeWindow": 86_400,
        }
        groups.setdefault((place, name), []).append({"name": resource, "rates": [rate]})
    rows = [
        {
            "apiContext": place,
            "apiName": name,
            "apiVersion": _VERSIONS.get(name, "v1"),
            "resources": resources,
        }
        for (place, name), resources in groups.items()
    ]
    return reply({"rateLimits": rows}) if rows else empty()


_BASE = "/developer/analytics/v1_beta"
ROUTES = [
    Route(
        name=name,
        method="GET",
        pattern=f"{_BASE}/{path}/",
        handler=rate_limits,
        token=kind,
        resource="developer.analytics",
    )
    for name, path, kind in (
        ("getRateLimits", "rate_limit", "app"),
        ("getUserRateLimits", "user_rate_limit", "user"),
    )
]
