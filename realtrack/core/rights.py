"""The one table of rights: what each role may do. API, pages, admin and websocket all read it.

A role's defaults stand here; what an admin changed is in the database (`settings_app`) and wins,
so that it survives a deployment.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from realtrack.core import registry

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(StrEnum):
    """From least to most."""

    VIEWER = "viewer"
    USER = "user"
    MANAGER = "manager"
    ADMIN = "admin"


class Right(StrEnum):
    """`<area>.<verb>`; each API view and page names one."""

    OWN_ACCOUNT = "account.own"
    LISTINGS_VIEW = "listings.view"
    LISTINGS_EDIT = "listings.edit"
    LISTINGS_DELETE = "listings.delete"
    PHOTOS_VIEW = "photos.view"
    PHOTOS_EDIT = "photos.edit"
    INGESTION_VIEW = "ingestion.view"
    INGESTION_EDIT = "ingestion.edit"
    FITMENT_VIEW = "fitment.view"
    FITMENT_EDIT = "fitment.edit"
    FITMENT_REFERENCE = "fitment.reference"
    INVENTORY_VIEW = "inventory.view"
    INVENTORY_ADJUST = "inventory.adjust"
    CHANNELS_VIEW = "channels.view"
    CHANNELS_PUBLISH = "channels.publish"
    CHANNELS_MANAGE = "channels.manage"
    ORDERS_VIEW = "orders.view"
    ORDERS_WORK = "orders.work"
    ORDERS_REFUND = "orders.refund"
    BUYERS_VIEW = "buyers.view"
    NOTIFICATIONS_VIEW = "notifications.view"
    DASHBOARD_VIEW = "dashboard.view"
    AUDIT_VIEW = "audit.view"
    RUNS_VIEW = "runs.view"
    RUNS_STEER = "runs.steer"
    RUNS_STEER_OTHERS = "runs.steer_others"
    SETTINGS_VIEW = "settings.view"
    SETTINGS_EDIT = "settings.edit"
    PRICING_EDIT = "pricing.edit"
    USERS_MANAGE = "users.manage"
    KEYS_MANAGE = "keys.manage"
    ADMIN_SITE = "admin.site"
    HEALTH_DETAIL = "health.detail"
    METRICS_VIEW = "metrics.view"


_VIEWER = frozenset({
    Right.OWN_ACCOUNT, Right.LISTINGS_VIEW, Right.PHOTOS_VIEW, Right.INGESTION_VIEW,
    Right.FITMENT_VIEW, Right.INVENTORY_VIEW, Right.CHANNELS_VIEW, Right.ORDERS_VIEW,
    Right.NOTIFICATIONS_VIEW, Right.DASHBOARD_VIEW, Right.RUNS_VIEW,
})  # fmt: skip
_USER = _VIEWER | {
    Right.LISTINGS_EDIT, Right.LISTINGS_DELETE, Right.PHOTOS_EDIT, Right.INGESTION_EDIT,
    Right.FITMENT_EDIT, Right.INVENTORY_ADJUST, Right.ORDERS_WORK, Right.BUYERS_VIEW,
    Right.RUNS_STEER, Right.SETTINGS_VIEW,
}  # fmt: skip
_MANAGER = _USER | {
    Right.CHANNELS_PUBLISH, Right.CHANNELS_MANAGE, Right.ORDERS_REFUND, Right.SETTINGS_EDIT,
    Right.PRICING_EDIT, Right.RUNS_STEER_OTHERS, Right.AUDIT_VIEW, Right.FITMENT_REFERENCE,
}  # fmt: skip

ROLE_RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.USER: frozenset(_USER),
    Role.MANAGER: frozenset(_MANAGER),
    Role.ADMIN: frozenset(Right),
}

# Taken from an admin, these would lock the business out of its own back office.
FIXED_FOR_ADMIN = frozenset({Right.OWN_ACCOUNT, Right.USERS_MANAGE})


def role_has(role: str, right: Right) -> bool:
    """Say whether `role` holds `right`, an admin's changes included; unknown roles hold nothing."""
    try:
        known = Role(role)
    except ValueError:
        return False
    if known is Role.ADMIN and right in FIXED_FOR_ADMIN:
        return True
    for source in registry.rights_source.values():
        changed = source().get((known.value, right.value))
        if changed is not None:
            return changed
    return right in ROLE_RIGHTS[known]


def rights_of(role: str) -> frozenset[Right]:
    """Return all that `role` holds, as `role_has` says it; the changes are read once."""
    try:
        known = Role(role)
    except ValueError:
        return frozenset()
    held = set(ROLE_RIGHTS[known])
    by_name = {right.value: right for right in Right}
    # Where several sources speak of a right, the first counts.
    for source in reversed(list(registry.rights_source.values())):
        for (of_role, name), allowed in source().items():
            if of_role == known.value and name in by_name:
                (held.add if allowed else held.discard)(by_name[name])
    return frozenset(held | FIXED_FOR_ADMIN if known is Role.ADMIN else held)


def user_can(user: Any, right: Right) -> bool:
    """Say whether this user may do it now; nobody and the deactivated may do nothing."""
    if not getattr(user, "is_authenticated", False) or not getattr(user, "is_active", False):
        return False
    return role_has(user.role, right)


def roles_with(right: Right) -> list[str]:
    """Return the roles that hold `right`, least first; the 403 page names them."""
    return [role.value for role in Role if role_has(role.value, right)]
