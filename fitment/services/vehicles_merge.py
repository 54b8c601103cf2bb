"""Two makes or models that are one: everything moves in one transaction, and can be taken back."""

# ruff: noqa: S608 - statements are put together from our own fragments; values are parameters

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from fitment.enums import MergeKind
from fitment.events import VehiclesMerged
from fitment.models import (
    FitmentMake,
    FitmentMakeAlias,
    FitmentMerge,
    FitmentModel,
    FitmentModelAlias,
)
from fitment.models.reference import ReferenceModel
from fitment.naming import name_key
from fitment.reference import reference_touch
from fitment.services.shared import listing_touched, person_id
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound


@dataclass(slots=True)
class Mover:
    """Changes rows of tables and keeps them as they were; `merge` is what an undo reads."""

    merge_id: uuid.UUID

    def run(self, statement: str, values: Mapping[str, Any]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**values, "merge": self.merge_id})
            return int(cursor.rowcount)

    def update(self, table: str, change: str, where: str, values: Mapping[str, Any]) -> int:
        """Set `change` on the rows of `table` (as `t`) that meet `where`; returns how many."""
        self._note(table, where, values, is_dropped=False)
        return self.run(f"UPDATE {table} t SET {change} WHERE {where}", values)

    def drop(self, table: str, where: str, values: Mapping[str, Any]) -> int:
        """Delete the rows of `table` (as `t`) that meet `where`; returns how many."""
        self._note(table, where, values, is_dropped=True)
        return self.run(f"DELETE FROM {table} t WHERE {where}", values)

    def _note(self, table: str, where: str, values: Mapping[str, Any], *, is_dropped: bool) -> None:
        self.run(
            "INSERT INTO fitment_merge_rows (merge_id, row_table, row_id, before, is_dropped) "
            f"SELECT %(merge)s, '{table}', t.id, to_jsonb(t), {is_dropped} FROM {table} t "
            f"WHERE {where}",
            values,
        )


_Row = TypeVar("_Row", bound=ReferenceModel)


def pair_locked(
    rows: QuerySet[_Row], gone_id: uuid.UUID, keep_id: uuid.UUID, what: str
) -> tuple[_Row, _Row]:
    """Lock both rows of a merge; raises InvalidInput for one row, NotFound for a merged one."""
    if gone_id == keep_id:
        raise InvalidInput(fields={"into": f"Choose two different {what}."})
    both = rows.filter(pk__in=[gone_id, keep_id], merged_into=None).order_by("pk")
    found = {one.pk: one for one in both.select_for_update(of=("self",))}
    if len(found) != 2:
        raise NotFound(f"There are no such {what}.")
    return found[gone_id], found[keep_id]


# A submodel that both models have by name becomes the kept one's; the others move with their model.
_SAME_SUBMODEL = (
    "SELECT k.id FROM fitment_submodels g JOIN fitment_submodels k"
    " ON k.model_id = %(keep)s AND lower(k.name) = lower(g.name)"
    " WHERE g.model_id = %(gone)s AND g.id = {table}.submodel_id"
)
# Both sides of a fitment that the listing would have twice after the move.
_TWIN = (
    "{other}.listing_id = t.listing_id AND {other}.year_start = t.year_start"
    " AND {other}.year_end = t.year_end AND {other}.engine_id IS NOT DISTINCT FROM t.engine_id"
    " AND {other}.detail_key = t.detail_key"
)


