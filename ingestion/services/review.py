"""A person (or enough confidence) decides: a reading becomes a draft with its photos, or nothing."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ingestion import events
from ingestion.enums import AssetStatus, JobStatus, ReviewStatus
from ingestion.locks import job_locked, result_locked
from ingestion.models import AiResult, IngestionJob
from ingestion.pipeline.contract import Refused
from ingestion.pipeline.drafting import COLUMNS, DraftInput, DraftStep, Vehicle
from ingestion.pipeline.fields import FieldName
from ingestion.services.assets import assets_attach
from ingestion.services.learning import corrections_learn
from listings.enums import ChangeReason
from listings.fields import by_name
from listings.models import Listing
from listings.services import listing_create
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound

# A reviewer who went to lunch gives the part back.
CLAIM_SECONDS = 180
_VEHICLE_FIELDS = frozenset({"make", "model", "years"})
_QUANTITY = "quantity"
# Short names that reviewers' pages and clients use beside the catalog's own.
_MORE_COLUMNS = {
    "sku": "custom_label_sku",
    "description": "description",
    "category": "category_id",
}


def result_approve(
    *, result_id: uuid.UUID, fields: Mapping[str, object], actor: Actor
) -> tuple[AiResult, Listing]:
    """Make the draft of a reading, with its photos, primary first; once, however often it is asked.

    `fields` are a person's corrections, by the reading's names (`brand`, `mpn`, `price` …) or by
    the catalog's (`c_brand` …); an empty one clears. What a person approves or corrects is the
    person's; what confidence alone approves is nobody's. Raises NotFound, Conflict (decided
    before, or cancelled), InvalidInput by field.
    """
    peek = AiResult.objects.filter(pk=result_id).values_list("job_id", flat=True).first()
    if peek is None:
        message = "This result does not exist."
        raise NotFound(message)
    with transaction.atomic():
        job = job_locked(peek)
        result = result_locked(result_id)
        if result.listing_id is not None and result.review_status != ReviewStatus.REJECTED:
            return _decided_before(result, fields)
        check_open(job, result)
        data, corrected = draft_of(result, fields)
        automatic = actor.is_machine
        try:
            listing = listing_create(
                data=data,
                actor=actor,
                reason=ChangeReason.AI_UPDATE if automatic else ChangeReason.CREATED,
                person_fields=[] if automatic else sorted(data),
                note=f"From photos, job {job.pk}.",
            )
        except InvalidInput as error:
            raise _in_our_names(error) from error
        photo_ids = list(
            result.photos.filter(deleted_at__isnull=True)
            .exclude(status=AssetStatus.FAILED)
            .order_by("sort_order", "pk")
            .values_list("pk", flat=True)
        )
        assets_attach(asset_ids=photo_ids, listing_id=listing.pk, actor=actor)
        result.listing = listing
        result.review_status = ReviewStatus.AUTO_APPROVED if automatic else ReviewStatus.APPROVED
        result.corrections = corrected
        corrections_learn(result=result, corrected=corrected, actor=actor)
        mark_reviewed(result, actor)
        if job.listing_id is None:
            job.listing = listing
        if job.status != JobStatus.AI_COMPLETE:
            job_settle(job, actor=actor)
        else:
            job.save(update_fields=["listing", "updated_at"])
        core_events.emit(
            events.ResultApproved(
                entity_id=result.pk,
                listing_id=str(listing.pk),
                job_id=str(job.pk),
                automatic=automatic,
            ),
            actor=actor,
        )
    return result, listing


def _decided_before(result: AiResult, fields: Mapping[str, object]) -> tuple[AiResult, Listing]:
    """The same approval again (a second click, a repeated request) gets the first one's draft."""
    listing = result.listing
    if listing is None or any(
        str(value) != str(result.corrections.get(name, value)) for name, value in fields.items()
    ):
        message = "This part was approved before; change its listing."
        raise Conflict(message, extra={"listing_id": str(result.listing_id)})
    return result, listing


def check_open(job: IngestionJob, result: AiResult) -> None:
    """Raise Conflict where a part cannot be decided any more; its rows are locked."""
    if job.status == JobStatus.CANCELLED:
        message = "This job was cancelled."
        raise Conflict(message)
    if result.review_status != ReviewStatus.NEEDS_REVIEW:
        message = f"This part is {result.get_review_status_display()} already."
        raise Conflict(message)


