"""Parts for a vehicle: the page for a buyer on the phone, the catalog's vehicle filter, the garage."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fitment import selectors
from fitment.models import (
    FitmentMake,
    FitmentMakeAlias,
    FitmentModel,
    FitmentModelAlias,
    GarageVehicle,
    PartFitment,
)
from fitment.services.garage import garage_remove, garage_use
from fitment.vehicle_text import vehicle_words
from fitment.web.forms import Cascade, cascade_asked
from realtrack.core.rights import Right
from realtrack.core.web.access import requires, user_of
from realtrack.core.web.render import redirect, render_page

_PAGE = 25
# So long may a year range in a search be; no car was built for longer.
_YEARS_MAX = 60
_Names = Iterable[tuple[uuid.UUID, str]]


@require_GET
@requires(Right.FITMENT_VIEW)
def find(request: HttpRequest) -> HttpResponse:
    """A vehicle and all parts that fit it; narrows with each step."""
    user = user_of(request)
    chosen = cascade_asked(request.GET)
    condition = _condition(chosen)
    if condition is not None and request.GET.get("show"):
        _used(request, chosen)
        chosen.focus = ""  # what was asked for is read now, not typed on
    context: dict[str, Any] = {
        "cascade": chosen,
        "words": _words(chosen),
        "garage": _garage(request),
        "is_asked": condition is not None,
        "fits_url": _catalog_url(chosen, QueryDict()),
    }
    if condition is not None:
        page = _number(request)
        found = selectors.listings_fitting(condition, user=user).select_related("search")
        rows = list(found[(page - 1) * _PAGE : page * _PAGE + 1])
        total, is_capped = selectors.fitting_total(condition, user=user)
        verified = set(
            PartFitment.objects.filter(
                condition, verified=True, listing__in=[row.pk for row in rows]
            ).values_list("listing_id", flat=True)
        )
        context |= {
            "rows": [(row, row.pk in verified) for row in rows[:_PAGE]],
            "has_next": len(rows) > _PAGE,
            "page": page,
            "total": total,
            "is_capped": is_capped,
        }
    return render_page(request, "fitment/find.html", context, partial="find")


@require_GET
@requires(Right.FITMENT_VIEW)
def drawer(request: HttpRequest) -> HttpResponse:
    """The picker beside the catalog; `back` is what the catalog's own address holds."""
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    is_catalog = here.path == reverse("listings:list")
    context = {
        "cascade": cascade_asked(request.GET),
        "garage": _garage(request),
        "back": request.GET.get("back", here.query if is_catalog else "")[:2000],
    }
    return render_page(request, "fitment/_find_drawer.html", context)


@require_GET
@requires(Right.FITMENT_VIEW)
def go(request: HttpRequest) -> HttpResponse:
    """Lead to the catalog, narrowed to the vehicle; its other filters stay."""
    chosen = cascade_asked(request.GET)
    _used(request, chosen)
    kept = QueryDict(request.GET.get("back", "")[:2000], mutable=True)
    return redirect(request, _catalog_url(chosen, kept))


@require_POST
@requires(Right.FITMENT_VIEW)
def garage_out(request: HttpRequest, vehicle_id: uuid.UUID) -> HttpResponse:
    """Take a vehicle out of one's own garage."""
    garage_remove(user=user_of(request), vehicle_id=vehicle_id)
    return redirect(request, reverse("fitment:find"))


@require_GET
@requires(Right.FITMENT_VIEW)
def names(request: HttpRequest) -> HttpResponse:
    """Names for a field of free text: the makes, or with `make` that make's models."""
    make = request.GET.get("make", "").strip()[:100]
    is_models = request.GET.get("of") == "models"
    rows, aliases = _model_names(make) if is_models else _make_names()
    also: dict[uuid.UUID, list[str]] = {}
    for pk, alias in aliases:
        also.setdefault(pk, []).append(alias)
    found = {name: also.get(pk, []) for pk, name in rows}
    answer = JsonResponse({"names": [{"name": name, "also": more} for name, more in found.items()]})
    answer["Cache-Control"] = "private, max-age=60"
    return answer


def _make_names() -> tuple[_Names, _Names]:
    rows = selectors.makes_list().order_by("name").values_list("pk", "name")
    return rows, FitmentMakeAlias.objects.values_list("make_id", "alias")


def _model_names(make: str) -> tuple[_Names, _Names]:
    models = FitmentModel.objects.filter(merged_into=None)
    if make:
        known = FitmentMake.objects.filter(merged_into=None)
        meant = known.filter(name__iexact=make) | known.filter(aliases__alias__iexact=make)
        models = models.filter(make__in=meant.values("pk"))
    aliases = FitmentModelAlias.objects.filter(model__in=models.values("pk"))
    rows = models.order_by("name").values_list("pk", "name")
    return rows, aliases.values_list("model_id", "alias")


def _condition(chosen: Cascade) -> Q | None:
    if chosen.make is None:
        return None
    engines = [one.pk for one in chosen.chosen("engines")]
    condition = Q()
    for start, end in chosen.ranges:
        condition |= Q(year_start__lte=end, year_end__gte=start)
    if engines:
        condition &= Q(engine_id__in=engines) | Q(engine_id=None)
    return condition & selectors.vehicle_filter(make_id=chosen.make, model_id=chosen.model)


def _words(chosen: Cascade) -> str:
    makes, models, engines = (chosen.chosen(step) for step in ("makes", "models", "engines"))
    return vehicle_words(
        make=makes[0].name if makes else "",
        model=models[0].name if models else "",
        years=[
            year
            for start, end in chosen.ranges
            for year in range(start, min(end, start + _YEARS_MAX) + 1)
        ],
        engine=engines[0].name if engines else "",
    )


def _catalog_url(chosen: Cascade, kept: QueryDict) -> str:
    """Return the catalog's address with `fits`; its page of before would be another list's."""
    query = {name: kept.getlist(name) for name in kept if name not in {"page", "fits"}}
    words = _words(chosen)
    if words and chosen.make is not None:
        query["fits"] = [words]
    return f"{reverse('listings:list')}?{urlencode(query, doseq=True)}"


def _used(request: HttpRequest, chosen: Cascade) -> None:
    """Keep what was looked for, where it is one car: a model in one year."""
    is_one = len(chosen.ranges) == 1 and chosen.ranges[0][0] == chosen.ranges[0][1]
    if chosen.model is None or not is_one:
        return
    engines = chosen.chosen("engines")
    garage_use(
        user=user_of(request),
        model_id=chosen.model,
        year=chosen.ranges[0][0],
        engine_id=engines[0].pk if engines else None,
    )


def _garage(request: HttpRequest) -> list[dict[str, Any]]:
    rows = GarageVehicle.objects.filter(user=user_of(request)).select_related(
        "make", "model", "engine"
    )
    return [
        {
            "pk": row.pk,
            "words": f"{row.year} {row.make.name} {row.model.name}",
            "engine": row.engine.code if row.engine else "",
            "query": urlencode(
                {
                    "make": row.make_id,
                    "model": row.model_id,
                    "years": row.year,
                    "engine": row.engine_id or "",
                    "show": "1",
                }
            ),
        }
        for row in rows[:12]
    ]


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, min(int(text), 200)) if text.isascii() and text.isdigit() else 1
