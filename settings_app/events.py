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


class UserInvited(DomainEvent):
    name = "user.invited"
    entity_type = "access_link"
    log_only: ClassVar[bool] = True


class UserInviteRevoked(DomainEvent):
    name = "user.invite_revoked"
    entity_type = "access_link"
    log_only: ClassVar[bool] = True


class UserResetAsked(DomainEvent):
    name = "user.reset_asked"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class UserProfileChanged(DomainEvent):
    name = "user.profile_changed"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class UserSessionEnded(DomainEvent):
    name = "user.session_ended"
    entity_type = "user"
    log_only: ClassVar[bool] = True


class TeamChanged(DomainEvent):
    name = "team.changed"
    entity_type = "team"
    log_only: ClassVar[bool] = True


class ApiTokenCreated(DomainEvent):
    name = "api_token.created"
    entity_type = "api_token"
    log_only: ClassVar[bool] = True


class ApiTokenRevoked(DomainEvent):
    name = "api_token.revoked"
    entity_type = "api_token"
    log_only: ClassVar[bool] = True


class SecretTested(DomainEvent):
    name = "setting.secret_tested"
    entity_type = "setting"
    log_only: ClassVar[bool] = True
