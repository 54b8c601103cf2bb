"""The grid of models by years: what is covered, proposed, and where the gaps are."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass

from fitment.models import FitmentModelYear, PartFitment


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A year of a grid's row. `state`: verified, proposed, outside, built, none."""

    year: int
    state: str
    fitment_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """A model, with engine and submodel where the fitment names them."""

    make: str
    label: str
    cells: tuple[Cell, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Models by years, with a margin of two years so that gaps at the ends show."""

    years: tuple[int, ...]
    rows: tuple[GridRow, ...]
    makes: int
    models: int
    verified: int
    proposed: int
    outside: int


# The grid shows the years next to the covered ones, and no more columns than a screen holds.
_MARGIN, _COLUMNS_MAX = 2, 40


def coverage_grid(fitments: list[PartFitment]) -> Grid:
    """Arrange fitments (as `fitments_list` gives them) by model and year; two queries at most."""
    if not fitments:
        return Grid(years=(), rows=(), makes=0, models=0, verified=0, proposed=0, outside=0)
    first = min(row.year_start for row in fitments) - _MARGIN
    last = max(row.year_end for row in fitments) + _MARGIN
    years = tuple(range(max(first, last - _COLUMNS_MAX + 1), last + 1))
    built: dict[uuid.UUID, set[int]] = defaultdict(set)
    pairs = FitmentModelYear.objects.filter(
        model_id__in={row.model_id for row in fitments}
    ).values_list("model_id", "year")
    for model_id, year in pairs:
        built[model_id].add(year)
    grouped: dict[tuple[str, str], list[PartFitment]] = defaultdict(list)
    for row in fitments:
        extra = [
            row.submodel.name if row.submodel else "",
            row.engine.code if row.engine else "",
        ]
        label = " ".join(filter(None, [row.model.name, *extra]))
        grouped[row.make.name, label].append(row)
    rows = tuple(
        _grid_row(make, label, group, years, built[group[0].model_id])
        for (make, label), group in grouped.items()
    )
    cells = [cell for row in rows for cell in row.cells]
    return Grid(
        years=years,
        rows=rows,
        makes=len({row.make_id for row in fitments}),
        models=len({row.model_id for row in fitments}),
        verified=sum(cell.state == "verified" for cell in cells),
        proposed=sum(cell.state == "proposed" for cell in cells),
        outside=sum(cell.state == "outside" for cell in cells),
    )


def _grid_row(
    make: str,
    label: str,
    group: list[PartFitment],
    years: tuple[int, ...],
    built: set[int],
) -> GridRow:
    cells = []
    for year in years:
        found = next((row for row in group if row.year_start <= year <= row.year_end), None)
        if found is None:
            cells.append(Cell(year=year, state="built" if year in built else "none"))
            continue
        state = "verified" if found.verified else "proposed"
        cells.append(
            Cell(
                year=year,
                state="outside" if built and year not in built else state,
                fitment_id=found.pk,
            )
        )
    count = sum(cell.fitment_id is not None for cell in cells)
    return GridRow(make=make, label=label, cells=tuple(cells), count=count)
