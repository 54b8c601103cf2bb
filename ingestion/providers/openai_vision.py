"""Reads photos through a service that speaks OpenAI's chat completions, at `AI_BASE_URL`.

Several photos go in one call; an answer that is none is asked for again in halves, then photo by
photo, and ends with its reason. What it costs is read from the answer.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from ingestion.providers import remote
from ingestion.providers.base import (
    PhotoInput,
    PhotoReading,
    ProviderReading,
    ProviderRefused,
    ProviderUnavailable,
    Purse,
    Receipt,
)
from ingestion.providers.local_ocr import barcodes_in
from ingestion.providers.openai_answer import (
    PROMPT,
    SCHEMA,
    BadAnswer,
    lines_of,
    photos_in,
    proposals_of,
)
from settings_app.selectors import secret_value, setting_value

# A photo of 1,536 pixels at high detail is at most 1,105 tokens; the most any model charges for
# one is about 2,900.
_TOKENS_PER_PHOTO = 2900
_TOKENS_OF_PROMPT = 1500
_ANSWER_TOKENS_PER_PHOTO = 1500
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """One good answer."""

    photos: tuple[PhotoReading, ...]
    raw: tuple[dict[str, Any], ...]
    cost: Decimal
    tokens: int


class OpenAiVision:
    """The OpenAI format: hosted, through a router, or a server of one's own."""

    name = "openai_vision"
    batch = 8

    def __init__(self, model: str = "") -> None:
        self.model = model or settings.AI_MODEL_LABEL

    def estimate_cost(self, photo_count: int) -> Decimal:
        """All tokens that a call of so many photos may take, at the settings' prices."""
        sent = _TOKENS_OF_PROMPT + _TOKENS_PER_PHOTO * photo_count
        answered = _ANSWER_TOKENS_PER_PHOTO * photo_count
        return price_of(sent, answered)

    def read(self, photos: Sequence[PhotoInput], purse: Purse) -> ProviderReading:
        """Read the photos in order, in calls of at most 8; every call is paid for by itself."""
        start = time.perf_counter()
        small = [remote.small_photo(photo) for photo in photos]
        taken: list[_Taken] = []
        for begin in range(0, len(photos), self.batch):
            end = begin + self.batch
            taken += self._halving(photos[begin:end], small[begin:end], purse)
        return ProviderReading(
            provider=self.name,
            model=self.model,
            photos=tuple(photo for one in taken for photo in one.photos),
            cost_usd=sum((one.cost for one in taken), Decimal(0)),
            tokens=sum(one.tokens for one in taken),
            latency_ms=round((time.perf_counter() - start) * 1000),
            raw={"photos": [entry for one in taken for entry in one.raw]},
        )

    def _halving(
        self, photos: Sequence[PhotoInput], small: Sequence[remote.SmallPhoto], purse: Purse
    ) -> list[_Taken]:
        try:
            return [self._call(photos, small, purse)]
        except BadAnswer as error:
            if len(photos) == 1:
                message = f"{self.name} gave no usable answer: {error}."
                raise ProviderRefused(message) from error
        half = len(photos) // 2
        return [
            *self._halving(photos[:half], small[:half], purse),
            *self._halving(photos[half:], small[half:], purse),
        ]

    def _call(
        self, photos: Sequence[PhotoInput], small: Sequence[remote.SmallPhoto], purse: Purse
    ) -> _Taken:
        key = secret_value("ai", "openai_api_key")
        if not key:
            message = "No key of the OpenAI-format service is set."
            raise ProviderRefused(message)
        with purse.paying(
            provider=self.name,
            model=self.model,
            task="label",
            photos=len(photos),
            worst_usd=self.estimate_cost(len(photos)),
        ) as receipt:
            answer = remote.post(
                self.name,
                f"{settings.AI_BASE_URL.rstrip('/')}/chat/completions",
                headers={"Authorization": f"Bearer {key}"},
                body=self._body(small),
                receipt=receipt,
            )
            try:
                body = remote.parsed(answer, self.name)
            except ProviderRefused as error:
                raise BadAnswer(str(error)) from error
            return self._taken(body, photos, small, receipt)

    def _body(self, small: Sequence[remote.SmallPhoto]) -> dict[str, Any]:
        content: list[dict[str, Any]] = []
        for number, photo in enumerate(small, start=1):
            data = base64.b64encode(photo.jpeg).decode()
            content += [
                {"type": "text", "text": f"Photo {number}"},
                {
                    "type": "image_url",
                    "image_url": {"url": f"data:image/jpeg;base64,{data}", "detail": "high"},
                },
            ]
        return {
            "model": self.model,
            "messages": [
                {"role": "system", "content": PROMPT},
                {"role": "user", "content": content},
            ],
            "max_completion_tokens": _ANSWER_TOKENS_PER_PHOTO * len(small),
            "temperature": 0,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "part_photos", "strict": True, "schema": SCHEMA},
            },
        }

    def _taken(
        self,
        body: dict[str, Any],
        photos: Sequence[PhotoInput],
        small: Sequence[remote.SmallPhoto],
        receipt: Receipt,
    ) -> _Taken:
        receipt.cost_usd, receipt.tokens = cost_of(body)
        text = content_of(body, receipt)
        try:
            entries = photos_in(text, len(photos))
            found = tuple(
                PhotoReading(
                    asset_id=photo.asset_id,
                    width=picture.width,
                    height=picture.height,
                    lines=lines_of(entry),
                    barcodes=barcodes_in(picture.pixels),
                    proposals=proposals_of(entry),
                )
                for photo, picture, entry in zip(photos, small, entries, strict=True)
            )
        except BadAnswer as error:
            receipt.outcome = f"no usable answer: {error}"
            raise
        return _Taken(
            photos=found,
            raw=tuple(entries),
            cost=receipt.cost_usd or Decimal(0),
            tokens=receipt.tokens,
        )


