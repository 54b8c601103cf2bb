"""Reads: the cascade's steps, a listing's fitments, its coverage grid, search by vehicle."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from fitment.interchange import lending_parts
from fitment.models import (
    FitmentEngine,
    FitmentMake,
    FitmentModel,
    FitmentModelYear,
    FitmentModelYearEngine,
    FitmentSubmodel,
    PartFitment,
)
from fitment.models.reference import YEAR_MAX
from fitment.naming import name_key, slugify_name
from fitment.vehicle_text import vehicle_condition
from listings.models import Listing
from realtrack.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from settings_app.models import User

# The navigation's number need not be exact beyond this.
COUNT_CAP = 999
# A search by vehicle counts its hits no further.
FITTING_CAP = 10_000


def _own_name_first(q: str) -> Case:
    """Order what is called so before what has an alias of that beginning."""
    return Case(When(name__istartswith=q.strip(), then=Value(0)), default=Value(1))


def makes_list(*, q: str = "") -> QuerySet[FitmentMake]:
    """Return makes by name; `q` matches the beginning of a name or of an alias (Chevy, VW)."""
    found = FitmentMake.objects.filter(merged_into=None)
    if not q.strip():
        return found
    named = Q(name__istartswith=q.strip())
    if key := name_key(q):
        alias = FitmentMake.objects.filter(aliases__key__startswith=key)
        named |= Q(pk__in=alias.values("pk"))
    return found.filter(named).order_by(_own_name_first(q), "name")


def make_get(make_id: uuid.UUID) -> FitmentMake:
    """Return a make; raises NotFound."""
    found = FitmentMake.objects.filter(pk=make_id, merged_into=None).first()
    if found is None:
        raise NotFound("There is no such make.")
    return found


def models_list(
    *, make_id: uuid.UUID, q: str = "", year: int | None = None
) -> QuerySet[FitmentModel]:
    """Return the models of a make, by name; raises NotFound for an unknown make."""
    found = FitmentModel.objects.filter(make=make_get(make_id), merged_into=None)
    if year is not None:
        found = found.filter(years__year=year)
    if q.strip():
        alias = FitmentModel.objects.filter(aliases__key__startswith=name_key(q))
        found = found.filter(Q(name__istartswith=q.strip()) | Q(pk__in=alias.values("pk")))
    return found.order_by("name")


def model_get(model_id: uuid.UUID) -> FitmentModel:
    """Return a model; raises NotFound."""
    found = (
        FitmentModel.objects.filter(pk=model_id, merged_into=None).select_related("make").first()
    )
    if found is None:
        raise NotFound("There is no such model.")
    return found


def years_list(*, model_id: uuid.UUID) -> list[int]:
    """Return the years of a model, newest first; raises NotFound for an unknown model."""
    years = FitmentModelYear.objects.filter(model=model_get(model_id)).order_by("-year")
    return list(years.values_list("year", flat=True))


def engines_of_model(
    model_id: uuid.UUID, *, year_start: int | None = None, year_end: int | None = None
) -> QuerySet[FitmentEngine]:
    """Return the engines that a model had in these years, by displacement."""
    years = FitmentModelYear.objects.filter(
        model_id=model_id, year__gte=year_start or 0, year__lte=year_end or YEAR_MAX
    )
    had = FitmentModelYearEngine.objects.filter(model_year__in=years.values("pk"))
    found = FitmentEngine.objects.filter(pk__in=had.values("engine_id"), merged_into=None)
    return found.order_by("displacement_l", "code")


def engines_list(
    *,
    q: str = "",
    model_id: uuid.UUID | None = None,
    year_start: int | None = None,
    year_end: int | None = None,
) -> QuerySet[FitmentEngine]:
    """Return engines by displacement: all, or those that a model had in these years."""
    found = FitmentEngine.objects.filter(merged_into=None).order_by("displacement_l", "code")
    if model_id is not None:
        pk = model_get(model_id).pk
        found = engines_of_model(pk, year_start=year_start, year_end=year_end)
    if q.strip():
        found = found.filter(code__icontains=q.strip())
    return found


def submodels_of_model(
    model_id: uuid.UUID, *, year_start: int | None = None, year_end: int | None = None
) -> QuerySet[FitmentSubmodel]:
    """Return the submodels of a model, by name; those of these years where years are given."""
    found = FitmentSubmodel.objects.filter(model_id=model_id, merged_into=None)
    if year_start is not None or year_end is not None:
        within = FitmentSubmodel.objects.filter(
            years__year__gte=year_start or 0, years__year__lte=year_end or YEAR_MAX
        )
        found = found.filter(pk__in=within.values("pk"))
    return found.order_by("name")


def submodels_list(
    *, model_id: uuid.UUID, year_start: int | None = None, year_end: int | None = None
) -> QuerySet[FitmentSubmodel]:
    """As `submodels_of_model`; raises NotFound for an unknown model."""
    pk = model_get(model_id).pk
    return submodels_of_model(pk, year_start=year_start, year_end=year_end)


def listing_get(listing_id: uuid.UUID, *, user: User) -> Listing:
    """Return a listing that this person may see; raises NotFound."""
    found = Listing.objects.visible_to(user).filter(pk=listing_id).first()
    if found is None:
        raise NotFound("There is no such part.")
    return found


def fitments_list(*, listing_id: uuid.UUID) -> QuerySet[PartFitment]:
    """Return the live fitments of a listing with their names, by make, model and year."""
    return (
        PartFitment.objects.filter(listing_id=listing_id)
        .select_related("make", "model", "submodel", "engine", "verified_by")
        .order_by("make__name", "model__name", "year_start", "year_end", "pk")
    )


def fitment_get(fitment_id: uuid.UUID, *, user: User) -> PartFitment:
    """Return a live fitment of a listing that this person may see; raises NotFound."""
    found = (
        PartFitment.objects.filter(
            pk=fitment_id, listing__in=Listing.objects.visible_to(user).values("pk")
        )
        .select_related("make", "model", "submodel", "engine", "verified_by")
        .first()
    )
    if found is None:
        raise NotFound("There is no such fitment.")
    return found


def years_outside(fitment: PartFitment) -> list[int]:
    """Return the years of a fitment in which the reference data knows no such model."""
    known = set(
        FitmentModelYear.objects.filter(
            model_id=fitment.model_id,
            year__range=(fitment.year_start, fitment.year_end),
        ).values_list("year", flat=True)
    )
    return [year for year in range(fitment.year_start, fitment.year_end + 1) if year not in known]


def vehicle_filter(
    *,
    make_id: uuid.UUID | None = None,
    model_id: uuid.UUID | None = None,
    year_start: int | None = None,
    year_end: int | None = None,
    engine_id: uuid.UUID | None = None,
    verified: bool | None = None,
) -> Q:
    """Return the condition on fitments that a vehicle means; any year of the range suffices.

    A fitment without an engine fits every engine.
    """
    condition = Q()
    if make_id is not None:
        condition &= Q(make_id=make_id)
    if model_id is not None:
        condition &= Q(model_id=model_id)
    if year_start is not None:
        condition &= Q(year_end__gte=year_start)
    if year_end is not None:
        condition &= Q(year_start__lte=year_end)
    if engine_id is not None:
        condition &= Q(engine_id=engine_id) | Q(engine_id=None)
    if verified is not None:
        condition &= Q(verified=verified)
    return condition


def listings_fitting(condition: Q, *, user: User) -> QuerySet[Listing]:
    """Return the listings with a fitment that meets `condition`, newest first."""
    fits = PartFitment.objects.filter(condition, listing_id=OuterRef("pk"))
    return Listing.objects.visible_to(user).filter(Exists(fits)).order_by("-created_at", "-id")


def fitting_total(condition: Q, *, user: User) -> tuple[int, bool]:
    """Count the listings that `listings_fitting` gives, up to 10,000; True where there are more."""
    found = listings_fitting(condition, user=user).order_by().values("pk")[: FITTING_CAP + 1]
    total = found.count()
    return min(total, FITTING_CAP), total > FITTING_CAP


def fits_filter(queryset: QuerySet[Listing], value: str) -> QuerySet[Listing]:
    """The catalog's `fits:` filter: narrow listings to those that fit the vehicle in words."""
    condition = vehicle_condition(value.replace("_", " ").replace("+", " "))
    if condition is None:
        return queryset.none()
    fits = PartFitment.objects.filter(condition, listing_id=OuterRef("pk"))
    return queryset.filter(Exists(fits))


