"""Personal API tokens and browser sessions: made, listed, ended."""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from realtrack.core import redis
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.events import emit
from realtrack.core.rights import Role
from settings_app import events
from settings_app.links import token_hash
from settings_app.models import ApiToken, User, UserSession

PREFIX = "rtp_"
MAX_DAYS = 366
MAX_TOKENS = 50
_RANK = {role.value: rank for rank, role in enumerate(Role)}
# A busy program would write the row at each call else.
_USED_EVERY = datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A browser that is signed in now."""

    id: uuid.UUID
    browser: str
    ip_address: str | None
    created_at: datetime.datetime
    last_used_at: datetime.datetime
    expires_at: datetime.datetime
    is_here: bool


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Return the tokens that a person made and did not revoke, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True)


def api_token_create(
    *, user: User, name: str, role: str, days: int, actor: Actor
) -> tuple[ApiToken, str]:
    """Make a token: (row, the token itself, shown once).

    Raises InvalidInput for a role above the owner's or a life of more than a year.
    """
    faults: dict[str, str] = {}
    if not name.strip():
        faults["name"] = "Say what the token is for."
    if _RANK.get(role, len(_RANK)) > _RANK[user.role]:
        faults["role"] = f"Your role is {user.role}; a token has at most this one."
    if not 1 <= days <= MAX_DAYS:
        faults["days"] = f"From 1 to {MAX_DAYS} days."
    if tokens_of(user).count() >= MAX_TOKENS:
        faults["name"] = f"You have {MAX_TOKENS} tokens; revoke one first."
    if faults:
        raise InvalidInput(fields=faults)
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        row = ApiToken.objects.create(
            user_id=user.pk,
            name=name.strip(),
            role=role,
            token_hash=token_hash(secret),
            last_four=secret[-4:],
            token_version=user.token_version,
            expires_at=timezone.now() + datetime.timedelta(days=days),
        )
        emit(
            events.ApiTokenCreated(entity_id=row.pk, metadata={"role": role, "name": row.name}),
            actor=actor,
        )
    return row, secret


def api_token_revoke(*, user: User, token_id: uuid.UUID, actor: Actor) -> None:
    """End one of the person's tokens; raises NotFound."""
    with transaction.atomic():
        count = tokens_of(user).filter(pk=token_id).update(revoked_at=timezone.now())
        if count == 0:
            raise NotFound("This token does not exist, or not any more.")
        emit(events.ApiTokenRevoked(entity_id=token_id), actor=actor)


def api_token_user(secret: str) -> User | None:
    """Return the token's owner with the lower of both roles; None for a token that is not valid.

    The returned user is for this request only: its role is what the token may do.
    """
    now = timezone.now()
    row = (
        ApiToken.objects.select_related("user")
        .filter(
            token_hash=token_hash(secret),
            revoked_at__isnull=True,
            expires_at__gt=now,
            token_version=F("user__token_version"),
            user__is_active=True,
        )
        .first()
    )
    if row is None:
        return None
    ApiToken.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _USED_EVERY), pk=row.pk
    ).update(last_used_at=now)
    user = row.user
    user.role = min(row.role, user.role, key=lambda role: _RANK[role])
    return user


def session_note(*, user: User, session_key: str, ip: str | None, browser: str) -> None:
    """Remember which browser holds a session, so that its owner can end it."""
    UserSession.objects.update_or_create(
        session_key=session_key,
        defaults={
            "user": user,
            "token_version": user.token_version,
            "ip_address": ip,
            "browser": browser[:200],
        },
    )


def session_used(*, session_key: str) -> None:
    """Note that the session is in use; writes once a minute. Raises redis.RedisError."""
    # The key stands in plain text in no other place than the session's own table.
    name = redis.key("session-used", token_hash(session_key))
    if redis.client().set(name, "1", nx=True, ex=int(_USED_EVERY.total_seconds())):
        UserSession.objects.filter(session_key=session_key).update(last_used_at=timezone.now())


def is_known_place(*, email: str, ip: str | None) -> bool:
    """Say whether this person signed in with a browser from this address in the last 90 days."""
    since = timezone.now() - datetime.timedelta(days=90)
    return (
        ip is not None
        and UserSession.objects.filter(
            user__email__iexact=email.strip(), ip_address=ip, created_at__gt=since
        ).exists()
    )


def sessions_of(*, user: User, here: str) -> Sequence[SessionRow]:
    """Return the browsers that are signed in as this person; `here` is the present one's key."""
    rows = list(UserSession.objects.filter(user=user, token_version=user.token_version))
    alive = dict(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", "expire_date")
    )
    return [
        SessionRow(
            id=row.pk,
            browser=row.browser,
            ip_address=row.ip_address,
            created_at=row.created_at,
            last_used_at=row.last_used_at or row.created_at,
            expires_at=alive[row.session_key],
            is_here=row.session_key == here,
        )
        for row in rows
        if row.session_key in alive
    ]


def session_end(*, user: User, session_id: uuid.UUID, actor: Actor) -> None:
    """Sign one browser out; raises NotFound."""
    with transaction.atomic():
        row = UserSession.objects.filter(user=user, pk=session_id).first()
        if row is None:
            raise NotFound("This session does not exist, or not any more.")
        Session.objects.filter(session_key=row.session_key).delete()
        row.delete()
        emit(events.UserSessionEnded(entity_id=user.pk), actor=actor)
