"""The one writer of revisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils import timezone

from listings.models import Listing, ListingRevision, ListingText, text_hash
from realtrack.core.actors import Actor

_COPIED = tuple(
    field.attname
    for field in Listing._meta.concrete_fields  # noqa: SLF001 - Django's documented API of models
    if field.name != "description"
)


def texts_keep(contents: Iterable[str]) -> None:
    """Store descriptions once per content; one statement, none when all are empty."""
    rows = {text_hash(content): content for content in contents if content}
    if rows:
        ListingText.objects.bulk_create(
            [ListingText(hash=key, content=content) for key, content in rows.items()],
            ignore_conflicts=True,
        )


def revision_of(
    listing: Listing,
    *,
    status_before: str,
    reason: str,
    changed: Sequence[str],
    actor: Actor,
    note: str = "",
    kind: str = "~",
) -> ListingRevision:
    """An unsaved revision of the listing as it stands in memory, which must be what was stored."""
    return ListingRevision(
        **{name: getattr(listing, name) for name in _COPIED},
        status_before=status_before,
        change_reason=reason,
        changed_fields=list(changed),
        actor_kind=actor.kind.value,
        actor_label=actor.label[:200],
        run_id=actor.run_id,
        history_user_id=actor.user_id,
        history_date=timezone.now(),
        history_change_reason=note[:500] or None,
        history_type=kind,
    )


def revision_write(
    listing: Listing,
    *,
    status_before: str,
    reason: str,
    changed: Sequence[str],
    actor: Actor,
    note: str = "",
    kind: str = "~",
) -> ListingRevision:
    """Write the revision of the version that was just stored; call inside its transaction.

    A version that has a revision already fails the save: one version, one row.
    """
    revision = revision_of(
        listing,
        status_before=status_before,
        reason=reason,
        changed=changed,
        actor=actor,
        note=note,
        kind=kind,
    )
    ListingRevision.objects.bulk_create([revision])
    return revision
