"""The verification queue: one part after another, never the same one before two people.

A part waits as long as it has a proposed vehicle; the oldest proposal is first. Who has a part before
him holds its claim, which ends by itself, so that a closed browser holds nothing up.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from fitment.errors import QueueTaken
from fitment.events import FitmentAdded
from fitment.locks import listing_fitments_locked
from fitment.models import FitmentClaim, PartFitment
from fitment.services.fitments import fitment_remove, fitments_verify
from fitment.services.shared import listing_touched, person_id, vehicle_label
from listings.models import Listing
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput

if TYPE_CHECKING:
    from settings_app.models import User

CLAIM_SECONDS = 180
# So many proposals are looked through for a part that nobody else has before him.
_AHEAD = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision did; `waiting` proposals of the part are left."""

    verified: tuple[uuid.UUID, ...]
    rejected: tuple[uuid.UUID, ...]
    waiting: int


def queue_claim(*, user: User, actor: Actor, after: uuid.UUID | None = None) -> Listing | None:
    """Take the next part that waits; nobody else gets it for three minutes.

    `after` goes on behind that part and comes round at the end; None where nothing is free.
    """
    for listing_id in _candidates(user, after):
        if _claimed(listing_id, actor):
            found = Listing.objects.visible_to(user).filter(pk=listing_id).first()
            if found is not None:
                return found
    return None


def queue_claim_one(*, listing_id: uuid.UUID, actor: Actor) -> bool:
    """Take this part; False where another person has it before him."""
    return _claimed(listing_id, actor)


def _candidates(user: User, after: uuid.UUID | None) -> list[uuid.UUID]:
    waiting = PartFitment.objects.filter(
        verified=False, listing__in=Listing.objects.visible_to(user).values("pk")
    ).order_by("created_at")
    behind = waiting
    if after is not None:
        # One detection makes all proposals of a part at about one time: its newest is its place.
        last = waiting.filter(listing_id=after).order_by("-created_at").first()
        behind = waiting.filter(created_at__gt=last.created_at) if last is not None else waiting
    found = list(behind.values_list("listing_id", flat=True)[:_AHEAD])
    if after is not None:
        found += [
            one for one in waiting.values_list("listing_id", flat=True)[:_AHEAD] if one != after
        ]
        found.append(after)
    held = set(
        FitmentClaim.objects.filter(listing__in=set(found), until__gt=timezone.now())
        .exclude(by=user)
        .values_list("listing_id", flat=True)
    )
    waits = set(waiting.filter(listing__in=set(found)).values_list("listing_id", flat=True))
    return [one for one in dict.fromkeys(found) if one not in held and one in waits]


def _claimed(listing_id: uuid.UUID, actor: Actor) -> bool:
    """Take a part's claim where it is free, ours or over; one statement decides between two."""
    by, now = person_id(actor), timezone.now()
    if by is None:
        raise InvalidInput("Only a person verifies fitments.")
    until = now + timedelta(seconds=CLAIM_SECONDS)
    FitmentClaim.objects.bulk_create(
        [FitmentClaim(listing_id=listing_id, by_id=by, until=until)], ignore_conflicts=True
    )
    free = Q(by_id=by) | Q(until__lt=now)
    return bool(
        FitmentClaim.objects.filter(free, listing_id=listing_id).update(by_id=by, until=until)
    )


def queue_decide(
    *,
    listing_id: uuid.UUID,
    verify_ids: Sequence[uuid.UUID] = (),
    reject_ids: Sequence[uuid.UUID] = (),
    actor: Actor,
) -> Decided:
    """Verify and reject proposals of the part that the actor has before him; atomic.

    Raises QueueTaken where another person has it by now, and then nothing is changed. Rows that were
    decided meanwhile are left alone.
    """
    by = person_id(actor)
    if by is None:
        raise InvalidInput("Only a person verifies fitments.")
    with transaction.atomic():
        # In the order of docs/locks.md: the part, then what hangs on it.
        list(
            Listing.objects.filter(pk=listing_id)
            .select_for_update(of=("self",))
            .values_list("pk", flat=True)
        )
        claim = FitmentClaim.objects.select_for_update().filter(listing_id=listing_id).first()
        if claim is None or (claim.by_id != by and claim.until > timezone.now()):
            raise QueueTaken
        waiting = set(
            PartFitment.objects.filter(listing_id=listing_id, verified=False).values_list(
                "pk", flat=True
            )
        )
        verify = [one for one in dict.fromkeys(verify_ids) if one in waiting]
        reject = [one for one in dict.fromkeys(reject_ids) if one in waiting and one not in verify]
        if verify:
            fitments_verify(fitment_ids=verify, actor=actor)
        for one in reject:
            fitment_remove(fitment_id=one, actor=actor)
        left = len(waiting) - len(verify) - len(reject)
        if left:
            claim.by_id = by
            claim.until = timezone.now() + timedelta(seconds=CLAIM_SECONDS)
            claim.save(update_fields=["by", "until"])
        else:
            claim.delete()
    return Decided(verified=tuple(verify), rejected=tuple(reject), waiting=left)


def queue_undo(
    *,
    listing_id: uuid.UUID,
    verified_ids: Sequence[uuid.UUID] = (),
    rejected_ids: Sequence[uuid.UUID] = (),
    actor: Actor,
) -> int:
    """Set rows of a part back to proposed: what was verified, and what was rejected; atomic.

    Rows that are no longer so are left alone. Returns how many wait again.
    """
    with transaction.atomic():
        _, rows = listing_fitments_locked(listing_id)
        back = [row for row in rows if row.pk in set(rejected_ids) and row.rejected_at is not None]
        for row in back:
            row.rejected_at, row.rejected_by_id = None, None
            row.save(update_fields=["rejected_at", "rejected_by", "updated_at"])
            core_events.emit(
                FitmentAdded(
                    entity_id=row.pk,
                    listing_id=listing_id,
                    vehicle=vehicle_label(row),
                    source=row.source,
                ),
                actor=actor,
            )
        if back:
            listing_touched(listing_id, is_content=False)
        again = [row.pk for row in rows if row.pk in set(verified_ids) and row.verified]
        if again:
            fitments_verify(fitment_ids=again, verified=False, actor=actor)
    return len(back) + len(again)


def queue_release(*, listing_id: uuid.UUID, actor: Actor) -> None:
    """Give a part back unseen; idempotent, another person's claim stays."""
    FitmentClaim.objects.filter(listing_id=listing_id, by_id=person_id(actor)).delete()
