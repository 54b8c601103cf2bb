"""Two listings become one, looked at first, and taken back where nobody built on it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_fsm import can_proceed

from listings import events, fields
from listings.enums import ChangeReason, ListingStatus
from listings.locks import listings_locked
from listings.models import Listing, ListingMerge, ListingRevision
from listings.services.conflicts import version_conflict
from listings.services.life import listing_status_put_back, listing_transition
from listings.services.revisions import revision_description
from listings.services.update import listing_update
from realtrack.core import events as core_events
from realtrack.core import registry
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.events import plain

# Each listing's own, or not of the part: never moved.
_OWN = frozenset(
    {fields.SKU, fields.QUANTITY, fields.TEAM, "action", "relationship", "relationship_details",
     "schedule_time", "currency"}
)  # fmt: skip
# A number is nothing without its unit: these go together, named by the first.
_GROUPS = {
    "weight": ("weight", "weight_unit"),
    "package_length": ("package_length", "package_width", "package_height", "size_unit"),
}
_UNITS = frozenset({"weight_unit", "size_unit"})
_GROUPED = frozenset(name for names in _GROUPS.values() for name in names) - frozenset(_GROUPS)
_OE = "c_oe_oem_part_number"
# Both sides' values are kept: numbers by which the part is found, and aspects.
_JOINED = frozenset({_OE, fields.ITEM_SPECIFICS})


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRow:
    """A field in which the two differ; `result` is what the kept one would have."""

    name: str
    label: str
    kept: object
    gone: object
    result: object
    is_choice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """What a merge would do: differing fields, what moves, and reasons why it cannot be."""

    kept: Listing
    gone: Listing
    rows: tuple[MergeRow, ...]
    moves: tuple[str, ...]
    refusals: tuple[str, ...]


def merge_preview(
    *, kept_id: uuid.UUID, gone_id: uuid.UUID, take: Sequence[str] = ()
) -> MergePreview:
    """Look at a merge; stores nothing. `take` names fields whose value comes from the one that goes.

    Raises `InvalidInput` (the same twice, a field that cannot be taken), `NotFound`.
    """
    kept, gone = _both(list(Listing.objects.filter(pk__in=(kept_id, gone_id))), kept_id, gone_id)
    return _preview(kept, gone, take)


def listings_merge(
    *,
    kept_id: uuid.UUID,
    gone_id: uuid.UUID,
    actor: Actor,
    take: Sequence[str] = (),
    kept_version: int | None = None,
    gone_version: int | None = None,
) -> ListingMerge:
    """Make two listings one, in one transaction: the second goes to the archive and points here.

    The kept one's empty fields are filled from the other, `take` names those that come from it in
    any case; each app moves its rows (stock through the ledger, photos, vehicles) or refuses.
    Nothing is deleted: revisions of both stay. Raises `Conflict` with all reasons in
    `extra["reasons"]`, `VersionConflict` where a given version is stale, `InvalidInput`,
    `NotFound`; then nothing is stored.
    """
    with transaction.atomic():
        kept, gone = _both(listings_locked((kept_id, gone_id)), kept_id, gone_id)
        for listing, version in ((kept, kept_version), (gone, gone_version)):
            if version is not None and listing.version != version:
                raise version_conflict(listing, version=version, yours={})
        _must_be_possible(_preview(kept, gone, take))
        data = _data(kept, gone, take)
        version_before, status_before = kept.version, str(gone.status)
        saved = listing_update(
            listing_id=kept.pk,
            data=data,
            version=None,
            actor=actor,
            reason=ChangeReason.MERGE,
            note=f"with {gone.custom_label_sku}",
        )
        records = {
            key: plain(one.move(kept.pk, gone.pk, actor))
            for key, one in registry.merge_participants.items()
        }
        listing_transition(
            listing_id=gone.pk,
            to=ListingStatus.ARCHIVED,
            actor=actor,
            reason=ChangeReason.MERGE,
            note=f"into {kept.custom_label_sku}",
        )
        merge = ListingMerge.objects.create(
            kept=kept,
            gone=gone,
            kept_version_before=version_before,
            kept_version_after=saved.version,
            taken=sorted(data),
            gone_status=status_before,
            records=records,
            created_by=actor.user_id,
        )
        core_events.emit(events.ListingsMerged(**_told(merge)), actor=actor)
    return merge


def merge_undo(*, merge_id: uuid.UUID, actor: Actor) -> ListingMerge:
    """Take a merge back, all or nothing: what was moved returns, the archive gives its part back.

    A field that somebody changed since stays. Raises `Conflict` (undone already, a later merge
    rests on it, the pieces were sold), `NotFound`.
    """
    with transaction.atomic():
        peek = ListingMerge.objects.filter(pk=merge_id).first()
        if peek is None:
            raise NotFound
        kept, gone = _both(
            listings_locked((peek.kept_id, peek.gone_id)), peek.kept_id, peek.gone_id
        )
        merge = ListingMerge.objects.select_for_update(of=("self",)).get(pk=merge_id)
        if merge.undone_at is not None:
            message = "This merge was taken back already."
            raise Conflict(message)
        if ListingMerge.objects.filter(gone=kept, undone_at__isnull=True).exists():
            message = (
                f"{kept.custom_label_sku} was merged into another part later; undo that first."
            )
            raise Conflict(message)
        merge.undone_at, merge.undone_by = timezone.now(), actor.user_id
        merge.save(update_fields=["undone_at", "undone_by", "updated_at"])
        listing_status_put_back(
            listing_id=gone.pk,
            to=merge.gone_status,
            actor=actor,
            note=f"merge into {kept.custom_label_sku} taken back",
        )
        for key, one in reversed(list(registry.merge_participants.items())):
            if key in merge.records:
                one.take_back(kept.pk, gone.pk, merge.records[key], actor)
        listing_update(
            listing_id=kept.pk,
            data=_before(kept, merge),
            version=None,
            actor=actor,
            reason=ChangeReason.RESTORE,
            note=f"merge with {gone.custom_label_sku} taken back",
        )
        core_events.emit(events.ListingsUnmerged(**_told(merge)), actor=actor)
    return merge


def _told(merge: ListingMerge) -> dict[str, Any]:
    return {
        "entity_id": str(merge.kept_id),
        "merge_id": str(merge.pk),
        "gone_id": str(merge.gone_id),
        "sku": merge.kept.custom_label_sku,
        "gone_sku": merge.gone.custom_label_sku,
    }


def _both(
    found: Sequence[Listing], kept_id: uuid.UUID, gone_id: uuid.UUID
) -> tuple[Listing, Listing]:
    if kept_id == gone_id:
        message = "Choose two different parts."
        raise InvalidInput(message, fields={"gone_id": message})
    by_id = {one.pk: one for one in found}
    if kept_id not in by_id or gone_id not in by_id:
        raise NotFound
    return by_id[kept_id], by_id[gone_id]


def _preview(kept: Listing, gone: Listing, take: Sequence[str]) -> MergePreview:
    unknown = [name for name in take if name not in _movable()]
    if unknown:
        raise InvalidInput(fields=dict.fromkeys(unknown, "This field stays with its part."))
    data = _data(kept, gone, take)
    rows = []
    for name in _movable():
        if all(_value(kept, one) == _value(gone, one) for one in _GROUPS.get(name, (name,))):
            continue
        before, other = getattr(kept, name), getattr(gone, name)
        rows.append(
            MergeRow(
                name=name,
                label=fields.label(name),
                kept=before,
                gone=other,
                result=data.get(name, before),
                is_choice=_is_filled(kept, name) and _is_filled(gone, name) and name != _OE,
            )
        )
    plans = [one.plan(kept.pk, gone.pk) for one in registry.merge_participants.values()]
    return MergePreview(
        kept=kept,
        gone=gone,
        rows=tuple(rows),
        moves=tuple(text for plan in plans for text in plan.moves),
        refusals=(*_refusals(kept, gone), *(text for plan in plans for text in plan.refusals)),
    )


def _must_be_possible(preview: MergePreview) -> None:
    if preview.refusals:
        reasons = list(preview.refusals)
        raise Conflict(" ".join(reasons), code="cannot_merge", extra={"reasons": reasons})


def _refusals(kept: Listing, gone: Listing) -> list[str]:
    found = []
    if kept.status == ListingStatus.ARCHIVED:
        found.append(f"{kept.custom_label_sku} lies in the archive; take it out first.")
    if gone.status == ListingStatus.ARCHIVED or not can_proceed(gone.to_archived):
        state = gone.get_status_display().lower()
        found.append(f"{gone.custom_label_sku} is {state} and cannot go to the archive.")
    if kept.currency != gone.currency:
        found.append(
            f"Their prices are in {kept.currency} and {gone.currency}; bring them to one currency."
        )
    return found


def _movable() -> tuple[str, ...]:
    return tuple(
        name for name in fields.snapshot_fields() if name not in _OWN and name not in _GROUPED
    )


def _value(listing: Listing, name: str) -> object:
    value = getattr(listing, name)
    return None if value in ("", {}) else value


def _is_filled(listing: Listing, name: str) -> bool:
    names = [one for one in _GROUPS.get(name, (name,)) if one not in _UNITS]
    return any(_value(listing, one) is not None for one in names)


def _data(kept: Listing, gone: Listing, take: Sequence[str]) -> dict[str, object]:
    """What is written into the kept one: gaps filled, chosen fields, both sides' numbers."""
    data: dict[str, object] = {}
    for name in _movable():
        if not _is_filled(gone, name):
            continue
        if name in _JOINED and _is_filled(kept, name):
            joined = _joined(kept, gone, name, gone_first=name in take)
            if joined != getattr(kept, name):
                data[name] = joined
        elif name in take or not _is_filled(kept, name):
            data.update({one: getattr(gone, one) for one in _GROUPS.get(name, (name,))})
    return data


def _joined(kept: Listing, gone: Listing, name: str, *, gone_first: bool) -> object:
    first, second = (gone, kept) if gone_first else (kept, gone)
    if name == _OE:
        texts = f"{first.c_oe_oem_part_number}|{second.c_oe_oem_part_number}".split("|")
        return "|".join(dict.fromkeys(text.strip() for text in texts if text.strip()))
    return {**second.item_specifics, **first.item_specifics}


def _before(kept: Listing, merge: ListingMerge) -> Mapping[str, object]:
    """The fields that the merge wrote and nobody changed since, as they were."""
    rows = ListingRevision.objects.filter(
        id=kept.pk, version__in=(merge.kept_version_before, merge.kept_version_after)
    )
    by_version = {one.version: one for one in rows}
    before = by_version[merge.kept_version_before]
    after = by_version[merge.kept_version_after]
    return {
        name: _of(before, name) for name in merge.taken if _of(after, name) == getattr(kept, name)
    }


def _of(revision: ListingRevision, name: str) -> object:
    return revision_description(revision) if name == "description" else getattr(revision, name)
