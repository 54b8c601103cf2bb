"""A file as tables: headers and rows of texts, whatever it was written with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

MAX_COLUMNS = 2000
MAX_CELL = 1_000_000  # characters; a description may have 500,000
HEADER_WITHIN = 20  # rows among which the headers must stand
_INFO = re.compile(r"#?info\b", re.IGNORECASE)
# A cell of exactly this word erases the field; an empty one leaves it.
CLEAR = "CLEAR"
_RUNS = re.compile(rf"'*(?:[=+\-@\t\r]|{CLEAR}\Z)")
_GUARDED = re.compile(rf"'+(?:[=+\-@\t\r]|{CLEAR}\Z)")


class FileRefused(ValueError):
    """The file cannot be read; the sentence says what would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells."""

    number: int
    cells: Sequence[str]
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Headers and the rows below them; `rows` reads from the start at each call."""

    name: str
    headers: tuple[str, ...]
    is_template: bool
    rows: Callable[[], Iterator[Row]]
    header_row: int = 1


def table_of(name: str, read: Callable[[], Iterator[Row]]) -> Table | None:
    """The table of a sheet: `Info` rows before the headers are passed over; None if it is empty."""
    for row in read():
        if row.number > HEADER_WITHIN:
            break
        first = row.cells[0].strip().lstrip("\ufeff") if row.cells else ""
        if row.hidden or not any(cell.strip() for cell in row.cells) or _INFO.match(first):
            continue
        return Table(
            name=name,
            headers=_trimmed(row.cells),
            is_template=first.lstrip("*").casefold().startswith("action("),
            rows=_below(read, row.number),
            header_row=row.number,
        )
    return None


def _below(read: Callable[[], Iterator[Row]], header_row: int) -> Callable[[], Iterator[Row]]:
    return lambda: (one for one in read() if one.number > header_row)


def guard(text: str) -> str:
    """A cell that a spreadsheet would run, or that would erase a field, gets a quote before it."""
    return f"'{text}" if _RUNS.match(text) else text


def unguard(text: str) -> str:
    """Take away exactly the quote that `guard` set."""
    return text[1:] if _GUARDED.match(text) else text


def regarded(text: str) -> str:
    """A cell of someone's file as it may be handed back: what would be run is guarded once."""
    return text if text == CLEAR else guard(unguard(text))


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    found = [cell.strip().lstrip("\ufeff").strip() for cell in cells]
    while found and not found[-1]:
        found.pop()
    return tuple(found)
