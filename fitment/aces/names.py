"""Vehicles by name from a CSV or XLSX: a verdict per row, and a check that stores nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from fitment.aces.uploads import upload_opened
from fitment.enums import AcesUploadState, FitmentSource
from fitment.errors import FitmentExists
from fitment.matching.text import plain_text, tokenise
from fitment.matching.years import find_years
from fitment.models import FitmentEngine, FitmentMake, FitmentModel, FitmentSubmodel
from fitment.naming import name_key
from fitment.services.fitments import Details, fitment_add
from listings.files.book import open_tables
from listings.files.tables import FileRefused, Row, Table, unguard
from listings.models import Listing
from listings.part_numbers import normalise
from realtrack.core import runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.models import Run, RunItem, RunItemState

if TYPE_CHECKING:
    from fitment.aces.importing import Work

_COLUMNS = {
    "sku": "sku", "customlabel": "sku", "customlabelsku": "sku", "partnumber": "number",
    "mpn": "number", "part": "number", "manufacturerpartnumber": "number", "make": "make",
    "model": "model", "year": "years", "years": "years", "yearstart": "first",
    "yearfrom": "first", "yearend": "last", "yearto": "last", "engine": "engine",
    "submodel": "submodel", "trim": "submodel", "position": "position", "quantity": "quantity",
    "qty": "quantity", "parttype": "part_type", "notes": "notes", "note": "notes",
}  # fmt: skip
_REFUSED = (
    "Columns are sku or part number, make, model and year; engine, submodel, position, notes."
)


@dataclass(slots=True)
class _Names:
    """What names mean, looked up once each."""

    makes: dict[str, FitmentMake | None] = field(default_factory=dict)
    models: dict[tuple[uuid.UUID, str], FitmentModel | None] = field(default_factory=dict)

    def make(self, text: str) -> FitmentMake:
        key = name_key(text)
        if key not in self.makes:
            rows = FitmentMake.objects.filter(merged_into=None)
            own = list(rows.filter(name__iexact=text.strip()))
            kinds = ("alias", "spelling", "variant")
            alias = rows.filter(aliases__key=key, aliases__kind__in=kinds).distinct()
            found = own or list(alias)
            self.makes[key] = found[0] if len(found) == 1 else None
        if (make := self.makes[key]) is None:
            raise InvalidInput(fields={"make": f"There is no make “{text[:60]}”."})
        return make

    def model(self, make: FitmentMake, text: str) -> FitmentModel:
        key = make.pk, name_key(text)
        if key not in self.models:
            rows = FitmentModel.objects.filter(make=make, merged_into=None)
            own = [one for one in rows if name_key(one.name) == key[1]]
            kinds = ("alias", "spelling", "variant")
            alias = rows.filter(aliases__key=key[1], aliases__kind__in=kinds).distinct()
            found = own or list(alias)
            self.models[key] = found[0] if len(found) == 1 else None
        if (model := self.models[key]) is None:
            raise InvalidInput(fields={"model": f"{make} has no model “{text[:60]}”."})
        return model


def names_run(work: Work) -> None:
    """Work through the file, a transaction per row; rows with a verdict are not done twice."""
    try:
        with (
            upload_opened(work.upload) as path,
            open_tables(path, name=work.upload.name) as tables,
        ):
            found = list(_rows(tables))
            Run.objects.filter(pk=work.run.pk).update(total=len(found))
            _rows_do(work, found)
    except FileRefused as refusal:
        work.upload.state, work.upload.verdict = AcesUploadState.REFUSED, str(refusal)
        work.upload.save()
        raise InvalidInput(fields={"file": str(refusal)}) from refusal
    with transaction.atomic():
        work.fence()
        run = Run.objects.get(pk=work.run.pk)
        counts = {
            "imported": run.created_count, "duplicate": run.same_count,
            "rejected": run.refused_count, "unresolved": 0, "unsupported": 0, "total": run.total,
            "dry_run": int(bool(work.upload.options.get("dry_run"))),
        }  # fmt: skip
        work.upload.counts, work.upload.state = counts, AcesUploadState.APPLIED
        work.upload.save()
        runs.run_finish(run_id=work.run.pk, actor=work.actor, result=counts)


def _rows(tables: list[Table]) -> Iterator[tuple[str, dict[str, str]]]:
    readable = 0
    for table in tables:
        places = [(_COLUMNS.get(name_key(one)), place) for place, one in enumerate(table.headers)]
        known = {name for name, _ in places if name}
        if not ({"sku", "number"} & known and {"make", "model"} <= known):
            continue
        readable += 1
        for row in table.rows():
            values = _values(row, places)
            if values and not row.hidden:
                yield f"{table.name} row {row.number}", values
    if not readable:
        raise FileRefused(_REFUSED)


def _values(row: Row, places: list[tuple[str | None, int]]) -> dict[str, str]:
    found = {
        name: " ".join(unguard(row.cells[place]).split())
        for name, place in places
        if name and place < len(row.cells)
    }
    return {name: text for name, text in found.items() if text}


def _rows_do(work: Work, found: list[tuple[str, dict[str, str]]]) -> None:
    items = RunItem.objects.filter(run=work.run).exclude(state=RunItemState.PENDING)
    done = set(items.values_list("position", flat=True))
    names = _Names()
    for position, (place, values) in enumerate(found):
        if position in done:
            continue
        with transaction.atomic():
            work.fence()
            state, reason, listing_id = _judge(work, values, names)
            runs.run_item_record(
                run_id=work.run.pk,
                position=position,
                state=state,
                target_type="listing" if listing_id else "",
                target_id=listing_id or "",
                label=f"{place}: {' '.join(values.values())}",
                reason_code="invalid" if reason else "",
                reason=reason,
            )


def _judge(
    work: Work, values: dict[str, str], names: _Names
) -> tuple[RunItemState, str, uuid.UUID | None]:
    try:
        with transaction.atomic():
            listings = _listings(work, values)
            added = sum(_add(work, pk, values, names) for pk in listings)
            if work.upload.options.get("dry_run"):
                transaction.set_rollback(True)
    except AppError as error:
        texts = [text for found in error.fields.values() for text in found]
        return RunItemState.REFUSED, " ".join(texts) or error.message, None
    return (RunItemState.CREATED if added else RunItemState.SAME), "", listings[0]


def _listings(work: Work, values: dict[str, str]) -> list[uuid.UUID]:
    user = work.run.user
    visible = Listing.objects.visible_to(user) if user else Listing.objects.all()
    if sku := values.get("sku"):
        visible = visible.filter(custom_label_sku__iexact=sku)
    elif key := normalise(values.get("number", "")):
        visible = visible.filter(mpn_normalised=key)
    else:
        raise InvalidInput(fields={"sku": "It has no SKU and no part number."})
    if not (found := list(visible.order_by("pk").values_list("pk", flat=True))):
        raise InvalidInput(fields={"sku": f"No part is {sku or values['number']}."})
    return found


def _years(values: dict[str, str]) -> list[tuple[int, int]]:
    text = values.get("years") or "-".join(filter(None, (values.get("first"), values.get("last"))))
    hits = find_years(tokenise(plain_text(text)))
    if len(hits) != 1 or hits[0].is_open:
        raise InvalidInput(fields={"year": "Write years as 2010-12, 2010 or 2001-2003, 2005."})
    return hits[0].ranges


def _add(work: Work, listing_id: uuid.UUID, values: dict[str, str], names: _Names) -> int:
    """Add the row's vehicle to one part; returns how many ranges are new."""
    model = names.model(names.make(values.get("make", "")), values.get("model", ""))
    engine = submodel = None
    if text := values.get("engine"):
        engine = (
            FitmentEngine.objects.filter(code__iexact=text).select_related("merged_into").first()
        )
        engine = engine and (engine.merged_into or engine)
        if engine is None:
            raise InvalidInput(fields={"engine": f"There is no engine “{text[:60]}”."})
    if text := values.get("submodel"):
        named = FitmentSubmodel.objects.filter(model=model, name__iexact=text)
        submodel = named.select_related("merged_into").first()
        submodel = submodel and (submodel.merged_into or submodel)
        if submodel is None:
            raise InvalidInput(fields={"submodel": f"{model} has no submodel “{text[:60]}”."})
    added = 0
    for start, end in _years(values):
        try:
            with transaction.atomic():
                fitment_add(
                    listing_id=listing_id,
                    model_id=model.pk,
                    year_start=start,
                    year_end=end,
                    engine_id=engine.pk if engine else None,
                    submodel_id=submodel.pk if submodel else None,
                    source=FitmentSource.PERSON if work.upload.is_trusted else FitmentSource.IMPORT,
                    evidence={"kind": "file", "file": work.upload.name},
                    actor=_actor(work),
                    **_details(values),
                )
                added += 1
        except FitmentExists:
            continue
    return added


def _actor(work: Work) -> Actor:
    """Who trusts the file has looked at its rows; otherwise they wait for a person."""
    if not work.upload.is_trusted:
        return work.actor
    return Actor(
        kind=ActorKind.PERSON, user_id=work.actor.user_id, label=work.actor.label,
        run_id=work.actor.run_id,
    )  # fmt: skip


def _details(values: dict[str, str]) -> Details:
    text = values.get("quantity", "")
    if text and not (text.isascii() and text.isdigit() and 0 < int(text) < 1000):
        raise InvalidInput(fields={"quantity": f"“{text[:20]}” is no quantity."})
    return Details(
        part_type=values.get("part_type", "")[:120],
        position=values.get("position", "")[:60],
        quantity=int(text) if text else None,
        notes=values.get("notes", ""),
    )
