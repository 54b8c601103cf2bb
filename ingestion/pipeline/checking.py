"""First step: is it a photo that we take, whole and of sane size? Decided before any decoding."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from ingestion.pipeline.contract import RefusalCode, Refused
from ingestion.pipeline.headers import Header, ImageFormat, read_header

# Spellings of the same type that browsers and phones send.
MIME_ALIASES = {
    "image/jpg": ImageFormat.JPEG,
    "image/pjpeg": ImageFormat.JPEG,
    "image/heif": ImageFormat.HEIC,
    "image/x-png": ImageFormat.PNG,
}
ALLOWED_MIME = frozenset(kind.value for kind in ImageFormat)
EXTENSIONS = {
    ImageFormat.JPEG: "jpg",
    ImageFormat.PNG: "png",
    ImageFormat.WEBP: "webp",
    ImageFormat.HEIC: "heic",
}
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a photo may be; from the settings `upload.*`."""

    max_bytes: int = 20 * _MEGABYTE
    max_pixels: int = 60_000_000
    max_frames: int = 1
    # Below this nothing can be read and no marketplace takes it.
    min_side: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInput:
    """A file with what was declared of it; an empty type or a size of 0 means: not declared."""

    path: Path
    declared_mime: str = ""
    declared_size: int = 0
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file that may be decoded. `width` and `height` are as stored, before EXIF orientation."""

    format: ImageFormat
    size: int
    width: int
    height: int
    sha256: str


def canonical_mime(declared: str) -> str:
    """Return the type without parameters, its aliases resolved."""
    bare = declared.split(";", maxsplit=1)[0].strip().lower()
    return MIME_ALIASES.get(bare, bare)


class CheckStep:
    """Size, magic bytes, declared type, completeness, pixels, frames: the first that fails."""

    name = "check"

    def run(self, given: CheckInput) -> Checked | Refused:
        """Return the facts of an acceptable file, or why it is refused. Reads, decodes nothing."""
        if not given.path.exists():
            return Refused(code=RefusalCode.NOT_UPLOADED, message="The file never arrived.")
        size = given.path.stat().st_size
        with given.path.open("rb") as stream:
            return check_stream(stream, size, given)


def check_stream(stream: BufferedReader, size: int, given: CheckInput) -> Checked | Refused:
    """Check an open, seekable file of `size` bytes."""
    refused = _check_size(size, given)
    if refused is not None:
        return refused
    header = read_header(stream, size)
    if header is None:
        return Refused(
            code=RefusalCode.NOT_AN_IMAGE,
            message="This is no JPEG, PNG, WebP or HEIC photo, whatever its name says.",
        )
    refused = _check_header(header, given)
    if refused is not None:
        return refused
    stream.seek(0)
    return Checked(
        format=header.format,
        size=size,
        width=header.width,
        height=header.height,
        sha256=hashlib.file_digest(stream, "sha256").hexdigest(),
    )


def _check_size(size: int, given: CheckInput) -> Refused | None:
    if size == 0:
        return Refused(code=RefusalCode.EMPTY, message="The file is empty.")
    if size > given.limits.max_bytes:
        most = given.limits.max_bytes // _MEGABYTE
        return Refused(
            code=RefusalCode.TOO_LARGE,
            message=f"The file has {size / _MEGABYTE:.1f} MB; {most} MB is the most.",
        )
    if given.declared_size and size != given.declared_size:
        return Refused(
            code=RefusalCode.SIZE_MISMATCH,
            message=f"{given.declared_size} bytes were announced, {size} arrived.",
        )
    return None


def _check_header(header: Header, given: CheckInput) -> Refused | None:
    limits = given.limits
    if header.width * header.height > limits.max_pixels:
        return Refused(
            code=RefusalCode.TOO_MANY_PIXELS,
            message=(
                f"The photo has {header.width} × {header.height} pixels; "
                f"{limits.max_pixels // 1_000_000} megapixels is the most."
            ),
        )
    if given.declared_mime and canonical_mime(given.declared_mime) != header.format:
        return Refused(
            code=RefusalCode.TYPE_MISMATCH,
            message=f"{given.declared_mime} was announced, but this is {header.format.value}.",
        )
    if not header.complete:
        return Refused(
            code=RefusalCode.TRUNCATED,
            message="The file is cut off: its end is missing. Send it again.",
        )
    if header.frames > limits.max_frames:
        return Refused(
            code=RefusalCode.TOO_MANY_FRAMES,
            message=f"The picture moves ({header.frames} frames); send a still photo.",
        )
    if min(header.width, header.height) < limits.min_side:
        return Refused(
            code=RefusalCode.TOO_SMALL,
            message=f"The photo has only {header.width} × {header.height} pixels.",
        )
    return None
