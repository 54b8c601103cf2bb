"""The matcher's lookup made of the database, kept per process until the reference data changes."""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict

from django.db.models import F
from django.db.models.functions import Coalesce

from fitment.matching.lookup import (
    Chassis,
    Engine,
    Make,
    Model,
    VehicleLookup,
    build_lookup,
)
from fitment.models import (
    FitmentChassisCode,
    FitmentChassisModel,
    FitmentEngine,
    FitmentMake,
    FitmentMakeAlias,
    FitmentModel,
    FitmentModelAlias,
    FitmentModelYear,
    FitmentModelYearEngine,
    FitmentReferenceState,
    FitmentSubmodel,
)
from fitment.naming import name_key

_lock = threading.Lock()
_kept: tuple[int, VehicleLookup] | None = None


def reference_version() -> int:
    """Return the version of the reference data; 0 before the first load."""
    return FitmentReferenceState.objects.values_list("version", flat=True).first() or 0


def lookup_current() -> VehicleLookup:
    """Return the lookup of the present reference data; one small query unless it changed."""
    global _kept  # noqa: PLW0603 - one copy per process is the purpose
    version = reference_version()
    with _lock:
        if _kept is None or _kept[0] != version:
            _kept = (version, _build())
        return _kept[1]


def _engines() -> dict[uuid.UUID, Engine]:
    """Return engines by key; one that was merged is the other one."""
    rows = list(FitmentEngine.objects.all())
    found = {
        row.pk: Engine(
            id=row.pk,
            code=row.code,
            litres=row.displacement_l,
            cylinders=row.cylinders,
            layout=row.layout,
            fuel=row.fuel_type,
            aspiration=row.aspiration,
        )
        for row in rows
    }
    return {row.pk: found[row.merged_into_id or row.pk] for row in rows}


def _models(makes: dict[uuid.UUID, Make]) -> dict[uuid.UUID, Model]:
    engines = _engines()
    years: dict[uuid.UUID, set[int]] = defaultdict(set)
    for model, year in FitmentModelYear.objects.order_by().values_list("model_id", "year"):
        years[model].add(year)
    fitted: dict[uuid.UUID, dict[int, list[Engine]]] = defaultdict(lambda: defaultdict(list))
    links = FitmentModelYearEngine.objects.values_list(
        "model_year__model_id", "model_year__year", "engine_id"
    )
    for model, year, engine in links:
        if engines[engine] not in fitted[model][year]:
            fitted[model][year].append(engines[engine])
    submodels: dict[uuid.UUID, dict[str, tuple[uuid.UUID, str]]] = defaultdict(dict)
    # A name that was merged stands for the other one, where that is not called so itself.
    named = FitmentSubmodel.objects.order_by(F("merged_into").asc(nulls_first=True), "name")
    kept = named.annotate(
        kept_id=Coalesce("merged_into_id", "pk"), kept_name=Coalesce("merged_into__name", "name")
    )
    for model, name, pk, kept_name in kept.values_list("model_id", "name", "kept_id", "kept_name"):
        submodels[model].setdefault(name_key(name), (pk, kept_name))
    return {
        row.pk: Model(
            id=row.pk,
            slug=row.slug,
            name=row.name,
            make=makes[row.make_id],
            years=frozenset(years[row.pk]),
            engines={year: tuple(found) for year, found in fitted[row.pk].items()},
            submodels=submodels[row.pk],
        )
        for row in FitmentModel.objects.filter(merged_into=None, make_id__in=makes)
    }


def _chassis(makes: dict[uuid.UUID, Make], models: dict[uuid.UUID, Model]) -> list[Chassis]:
    linked: dict[uuid.UUID, list[Model]] = defaultdict(list)
    for chassis, model in FitmentChassisModel.objects.values_list("chassis_id", "model_id"):
        if model in models:
            linked[chassis].append(models[model])
    return [
        Chassis(
            code=row.code,
            make=makes[row.make_id],
            models=tuple(linked[row.pk]),
            year_start=row.year_start,
            year_end=row.year_end,
            is_certain=row.is_certain,
            stands_alone=row.stands_alone,
        )
        for row in FitmentChassisCode.objects.filter(make_id__in=makes)
    ]


def _build() -> VehicleLookup:
    makes = {
        row.pk: Make(id=row.pk, slug=row.slug, name=row.name)
        for row in FitmentMake.objects.filter(merged_into=None)
    }
    models = _models(makes)
    return build_lookup(
        makes=makes,
        models=models.values(),
        make_aliases=[
            (makes[make], alias)
            for make, alias in FitmentMakeAlias.objects.values_list("make_id", "alias")
            if make in makes
        ],
        model_aliases=[
            (models[model], alias, kind, note)
            for model, alias, kind, note in FitmentModelAlias.objects.values_list(
                "model_id", "alias", "kind", "note"
            )
            if model in models
        ],
        chassis=_chassis(makes, models),
    )
