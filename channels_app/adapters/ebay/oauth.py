"""eBay's OAuth: plain authorization code grant with a client secret and a RuName, no PKCE."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils import timezone

from channels_app.adapters.base import (
    AccountIdentity,
    ChannelError,
    Failure,
    Ours,
    SignInAgain,
    TokenSet,
    TryAgain,
)
from channels_app.adapters.ebay.config import SCOPES, hosts
from realtrack.core import http

_GRANT_ENDED = "The seller must sign in again: eBay no longer takes the stored sign-in."


def client_id() -> str:
    """The application that all calls are made for."""
    return str(settings.EBAY_CLIENT_ID)


def auth_url(*, state: str) -> str:
    """Return the consent page; eBay wants the RuName as redirect_uri and %20 between scopes."""
    query = urlencode(
        {
            "client_id": client_id(),
            "response_type": "code",
            "redirect_uri": settings.EBAY_RU_NAME,
            "scope": " ".join(SCOPES),
            "state": state,
        },
        quote_via=quote,
        safe="",
    )
    return f"{hosts()['auth']}/oauth2/authorize?{query}"


def exchange_code(*, code: str) -> TokenSet:
    """Trade a code (single use, five minutes) for tokens."""
    body = _token(
        {"grant_type": "authorization_code", "code": code, "redirect_uri": settings.EBAY_RU_NAME}
    )
    # The answer names no scopes: what was asked for is what was granted, or consent had failed.
    return _token_set(body, scope=" ".join(SCOPES))


def refresh_token(*, refresh_token: str, scope: str) -> TokenSet:
    """Return a new access token for the stored grant; a longer list of scopes would break it."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    if scope:
        form["scope"] = scope
    return _token_set(_token(form), scope=scope)


def client_credentials(*, scope: str) -> tuple[str, int]:
    """Return an application token and its life in seconds."""
    body = _token({"grant_type": "client_credentials", "scope": scope})
    return str(body["access_token"]), int(body.get("expires_in") or 0)


def identify(*, access_token: str) -> AccountIdentity:
    """Ask whose token it is; `userId` is stable, the user name may change."""
    url = f"{hosts()['identity']}/commerce/identity/v1/user/"
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    try:
        answer = http.request("ebay:identity", "GET", url, headers=headers, timeout=15.0)
    except http.NoAnswer as error:
        raise ChannelError(TryAgain(reason="eBay did not answer.", after=5.0)) from error
    body = _json(answer)
    if answer.status != 200 or not body.get("userId"):
        raise ChannelError(_refused(answer.status, "The account could not be read."))
    return AccountIdentity(
        account_id=str(body["userId"]), name=str(body.get("username") or body["userId"])
    )


def _token(form: Mapping[str, str]) -> Mapping[str, Any]:
    if not client_id():
        raise ChannelError(Ours(reason="No eBay application is set up (EBAY_CLIENT_ID)."))
    try:
        answer = http.request(
            "ebay:token",
            "POST",
            f"{hosts()['api']}/identity/v1/oauth2/token",
            data=form,
            auth=(client_id(), settings.EBAY_CLIENT_SECRET),
            timeout=15.0,
            # A code counts once; renewing and the application's grant may be repeated.
            idempotent=form["grant_type"] != "authorization_code",
        )
    except http.NoAnswer as error:
        raise ChannelError(TryAgain(reason="eBay did not answer.", after=5.0)) from error
    body = _json(answer)
    if answer.status == 200 and body.get("access_token"):
        return body
    code = str(body.get("error") or "")
    if code == "invalid_grant":
        raise ChannelError(SignInAgain(reason=_GRANT_ENDED, error_id=code, domain="oauth"))
    if code:
        reason = f"eBay refused the application: {body.get('error_description') or code}."
        raise ChannelError(Ours(reason=reason, error_id=code, domain="oauth"))
    raise ChannelError(_refused(answer.status, "eBay's answer to the sign-in could not be read."))


def _refused(status: int, reason: str) -> Failure:
    if status == 401:
        return SignInAgain(reason="The sign-in has ended.")
    if status == 429 or status >= 500 or status < 400:
        return TryAgain(reason=f"{reason} (status {status})", after=30.0)
    return Ours(reason=f"{reason} (status {status})")


def _json(answer: http.Answer) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _token_set(body: Mapping[str, Any], *, scope: str) -> TokenSet:
    now = timezone.now()

    def later(name: str) -> datetime.datetime | None:
        seconds = body.get(name)
        return now + datetime.timedelta(seconds=int(seconds)) if seconds else None

    return TokenSet(
        access_token=str(body["access_token"]),
        expires_at=later("expires_in"),
        refresh_token=str(body.get("refresh_token") or ""),
        refresh_expires_at=later("refresh_token_expires_in"),
        scope=scope,
    )
