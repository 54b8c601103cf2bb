"""A part that we have already: the reading adds a piece to its listing instead of a second one."""

from __future__ import annotations

import uuid

from django.db import transaction

from ingestion import events
from ingestion.enums import ReviewStatus
from ingestion.locks import job_locked, result_locked
from ingestion.models import AiResult
from ingestion.services.review import check_open, job_settle, mark_reviewed
from inventory.services import stock_adjust
from listings.models import Listing
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, NotFound


def result_add_to_stock(
    *, result_id: uuid.UUID, actor: Actor, pieces: int = 1
) -> tuple[AiResult, Listing]:
    """Add pieces to the listing that has the same number, and decide the reading; once.

    The listing's own photos and fields stay. Raises NotFound, Conflict (decided before, or no part
    of ours has the number), InvalidInput (no whole number of pieces).
    """
    peek = AiResult.objects.filter(pk=result_id).first()
    if peek is None:
        message = "This result does not exist."
        raise NotFound(message)
    with transaction.atomic():
        job = job_locked(peek.job_id)
        result = result_locked(result_id)
        if result.review_status == ReviewStatus.APPROVED and result.listing is not None:
            return result, result.listing
        check_open(job, result)
        listing = result.matched_existing
        if listing is None:
            message = "No part of ours has this number."
            raise Conflict(message)
        stock_adjust(
            listing_id=listing.pk,
            change=pieces,
            actor=actor,
            reason="Another piece, from photos",
            idempotency_key=f"intake:{result.pk}",
        )
        result.listing = listing
        result.review_status = ReviewStatus.APPROVED
        result.review_notes = f"Added {pieces} to stock."
        mark_reviewed(result, actor)
        if job.listing_id is None:
            job.listing = listing
        job_settle(job, actor=actor)
        core_events.emit(
            events.ResultStocked(
                entity_id=result.pk,
                listing_id=str(listing.pk),
                job_id=str(job.pk),
                pieces=pieces,
            ),
            actor=actor,
        )
    return result, listing
