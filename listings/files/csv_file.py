"""CSV as people save it: UTF-8 with or without BOM, UTF-16, Windows-1252; any usual separator."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from listings.files.tables import MAX_CELL, MAX_COLUMNS, FileRefused, Row

_SEPARATORS = ",;\t|"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvForm:
    """How a CSV is written."""

    encoding: str
    separator: str
    line_end: str


def csv_form(path: Path) -> CsvForm:
    """How this file is written. Raises `FileRefused` where it is not a CSV."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as handle:
        head = handle.read(64_000)
    return CsvForm(
        encoding=encoding,
        separator=_separator(head),
        line_end="\r\n" if "\r\n" in head else "\n",
    )


def csv_rows(path: Path) -> Iterator[Row]:
    """Rows of the file, numbered by record. Raises `FileRefused` where it is not a CSV."""
    csv.field_size_limit(MAX_CELL)
    form = csv_form(path)
    with path.open(encoding=form.encoding, newline="") as handle:
        reader = csv.reader(handle, delimiter=form.separator)
        number = 0
        try:
            for cells in reader:
                number += 1
                if len(cells) > MAX_COLUMNS:
                    raise FileRefused(f"Row {number} has more than {MAX_COLUMNS} columns.")
                yield Row(number=number, cells=cells)
        except (csv.Error, UnicodeError) as error:
            raise FileRefused(f"Row {number + 1} cannot be read: {error}.") from error


def _encoding(path: Path) -> str:
    with path.open("rb") as handle:
        head = handle.read(4096)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\x00" in head:
            raise FileRefused("This is not a table. Save it as CSV or XLSX.")
        decoder = codecs.getincrementaldecoder("utf-8")()
        handle.seek(0)
        try:
            while chunk := handle.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _separator(head: str) -> str:
    """The separator that stands most often outside quotes in the fullest of the first lines."""
    best, most = ",", 0
    for line in head.splitlines()[:20]:
        bare = "".join(line.split('"')[::2])
        for one in _SEPARATORS:
            if (count := bare.count(one)) > most:
                best, most = one, count
        if most and not line.lower().lstrip("\ufeff#").startswith("info"):
            break
    return best
