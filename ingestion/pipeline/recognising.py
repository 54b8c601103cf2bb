"""Third step: a provider reads the photos."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.pipeline.contract import Refused
from ingestion.providers.base import PhotoInput, Provider, ProviderReading, Purse


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniseInput:
    """Photos in the order of the part, who reads them, and who pays."""

    photos: tuple[PhotoInput, ...]
    provider: Provider
    purse: Purse


class RecogniseStep:
    """Read all photos of a batch at once."""

    name = "recognise"

    def run(self, given: RecogniseInput) -> ProviderReading | Refused:
        """Return the reading; raises ProviderUnavailable: the next provider, or the job's retry."""
        return given.provider.read(given.photos, given.purse)
