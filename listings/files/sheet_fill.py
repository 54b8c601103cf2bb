"""Rows written into a sheet of an XLSX file, everything else of it left byte for byte.

The part of a sheet that is not touched may be large (formulas down to row 100,000) and holds what no
library keeps (rules, styles that break the usual writers), so it is passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from lxml import etree

from listings.files.tables import FileRefused, guard
from listings.files.template_rows import Cell
from listings.files.xlsx_file import escape

_CHUNK = 1 << 20
_OPENING = re.compile(rb"<((?:\w+:)?)sheetData\s*(/?)>")
_HEAD_MAX = 8 * _CHUNK  # what stands before the rows: widths, views
_ROW_MAX = 16 * _CHUNK
_NUMBER = re.compile(rb'\sr="(\d+)"')
_LAST_ROW = 1_048_576


class SheetFill:
    """Copies a sheet from `source` to `target` with `rows` written from row `first` on.

    A cell that stands there already keeps its style; its formula goes where we write a value, and
    in rows of vehicles all formulas go.
    """

    def __init__(self, source: IO[bytes], target: IO[bytes]) -> None:
        self._source, self._target = source, target
        self._head = b""
        self._prefix = b""

    def fill(self, first: int, rows: Iterator[Sequence[Cell | None]]) -> int:
        """Write; returns how many rows were written. Raises `FileRefused` where it cannot be."""
        rest, is_empty = self._open()
        number, written = first, 0
        waiting = next(rows, None)
        for raw, tail in self._raw_rows(rest, is_empty=is_empty):
            place = self._place(raw) if raw else _LAST_ROW + 1
            while waiting is not None and number < place:
                self._target.write(self._new(number, waiting))
                number, written, waiting = number + 1, written + 1, next(rows, None)
                _fits(number)
            if raw and waiting is not None and place == number:
                self._target.write(self._merged(raw, number, waiting))
                number, written, waiting = number + 1, written + 1, next(rows, None)
            elif raw:
                self._target.write(raw)
            self._target.write(tail)
        while chunk := self._source.read(_CHUNK):
            self._target.write(chunk)
        return written

    def _open(self) -> tuple[bytes, bool]:
        """Copy up to the rows; returns what was read beyond, and whether there are none."""
        read = b""
        while (match := _OPENING.search(read)) is None:
            chunk = self._source.read(_CHUNK)
            if not chunk or len(read) > _HEAD_MAX:
                message = "A sheet of this template has no rows. Save it again as XLSX."
                raise FileRefused(message)
            read += chunk
        self._prefix = match.group(1)
        self._head = read[: match.start()]
        self._target.write(self._head)
        self._target.write(b"<" + self._prefix + b"sheetData>")
        return read[match.end() :], bool(match.group(2))

    def _raw_rows(self, rest: bytes, *, is_empty: bool) -> Iterator[tuple[bytes, bytes]]:
        """Each row's bytes and what follows it; the last has no row and ends the rows."""
        closing = b"</" + self._prefix + b"sheetData>"
        if is_empty:
            yield b"", closing + rest
            return
        name = self._prefix + b"row"
        start, end = b"<" + name, b"</" + name + b">"
        at = 0  # what stands before it was passed on; cutting it off each time would cost most
        while True:
            begin = rest.find(start, at)
            stop = rest.find(closing, at, begin if begin >= 0 else len(rest))
            if stop >= 0:
                yield b"", rest[stop:]
                return
            tag = rest.find(b">", begin) if begin >= 0 else -1
            finish = -1
            if tag >= 0:
                is_bare = rest[tag - 1 : tag] == b"/"
                finish = tag + 1 if is_bare else self._behind(rest, end, tag)
            if finish >= 0:
                yield rest[begin:finish], b""
                at = finish
                continue
            chunk = self._source.read(_CHUNK)
            if not chunk or len(rest) - at > _ROW_MAX:
                message = "A sheet of this template is damaged. Save it again as XLSX."
                raise FileRefused(message)
            rest, at = rest[at:] + chunk, 0

    @staticmethod
    def _behind(rest: bytes, end: bytes, start: int) -> int:
        found = rest.find(end, start)
        return found + len(end) if found >= 0 else -1

    def _place(self, raw: bytes) -> int:
        match = _NUMBER.search(raw, 0, raw.find(b">") + 1)
        if match is None:
            message = "The rows of this template carry no numbers. Save it again as XLSX."
            raise FileRefused(message)
        return int(match.group(1))

    def _new(self, number: int, cells: Sequence[Cell | None]) -> bytes:
        inner = b"".join(
            self._cell(place, number, cell, b"") for place, cell in enumerate(cells) if cell
        )
        return b'<%srow r="%d">%s</%srow>' % (self._prefix, number, inner, self._prefix)

    def _merged(self, raw: bytes, number: int, cells: Sequence[Cell | None]) -> bytes:
        """The row with our cells in their places; what else stands in it stays."""
        try:
            row = self._parsed(raw)
        except etree.XMLSyntaxError as error:
            message = f"Row {number} of this template is damaged. Save it again as XLSX."
            raise FileRefused(message) from error
        is_vehicle = any(cell and cell.text == "Compatibility" for cell in cells)
        found: dict[int, bytes] = {}
        for element in row:
            place = column_number(element.get("r") or "")
            style = element.get("s")
            mine = cells[place] if place < len(cells) else None
            if mine is not None:
                mark = b' s="%s"' % style.encode() if style else b""
                found[place] = self._cell(place, number, mine, mark)
            elif is_vehicle and element.find("{*}f") is not None:
                mark = b' s="%s"' % style.encode() if style else b""
                found[place] = b'<%sc r="%s%d"%s/>' % (
                    self._prefix,
                    column_letters(place).encode(),
                    number,
                    mark,
                )
            else:
                found[place] = self._plain(element)
        for place, cell in enumerate(cells):
            if cell is not None and place not in found:
                found[place] = self._cell(place, number, cell, b"")
        opening = raw[: raw.find(b">") + 1]
        if opening.endswith(b"/>"):
            opening = opening[:-2] + b">"
        # It said which columns it has, and may have more now.
        opening = re.sub(rb'\sspans="[^"]*"', b"", opening)
        inner = b"".join(found[place] for place in sorted(found))
        return opening + inner + b"</" + self._prefix + b"row>"

    def _parsed(self, raw: bytes) -> Any:
        """The row as an element: the sheet's own opening tag says what its prefixes mean."""
        opening = self._head.rfind(b"<" + self._prefix + b"worksheet")
        tag = self._head[opening : self._head.find(b">", opening) + 1]
        whole = tag + raw + b"</" + self._prefix + b"worksheet>"
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.fromstring(whole, parser)[0]

    def _plain(self, element: Any) -> bytes:
        """The element again, without the names that its sheet declares already."""
        text = etree.tostring(element)
        for prefix, address in element.nsmap.items():
            name = f"xmlns:{prefix}" if prefix else "xmlns"
            text = text.replace(f' {name}="{address}"'.encode(), b"", 1)
        return bytes(text)

    def _cell(self, place: int, number: int, cell: Cell, style: bytes) -> bytes:
        where = f"{column_letters(place)}{number}".encode()
        name = self._prefix
        if cell.is_number:
            return b'<%sc r="%s"%s><%sv>%s</%sv></%sc>' % (
                name, where, style, name, cell.text.encode(), name, name,
            )  # fmt: skip
        text = _xml(escape(guard(cell.text)))
        return (
            b'<%sc r="%s"%s t="inlineStr"><%sis><%st xml:space="preserve">%s</%st></%sis></%sc>'
            % (name, where, style, name, name, text, name, name, name)
        )


def column_letters(place: int) -> str:
    """The column at this place as a spreadsheet names it: 0 is A, 27 is AB."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(reference: str) -> int:
    """The place of a cell's column: `AB12` is 27. Raises `FileRefused` where it names none."""
    letters = reference.rstrip("0123456789")
    if not letters.isalpha() or not letters.isascii():
        message = "The cells of this template carry no names. Save it again as XLSX."
        raise FileRefused(message)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _xml(text: str) -> bytes:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def _fits(number: int) -> None:
    if number > _LAST_ROW:
        message = "A sheet holds 1,048,576 rows; choose fewer parts."
        raise FileRefused(message)
