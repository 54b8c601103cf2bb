"""Second step: one decode gives three WebP variants, the placeholder and the perceptual hash.

The decode is the full check too: a file that breaks in the middle is refused here. What leaves is
upright, sRGB, and without any metadata (no GPS, no camera, no profile).
"""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pillow_heif
import pyvips

from ingestion.pipeline.contract import RefusalCode, Refused
from ingestion.pipeline.hashing import perceptual_hash, placeholder
from ingestion.pipeline.headers import ImageFormat, detect_format
from ingestion.pipeline.taken import taken_at

# It tells every step of every operation at INFO.
logging.getLogger("pyvips").setLevel(logging.WARNING)

# Part of every variant's address: a change of how they are made gives new addresses.
RECIPE = "1"
_QUALITY = 80
# Of 0 to 6. Measured on 12 MP: 4 costs a quarter more CPU for 1 % less bytes.
_EFFORT = 2
_WHITE = [255, 255, 255]


class VariantSize(StrEnum):
    """The variants that exist; the number is the longest side (of the thumb: both sides)."""

    LARGE = "large"
    MEDIUM = "medium"
    THUMB = "thumb"


PIXELS = {VariantSize.LARGE: 2048, VariantSize.MEDIUM: 800, VariantSize.THUMB: 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """`width` and `height` are the original's, upright; `files` the WebP bytes by size."""

    width: int
    height: int
    blurhash: str
    phash: str
    files: dict[VariantSize, bytes]
    taken_at: datetime.datetime | None = None


class VariantStep:
    """Make all variants of a checked file; the same file gives the same bytes."""

    name = "variants"

    def run(self, given: Path) -> Variants | Refused:
        """Return the variants, or `damaged` where the picture does not decode to its end."""
        try:
            width, height = upright_size(given)
            large = load_upright(given, PIXELS[VariantSize.LARGE]).copy_memory()
            medium = large.thumbnail_image(
                PIXELS[VariantSize.MEDIUM], height=PIXELS[VariantSize.MEDIUM], size="down"
            )
            thumb = large.thumbnail_image(
                PIXELS[VariantSize.THUMB],
                height=PIXELS[VariantSize.THUMB],
                crop="centre",
            )
            small = medium.thumbnail_image(32, height=32, size="force")
            return Variants(
                width=width,
                height=height,
                blurhash=placeholder(medium.thumbnail_image(48, height=48).numpy()),
                phash=perceptual_hash(small.colourspace("b-w").numpy().reshape(32, 32)),
                files={
                    VariantSize.LARGE: _webp(large),
                    VariantSize.MEDIUM: _webp(medium),
                    VariantSize.THUMB: _webp(thumb),
                },
                taken_at=taken_at(given),
            )
        except (pyvips.Error, Unreadable) as error:
            return Refused(code=RefusalCode.DAMAGED, message=_words(error))


class Unreadable(Exception):
    """The picture does not decode to its end."""


def load_upright(path: Path, longest: int) -> Any:
    """Return the picture upright, in 8-bit sRGB on white, at most `longest` pixels a side.

    JPEG is shrunk while it is decoded. Raises pyvips.Error or Unreadable on a file that ends
    early or breaks in the middle.
    """
    options = {"height": longest, "size": "down", "export_profile": "srgb"}
    if _is_heic(path):
        image = _heic(path).thumbnail_image(longest, **options)
    else:
        image = _decoded(path, longest, options)
    if image.hasalpha():
        image = image.flatten(background=_WHITE)
    image = image.colourspace("srgb")
    if image.bands > 3:
        image = image.extract_band(0, n=3)
    return image.cast("uchar")


def upright_size(path: Path) -> tuple[int, int]:
    """Return width and height as a person sees the photo; reads the header alone."""
    if _is_heic(path):
        size: tuple[int, int] = pillow_heif.open_heif(path).size
        return size
    header = pyvips.Image.new_from_file(str(path), access="sequential")
    turned = header.get_typeof("orientation") and header.get("orientation") in {5, 6, 7, 8}
    width, height = int(header.width), int(header.height)
    return (height, width) if turned else (width, height)


def _decoded(path: Path, longest: int, options: dict[str, Any]) -> Any:
    """Decode now. Cameras write harmless oddities, so of warnings only a missing part refuses."""
    try:
        return pyvips.Image.thumbnail(
            str(path), longest, fail_on="warning", **options
        ).copy_memory()
    except pyvips.Error as error:
        if "premature" in str(error).lower():
            raise
        return pyvips.Image.thumbnail(
            str(path), longest, fail_on="truncated", **options
        ).copy_memory()


def _is_heic(path: Path) -> bool:
    with path.open("rb") as stream:
        return detect_format(stream.read(32)) is ImageFormat.HEIC


def _heic(path: Path) -> Any:
    """The bundled libvips has no HEVC decoder; libheif of pillow-heif has, and turns upright."""
    try:
        picture = pillow_heif.open_heif(path, convert_hdr_to_8bit=True).to_pillow().convert("RGB")
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        raise Unreadable(str(error)) from error
    return pyvips.Image.new_from_memory(
        picture.tobytes(), picture.width, picture.height, 3, "uchar"
    ).copy(interpretation="srgb")


def _webp(image: Any) -> bytes:
    data: bytes = image.webpsave_buffer(Q=_QUALITY, effort=_EFFORT, keep="none")
    return data


def _words(error: Exception) -> str:
    first = str(error).strip().splitlines()
    detail = first[-1].strip()[:120] if first else "unreadable"
    return f"The photo cannot be decoded to its end ({detail}). Send it again."