def nav_counts(user: User) -> dict[str, int]:
    """Return how many parts have fitments that wait for a person."""
    waiting = (
        PartFitment.objects.filter(
            verified=False, listing__in=Listing.objects.visible_to(user).values("pk")
        )
        .order_by()
        .values("listing_id")
        .distinct()[:COUNT_CAP]
    )
    return {"fitment": waiting.count()}


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentTotals:
    """Numbers of the overview: proposals that wait, parts with and without a vehicle."""

    unverified: int
    listings: int
    without: int


def totals(*, user: User) -> FitmentTotals:
    """Count what waits (by its own small index) and the parts (by the catalog's kept counts)."""
    mine = Listing.objects.visible_to(user)
    waiting = PartFitment.objects.filter(verified=False, listing__in=mine.values("pk"))
    return FitmentTotals(
        unverified=waiting.order_by().count(),
        listings=mine.filter(search__vehicle_count__gt=0).count(),
        without=mine.filter(search__vehicle_count=0).count(),
    )


def _count_of(condition: Q) -> Coalesce:
    """Count a listing's live fitments; asked for the rows of a page only, not for all."""
    rows = PartFitment.objects.filter(condition, listing_id=OuterRef("pk")).order_by()
    counted = rows.values("listing_id").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def listings_overview(*, user: User, only: str = "") -> QuerySet[Listing]:
    """Return listings with their counts of fitments, newest first; `only`: unverified, verified, none."""
    found = Listing.objects.visible_to(user).order_by("-created_at", "-id")
    waiting = Exists(PartFitment.objects.filter(verified=False, listing_id=OuterRef("pk")))
    if only == "unverified":
        found = found.filter(waiting)
    elif only == "verified":
        found = found.filter(~waiting, search__vehicle_count__gt=0)
    elif only == "none":
        found = found.filter(search__vehicle_count=0)
    return found.annotate(
        fitment_count=_count_of(Q()), unverified_count=_count_of(Q(verified=False))
    )


