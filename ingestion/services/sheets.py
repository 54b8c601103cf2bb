"""A sheet of one car comes in: its car is found, its rows are kept, a run takes them up."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet

from fitment.matching.lookup import VehicleLookup
from fitment.vehicle_lookup import lookup_current
from ingestion.models import IntakeRow
from ingestion.sheets import columns
from ingestion.sheets.car import CarSaid, car_of_name, car_said, cars_of_rows
from ingestion.sheets.facts import numbers_of, row_key
from ingestion.sheets.reading import MAX_BYTES, Sheet, sheet_read
from inventory.enums import DonorState
from inventory.models import DonorCar
from inventory.services import donor_create
from listings.files.tables import FileRefused
from listings.part_numbers import normalise
from realtrack.core import runs
from realtrack.core import tasks as core_tasks
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.ids import uuid7
from realtrack.core.models import Run, RunItem, RunItemState
from realtrack.core.registry import RunKind
from settings_app.models import User

KIND = "ingestion.sheet"
_ROWS = 500


def sheet_start(
    *,
    name: str,
    content: bytes,
    actor: Actor,
    user: User,
    donor_id: uuid.UUID | None = None,
    confirm_car: bool = False,
    mapping: Mapping[str, str] | None = None,
) -> Run:
    """Read a sheet, find its car, and make the run that a worker takes up.

    The car is the given one, else what the file's name, a sheet's name or a column says: one that is
    here, or a new one by its VIN or model. `mapping` (header to one of `columns.FIELDS`, or empty)
    goes before guesses. Raises InvalidInput naming `file`, `mapping` or `donor`; nothing is stored.
    """
    started = time.monotonic()
    if len(content) > MAX_BYTES:
        message = f"At most {MAX_BYTES // 1024 // 1024} MB. Split the file."
        raise InvalidInput(fields={"file": message}, code="too_large")
    chosen = dict(mapping or {})
    if unknown := sorted({one for one in chosen.values() if one and one not in columns.FIELDS}):
        message = f"There is no field {unknown[0]}. One of: {', '.join(columns.FIELDS)}."
        raise InvalidInput(fields={"mapping": message})
    try:
        sheet = sheet_read(name=name, content=content, mapping=chosen)
    except FileRefused as refusal:
        raise InvalidInput(fields={"file": str(refusal)}, code="unreadable") from refusal
    lookup = lookup_current()
    said = cars_said(name, sheet, lookup)
    with transaction.atomic():
        car = _car(said, donor_id, user=user, actor=actor, confirm_car=confirm_car)
        run = runs.run_create(
            kind=KIND,
            title=f"{car.stock_number}: {name}",
            actor=actor,
            total=len(sheet.rows),
            params={
                "file": name[:255],
                "sheets": sheet.sheets[:20],
                "hidden_rows": sheet.hidden,
                "ignored_headers": sheet.ignored[:50],
            },
            entity_type="donor",
            entity_id=str(car.pk),
        )
        _rows_keep(run, car, sheet, actor)
        seconds = round(time.monotonic() - started, 3)
        run.result = {"stages": {"read": {"count": len(sheet.rows), "seconds": seconds}}}
        run.save(update_fields=["result"])
        transaction.on_commit(lambda: sheet_resume(run.pk))
    return run


def sheet_resume(run_id: uuid.UUID) -> None:
    """Wake a worker for this run; rows that have their verdict are not done twice."""
    from ingestion import tasks

    core_tasks.kick(tasks.sheet_run_task, str(run_id))


def cars_said(name: str, sheet: Sheet, lookup: VehicleLookup) -> list[CarSaid]:
    """Return what names the car, in order of trust: file, sheets, the rows' columns."""
    found = [car_of_name(name, lookup)]
    found += [
        car_said(text, lookup, where=f"the sheet's name “{text}”")
        for text in sheet.sheets
        if text not in name
    ]
    counted: Counter[tuple[str, ...]] = Counter(
        tuple(row.given.get(one, "") for one in columns.CAR_COLUMNS) for row in sheet.rows
    )
    by_cells = cars_of_rows((row.given for row in sheet.rows), lookup)
    found += [by_cells[key] for key, _ in counted.most_common() if key in by_cells]
    return [one for one in found if one.is_named]


