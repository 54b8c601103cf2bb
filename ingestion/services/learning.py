"""Corrections teach: a brand or part type that a person put right is right the next time.

Only what no list knows is learned: a known brand is never turned into another one by a slip.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from ingestion import events
from ingestion.enums import AliasKind
from ingestion.models import AiResult, LearnedAlias
from ingestion.pipeline.fields import FieldName, FieldValue
from ingestion.reference.phrases import words_of
from ingestion.services.trade import trade_tables
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, NotFound

# Below the threshold of approval: what was learned once is looked at again.
_LEARNED = 0.8
_MAX = 65


def folded(text: str) -> str:
    """Return words as they are compared: folded, single spaces."""
    return " ".join(words_of(text))[:_MAX]


def corrections_learn(
    *, result: AiResult, corrected: Mapping[str, object], actor: Actor
) -> list[LearnedAlias]:
    """Keep what a person's corrections teach; inside the approval's transaction."""
    if actor.is_machine:
        return []
    learned: list[LearnedAlias] = []
    for kind in AliasKind:
        value = str(corrected.get(kind.value, "") or "").strip()[:_MAX]
        read = folded(str(result.normalised.get(kind.value, {}).get("value", "")))
        if not value or not read or read == folded(value) or _is_known(kind, read):
            continue
        alias, _ = LearnedAlias.objects.update_or_create(
            kind=kind,
            read=read,
            undone_at=None,
            defaults={"value": value, "result": result, "learned_by_id": actor.user_id},
        )
        learned.append(alias)
    return learned


def _is_known(kind: AliasKind, read: str) -> bool:
    tables = trade_tables()
    table = tables.brands if kind is AliasKind.BRAND else tables.part_types
    return table.get(read) is not None


def with_learned(fields: Mapping[FieldName, FieldValue]) -> dict[FieldName, FieldValue]:
    """Return the fields with what was learned in place of what was read."""
    found = dict(fields)
    for kind in AliasKind:
        name = FieldName(kind.value)
        field = found.get(name)
        if field is None or not field.value:
            continue
        alias = LearnedAlias.objects.filter(
            kind=kind, read=folded(field.value), undone_at__isnull=True
        ).first()
        if alias is not None:
            found[name] = replace(
                field,
                value=alias.value,
                confidence=max(field.confidence, _LEARNED),
                reason=f"read as {field.value}; learned from a correction",
            )
    return found


def alias_undo(*, alias_id: uuid.UUID, actor: Actor) -> LearnedAlias:
    """Take back what was learned; drafts made with it stay. Raises NotFound, Conflict."""
    with transaction.atomic():
        alias = LearnedAlias.objects.select_for_update(of=("self",)).filter(pk=alias_id).first()
        if alias is None:
            message = "This was never learned."
            raise NotFound(message)
        if alias.undone_at is not None:
            message = "This was taken back before."
            raise Conflict(message)
        alias.undone_at = timezone.now()
        alias.save(update_fields=["undone_at", "updated_at"])
        core_events.emit(
            events.AliasUndone(
                entity_id=alias.pk, metadata={"read": alias.read, "value": alias.value}
            ),
            actor=actor,
        )
    return alias
