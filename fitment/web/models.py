"""A model of the vehicle data: its submodels and engines, to merge those that are one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fitment import selectors
from fitment.enums import MergeKind
from fitment.models import FitmentMerge, FitmentModel, PartFitment
from fitment.services import engines_merge
from fitment.web.inputs import fault_words
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page, toast, wants_fragment


@require_GET
@requires(Right.FITMENT_VIEW)
def model(request: HttpRequest, model_id: uuid.UUID) -> HttpResponse:
    """The submodels and engines of a model, each with the fitments that name it."""
    return _page(request, selectors.model_get(model_id))


def _page(request: HttpRequest, found: FitmentModel, fault: str = "") -> HttpResponse:
    fits = PartFitment.objects.filter(model=found).order_by()
    context = {
        "model": found,
        "years": selectors.years_list(model_id=found.pk),
        "tables": [
            (
                "submodel",
                "Submodels",
                _counted(
                    selectors.submodels_of_model(found.pk),
                    fits.values_list("submodel").annotate(Count("pk")),
                ),
            ),
            (
                "engine",
                "Engines",
                _counted(
                    selectors.engines_of_model(found.pk),
                    fits.values_list("engine").annotate(Count("pk")),
                ),
            ),
        ],
        "merges": FitmentMerge.objects.filter(
            kind__in=[MergeKind.ENGINE, MergeKind.SUBMODEL]
        ).select_related("by")[:10],
        "fault": fault,
    }
    status = 422 if fault else 200
    return render_page(request, "fitment/model.html", context, partial="results", status=status)


def _counted(
    rows: Iterable[Any], counts: Iterable[tuple[uuid.UUID | None, int]]
) -> list[tuple[Any, int]]:
    """Return rows with the number of the model's fitments that name each."""
    found = dict(counts)
    return [(row, found.get(row.pk, 0)) for row in rows]


@require_POST
@requires(Right.FITMENT_REFERENCE)
def merge(request: HttpRequest, model_id: uuid.UUID) -> HttpResponse:
    """Merge two submodels of the model, or with `of=engine` two engines wherever they stand."""
    found = selectors.model_get(model_id)
    of = request.POST.get("of", "")
    service = engines_merge.engines_merge if of == "engine" else engines_merge.submodels_merge
    try:
        gone, keep = (_chosen(request, f"{of}-{side}") for side in ("gone", "into"))
        done = service(gone_id=gone, keep_id=keep, actor=actor_of(request))
    except AppError as error:
        return _page(request, found, fault_words(error))
    if not wants_fragment(request):
        return redirect(request, reverse("fitment:model", args=[found.pk]))
    undo = reverse("fitment:merge-undo", args=[done.pk])
    text = f"{done.gone_label} is {done.kept_label} now."
    return toast(_page(request, found), text, undo_url=undo)


def _chosen(request: HttpRequest, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise InvalidInput("Choose the wrong one and the right one.") from error
