"""Random bodies for every writing endpoint: a client's fault is said as such, never a 500."""

from __future__ import annotations

import json
import random
import re
import string
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from realtrack.core.actors import Actor
from settings_app import catalog, teams
from tests.listings.factories import make_listing
from tests.people import api_of, user_of

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
_WRITING = ("post", "put", "patch", "delete")
_NOWHERE = "00000000-0000-4000-8000-000000000000"
_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 1.5, -0.0, 1e308, "", " ",
    "0", "-1", "NaN", "1e999", "Infinity", "null", "\x00", "\ud83d\ude97", "a\u202eb", "'; --",
    "<script>", "x" * 300, "x" * 20000, "2026-02-30", "0000-00-00T00:00:00Z", "9" * 40, "1.234567",
    _NOWHERE, "not-a-uuid", "../../etc/passwd", "%00", "${7*7}", [], {}, [[]], {"": None},
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A writing method of an address, with what its document says of the body."""

    method: str
    path: str
    body: dict[str, Any] | None


def _operations() -> list[Operation]:
    document = SchemaGenerator().get_schema(request=None, public=True)
    known = document["components"]["schemas"]
    found = []
    for path, methods in sorted(document["paths"].items()):
        for method in _WRITING:
            if method in methods:
                content = methods[method].get("requestBody", {}).get("content", {})
                found.append(
                    Operation(
                        method=method,
                        path=path,
                        body=_resolved(content, known) if content else None,
                    )
                )
    return found


def _resolved(content: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    schema = next(iter(content.values())).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(known[name] if name else schema)


class Bodies:
    """Bodies from one seed: junk, known names with odd values, and nearly right ones."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def junk(self, depth: int = 0) -> Any:
        pick = self.random.random()
        if depth < 3 and pick < 0.25:
            return {self.word(): self.junk(depth + 1) for _ in range(self.random.randint(0, 4))}
        if depth < 3 and pick < 0.4:
            return [self.junk(depth + 1) for _ in range(self.random.randint(0, 4))]
        return self.random.choice(_ODD)

    def word(self) -> str:
        return "".join(self.random.choices(string.ascii_letters + "_-. é", k=6))

    def fitting(self, schema: dict[str, Any]) -> Any:
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        kind = schema.get("type")
        if schema.get("format") == "uuid":
            return _NOWHERE
        if kind == "integer":
            return self.random.choice((0, 1, 2, 50))
        if kind == "number":
            return self.random.choice((0, 0.5, 12.25))
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind == "array":
            return [self.fitting(schema.get("items", {})) for _ in range(self.random.randint(0, 3))]
        if kind == "object":
            return {name: self.fitting(one) for name, one in schema.get("properties", {}).items()}
        return self.random.choice(("12.50", "text", "2026-11-25T10:00:00Z", "a@b.example"))

    def one(self, schema: dict[str, Any] | None) -> tuple[bytes, bool]:
        """Return a body, and whether it must be refused: its field is none that there is."""
        pick = self.random.random()
        if pick < 0.1:
            raw = self.random.choice((b"{", b"\xff\xfe", b'{"a":1,}', b"[" * 2000, b'"\\ud800"'))
            return raw, False
        properties = (schema or {}).get("properties", {})
        if pick < 0.3 or not properties:
            return json.dumps({"noSuchField": self.junk(), self.word(): 1}).encode(), True
        if pick < 0.4:
            return json.dumps(self.junk()).encode(), False
        share = self.random.choice((0.2, 0.5, 0.8))
        body = {
            name: self.fitting(one) if self.random.random() < share else self.junk(1)
            for name, one in properties.items()
            if self.random.random() < 0.8
        }
        return json.dumps(body).encode(), False


@pytest.fixture
def ids(settings: Any) -> dict[str, str]:
    """Rows that exist, by what the address calls them: a body is looked at only for these."""
    settings.THROTTLES = dict.fromkeys(("short", "medium", "long"), "100000000/second")
    part = make_listing(start_price="50.00")
    rule = catalog.pricing_rule_save(
        rule_id=None, actor=ACTOR,
        data={"name": "r", "rule_type": "markdown", "parameters": {"percentage": 1}},
    )  # fmt: skip
    profile = catalog.shipping_profile_save(
        profile_id=None, actor=ACTOR,
        data={"name": "P", "carrier": "UPS", "service": "Air", "cost_type": "flat",
              "flat_cost": 5, "is_default": False, "active": True},
    )  # fmt: skip
    return {
        "listing_id": str(part.pk),
        "rule_id": str(rule.pk),
        "profile_id": str(profile.pk),
        "team_id": str(teams.team_save(team_id=None, name="North", actor=ACTOR).pk),
        "user_id": str(user_of("viewer").pk),
        "category": "general",
        "key": "business_name",
        "revision": "1",
    }


def _attack(operations: list[Operation], ids: dict[str, str], count: int) -> list[str]:
    client = api_of("admin")
    client.raise_request_exception = False
    found = []
    for one in operations:
        path = re.sub(r"\{(\w+)\}", lambda match: ids.get(match.group(1), _NOWHERE), one.path)
        bodies = Bodies(f"{one.method} {one.path}")
        # What takes no body does not look at one.
        for _ in range(count if one.body is not None else max(3, count // 100)):
            raw, must_refuse = bodies.one(one.body)
            status = _status(client, one.method, path, raw)
            refused = 400 <= status < 500
            if status >= 500 or (must_refuse and one.body is not None and not refused):
                found.append(f"{one.method} {path} {raw[:300]!r}: {status}")
                break
    return found


def _status(client: APIClient, method: str, path: str, raw: bytes) -> int:
    """Send it and put everything back, so that the next body meets the same rows."""
    with transaction.atomic():
        sent: Any = raw  # bytes go out as they are; the stubs know text alone
        answer = client.generic(method.upper(), path, sent, content_type="application/json")
        transaction.set_rollback(True)
    return int(answer.status_code)


def test_random_bodies_are_refused_and_never_break_anything(ids: dict[str, str]) -> None:
    operations = _operations()
    assert len(operations) > 60
    assert sum(one.body is not None for one in operations) > 40
    assert _attack(operations, ids, 20) == []


@pytest.mark.drill
def test_2000_random_bodies_for_each_endpoint(ids: dict[str, str]) -> None:
    assert _attack(_operations(), ids, 2000) == []
