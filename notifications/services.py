"""Writes of notifications, and the word to open pages after the commit."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from notifications import live, selectors
from notifications.enums import NotificationType, Severity
from notifications.models import Notification, NotificationMark, NotificationState
from realtrack.core.rights import Right
from settings_app.models import User


def notification_create(
    *,
    type: NotificationType,  # noqa: A002 - the column's name
    title: str,
    right: Right,
    severity: Severity = Severity.INFO,
    body: str = "",
    icon: str = "bell",
    recipient_id: uuid.UUID | None = None,
    entity_type: str = "",
    entity_id: str = "",
    action_url: str = "",
    event_id: uuid.UUID | None = None,
) -> Notification | None:
    """Tell a person, or all whose role has `right`; open pages hear of it after the commit.

    A second call with the same `event_id` does nothing and returns None.
    """
    values = {
        "type": type, "title": title[:200], "right": right.value, "severity": severity,
        "body": body, "icon": icon, "recipient_id": recipient_id, "entity_type": entity_type,
        "entity_id": str(entity_id), "action_url": action_url,
    }  # fmt: skip
    with transaction.atomic():
        if event_id is None:
            found, created = Notification.objects.create(**values), True
        else:
            found, created = Notification.objects.get_or_create(event_id=event_id, defaults=values)
        if not created:
            return None
        transaction.on_commit(lambda: live.tell_bells(recipient_id))
    return found


def notification_read(*, notification_id: uuid.UUID, user: User) -> None:
    """Mark one as read; raises NotFound when it is not this user's."""
    selectors.notification_for(user, notification_id)
    with transaction.atomic():
        NotificationState.objects.update_or_create(
            notification_id=notification_id,
            user=user,
            defaults={"read_at": timezone.now()},
        )
        transaction.on_commit(lambda: live.tell_bells(user.pk))


def notification_read_all(*, user: User) -> None:
    """Mark everything up to now as read."""
    with transaction.atomic():
        NotificationMark.objects.update_or_create(
            user=user, defaults={"all_read_until": timezone.now()}
        )
        transaction.on_commit(lambda: live.tell_bells(user.pk))


def notification_dismiss(*, notification_id: uuid.UUID, user: User) -> None:
    """Put one away for this user; raises NotFound when it is not this user's."""
    selectors.notification_for(user, notification_id)
    with transaction.atomic():
        NotificationState.objects.update_or_create(
            notification_id=notification_id,
            user=user,
            defaults={"read_at": timezone.now(), "dismissed_at": timezone.now()},
        )
        transaction.on_commit(lambda: live.tell_bells(user.pk))
