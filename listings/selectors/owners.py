"""Who set a field last, when and by which run: read from the revisions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from listings.enums import ChangeReason
from listings.selectors.listing import revisions_of

if TYPE_CHECKING:
    import datetime as dt

_LOOK_BACK = 200  # revisions; older ones say little about who owns a field today


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOwner:
    """The last writer of a field."""

    kind: str
    label: str
    when: dt.datetime
    version: int
    run_id: uuid.UUID | None


def field_owners(listing_id: uuid.UUID) -> dict[str, FieldOwner]:
    """The last writer of each field that was ever written, in one query."""
    rows = revisions_of(listing_id).values_list(
        "changed_fields", "actor_kind", "actor_label", "history_date", "version", "run_id",
        "change_reason",
    )[:_LOOK_BACK]  # fmt: skip
    owners: dict[str, FieldOwner] = {}
    for changed, kind, label, when, version, run_id, reason in rows:
        shown = "rule" if reason == ChangeReason.PRICING_RULE else kind
        for name in changed:
            owners.setdefault(
                name,
                FieldOwner(kind=shown, label=label, when=when, version=version, run_id=run_id),
            )
    return owners
