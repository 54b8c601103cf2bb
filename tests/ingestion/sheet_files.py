"""Sheets for tests, as suppliers send them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook


def csv_file(
    headers: Sequence[str], rows: Sequence[Sequence[object]], *, separator: str = ",",
    encoding: str = "utf-8",
) -> bytes:  # fmt: skip
    """A CSV of these rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(headers)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(
    sheets: dict[str, Sequence[Sequence[object]]], *, hidden: Sequence[int] = ()
) -> bytes:
    """A workbook; `hidden` are the numbers of rows of the first sheet that are hidden."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for number in hidden:
        book.worksheets[0].row_dimensions[number].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