def models_merge(*, gone_id: uuid.UUID, keep_id: uuid.UUID, actor: Actor) -> FitmentMerge:
    """Make model `gone_id` part of `keep_id`: fitments, years, submodels, aliases; one transaction.

    The old name becomes an alias. Where a listing has both, the verified row stays. Raises NotFound,
    InvalidInput for a model merged with itself or a machine.
    """
    person_only(actor)
    with transaction.atomic():
        rows = FitmentModel.objects.select_related("make")
        gone, keep = pair_locked(rows, gone_id, keep_id, "models")
        merge = FitmentMerge.objects.create(
            kind=MergeKind.MODEL, gone_id=gone_id, kept_id=keep_id,
            gone_label=f"{gone.make} {gone}", kept_label=f"{keep.make} {keep}",
            by_id=person_id(actor),
        )  # fmt: skip
        _model_move(Mover(merge.pk), gone, keep)
        alias, is_new = FitmentModelAlias.objects.get_or_create(
            model=keep, alias=gone.name, defaults={"key": name_key(gone.name), "note": "merged"}
        )
        merge.alias_id = alias.pk if is_new else None
        merge_finish(merge, actor)
    return merge


def makes_merge(*, gone_id: uuid.UUID, keep_id: uuid.UUID, actor: Actor) -> FitmentMerge:
    """Make `gone_id` part of make `keep_id`; models of one name become one. As `models_merge`."""
    person_only(actor)
    with transaction.atomic():
        gone, keep = pair_locked(FitmentMake.objects.all(), gone_id, keep_id, "makes")
        merge = FitmentMerge.objects.create(
            kind=MergeKind.MAKE, gone_id=gone_id, kept_id=keep_id,
            gone_label=str(gone), kept_label=str(keep), by_id=person_id(actor),
        )  # fmt: skip
        mover = Mover(merge.pk)
        kept = {one.slug: one for one in keep.models.filter(merged_into=None)}
        for model in gone.models.filter(merged_into=None).order_by("pk"):
            twin = kept.get(model.slug)
            if twin is not None:
                _model_move(mover, model, twin)
        _make_move(mover, gone, keep)
        alias, is_new = FitmentMakeAlias.objects.get_or_create(
            make=keep, alias=gone.name, defaults={"key": name_key(gone.name), "caution": "merged"}
        )
        merge.alias_id = alias.pk if is_new else None
        merge_finish(merge, actor)
    return merge


def merge_undo(*, merge_id: uuid.UUID, actor: Actor) -> FitmentMerge:
    """Take a merge back, all in one transaction: what was moved returns, what was dropped is there.

    What was removed or moved on since stays as it is. Raises NotFound, Conflict where it is undone
    already or a later merge rests on it.
    """
    person_only(actor)
    with transaction.atomic():
        merge = FitmentMerge.objects.select_for_update().filter(pk=merge_id).first()
        if merge is None:
            raise NotFound("There is no such merge.")
        if merge.undone_at is not None:
            raise Conflict("This merge is undone already.")
        later = FitmentMerge.objects.filter(
            undone_at=None, created_at__gt=merge.created_at, gone_id=merge.kept_id
        )
        if later.exists():
            raise Conflict("A later merge rests on this one; undo that first.")
        tables = list(merge.rows.order_by().values_list("row_table", flat=True).distinct())
        mover = Mover(merge.pk)
        for table in sorted(tables, key=_UNDO_ORDER.index):
            _table_undo(mover, merge.kind, table)
        for model in (FitmentModelAlias, FitmentMakeAlias):
            # Only the one that the merge itself made, and only of this name.
            if merge.alias_id is not None:
                model.objects.filter(pk=merge.alias_id).delete()
        merge.undone_at = timezone.now()
        merge.save(update_fields=["undone_at", "updated_at"])
        merge_finish(merge, actor)
    return merge


def person_only(actor: Actor) -> None:
    """Raise InvalidInput for a machine."""
    if actor.is_machine:
        raise InvalidInput("Only a person merges vehicles.")