def _reference(text: str, rows: QuerySet[Any], what: str) -> Any:
    """Return the row that an id, slug or name means; raises InvalidInput naming the field."""
    try:
        found = rows.filter(pk=uuid.UUID(text)).first()
    except ValueError:
        found = rows.filter(Q(slug=slugify_name(text)) | Q(name__iexact=text)).first()
        found = found or rows.filter(aliases__key=name_key(text)).first()
    if found is None:
        raise InvalidInput(fields={what: f"There is no {what} {text!r}."})
    return found


def vehicle_from_query(query: Mapping[str, Any]) -> Q:
    """Return the condition of a search: `q` in words, or make, model, years and engine.

    Make and model by id, slug, name or alias. Raises InvalidInput by field.
    """
    if query.get("q", "").strip():
        condition = vehicle_condition(query["q"])
        if condition is None:
            raise InvalidInput(fields={"q": "No vehicle is named in this."})
        return condition
    make = model = engine = None
    if query.get("make"):
        make = _reference(query["make"], FitmentMake.objects.filter(merged_into=None), "make")
    if query.get("model"):
        models = FitmentModel.objects.filter(merged_into=None)
        models = models.filter(make=make) if make is not None else models
        model = _reference(query["model"], models, "model")
    if query.get("engine"):
        engines = FitmentEngine.objects.filter(code__iexact=query["engine"])
        engine = engines.select_related("merged_into").first()
        engine = engine and (engine.merged_into or engine)
        if engine is None:
            raise InvalidInput(fields={"engine": f"There is no engine {query['engine']!r}."})
    if make is None and model is None:
        raise InvalidInput(fields={"make": "Name a make or a model."})
    year = query.get("year")
    return vehicle_filter(
        make_id=make.pk if make else None,
        model_id=model.pk if model else None,
        year_start=query.get("year_start") or year,
        year_end=query.get("year_end") or year,
        engine_id=engine.pk if engine else None,
        verified=query.get("verified"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEvidence:
    """What other parts of the same number say: `agree` of `parts` list the model in these years."""

    parts: int
    agree: int


def number_evidence(fitment: PartFitment) -> NumberEvidence:
    """Ask the verified fitments of other listings with the same part number or an equal one."""
    if not fitment.listing.mpn_normalised:
        return NumberEvidence(parts=0, agree=0)
    lending = lending_parts(fitment.listing)
    others = PartFitment.objects.filter(verified=True, listing__in=lending.values("pk"))
    agreeing = others.filter(
        model_id=fitment.model_id,
        year_start__lte=fitment.year_end,
        year_end__gte=fitment.year_start,
    )
    return NumberEvidence(
        parts=others.order_by().values("listing_id").distinct().count(),
        agree=agreeing.order_by().values("listing_id").distinct().count(),
    )


def equals_count(listing: Listing) -> int:
    """Return how many other parts of the same number, or an equal one, have verified vehicles."""
    if not listing.mpn_normalised:
        return 0
    lending = lending_parts(listing)
    others = PartFitment.objects.filter(verified=True, listing__in=lending.values("pk"))
    return others.order_by().values("listing_id").distinct().count()


def narrowed_by(row: PartFitment) -> str:
    """Return what narrows a fitment beside its columns: "Not Hybrid; AWD; with tow package".

    It goes with the vehicle wherever that is sent, so that no narrower fitment becomes a wider one.
    """
    words = [
        f"Not {one['text']}" if one.get("kind") == "not" else str(one.get("text", ""))
        for one in row.qualifiers
        if one.get("kind") not in {"years", "chassis"}
    ]
    words += [row.position, row.drive, row.transmission, row.body, row.notes]
    return "; ".join(dict.fromkeys(filter(None, words)))
