"""A buyer's return says that a car does not fit: the row waits for a person again."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from fitment.events import FitmentDoubted
from fitment.locks import listing_fitments_locked
from fitment.matching import detect
from fitment.models import PartFitment
from fitment.services.shared import listing_touched, vehicle_label
from fitment.vehicle_lookup import lookup_current
from realtrack.core import events as core_events
from realtrack.core.actors import Actor

# What a return leaves of the trust in a row.
_AFTER_RETURN = 0.3


def fitments_doubt(
    *, listing_id: uuid.UUID, vehicle: str, reason: str = "", actor: Actor
) -> list[PartFitment]:
    """Set the verified rows that hold this car ("2009 Toyota Camry") back to review; atomic.

    The marketplaces are owed the list without them. Returns the rows; none where no car is named or
    none of the part's rows holds it. Raises NotFound where the part is gone.
    """
    named = [
        (one.model.id, one.year_start, one.year_end)
        for one in detect(vehicle, lookup_current()).fitments
    ]
    with transaction.atomic():
        _, rows = listing_fitments_locked(listing_id)
        doubted = [
            row
            for row in rows
            if row.verified
            and any(
                row.model_id == model and row.year_start <= last and row.year_end >= first
                for model, first, last in named
            )
        ]
        for row in doubted:
            row.verified, row.verified_by_id, row.verified_at = False, None, None
            row.confidence = min(row.confidence or 1.0, _AFTER_RETURN)
            row.evidence = {
                **row.evidence,
                "returned": f"{timezone.now():%Y-%m-%d}: {vehicle} {reason}".strip()[:200],
                "warnings": sorted({*row.evidence.get("warnings", []), "returned"}),
            }
            row.save()
        if doubted:
            listing_touched(listing_id, is_content=True)
        core_events.emit_many(
            [
                FitmentDoubted(
                    entity_id=row.pk,
                    listing_id=listing_id,
                    vehicle=vehicle_label(row),
                    reason=reason[:200],
                    changes={"verified": [True, False]},
                )
                for row in doubted
            ],
            actor=actor,
        )
    return doubted