def _model_move(mover: Mover, gone: FitmentModel, keep: FitmentModel) -> None:
    ids: dict[str, Any] = {"gone": gone.pk, "keep": keep.pk, "make": keep.make_id}
    fitments, sets = "part_fitments", "fitment_set_vehicles"
    same = f"coalesce(({_SAME_SUBMODEL.format(table='t')}), t.submodel_id)"
    twin = (
        "EXISTS (SELECT 1 FROM part_fitments o WHERE o.model_id = %(keep)s AND "
        + _TWIN.format(other="o")
        + f" AND o.submodel_id IS NOT DISTINCT FROM {same} AND (o.verified OR NOT t.verified))"
    )
    mover.drop(fitments, f"t.model_id = %(gone)s AND {twin}", ids)
    # The other way round: the kept one's proposal goes where the moved row is verified.
    same_other = f"coalesce(({_SAME_SUBMODEL.format(table='o')}), o.submodel_id)"
    twin = (
        "EXISTS (SELECT 1 FROM part_fitments o WHERE o.model_id = %(gone)s AND "
        + _TWIN.format(other="o")
        + f" AND t.submodel_id IS NOT DISTINCT FROM {same_other})"
    )
    mover.drop(fitments, f"t.model_id = %(keep)s AND {twin}", ids)
    change = f"make_id = %(make)s, model_id = %(keep)s, submodel_id = {same}"
    mover.update(fitments, change, "t.model_id = %(gone)s", ids)
    clash = (
        "EXISTS (SELECT 1 FROM fitment_set_vehicles o WHERE o.model_id = %(keep)s"
        " AND o.fitment_set_id = t.fitment_set_id AND o.year_start = t.year_start"
        " AND o.year_end = t.year_end AND o.engine_id IS NOT DISTINCT FROM t.engine_id"
        f" AND o.submodel_id IS NOT DISTINCT FROM {same})"
    )
    mover.drop(sets, f"t.model_id = %(gone)s AND {clash}", ids)
    mover.update(sets, change, "t.model_id = %(gone)s", ids)
    mover.update("aces_codes", "model_id = %(keep)s", "t.model_id = %(gone)s", ids)
    _reference_move(mover, ids)


def _reference_move(mover: Mover, ids: Mapping[str, Any]) -> None:
    """Years, submodels, aliases and chassis codes that the kept model lacks."""
    for table, own in (
        ("fitment_model_years", "o.year = t.year"),
        ("fitment_submodels", "lower(o.name) = lower(t.name)"),
        ("fitment_model_aliases", "o.alias = t.alias"),
        ("fitment_chassis_models", "o.chassis_id = t.chassis_id"),
    ):
        missing = f"NOT EXISTS (SELECT 1 FROM {table} o WHERE o.model_id = %(keep)s AND {own})"
        mover.update(table, "model_id = %(keep)s", f"t.model_id = %(gone)s AND {missing}", ids)
    mover.update("fitment_models", "merged_into_id = %(keep)s", "t.id = %(gone)s", ids)


def _make_move(mover: Mover, gone: FitmentMake, keep: FitmentMake) -> None:
    """What is left of a make after its models of the same name went: the rest moves as it is."""
    ids: dict[str, Any] = {"gone": gone.pk, "keep": keep.pk}
    rest = "t.make_id = %(gone)s"
    for table in ("part_fitments", "fitment_set_vehicles", "aces_codes"):
        mover.update(table, "make_id = %(keep)s", rest, ids)
    free = (
        "NOT EXISTS (SELECT 1 FROM fitment_models o WHERE o.make_id = %(keep)s AND o.slug = t.slug)"
    )
    mover.update("fitment_models", "make_id = %(keep)s", f"{rest} AND {free}", ids)
    lacks = (
        "NOT EXISTS (SELECT 1 FROM fitment_make_aliases o"
        " WHERE o.make_id = %(keep)s AND o.alias = t.alias)"
    )
    mover.update("fitment_make_aliases", "make_id = %(keep)s", f"{rest} AND {lacks}", ids)
    free = (
        "NOT EXISTS (SELECT 1 FROM fitment_chassis_codes o WHERE o.make_id = %(keep)s"
        " AND o.code = t.code AND o.year_start = t.year_start)"
    )
    mover.update("fitment_chassis_codes", "make_id = %(keep)s", f"{rest} AND {free}", ids)
    mover.update("fitment_makes", "merged_into_id = %(keep)s", "t.id = %(gone)s", ids)


