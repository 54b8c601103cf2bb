"""Tokens: renewed by one worker for all, sealed in the row, never logged."""

from __future__ import annotations

import datetime
import time
import uuid
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.utils import timezone

from channels_app import events
from channels_app.adapters.base import ChannelError, Session, SignInAgain, TokenSet, TryAgain
from channels_app.adapters.registry import adapter_for
from channels_app.enums import ConnectionStatus
from channels_app.locks import connection_locked
from channels_app.models import ChannelConnection
from realtrack.core import crypto
from realtrack.core.actors import Actor
from realtrack.core.events import emit

logger = structlog.get_logger(__name__)

# A token with less than this left is renewed before it is used.
INLINE_SPARE = datetime.timedelta(minutes=5)
# Longer than the call that renews may take; then another worker may try.
LEASE = datetime.timedelta(seconds=40)
_WAIT_SECONDS = 45.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Renewal:
    """What the worker with the lease needs for the call."""

    channel: str
    refresh_token: str
    scope: str
    version: int


def session_of(connection: ChannelConnection) -> Session:
    """Return whose calls are made; tokens are read and renewed as they are needed."""
    connection_id = connection.pk

    def token(rejected: str) -> str:
        return connection_token(connection_id=connection_id, rejected=rejected)

    return Session(
        connection_id=connection_id,
        site=connection.marketplace_site_id,
        settings=dict(connection.settings),
        token=token,
    )


def connection_token(*, connection_id: uuid.UUID, rejected: str = "") -> str:
    """Return a valid access token, renewing it where under 5 minutes are left or it was rejected.

    One renewal for all workers: the first takes a lease on the row, the others go on with the old
    token while it is good, else wait for the new one. Raises ChannelError(SignInAgain) when the
    grant has ended (the connection then says so), ChannelError(TryAgain) when nobody answers.
    """
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        good, renewal = _look(connection_id, rejected)
        if renewal is not None:
            return _renew(connection_id, renewal)
        if good:
            return good
        if time.monotonic() > deadline:
            raise ChannelError(
                TryAgain(reason="The sign-in is being renewed; it takes long.", after=15.0)
            )
        time.sleep(_LOOK_SECONDS)


def connection_refresh_token(*, connection_id: uuid.UUID) -> bool:
    """Renew the token now, unless another worker is at it; for the schedule."""
    with transaction.atomic():
        row = connection_locked(connection_id)
        renewal = _take_lease(row)
    if renewal is None:
        return False
    _renew(connection_id, renewal)
    return True


def _look(connection_id: uuid.UUID, rejected: str) -> tuple[str, _Renewal | None]:
    """Return (a token to use, None), ("", the lease) or ("", None) = another is renewing it."""
    row = ChannelConnection.objects.get(pk=connection_id)
    _check_usable(row)
    token, is_fresh, is_valid = _state_of(row, rejected)
    if is_fresh:
        return token, None
    with transaction.atomic():
        row = connection_locked(connection_id)
        _check_usable(row)
        token, is_fresh, is_valid = _state_of(row, rejected)
        if is_fresh:
            return token, None
        renewal = _take_lease(row)
    if renewal is not None:
        return "", renewal
    return (token if is_valid else ""), None


def _state_of(row: ChannelConnection, rejected: str) -> tuple[str, bool, bool]:
    """(token, good for a while, good now). No expiry means that it is never renewed."""
    token = crypto.decrypt(row.access_token, aad=row.token_aad("access"))
    if not token or token == rejected:
        return token, False, False
    if row.token_expires_at is None:
        return token, True, True
    left = row.token_expires_at - timezone.now()
    return token, left > INLINE_SPARE, left > datetime.timedelta(seconds=5)


def _check_usable(row: ChannelConnection) -> None:
    if row.disconnected_at is not None or row.status in {
        ConnectionStatus.EXPIRED,
        ConnectionStatus.REVOKED,
    }:
        raise ChannelError(SignInAgain(reason=row.last_error or "The account is not signed in."))


def _take_lease(row: ChannelConnection) -> _Renewal | None:
    now = timezone.now()
    if row.refresh_claimed_until is not None and row.refresh_claimed_until > now:
        return None
    row.refresh_claimed_until = now + LEASE
    row.save(update_fields=["refresh_claimed_until", "updated_at"])
    return _Renewal(
        channel=row.channel,
        refresh_token=crypto.decrypt(row.refresh_token, aad=row.token_aad("refresh")),
        scope=row.scope,
        version=row.token_version,
    )


def _renew(connection_id: uuid.UUID, renewal: _Renewal) -> str:
    """Make the call outside any transaction and record what came of it."""
    try:
        if not renewal.refresh_token:
            raise ChannelError(SignInAgain(reason="The sign-in has ended; sign in again."))
        tokens = adapter_for(renewal.channel).refresh_token(
            refresh_token=renewal.refresh_token, scope=renewal.scope
        )
    except ChannelError as error:
        connection_note_failure(connection_id=connection_id, error=error)
        _release(connection_id)
        raise
    with transaction.atomic():
        row = connection_locked(connection_id)
        if row.token_version == renewal.version:
            tokens_store(row, tokens)
        row.refresh_claimed_until = None
        row.status = ConnectionStatus.ACTIVE if row.disconnected_at is None else row.status
        row.last_error = ""
        row.last_ok_at = timezone.now()
        row.save()
        token = crypto.decrypt(row.access_token, aad=row.token_aad("access"))
    logger.info("token_renewed", connection_id=str(connection_id))
    return token


def _release(connection_id: uuid.UUID) -> None:
    ChannelConnection.objects.filter(pk=connection_id).update(refresh_claimed_until=None)


def tokens_store(row: ChannelConnection, tokens: TokenSet) -> None:
    """Seal tokens into the row (not saved); a missing refresh token keeps the one there."""
    row.access_token = crypto.encrypt(tokens.access_token, aad=row.token_aad("access"))
    row.token_expires_at = tokens.expires_at
    if tokens.refresh_token:
        row.refresh_token = crypto.encrypt(tokens.refresh_token, aad=row.token_aad("refresh"))
        row.refresh_token_expires_at = tokens.refresh_expires_at
    if tokens.scope:
        row.scope = tokens.scope
    row.token_version += 1


def connection_note_failure(*, connection_id: uuid.UUID, error: ChannelError) -> None:
    """Write why the account cannot be used, and tell it once; what heals by itself is only noted."""
    first = error.first
    with transaction.atomic():
        row = connection_locked(connection_id)
        row.last_error = first.reason
        row.last_error_at = timezone.now()
        if isinstance(first, SignInAgain) and row.status == ConnectionStatus.ACTIVE:
            row.status = ConnectionStatus.REVOKED if first.revoked else ConnectionStatus.EXPIRED
            emit(
                events.ChannelFailed(
                    entity_id=row.pk,
                    label=row.label,
                    channel=row.channel,
                    status=row.status,
                    reason=first.reason,
                ),
                actor=Actor.marketplace(row.label),
            )
        row.save()
