"""What happens to people and settings. Secrets and addresses stay out of it."""

from __future__ import annotations

from typing import ClassVar

from realtrack.core.events import DomainEvent


class UserCreated(DomainEvent):
    name = "user.created"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class UserSignedIn(DomainEvent):
    name = "user.signed_in"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class UserSignedOut(DomainEvent):
    name = "user.signed_out"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class UserPasswordChanged(DomainEvent):
    name = "user.password_changed"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class UserRoleChanged(DomainEvent):
    name = "user.role_changed"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class UserDeactivated(DomainEvent):
    name = "user.deactivated"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class UserReactivated(DomainEvent):
    name = "user.reactivated"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class UserTokenReused(DomainEvent):
    """A refresh token came a second time: all of the user's tokens were ended."""

    name = "user.token_reused"
    entity_type = "user"


class RoleRightChanged(DomainEvent):
    name = "role.right_changed"
    entity_type = "role"
    log_only: ClassVar[bool] = True


class SettingChanged(DomainEvent):
    name = "setting.changed"
    entity_type = "setting"
    log_only: ClassVar[bool] = True


class ShippingProfileChanged(DomainEvent):
    name = "shipping_profile.changed"
    entity_type = "shipping_profile"
    log_only: ClassVar[bool] = True


class PricingRuleChanged(DomainEvent):
    name = "pricing_rule.changed"
    entity_type = "pricing_rule"
    log_only: ClassVar[bool] = True
