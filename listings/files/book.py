"""Opening a file: what it is is read from its bytes, never from its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from listings.files.csv_file import csv_rows
from listings.files.headers import is_known
from listings.files.tables import FileRefused, Table, table_of
from listings.files.xlsx_file import Workbook

MAX_FILE = 64 * 1024 * 1024
ZIP_HEAD = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@contextmanager
def open_tables(path: Path, *, name: str) -> Iterator[list[Table]]:
    """The tables of a file that hold parts. Raises `FileRefused` with what would help.

    Of a marketplace's template all visible sheets whose headers begin with `*Action(`, of another
    workbook all visible sheets with a header that we know.
    """
    with path.open("rb") as handle:
        head = handle.read(8)
    if not head:
        raise FileRefused("The file is empty.")
    if head.startswith(_OLD_OFFICE):
        raise FileRefused("This is an old XLS or a locked file. Save it as XLSX or CSV.")
    if not head.startswith(ZIP_HEAD):
        table = table_of(name, lambda: csv_rows(path))
        yield _with_parts([table] if table else [])
        return
    with Workbook(path) as book:
        found = [
            table_of(sheet, lambda part=part: book.rows(part))  # type: ignore[misc]  # a bound default
            for sheet, part in book.sheets()
        ]
        yield _with_parts([one for one in found if one])


def _with_parts(tables: list[Table]) -> list[Table]:
    if not tables:
        raise FileRefused("No headers were found. The first row names the columns.")
    templates = [one for one in tables if one.is_template]
    if templates:
        return templates
    known = [one for one in tables if any(is_known(header) for header in one.headers)]
    # With no header known the mapping must say all; then the first sheet is meant.
    return known or tables[:1]
