"""Photos are read by the wanted provider, by the next one where it cannot, by this machine last.

What was read and paid is kept photo by photo at once: a killed worker's successor goes on there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from ingestion.models import AssetReading, ImageAsset
from ingestion.pipeline.contract import StepRecord, timed
from ingestion.pipeline.recognising import RecogniseInput, RecogniseStep
from ingestion.providers.base import (
    BudgetSpent,
    PhotoInput,
    Provider,
    ProviderReading,
    ProviderRefused,
    ProviderUnavailable,
)
from ingestion.providers.plain import reading_plain
from ingestion.providers.registry import FALLBACK
from ingestion.providers.remote import rest_left
from ingestion.services.budget import JobPurse
from ingestion.storage import storage
from realtrack.core.limits import window_hit
from settings_app.selectors import setting_value

_HOUR = 3600
Report = Callable[[StepRecord], None]


def photos_read(
    *,
    assets: Sequence[ImageAsset],
    providers: Sequence[Provider],
    job_id: uuid.UUID,
    report: Report,
) -> list[AssetReading]:
    """Return the reading of each photo, in order; those read before by the wanted one are kept.

    `report` hears of every step and may raise to stop. Raises ProviderUnavailable where even the
    last provider cannot read.
    """
    first = providers[0]
    kept = {
        one.asset_id: one
        for one in AssetReading.objects.filter(asset__in=[asset.pk for asset in assets])
        if _is_good(one, first)
    }
    todo = [asset for asset in assets if asset.pk not in kept]
    if len(todo) < len(assets):
        report(StepRecord(name="recognise", seconds=0.0, note=f"{len(kept)} read before"))
    missed = ""
    for number, provider in enumerate(providers):
        if not todo:
            break
        reader = _Reader(provider, job_id, report, is_last=number == len(providers) - 1)
        done, todo, heals = reader.read(todo, missed)
        kept.update({one.asset_id: one for one in done})
        if number == 0 and heals:
            missed = first.name
    return [kept[asset.pk] for asset in assets]


def photos_read_harder(
    *, assets: Sequence[ImageAsset], provider: Provider, job_id: uuid.UUID, report: Report
) -> list[AssetReading] | None:
    """Read photos again by a dearer model; None where it cannot, and what is there stays."""
    done, left, _ = _Reader(provider, job_id, report, is_last=False).read(assets, "")
    by_photo = {one.asset_id: one for one in done}
    return None if left else [by_photo[asset.pk] for asset in assets]


def _is_good(one: AssetReading, first: Provider) -> bool:
    """Read by the wanted provider, or in its place while it is still away."""
    if one.provider == first.name:
        return True
    if one.degraded_from == first.name:
        return rest_left(first.name) > 0
    # A fallback that no waiting heals: a refusal, a spent budget.
    return first.name != FALLBACK and bool(one.raw.get("fallback"))


class _Reader:
    """One provider at the photos that are left."""

    def __init__(
        self, provider: Provider, job_id: uuid.UUID, report: Report, *, is_last: bool
    ) -> None:
        self.provider = provider
        self.purse = JobPurse(job_id)
        self.report = report
        self.is_last = is_last

    def read(
        self, assets: Sequence[ImageAsset], degraded_from: str
    ) -> tuple[list[AssetReading], list[ImageAsset], bool]:
        """Return (read, left for the next provider, whether waiting would have healed it)."""
        done: list[AssetReading] = []
        left: list[ImageAsset] = []
        over = self._over_the_hour()
        if over:
            self._fell_back(over)
            return done, list(assets), True
        heals = False
        size = self.provider.batch
        for begin in range(0, len(assets), size):
            part = assets[begin : begin + size]
            try:
                found = self._batch(part)
            except ProviderUnavailable as error:
                if self.is_last:
                    raise
                self._fell_back(str(error))
                left += part
                if isinstance(error, ProviderRefused):
                    continue
                heals = not isinstance(error, BudgetSpent)
                left += assets[begin + size :]
                break
            done += _keep(part, found, degraded_from, fallback=self._is_fallback(degraded_from))
        return done, left, heals

    def _is_fallback(self, degraded_from: str) -> bool:
        wanted = str(setting_value("ai", "ai_provider"))
        return bool(degraded_from) or self.provider.name != wanted

    def _over_the_hour(self) -> str:
        if self.provider.name == FALLBACK or self.is_last:
            return ""
        most = int(setting_value("ai", "ai_jobs_per_hour"))
        wait = window_hit(f"ai-jobs:{self.provider.name}", limit=most, seconds=_HOUR)
        return f"{self.provider.name} has read {most} jobs this hour." if wait else ""

    def _fell_back(self, why: str) -> None:
        self.report(
            StepRecord(
                name="recognise",
                seconds=0.0,
                outcome="fallback",
                note=f"Not by {self.provider.name}: {why}"[:500],
            )
        )

    def _batch(self, assets: Sequence[ImageAsset]) -> ProviderReading:
        with ExitStack() as files:
            photos = tuple(
                PhotoInput(
                    asset_id=asset.pk, path=files.enter_context(storage().local_copy(asset.s3_key))
                )
                for asset in assets
            )
            given = RecogniseInput(photos=photos, provider=self.provider, purse=self.purse)
            found = timed("recognise", lambda: RecogniseStep().run(given))
        value = found.value
        if not isinstance(value, ProviderReading):
            raise ProviderRefused(value.message)
        self.report(
            StepRecord(
                name="recognise",
                seconds=found.record.seconds,
                note=f"{self.provider.name}, {len(assets)} photo{'s' if len(assets) > 1 else ''}",
            )
        )
        return value


def _keep(
    assets: Sequence[ImageAsset], found: ProviderReading, degraded_from: str, *, fallback: bool
) -> list[AssetReading]:
    raws = found.raw.get("photos")
    by_photo = {one.asset_id: one for one in found.photos}
    kept: list[AssetReading] = []
    for place, asset in enumerate(assets):
        photo = by_photo.get(asset.pk)
        if photo is None:
            message = f"{found.provider} left out a photo."
            raise ProviderRefused(message)
        raw = raws[place] if isinstance(raws, list) and place < len(raws) else {}
        row, _ = AssetReading.objects.update_or_create(
            asset=asset,
            defaults={
                "provider": found.provider,
                "model": found.model[:100],
                "data": storable(reading_plain(photo)),
                "raw": storable({"answer": raw, "fallback": fallback}),
                "tokens": found.tokens // max(1, len(assets)),
                "latency_ms": found.latency_ms // max(1, len(assets)),
                "degraded_from": degraded_from if degraded_from != found.provider else "",
            },
        )
        kept.append(row)
    return kept


def storable(value: Any) -> Any:
    """Return JSON without the one character that PostgreSQL cannot keep."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {storable(str(key)): storable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(each) for each in value]
    return value
