from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from realtrack.core.ids import uuid7


class UuidModel(models.Model):
    """Base of every table of ours: a time-ordered UUID and the two times."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class AuditLog(models.Model):
    """One thing that happened: audit log and outbox in one; see `core.events`.

    The table is partitioned by month of `created_at` and append-only (triggers in the migration);
    its real key is (id, created_at).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField()
    event = models.CharField(max_length=80)
    entity_type = models.CharField(max_length=50)
    entity_id = models.TextField()
    action = models.CharField(max_length=40)
    actor_id = models.UUIDField(null=True)
    actor_type = models.CharField(max_length=20)
    actor_label = models.CharField(max_length=200, default="")
    changes = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    ip_address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, default="")
    run_id = models.UUIDField(null=True)

    class Meta:
        db_table = "audit_logs"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["entity_type", "entity_id", "-created_at"],
                name="idx_audit_entity",
            ),
            models.Index(fields=["action", "-created_at"], name="idx_audit_action"),
            models.Index(fields=["actor_id", "-created_at"], name="idx_audit_actor"),
            models.Index(fields=["-created_at"], name="idx_audit_created"),
            models.Index(fields=["event", "-created_at"], name="idx_audit_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.entity_id}"


class DeliveryState(models.TextChoices):
    PENDING = "pending", "waiting"
    CLAIMED = "claimed", "being delivered"
    DEAD = "dead", "given up"


class EventDelivery(models.Model):
    """What a subscriber is still owed of an event. Done ones are deleted.

    No foreign key: the log is partitioned; event id and time find its row.
    """

    id = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField()
    event_created_at = models.DateTimeField()
    event = models.CharField(max_length=80)
    subscriber = models.CharField(max_length=120)
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        db_table = "event_deliveries"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["event_id", "subscriber"], name="uniq_delivery_event_subscriber"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DeliveryState.values),
                name="delivery_state_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_attempt", "id"],
                name="idx_delivery_due",
                condition=~models.Q(state="dead"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.subscriber}"


class RunState(models.TextChoices):
    PENDING = "pending", "waiting"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class Run(UuidModel):
    """Work on many rows, as a row that a person can read: preview, progress, retry, history.

    `jobId` on the wire is its id. It ends as done only if
    created + changed + same + refused = total.
    """

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.PENDING)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="runs",
    )
    actor_kind = models.CharField(max_length=20)
    actor_label = models.CharField(max_length=200, default="")
    entity_type = models.CharField(max_length=50, default="")
    entity_id = models.TextField(default="")
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    same_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    error = models.TextField(default="")
    idempotency_key = models.CharField(max_length=200, null=True, unique=True)

    class Meta:
        db_table = "runs"
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="run_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RunState.DONE)
                | models.Q(
                    total=models.F("created_count")
                    + models.F("changed_count")
                    + models.F("same_count")
                    + models.F("refused_count")
                ),
                name="run_done_adds_up",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-created_at"], name="idx_runs_state"),
            models.Index(fields=["kind", "-created_at"], name="idx_runs_kind"),
            models.Index(fields=["entity_type", "entity_id"], name="idx_runs_entity"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def done(self) -> int:
        """Rows with a verdict so far."""
        return self.created_count + self.changed_count + self.same_count + self.refused_count

    @property
    def seconds(self) -> float | None:
        """How long it took or has taken up to its last sign of life."""
        end = self.finished_at or self.heartbeat_at
        return (end - self.started_at).total_seconds() if self.started_at and end else None


class RunItemState(models.TextChoices):
    PENDING = "pending", "waiting"
    CREATED = "created", "created"
    CHANGED = "changed", "changed"
    SAME = "same", "same"
    REFUSED = "refused", "refused"


class RunItem(models.Model):
    """One row's verdict in a run, with its reason, and what undo needs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    target_type = models.CharField(max_length=50, default="")
    target_id = models.TextField(default="")
    label = models.CharField(max_length=200, default="")
    state = models.CharField(
        max_length=10, choices=RunItemState.choices, default=RunItemState.PENDING
    )
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason_code = models.CharField(max_length=60, default="")
    reason = models.TextField(default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "run_items"
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "position"], name="uniq_run_item_position"),
            models.CheckConstraint(
                condition=models.Q(state__in=RunItemState.values),
                name="run_item_state_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["target_type", "target_id"], name="idx_run_items_target"),
            models.Index(fields=["run", "state"], name="idx_run_items_state"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.position}"


class SeedMark(models.Model):
    """Which version of a seed was loaded, so that the second start skips it."""

    key = models.CharField(max_length=80, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    applied_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "seed_marks"

    def __str__(self) -> str:
        return self.key


__all__ = [
    "AuditLog",
    "DeliveryState",
    "EventDelivery",
    "Run",
    "RunItem",
    "RunItemState",
    "RunState",
    "SeedMark",
    "UuidModel",
]