def car_differs(said: CarSaid, car: DonorCar) -> str:
    """Return in words why what was said is another car, or an empty text."""
    if said.stock_number and said.stock_number != car.stock_number:
        return f"{said.where} says {said.stock_number}"
    if said.vin and car.vin and said.vin != car.vin:
        return f"{said.where} says VIN {said.vin}"
    if said.vin and said.vin == car.vin:
        return ""
    if said.model_id and car.model_id and said.model_id != car.model_id:
        return f"{said.where} says {said.words}"
    if said.year and car.year and said.year != car.year:
        return f"{said.where} says {said.year}"
    return ""


def _car(
    said: list[CarSaid], donor_id: uuid.UUID | None, *, user: User, actor: Actor, confirm_car: bool
) -> DonorCar:
    visible = DonorCar.objects.visible_to(user).select_related("make", "model", "engine", "team")
    if donor_id is not None:
        car = visible.filter(pk=donor_id).first()
        if car is None:
            raise NotFound("This car does not exist.")
    else:
        car = _car_said(said, visible, actor)
    if car.state == DonorState.CRUSHED:
        raise InvalidInput(fields={"donor": f"{car.stock_number} was crushed."})
    # The first that speaks is believed; a column of another car refuses its rows alone.
    against = next((why for one in said[:1] if (why := car_differs(one, car))), "")
    if against and not confirm_car:
        message = f"The sheet is of {car}, but {against}. Confirm the car if that is right."
        raise InvalidInput(fields={"donor": message}, code="other_car")
    return car


def _car_said(said: list[CarSaid], visible: QuerySet[DonorCar], actor: Actor) -> DonorCar:
    first = next(iter(said), None)
    if first is None:
        message = "Neither the file's name nor a sheet or column names the car. Choose it."
        raise InvalidInput(fields={"donor": message}, code="no_car")
    rows = visible.exclude(state=DonorState.CRUSHED)
    if first.stock_number:
        found = list(rows.filter(stock_number=first.stock_number))
        if not found:
            message = f"There is no car {first.stock_number}."
            raise InvalidInput(fields={"donor": message}, code="no_car")
        return found[0]
    if first.vin:
        found = list(rows.filter(vin=first.vin))
        return found[0] if found else _made({"vin": first.vin}, actor)
    year = next((one.year for one in said if one.model_id == first.model_id and one.year), None)
    same = rows.filter(model_id=first.model_id)
    found = list(same.filter(year=year) if year else same)
    if len(found) > 1:
        names = ", ".join(str(one) for one in found[:5])
        message = f"{first.words} may be {names}. Choose the car."
        raise InvalidInput(fields={"donor": message}, code="several_cars")
    if found:
        return found[0]
    return _made({"model_id": first.model_id, "year": year}, actor)


def _made(data: dict[str, object], actor: Actor) -> DonorCar:
    car = donor_create(
        data=data, year_is_known="vin" in data or bool(data.get("year")), actor=actor
    )
    return DonorCar.objects.select_related("make", "model", "engine", "team").get(pk=car.pk)


def _rows_keep(run: Run, car: DonorCar, sheet: Sheet, actor: Actor) -> None:
    seen: Counter[str] = Counter()
    rows: list[IntakeRow] = []
    for position, one in enumerate(sheet.rows, start=1):
        key = row_key(one.given)
        seen[key] += 1
        numbers = numbers_of(one.given)
        rows.append(
            IntakeRow(
                id=uuid7(),
                run=run,
                donor=car,
                position=position,
                place=one.place,
                given={**one.given, **({"extra": one.extra} if one.extra else {})},
                given_key=key if seen[key] == 1 else f"{key}#{seen[key]}",
                number_key=normalise(numbers[0])[:80] if numbers else "",
                created_by_id=actor.user_id,
            )
        )
    IntakeRow.objects.bulk_create(rows, batch_size=_ROWS)
    RunItem.objects.bulk_create(
        [
            RunItem(
                run=run, position=row.position, state=RunItemState.PENDING,
                label=f"{row.place}: {row.given.get('number', '')} {row.given.get('name', '')}"[:200],
            )
            for row in rows
        ],
        batch_size=_ROWS,
    )  # fmt: skip


RUN_KIND = RunKind(title="Sheet of a car", resume=sheet_resume)
