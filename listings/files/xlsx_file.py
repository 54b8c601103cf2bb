"""XLSX by streaming: eBay's templates break the usual readers, which also hide hidden rows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePosixPath
from typing import IO, Any

from lxml import etree

from listings.files.tables import MAX_CELL, MAX_COLUMNS, FileRefused, Row

_MAX_PART = 600 * 1024 * 1024  # bytes of a sheet unpacked: 100,000 rows of a template
_MAX_TEXTS = 192 * 1024 * 1024  # bytes of the shared texts unpacked, which are kept in memory
_MAX_MEMBERS = 2000
_MAX_RATIO = 400  # a sheet of blanks packs 150 : 1, a bomb 1,000 : 1
_RATIO_FROM = 20 * 1024 * 1024
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BROKEN = "The file is damaged. Save it again as XLSX or CSV."


class Workbook:
    """An open XLSX file; use as a context manager."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise FileRefused(_BROKEN) from error
        self._names = {info.filename: info for info in self._zip.infolist()}
        self._texts: list[str] | None = None

    def __enter__(self) -> Workbook:
        try:
            self._check()
        except BaseException:
            self._zip.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._zip.close()

    def sheets(self) -> list[tuple[str, str]]:
        """Name and part of each visible sheet, in order."""
        try:
            book = etree.fromstring(self._read("xl/workbook.xml"), _parser())
            links = etree.fromstring(self._read("xl/_rels/workbook.xml.rels"), _parser())
        except etree.XMLSyntaxError as error:
            raise FileRefused(_BROKEN) from error
        targets = {link.get("Id"): link.get("Target") or "" for link in links}
        found = []
        for sheet in book.iterfind(".//{*}sheet"):
            if (sheet.get("state") or "visible") != "visible":
                continue
            target = targets.get(sheet.get(_REL_ID), "")
            part = (
                target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
            )
            if part in self._names and "worksheets" in part:
                found.append((sheet.get("name") or "", part))
        return found

    def texts(self) -> list[str]:
        """All texts that the sheets share."""
        return self._shared()

    def rows(self, part: str) -> Iterator[Row]:
        """Rows of a sheet; cells that are not there are empty texts."""
        texts = self._shared()
        number = 0
        with self._open(part, _MAX_PART) as handle:
            try:
                for element in _stream(handle, "{*}row"):
                    given = element.get("r") or ""
                    number = int(given) if given.isdigit() else number + 1
                    hidden = element.get("hidden") in {"1", "true"}
                    yield Row(number=number, cells=_cells(element, texts, number), hidden=hidden)
            except (etree.XMLSyntaxError, zipfile.BadZipFile, EOFError) as error:
                raise FileRefused(f"After row {number}: {_BROKEN}") from error

    def _check(self) -> None:
        if "xl/workbook.xml" not in self._names or len(self._names) > _MAX_MEMBERS:
            raise FileRefused("This is not a workbook. Save it as XLSX or CSV.")
        for info in self._names.values():
            ratio = info.file_size / max(1, info.compress_size)
            if info.file_size > _MAX_PART or (info.file_size > _RATIO_FROM and ratio > _MAX_RATIO):
                raise FileRefused("Unpacked, the file would be too large. Split it.")
            if info.flag_bits & 1:
                raise FileRefused("The file is locked by a password. Save it without one.")

    def _open(self, part: str, largest: int) -> IO[bytes]:
        info = self._names.get(part)
        if info is None:
            raise FileRefused(_BROKEN)
        if info.file_size > largest:
            raise FileRefused("Unpacked, the file would be too large. Split it.")
        try:
            return self._zip.open(info)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise FileRefused(_BROKEN) from error

    def _read(self, part: str) -> bytes:
        with self._open(part, 4 * 1024 * 1024) as handle:
            try:
                return handle.read()
            except (zipfile.BadZipFile, EOFError) as error:
                raise FileRefused(_BROKEN) from error

    def _shared(self) -> list[str]:
        part = "xl/sharedStrings.xml"
        if self._texts is None:
            self._texts = []
            if part in self._names:
                with self._open(part, _MAX_TEXTS) as handle:
                    try:
                        self._texts = [_text_of(one) for one in _stream(handle, "{*}si")]
                    except (etree.XMLSyntaxError, zipfile.BadZipFile, EOFError) as error:
                        raise FileRefused(_BROKEN) from error
        return self._texts


def escape(text: str) -> str:
    """A text as a cell of XLSX holds it: what XML cannot carry becomes `_xHHHH_`."""
    return _ESCAPE.sub(lambda found: _escaped(found.group()), text)


def unescape(text: str) -> str:
    """The text of a cell again."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def _escaped(found: str) -> str:
    return f"_x005F{found}" if len(found) > 1 else f"_x{ord(found):04X}_"


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _stream(handle: IO[bytes], tag: str) -> Iterator[Any]:
    """Elements of that tag, each forgotten once it was used. Long texts end in an error."""
    events = etree.iterparse(
        handle, events=("end",), tag=tag, resolve_entities=False, no_network=True, load_dtd=False
    )
    for _, element in events:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _cells(element: Any, texts: list[str], number: int) -> list[str]:
    found: list[str] = []
    for cell in element.iterfind("{*}c"):
        place = _column(cell.get("r") or "", len(found))
        if place >= MAX_COLUMNS:
            raise FileRefused(f"Row {number} has more than {MAX_COLUMNS} columns.")
        text = _value(cell, texts)
        if len(text) > MAX_CELL:
            raise FileRefused(f"Row {number} has a cell of more than {MAX_CELL:,} characters.")
        if text:
            found.extend([""] * (place - len(found) + 1))
            found[place] = text
    return found


def _value(cell: Any, texts: list[str]) -> str:
    kind = cell.get("t") or "n"
    if kind == "inlineStr":
        return _text_of(cell)
    raw = cell.findtext("{*}v") or ""
    if kind == "s":
        return texts[int(raw)] if raw.isdigit() and int(raw) < len(texts) else ""
    if kind == "e":
        return ""
    return unescape(raw) if kind in {"str", "d"} else number_text(raw)


def number_text(raw: str) -> str:
    """A number as a person would type it: `89.900000000000006` is 89.9, `1.2E+11` has no E."""
    if not raw or raw.isdigit():
        return raw
    try:
        number = Decimal(repr(float(raw)))
    except (ValueError, InvalidOperation):
        return raw
    if not number.is_finite():
        return raw
    return format(number.quantize(1) if number == number.to_integral_value() else number, "f")


def _text_of(element: Any) -> str:
    """All runs of a text, without the reading aids of Japanese ones."""
    parts = [
        one.text or ""
        for one in element.iter("{*}t")
        if etree.QName(one.getparent()).localname != "rPh"
    ]
    return unescape("".join(parts))


def _column(reference: str, following: int) -> int:
    letters = reference.rstrip("0123456789")
    if not letters.isalpha() or not letters.isascii() or len(letters) > 3:
        return following
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
