"""Cursors: where a page ended, so that the next neither repeats nor skips while others write."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from realtrack.core.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The oldest of the hits that are ranked among one another; older ones follow by date."""

    created_at: datetime
    listing_id: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The value of the order and the key of the row at which a page ended.

    `field` is what the value is of. A ranked search of very many hits also carries its edge.
    """

    sort: str
    field: str
    value: object
    listing_id: uuid.UUID
    edge: Edge | None = None


def write_cursor(cursor: Cursor) -> str:
    """The cursor as one word of an address."""
    raw = [cursor.sort, cursor.field, _text(cursor.value), str(cursor.listing_id)]
    if cursor.edge is not None:
        raw += [cursor.edge.created_at.isoformat(), str(cursor.edge.listing_id)]
    return base64.urlsafe_b64encode(json.dumps(raw).encode()).decode().rstrip("=")


def read_cursor(text: str, *, sort: str, fields: tuple[str, ...]) -> Cursor:
    """Read a cursor of this order; raises `InvalidInput` for any other and for a broken one."""
    broken = InvalidInput(fields={"cursor": "This cursor is of another search; begin again."})
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        name, field, value, listing_id, *rest = json.loads(raw)
        if name != sort or field not in fields:
            raise broken
        edge = None
        if rest:
            created_at, edge_id = rest
            edge = Edge(created_at=_moment(created_at), listing_id=uuid.UUID(edge_id))
        return Cursor(
            sort=name,
            field=field,
            value=_typed(field, value),
            listing_id=uuid.UUID(listing_id),
            edge=edge,
        )
    except (
        binascii.Error,
        ValueError,
        KeyError,
        TypeError,
        ArithmeticError,
        AttributeError,
    ) as error:
        raise broken from error


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = "a moment without its time zone"
        raise ValueError(message)
    return moment


def _typed(name: str, text: str) -> object:
    match name:
        case "created_at" | "updated_at":
            return _moment(text)
        case "price_key":
            price = Decimal(text)
            if not price.is_finite():
                message = "a price that is no number"
                raise ValueError(message)
            return price
        case "rank":
            return float(text)
        case "stock_free" | "health":
            return int(text)
        case _:
            return text.replace("\x00", "")