# What other rows refer to returns first.
_UNDO_ORDER = (
    "fitment_makes", "fitment_models", "fitment_engines", "fitment_submodels",
    "fitment_model_years", "fitment_model_year_engines", "fitment_submodel_years",
    "fitment_make_aliases", "fitment_model_aliases", "fitment_chassis_codes",
    "fitment_chassis_models", "aces_codes", "fitment_set_vehicles", "fitment_garage",
    "part_fitments",
)  # fmt: skip
_OF_VEHICLES: Mapping[str, tuple[str, ...]] = {
    "fitment_makes": ("merged_into_id",),
    "fitment_models": ("make_id", "merged_into_id"),
    "fitment_submodels": ("model_id",),
    "fitment_model_years": ("model_id",),
    "fitment_make_aliases": ("make_id",),
    "fitment_model_aliases": ("model_id",),
    "fitment_chassis_codes": ("make_id",),
    "fitment_chassis_models": ("model_id",),
    "aces_codes": ("make_id", "model_id"),
    "fitment_set_vehicles": ("make_id", "model_id", "submodel_id"),
    "part_fitments": ("make_id", "model_id", "submodel_id"),
}
# The columns that a merge of this kind changes: an undo leaves all others as they became since.
_COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    MergeKind.MAKE: _OF_VEHICLES,
    MergeKind.MODEL: _OF_VEHICLES,
    MergeKind.ENGINE: {
        "fitment_engines": ("merged_into_id",),
        "fitment_model_year_engines": ("engine_id",),
        "aces_codes": ("engine_id",),
        "fitment_set_vehicles": ("engine_id",),
        "fitment_garage": ("engine_id",),
        "part_fitments": ("engine_id",),
    },
    MergeKind.SUBMODEL: {
        "fitment_submodels": ("merged_into_id",),
        "fitment_submodel_years": ("submodel_id",),
        "fitment_set_vehicles": ("submodel_id",),
        "part_fitments": ("submodel_id",),
    },
}


def _table_undo(mover: Mover, kind: str, table: str) -> None:
    """Bring a table's rows back; of a row that was noted twice the first note is how it was."""
    notes = (
        "SELECT DISTINCT ON (row_id) row_id, before FROM fitment_merge_rows"
        f" WHERE merge_id = %(merge)s AND row_table = '{table}' AND is_dropped = {{dropped}}"
        " ORDER BY row_id, id"
    )
    change = ", ".join(
        f"{name} = nullif(n.before->>'{name}', '')::uuid" for name in _COLUMNS[kind][table]
    )
    mover.run(
        f"UPDATE {table} t SET {change} FROM ({notes.format(dropped='false')}) n"
        " WHERE t.id = n.row_id",
        {},
    )
    mover.run(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, n.before)).*"
        f" FROM ({notes.format(dropped='true')}) n ON CONFLICT DO NOTHING",
        {},
    )


def merge_finish(merge: FitmentMerge, actor: Actor) -> None:
    """Count, owe the marketplaces the new names, renew every process's copy of the data, tell."""
    rows = merge.rows.filter(row_table="part_fitments")
    merge.fitment_count = rows.values("row_id").distinct().count()
    merge.save(update_fields=["fitment_count", "alias_id", "updated_at"])
    listings = {uuid.UUID(one) for one in rows.values_list("before__listing_id", flat=True)}
    for listing_id in sorted(listings):
        listing_touched(listing_id, is_content=True)
    reference_touch()
    core_events.emit(
        VehiclesMerged(
            entity_id=merge.gone_id,
            kind=merge.kind,
            gone=merge.gone_label,
            kept=merge.kept_label,
            fitments=merge.fitment_count,
            undone=merge.undone_at is not None,
        ),
        actor=actor,
    )