def content_of(body: dict[str, Any], receipt: Receipt) -> str:
    """The model's text; a refusal is final, an answer without choices is no answer."""
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        error = body.get("error")
        if isinstance(error, dict):
            # Routers answer 200 with the failure of the model behind them.
            receipt.outcome = "the service reports an error"
            message = f"openai_vision reports: {' '.join(str(error.get('message')).split())[:300]}"
            raise ProviderUnavailable(message)
        message = "the answer has no choices"
        raise BadAnswer(message)
    choice = choices[0]
    said = choice.get("message")
    answer = said if isinstance(said, dict) else {}
    refusal = answer.get("refusal")
    if refusal or choice.get("finish_reason") == "content_filter":
        receipt.outcome = "refused"
        message = (
            f"openai_vision refuses: {' '.join(str(refusal or 'by its filter').split())[:300]}"
        )
        raise ProviderRefused(message)
    if choice.get("finish_reason") == "length":
        message = "the answer is cut off at its length"
        raise BadAnswer(message)
    content = answer.get("content")
    if not isinstance(content, str):
        message = "the answer has no text"
        raise BadAnswer(message)
    return content


def cost_of(body: dict[str, Any]) -> tuple[Decimal | None, int]:
    """Return (USD, tokens) as the answer says; None where it says nothing of either."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None, 0
    sent, answered = (_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens"))
    named = usage.get("cost")
    if isinstance(named, (int, float, str)) and not isinstance(named, bool):
        try:
            cost = Decimal(str(named))
        except InvalidOperation:
            cost = Decimal(-1)
        if cost.is_finite() and cost >= 0:
            return cost, sent + answered
    if not sent and not answered:
        return None, 0
    return price_of(sent, answered), sent + answered


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def price_of(sent: int, answered: int) -> Decimal:
    """Return what so many tokens cost at the settings' prices, in USD."""
    per_in = Decimal(str(setting_value("ai", "openai_usd_per_million_in")))
    per_out = Decimal(str(setting_value("ai", "openai_usd_per_million_out")))
    return (sent * per_in + answered * per_out) / _MILLION
