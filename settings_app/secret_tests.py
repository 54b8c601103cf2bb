"""Trying a stored key: its shape here, then one harmless call to its provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from realtrack.core import http
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict
from realtrack.core.events import emit
from settings_app import events, market_http
from settings_app.selectors import secret_value, setting_definition


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretTest:
    """What came of it, in a sentence."""

    ok: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Provider:
    name: str
    shape: re.Pattern[str]
    call: Callable[[str], http.Answer]


def _openai(key: str) -> http.Answer:
    url = f"{settings.AI_BASE_URL.rstrip('/')}/models"
    headers = {"Authorization": f"Bearer {key}"}
    return http.request("ai", "GET", url, headers=headers, timeout=10, attempts=1)


def _google(key: str) -> http.Answer:
    url = f"{settings.GOOGLE_VISION_BASE.rstrip('/')}/v1/operations"
    headers = {"X-Goog-Api-Key": key}
    return http.request("google_vision", "GET", url, headers=headers, timeout=10, attempts=1)


def _market(key: str) -> http.Answer:
    return market_http.call("TEST", "USD", key=key, attempts=1)


_PROVIDERS: Mapping[tuple[str, str], _Provider] = {
    ("ai", "openai_api_key"): _Provider(
        name="The AI service", shape=re.compile(r"[!-~]{8,300}"), call=_openai
    ),
    ("ai", "google_vision_api_key"): _Provider(
        name="Google Vision", shape=re.compile(r"[A-Za-z0-9_\-]{20,100}"), call=_google
    ),
    ("pricing", "market_prices_key"): _Provider(
        name="The market price service", shape=re.compile(r"[!-~]{8,300}"), call=_market
    ),
}
TESTABLE = frozenset(_PROVIDERS)


def secret_test(*, category: str, key: str, actor: Actor) -> SecretTest:
    """Try the key that is stored. Raises NotFound for an unknown setting, Conflict for no key.

    The address is the environment's alone: a setting cannot send a key to another host.
    """
    setting_definition(category, key)
    provider = _PROVIDERS.get((category, key))
    secret = secret_value(category, key) if provider else ""
    if provider is None or not secret:
        raise Conflict("There is no key here that could be tested.")
    result = _try(provider, secret)
    with transaction.atomic():
        emit(
            events.SecretTested(entity_id=f"{category}.{key}", metadata={"ok": result.ok}),
            actor=actor,
        )
    return result


def _try(provider: _Provider, secret: str) -> SecretTest:
    if provider.shape.fullmatch(secret) is None:
        return SecretTest(ok=False, words="This does not look like a key: check what was pasted.")
    try:
        answer = provider.call(secret)
    except http.NoAnswer as error:
        return SecretTest(ok=False, words=f"{provider.name} did not answer ({error.failure}).")
    if answer.status in {400, 401, 403}:
        return SecretTest(ok=False, words=f"{provider.name} refuses this key ({answer.status}).")
    if answer.status >= 500:
        return SecretTest(ok=False, words=f"{provider.name} is out of order ({answer.status}).")
    return SecretTest(ok=True, words=f"{provider.name} takes this key.")
