"""Reads of the log, of deliveries and of runs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from realtrack.core.errors import NotAllowed
from realtrack.core.models import AuditLog, DeliveryState, EventDelivery, Run
from realtrack.core.rights import Right, user_can

if TYPE_CHECKING:
    import datetime

    from settings_app.models import User


def run_list(*, kind: str = "", state: str = "") -> QuerySet[Run]:
    """Return runs, newest first."""
    found = Run.objects.select_related("user").order_by("-created_at", "-id")
    if kind:
        found = found.filter(kind=kind)
    return found.filter(state=state) if state else found


def run_get(run_id: uuid.UUID) -> Run | None:
    """Return the run, or None."""
    return Run.objects.select_related("user").filter(pk=run_id).first()


def run_check_steerable(run: Run, user: User) -> None:
    """Raise NotAllowed unless it is this user's run or the role may steer others' runs."""
    if run.user_id != user.pk and not user_can(user, Right.RUNS_STEER_OTHERS):
        raise NotAllowed("This run was started by somebody else; a manager may steer it.")


def audit_list(
    *,
    entity_type: str = "",
    entity_id: str = "",
    action: str = "",
    event: str = "",
    actor_id: uuid.UUID | None = None,
    since: datetime.datetime | None = None,
) -> QuerySet[AuditLog]:
    """Return log rows, newest first."""
    found = AuditLog.objects.order_by("-created_at", "-id")
    filters = {
        "entity_type": entity_type,
        "entity_id": entity_id,
        "action": action,
        "event": event,
        "actor_id": actor_id,
        "created_at__gte": since,
    }
    return found.filter(**{name: value for name, value in filters.items() if value})


def dead_deliveries() -> QuerySet[EventDelivery]:
    """Return the deliveries that were given up, oldest first."""
    return EventDelivery.objects.filter(state=DeliveryState.DEAD).order_by("id")
