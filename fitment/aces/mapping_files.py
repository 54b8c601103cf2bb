"""The customer's table of ids as it comes: a simple CSV, or the text tables of the licensed database.

What a table holds is read from its headers; the order of columns, the separator and the spelling
of headers (`BaseVehicleID`, `base_vehicle_id`) do not matter.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fitment.aces.facts import ATTRIBUTES
from fitment.naming import name_key
from listings.files.book import open_tables
from listings.files.csv_file import csv_rows
from listings.files.tables import FileRefused as TableRefused
from listings.files.tables import Table, table_of

_MAX_ROWS = 3_000_000
_MAX_UNPACKED = 1024**3
_ID_MAX = 2_147_483_647
KINDS: tuple[str, ...] = (
    "BaseVehicle", "Make", "Model", "SubModel", *ATTRIBUTES, "PartType", "Position", "Qual",
    "AllModels",
)  # fmt: skip
_KINDS = {name_key(kind): kind for kind in KINDS} | {
    "partterminology": "PartType", "parttypes": "PartType", "positions": "Position",
    "engine": "EngineBase", "vehicle": "BaseVehicle", "basevehicles": "BaseVehicle",
}  # fmt: skip
# Tables whose columns are named otherwise than `<Kind>ID` and `<Kind>Name`.
_NAME_COLUMNS = {
    "PartType": ("partterminologyname", "partterminology"),
    "Position": ("position",),
}


@dataclass(slots=True)
class Code:
    """One id and what stands beside it."""

    kind: str
    code: int
    name: str = ""
    make: str = ""
    model: str = ""
    year: int | None = None


@dataclass(slots=True)
class CodeFile:
    """All of a file; `faults` name rows that were passed over."""

    codes: dict[tuple[str, int], Code] = field(default_factory=dict)
    rows: int = 0
    repeated: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)

    def add(self, code: Code) -> None:
        """Take a code; the last of the same id counts."""
        if (code.kind, code.code) in self.codes:
            self.repeated += 1
        self.codes[code.kind, code.code] = code


class MappingRefused(ValueError):
    """The file is no table of ids; the sentence says what would be one."""


@contextmanager
def _tables(path: Path, name: str) -> Iterator[list[Table]]:
    """Tables of a CSV, a workbook or a zip of text files."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            texts = [
                one for one in archive.infolist() if one.filename.lower().endswith((".txt", ".csv"))
            ]
            if texts:
                if sum(one.file_size for one in texts) > _MAX_UNPACKED:
                    raise MappingRefused("It unpacks to more than 1 GB.")
                with tempfile.TemporaryDirectory() as folder:
                    yield [
                        found
                        for number, one in enumerate(texts)
                        if (found := _unpacked(archive, one, Path(folder) / str(number)))
                    ]
                return
    with open_tables(path, name=name) as tables:
        yield tables


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> Table | None:
    with archive.open(member) as source, path.open("wb") as target:
        left = member.file_size
        while left > 0 and (data := source.read(min(left, 1 << 20))):
            target.write(data)
            left -= len(data)
    return table_of(member.filename, lambda: csv_rows(path))


def codes_read(path: Path, name: str) -> CodeFile:
    """Read the whole file. Raises MappingRefused where no table of it holds ids."""
    found = CodeFile()
    try:
        with _tables(path, name) as tables:
            readable = [table for table in tables if _columns(table)]
            if not readable:
                raise MappingRefused(
                    "No table of ids was found. Columns are base_vehicle_id, make, model, year;"
                    " or kind, id, name; or those of the VCdb text tables."
                )
            # Names of makes and models first: base vehicles refer to them by id.
            pending = [table for table in readable if _is_by_ids(table)]
            for table in readable:
                if table not in pending:
                    _table_read(table, found)
            for table in pending:
                _by_ids_read(table, found)
    except (TableRefused, zipfile.BadZipFile) as refusal:
        raise MappingRefused(str(refusal)) from refusal
    return found


def _headers(table: Table) -> dict[str, int]:
    return {name_key(header): place for place, header in reversed(list(enumerate(table.headers)))}


def _is_by_ids(table: Table) -> bool:
    return {"basevehicleid", "yearid", "makeid", "modelid"} <= set(_headers(table))


