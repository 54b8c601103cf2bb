"""Editing a listing: one save is one transaction, one version, one revision."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from listings import events, fields
from listings.enums import ChangeReason
from listings.locks import listing_locked
from listings.models import Listing
from listings.services.conflicts import version_conflict
from listings.services.create import free_sku, quantity_request
from listings.services.history import revision_write, texts_keep
from listings.services.proposals import proposals_make
from listings.services.search_index import WORD_FIELDS, search_refresh
from listings.services.shared import constraint_errors, derived_values, log_value, owed_note
from listings.services.validation import clean
from realtrack.core import events as core_events
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import InvalidInput, NotFound, VersionConflict

_MERGE_TRIES = 5  # other savers that may come between reading and writing before we give up


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one save does to a row; `quantity` goes to the ledger, `proposed` to a person."""

    values: dict[str, object]
    owned: list[str]
    quantity: int | None
    proposed: dict[str, object]

    @property
    def is_empty(self) -> bool:
        return not self.values and not self.owned and self.quantity is None


def listing_update(
    *,
    listing_id: uuid.UUID,
    data: Mapping[str, object],
    version: int | None,
    actor: Actor,
    reason: str = ChangeReason.MANUAL_EDIT,
    note: str = "",
    person_fields: Sequence[str] = (),
    confidences: Mapping[str, float] | None = None,
    source_label: str = "",
) -> Listing:
    """Write exactly the fields of `data`; nothing else changes.

    `version` is the one the caller read: if someone saved since, nothing is stored and
    `VersionConflict` says base, theirs and yours by field. `None` means "on top of whatever is
    there", for machines and bulk runs, and takes a row lock. The check and the bump are one
    statement. A machine writes only what no person owns, the rest becomes a proposal (with its
    confidence, 0 to 1). `person_fields` become the person's even where the value is the same.
    Nothing to write: no new version. Raises `InvalidInput`, `NotFound`, `SkuTaken`.
    """
    values = clean(data).values
    unknown = [name for name in person_fields if name not in fields.writable()]
    if unknown:
        raise InvalidInput(fields=dict.fromkeys(unknown, "There is no field of this name."))
    with transaction.atomic():
        current = _current(listing_id, locked=version is None)
        if version is not None and current.version != version:
            raise version_conflict(current, version=version, yours=values)
        change = change_of(current, values, actor=actor, person_fields=person_fields)
        proposals_make(
            listing=current,
            values=change.proposed,
            actor=actor,
            confidences=confidences or {},
            source_label=source_label,
        )
        if change.is_empty:
            return current
        return _store(current, change, actor=actor, reason=reason, note=note, yours=values)


def listing_update_merged(
    *,
    listing_id: uuid.UUID,
    data: Mapping[str, object],
    version: int,
    actor: Actor,
    reason: str = ChangeReason.MANUAL_EDIT,
) -> tuple[Listing, bool]:
    """As `listing_update`, but what does not collide is merged: (listing, whether it was merged).

    A field collides when both sides changed it since `version`, to different values; then
    `VersionConflict` is raised as ever and nothing is stored.
    """
    for attempt in range(_MERGE_TRIES):
        try:
            saved = listing_update(
                listing_id=listing_id, data=data, version=version, actor=actor, reason=reason
            )
        except VersionConflict as conflict:
            if conflict.extra["collisions"] or attempt == _MERGE_TRIES - 1:
                raise
            version = int(conflict.extra["current_version"])
        else:
            return saved, attempt > 0
    raise VersionConflict


def _current(listing_id: uuid.UUID, *, locked: bool) -> Listing:
    if locked:
        return listing_locked(listing_id)
    listing = Listing.objects.filter(pk=listing_id).first()
    if listing is None:
        raise NotFound
    return listing


def change_of(
    current: Listing,
    values: Mapping[str, object],
    *,
    actor: Actor,
    person_fields: Sequence[str] = (),
) -> Change:
    """What writing `values` by this actor changes; reads and stores nothing but a free SKU."""
    wanted = dict(values)
    quantity = wanted.pop(fields.QUANTITY, None)
    if fields.SKU in wanted and not wanted[fields.SKU]:
        wanted[fields.SKU] = free_sku()
    differing = {name: value for name, value in wanted.items() if getattr(current, name) != value}
    proposed: dict[str, object] = {}
    if actor.is_machine:
        owned_now = set(current.person_fields)
        proposed = {name: value for name, value in differing.items() if name in owned_now}
        differing = {name: value for name, value in differing.items() if name not in owned_now}
        claimed = set(person_fields)
    else:
        claimed = set(person_fields) | set(differing)
    if not isinstance(quantity, int) or quantity == current.quantity:
        quantity = None
    return Change(
        values=differing,
        owned=sorted(claimed - set(current.person_fields)),
        quantity=quantity,
        proposed=proposed,
    )


def _store(
    current: Listing,
    change: Change,
    *,
    actor: Actor,
    reason: str,
    note: str,
    yours: Mapping[str, object],
) -> Listing:
    """Check and bump in one statement, then revision, search, events, what is owed."""
    changed = sorted(change.values)
    before = {name: getattr(current, name) for name in changed}
    read_version = current.version
    saved = current
    for name, value in {**change.values, **derived_values(change.values)}.items():
        setattr(saved, name, value)
    saved.person_fields = sorted({*current.person_fields, *change.owned})
    if change.values or change.owned:
        _bump(saved, change, read_version=read_version, actor=actor, yours=yours)
        if "description" in change.values:
            texts_keep([saved.description])
        revision_write(
            saved,
            status_before=saved.status,
            reason=reason,
            changed=changed or change.owned,
            actor=actor,
            note=note,
        )
        search_refresh(saved, words=not WORD_FIELDS.isdisjoint(changed))
        core_events.emit(
            events.ListingUpdated(
                entity_id=saved.pk,
                sku=saved.custom_label_sku,
                version=saved.version,
                reason=reason,
                changes={
                    name: [log_value(name, before[name]), log_value(name, change.values[name])]
                    for name in changed
                },
            ),
            actor=actor,
        )
        owed_note(saved.pk, changed, actor=actor)
    if change.quantity is not None:
        cause = "bulk_import" if actor.kind is ActorKind.IMPORT else "manual_adjust"
        quantity_request(saved, quantity=change.quantity, cause=cause, actor=actor)
    return saved


def _bump(
    saved: Listing,
    change: Change,
    *,
    read_version: int,
    actor: Actor,
    yours: Mapping[str, object],
) -> None:
    now = timezone.now()
    with constraint_errors(saved.custom_label_sku):
        count = Listing.objects.filter(pk=saved.pk, version=read_version).update(
            **change.values,
            **derived_values(change.values),
            person_fields=saved.person_fields,
            version=F("version") + 1,
            updated_at=now,
            updated_by=actor.user_id,
        )
    if count == 0:  # someone else's statement came first
        current = Listing.objects.filter(pk=saved.pk).first()
        if current is None:
            raise NotFound
        raise version_conflict(current, version=read_version, yours=yours)
    saved.version = read_version + 1
    saved.updated_at = now
    saved.updated_by = actor.user_id
