"""A lookup of the shipped data, without a database: for tests and measurements."""

from __future__ import annotations

import uuid
from collections import defaultdict
from decimal import Decimal
from functools import cache

from fitment.matching.lookup import (
    Chassis,
    Engine,
    Make,
    Model,
    VehicleLookup,
    build_lookup,
)
from fitment.naming import name_key
from fitment.seed import SeedRows, seed_rows


@cache
def seed_lookup() -> VehicleLookup:
    """Return the lookup of the shipped data, made once per process (about a second)."""
    rows = seed_rows()
    makes = {
        str(slug): Make(id=uuid.UUID(str(pk)), slug=str(slug), name=str(name))
        for pk, slug, name in rows.makes
    }
    engines = {
        str(code): Engine(
            id=uuid.UUID(str(pk)),
            code=str(code),
            litres=None if litres is None else Decimal(str(litres)),
            cylinders=None if cylinders is None else int(cylinders),
            layout=str(layout),
            fuel=str(fuel),
            aspiration=str(aspiration),
        )
        for pk, code, litres, cylinders, layout, fuel, aspiration in rows.engines
    }
    years: dict[tuple[str, str], set[int]] = defaultdict(set)
    for _, make, model, year in rows.model_years:
        years[str(make), str(model)].add(int(str(year)))
    engine_years: dict[tuple[str, str], dict[int, list[Engine]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for _, make, model, year, code in rows.model_year_engines:
        engine_years[str(make), str(model)][int(str(year))].append(engines[str(code)])
    submodels: dict[tuple[str, str], dict[str, tuple[uuid.UUID, str]]] = defaultdict(dict)
    for pk, make, model, name in rows.submodels:
        submodels[str(make), str(model)].setdefault(
            name_key(str(name)), (uuid.UUID(str(pk)), str(name))
        )
    models = {
        (str(make), str(slug)): Model(
            id=uuid.UUID(str(pk)),
            slug=str(slug),
            name=str(name),
            make=makes[str(make)],
            years=frozenset(years[str(make), str(slug)]),
            engines={
                year: tuple(found) for year, found in engine_years[str(make), str(slug)].items()
            },
            submodels=submodels[str(make), str(slug)],
        )
        for pk, make, slug, name in rows.models
    }
    return build_lookup(
        makes={make.id: make for make in makes.values()},
        models=models.values(),
        make_aliases=[(makes[str(row[1])], str(row[2])) for row in rows.make_aliases],
        model_aliases=[
            (models[str(row[1]), str(row[2])], str(row[3]), str(row[5]), str(row[6]))
            for row in rows.model_aliases
        ],
        chassis=_chassis(rows, makes, models),
    )


def _chassis(
    rows: SeedRows, makes: dict[str, Make], models: dict[tuple[str, str], Model]
) -> list[Chassis]:
    linked: dict[tuple[str, str, int], list[Model]] = defaultdict(list)
    for _, make, code, start, slug in rows.chassis_models:
        linked[str(make), str(code), int(str(start))].append(models[str(make), str(slug)])
    return [
        Chassis(
            code=str(row[2]),
            make=makes[str(row[1])],
            models=tuple(linked[str(row[1]), str(row[2]), int(str(row[3]))]),
            year_start=int(str(row[3])),
            year_end=int(str(row[4])),
            is_certain=row[6] == "True",
            stands_alone=row[7] == "True",
        )
        for row in rows.chassis
    ]
