"""The shipped vehicle data, read from `data/*.csv` as natural keys; no database here."""

from __future__ import annotations

import csv
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fitment.naming import name_key, years_expand

DATA = Path(__file__).parent / "data"
# Ids are made of natural keys, so that a file and the database, and two machines, agree on them.
NAMESPACE = uuid.UUID("5b0f3c0e-0d0c-5c1e-9d53-7f3a5d6f1c11")

Row = tuple[str | int | None, ...]


def reference_id(kind: str, *key: str | int) -> uuid.UUID:
    """Return the id that the seed gives to the row of this natural key."""
    return uuid.uuid5(NAMESPACE, kind + ":" + "/".join(str(part) for part in key))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRows:
    """Rows by table. Makes and models are named by slug, engines by code.

    makes: id, slug, name · models: id, make, slug, name · model_years: id, make, model, year ·
    engines: id, code, litres, cylinders, layout, fuel, aspiration ·
    model_year_engines: id, make, model, year, engine · submodels: id, make, model, name ·
    submodel_years: id, make, model, submodel, year ·
    make_aliases: id, make, alias, key, kind, caution ·
    model_aliases: id, make, model, alias, key, kind, note ·
    chassis: id, make, code, start, end, us_sold, certain, stands_alone, notes ·
    chassis_models: id, make, code, start, model
    """

    makes: list[Row]
    models: list[Row]
    model_years: list[Row]
    engines: list[Row]
    model_year_engines: list[Row]
    submodels: list[Row]
    submodel_years: list[Row]
    make_aliases: list[Row]
    model_aliases: list[Row]
    chassis: list[Row]
    chassis_models: list[Row]


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@dataclass(frozen=True, slots=True)
class _Slugs:
    makes: dict[str, str]
    models: dict[tuple[str, str], str]


def _models(slugs: _Slugs) -> tuple[list[Row], list[Row]]:
    # Four names of the source differ only in signs ("Elise/Exige", "Elise & Exige"): one model.
    models: dict[tuple[str, str], Row] = {}
    years: dict[tuple[str, str, int], Row] = {}
    for row in _read("models.csv"):
        make, slug = slugs.makes[row["make"]], row["slug"]
        models.setdefault(
            (make, slug),
            (str(reference_id("model", make, slug)), make, slug, row["model"]),
        )
        for year in years_expand(row["years"]):
            years[make, slug, year] = (
                str(reference_id("year", make, slug, year)), make, slug, year,
            )  # fmt: skip
    return list(models.values()), list(years.values())


def _engines(slugs: _Slugs) -> tuple[list[Row], list[Row]]:
    engines: list[Row] = []
    codes: dict[str, str] = {}
    for row in _read("engines.csv"):
        code = codes[row["id"]] = row["code"]
        engines.append(
            (
                str(reference_id("engine", code)),
                code,
                row["displacement_l"] or None,
                row["cylinders"] or None,
                row["layout"],
                row["fuel"],
                row["aspiration"],
            )
        )
    links: dict[tuple[str, str, int, str], Row] = {}
    for row in _read("model_engines.csv"):
        make = slugs.makes[row["make"]]
        model = slugs.models[row["make"], row["model"]]
        code = codes[row["engine_id"]]
        for year in years_expand(row["years"]):
            key = (make, model, year, code)
            links[key] = (str(reference_id("engine-year", *key)), *key)
    return engines, list(links.values())


def _submodels(slugs: _Slugs) -> tuple[list[Row], list[Row]]:
    submodels: dict[tuple[str, str, str], Row] = {}
    years: dict[tuple[str, str, str, int], Row] = {}
    for row in _read("submodels_epa_partial.csv"):
        make = slugs.makes[row["make"]]
        key = (make, slugs.models[row["make"], row["model"]], row["submodel"])
        submodels[key] = (str(reference_id("submodel", *key)), *key)
        for year in years_expand(row["years"]):
            years[*key, year] = (
                str(reference_id("submodel-year", *key, year)),
                *key,
                year,
            )
    return list(submodels.values()), list(years.values())


def _aliases(slugs: _Slugs) -> tuple[list[Row], list[Row]]:
    makes: dict[tuple[str, str], Row] = {}
    for row in _read("make_aliases.csv"):
        make, alias = slugs.makes[row["make"]], row["alias"]
        makes[make, alias] = (
            str(reference_id("make-alias", make, alias)),
            make,
            alias,
            name_key(alias),
            row["kind"],
            row["caution"],
        )
    models: dict[tuple[str, str, str], Row] = {}
    for row in _read("model_aliases.csv"):
        make, alias = slugs.makes[row["make"]], row["alias"]
        model = slugs.models[row["make"], row["model"]]
        models[make, model, alias] = (
            str(reference_id("model-alias", make, model, alias)),
            make,
            model,
            alias,
            name_key(alias),
            row["kind"],
            row["note"],
        )
    return list(makes.values()), list(models.values())


def _chassis(slugs: _Slugs) -> tuple[list[Row], list[Row]]:
    codes: list[Row] = []
    models: dict[tuple[str | int, ...], Row] = {}
    for row in _read("chassis_codes.csv"):
        make, code, start = (
            slugs.makes[row["make"]],
            row["code"],
            int(row["year_start"]),
        )
        codes.append(
            (
                str(reference_id("chassis", make, code, start)),
                make,
                code,
                start,
                int(row["year_end"]),
                str(row["us_sold"] == "yes"),
                str(row["certainty"] != "uncertain"),
                str(row["alone_in_text"] == "yes"),
                row["notes"],
            )
        )
        for name in row["models"].split("|"):
            model = slugs.models[row["make"], name]
            key = (make, code, start, model)
            models[key] = (str(reference_id("chassis-model", *key)), *key)
    return codes, list(models.values())


@cache
def seed_rows() -> SeedRows:
    """Read all files once per process (0.3 s) and return their rows."""
    slugs = _Slugs(
        makes={row["make"]: row["slug"] for row in _read("makes.csv")},
        models={(row["make"], row["model"]): row["slug"] for row in _read("models.csv")},
    )
    makes: list[Row] = [
        (str(reference_id("make", row["slug"])), row["slug"], row["make"])
        for row in _read("makes.csv")
    ]
    models, model_years = _models(slugs)
    engines, model_year_engines = _engines(slugs)
    submodels, submodel_years = _submodels(slugs)
    make_aliases, model_aliases = _aliases(slugs)
    chassis, chassis_models = _chassis(slugs)
    return SeedRows(
        makes=makes,
        models=models,
        model_years=model_years,
        engines=engines,
        model_year_engines=model_year_engines,
        submodels=submodels,
        submodel_years=submodel_years,
        make_aliases=make_aliases,
        model_aliases=model_aliases,
        chassis=chassis,
        chassis_models=chassis_models,
    )
