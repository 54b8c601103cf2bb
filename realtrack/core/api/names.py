"""snake_case inside, camelCase on the wire, by the same rule as djangorestframework-camel-case."""

from __future__ import annotations

import re

_SNAKE = re.compile(r"[a-z0-9]?_[a-z0-9]")


def to_camel(name: str) -> str:
    """Return `part_number` as `partNumber`; each part of a dotted path by itself."""
    return ".".join(
        _SNAKE.sub(
            lambda found: (
                found.group()[0] + found.group()[2].upper()
                if len(found.group()) == 3
                else found.group()[1].upper()
            ),
            part,
        )
        for part in name.split(".")
    )


def to_snake(name: str) -> str:
    """Return `partNumber` as `part_number`; a name without capitals stays as it is."""
    out: list[str] = []
    for position, letter in enumerate(name):
        if letter.isupper() and position:
            out.append("_")
        out.append(letter.lower())
    return "".join(out)
