"""What readers over the network share: small pictures, one way to fail, a rest after a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyvips

from ingestion.pipeline.variants import Unreadable, load_upright
from ingestion.providers.base import (
    PhotoInput,
    ProviderRefused,
    ProviderUnavailable,
    Receipt,
)
from realtrack.core import http, redis
from realtrack.core.http import Answer, Failure, NoAnswer

# Small print on a label needs this much; more pixels are tiled away by the services anyway.
LONGEST_SIDE = 1536
_QUALITY = 85
# An answer of thousands of tokens takes a while; beyond this nobody waits for it.
CALL_SECONDS = 60.0
# A service that says "too many" is left alone for as long as it says, at most this.
REST_SECONDS = 60
_REST_MOST = 600
_HEALS = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPhoto:
    """A photo made ready to be sent: upright, sRGB, without any metadata, a few hundred KB."""

    jpeg: bytes
    width: int
    height: int
    pixels: Any


def small_photo(photo: PhotoInput) -> SmallPhoto:
    """Return the photo as it is sent, however large its file is; raises ProviderUnavailable."""
    try:
        image = load_upright(photo.path, LONGEST_SIDE)
        pixels = image.numpy()
        jpeg = image.jpegsave_buffer(Q=_QUALITY, strip=True)
    except (pyvips.Error, Unreadable) as error:
        message = f"The photo could not be opened for reading: {error}"
        raise ProviderUnavailable(message) from error
    height, width = pixels.shape[:2]
    return SmallPhoto(jpeg=jpeg, width=width, height=height, pixels=pixels)


def rest_left(name: str) -> float:
    """Return for how many more seconds a service wants no calls; 0.0 where it takes them."""
    try:
        left = redis.client().pttl(redis.key("ai-rest", name))
    except redis.RedisError:
        return 0.0
    resting = left / 1000 if isinstance(left, int) and left > 0 else 0.0
    return max(resting, http.circuit_state(name))


def rest_begin(name: str, seconds: float | None) -> float:
    """Leave a service alone for the time that it asks for; returns the seconds."""
    wait = min(_REST_MOST, max(1.0, seconds if seconds is not None else REST_SECONDS))
    try:
        redis.client().set(redis.key("ai-rest", name), "1", px=int(wait * 1000))
    except redis.RedisError:
        return wait
    return wait


def post(
    name: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: Mapping[str, Any],
    receipt: Receipt,
    seconds: float = CALL_SECONDS,
) -> Answer:
    """Send one call and return its answer of status 200.

    Sets the receipt for the way it failed: a call that was cut off may have been charged, a
    refused one was not. Raises ProviderUnavailable (heals: outage, limit) or ProviderRefused.
    """
    left = rest_left(name)
    if left:
        message = f"{name} wants no calls for another {left:.0f} s."
        raise ProviderUnavailable(message, retry_after=left)
    receipt.cost_usd = None
    try:
        answer = http.request(
            name, "POST", url, headers=headers, json=dict(body), timeout=seconds, attempts=1
        )
    except NoAnswer as error:
        if error.failure is not Failure.TIMEOUT:
            receipt.cost_usd = Receipt().cost_usd
        raise ProviderUnavailable(str(error), retry_after=error.retry_after) from error
    if answer.status == 200:
        return answer
    receipt.cost_usd = Receipt().cost_usd
    words = f"{name} answered with status {answer.status}: {_error_words(answer)}"
    if answer.status == 429:
        wait = rest_begin(name, answer.retry_after)
        raise ProviderUnavailable(words, retry_after=wait)
    if answer.status in _HEALS or answer.status >= 500:
        raise ProviderUnavailable(words, retry_after=answer.retry_after)
    raise ProviderRefused(words)


def parsed(answer: Answer, name: str) -> dict[str, Any]:
    """Return the body as an object; raises ProviderRefused where it is cut off or none."""
    try:
        body = answer.json()
    except ValueError as error:
        message = f"{name} sent an answer that is no whole JSON."
        raise ProviderRefused(message) from error
    if not isinstance(body, dict):
        message = f"{name} sent an answer that is no object."
        raise ProviderRefused(message)
    return body


def _error_words(answer: Answer) -> str:
    """The service's own sentence, as data: short, one line."""
    try:
        error = answer.json().get("error", {})
        text = error.get("message", "") if isinstance(error, dict) else str(error)
    except (ValueError, AttributeError):
        text = ""
    return " ".join(str(text).split())[:300] or "no reason given"
