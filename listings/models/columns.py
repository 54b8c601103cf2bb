"""The 76 columns of eBay's upload file, typed, in the file's order (see `listings.columns`).

Texts and enums are empty strings when empty; numbers, flags and times are NULL.
"""

from __future__ import annotations

from django.db import models

from listings import enums


class OfferColumns(models.Model):
    """What is sold, for how much and how: columns 1 to 23."""

    action = models.CharField(
        max_length=30, choices=enums.FileAction.choices, blank=True, default=""
    )
    custom_label_sku = models.CharField(max_length=50, blank=True, default="")
    category_id = models.CharField(max_length=10, blank=True, default="")
    category_name = models.CharField(max_length=255, blank=True, default="")
    title = models.CharField(max_length=80, blank=True, default="")
    relationship = models.CharField(
        max_length=20, choices=enums.Relationship.choices, blank=True, default=""
    )
    relationship_details = models.TextField(blank=True, default="")
    schedule_time = models.DateTimeField(null=True, blank=True)
    p_upc = models.CharField(max_length=14, blank=True, default="")
    p_epid = models.CharField(max_length=20, blank=True, default="")
    start_price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    quantity = models.IntegerField(null=True, blank=True)
    item_photo_url = models.TextField(blank=True, default="")
    condition_id = models.CharField(
        max_length=4, choices=enums.Condition.choices, blank=True, default=""
    )
    description = models.TextField(blank=True, default="")
    format = models.CharField(
        max_length=20, choices=enums.SellingFormat.choices, blank=True, default=""
    )
    duration = models.CharField(
        max_length=10, choices=enums.Duration.choices, blank=True, default=""
    )
    buy_it_now_price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    best_offer_enabled = models.BooleanField(null=True, blank=True)
    best_offer_auto_accept_price = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True
    )
    minimum_best_offer_price = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True
    )
    immediate_pay_required = models.BooleanField(null=True, blank=True)
    location = models.CharField(max_length=45, blank=True, default="")

    class Meta:
        abstract = True


class ShippingColumns(models.Model):
    """How it ships, comes back and is paid: columns 24 to 39."""

    shipping_service_1_option = models.CharField(max_length=50, blank=True, default="")
    shipping_service_1_cost = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True
    )
    shipping_service_1_priority = models.IntegerField(null=True, blank=True)
    shipping_service_2_option = models.CharField(max_length=50, blank=True, default="")
    shipping_service_2_cost = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True
    )
    shipping_service_2_priority = models.IntegerField(null=True, blank=True)
    max_dispatch_time = models.IntegerField(null=True, blank=True)
    returns_accepted_option = models.CharField(
        max_length=20, choices=enums.ReturnsAccepted.choices, blank=True, default=""
    )
    returns_within_option = models.CharField(
        max_length=10, choices=enums.ReturnsWithin.choices, blank=True, default=""
    )
    refund_option = models.CharField(
        max_length=30, choices=enums.Refund.choices, blank=True, default=""
    )
    return_shipping_cost_paid_by = models.CharField(
        max_length=10, choices=enums.ReturnShippingPaidBy.choices, blank=True, default=""
    )
    shipping_profile_name = models.CharField(max_length=64, blank=True, default="")
    return_profile_name = models.CharField(max_length=64, blank=True, default="")
    payment_profile_name = models.CharField(max_length=64, blank=True, default="")
    product_compliance_policy_id = models.TextField(blank=True, default="")
    regional_product_compliance_policies = models.TextField(blank=True, default="")

    class Meta:
        abstract = True


class AspectColumns(models.Model):
    """Item specifics that have a column: 40 to 51."""

    c_brand = models.CharField(max_length=65, blank=True, default="")
    c_type = models.CharField(max_length=65, blank=True, default="")
    c_item_height = models.CharField(max_length=65, blank=True, default="")
    c_item_length = models.CharField(max_length=65, blank=True, default="")
    c_item_width = models.CharField(max_length=65, blank=True, default="")
    c_item_diameter = models.CharField(max_length=65, blank=True, default="")
    c_features = models.TextField(blank=True, default="")
    c_manufacturer_part_number = models.CharField(max_length=65, blank=True, default="")
    c_oe_oem_part_number = models.TextField(blank=True, default="")
    c_operating_mode = models.CharField(max_length=65, blank=True, default="")
    c_fuel_type = models.CharField(max_length=65, blank=True, default="")
    c_drive_type = models.CharField(max_length=65, blank=True, default="")

    class Meta:
        abstract = True


class SafetyColumns(models.Model):
    """Product safety by the EU's rules: columns 52 to 76."""

    product_safety_pictograms = models.TextField(blank=True, default="")
    product_safety_statements = models.TextField(blank=True, default="")
    product_safety_component = models.CharField(max_length=120, blank=True, default="")
    regulatory_document_ids = models.TextField(blank=True, default="")
    manufacturer_name = models.CharField(max_length=100, blank=True, default="")
    manufacturer_address_line_1 = models.CharField(max_length=180, blank=True, default="")
    manufacturer_address_line_2 = models.CharField(max_length=180, blank=True, default="")
    manufacturer_city = models.CharField(max_length=64, blank=True, default="")
    manufacturer_country = models.CharField(max_length=2, blank=True, default="")
    manufacturer_postal_code = models.CharField(max_length=9, blank=True, default="")
    manufacturer_state_or_province = models.CharField(max_length=64, blank=True, default="")
    manufacturer_phone = models.CharField(max_length=64, blank=True, default="")
    manufacturer_email = models.CharField(max_length=180, blank=True, default="")
    manufacturer_contact_url = models.CharField(max_length=250, blank=True, default="")
    responsible_person_1 = models.CharField(max_length=100, blank=True, default="")
    responsible_person_1_type = models.CharField(
        max_length=40, choices=enums.ResponsiblePersonType.choices, blank=True, default=""
    )
    responsible_person_1_address_line_1 = models.CharField(max_length=180, blank=True, default="")
    responsible_person_1_address_line_2 = models.CharField(max_length=180, blank=True, default="")
    responsible_person_1_city = models.CharField(max_length=64, blank=True, default="")
    responsible_person_1_country = models.CharField(max_length=2, blank=True, default="")
    responsible_person_1_postal_code = models.CharField(max_length=9, blank=True, default="")
    responsible_person_1_state_or_province = models.CharField(max_length=64, blank=True, default="")
    responsible_person_1_phone = models.CharField(max_length=64, blank=True, default="")
    responsible_person_1_email = models.CharField(max_length=180, blank=True, default="")
    responsible_person_1_contact_url = models.CharField(max_length=250, blank=True, default="")

    class Meta:
        abstract = True
