"""Refused rows handed back: the rows as they came, with why each was refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from listings.files.headers import Plan
from listings.files.rows import Tally, part_rows
from listings.files.tables import Table, regarded

REASON_HEADER = "Reason"


def refused_bytes(
    tables: Sequence[tuple[Table, Plan]], reasons: Mapping[int, str]
) -> Iterator[bytes]:
    """A CSV of the parts at these positions, in pieces; corrected, it is imported as it is.

    Rows below a part (its vehicles, its photos) go with it. Sheets with other headers share one
    table. Cells that a spreadsheet would run are guarded.
    """
    headers = list(dict.fromkeys(header for table, _ in tables for header in table.headers))
    place = {header: number for number, header in enumerate(headers)}
    buffer = io.StringIO(newline="")
    buffer.write("\ufeff")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([*headers, REASON_HEADER])
    for position, part in enumerate(part_rows(tables, Tally()), start=1):
        if position not in reasons:
            continue
        for number, raw in enumerate(part.raw):
            cells = [""] * len(headers)
            for header, cell in zip(part.headers, raw, strict=False):
                cells[place[header]] = regarded(cell)
            writer.writerow([*cells, reasons[position] if number == 0 else ""])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()
