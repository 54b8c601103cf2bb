"""Writes of people and settings."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from realtrack.core import crypto, redis
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from realtrack.core.events import emit
from realtrack.core.rights import FIXED_FOR_ADMIN, Right, Role, roles_with, user_can
from settings_app import events
from settings_app.definitions import Kind, Setting
from settings_app.enums import UserRole
from settings_app.models import RoleRight, TenantSetting, User, setting_aad
from settings_app.selectors import setting_definition, setting_history, version_renew

logger = structlog.get_logger(__name__)


def user_create(
    *,
    email: str,
    password: str,
    role: str,
    actor: Actor,
    name: str = "",
    is_demo: bool = False,
) -> User:
    """Make a user; raises InvalidInput by field for a bad address, role or weak password."""
    faults: dict[str, str | list[str]] = {}
    try:
        validate_email(email)
    except ValidationError:
        faults["email"] = "This is not an e-mail address."
    if role not in UserRole.values:
        faults["role"] = "Choose one of " + ", ".join(UserRole.values) + "."
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        faults["password"] = list(error.messages)
    if faults:
        raise InvalidInput(fields=faults)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email, password, role=role, name=name.strip(), is_demo=is_demo
            )
            emit(
                events.UserCreated(entity_id=user.pk, metadata={"role": role}),
                actor=actor,
            )
    except IntegrityError as error:
        raise InvalidInput(fields={"email": "A user with this address exists."}) from error
    return user


def user_role_set(*, user_id: uuid.UUID, role: str, actor: Actor) -> User:
    """Change the role; the last active admin keeps it (Conflict)."""
    if role not in UserRole.values:
        raise InvalidInput(fields={"role": "Choose one of " + ", ".join(UserRole.values) + "."})
    with transaction.atomic():
        user = _user_locked(user_id, with_admins=True)
        before = user.role
        if before == UserRole.ADMIN and role != UserRole.ADMIN:
            _refuse_last_admin(user)
        user.role = role
        user.save(update_fields=["role"])
        emit(
            events.UserRoleChanged(entity_id=user.pk, changes={"role": [before, role]}),
            actor=actor,
        )
    return user


def user_profile_set(*, user_id: uuid.UUID, name: str, actor: Actor) -> User:
    """Set the person's own name; raises InvalidInput for one that is too long."""
    name = name.strip()
    if len(name) > 200 or "\x00" in name:
        raise InvalidInput(fields={"name": "A name has at most 200 characters."})
    with transaction.atomic():
        user = _user_locked(user_id)
        before, user.name = user.name, name
        user.save(update_fields=["name"])
        emit(
            events.UserProfileChanged(entity_id=user.pk, metadata={"changed": before != name}),
            actor=actor,
        )
    return user


def user_deactivate(*, user_id: uuid.UUID, actor: Actor) -> User:
    """Shut the account and end its sessions and tokens; the last active admin stays (Conflict)."""
    with transaction.atomic():
        user = _user_locked(user_id, with_admins=True)
        if user.role == UserRole.ADMIN:
            _refuse_last_admin(user)
        user.is_active = False
        user.token_version += 1
        user.save(update_fields=["is_active", "token_version"])
        emit(events.UserDeactivated(entity_id=user.pk), actor=actor)
    return user


def user_reactivate(*, user_id: uuid.UUID, actor: Actor) -> User:
    """Open the account again."""
    with transaction.atomic():
        user = _user_locked(user_id)
        user.is_active = True
        user.save(update_fields=["is_active"])
        emit(events.UserReactivated(entity_id=user.pk), actor=actor)
    return user


def user_signed_in(*, user_id: uuid.UUID, actor: Actor, way: str) -> None:
    """Log a sign-in; `way` is `browser` or `api`."""
    with transaction.atomic():
        emit(events.UserSignedIn(entity_id=user_id, metadata={"way": way}), actor=actor)


def user_sign_out_everywhere(*, user_id: uuid.UUID, actor: Actor, reason: str = "asked") -> None:
    """End all sessions and bearer tokens of the user."""
    with transaction.atomic():
        User.objects.filter(pk=user_id).update(token_version=F("token_version") + 1)
        event = events.UserTokenReused if reason == "token_reused" else events.UserSignedOut
        emit(
            event(entity_id=user_id, metadata={"everywhere": True, "reason": reason}),
            actor=actor,
        )


def user_password_change(
    *, user_id: uuid.UUID, old_password: str, new_password: str, actor: Actor
) -> User:
    """Set a new password and end every other session and token of the user.

    Raises InvalidInput by field for a wrong old or a weak new password.
    """
    user = User.objects.get(pk=user_id)
    if not user.check_password(old_password):
        raise InvalidInput(fields={"old_password": "This is not your present password."})
    try:
        validate_password(new_password, user)
    except ValidationError as error:
        raise InvalidInput(fields={"new_password": list(error.messages)}) from error
    with transaction.atomic():
        user = _user_locked(user_id)
        user.set_password(new_password)
        user.token_version += 1
        user.save(update_fields=["password", "token_version"])
        emit(events.UserPasswordChanged(entity_id=user.pk), actor=actor)
    return user


