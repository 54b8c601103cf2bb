"""Reads of uploaded files, their rows, and the ids that rows wait for."""

from __future__ import annotations

import uuid

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from fitment.enums import AcesFileKind, AcesRowState
from fitment.models import (
    AcesCode,
    AcesDue,
    AcesMissing,
    AcesRow,
    AcesUpload,
    FitmentEngine,
    FitmentModelYear,
)
from fitment.naming import name_key, slugify_name
from listings.part_numbers import normalise
from realtrack.core.errors import NotFound

_CHOICES = 20


def uploads_list(*, kind: str = "") -> QuerySet[AcesUpload]:
    """Return uploaded files with their runs, newest first."""
    found = AcesUpload.objects.select_related("run").order_by("-created_at", "-pk")
    return found.filter(kind=kind) if kind in AcesFileKind.values else found


def upload_get(upload_id: uuid.UUID) -> AcesUpload:
    """Return a file; raises NotFound."""
    found = AcesUpload.objects.select_related("run").filter(pk=upload_id).first()
    if found is None:
        raise NotFound("There is no such file.")
    return found


def rows_list(*, upload: AcesUpload, state: str = "", q: str = "") -> QuerySet[AcesRow]:
    """Return a file's rows in its order; `q` is an App id, a part number, or an id as `Make:76`."""
    found = upload.rows.order_by("position")
    if state in AcesRowState.values:
        found = found.filter(state=state)
    text = q.strip()
    if not text:
        return found
    if ":" in text:
        return found.filter(missing__contains=[text])
    named = Q(part_key=normalise(text)) if normalise(text) else Q(pk=None)
    if text.isascii() and text.isdigit() and len(text) < 19:
        named |= Q(app_id=int(text))
    return found.filter(named)


def missing_list(*, kind: str = "") -> QuerySet[AcesMissing]:
    """Return the ids that rows wait for, those first that free the most."""
    found = AcesMissing.objects.order_by("-frees", "-row_count", "kind", "code")
    if kind:
        found = found.filter(kind=kind)
    named = AcesCode.objects.filter(kind=OuterRef("kind"), code=OuterRef("code"))
    return found.annotate(
        known_as=Coalesce(Subquery(named.values("name")[:1]), Value("")),
        others=F("row_count") - F("frees"),
    )


def missing_kinds() -> list[tuple[str, int]]:
    """Return kinds of ids that rows wait for, with the number of ids."""
    counts: dict[str, int] = {}
    for kind in AcesMissing.objects.order_by("kind").values_list("kind", flat=True):
        counts[kind] = counts.get(kind, 0) + 1
    return list(counts.items())


def missing_rows(*, kind: str, code: int) -> QuerySet[AcesRow]:
    """Return the rows that wait for an id, with their files."""
    return (
        AcesRow.objects.filter(
            state=AcesRowState.UNRESOLVED, is_live=True, missing__contains=[f"{kind}:{code}"]
        )
        .select_related("upload")
        .order_by("upload_id", "position")
    )


def fits_waiting() -> int:
    """Return how many part numbers wait to be fitted."""
    return AcesDue.objects.count()


def codes_count() -> dict[str, int]:
    """Return how many ids of each kind the customer's table holds."""
    counts: dict[str, int] = {}
    for kind in AcesCode.objects.order_by("kind").values_list("kind", flat=True).iterator():
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def vehicle_choices(q: str) -> list[FitmentModelYear]:
    """Return model years that the words name, such as `2007 camry` or `toyota cam 07`."""
    words = q.split()
    years = [int(one) for one in words if one.isascii() and one.isdigit() and len(one) == 4]
    names = [one for one in words if not (one.isascii() and one.isdigit() and len(one) == 4)]
    if not names:
        return []
    found = FitmentModelYear.objects.select_related("model__make").filter(
        model__merged_into=None, model__make__merged_into=None
    )
    for name in names:
        key, slug = name_key(name), slugify_name(name)
        found = found.filter(
            Q(model__slug__contains=slug)
            | Q(model__make__slug__startswith=slug)
            | Q(model__aliases__key=key)
            | Q(model__make__aliases__key=key)
        )
    if years:
        found = found.filter(year__in=years)
    ordered = found.order_by("model__make__name", "model__name", "-year").distinct()
    return list(ordered[:_CHOICES])


def engine_choices(q: str) -> list[FitmentEngine]:
    """Return engines whose code holds these words."""
    found = FitmentEngine.objects.filter(merged_into=None).order_by("displacement_l", "code")
    for word in q.split():
        found = found.filter(code__icontains=word)
    return list(found[:_CHOICES])
