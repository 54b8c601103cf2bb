from __future__ import annotations

from typing import Any

from rest_framework import serializers

from realtrack.core.api.serializers import ListQuery, MoneyField, StrictSerializer
from realtrack.core.rights import Right
from settings_app.enums import CostType, RuleType, UserRole
from settings_app.models import AccessLink, ApiToken, PricingRule, ShippingProfile


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


class ProfileIn(StrictSerializer):
    name = serializers.CharField(max_length=200, allow_blank=True)


class InvitationIn(StrictSerializer):
    email = serializers.CharField(max_length=200)
    name = serializers.CharField(max_length=200, allow_blank=True, default="")
    role = serializers.ChoiceField(choices=UserRole.choices, default=UserRole.USER)


class InvitationOut(serializers.ModelSerializer[AccessLink]):
    class Meta:
        model = AccessLink
        fields = ("id", "kind", "email", "name", "role", "created_at", "expires_at")


class AcceptIn(StrictSerializer):
    token = serializers.CharField(max_length=200)
    password = serializers.CharField(max_length=500, trim_whitespace=False)
    name = serializers.CharField(max_length=200, allow_blank=True, default="")


class RightIn(StrictSerializer):
    role = serializers.ChoiceField(choices=UserRole.choices)
    right = serializers.ChoiceField(choices=[right.value for right in Right])
    allowed = serializers.BooleanField()


class RightOut(serializers.Serializer[Any]):
    role = serializers.CharField()
    right = serializers.CharField()
    allowed = serializers.BooleanField()
    by_default = serializers.BooleanField()
    fixed = serializers.BooleanField()


class TeamIn(StrictSerializer):
    name = serializers.CharField(max_length=100)
    member_ids = serializers.ListField(
        child=serializers.UUIDField(), max_length=500, required=False
    )


class TeamOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    members = UserOut(many=True)


class TokenIn(StrictSerializer):
    name = serializers.CharField(max_length=100)
    role = serializers.ChoiceField(choices=UserRole.choices)
    days = serializers.IntegerField(min_value=1, max_value=366, default=90)


class TokenOut(serializers.ModelSerializer[ApiToken]):
    class Meta:
        model = ApiToken
        fields = (
            "id", "name", "role", "last_four", "created_at", "expires_at", "last_used_at",
        )  # fmt: skip


class SessionOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    browser = serializers.CharField(allow_blank=True)
    ip_address = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_here = serializers.BooleanField()


class SettingIn(StrictSerializer):
    value = serializers.JSONField()


class SettingOut(serializers.Serializer[Any]):
    value = serializers.JSONField(allow_null=True)
    is_default = serializers.BooleanField()
    type = serializers.CharField()
    help = serializers.CharField()
    allowed = serializers.CharField()


def _measure() -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=8, decimal_places=3, min_value=0, required=False, allow_null=True
    )


class HistoryOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    who = serializers.CharField(source="actor_label", allow_blank=True)
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)


class PutBackIn(StrictSerializer):
    change_id = serializers.UUIDField()


class SecretTestOut(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    words = serializers.CharField()


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
    parameters = serializers.DictField(required=False)


class QuoteIn(StrictSerializer):
    profile_id = serializers.UUIDField(required=False)
    weight = _measure()
    length = _measure()
    width = _measure()
    height = _measure()
    state = serializers.CharField(max_length=3, allow_blank=True, default="")
    country = serializers.CharField(min_length=2, max_length=2, default="US")


class QuoteOut(serializers.Serializer[Any]):
    cost = MoneyField()
    billed_weight = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    dimensional_weight = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    zone = serializers.CharField(allow_blank=True)
    steps = serializers.ListField(child=serializers.CharField())


class ShippingProfileOut(serializers.ModelSerializer[ShippingProfile]):
    class Meta:
        model = ShippingProfile
        fields = (
            "id", "name", "carrier", "service", "handling_time", "cost_type", "flat_cost",
            "weight_based", "domestic_only", "is_default", "active", "parameters", "created_at",
        )  # fmt: skip


class PricingRuleIn(StrictSerializer):
    name = serializers.CharField(max_length=100)
    rule_type = serializers.ChoiceField(choices=RuleType.choices)
    channel = serializers.CharField(max_length=30, allow_blank=True, default="")
    category_id = serializers.CharField(max_length=20, allow_blank=True, default="")
    brand = serializers.CharField(max_length=100, allow_blank=True, default="")
    part_type = serializers.CharField(max_length=65, allow_blank=True, default="")
    condition_id = serializers.CharField(max_length=4, allow_blank=True, default="")
    price_from = MoneyField(required=False, allow_null=True)
    price_to = MoneyField(required=False, allow_null=True)
    parameters = serializers.DictField()
    conditions = serializers.DictField(required=False)
    priority = serializers.IntegerField(min_value=-1000, max_value=1000, default=0)
    active = serializers.BooleanField(default=True)


class PricingRuleOut(serializers.ModelSerializer[PricingRule]):
    class Meta:
        model = PricingRule
        fields = (
            "id", "name", "rule_type", "channel", "category_id", "brand", "part_type",
            "condition_id", "price_from", "price_to", "parameters", "conditions", "priority",
            "active", "created_at",
        )  # fmt: skip


class UserListQuery(ListQuery):
    """Users take nothing but paging."""