def role_right_set(*, role: str, right: str, allowed: bool, actor: Actor) -> None:
    """Give a right to a role or take it; what an admin needs to mend things stays (Conflict)."""
    try:
        known_role, known_right = Role(role), Right(right)
    except ValueError as error:
        raise InvalidInput(fields={"right": "There is no such role or right."}) from error
    if known_role is Role.ADMIN and known_right in FIXED_FOR_ADMIN and not allowed:
        raise Conflict("Admins keep this right, else nobody could give it back.")
    with transaction.atomic():
        RoleRight.objects.update_or_create(
            role=role,
            right=right,
            defaults={"allowed": allowed, "updated_by_id": actor.user_id},
        )
        emit(
            events.RoleRightChanged(entity_id=role, changes={right: [None, allowed]}),
            actor=actor,
        )
        transaction.on_commit(_renew_cache)


def setting_set(*, category: str, key: str, value: Any, actor: Actor) -> Any:
    """Store a setting; every process sees it at once after the commit. Returns what was stored.

    Raises NotFound for an unknown key, InvalidInput with what is allowed. Secrets are sealed and
    only their last four characters can be read again.
    """
    definition = setting_definition(category, key)
    cleaned = definition.clean(value)
    is_secret = definition.kind is Kind.SECRET
    with transaction.atomic():
        row = TenantSetting.objects.select_for_update().filter(category=category, key=key).first()
        before = row.value if row is not None else definition.default
        row = row or TenantSetting(category=category, key=key)
        row.sealed = crypto.encrypt(cleaned, aad=row.aad) if is_secret else ""
        row.value = cleaned[-4:] if is_secret else cleaned
        row.updated_by_id = actor.user_id
        row.save()
        shown = ["…", "…" + row.value] if is_secret else [before, cleaned]
        emit(
            events.SettingChanged(entity_id=f"{category}.{key}", changes={"value": shown}),
            actor=actor,
        )
        transaction.on_commit(_renew_cache)
    return row.value


def setting_reset(*, category: str, key: str, actor: Actor) -> None:
    """Go back to the default."""
    definition = setting_definition(category, key)
    with transaction.atomic():
        row = TenantSetting.objects.filter(category=category, key=key).first()
        if row is None:
            return
        before = "…" if definition.kind is Kind.SECRET else row.value
        row.delete()
        emit(
            events.SettingChanged(entity_id=f"{category}.{key}", changes={"value": [before, None]}),
            actor=actor,
        )
        transaction.on_commit(_renew_cache)


def setting_undo(*, category: str, key: str, actor: Actor) -> None:
    """Put back the value before the last change, as the log tells; secrets cannot come back."""
    history = setting_history(category, key)
    if not history:
        raise Conflict("There is no earlier value to go back to.")
    setting_put_back(category=category, key=key, change_id=history[0].id, actor=actor)


def setting_put_back(*, category: str, key: str, change_id: uuid.UUID, actor: Actor) -> None:
    """Put back the value that stood before the change `change_id` of the history.

    Raises NotFound, Conflict for a secret, InvalidInput where it is not allowed any more.
    """
    definition = setting_definition(category, key)
    change = next((one for one in setting_history(category, key) if one.id == change_id), None)
    if change is None:
        raise NotFound("There is no such change in the history of this setting.")
    if definition.kind is Kind.SECRET:
        raise Conflict("An earlier key cannot be read any more; type it anew.")
    if change.old is None or change.old == definition.default:
        setting_reset(category=category, key=key, actor=actor)
    else:
        setting_set(category=category, key=key, value=change.old, actor=actor)


def secrets_rotate() -> int:
    """Seal secret settings with the newest key; returns how many were rewritten."""
    count = 0
    for row in TenantSetting.objects.exclude(sealed=""):
        if crypto.is_newest(row.sealed):
            continue
        with transaction.atomic():
            locked = TenantSetting.objects.select_for_update().get(pk=row.pk)
            locked.sealed = crypto.reseal(locked.sealed, aad=setting_aad(row.category, row.key))
            locked.save(update_fields=["sealed"])
        count += 1
    return count


def _renew_cache() -> None:
    try:
        version_renew()
    except redis.RedisError:
        # Readers go to the table while Redis is away, and the version ends soon after.
        logger.warning("settings_cache_away")


def _user_locked(user_id: uuid.UUID, *, with_admins: bool = False) -> User:
    """Lock the user; `with_admins` all active admins too, in one order.

    So that of two admins who demote each other at once, the second sees that he is the last.
    """
    wanted = Q(pk=user_id)
    if with_admins:
        wanted |= Q(role=UserRole.ADMIN, is_active=True)
    rows = list(User.objects.select_for_update(of=("self",)).filter(wanted).order_by("pk"))
    for row in rows:
        if row.pk == user_id:
            return row
    raise NotFound("This user does not exist.")


def _refuse_last_admin(user: User) -> None:
    """Raise Conflict if no other admin is active; the admins are locked by the caller."""
    others = User.objects.filter(role=UserRole.ADMIN, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise Conflict("This is the last active admin; make another one first.")


def check_may_change(definition: Setting, user: User) -> None:
    """Raise NotAllowed unless the user's role may change this setting (keys are for admins)."""
    if not user_can(user, definition.right):
        raise NotAllowed(
            f"{definition.name} is changed by {', '.join(roles_with(definition.right))}."
        )
