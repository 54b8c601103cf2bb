from __future__ import annotations

from typing import Any

from rest_framework import serializers

from realtrack.core.api.serializers import ListQuery, MoneyField, StrictSerializer
from settings_app.enums import CostType, RuleType, UserRole
from settings_app.models import PricingRule, ShippingProfile


class UserOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField(allow_blank=True)
    role = serializers.ChoiceField(choices=UserRole.choices)
    active = serializers.BooleanField(source="is_active")


class LoginIn(StrictSerializer):
    email = serializers.CharField(max_length=200)
    password = serializers.CharField(max_length=500, trim_whitespace=False)


class RefreshIn(StrictSerializer):
    refresh_token = serializers.CharField(max_length=4000)


class LoginOut(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    user = UserOut()


class RegisterIn(StrictSerializer):
    email = serializers.CharField(max_length=200)
    password = serializers.CharField(max_length=500, trim_whitespace=False)
    name = serializers.CharField(max_length=200, allow_blank=True, default="")
    role = serializers.ChoiceField(choices=UserRole.choices, default=UserRole.USER)


class PasswordIn(StrictSerializer):
    old_password = serializers.CharField(max_length=500, trim_whitespace=False)
    new_password = serializers.CharField(max_length=500, trim_whitespace=False)


class UserChangeIn(StrictSerializer):
    role = serializers.ChoiceField(choices=UserRole.choices, required=False)
    active = serializers.BooleanField(required=False)


class SettingIn(StrictSerializer):
    value = serializers.JSONField()


class SettingOut(serializers.Serializer[Any]):
    value = serializers.JSONField(allow_null=True)
    is_default = serializers.BooleanField()
    type = serializers.CharField()
    help = serializers.CharField()
    allowed = serializers.CharField()


class ShippingProfileIn(StrictSerializer):
    name = serializers.CharField(max_length=100)
    carrier = serializers.CharField(max_length=50)
    service = serializers.CharField(max_length=100)
    handling_time = serializers.IntegerField(min_value=0, max_value=30, default=1)
    cost_type = serializers.ChoiceField(choices=CostType.choices)
    flat_cost = MoneyField(max_digits=8, required=False, allow_null=True)
    weight_based = serializers.BooleanField(default=False)
    domestic_only = serializers.BooleanField(default=True)
    is_default = serializers.BooleanField(default=False)
    active = serializers.BooleanField(default=True)


class ShippingProfileOut(serializers.ModelSerializer[ShippingProfile]):
    class Meta:
        model = ShippingProfile
        fields = (
            "id", "name", "carrier", "service", "handling_time", "cost_type", "flat_cost",
            "weight_based", "domestic_only", "is_default", "active", "created_at",
        )  # fmt: skip


class PricingRuleIn(StrictSerializer):
    name = serializers.CharField(max_length=100)
    rule_type = serializers.ChoiceField(choices=RuleType.choices)
    channel = serializers.CharField(max_length=30, allow_blank=True, default="")
    category_id = serializers.CharField(max_length=20, allow_blank=True, default="")
    brand = serializers.CharField(max_length=100, allow_blank=True, default="")
    parameters = serializers.DictField()
    priority = serializers.IntegerField(min_value=-1000, max_value=1000, default=0)
    active = serializers.BooleanField(default=True)


class PricingRuleOut(serializers.ModelSerializer[PricingRule]):
    class Meta:
        model = PricingRule
        fields = (
            "id", "name", "rule_type", "channel", "category_id", "brand", "parameters",
            "priority", "active", "created_at",
        )  # fmt: skip


class UserListQuery(ListQuery):
    """Users take nothing but paging."""
