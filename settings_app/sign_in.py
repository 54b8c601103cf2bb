"""Sign-in and bearer tokens: the slow-down, the tokens' family, and reuse detection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import authenticate
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.token_blacklist.models import (
    BlacklistedToken,
    OutstandingToken,
)
from rest_framework_simplejwt.tokens import RefreshToken

from realtrack.core import crypto
from realtrack.core.actors import Actor
from realtrack.core.errors import NotSignedIn, TooManyRequests
from realtrack.core.limits import window_hit
from settings_app import services, tokens
from settings_app.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest

VERSION_CLAIM = "tv"
# Wrong or right, an address may be tried this often a minute from anywhere: guessing is slow. A
# host from which its owner signed in before counts by itself, so that strangers who keep guessing
# do not lock the owner out (axes locks by address *and* host).
TRIES_PER_MINUTE = 10


class WrongPassword(NotSignedIn):
    code = "wrong_credentials"
    default_message = "E-mail or password is not right."


class TokenEnded(NotSignedIn):
    code = "token_not_valid"
    default_message = "This token is not valid any more. Sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    access: str
    refresh: str


def sign_in_check(*, request: HttpRequest, email: str, password: str) -> User:
    """Return the user whose password this is.

    Raises WrongPassword (the same for an unknown address), TooManyRequests when slowed down or
    locked out for this address and host.
    """
    window = f"sign-in:{crypto.keyed_hash(email)}"
    host = request.META.get("REMOTE_ADDR") or None
    if tokens.is_known_place(email=email, ip=host):
        window += f":{crypto.keyed_hash(str(host))}"
    wait = window_hit(window, limit=TRIES_PER_MINUTE, seconds=60)
    if wait:
        raise TooManyRequests(
            "Too many tries for this address. Wait a minute.",
            code="slowed_down",
            retry_after=wait,
        )
    user = authenticate(request, username=email.strip(), password=password)
    if user is not None:
        return user
    if getattr(request, "axes_locked_out", False):
        raise TooManyRequests(
            "Too many wrong passwords. Wait 15 minutes, or ask an admin for a new one.",
            code="locked_out",
            retry_after=900,
        )
    raise WrongPassword


def tokens_issue(user: User) -> TokenPair:
    """Return a fresh pair; the refresh token begins a family that ends as one."""
    refresh = RefreshToken.for_user(user)
    refresh[VERSION_CLAIM] = user.token_version
    return TokenPair(access=str(refresh.access_token), refresh=str(refresh))


def tokens_refresh(refresh: str) -> tuple[User, TokenPair]:
    """Rotate: the given refresh token ends, a new pair is returned.

    One that was used before means that it was stolen (or replayed): every token of the user ends
    and TokenEnded is raised, as for any token that is not valid.
    """
    try:
        token = RefreshToken(refresh)  # type: ignore[arg-type]  # simplejwt takes the text
    except TokenError as error:
        _end_family_on_reuse(refresh)
        raise TokenEnded from error
    user = User.objects.filter(pk=token.get("sub"), is_active=True).first()
    if user is None or token.get(VERSION_CLAIM) != user.token_version:
        raise TokenEnded
    if not _blacklist_once(token):
        _end_family_on_reuse(refresh)
        raise TokenEnded
    return user, tokens_issue(user)


def tokens_revoke(refresh: str) -> None:
    """End a refresh token; one that is not valid is as good as ended."""
    try:
        RefreshToken(refresh).blacklist()  # type: ignore[arg-type]  # as above
    except TokenError:
        return


def _blacklist_once(token: RefreshToken) -> bool:
    """Blacklist it; False when another request was quicker, of which only one may win."""
    outstanding = OutstandingToken.objects.filter(jti=token["jti"]).first()
    if outstanding is None:
        return False
    _, created = BlacklistedToken.objects.get_or_create(token=outstanding)
    return created


def _end_family_on_reuse(refresh: str) -> None:
    try:
        # Signature and end of life are checked here; only the blacklist is left to us.
        payload = token_backend.decode(refresh, verify=True)  # type: ignore[arg-type]  # simplejwt takes the text
    except TokenBackendError:
        return
    used = BlacklistedToken.objects.filter(token__jti=payload.get("jti")).exists()
    user = User.objects.filter(pk=payload["sub"]).first() if used else None
    if user is None or payload.get(VERSION_CLAIM) != user.token_version:
        # Of an older version: its family was ended already.
        return
    services.user_sign_out_everywhere(
        user_id=user.pk, actor=Actor.system("refresh"), reason="token_reused"
    )
