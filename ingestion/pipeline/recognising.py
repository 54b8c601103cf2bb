"""Third step: a provider reads the photos."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.pipeline.contract import Refused
from ingestion.providers.base import PhotoInput, Provider, ProviderReading


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniseInput:
    """Photos in the order of the part, and who reads them."""

    photos: tuple[PhotoInput, ...]
    provider: Provider


class RecogniseStep:
    """Read all photos of a part at once."""

    name = "recognise"

    def run(self, given: RecogniseInput) -> ProviderReading | Refused:
        """Return the reading; raises ProviderUnavailable, which the job retries."""
        return given.provider.read(given.photos)
