"""Revisions of many listings in one statement: copied from the rows as they were just stored."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from listings.models import Listing, ListingRevision
from listings.services.rows import as_json
from realtrack.core.actors import Actor
from realtrack.core.ids import uuid7

_SHARED = tuple(
    field.column
    for field in Listing._meta.concrete_fields  # noqa: SLF001 - Django's documented API of models
    if field.name != "description"
)
_OWN = {
    "status_before": "new.status_before",
    "change_reason": "%(reason)s",
    "changed_fields": "new.changed",
    "actor_kind": "%(kind)s",
    "actor_label": "%(label)s",
    "run_id": "%(run)s::uuid",
    "history_id": "new.history_id",
    "history_user_id": "%(user)s::uuid",
    "history_date": "%(now)s",
    "history_change_reason": "NULL",
    "history_type": "%(type)s",
}
_COLUMNS = ", ".join(f'"{name}"' for name in (*_SHARED, *_OWN))
_TAKEN = ", ".join((*(f'listings."{name}"' for name in _SHARED), *_OWN.values()))
# The names are our model's own columns; every value is a parameter.
_INSERT = (
    f"INSERT INTO {ListingRevision._meta.db_table} ({_COLUMNS}) SELECT {_TAKEN}"  # noqa: S608, SLF001
    " FROM json_to_recordset(%(rows)s::json) AS"
    " new(id uuid, history_id uuid, status_before varchar, changed varchar[])"
    " JOIN listings ON listings.id = new.id"
)


def revisions_write(
    changed: Mapping[uuid.UUID, Sequence[str]],
    *,
    status_before: Mapping[uuid.UUID, str],
    reason: str,
    actor: Actor,
    kind: str = "~",
) -> None:
    """Write the revision of the version that each of these listings now has, by one statement.

    `changed` names the fields by listing. Call inside the transaction that stored them. A version
    that has a revision already fails all. Raises `IntegrityError`.
    """
    if not changed:
        return
    rows: list[dict[str, object]] = [
        {
            "id": pk,
            "history_id": uuid7(),
            "status_before": status_before.get(pk, ""),
            "changed": list(names),
        }
        for pk, names in changed.items()
    ]
    values: dict[str, Any] = {
        "rows": as_json(rows),
        "reason": reason,
        "kind": actor.kind.value,
        "label": actor.label[:200],
        "run": actor.run_id,
        "user": actor.user_id,
        "now": timezone.now(),
        "type": kind,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        if cursor.rowcount != len(rows):
            message = "listings without a row were to be kept in the history"
            raise RuntimeError(message)
