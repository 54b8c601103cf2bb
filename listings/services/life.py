"""Moving a listing through its life, into the trash and back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_fsm import can_proceed

from listings import events, fields
from listings.enums import ChangeReason, ListingStatus
from listings.errors import NotReady
from listings.health import Health, health_of
from listings.locks import listing_locked
from listings.models import Listing, ListingMerge, ListingSearch
from listings.services.conflicts import version_conflict
from listings.services.history import revision_write
from listings.services.search_index import photos_of, search_refresh
from listings.services.shared import constraint_errors, owed_kind_note
from listings.transitions import NEEDS_COMPLETENESS, allowed_from
from listings.wire import wire_value
from realtrack.core import events as core_events
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import Conflict, IllegalTransition, InvalidInput

_ENDS = frozenset({ListingStatus.DELISTED, ListingStatus.ARCHIVED, ListingStatus.SOLD})


def listing_transition(
    *,
    listing_id: uuid.UUID,
    to: str,
    actor: Actor,
    version: int | None = None,
    note: str = "",
    reason: str = ChangeReason.STATUS_CHANGE,
) -> Listing:
    """Move to another status under a row lock; the status that it has already is no move.

    Raises `IllegalTransition` with the allowed moves, `NotReady` with what is missing,
    `VersionConflict` where `version` is given and stale, `NotFound`.
    """
    target = _target(to)
    with transaction.atomic():
        listing = listing_locked(listing_id)
        if version is not None and listing.version != version:
            raise version_conflict(listing, version=version, yours={})
        before = str(listing.status)
        if before == target:
            return listing
        if before == ListingStatus.ARCHIVED:
            _not_merged_away(listing)
        move = getattr(listing, f"to_{target.value}")
        if not can_proceed(move):
            raise illegal_move(before, target)
        if target in NEEDS_COMPLETENESS and not _reported(target, actor):
            _must_be_complete(listing)
        move()
        _step(listing, actor=actor)
        revision_write(
            listing,
            status_before=before,
            reason=reason,
            changed=["status"],
            actor=actor,
            note=note,
        )
        search_refresh(listing, words=False)
        core_events.emit(
            events.ListingTransitioned(
                entity_id=listing.pk,
                sku=listing.custom_label_sku,
                version=listing.version,
                status_before=before,
                status_after=target.value,
                changes={"status": [before, target.value]},
                metadata={"note": note} if note else {},
            ),
            actor=actor,
        )
        if before == ListingStatus.PUBLISHED and target in _ENDS - {ListingStatus.SOLD}:
            _end_owed(listing, actor)
    return listing


def listing_status_put_back(*, listing_id: uuid.UUID, to: str, actor: Actor, note: str) -> Listing:
    """Undo a move: back to the status that it had, where the life of a listing has no such way.

    Only for what takes back its own move, in the transaction of the undo. Raises `Conflict` where
    it left the archive meanwhile.
    """
    target = _target(to)
    with transaction.atomic():
        listing = listing_locked(listing_id)
        before = str(listing.status)
        if before != ListingStatus.ARCHIVED:
            message = f"{listing.custom_label_sku} is {before} now; it left the archive meanwhile."
            raise Conflict(message)
        listing.status = target.value
        _step(listing, actor=actor)
        revision_write(
            listing,
            status_before=before,
            reason=ChangeReason.RESTORE,
            changed=["status"],
            actor=actor,
            note=note,
        )
        search_refresh(listing, words=False)
        core_events.emit(
            events.ListingTransitioned(
                entity_id=listing.pk,
                sku=listing.custom_label_sku,
                version=listing.version,
                status_before=before,
                status_after=target.value,
                changes={"status": [before, target.value]},
                metadata={"note": note},
            ),
            actor=actor,
        )
    return listing


def listing_delete(*, listing_id: uuid.UUID, actor: Actor, version: int | None = None) -> Listing:
    """Put into the trash: out of lists and search, its SKU free again, its history kept."""
    with transaction.atomic():
        listing = listing_locked(listing_id)
        if version is not None and listing.version != version:
            raise version_conflict(listing, version=version, yours={})
        listing.deleted_at = timezone.now()
        _step(listing, actor=actor)
        revision_write(
            listing,
            status_before=listing.status,
            reason=ChangeReason.DELETE,
            changed=["deleted_at"],
            actor=actor,
            kind="-",
        )
        search_refresh(listing, words=False)
        core_events.emit(
            events.ListingDeleted(
                entity_id=listing.pk, sku=listing.custom_label_sku, version=listing.version
            ),
            actor=actor,
        )
        _end_owed(listing, actor)
    return listing


def listing_restore(*, listing_id: uuid.UUID, actor: Actor) -> Listing:
    """Take out of the trash; a live one stays as it is. What was published comes back delisted.

    Raises `SkuTaken` where another part took the SKU meanwhile.
    """
    with transaction.atomic():
        listing = listing_locked(listing_id, with_deleted=True)
        if listing.deleted_at is None:
            return listing
        before = str(listing.status)
        listing.deleted_at = None
        if before == ListingStatus.PUBLISHED:  # its live pages were ended when it went
            listing.to_delisted()
        with constraint_errors(listing.custom_label_sku):
            _step(listing, actor=actor)
        revision_write(
            listing,
            status_before=before,
            reason=ChangeReason.RESTORE,
            changed=["deleted_at"],
            actor=actor,
            kind="+",
        )
        search_refresh(listing, words=False)
        core_events.emit(
            events.ListingRestored(
                entity_id=listing.pk, sku=listing.custom_label_sku, version=listing.version
            ),
            actor=actor,
        )
    return listing


def listing_health(listing: Listing, *, evidence: Mapping[str, str] | None = None) -> Health:
    """Its health with the photos, cars and channels that it has now.

    `evidence` are values that a person may take for what is missing, by field.
    """
    kept = ListingSearch.objects.filter(pk=listing.pk).values_list(
        "vehicle_count", "channel_states"
    )
    vehicle_count, channel_states = kept.first() or (0, {})
    return health_of(
        listing,
        photo_count=len(photos_of([listing.pk]).get(listing.pk, ())),
        vehicle_count=vehicle_count,
        channel_states=channel_states,
        evidence=evidence,
    )


def illegal_move(before: str, target: ListingStatus) -> IllegalTransition:
    """The error for a move that the life of a listing does not have."""
    allowed = allowed_from(before)
    message = f"A {before} part cannot become {target.value}. Possible: {', '.join(allowed)}."
    return IllegalTransition(
        message, extra={"from": before, "to": target.value, "allowed": allowed}
    )


def _not_merged_away(listing: Listing) -> None:
    """What it had is another part's now; only taking the merge back gives it a life again."""
    merge = ListingMerge.objects.filter(gone=listing, undone_at__isnull=True).first()
    if merge is not None:
        message = (
            f"{listing.custom_label_sku} was merged into {merge.kept.custom_label_sku}; take the"
            " merge back there."
        )
        raise Conflict(message, code="merged", extra={"kept_id": str(merge.kept_id)})