def _columns(table: Table) -> str:
    """Say what kind of table this is by its headers; empty for none of ours."""
    headers = set(_headers(table))
    if _is_by_ids(table):
        return "BaseVehicle"
    if {"kind", "id"} <= headers:
        return "kind"
    if {"basevehicleid", "make", "model", "year"} <= headers:
        return "BaseVehicle"
    if {"enginebaseid", "liter", "cylinders"} <= headers:
        return "EngineBase"
    for kind in KINDS:
        if f"{name_key(kind)}id" in headers and _name_column(kind, headers):
            return kind
    if "partterminologyid" in headers and "partterminologyname" in headers:
        return "PartType"
    return ""


def _name_column(kind: str, headers: set[str]) -> str:
    for column in (f"{name_key(kind)}name", *_NAME_COLUMNS.get(kind, ()), "name"):
        if column in headers:
            return column
    return ""


def _number(text: str) -> int | None:
    bare = text.strip()
    is_id = bare.isascii() and bare.isdigit() and len(bare) < 11
    return int(bare) if is_id and 0 < int(bare) <= _ID_MAX else None


def _records(table: Table, found: CodeFile) -> Iterator[tuple[str, Mapping[str, str]]]:
    places = _headers(table)
    for row in table.rows():
        if row.hidden or not any(cell.strip() for cell in row.cells):
            continue
        found.rows += 1
        if found.rows > _MAX_ROWS:
            raise MappingRefused(f"More than {_MAX_ROWS:,} rows.")
        values = {
            header: row.cells[place].strip() if place < len(row.cells) else ""
            for header, place in places.items()
        }
        yield f"{table.name} row {row.number}", values


def engine_name(values: Mapping[str, str]) -> str:
    """Return how an engine of the licensed table is called here: `2.5L I4`."""
    liter, cylinders = values.get("liter", ""), values.get("cylinders", "")
    layout = values.get("blocktype", "").upper()
    layout = "I" if layout in {"L", "I"} else layout
    size = f"{liter}L" if liter.replace(".", "", 1).isdigit() else ""
    block = f"{layout}{cylinders}" if cylinders.isdigit() else ""
    return f"{size} {block}".strip()


def _table_read(table: Table, found: CodeFile) -> None:
    what = _columns(table)
    headers = set(_headers(table))
    for place, values in _records(table, found):
        kind = what
        if what == "kind":
            kind = _KINDS.get(name_key(values["kind"]), "")
            if not kind:
                found.faults.append((place, f"The kind “{values['kind'][:40]}” is not known."))
                continue
            code = _number(values["id"])
        else:
            id_column = f"{name_key(kind)}id"
            code = _number(values.get(id_column) or values.get("partterminologyid", ""))
        if code is None:
            found.faults.append((place, "Its id is no positive number."))
            continue
        record = Code(kind=kind, code=code)
        if kind == "BaseVehicle":
            _vehicle_read(record, values)
        elif what == "EngineBase":
            record.name = engine_name(values)
        else:
            record.name = values.get(_name_column(kind, headers), "")
        if fault := _fault(record):
            found.faults.append((place, fault))
        else:
            found.add(record)


def _vehicle_read(record: Code, values: Mapping[str, str]) -> None:
    record.make, record.model = values.get("make", ""), values.get("model", "")
    year = values.get("year", "")
    if not record.make and (name := values.get("name", "")):
        # `2007 Toyota Camry` in a single column: the make is found when the names are matched.
        head, _, rest = name.partition(" ")
        year, record.make = (head, rest) if head.isdigit() else ("", name)
    record.year = _number(year)
    record.name = " ".join(filter(None, (year, record.make, record.model)))


def _fault(record: Code) -> str:
    if record.kind == "BaseVehicle" and not (record.make and record.year):
        return "A base vehicle needs make, model and year."
    if not record.name:
        return "It has no name."
    return ""


def _by_ids_read(table: Table, found: CodeFile) -> None:
    for place, values in _records(table, found):
        code, year = _number(values["basevehicleid"]), _number(values["yearid"])
        make = found.codes.get(("Make", _number(values["makeid"]) or 0))
        model = found.codes.get(("Model", _number(values["modelid"]) or 0))
        if code is None or year is None:
            found.faults.append((place, "Its id or year is no positive number."))
        elif make is None or model is None:
            found.faults.append((place, "Its make or model is not in the Make and Model tables."))
        else:
            record = Code(kind="BaseVehicle", code=code, make=make.name, model=model.name)
            record.year = year
            record.name = f"{year} {make.name} {model.name}"
            found.add(record)
