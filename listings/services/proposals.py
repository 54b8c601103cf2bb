"""What machines would write where a person owns the field: proposed, taken, dropped."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from listings import events
from listings.enums import ChangeReason, ProposalState
from listings.models import Listing, ListingProposal
from listings.wire import wire_value
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence


def proposals_make(
    *,
    listing: Listing,
    values: Mapping[str, object],
    actor: Actor,
    confidences: Mapping[str, float],
    source_label: str = "",
) -> None:
    """Keep each value as an open proposal; a newer one of the same source replaces the older.

    Call inside the transaction of the write that could not be done.
    """
    if not values:
        return
    same = ListingProposal.objects.filter(
        listing=listing, field__in=values, source=actor.kind.value
    )
    dropped = {(one.field, str(one.value)) for one in same.filter(state=ProposalState.DROPPED)}
    rows = [
        ListingProposal(
            listing=listing,
            field=name,
            value=wire_value(value),
            source=actor.kind.value,
            source_label=(source_label or actor.label)[:200],
            confidence=_confidence(confidences.get(name)),
            run_id=actor.run_id,
        )
        for name, value in values.items()
        # What a person dropped once is not asked again by the same source.
        if (name, str(wire_value(value))) not in dropped
    ]
    if not rows:
        return
    same.filter(state=ProposalState.OPEN).update(
        state=ProposalState.SUPERSEDED, decided_at=timezone.now()
    )
    ListingProposal.objects.bulk_create(rows)
    names: Sequence[str] = sorted(row.field for row in rows)
    core_events.emit(
        events.ListingProposalMade(entity_id=listing.pk, field_names=tuple(names)), actor=actor
    )


def _confidence(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 3)))


def proposal_take(*, proposal_id: uuid.UUID, actor: Actor) -> Listing:
    """Write the proposed value as the person's own; raises `Conflict` if it was decided before."""
    from listings.services.update import listing_update  # update makes proposals: a cycle

    with transaction.atomic():
        proposal = _open_locked(proposal_id)
        _decide(proposal, ProposalState.TAKEN, actor)
        return listing_update(
            listing_id=proposal.listing_id,
            data={proposal.field: proposal.value},
            version=None,
            actor=actor,
            reason=ChangeReason.PROPOSAL_TAKEN,
            note=f"proposed by {proposal.source_label or proposal.source}",
            person_fields=[proposal.field],
        )


def proposal_drop(*, proposal_id: uuid.UUID, actor: Actor) -> None:
    """Say no to a proposal; the same source does not propose the same value again."""
    with transaction.atomic():
        _decide(_open_locked(proposal_id), ProposalState.DROPPED, actor)


def _open_locked(proposal_id: uuid.UUID) -> ListingProposal:
    proposal = (
        ListingProposal.objects.select_for_update(of=("self",)).filter(pk=proposal_id).first()
    )
    if proposal is None:
        raise NotFound
    if proposal.state != ProposalState.OPEN:
        message = f"This proposal was {proposal.get_state_display().lower()} already."
        raise Conflict(message)
    return proposal


def _decide(proposal: ListingProposal, state: ProposalState, actor: Actor) -> None:
    proposal.state = state
    proposal.decided_by = actor.user_id
    proposal.decided_at = timezone.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at", "updated_at"])
    core_events.emit(
        events.ListingProposalDecided(
            entity_id=proposal.listing_id, field_name=proposal.field, state=state.value
        ),
        actor=actor,
    )
