"""The customer's own list of a marketplace's vehicles (eBay's master vehicle list): loaded per site.

The file is a workbook or CSV with columns Make, Model and Year, and Trim and Engine where it has them.
It belongs to the customer: nothing of it is shipped, and nothing of it leaves again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from django.db import connection, transaction

from fitment.aces.uploads import upload_opened, upload_start
from fitment.enums import AcesFileKind, AcesUploadState
from fitment.models import AcesUpload, MarketVehicle, MarketVehicleList
from fitment.models.reference import YEAR_MAX, YEAR_MIN
from fitment.naming import name_key
from listings.files.book import open_tables
from listings.files.tables import FileRefused, Row, Table, unguard
from realtrack.core import runs
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.models import Run

if TYPE_CHECKING:
    from fitment.aces.importing import Work

# Sites whose lists differ; the names are those of the marketplace's API.
SITES = ("EBAY_US", "EBAY_CA", "EBAY_GB", "EBAY_DE", "EBAY_AU", "EBAY_FR", "EBAY_IT", "EBAY_ES")
_COLUMNS = {
    "make": "make", "model": "model", "year": "year", "trim": "trim", "submodel": "trim",
    "engine": "engine", "partsmodel": "model", "carmake": "make",
    "carmodel": "model", "caryear": "year",
}  # fmt: skip
_FAULTS_KEPT = 50
_REFUSED = "No table of it has the columns Make, Model and Year."


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    refused: int = 0
    faults: list[dict[str, str]] = field(default_factory=list)

    def refuse(self, place: str, reason: str) -> None:
        self.refused += 1
        if len(self.faults) < _FAULTS_KEPT:
            self.faults.append({"place": place, "reason": reason})


def list_send(*, site: str, name: str, file: IO[bytes], actor: Actor) -> AcesUpload:
    """Keep a list for a site; a worker reads it. Raises InvalidInput by field."""
    if site not in SITES:
        raise InvalidInput(fields={"site": "Choose the marketplace's site."})
    return upload_start(
        name=name, file=file, kind=AcesFileKind.LIST, options={"site": site}, actor=actor
    )


def list_run(work: Work) -> None:
    """Read the file row by row into a new list, which counts once it is whole; atomic.

    The site's older list goes with its rows. Killed at any point, nothing of it is left and the next
    call reads it again. Raises InvalidInput for a file without the columns.
    """
    site = str(work.upload.options.get("site", ""))
    tally = _Tally()
    try:
        with (
            upload_opened(work.upload) as path,
            open_tables(path, name=work.upload.name) as tables,
            transaction.atomic(),
        ):
            work.fence()
            made = MarketVehicleList.objects.create(
                site=site, name=work.upload.name, by_id=work.run.user_id
            )
            _rows_store(made, _rows(tables, tally))
            _current(made, tally)
            work.upload.state = AcesUploadState.APPLIED
            work.upload.counts = {"rows": tally.rows, "refused": tally.refused}
            work.upload.save()
            Run.objects.filter(pk=work.run.pk).update(
                total=tally.rows + tally.refused, created_count=tally.rows,
                refused_count=tally.refused,
            )  # fmt: skip
    except FileRefused as refusal:
        work.upload.state, work.upload.verdict = AcesUploadState.REFUSED, str(refusal)
        work.upload.save()
        raise InvalidInput(fields={"file": str(refusal)}) from refusal
    runs.run_finish(run_id=work.run.pk, actor=work.actor)


def _rows(tables: list[Table], tally: _Tally) -> Iterator[tuple[str, ...]]:
    readable = 0
    for table in tables:
        places = {
            known: place
            for place, one in reversed(list(enumerate(table.headers)))
            if (known := _COLUMNS.get(name_key(one)))
        }
        if not {"make", "model", "year"} <= set(places):
            continue
        readable += 1
        for row in table.rows():
            if any(cell.strip() for cell in row.cells):
                yield from _row(row, places, tally)
    if not readable:
        raise FileRefused(_REFUSED)


def _row(row: Row, places: dict[str, int], tally: _Tally) -> Iterator[tuple[str, ...]]:
    values = {
        name: " ".join(unguard(row.cells[place]).split()) if place < len(row.cells) else ""
        for name, place in places.items()
    }
    make, model, year = values["make"][:100], values["model"][:150], values["year"]
    year = year.removesuffix(".0")
    if not name_key(make) or not name_key(model):
        tally.refuse(f"Row {row.number}", "It names no make and model.")
    elif not (year.isascii() and year.isdigit() and YEAR_MIN <= int(year) <= YEAR_MAX):
        tally.refuse(f"Row {row.number}", f"“{year[:20]}” is no model year.")
    else:
        tally.rows += 1
        trim, engine = values.get("trim", "")[:200], values.get("engine", "")[:200]
        yield make, model, year, trim, engine, name_key(make), name_key(model)


def _rows_store(made: MarketVehicleList, rows: Iterator[tuple[str, ...]]) -> None:
    table = MarketVehicle._meta.db_table  # noqa: SLF001 - Django's documented API of models
    columns = "of_list_id, make, model, year, trim, engine, make_key, model_key"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row((made.pk, *row))


def _current(made: MarketVehicleList, tally: _Tally) -> None:
    older = MarketVehicleList.objects.select_for_update().filter(site=made.site)
    for one in older.exclude(pk=made.pk):
        MarketVehicle.objects.filter(of_list=one)._raw_delete(using=connection.alias)  # noqa: SLF001 - a million rows need no signals
        one.delete()
    made.row_count, made.refused_count = tally.rows, tally.refused
    made.refused, made.is_current = tally.faults, True
    made.save()


def list_remove(*, site: str) -> None:
    """Delete a site's list with all its rows; idempotent."""
    with transaction.atomic():
        for one in MarketVehicleList.objects.select_for_update().filter(site=site):
            MarketVehicle.objects.filter(of_list=one)._raw_delete(using=connection.alias)  # noqa: SLF001 - as above
            one.delete()
