"""Files for the tests of import and export, written byte by byte as others write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Cell = str | int | float


def csv_file(*rows: str, bom: bool = True) -> bytes:
    """Lines as they are, with LF."""
    return (("\ufeff" if bom else "") + "\n".join(rows) + "\n").encode()


def xlsx_file(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    hidden_sheets: Sequence[str] = (),
    hidden_rows: Mapping[str, Sequence[int]] | None = None,
) -> bytes:
    """A workbook with a styles part that openpyxl refuses (font family 34), as eBay's has."""
    found = io.BytesIO()
    entries, links = [], []
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as book:
        for place, (name, rows) in enumerate(sheets.items(), start=1):
            state = ' state="hidden"' if name in hidden_sheets else ""
            entries.append(f'<sheet name="{name}" sheetId="{place}"{state} r:id="rId{place}"/>')
            links.append(f'<Relationship Id="rId{place}" Type="{_RELS}/worksheet" '
                         f'Target="worksheets/sheet{place}.xml"/>')  # fmt: skip
            hidden = (hidden_rows or {}).get(name, ())
            book.writestr(f"xl/worksheets/sheet{place}.xml", _sheet(rows, hidden))
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>{"".join(entries)}</sheets>'
            "</workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{''.join(links)}</Relationships>",
        )
        book.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{_MAIN}"><fonts><font><family val="34"/></font></fonts>'
            "</styleSheet>",
        )
    return found.getvalue()


def _sheet(rows: Sequence[Sequence[Cell]], hidden: Sequence[int]) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        mark = ' hidden="1"' if number in hidden else ""
        cells = "".join(
            _cell(cell, f"{chr(64 + place)}{number}") for place, cell in enumerate(row, 1)
        )
        lines.append(f'<row r="{number}"{mark}>{cells}</row>')
    # The size that it declares is wrong, as in eBay's templates.
    return (
        f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:B4"/><sheetData>{"".join(lines)}'
        "</sheetData></worksheet>"
    )


def _cell(value: Cell, place: str) -> str:
    if isinstance(value, str):
        if not value:
            return ""
        return (
            f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        )
    return f'<c r="{place}"><v>{value}</v></c>'
