from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from realtrack.core.ids import uuid7
from realtrack.core.rights import Right, role_has
from settings_app.enums import CostType, LinkKind, RuleType, UserRole

if TYPE_CHECKING:
    import uuid


class UserManager(BaseUserManager["User"]):
    """Django's own commands (`createsuperuser`) make users through it; ours use the services."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields["role"] = UserRole.ADMIN
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Sign-in finds the address whatever its case."""
        return self.get(email__iexact=username)


class Team(models.Model):
    """People who see only the parts that carry their team."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "teams"
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """A person who works here; signs in by e-mail, may do what the role's rights say."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=200, unique=True)
    password = models.TextField(db_column="password_hash")
    name = models.CharField(max_length=200, blank=True, default="")
    role = models.CharField(max_length=20, choices=UserRole.choices, default=UserRole.USER)
    is_active = models.BooleanField(default=True, db_column="active")
    last_login = models.DateTimeField(null=True, blank=True, db_column="last_login_at")
    # Part of every session's hash and of every bearer token: raising it ends them all.
    token_version = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField(default=False)
    teams = models.ManyToManyField(Team, blank=True, related_name="members", db_table="user_teams")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "users"
        ordering: ClassVar[list[str]] = ["email"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="uniq_user_email_any_case"),
            models.CheckConstraint(
                condition=models.Q(role__in=UserRole.values), name="user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def label(self) -> str:
        """How others see this person: the name, else the address before its @."""
        return self.name or self.email.partition("@")[0]

    @property
    def is_staff(self) -> bool:
        """Whether Django admin lets this person in."""
        return self.is_active and role_has(self.role, Right.ADMIN_SITE)

    @property
    def is_superuser(self) -> bool:
        return self.role == UserRole.ADMIN

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django admin's question; its model admins narrow further to read-only."""
        del perm, obj
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        del app_label
        return self.is_staff

    def get_session_auth_hash(self) -> str:
        """A new password or `token_version` ends the sessions that began before."""
        return self._version_hash(None)

    def get_session_auth_fallback_hash(self) -> Any:
        from django.conf import settings

        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._version_hash(secret)

    def _version_hash(self, secret: str | None) -> str:
        return salted_hmac(
            "settings_app.models.User.session",
            f"{self.password}|{self.token_version}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class RoleRight(models.Model):
    """A right that an admin gave to a role or took from it; wins over the defaults in code."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    role = models.CharField(max_length=20, choices=UserRole.choices)
    right = models.CharField(max_length=60)
    allowed = models.BooleanField()
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "role_rights"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["role", "right"], name="uniq_role_right"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {'+' if self.allowed else '-'}{self.right}"


class AccessLink(models.Model):
    """An invitation or a reset: a link of one use that lives two days; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=LinkKind.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(max_length=200)
    name = models.CharField(max_length=200, blank=True, default="")
    role = models.CharField(max_length=20, choices=UserRole.choices, blank=True, default="")
    # Of a reset: whose password it sets. Of an invitation: who came of it.
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="links")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_links"
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(kind__in=LinkKind.values), name="access_link_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.email}"


class ApiToken(models.Model):
    """A token that a person made for a program: named, ending, with no more than its role."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=UserRole.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    last_four = models.CharField(max_length=4)
    # The owner's version when it was made: what ends all sign-ins ends it too.
    token_version = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_tokens"
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class UserSession(models.Model):
    """A browser that signed in: whose, where from; the session itself is Django's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="browser_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    token_version = models.PositiveIntegerField()
    ip_address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "user_sessions"
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.browser}"


class TenantSetting(models.Model):
    """A setting that differs from its default; `settings_app.definitions` says what exists."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    category = models.CharField(max_length=50)
    key = models.CharField(max_length=100)
    value = models.JSONField()
    # Secrets: sealed, write-only; `value` then holds the last four characters.
    sealed = models.TextField(default="", blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "tenant_settings"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["category", "key"], name="uniq_setting"),
        ]

    def __str__(self) -> str:
        return f"{self.category}.{self.key}"

    @property
    def aad(self) -> str:
        """The place that a sealed value is bound to."""
        return setting_aad(self.category, self.key)


def setting_aad(category: str, key: str) -> str:
    """Return the place of a secret setting, for `core.crypto`."""
    return f"settings_app.setting:{category}.{key}"


class ShippingProfile(models.Model):
    """How a part is sent and what the buyer pays for it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    carrier = models.CharField(max_length=50)
    service = models.CharField(max_length=100)
    handling_time = models.PositiveSmallIntegerField(default=1, help_text="business days")
    cost_type = models.CharField(max_length=20, choices=CostType.choices)
    flat_cost = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    weight_based = models.BooleanField(default=False)
    domestic_only = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    # Bands, zones, divisor and surcharges of calculated costs.
    parameters = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "shipping_profiles"
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="uniq_shipping_default",
            ),
            models.CheckConstraint(
                condition=models.Q(cost_type__in=CostType.values),
                name="shipping_cost_type_known",
            ),
            models.CheckConstraint(
                condition=models.Q(flat_cost__isnull=True) | models.Q(flat_cost__gte=0),
                name="shipping_flat_cost_positive",
            ),
            models.CheckConstraint(
                condition=~models.Q(cost_type="flat") | models.Q(flat_cost__isnull=False),
                name="shipping_flat_has_cost",
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(active=True),
                name="shipping_default_active",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PricingRule(models.Model):
    """An automatic price adjustment: defined here, run by `listings`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    rule_type = models.CharField(max_length=30, choices=RuleType.choices)
    # Empty means all, as NULL does in the specification: one way to say it.
    channel = models.CharField(max_length=30, blank=True, default="")
    category_id = models.CharField(max_length=20, blank=True, default="")
    brand = models.CharField(max_length=100, blank=True, default="")
    part_type = models.CharField(max_length=65, blank=True, default="", db_default="")
    condition_id = models.CharField(max_length=4, blank=True, default="", db_default="")
    price_from = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    price_to = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    parameters = models.JSONField(default=dict)
    # A tree of comparisons, `settings_app.rules`; empty means always.
    conditions = models.JSONField(default=dict, blank=True, db_default={})
    priority = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "pricing_rules"
        ordering: ClassVar[list[str]] = ["priority", "created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(rule_type__in=RuleType.values),
                name="pricing_rule_type_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MarketLookup(models.Model):
    """What a provider of market prices told of a part number when it was last asked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=30)
    part_number = models.CharField(max_length=100)
    currency = models.CharField(max_length=3, default="USD")
    # {"price", "currency", "seenOn", "source", "url"} each; empty where nothing is known.
    offers = models.JSONField(default=list)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "market_lookups"
        ordering: ClassVar[list[str]] = ["part_number", "provider"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["part_number", "provider", "currency"], name="uniq_market_lookup"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_number} at {self.provider}"


def team_ids_of(user: User) -> list[uuid.UUID]:
    """Return the teams that narrow what this user sees; admins are never narrowed."""
    if user.role == UserRole.ADMIN:
        return []
    return list(user.teams.values_list("id", flat=True))