def _target(to: str) -> ListingStatus:
    try:
        return ListingStatus(to)
    except ValueError as error:
        message = f"One of: {', '.join(ListingStatus.values)}."
        raise InvalidInput(fields={"status": message}) from error


def _reported(target: ListingStatus, actor: Actor) -> bool:
    """A marketplace or our own publishing reports what is live; that is a fact, not a wish."""
    machines = {ActorKind.MARKETPLACE, ActorKind.SYSTEM}
    return target is ListingStatus.PUBLISHED and actor.kind in machines


def _must_be_complete(listing: Listing) -> None:
    blocking = listing_health(listing).blocking
    if not blocking:
        return
    missing = [
        {
            "code": issue.code,
            "field": fields.api_name(issue.field),
            "message": issue.message,
            "fix": wire_value(issue.fix.value if issue.fix else None),
        }
        for issue in blocking
    ]
    listed = "; ".join(issue.message for issue in blocking)
    message = f"This part is not complete yet: {listed}."
    by_field = {issue.field: issue.message for issue in blocking}
    raise NotReady(message, fields=by_field, extra={"missing": missing})


def _step(listing: Listing, *, actor: Actor) -> None:
    """Store status and deletion with the next version; the row is locked by the caller."""
    now = timezone.now()
    if listing.status == ListingStatus.PUBLISHED and listing.published_at is None:
        listing.published_at = now
    Listing.all_objects.filter(pk=listing.pk, version=listing.version).update(
        status=listing.status,
        deleted_at=listing.deleted_at,
        published_at=listing.published_at,
        version=F("version") + 1,
        updated_at=now,
        updated_by=actor.user_id,
    )
    listing.version += 1
    listing.updated_at = now
    listing.updated_by = actor.user_id


def _end_owed(listing: Listing, actor: Actor) -> None:
    if actor.kind is not ActorKind.MARKETPLACE:
        owed_kind_note(listing.pk, "end")
