"""When the camera says that a picture was taken: what remains of its EXIF, and never leaves."""

from __future__ import annotations

import datetime
from pathlib import Path

import pillow_heif
from PIL import Image

from ingestion.pipeline.headers import ImageFormat, detect_format

_EXIF_IFD, _ORIGINAL, _CHANGED = 0x8769, 0x9003, 0x0132
_FORM = "%Y:%m:%d %H:%M:%S"


def taken_at(path: Path) -> datetime.datetime | None:
    """Return the camera's clock as if it were UTC (good for gaps alone), None where it is absent.

    Reads the header only; a broken EXIF block is no reason to refuse a photo.
    """
    try:
        exif = _exif(path)
        text = exif.get_ifd(_EXIF_IFD).get(_ORIGINAL) or exif.get(_CHANGED) or ""
        found = datetime.datetime.strptime(str(text).strip("\x00 "), _FORM)  # noqa: DTZ007 - the next line
    except (OSError, ValueError, KeyError, TypeError, SyntaxError, EOFError):
        return None
    return found.replace(tzinfo=datetime.UTC)


def _exif(path: Path) -> Image.Exif:
    with path.open("rb") as stream:
        is_heic = detect_format(stream.read(32)) is ImageFormat.HEIC
    if not is_heic:
        with Image.open(path) as image:
            return image.getexif()
    exif = Image.Exif()
    data = pillow_heif.open_heif(path).info.get("exif")
    if data:
        exif.load(data)
    return exif
