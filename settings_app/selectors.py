"""Reads of settings, rights, users. One cache in Redis, renewed by version on each commit."""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import structlog
from django.conf import settings as django_settings
from django.db.models import QuerySet

from realtrack.core import crypto, redis
from realtrack.core.errors import NotFound
from realtrack.core.selectors import audit_list
from settings_app.definitions import DEFINITIONS, Kind, Setting
from settings_app.models import (
    RoleRight,
    ShippingProfile,
    TenantSetting,
    User,
    setting_aad,
)

logger = structlog.get_logger(__name__)

VERSION_KEY = "settings-version"
VERSION_SECONDS = 60
_copy: tuple[str, dict[str, dict[str, Any]]] = ("", {})


def setting_definition(category: str, key: str) -> Setting:
    """Return the definition; raises NotFound for a key that does not exist."""
    definition = DEFINITIONS.get((category, key))
    if definition is None:
        raise NotFound(f"There is no setting {category}.{key}.")
    return definition


def setting_value(category: str, key: str) -> Any:
    """Return the value in force, typed: decimals as Decimal; secrets only by `secret_value`."""
    definition = setting_definition(category, key)
    stored = _stored()["settings"].get(f"{category}.{key}")
    value = default_of(definition) if stored is None else stored
    return Decimal(str(value)) if definition.kind is Kind.DECIMAL else value


def business_name() -> str:
    """Return the business's name for the pages."""
    return str(setting_value("general", "business_name"))


def default_of(definition: Setting) -> Any:
    """Return the default: the environment's value of the same meaning, else the code's."""
    given = getattr(django_settings, definition.environment, "") if definition.environment else ""
    return given or definition.default


def secret_value(category: str, key: str) -> str:
    """Return a secret in the clear, for the call that needs it; never cached, never logged."""
    definition = setting_definition(category, key)
    row = TenantSetting.objects.filter(category=category, key=key).only("sealed").first()
    if row is None or not row.sealed:
        return str(default_of(definition) or "")
    return crypto.decrypt(row.sealed, aad=setting_aad(category, key))


def settings_of(category: str = "") -> dict[str, dict[str, Any]]:
    """Return settings as the API shows them, by category and key; secrets as their last four."""
    shown: dict[str, dict[str, Any]] = {}
    stored = _stored()["settings"]
    for (group, key), definition in DEFINITIONS.items():
        if category and group != category:
            continue
        name = f"{group}.{key}"
        value = stored.get(name, default_of(definition))
        if definition.kind is Kind.SECRET:
            value = f"…{str(value)[-4:]}" if value else ""
        shown.setdefault(group, {})[key] = {
            "value": value,
            "is_default": name not in stored,
            "type": definition.kind.value,
            "help": definition.help,
            "allowed": definition.allowed(),
        }
    return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChange:
    """One change of a setting; of a secret only the last four characters of the new one."""

    id: uuid.UUID
    created_at: datetime.datetime
    actor_label: str
    old: Any
    new: Any


def setting_history(category: str, key: str) -> list[SettingChange]:
    """Return the last 100 changes, newest first; raises NotFound for an unknown setting."""
    setting_definition(category, key)
    rows = audit_list(entity_type="setting", entity_id=f"{category}.{key}", event="setting.changed")
    return [
        SettingChange(
            id=row.id,
            created_at=row.created_at,
            actor_label=row.actor_label,
            old=row.changes["value"][0],
            new=row.changes["value"][1],
        )
        for row in rows[:100]
    ]


def changed_rights() -> Mapping[tuple[str, str], bool]:
    """Return the rights that an admin changed: {(role, right): allowed}."""
    changed: dict[tuple[str, str], bool] = {}
    for name, allowed in _stored()["rights"].items():
        role, _, right = name.partition("|")
        changed[role, right] = allowed
    return changed


def _stored() -> dict[str, dict[str, Any]]:
    """Return what differs from the defaults: this process's copy while the version is the same.

    The version is read first: whoever read the table before a commit fills the old version's
    copy, which nobody reads any more. Versions are random and end by themselves, so that a lost
    renewal (Redis away at the commit) is healed within VERSION_SECONDS.
    """
    global _copy  # noqa: PLW0603 - the process's copy, replaced whole
    try:
        version = _version()
    except redis.RedisError:
        logger.warning("settings_cache_away")
        return _read()
    known, found = _copy
    if known != version:
        found = _read()
        _copy = (version, found)
    return found


def _version() -> str:
    key = redis.key(VERSION_KEY)
    for _ in range(2):
        version = redis.client().get(key)
        if isinstance(version, str):
            return version
        redis.client().set(key, secrets.token_hex(8), nx=True, ex=VERSION_SECONDS)
    # It ended between the two: a version of our own makes us read the table.
    return secrets.token_hex(8)


def version_renew() -> None:
    """Make every process read anew; call it after the commit. Raises redis.RedisError."""
    redis.client().set(redis.key(VERSION_KEY), secrets.token_hex(8), ex=VERSION_SECONDS)


def _read() -> dict[str, dict[str, Any]]:
    return {
        "settings": {f"{row.category}.{row.key}": row.value for row in TenantSetting.objects.all()},
        "rights": {f"{row.role}|{row.right}": row.allowed for row in RoleRight.objects.all()},
    }


def user_get(user_id: uuid.UUID) -> User:
    """Return the user; raises NotFound."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound("This user does not exist.")
    return user


def user_list() -> QuerySet[User]:
    """Return all users by address."""
    return User.objects.order_by("email")


def shipping_default() -> ShippingProfile | None:
    """Return the profile that new listings get."""
    return ShippingProfile.objects.filter(is_default=True).first()
