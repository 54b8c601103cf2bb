"""Values that settings take."""

from __future__ import annotations

from typing import Any

from realtrack.core.errors import InvalidInput
from settings_app import selectors
from settings_app.definitions import Kind, Setting

# Tried in turn until one is taken and differs from the default.
_OTHERS: tuple[Any, ...] = (
    "Changed", "TX=0.07", "Europe/Berlin", "P-{number:05d}", "{car}_{number:04d}",
    "14_days", 7, "7", "0.5", "0.25", 3,
)  # fmt: skip


def another_value(setting: Setting) -> Any:
    """Return a value that this setting takes and that is not its default."""
    before = selectors.default_of(setting)
    if setting.kind is Kind.BOOLEAN:
        return not before
    for value in (*setting.choices, *_OTHERS):
        try:
            cleaned = setting.clean(value)
        except InvalidInput:
            continue
        if str(cleaned) != str(before):
            return cleaned
    message = f"no other value of {setting.name} is known"
    raise AssertionError(message)
