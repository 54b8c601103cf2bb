"""Failures that only the intake knows."""

from __future__ import annotations

from typing import ClassVar

from realtrack.core.errors import Conflict, InvalidInput


class PhotoRefused(InvalidInput):
    """A file is no photo that we take; `code` on the wire is the reason's own."""

    code: ClassVar[str] = "photo_refused"
    default_message: ClassVar[str] = "This photo cannot be used."


class TooManyPhotos(Conflict):
    """A listing has all the photos that marketplaces take."""

    code: ClassVar[str] = "too_many_photos"
    default_message: ClassVar[str] = "A part has at most 24 photos."
