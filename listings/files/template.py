"""A marketplace's category template, filled: its Info lines, headers, sheets and rules stay."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from listings.files.book import ZIP_HEAD
from listings.files.csv_file import csv_form, csv_rows
from listings.files.export import VehiclesOf, with_vehicles
from listings.files.headers import Plan, plan_of
from listings.files.rows import Tally, part_rows
from listings.files.sheet_fill import SheetFill
from listings.files.tables import FileRefused, Table, guard, table_of
from listings.files.template_rows import Cell, Words, part_row, sheet_for, unfilled, vehicle_row
from listings.files.xlsx_file import Workbook
from listings.models import Listing

_CHUNK = 1 << 20
_NAMED_MAX = 20  # parts that are named one by one; the rest are counted
_CALC = "xl/calcChain.xml"
# The list of formulas names cells that hold values now; a spreadsheet makes it anew where it lacks.
_CALC_ENTRY = re.compile(rb"<(?:Override|Relationship)\b[^>]*calcChain[^>]*/>")
_CALC_NAMED_IN = frozenset({"[Content_Types].xml", "xl/_rels/workbook.xml.rels"})
_NO_TEMPLATE = (
    "This is no category template: no sheet has *Action(…) as its first header. Download it anew"
    " from the marketplace."
)
Read = Callable[[], Iterator[Listing]]


@dataclass(slots=True, kw_only=True)
class Filling:
    """What came of it, for a person to read before the file is used."""

    is_xlsx: bool
    parts: int = 0
    vehicles: int = 0
    vehicles_left_out: int = 0
    sheets: dict[str, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)  # SKUs, the first of them
    left_out_count: int = 0
    ignored: list[str] = field(default_factory=list)  # headers that we know nothing of
    missing: dict[str, int] = field(default_factory=dict)  # demanded ones, by parts without


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    table: Table
    plan: Plan
    part: str = ""


def template_fill(
    path: Path, *, name: str, read: Read, vehicles_of: VehiclesOf, target: IO[bytes]
) -> Filling:
    """Write the template at `path` with the listings that `read` yields below its headers.

    Rows that stand in it already stay above. A workbook with a sheet per category takes each part
    into the sheet that names its category; others are left out and named. Raises `FileRefused`,
    `InvalidInput` (headers), and then `target` is of no use.
    """
    with path.open("rb") as handle:
        is_xlsx = handle.read(len(ZIP_HEAD)) == ZIP_HEAD
    filling = Filling(is_xlsx=is_xlsx)
    if is_xlsx:
        _xlsx_fill(path, read, vehicles_of, target, filling)
    else:
        _csv_fill(path, name, read, vehicles_of, target, filling)
    return filling


def _xlsx_fill(
    path: Path, read: Read, vehicles_of: VehiclesOf, target: IO[bytes], filling: Filling
) -> None:
    with Workbook(path) as book:
        sheets: dict[str, _Sheet] = {}
        for sheet, part in book.sheets():
            table = table_of(sheet, lambda part=part: book.rows(part))  # type: ignore[misc]  # a bound default
            if table is not None and table.is_template:
                sheets[sheet] = _Sheet(table=table, plan=plan_of(table.headers, {}), part=part)
        if not sheets:
            raise FileRefused(_NO_TEMPLATE)
        words = Words.of(book.texts())
        firsts = {name: _first_free(one) for name, one in sheets.items()}
    by_part = {one.part: name for name, one in sheets.items()}
    plans = {name: one.plan for name, one in sheets.items()}
    _count_left_out(read, plans, filling)
    for one in sheets.values():
        filling.ignored.extend(
            header
            for header in unfilled(one.plan, one.table.headers)
            if header not in filling.ignored
        )
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as made:
        for info in source.infolist():
            if info.filename == _CALC or info.is_dir():
                continue
            copy = zipfile.ZipInfo(info.filename, info.date_time)
            copy.compress_type = zipfile.ZIP_DEFLATED
            sheet_name = by_part.get(info.filename)
            with source.open(info) as old, made.open(copy, "w", force_zip64=True) as new:
                if sheet_name is not None:
                    rows = _rows(sheet_name, sheets, plans, read, vehicles_of, words, filling)
                    SheetFill(old, new).fill(firsts[sheet_name], rows)
                elif info.filename in _CALC_NAMED_IN:
                    new.write(_CALC_ENTRY.sub(b"", old.read()))
                else:
                    shutil.copyfileobj(old, new, _CHUNK)


def _csv_fill(
    path: Path,
    name: str,
    read: Read,
    vehicles_of: VehiclesOf,
    target: IO[bytes],
    filling: Filling,
) -> None:
    table = table_of(name, lambda: csv_rows(path))
    if table is None or not table.is_template:
        raise FileRefused(_NO_TEMPLATE)
    sheet = _Sheet(table=table, plan=plan_of(table.headers, {}))
    filling.ignored.extend(unfilled(sheet.plan, table.headers))
    form = csv_form(path)
    # The template's own lines as they are, but in an encoding that holds every part.
    ends_line = True
    target.write(b"\xef\xbb\xbf")
    with path.open(encoding=form.encoding, newline="") as handle:
        while text := handle.read(_CHUNK):
            target.write(text.encode())
            ends_line = text.endswith("\n")
    if not ends_line:
        target.write(form.line_end.encode())
    buffer = io.StringIO(newline="")
    # CRLF makes the writer quote both kinds of line breaks within a cell.
    writer = csv.writer(buffer, delimiter=form.separator, lineterminator="\r\n")
    rows = _rows(name, {name: sheet}, {name: sheet.plan}, read, vehicles_of, Words(), filling)
    for row in rows:
        writer.writerow([guard(cell.text) if cell else "" for cell in row])
        line = buffer.getvalue()
        target.write((line.removesuffix("\r\n") + form.line_end).encode())
        buffer.seek(0)
        buffer.truncate()


def _rows(
    name: str,
    sheets: Mapping[str, _Sheet],
    plans: Mapping[str, Plan],
    read: Read,
    vehicles_of: VehiclesOf,
    words: Words,
    filling: Filling,
) -> Iterator[Sequence[Cell | None]]:
    """The rows of one sheet: each part that belongs there, its vehicles below it."""
    sheet = sheets[name]
    demanded = [place for place, header in enumerate(sheet.table.headers) if header[:1] == "*"]
    mine = (one for one in read() if sheet_for(one, plans) == name)
    for listing, vehicles in with_vehicles(mine, vehicles_of):
        row = part_row(listing, sheet.plan, words)
        filling.parts += 1
        filling.sheets[name] = filling.sheets.get(name, 0) + 1
        for header in (sheet.table.headers[place] for place in demanded if not row[place]):
            filling.missing[header] = filling.missing.get(header, 0) + 1
        yield row
        for details in vehicles:
            child = vehicle_row(details, sheet.plan)
            if child is None:
                filling.vehicles_left_out += 1
            else:
                filling.vehicles += 1
                yield child


def _count_left_out(read: Read, plans: Mapping[str, Plan], filling: Filling) -> None:
    if len(plans) == 1:
        return
    for listing in read():
        if sheet_for(listing, plans) is None:
            filling.left_out_count += 1
            if len(filling.left_out) < _NAMED_MAX:
                filling.left_out.append(listing.custom_label_sku)


def _first_free(sheet: _Sheet) -> int:
    """The row below the headers and whatever parts stand in the template already."""
    last = sheet.table.header_row
    for part in part_rows([(sheet.table, sheet.plan)], Tally()):
        last = max(last, part.number + len(part.raw) - 1)
    return last + 1


def spooled() -> IO[bytes]:
    """A file for what is written, which is gone when it is closed."""
    return tempfile.TemporaryFile()
