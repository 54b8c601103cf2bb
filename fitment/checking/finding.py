"""Run the checks and keep what they find; what a person called right stays so."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from fitment.checking.queries import STATEMENTS
from fitment.enums import FindingKind
from fitment.matching import detect
from fitment.models import FitmentFinding, FitmentModelYear, PartFitment
from fitment.vehicle_lookup import lookup_current
from listings.models import Listing
from realtrack.core.errors import Conflict

# Below this, a reading of a title is not sure enough to speak against a fitment.
_SURE = 0.7
_CHUNK = 2000
NO_DATA = "There is no vehicle data to check against; load it with manage.py seed_fitment."


def findings_refresh(listing_ids: Sequence[uuid.UUID] | None = None) -> dict[str, int]:
    """Check all listings, or some, and return how many findings of each kind are open after it.

    Raises Conflict, and leaves the findings as they are, where there is no vehicle data to check
    against. Idempotent. Each check is a transaction of its own, so that none holds the others up.
    """
    if not FitmentModelYear.objects.exists():
        # A check that would refuse everything is suspect, not the fitments.
        raise Conflict(NO_DATA)
    for kinds, statement in STATEMENTS:
        _keep(kinds, statement, {"listings": None if listing_ids is None else list(listing_ids)})
    _titles(listing_ids)
    return findings_counts(listing_ids)


def findings_counts(listing_ids: Sequence[uuid.UUID] | None = None) -> dict[str, int]:
    """Return the open findings by kind; kinds without one are there with 0."""
    found = FitmentFinding.objects.filter(accepted_at__isnull=True)
    if listing_ids is not None:
        found = found.filter(listing_id__in=list(listing_ids))
    counts = dict.fromkeys(FindingKind.values, 0)
    for kind in found.order_by().values_list("kind", flat=True).iterator():
        counts[kind] += 1
    return counts


def _keep(kinds: Sequence[FindingKind], statement: str, params: Mapping[str, Any]) -> None:
    """Bring the stored findings of these kinds in line with what the statement finds now."""
    values = {**params, "kinds": [kind.value for kind in kinds]}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE found ON COMMIT DROP AS {statement}",
            values,
        )
        cursor.execute(
            """
            DELETE FROM fitment_findings a
             WHERE a.kind = ANY(%(kinds)s)
               AND (%(listings)s::uuid[] IS NULL OR a.listing_id = ANY(%(listings)s::uuid[]))
               AND NOT EXISTS (
                   SELECT 1 FROM found WHERE found.listing_id = a.listing_id
                      AND found.kind = a.kind
                      AND found.fitment_id IS NOT DISTINCT FROM a.fitment_id
                      AND found.other_id IS NOT DISTINCT FROM a.other_id)
            """,
            values,
        )
        cursor.execute(
            """
            INSERT INTO fitment_findings
                   (id, created_at, updated_at, kind, listing_id, fitment_id, other_id, detail)
            SELECT uuidv7(), now(), now(), kind, listing_id, fitment_id, other_id, detail
              FROM found
            ON CONFLICT DO NOTHING
            """
        )
        # Tests and callers may run several checks within one transaction.
        cursor.execute("DROP TABLE found")


def _titles(listing_ids: Sequence[uuid.UUID] | None) -> None:
    """Find listings whose title names cars of which none is among their fitments."""
    listings = Listing.objects.filter(fitments__rejected_at__isnull=True).order_by("pk")
    if listing_ids is not None:
        listings = listings.filter(pk__in=list(listing_ids))
    for chunk in _chunks(listings):
        _titles_of(chunk)
    if listing_ids is None:
        # Those whose last vehicle is gone are in no chunk.
        FitmentFinding.objects.filter(kind=FindingKind.TITLE).exclude(
            listing__fitments__rejected_at__isnull=True
        ).delete()


def _chunks(listings: QuerySet[Listing]) -> Iterator[dict[uuid.UUID, str]]:
    last: uuid.UUID | None = None
    while True:
        page = listings if last is None else listings.filter(pk__gt=last)
        rows = dict(page.distinct().values_list("pk", "title")[:_CHUNK])
        if not rows:
            return
        yield rows
        last = max(rows)


def _titles_of(titles: Mapping[uuid.UUID, str]) -> None:
    lookup = lookup_current()
    models: dict[uuid.UUID, set[uuid.UUID]] = {}
    pairs = PartFitment.objects.filter(listing_id__in=list(titles)).order_by()
    for listing_id, model_id in pairs.values_list("listing_id", "model_id"):
        models.setdefault(listing_id, set()).add(model_id)
    wrong: dict[uuid.UUID, str] = {}
    for listing_id, title in titles.items():
        named = {
            one.model.id: f"{one.model.make.name} {one.model.name}"
            for one in detect(title, lookup).fitments
            if one.confidence >= _SURE
        }
        if named and not set(named) & models.get(listing_id, set()):
            wrong[listing_id] = ", ".join(sorted(named.values()))[:300]
    with transaction.atomic():
        known = FitmentFinding.objects.filter(
            kind=FindingKind.TITLE, listing_id__in=list(titles)
        ).in_bulk(field_name="pk")
        right = [one.pk for one in known.values() if wrong.get(one.listing_id) != one.detail]
        FitmentFinding.objects.filter(pk__in=right).delete()
        have = {one.listing_id for one in known.values() if one.pk not in right}
        FitmentFinding.objects.bulk_create(
            [
                FitmentFinding(kind=FindingKind.TITLE, listing_id=listing_id, detail=detail)
                for listing_id, detail in wrong.items()
                if listing_id not in have
            ]
        )
