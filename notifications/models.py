from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from notifications.enums import NotificationType, Severity
from realtrack.core.models import UuidModel


class Notification(UuidModel):
    """Something that a person should know. Holds no buyer data.

    Without a recipient it goes to everyone whose role has `right`; what each has read stands in
    `NotificationState`.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="notifications",
    )
    right = models.CharField(max_length=60)
    type = models.CharField(max_length=50, choices=NotificationType.choices)
    title = models.CharField(max_length=200)
    body = models.TextField(default="", blank=True)
    icon = models.CharField(max_length=30, default="", blank=True)
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.INFO)
    entity_type = models.CharField(max_length=50, default="", blank=True)
    entity_id = models.TextField(default="", blank=True)
    action_url = models.TextField(default="", blank=True)
    # The event that caused it: a second delivery makes no second notification.
    event_id = models.UUIDField(null=True, unique=True)

    class Meta:
        db_table = "notifications"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values),
                name="notification_severity_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["recipient", "-created_at"], name="idx_notif_recipient"),
            models.Index(fields=["type", "-created_at"], name="idx_notif_type"),
            models.Index(fields=["-created_at"], name="idx_notif_created"),
        ]

    def __str__(self) -> str:
        return self.title


class NotificationState(models.Model):
    """What one person has read or put away."""

    id = models.BigAutoField(primary_key=True)
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="states")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notification_states",
    )
    read_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notification_states"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["notification", "user"], name="uniq_notification_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notification_id} {self.user_id}"


class NotificationMark(models.Model):
    """Up to when a person has read all: one row instead of one per notification."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="notification_mark",
    )
    all_read_until = models.DateTimeField()

    class Meta:
        db_table = "notification_marks"

    def __str__(self) -> str:
        return str(self.user_id)