def draft_of(
    result: AiResult, fields: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Return (columns of the draft, what a person changed); raises InvalidInput for unknown fields.

    A title that was not typed is composed anew, so that it follows the corrections.
    """
    values = {FieldName(name): str(one.get("value", "")) for name, one in result.normalised.items()}
    proposed = {**values}
    values.pop(FieldName.TITLE, None)
    columns: dict[str, object] = {}
    vehicle = dict(_vehicle_of(result))
    unknown: dict[str, str] = {}
    corrected: dict[str, object] = {}
    by_column = {column: name for name, column in COLUMNS.items()}
    for name, value in fields.items():
        text = "" if value is None else value
        field = _field_named(name, by_column)
        if name in _VEHICLE_FIELDS:
            vehicle[name] = str(text).strip()
        elif field is not None:
            if str(text).strip() == proposed.get(field, ""):
                continue
            values[field] = str(text).strip()
        elif name in _MORE_COLUMNS or name in by_name() or name == "item_specifics":
            columns[_MORE_COLUMNS.get(name, name)] = text
        else:
            unknown[name] = "There is no field of this name."
            continue
        corrected[name] = text
    if unknown:
        raise InvalidInput(fields=unknown)
    draft = DraftStep().run(DraftInput(values=values, vehicle=_vehicle(vehicle)))
    if isinstance(draft, Refused):
        raise InvalidInput(draft.message)
    draft.update({name: value for name, value in columns.items() if value != ""})
    return draft, corrected


def _field_named(name: str, by_column: Mapping[str, FieldName]) -> FieldName | None:
    if name in by_column:
        return by_column[name]
    try:
        return FieldName(name)
    except ValueError:
        return None


def _vehicle_of(result: AiResult) -> dict[str, str]:
    for one in result.extracted_fitment_raw:
        years = [int(year) for year in one.get("years", [])]
        span = f"{min(years)}-{max(years)}" if years else ""
        return {"make": one.get("make", ""), "model": one.get("model", ""), "years": span}
    make = result.normalised.get(FieldName.MAKE.value, {})
    return {"make": str(make.get("value", "")), "model": "", "years": ""}


def _vehicle(words: Mapping[str, str]) -> Vehicle:
    """`years` as `2015-2018` or `2015`; anything else is refused by name."""
    span = words.get("years", "").replace("–", "-").replace(" ", "")
    years: tuple[int, ...] = ()
    if span:
        first, _, last = span.partition("-")
        try:
            years = tuple(sorted({int(first), int(last or first)}))
        except ValueError as error:
            raise InvalidInput(fields={"years": "Type years such as 2015-2018."}) from error
    return Vehicle(make=words.get("make", ""), model=words.get("model", ""), years=years)


def _in_our_names(error: InvalidInput) -> InvalidInput:
    """The catalog names its columns; the reviewer sees the reading's names."""
    names = {column: name.value for name, column in COLUMNS.items()} | {
        column: name for name, column in _MORE_COLUMNS.items()
    }
    return InvalidInput(
        error.message,
        fields={names.get(column, column): texts for column, texts in error.fields.items()},
    )


def result_reject(*, result_id: uuid.UUID, reason: str, actor: Actor) -> AiResult:
    """Say that nothing shall come of a reading; its photos become free. Raises NotFound, Conflict."""
    peek = AiResult.objects.filter(pk=result_id).values_list("job_id", flat=True).first()
    if peek is None:
        message = "This result does not exist."
        raise NotFound(message)
    with transaction.atomic():
        job = job_locked(peek)
        result = result_locked(result_id)
        check_open(job, result)
        result.review_status = ReviewStatus.REJECTED
        result.review_notes = reason.strip()[:2000]
        mark_reviewed(result, actor)
        job_settle(job, actor=actor)
        core_events.emit(
            events.ResultRejected(
                entity_id=result.pk, job_id=str(job.pk), metadata={"reason": result.review_notes}
            ),
            actor=actor,
        )
    return result


def mark_reviewed(result: AiResult, actor: Actor) -> None:
    """Note who decided, give the part back, save; inside the caller's transaction."""
    result.reviewed_by_id = actor.user_id if not actor.is_machine else None
    result.reviewed_at = timezone.now()
    result.claimed_by = None
    result.claimed_until = None
    result.save()


def job_settle(job: IngestionJob, *, actor: Actor | None = None) -> None:
    """Set a locked job's status by its results; inside the caller's transaction."""
    states = set(job.results.values_list("review_status", flat=True))
    if ReviewStatus.NEEDS_REVIEW in states:
        job.status, job.review_status = JobStatus.REVIEW_REQUIRED, ReviewStatus.NEEDS_REVIEW
    elif ReviewStatus.APPROVED in states:
        job.status, job.review_status = JobStatus.APPROVED, ReviewStatus.APPROVED
    elif ReviewStatus.AUTO_APPROVED in states:
        job.status, job.review_status = JobStatus.APPROVED, ReviewStatus.AUTO_APPROVED
    else:
        job.status, job.review_status = JobStatus.REJECTED, ReviewStatus.REJECTED
    job.heartbeat_at = None
    if actor is not None and not actor.is_machine:
        job.reviewed_by_id = actor.user_id
        job.reviewed_at = timezone.now()
    job.save()


def result_claim(
    *, actor: Actor, after: uuid.UUID | None = None, result_id: uuid.UUID | None = None
) -> AiResult | None:
    """Take the next part to review, or the one of `result_id`; nobody else gets it for 3 minutes.

    Oldest first; `after` skips on from that one. None where nothing is free.
    """
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now) | Q(claimed_by_id=actor.user_id)
    waiting = AiResult.objects.filter(free, review_status=ReviewStatus.NEEDS_REVIEW).exclude(
        job__status=JobStatus.AI_COMPLETE
    )
    if result_id is not None:
        waiting = waiting.filter(pk=result_id)
    elif after is not None:
        waiting = waiting.filter(pk__gt=after)
    with transaction.atomic():
        result = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
        if result is None:
            return None
        result.claimed_by_id = actor.user_id
        result.claimed_until = now + datetime.timedelta(seconds=CLAIM_SECONDS)
        result.save(update_fields=["claimed_by", "claimed_until", "updated_at"])
    return result
