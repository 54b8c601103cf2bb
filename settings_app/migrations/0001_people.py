from __future__ import annotations

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import realtrack.core.ids


class Migration(migrations.Migration):
    initial = True

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Team",
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
                ("name", models.CharField(max_length=100, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "teams",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="PricingRule",
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
                ("name", models.CharField(max_length=100)),
                (
                    "rule_type",
                    models.CharField(
                        choices=[
                            ("markup", "Markup"),
                            ("markdown", "Markdown"),
                            ("round", "Rounding"),
                            ("min_margin", "Least margin"),
                            ("competitive", "Competitive"),
                        ],
                        max_length=30,
                    ),
                ),
                ("channel", models.CharField(blank=True, default="", max_length=30)),
                (
                    "category_id",
                    models.CharField(blank=True, default="", max_length=20),
                ),
                ("brand", models.CharField(blank=True, default="", max_length=100)),
                ("parameters", models.JSONField(default=dict)),
                ("priority", models.IntegerField(default=0)),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "pricing_rules",
                "ordering": ["priority", "created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rule_type__in",
                                [
                                    "markup",
                                    "markdown",
                                    "round",
                                    "min_margin",
                                    "competitive",
                                ],
                            )
                        ),
                        name="pricing_rule_type_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShippingProfile",
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
                ("name", models.CharField(max_length=100)),
                ("carrier", models.CharField(max_length=50)),
                ("service", models.CharField(max_length=100)),
                (
                    "handling_time",
                    models.PositiveSmallIntegerField(default=1, help_text="business days"),
                ),
                (
                    "cost_type",
                    models.CharField(
                        choices=[
                            ("flat", "Flat"),
                            ("calculated", "Calculated"),
                            ("free", "Free"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "flat_cost",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True),
                ),
                ("weight_based", models.BooleanField(default=False)),
                ("domestic_only", models.BooleanField(default=True)),
                ("is_default", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("parameters", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "shipping_profiles",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="uniq_shipping_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost_type__in", ["flat", "calculated", "free"])),
                        name="shipping_cost_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("flat_cost__isnull", True),
                            ("flat_cost__gte", 0),
                            _connector="OR",
                        ),
                        name="shipping_flat_cost_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cost_type", "flat"), _negated=True),
                            ("flat_cost__isnull", False),
                            _connector="OR",
                        ),
                        name="shipping_flat_has_cost",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_default", False), ("active", True), _connector="OR"
                        ),
                        name="shipping_default_active",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
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
                ("email", models.EmailField(max_length=200, unique=True)),
                ("password", models.TextField(db_column="password_hash")),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("viewer", "Viewer"),
                            ("user", "User"),
                            ("manager", "Manager"),
                            ("admin", "Admin"),
                        ],
                        default="user",
                        max_length=20,
                    ),
                ),
                ("is_active", models.BooleanField(db_column="active", default=True)),
                (
                    "last_login",
                    models.DateTimeField(blank=True, db_column="last_login_at", null=True),
                ),
                ("token_version", models.PositiveIntegerField(default=1)),
                ("is_demo", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "teams",
                    models.ManyToManyField(
                        blank=True,
                        db_table="user_teams",
                        related_name="members",
                        to="settings_app.team",
                    ),
                ),
            ],
            options={
                "db_table": "users",
                "ordering": ["email"],
            },
        ),
        migrations.CreateModel(
            name="TenantSetting",
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
                ("category", models.CharField(max_length=50)),
                ("key", models.CharField(max_length=100)),
                ("value", models.JSONField()),
                ("sealed", models.TextField(blank=True, default="")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "updated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "tenant_settings",
            },
        ),
        migrations.CreateModel(
            name="RoleRight",
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
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("viewer", "Viewer"),
                            ("user", "User"),
                            ("manager", "Manager"),
                            ("admin", "Admin"),
                        ],
                        max_length=20,
                    ),
                ),
                ("right", models.CharField(max_length=60)),
                ("allowed", models.BooleanField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "updated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "role_rights",
                "constraints": [
                    models.UniqueConstraint(fields=("role", "right"), name="uniq_role_right")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                name="uniq_user_email_any_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["viewer", "user", "manager", "admin"])),
                name="user_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="tenantsetting",
            constraint=models.UniqueConstraint(fields=("category", "key"), name="uniq_setting"),
        ),
    ]
