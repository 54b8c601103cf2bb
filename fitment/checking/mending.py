"""What a person does about a finding."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from fitment.checking.finding import findings_refresh
from fitment.enums import FindingKind
from fitment.events import FindingAccepted
from fitment.models import FitmentFinding, FitmentModelYear, PartFitment
from fitment.services.detect import fitments_detect
from fitment.services.fitments import fitment_correct, fitment_remove
from fitment.services.shared import person_id
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound

# Which answers a kind of finding takes, the likeliest first; `right` is one of all.
ANSWERS: dict[str, tuple[tuple[str, str], ...]] = {
    FindingKind.DUPLICATE: (("join", "Make one of both"),),
    FindingKind.COMMENT: (
        ("with", "Keep the one with the comment"),
        ("without", "Keep the one without"),
    ),
    FindingKind.LIFE: (("trim", "Cut to the model's life"),),
    FindingKind.TITLE: (("read", "Read the words again"),),
    FindingKind.OVERLAP: (),
    FindingKind.MARKET: (),
}
RIGHT = "right"


def finding_answer(*, finding_id: uuid.UUID, answer: str, actor: Actor) -> None:
    """Mend a finding as a person says, or note that it is right as it is; atomic.

    What is changed goes through the services of fitments and is in their log. Raises NotFound where
    the finding is gone, InvalidInput for an answer that its kind does not take or a machine.
    """
    if actor.is_machine:
        raise InvalidInput("Only a person decides about a finding.")
    with transaction.atomic():
        found = (
            FitmentFinding.objects.select_for_update(of=("self",))
            .select_related("fitment", "other")
            .filter(pk=finding_id)
            .first()
        )
        if found is None:
            raise NotFound("This finding is not there any more.")
        if answer != RIGHT and answer not in dict(ANSWERS[found.kind]):
            raise InvalidInput(fields={"answer": "This finding takes no such answer."})
        if answer == RIGHT:
            found.accepted_at, found.accepted_by_id = timezone.now(), person_id(actor)
            found.save(update_fields=["accepted_at", "accepted_by", "updated_at"])
            core_events.emit(
                FindingAccepted(entity_id=found.listing_id, kind=found.kind, detail=found.detail),
                actor=actor,
            )
            return
        listing_id = found.listing_id
        _mend(found, answer, actor)
        findings_refresh([listing_id])


def _mend(found: FitmentFinding, answer: str, actor: Actor) -> None:
    one, other = found.fitment, found.other
    if answer == "read":
        fitments_detect(listing_id=found.listing_id, actor=actor)
    elif answer == "trim" and one is not None:
        _trim(one, actor)
    elif answer == "join" and one is not None and other is not None:
        _join(one, other, actor)
    elif one is not None and other is not None:
        bare, said = (other, one) if _has_comment(one) else (one, other)
        fitment_remove(fitment_id=(bare if answer == "with" else said).pk, actor=actor)


def _has_comment(row: PartFitment) -> bool:
    return bool(row.notes or row.qualifiers)


def _trim(row: PartFitment, actor: Actor) -> None:
    years = list(
        FitmentModelYear.objects.filter(
            model_id=row.model_id, year__range=(row.year_start, row.year_end)
        ).values_list("year", flat=True)
    )
    if not years:
        fitment_remove(fitment_id=row.pk, actor=actor)
        return
    fitment_correct(
        fitment_id=row.pk,
        changes={"year_start": min(years), "year_end": max(years)},
        actor=actor,
    )


def _join(one: PartFitment, other: PartFitment, actor: Actor) -> None:
    """Keep what is verified; of two alike the first, with the years of both.

    A verified row is never widened by a proposal, and one of all engines holds the other's years
    only where it had them.
    """
    if one.verified != other.verified:
        keep, gone = (one, other) if one.verified else (other, one)
        fitment_remove(fitment_id=gone.pk, actor=actor)
        return
    keep, gone = one, other
    is_inside = keep.year_start <= gone.year_start and keep.year_end >= gone.year_end
    if not is_inside and keep.engine_id != gone.engine_id:
        # "All engines, 07-09" and "2.4, 08-11" are two facts; cut the second to what it adds.
        start = keep.year_end + 1 if gone.year_end > keep.year_end else gone.year_start
        end = gone.year_end if gone.year_end > keep.year_end else keep.year_start - 1
        fitment_correct(
            fitment_id=gone.pk, changes={"year_start": start, "year_end": end}, actor=actor
        )
        return
    start, end = min(keep.year_start, gone.year_start), max(keep.year_end, gone.year_end)
    fitment_remove(fitment_id=gone.pk, actor=actor)
    if not is_inside:
        # The other's key may be exactly the one that this row gets: a rejected row must not stand
        # in its way.
        PartFitment.everything.filter(pk=gone.pk).delete()
        fitment_correct(
            fitment_id=keep.pk, changes={"year_start": start, "year_end": end}, actor=actor
        )
