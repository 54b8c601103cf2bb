"""A file as rows of a car's parts: any sheet, any order of columns, odd cells as they come."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.sheets import columns
from listings.files.csv_file import csv_rows
from listings.files.tables import FileRefused, Table, table_of, unguard
from listings.files.xlsx_file import Workbook

MAX_BYTES = 32 * 1024 * 1024
MAX_ROWS = 5000  # of one car; a larger file is a catalog, which has its own import
_CELL = 2000  # characters that a row keeps of a cell
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One row: where it stands, and its cells by our names; `extra` holds what has none."""

    place: str
    given: dict[str, str]
    extra: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """All rows of a file that name parts, with what was left out."""

    rows: list[SheetRow] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    hidden: int = 0
    blank: int = 0
    ignored: list[str] = field(default_factory=list)


def sheet_read(*, name: str, content: bytes, mapping: Mapping[str, str]) -> Sheet:
    """Return the rows of a file. Raises FileRefused with a sentence that says what would help.

    Sheets without a column for numbers or names are passed over; hidden rows are deleted rows.
    """
    found = Sheet()
    with _tables(name, content) as tables:
        for table in tables:
            names = columns.columns_of(table.headers, mapping)
            if not {columns.NUMBER, columns.NAME} & set(names):
                continue
            _check_headers(table.headers)
            found.sheets.append(table.name)
            found.ignored += [
                header for header, ours in zip(table.headers, names, strict=True)
                if header and not ours
            ]  # fmt: skip
            _rows(found, table, names, several=len(tables) > 1)
    if not found.sheets:
        raise FileRefused(
            "No column is a part number or a name. Name one of them so in the first row."
        )
    if not found.rows:
        raise FileRefused("The sheet has headers and no rows.")
    found.ignored = list(dict.fromkeys(found.ignored))
    return found


def _rows(found: Sheet, table: Table, names: Sequence[str], *, several: bool) -> None:
    for row in table.rows():
        if row.hidden:
            found.hidden += 1
            continue
        given: dict[str, str] = {}
        extra: dict[str, str] = {}
        for place, cell in enumerate(row.cells):
            text = _clean(cell)
            if not text or place >= len(names):
                continue
            if names[place]:
                given[names[place]] = text
            elif table.headers[place]:
                extra[table.headers[place][:80]] = text
        if not given:
            found.blank += 1
            continue
        where = f"{table.name}, row {row.number}" if several else f"Row {row.number}"
        found.rows.append(SheetRow(place=where[:120], given=given, extra=extra))
        if len(found.rows) > MAX_ROWS:
            raise FileRefused(f"More than {MAX_ROWS:,} rows. Send one car a file.")


def _clean(cell: str) -> str:
    text = unguard(cell.replace("\u00a0", " ")).replace("\x00", "")
    return re.sub(r"[ \t\r\f\v]+", " ", text).strip()[:_CELL]


def _check_headers(headers: Sequence[str]) -> None:
    seen: set[str] = set()
    for header in headers:
        key = " ".join(header.casefold().split())
        if key and key in seen:
            raise FileRefused(f"The header {header} stands there twice. Rename one of them.")
        seen.add(key)


@contextmanager
def _tables(name: str, content: bytes) -> Iterator[list[Table]]:
    if not content:
        raise FileRefused("The file is empty.")
    if content.startswith(_OLD_OFFICE):
        raise FileRefused("This is an old XLS or a locked file. Save it as XLSX or CSV.")
    with tempfile.NamedTemporaryFile(suffix=".sheet") as copy:
        copy.write(content)
        copy.flush()
        path = Path(copy.name)
        if not content.startswith(_ZIP):
            table = table_of(Path(name).stem, lambda: csv_rows(path))
            yield [table] if table else []
            return
        with Workbook(path) as book:
            tables = [
                table_of(sheet, lambda part=part: book.rows(part))  # type: ignore[misc]  # a bound default
                for sheet, part in book.sheets()
            ]
            yield [one for one in tables if one]
