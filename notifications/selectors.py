"""What a person is told, and how much of it is new."""

from __future__ import annotations

import uuid

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import ExpressionWrapper

from notifications.models import Notification, NotificationMark, NotificationState
from realtrack.core.errors import NotFound
from realtrack.core.rights import rights_of
from settings_app.models import User

# The bell shows "99+" above; counting further would cost and tell nothing.
COUNT_CAP = 100


def notifications_for(user: User, *, unread: bool = False) -> QuerySet[Notification]:
    """Return what this user is told, newest first, each with `is_read`; put-away ones left out; `unread` ones only where asked.

    Broadcasts from before the account existed are not news to it.
    """
    rights = sorted(right.value for right in rights_of(user.role))
    states = NotificationState.objects.filter(notification=OuterRef("pk"), user=user)
    mark = NotificationMark.objects.filter(user=user).first()
    read = Exists(states.filter(read_at__isnull=False))
    is_read = Q(read)
    if mark is not None:
        is_read |= Q(created_at__lte=mark.all_read_until)
    found = (
        Notification.objects.filter(
            Q(recipient=user)
            | Q(
                recipient__isnull=True,
                right__in=rights,
                created_at__gte=user.created_at,
            )
        )
        .exclude(Exists(states.filter(dismissed_at__isnull=False)))
        .annotate(is_read=ExpressionWrapper(is_read, output_field=BooleanField()))
        .order_by("-created_at", "-id")
    )
    return found.filter(is_read=False) if unread else found


def unread_count(user: User) -> int:
    """Return how many are new, at most COUNT_CAP."""
    return notifications_for(user, unread=True)[:COUNT_CAP].count()


def notification_for(user: User, notification_id: uuid.UUID) -> Notification:
    """Return one of this user's notifications; raises NotFound for any other."""
    found = notifications_for(user).filter(pk=notification_id).first()
    if found is None:
        raise NotFound("This notification does not exist.")
    return found
