import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.manager
import django_fsm
import pgtrigger.compiler
import pgtrigger.migrations
import realtrack.core.ids
import simple_history.models
from decimal import Decimal
from django.contrib.postgres.operations import (
    BtreeGinExtension,
    CITextExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations, models

from listings import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_foundation"),
        ("settings_app", "0001_people"),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        CITextExtension(),
        migrations.RunSQL(sql.UNACCENT, sql.UNACCENT_REVERSE),
        migrations.RunSQL(sql.SKU_SEQUENCE, sql.SKU_SEQUENCE_REVERSE),
        migrations.CreateModel(
            name="Listing",
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
                (
                    "action",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Add", "Add"),
                            ("Revise", "Revise"),
                            ("Relist", "Relist"),
                            ("End", "End"),
                            ("Delete", "Delete"),
                            ("Draft", "Draft"),
                            ("VerifyAdd", "Verify"),
                        ],
                        default="",
                        max_length=30,
                    ),
                ),
                ("custom_label_sku", models.CharField(blank=True, default="", max_length=50)),
                ("category_id", models.CharField(blank=True, default="", max_length=10)),
                ("category_name", models.CharField(blank=True, default="", max_length=255)),
                ("title", models.CharField(blank=True, default="", max_length=80)),
                (
                    "relationship",
                    models.CharField(
                        blank=True,
                        choices=[("Compatibility", "Compatibility"), ("Variation", "Variation")],
                        default="",
                        max_length=20,
                    ),
                ),
                ("relationship_details", models.TextField(blank=True, default="")),
                ("schedule_time", models.DateTimeField(blank=True, null=True)),
                ("p_upc", models.CharField(blank=True, default="", max_length=14)),
                ("p_epid", models.CharField(blank=True, default="", max_length=20)),
                (
                    "start_price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("quantity", models.IntegerField(blank=True, null=True)),
                ("item_photo_url", models.TextField(blank=True, default="")),
                (
                    "condition_id",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("1000", "New"),
                            ("1500", "New, other"),
                            ("1750", "New with defects"),
                            ("2000", "Certified refurbished"),
                            ("2010", "Refurbished, excellent"),
                            ("2020", "Refurbished, very good"),
                            ("2030", "Refurbished, good"),
                            ("2500", "Seller refurbished"),
                            ("2750", "Like new"),
                            ("3000", "Used"),
                            ("4000", "Used, very good"),
                            ("5000", "Used, good"),
                            ("6000", "Used, acceptable"),
                            ("7000", "For parts or not working"),
                        ],
                        default="",
                        max_length=4,
                    ),
                ),
                ("description", models.TextField(blank=True, default="")),
                (
                    "format",
                    models.CharField(
                        blank=True,
                        choices=[("FixedPrice", "Fixed price"), ("Auction", "Auction")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "duration",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("GTC", "Good till cancelled"),
                            ("1", "1 day"),
                            ("3", "3 days"),
                            ("5", "5 days"),
                            ("7", "7 days"),
                            ("10", "10 days"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "buy_it_now_price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("best_offer_enabled", models.BooleanField(blank=True, null=True)),
                (
                    "best_offer_auto_accept_price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                (
                    "minimum_best_offer_price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("immediate_pay_required", models.BooleanField(blank=True, null=True)),
                ("location", models.CharField(blank=True, default="", max_length=45)),
                (
                    "shipping_service_1_option",
                    models.CharField(blank=True, default="", max_length=50),
                ),
                (
                    "shipping_service_1_cost",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("shipping_service_1_priority", models.IntegerField(blank=True, null=True)),
                (
                    "shipping_service_2_option",
                    models.CharField(blank=True, default="", max_length=50),
                ),
                (
                    "shipping_service_2_cost",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("shipping_service_2_priority", models.IntegerField(blank=True, null=True)),
                ("max_dispatch_time", models.IntegerField(blank=True, null=True)),
                (
                    "returns_accepted_option",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ReturnsAccepted", "Returns accepted"),
                            ("ReturnsNotAccepted", "No returns"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "returns_within_option",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Days_14", "14 days"),
                            ("Days_30", "30 days"),
                            ("Days_60", "60 days"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "refund_option",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("MoneyBack", "Money back"),
                            ("MoneyBackOrReplacement", "Money back or replacement"),
                        ],
                        default="",
                        max_length=30,
                    ),
                ),
                (
                    "return_shipping_cost_paid_by",
                    models.CharField(
                        blank=True,
                        choices=[("Buyer", "Buyer"), ("Seller", "Seller")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("shipping_profile_name", models.CharField(blank=True, default="", max_length=64)),
                ("return_profile_name", models.CharField(blank=True, default="", max_length=64)),
                ("payment_profile_name", models.CharField(blank=True, default="", max_length=64)),
                ("product_compliance_policy_id", models.TextField(blank=True, default="")),
                ("regional_product_compliance_policies", models.TextField(blank=True, default="")),
                ("c_brand", models.CharField(blank=True, default="", max_length=65)),
                ("c_type", models.CharField(blank=True, default="", max_length=65)),
                ("c_item_height", models.CharField(blank=True, default="", max_length=65)),
                ("c_item_length", models.CharField(blank=True, default="", max_length=65)),
                ("c_item_width", models.CharField(blank=True, default="", max_length=65)),
                ("c_item_diameter", models.CharField(blank=True, default="", max_length=65)),
                ("c_features", models.TextField(blank=True, default="")),
                (
                    "c_manufacturer_part_number",
                    models.CharField(blank=True, default="", max_length=65),
                ),
                ("c_oe_oem_part_number", models.TextField(blank=True, default="")),
                ("c_operating_mode", models.CharField(blank=True, default="", max_length=65)),
                ("c_fuel_type", models.CharField(blank=True, default="", max_length=65)),
                ("c_drive_type", models.CharField(blank=True, default="", max_length=65)),
                ("product_safety_pictograms", models.TextField(blank=True, default="")),
                ("product_safety_statements", models.TextField(blank=True, default="")),
                (
                    "product_safety_component",
                    models.CharField(blank=True, default="", max_length=120),
                ),
                ("regulatory_document_ids", models.TextField(blank=True, default="")),
                ("manufacturer_name", models.CharField(blank=True, default="", max_length=100)),
                (
                    "manufacturer_address_line_1",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                (
                    "manufacturer_address_line_2",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                ("manufacturer_city", models.CharField(blank=True, default="", max_length=64)),
                ("manufacturer_country", models.CharField(blank=True, default="", max_length=2)),
                (
                    "manufacturer_postal_code",
                    models.CharField(blank=True, default="", max_length=9),
                ),
                (
                    "manufacturer_state_or_province",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                ("manufacturer_phone", models.CharField(blank=True, default="", max_length=64)),
                ("manufacturer_email", models.CharField(blank=True, default="", max_length=180)),
                (
                    "manufacturer_contact_url",
                    models.CharField(blank=True, default="", max_length=250),
                ),
                ("responsible_person_1", models.CharField(blank=True, default="", max_length=100)),
                (
                    "responsible_person_1_type",
                    models.CharField(
                        blank=True,
                        choices=[("EUResponsiblePerson", "EU responsible person")],
                        default="",
                        max_length=40,
                    ),
                ),
                (
                    "responsible_person_1_address_line_1",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                (
                    "responsible_person_1_address_line_2",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                (
                    "responsible_person_1_city",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                (
                    "responsible_person_1_country",
                    models.CharField(blank=True, default="", max_length=2),
                ),
                (
                    "responsible_person_1_postal_code",
                    models.CharField(blank=True, default="", max_length=9),
                ),
                (
                    "responsible_person_1_state_or_province",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                (
                    "responsible_person_1_phone",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                (
                    "responsible_person_1_email",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                (
                    "responsible_person_1_contact_url",
                    models.CharField(blank=True, default="", max_length=250),
                ),
                ("item_specifics", models.JSONField(blank=True, default=dict)),
                ("video_id", models.CharField(blank=True, default="", max_length=64)),
                ("ean", models.CharField(blank=True, default="", max_length=14)),
                (
                    "vat_percent",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                (
                    "part_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("salvage", "Salvage"),
                            ("oem", "OEM, new"),
                            ("aftermarket", "Aftermarket"),
                            ("remanufactured", "Remanufactured"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True),
                ),
                (
                    "weight_unit",
                    models.CharField(
                        choices=[("lb", "lb"), ("kg", "kg")], default="lb", max_length=2
                    ),
                ),
                (
                    "package_length",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True),
                ),
                (
                    "package_width",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True),
                ),
                (
                    "package_height",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True),
                ),
                (
                    "size_unit",
                    models.CharField(
                        choices=[("in", "in"), ("cm", "cm")], default="in", max_length=2
                    ),
                ),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("draft", "Draft"),
                            ("ready", "Ready"),
                            ("published", "Published"),
                            ("sold", "Sold"),
                            ("delisted", "Delisted"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("created_by", models.UUIDField(blank=True, null=True)),
                ("updated_by", models.UUIDField(blank=True, null=True)),
                ("ebay_listing_id", models.CharField(blank=True, default="", max_length=64)),
                ("shopify_product_id", models.CharField(blank=True, default="", max_length=64)),
                (
                    "person_fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("description_hash", models.CharField(blank=True, default="", max_length=64)),
                ("mpn_normalised", models.CharField(blank=True, default="", max_length=65)),
                (
                    "oe_numbers_normalised",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "interchange_normalised",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="settings_app.team",
                    ),
                ),
            ],
            options={
                "db_table": "listings",
                "ordering": ["-created_at", "-id"],
                "base_manager_name": "all_objects",
                "default_manager_name": "objects",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("all_objects", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ListingText",
            fields=[
                ("hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("content", models.TextField()),
            ],
            options={
                "db_table": "listing_texts",
            },
        ),
        migrations.CreateModel(
            name="ListingProposal",
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
                ("field", models.CharField(max_length=64)),
                ("value", models.JSONField(null=True)),
                ("source", models.CharField(max_length=20)),
                ("source_label", models.CharField(blank=True, default="", max_length=200)),
                (
                    "confidence",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=4, null=True),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("run_id", models.UUIDField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("taken", "Taken"),
                            ("dropped", "Dropped"),
                            ("superseded", "Superseded"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("decided_by", models.UUIDField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="listings.listing",
                    ),
                ),
            ],
            options={
                "db_table": "listing_proposals",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="ListingRevision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_index=True, default=realtrack.core.ids.uuid7, editable=False
                    ),
                ),
                ("created_at", models.DateTimeField(blank=True, editable=False)),
                ("updated_at", models.DateTimeField(blank=True, editable=False)),
                (
                    "action",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Add", "Add"),
                            ("Revise", "Revise"),
                            ("Relist", "Relist"),
                            ("End", "End"),
                            ("Delete", "Delete"),
                            ("Draft", "Draft"),
                            ("VerifyAdd", "Verify"),
                        ],
                        default="",
                        max_length=30,
                    ),
                ),
                ("custom_label_sku", models.CharField(blank=True, default="", max_length=50)),
                ("category_id", models.CharField(blank=True, default="", max_length=10)),
                ("category_name", models.CharField(blank=True, default="", max_length=255)),
                ("title", models.CharField(blank=True, default="", max_length=80)),
                (
                    "relationship",
                    models.CharField(
                        blank=True,
                        choices=[("Compatibility", "Compatibility"), ("Variation", "Variation")],
                        default="",
                        max_length=20,
                    ),
                ),
                ("relationship_details", models.TextField(blank=True, default="")),
                ("schedule_time", models.DateTimeField(blank=True, null=True)),
                ("p_upc", models.CharField(blank=True, default="", max_length=14)),
                ("p_epid", models.CharField(blank=True, default="", max_length=20)),
                (
                    "start_price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("quantity", models.IntegerField(blank=True, null=True)),
                ("item_photo_url", models.TextField(blank=True, default="")),
                (
                    "condition_id",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("1000", "New"),
                            ("1500", "New, other"),
                            ("1750", "New with defects"),
                            ("2000", "Certified refurbished"),
                            ("2010", "Refurbished, excellent"),
                            ("2020", "Refurbished, very good"),
                            ("2030", "Refurbished, good"),
                            ("2500", "Seller refurbished"),
                            ("2750", "Like new"),
                            ("3000", "Used"),
                            ("4000", "Used, very good"),
                            ("5000", "Used, good"),
                            ("6000", "Used, acceptable"),
                            ("7000", "For parts or not working"),
                        ],
                        default="",
                        max_length=4,
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        blank=True,
                        choices=[("FixedPrice", "Fixed price"), ("Auction", "Auction")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "duration",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("GTC", "Good till cancelled"),
                            ("1", "1 day"),
                            ("3", "3 days"),
                            ("5", "5 days"),
                            ("7", "7 days"),
                            ("10", "10 days"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "buy_it_now_price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("best_offer_enabled", models.BooleanField(blank=True, null=True)),
                (
                    "best_offer_auto_accept_price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                (
                    "minimum_best_offer_price",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("immediate_pay_required", models.BooleanField(blank=True, null=True)),
                ("location", models.CharField(blank=True, default="", max_length=45)),
                (
                    "shipping_service_1_option",
                    models.CharField(blank=True, default="", max_length=50),
                ),
                (
                    "shipping_service_1_cost",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("shipping_service_1_priority", models.IntegerField(blank=True, null=True)),
                (
                    "shipping_service_2_option",
                    models.CharField(blank=True, default="", max_length=50),
                ),
                (
                    "shipping_service_2_cost",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                ("shipping_service_2_priority", models.IntegerField(blank=True, null=True)),
                ("max_dispatch_time", models.IntegerField(blank=True, null=True)),
                (
                    "returns_accepted_option",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ReturnsAccepted", "Returns accepted"),
                            ("ReturnsNotAccepted", "No returns"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "returns_within_option",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Days_14", "14 days"),
                            ("Days_30", "30 days"),
                            ("Days_60", "60 days"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "refund_option",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("MoneyBack", "Money back"),
                            ("MoneyBackOrReplacement", "Money back or replacement"),
                        ],
                        default="",
                        max_length=30,
                    ),
                ),
                (
                    "return_shipping_cost_paid_by",
                    models.CharField(
                        blank=True,
                        choices=[("Buyer", "Buyer"), ("Seller", "Seller")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("shipping_profile_name", models.CharField(blank=True, default="", max_length=64)),
                ("return_profile_name", models.CharField(blank=True, default="", max_length=64)),
                ("payment_profile_name", models.CharField(blank=True, default="", max_length=64)),
                ("product_compliance_policy_id", models.TextField(blank=True, default="")),
                ("regional_product_compliance_policies", models.TextField(blank=True, default="")),
                ("c_brand", models.CharField(blank=True, default="", max_length=65)),
                ("c_type", models.CharField(blank=True, default="", max_length=65)),
                ("c_item_height", models.CharField(blank=True, default="", max_length=65)),
                ("c_item_length", models.CharField(blank=True, default="", max_length=65)),
                ("c_item_width", models.CharField(blank=True, default="", max_length=65)),
                ("c_item_diameter", models.CharField(blank=True, default="", max_length=65)),
                ("c_features", models.TextField(blank=True, default="")),
                (
                    "c_manufacturer_part_number",
                    models.CharField(blank=True, default="", max_length=65),
                ),
                ("c_oe_oem_part_number", models.TextField(blank=True, default="")),
                ("c_operating_mode", models.CharField(blank=True, default="", max_length=65)),
                ("c_fuel_type", models.CharField(blank=True, default="", max_length=65)),
                ("c_drive_type", models.CharField(blank=True, default="", max_length=65)),
                ("product_safety_pictograms", models.TextField(blank=True, default="")),
                ("product_safety_statements", models.TextField(blank=True, default="")),
                (
                    "product_safety_component",
                    models.CharField(blank=True, default="", max_length=120),
                ),
                ("regulatory_document_ids", models.TextField(blank=True, default="")),
                ("manufacturer_name", models.CharField(blank=True, default="", max_length=100)),
                (
                    "manufacturer_address_line_1",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                (
                    "manufacturer_address_line_2",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                ("manufacturer_city", models.CharField(blank=True, default="", max_length=64)),
                ("manufacturer_country", models.CharField(blank=True, default="", max_length=2)),
                (
                    "manufacturer_postal_code",
                    models.CharField(blank=True, default="", max_length=9),
                ),
                (
                    "manufacturer_state_or_province",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                ("manufacturer_phone", models.CharField(blank=True, default="", max_length=64)),
                ("manufacturer_email", models.CharField(blank=True, default="", max_length=180)),
                (
                    "manufacturer_contact_url",
                    models.CharField(blank=True, default="", max_length=250),
                ),
                ("responsible_person_1", models.CharField(blank=True, default="", max_length=100)),
                (
                    "responsible_person_1_type",
                    models.CharField(
                        blank=True,
                        choices=[("EUResponsiblePerson", "EU responsible person")],
                        default="",
                        max_length=40,
                    ),
                ),
                (
                    "responsible_person_1_address_line_1",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                (
                    "responsible_person_1_address_line_2",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                (
                    "responsible_person_1_city",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                (
                    "responsible_person_1_country",
                    models.CharField(blank=True, default="", max_length=2),
                ),
                (
                    "responsible_person_1_postal_code",
                    models.CharField(blank=True, default="", max_length=9),
                ),
                (
                    "responsible_person_1_state_or_province",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                (
                    "responsible_person_1_phone",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                (
                    "responsible_person_1_email",
                    models.CharField(blank=True, default="", max_length=180),
                ),
                (
                    "responsible_person_1_contact_url",
                    models.CharField(blank=True, default="", max_length=250),
                ),
                ("status_before", models.CharField(blank=True, default="", max_length=20)),
                (
                    "change_reason",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("manual_edit", "Edited"),
                            ("ai_update", "Read by AI"),
                            ("bulk_edit", "Bulk edit"),
                            ("import", "Import"),
                            ("pricing_rule", "Price rule"),
                            ("marketplace_sync", "Marketplace"),
                            ("status_change", "Status"),
                            ("proposal_taken", "Proposal taken"),
                            ("restore", "Restored"),
                            ("delete", "Deleted"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "changed_fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                ("actor_kind", models.CharField(max_length=20)),
                ("actor_label", models.CharField(blank=True, default="", max_length=200)),
                ("run_id", models.UUIDField(blank=True, null=True)),
                ("item_specifics", models.JSONField(blank=True, default=dict)),
                ("video_id", models.CharField(blank=True, default="", max_length=64)),
                ("ean", models.CharField(blank=True, default="", max_length=14)),
                (
                    "vat_percent",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True),
                ),
                (
                    "part_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("salvage", "Salvage"),
                            ("oem", "OEM, new"),
                            ("aftermarket", "Aftermarket"),
                            ("remanufactured", "Remanufactured"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True),
                ),
                (
                    "weight_unit",
                    models.CharField(
                        choices=[("lb", "lb"), ("kg", "kg")], default="lb", max_length=2
                    ),
                ),
                (
                    "package_length",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True),
                ),
                (
                    "package_width",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True),
                ),
                (
                    "package_height",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True),
                ),
                (
                    "size_unit",
                    models.CharField(
                        choices=[("in", "in"), ("cm", "cm")], default="in", max_length=2
                    ),
                ),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("draft", "Draft"),
                            ("ready", "Ready"),
                            ("published", "Published"),
                            ("sold", "Sold"),
                            ("delisted", "Delisted"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("created_by", models.UUIDField(blank=True, null=True)),
                ("updated_by", models.UUIDField(blank=True, null=True)),
                ("ebay_listing_id", models.CharField(blank=True, default="", max_length=64)),
                ("shopify_product_id", models.CharField(blank=True, default="", max_length=64)),
                (
                    "person_fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("description_hash", models.CharField(blank=True, default="", max_length=64)),
                ("mpn_normalised", models.CharField(blank=True, default="", max_length=65)),
                (
                    "oe_numbers_normalised",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "interchange_normalised",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("history_change_reason", models.CharField(max_length=500, null=True)),
                ("history_user_id", models.UUIDField(blank=True, null=True)),
                (
                    "history_id",
                    models.UUIDField(
                        default=realtrack.core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("history_date", models.DateTimeField()),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="settings_app.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical listing",
                "verbose_name_plural": "historical listings",
                "db_table": "listing_revisions",
                "ordering": ("-version",),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="SavedSearch",
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
                ("name", models.CharField(max_length=80)),
                ("query", models.TextField(blank=True, default="")),
                ("is_shared", models.BooleanField(default=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_searches",
                        to="settings_app.user",
                    ),
                ),
            ],
            options={
                "db_table": "saved_searches",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="ListingSearch",
            fields=[
                (
                    "listing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="listings.listing",
                    ),
                ),
                ("is_live", models.BooleanField(default=True)),
                ("document", django.contrib.postgres.search.SearchVectorField(null=True)),
                ("words", models.TextField(default="")),
                ("title_key", models.CharField(default="", max_length=160)),
                ("sku_key", models.CharField(default="", max_length=50)),
                (
                    "numbers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("brand", models.CharField(default="", max_length=65)),
                ("part_type", models.CharField(default="", max_length=65)),
                ("category_id", models.CharField(default="", max_length=10)),
                ("condition_id", models.CharField(default="", max_length=4)),
                ("status", models.CharField(max_length=20)),
                ("price", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ("health", models.PositiveSmallIntegerField(default=0)),
                ("stock_total", models.IntegerField(default=0)),
                ("stock_free", models.IntegerField(default=0)),
                ("photo_count", models.PositiveSmallIntegerField(default=0)),
                ("photo_url", models.TextField(default="")),
                ("channel_states", models.JSONField(default=dict)),
                (
                    "bins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("donor_id", models.UUIDField(null=True)),
                ("team_id", models.UUIDField(null=True)),
                ("vehicle_count", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "listing_search",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["document"], name="idx_search_document"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("words", name="gin_trgm_ops"),
                        name="idx_search_words",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["numbers"], name="idx_search_numbers"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["bins"], name="idx_search_bins"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["channel_states"], name="idx_search_channels"
                    ),
                    models.Index(
                        condition=models.Q(("is_live", True)),
                        fields=["-created_at", "-listing"],
                        name="idx_search_newest",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "price", models.Value(Decimal("0"))
                        ),
                        models.F("listing"),
                        condition=models.Q(("is_live", True)),
                        name="idx_search_price",
                    ),
                    models.Index(
                        condition=models.Q(("is_live", True)),
                        fields=["stock_free", "listing"],
                        name="idx_search_stock",
                    ),
                    models.Index(
                        condition=models.Q(("is_live", True)),
                        fields=["health", "listing"],
                        name="idx_search_health",
                    ),
                    models.Index(
                        condition=models.Q(("is_live", True)),
                        fields=["status", "-created_at"],
                        name="idx_search_status",
                    ),
                    models.Index(
                        condition=models.Q(("is_live", True)),
                        fields=["brand", "-created_at"],
                        name="idx_search_brand",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["status", "-created_at"],
                name="idx_listing_status",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["-deleted_at"],
                name="idx_listing_deleted",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["-updated_at"], name="idx_listing_updated"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["-created_at", "-id"], name="idx_listing_created"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("mpn_normalised", ""), _negated=True),
                fields=["mpn_normalised"],
                name="idx_listing_mpn",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("ebay_listing_id", ""), _negated=True),
                fields=["ebay_listing_id"],
                name="idx_listing_ebay_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Upper("custom_label_sku"),
                condition=models.Q(("deleted_at__isnull", True)),
                name="uniq_listing_live_sku",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("title__length__lte", 80)), name="listing_title_max"
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="listing_version_min"
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("custom_label_sku", ""), _negated=True),
                name="listing_sku_present",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "ready", "published", "sold", "delisted", "archived"])
                ),
                name="listing_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "action__in",
                        ["", "Add", "Revise", "Relist", "End", "Delete", "Draft", "VerifyAdd"],
                    )
                ),
                name="listing_action_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("relationship__in", ["", "Compatibility", "Variation"])),
                name="listing_relationship_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "condition_id__in",
                        [
                            "",
                            "1000",
                            "1500",
                            "1750",
                            "2000",
                            "2010",
                            "2020",
                            "2030",
                            "2500",
                            "2750",
                            "3000",
                            "4000",
                            "5000",
                            "6000",
                            "7000",
                        ],
                    )
                ),
                name="listing_condition_id_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("format__in", ["", "FixedPrice", "Auction"])),
                name="listing_format_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("duration__in", ["", "GTC", "1", "3", "5", "7", "10"])),
                name="listing_duration_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returns_accepted_option__in", ["", "ReturnsAccepted", "ReturnsNotAccepted"])
                ),
                name="listing_returns_accepted_option_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returns_within_option__in", ["", "Days_14", "Days_30", "Days_60"])
                ),
                name="listing_returns_within_option_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refund_option__in", ["", "MoneyBack", "MoneyBackOrReplacement"])
                ),
                name="listing_refund_option_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("return_shipping_cost_paid_by__in", ["", "Buyer", "Seller"])),
                name="listing_return_shipping_cost_pai_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("responsible_person_1_type__in", ["", "EUResponsiblePerson"])),
                name="listing_responsible_person_1_typ_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("part_source__in", ["", "salvage", "oem", "aftermarket", "remanufactured"])
                ),
                name="listing_part_source_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight_unit__in", ["lb", "kg"])),
                name="listing_weight_unit_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("size_unit__in", ["in", "cm"])), name="listing_size_unit_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("start_price__isnull", True), ("start_price__gte", 0), _connector="OR"
                ),
                name="listing_start_price_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__isnull", True), ("quantity__gte", 0), _connector="OR"
                ),
                name="listing_quantity_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("buy_it_now_price__isnull", True),
                    ("buy_it_now_price__gte", 0),
                    _connector="OR",
                ),
                name="listing_buy_it_now_price_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("best_offer_auto_accept_price__isnull", True),
                    ("best_offer_auto_accept_price__gte", 0),
                    _connector="OR",
                ),
                name="listing_best_offer_auto_accept_p_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum_best_offer_price__isnull", True),
                    ("minimum_best_offer_price__gte", 0),
                    _connector="OR",
                ),
                name="listing_minimum_best_offer_price_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shipping_service_1_cost__isnull", True),
                    ("shipping_service_1_cost__gte", 0),
                    _connector="OR",
                ),
                name="listing_shipping_service_1_cost_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shipping_service_2_cost__isnull", True),
                    ("shipping_service_2_cost__gte", 0),
                    _connector="OR",
                ),
                name="listing_shipping_service_2_cost_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_dispatch_time__isnull", True),
                    ("max_dispatch_time__gte", 0),
                    _connector="OR",
                ),
                name="listing_max_dispatch_time_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost__isnull", True), ("cost__gte", 0), _connector="OR"),
                name="listing_cost_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__isnull", True), ("weight__gte", 0), _connector="OR"),
                name="listing_weight_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("package_length__isnull", True), ("package_length__gte", 0), _connector="OR"
                ),
                name="listing_package_length_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("package_width__isnull", True), ("package_width__gte", 0), _connector="OR"
                ),
                name="listing_package_width_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("package_height__isnull", True), ("package_height__gte", 0), _connector="OR"
                ),
                name="listing_package_height_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("vat_percent__isnull", True), ("vat_percent__gte", 0), _connector="OR"
                ),
                name="listing_vat_percent_min",
            ),
        ),
        migrations.AddConstraint(
            model_name="listingproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("listing", "field", "source"),
                name="uniq_listing_open_proposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="listingproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "taken", "dropped", "superseded"])),
                name="listing_proposal_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="listingproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confidence__isnull", True), ("confidence__range", (0, 1)), _connector="OR"
                ),
                name="listing_proposal_confidence_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="listingrevision",
            constraint=models.UniqueConstraint(
                fields=("id", "version"), name="uniq_listing_revision"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listingrevision",
            trigger=pgtrigger.compiler.Trigger(
                name="listing_revisions_no_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';",
                    hash="e39c762f380e01a52198d8595436d355f3dbe2ac",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_listing_revisions_no_change_6ab97",
                    table="listing_revisions",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listingrevision",
            trigger=pgtrigger.compiler.Trigger(
                name="listing_revisions_no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF current_database() LIKE 'test\\_%' THEN\n    RETURN NULL;\nEND IF;\nRAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';\n",
                    hash="fefbbf92b3f175a0b677c6d19844a0ebc059f94e",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_listing_revisions_no_truncate_133a7",
                    table="listing_revisions",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(
                fields=("owner", "name"), name="uniq_saved_search_name"
            ),
        ),
    ]
