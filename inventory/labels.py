"""Labels with a QR code, as a PDF that is made here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import segno
import typst

# A sheet of 3 × 8 labels on US letter paper, or one label a page for a roll of 62 × 29 mm.
_SHEET = """
#set page(paper: "us-letter", margin: (x: 0.25in, y: 0.5in))
#set text(font: "Libertinus Serif", size: 8pt)
#let rows = json(bytes(sys.inputs.rows))
#grid(columns: (1fr, 1fr, 1fr), rows: 1.2in, gutter: 4pt,
  ..rows.map(row => box(width: 100%, height: 100%, inset: 5pt, stroke: 0.3pt + gray, label(row))))
"""
_ROLL = """
#set page(width: 62mm, height: 29mm, margin: 2mm)
#set text(font: "Libertinus Serif", size: 7.5pt)
#let rows = json(bytes(sys.inputs.rows))
#for (number, row) in rows.enumerate() { if number > 0 { pagebreak() }; label(row) }
"""
_LABEL = """
#let label(row) = grid(columns: (22mm, 1fr), gutter: 2mm,
  image(bytes(row.qr), format: "svg", width: 22mm),
  [ #text(weight: "bold", size: 10pt)[#row.code] \\
    #if row.place != "" [ #text(weight: "bold", size: 11pt)[#row.place] \\ ]
    #row.text ])
"""
MOST = 500  # labels in one file
_TEXT_MAX = 90  # characters that fit beside the code


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label: what its code opens, and what a person reads."""

    url: str
    code: str
    text: str
    place: str = ""


def part_labels(labels: Sequence[Label], *, on_roll: bool = False) -> bytes:
    """Return a PDF with one label each, at most 500; texts are data and never run."""
    made = typst.compile(label_source(on_roll=on_roll), sys_inputs=label_inputs(labels))
    if not isinstance(made, bytes):  # several files only for pictures
        message = "the label sheet is not one file"
        raise TypeError(message)
    return made


def label_source(*, on_roll: bool = False) -> bytes:
    """Return the typesetter's text of a sheet or a roll; it reads its rows from the inputs."""
    return (_LABEL + (_ROLL if on_roll else _SHEET)).encode()


def label_inputs(labels: Sequence[Label]) -> dict[str, str]:
    """Return the rows as the typesetter takes them: data, never part of its text."""
    rows = [
        {
            "qr": segno.make(label.url, error="m").svg_inline(scale=4, border=2),
            "code": label.code,
            "text": label.text[:_TEXT_MAX],
            "place": label.place,
        }
        for label in labels[:MOST]
    ]
    return {"rows": json.dumps(rows)}
