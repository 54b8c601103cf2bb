"""Two engines, or two submodels of a model, that are one: moved in one transaction, with undo."""

# ruff: noqa: S608 - statements are put together from our own fragments; values are parameters

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from fitment.enums import MergeKind
from fitment.models import FitmentEngine, FitmentMerge, FitmentSubmodel
from fitment.services.shared import person_id
from fitment.services.vehicles_merge import Mover, merge_finish, pair_locked, person_only
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput

# Columns of a fitment that make two rows of one listing the same, beside the merged one.
_SAME = (
    "o.listing_id = t.listing_id AND o.model_id = t.model_id AND o.year_start = t.year_start"
    " AND o.year_end = t.year_end AND o.detail_key = t.detail_key"
)
_SAME_IN_SET = (
    "o.fitment_set_id = t.fitment_set_id AND o.model_id = t.model_id"
    " AND o.year_start = t.year_start AND o.year_end = t.year_end"
)


def engines_merge(*, gone_id: uuid.UUID, keep_id: uuid.UUID, actor: Actor) -> FitmentMerge:
    """Make engine `gone_id` the engine `keep_id` wherever it stands; one transaction, with undo.

    Where a listing has both for the same vehicle, the verified row stays. Raises NotFound,
    InvalidInput for one engine or a machine.
    """
    person_only(actor)
    with transaction.atomic():
        gone, keep = pair_locked(FitmentEngine.objects.all(), gone_id, keep_id, "engines")
        merge = FitmentMerge.objects.create(
            kind=MergeKind.ENGINE, gone_id=gone_id, kept_id=keep_id, gone_label=gone.code,
            kept_label=keep.code, by_id=person_id(actor),
        )  # fmt: skip
        mover = Mover(merge.pk)
        ids: dict[str, Any] = {"gone": gone_id, "keep": keep_id}
        other = "o.submodel_id IS NOT DISTINCT FROM t.submodel_id"
        _rows_move(mover, "engine_id", other, ids)
        mover.update("aces_codes", "engine_id = %(keep)s", "t.engine_id = %(gone)s", ids)
        lacks = "o.model_year_id = t.model_year_id"
        _lacking_move(mover, "fitment_model_year_engines", "engine_id", lacks, ids)
        clash = "o.user_id = t.user_id AND o.model_id = t.model_id AND o.year = t.year"
        _lacking_move(mover, "fitment_garage", "engine_id", clash, ids)
        _gone_mark(mover, "fitment_engines", ids)
        merge_finish(merge, actor)
    return merge


def submodels_merge(*, gone_id: uuid.UUID, keep_id: uuid.UUID, actor: Actor) -> FitmentMerge:
    """Make submodel `gone_id` the submodel `keep_id` of the same model; otherwise as `engines_merge`."""
    person_only(actor)
    with transaction.atomic():
        rows = FitmentSubmodel.objects.select_related("model__make")
        gone, keep = pair_locked(rows, gone_id, keep_id, "submodels")
        if gone.model_id != keep.model_id:
            raise InvalidInput(fields={"into": "These submodels are of different models."})
        name = f"{keep.model.make} {keep.model}"
        merge = FitmentMerge.objects.create(
            kind=MergeKind.SUBMODEL, gone_id=gone_id, kept_id=keep_id,
            gone_label=f"{name} {gone}", kept_label=f"{name} {keep}", by_id=person_id(actor),
        )  # fmt: skip
        mover = Mover(merge.pk)
        ids: dict[str, Any] = {"gone": gone_id, "keep": keep_id}
        other = "o.engine_id IS NOT DISTINCT FROM t.engine_id"
        _rows_move(mover, "submodel_id", other, ids)
        _lacking_move(mover, "fitment_submodel_years", "submodel_id", "o.year = t.year", ids)
        _gone_mark(mover, "fitment_submodels", ids)
        merge_finish(merge, actor)
    return merge


def _rows_move(mover: Mover, column: str, other: str, ids: dict[str, Any]) -> None:
    """Fitments and vehicles of sets; where both stand already, one of them goes first."""
    both = f"EXISTS (SELECT 1 FROM part_fitments o WHERE o.{column} = %({{side}})s AND {_SAME}"
    twin = f"{both.format(side='keep')} AND {other} AND (o.verified OR NOT t.verified))"
    mover.drop("part_fitments", f"t.{column} = %(gone)s AND {twin}", ids)
    # The other way round: the kept one's proposal goes where the moved row is verified.
    twin = f"{both.format(side='gone')} AND {other})"
    mover.drop("part_fitments", f"t.{column} = %(keep)s AND {twin}", ids)
    mover.update("part_fitments", f"{column} = %(keep)s", f"t.{column} = %(gone)s", ids)
    clash = (
        f"EXISTS (SELECT 1 FROM fitment_set_vehicles o WHERE o.{column} = %(keep)s"
        f" AND {_SAME_IN_SET} AND {other})"
    )
    mover.drop("fitment_set_vehicles", f"t.{column} = %(gone)s AND {clash}", ids)
    mover.update("fitment_set_vehicles", f"{column} = %(keep)s", f"t.{column} = %(gone)s", ids)


def _lacking_move(mover: Mover, table: str, column: str, same: str, ids: dict[str, Any]) -> None:
    """Rows of a table that the kept one lacks move; the others stay with the one that went."""
    lacks = f"NOT EXISTS (SELECT 1 FROM {table} o WHERE o.{column} = %(keep)s AND {same})"
    mover.update(table, f"{column} = %(keep)s", f"t.{column} = %(gone)s AND {lacks}", ids)


def _gone_mark(mover: Mover, table: str, ids: dict[str, Any]) -> None:
    """Mark the one that went, and those that had gone into it."""
    where = "t.id = %(gone)s OR t.merged_into_id = %(gone)s"
    mover.update(table, "merged_into_id = %(keep)s", where, ids)
