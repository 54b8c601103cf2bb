"""What all control calls use: their type, their error, and how arguments are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from channels_app.sandbox.errors import Json
from channels_app.sandbox.store import Db

if TYPE_CHECKING:
    import sqlite3

Call = Callable[[Db, Json], Json]


class ControlError(Exception):
    """A control call that cannot be done: HTTP status and reason."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def only(given: Json, *names: str) -> None:
    """Refuse unknown fields by name."""
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise ControlError(400, f"unknown field {unknown[0]}; known: {', '.join(names) or 'none'}")


def text(given: Json, name: str) -> str:
    """Return an obligatory text field."""
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise ControlError(400, f"field {name} is needed")
    return value


def number(given: Json, name: str, default: int) -> int:
    """Return a whole number (also as text), or the default."""
    value = given.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise ControlError(400, f"field {name} must be a number") from error


def find_seller(db: Db, given: Json, name: str = "seller") -> sqlite3.Row:
    """Return the seller whom the field names (by username or id)."""
    wanted = text(given, name)
    row = db.one("SELECT * FROM sellers WHERE username = ? OR user_id = ?", wanted, wanted)
    if row is None:
        raise ControlError(404, f"no seller {wanted}")
    return row
