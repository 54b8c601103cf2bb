"""Invitations and reset links: one use, two days, only the hash stored, no password by mail."""

from __future__ import annotations

import datetime
import hashlib
import secrets
import uuid

import structlog
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.events import emit
from settings_app import events
from settings_app.enums import LinkKind, UserRole
from settings_app.models import AccessLink, User
from settings_app.selectors import setting_value
from settings_app.services import user_create

logger = structlog.get_logger(__name__)

LIFETIME = datetime.timedelta(hours=48)


class LinkEnded(NotFound):
    """The link is unknown, was used or is too old; which of them is nobody's business."""

    code = "link_ended"
    default_message = "This link has ended or was used. Ask for a new one."


def token_hash(token: str) -> str:
    """Return what is stored of a token; it is random and long, so that one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitations_open() -> QuerySet[AccessLink]:
    """Return the invitations that can still be taken."""
    return AccessLink.objects.filter(
        kind=LinkKind.INVITE, used_at__isnull=True, expires_at__gt=timezone.now()
    )


def user_invite(*, email: str, role: str, actor: Actor, name: str = "") -> tuple[AccessLink, str]:
    """Make an invitation, which replaces an earlier one to that address: (row, token).

    Raises InvalidInput for a bad address or role, or where such a user exists.
    """
    faults: dict[str, str] = {}
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        faults["email"] = "This is not an e-mail address."
    if role not in UserRole.values:
        faults["role"] = "Choose one of " + ", ".join(UserRole.values) + "."
    if User.objects.filter(email__iexact=email).exists():
        faults["email"] = "A user with this address exists."
    if faults:
        raise InvalidInput(fields=faults)
    with transaction.atomic():
        invitations_open().filter(email__iexact=email).update(expires_at=timezone.now())
        link, token = _link_make(
            kind=LinkKind.INVITE, email=email, role=role, name=name.strip(), actor=actor
        )
        emit(events.UserInvited(entity_id=link.pk, metadata={"role": role}), actor=actor)
    return link, token


def invitation_revoke(*, link_id: uuid.UUID, actor: Actor) -> None:
    """End an invitation that nobody took; raises NotFound."""
    with transaction.atomic():
        link = invitations_open().select_for_update().filter(pk=link_id).first()
        if link is None:
            raise NotFound("This invitation does not exist, or not any more.")
        link.expires_at = timezone.now()
        link.save(update_fields=["expires_at"])
        emit(events.UserInviteRevoked(entity_id=link.pk), actor=actor)


def reset_link_make(*, user_id: uuid.UUID, actor: Actor) -> tuple[AccessLink, str]:
    """Make a link that sets a new password, which ends earlier ones: (row, token)."""
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
        if user is None:
            raise NotFound("This user does not exist, or the account is shut.")
        now = timezone.now()
        AccessLink.objects.filter(kind=LinkKind.RESET, user=user, used_at__isnull=True).update(
            expires_at=now
        )
        link, token = _link_make(kind=LinkKind.RESET, email=user.email, user=user, actor=actor)
        emit(events.UserResetAsked(entity_id=user.pk), actor=actor)
    return link, token


def reset_link_ask(*, email: str, address: str) -> None:
    """Mail a reset link if there is such a user; whoever asks learns nothing either way."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is not None:
        link, token = reset_link_make(user_id=user.pk, actor=Actor.system("forgot password"))
        link_mail(link=link, url=f"{address}{token}/")


def link_find(token: str) -> AccessLink:
    """Return the live link of that token; raises LinkEnded."""
    link = AccessLink.objects.filter(
        token_hash=token_hash(token), used_at__isnull=True, expires_at__gt=timezone.now()
    ).first()
    if link is None:
        raise LinkEnded
    return link


def link_accept(*, token: str, password: str, name: str = "", ip: str | None = None) -> User:
    """Use the link: make the invited user, or set the password and end all sign-ins.

    Of two at once one wins. Raises LinkEnded, InvalidInput for a weak password (the link stays).
    """
    with transaction.atomic():
        # The lock decides between two that use it at once.
        found = link_find(token)
        link = AccessLink.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if link.used_at is not None:
            raise LinkEnded
        user = (
            _join(link, password, name, ip)
            if link.kind == LinkKind.INVITE
            else _reset(link, password, ip)
        )
        link.used_at = timezone.now()
        link.user = user
        link.save(update_fields=["used_at", "user"])
    return user


def link_mail(*, link: AccessLink, url: str) -> bool:
    """Mail the link; False where the mail server is away (the admin has the link on screen)."""
    business = setting_value("general", "business_name")
    if link.kind == LinkKind.INVITE:
        subject = f"Your access to {business}"
        first = f"You are invited to work in {business}'s RealTrack. Choose your password here:"
    else:
        subject = f"A new password for {business}"
        first = "Choose a new password here. If you did not ask for it, leave the link alone:"
    text = f"{first}\n\n{url}\n\nThe link works once and for 48 hours.\n"
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [link.email])
    except OSError as error:  # smtplib's errors are OSErrors
        logger.warning("mail_not_sent", error=type(error).__name__)
        return False
    return True


def _link_make(
    *,
    kind: LinkKind,
    email: str,
    actor: Actor,
    role: str = "",
    name: str = "",
    user: User | None = None,
) -> tuple[AccessLink, str]:
    token = secrets.token_urlsafe(32)
    link = AccessLink.objects.create(
        kind=kind,
        token_hash=token_hash(token),
        email=email,
        name=name,
        role=role,
        user=user,
        created_by_id=actor.user_id,
        expires_at=timezone.now() + LIFETIME,
    )
    return link, token


def _join(link: AccessLink, password: str, name: str, ip: str | None) -> User:
    return user_create(
        email=link.email,
        password=password,
        role=link.role,
        name=name or link.name,
        actor=Actor(kind=ActorKind.PERSON, label=link.email, ip=ip),
    )


def _reset(link: AccessLink, password: str, ip: str | None) -> User:
    user = User.objects.select_for_update(of=("self",)).filter(links=link, is_active=True).first()
    if user is None:
        raise LinkEnded
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(fields={"password": list(error.messages)}) from error
    user.set_password(password)
    user.token_version += 1
    user.save(update_fields=["password", "token_version"])
    emit(
        events.UserPasswordChanged(entity_id=user.pk, metadata={"way": "link"}),
        actor=Actor.person(user, ip=ip),
    )
    return user
