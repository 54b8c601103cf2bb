from __future__ import annotations

import django.db.models.deletion
import django.db.models.expressions
import realtrack.core.ids
from django.conf import settings
from django.db import migrations, models


# The log is partitioned by month; its key holds the partition column, as PostgreSQL demands.
# Statement triggers do not pass from a partitioned table to its partitions, so that the function
# which makes a partition also guards it against TRUNCATE.
AUDIT_SQL = r"""
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TABLE audit_logs (
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    event varchar(80) NOT NULL,
    entity_type varchar(50) NOT NULL,
    entity_id text NOT NULL,
    action varchar(40) NOT NULL,
    actor_id uuid,
    actor_type varchar(20) NOT NULL,
    actor_label varchar(200) NOT NULL,
    changes jsonb NOT NULL,
    metadata jsonb NOT NULL,
    ip_address inet,
    request_id varchar(64) NOT NULL,
    run_id uuid,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX idx_audit_entity ON audit_logs (entity_type, entity_id, created_at DESC);
CREATE INDEX idx_audit_action ON audit_logs (action, created_at DESC);
CREATE INDEX idx_audit_actor ON audit_logs (actor_id, created_at DESC);
CREATE INDEX idx_audit_created ON audit_logs (created_at DESC);
CREATE INDEX idx_audit_event ON audit_logs (event, created_at DESC);
CREATE TRIGGER audit_logs_no_change BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER audit_logs_no_truncate BEFORE TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();

CREATE FUNCTION core_audit_partition(month date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    part text := 'audit_logs_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF audit_logs FOR VALUES FROM (%L) TO (%L)',
        part, first::timestamp AT TIME ZONE 'UTC',
        (first + interval '1 month')::timestamp AT TIME ZONE 'UTC');
    EXECUTE format(
        'CREATE TRIGGER %I BEFORE TRUNCATE ON %I
         FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change()',
        part || '_no_truncate', part);
    RETURN true;
END $$;

-- Whatever no month takes (a clock that is far off) lands here instead of failing its cause.
CREATE TABLE audit_logs_other PARTITION OF audit_logs DEFAULT;
CREATE TRIGGER audit_logs_other_no_truncate BEFORE TRUNCATE ON audit_logs_other
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_audit_partition((date_trunc('month', now()) + n * interval '1 month')::date)
    FROM generate_series(-1, 6) AS n;
"""
AUDIT_REVERSE = """
DROP TABLE audit_logs;
DROP FUNCTION core_audit_partition(date);
DROP FUNCTION core_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="SeedMark",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("fingerprint", models.CharField(max_length=64)),
                ("applied_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "db_table": "seed_marks",
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(AUDIT_SQL, AUDIT_REVERSE)],
            state_operations=[
                migrations.CreateModel(
                    name="AuditLog",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=realtrack.core.ids.uuid7,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("event", models.CharField(max_length=80)),
                        ("entity_type", models.CharField(max_length=50)),
                        ("entity_id", models.TextField()),
                        ("action", models.CharField(max_length=40)),
                        ("actor_id", models.UUIDField(null=True)),
                        ("actor_type", models.CharField(max_length=20)),
                        ("actor_label", models.CharField(default="", max_length=200)),
                        ("changes", models.JSONField(default=dict)),
                        ("metadata", models.JSONField(default=dict)),
                        ("ip_address", models.GenericIPAddressField(null=True)),
                        ("request_id", models.CharField(default="", max_length=64)),
                        ("run_id", models.UUIDField(null=True)),
                    ],
                    options={
                        "db_table": "audit_logs",
                        "ordering": ["-created_at", "-id"],
                        "indexes": [
                            models.Index(
                                fields=["entity_type", "entity_id", "-created_at"],
                                name="idx_audit_entity",
                            ),
                            models.Index(fields=["action", "-created_at"], name="idx_audit_action"),
                            models.Index(
                                fields=["actor_id", "-created_at"], name="idx_audit_actor"
                            ),
                            models.Index(fields=["-created_at"], name="idx_audit_created"),
                            models.Index(fields=["event", "-created_at"], name="idx_audit_event"),
                        ],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="EventDelivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("event_id", models.UUIDField()),
                ("event_created_at", models.DateTimeField()),
                ("event", models.CharField(max_length=80)),
                ("subscriber", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting"),
                            ("claimed", "being delivered"),
                            ("dead", "given up"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(default="")),
            ],
            options={
                "db_table": "event_deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "dead"), _negated=True),
                        fields=["next_attempt", "id"],
                        name="idx_delivery_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event_id", "subscriber"), name="uniq_delivery_event_subscriber"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "claimed", "dead"])),
                        name="delivery_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=realtrack.core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("kind", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("actor_kind", models.CharField(max_length=20)),
                ("actor_label", models.CharField(default="", max_length=200)),
                ("entity_type", models.CharField(default="", max_length=50)),
                ("entity_id", models.TextField(default="")),
                ("params", models.JSONField(default=dict)),
                ("result", models.JSONField(default=dict)),
                ("total", models.PositiveIntegerField(default=0)),
                ("created_count", models.PositiveIntegerField(default=0)),
                ("changed_count", models.PositiveIntegerField(default=0)),
                ("same_count", models.PositiveIntegerField(default=0)),
                ("refused_count", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("started_at", models.DateTimeField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("cancel_requested_at", models.DateTimeField(null=True)),
                ("error", models.TextField(default="")),
                ("idempotency_key", models.CharField(max_length=200, null=True, unique=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "runs",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="RunItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=realtrack.core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("target_type", models.CharField(default="", max_length=50)),
                ("target_id", models.TextField(default="")),
                ("label", models.CharField(default="", max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting"),
                            ("created", "created"),
                            ("changed", "changed"),
                            ("same", "same"),
                            ("refused", "refused"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("reason_code", models.CharField(default="", max_length=60)),
                ("reason", models.TextField(default="")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="core.run",
                    ),
                ),
            ],
            options={
                "db_table": "run_items",
                "ordering": ["position"],
            },
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["state", "-created_at"], name="idx_runs_state"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["kind", "-created_at"], name="idx_runs_kind"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["entity_type", "entity_id"], name="idx_runs_entity"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["pending", "running", "done", "failed", "cancelled"])
                ),
                name="run_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    (
                        "total",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("created_count"), "+", models.F("changed_count")
                                ),
                                "+",
                                models.F("same_count"),
                            ),
                            "+",
                            models.F("refused_count"),
                        ),
                    ),
                    _connector="OR",
                ),
                name="run_done_adds_up",
            ),
        ),
        migrations.AddIndex(
            model_name="runitem",
            index=models.Index(fields=["target_type", "target_id"], name="idx_run_items_target"),
        ),
        migrations.AddIndex(
            model_name="runitem",
            index=models.Index(fields=["run", "state"], name="idx_run_items_state"),
        ),
        migrations.AddConstraint(
            model_name="runitem",
            constraint=models.UniqueConstraint(
                fields=("run", "position"), name="uniq_run_item_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="runitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["pending", "created", "changed", "same", "refused"])
                ),
                name="run_item_state_known",
            ),
        ),
    ]
