"""Formats, sizes and completeness from the structure of a file alone; nothing is decoded.

A 40,000 × 40,000 PNG is a few kilobytes that decode to 4.8 GB: it must be known from its header.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# Start-of-frame markers; C4, C8 and CC are tables, not frames.
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_EOI, _SOS = 0xD9, 0xDA
_CHUNK = 1 << 20
_BOX_LIMIT = 4096  # boxes or chunks of one file; more is an attack, no photo


class ImageFormat(StrEnum):
    """The formats that are taken; the values are their MIME types."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`complete` is False where the file ends before its structure does."""

    format: ImageFormat
    width: int
    height: int
    frames: int
    complete: bool


def detect_format(head: bytes) -> ImageFormat | None:
    """Return the format by the first 32 bytes, or None for anything that is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if head.startswith(_PNG_SIGNATURE):
        return ImageFormat.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return ImageFormat.HEIC
    return None


def read_header(stream: BinaryIO, size: int) -> Header | None:
    """Return what the structure says, or None where it is none of the formats.

    `stream` is seekable and holds `size` bytes. Never raises on bad content.
    """
    stream.seek(0)
    kind = detect_format(stream.read(32))
    if kind is None:
        return None
    readers = {
        ImageFormat.JPEG: _jpeg,
        ImageFormat.PNG: _png,
        ImageFormat.WEBP: _webp,
        ImageFormat.HEIC: _heic,
    }
    try:
        return readers[kind](stream, size)
    except (struct.error, IndexError):
        # The file ends within a field: cut off so early that not even the size is known.
        return Header(format=kind, width=0, height=0, frames=1, complete=False)


def _jpeg(stream: BinaryIO, size: int) -> Header:
    width = height = 0
    position = 2
    while position < size:
        stream.seek(position)
        lead, marker = struct.unpack(">BB", stream.read(2))
        if lead != 0xFF:
            break
        if marker == 0xFF:
            position += 1
            continue
        if marker in _STANDALONE:
            position += 2
            continue
        (length,) = struct.unpack(">H", stream.read(2))
        if marker in _SOF:
            _, height, width = struct.unpack(">BHH", stream.read(5))
        if marker == _SOS:
            complete = _has_end(stream, position + 2 + length)
            return Header(
                format=ImageFormat.JPEG, width=width, height=height, frames=1, complete=complete
            )
        position += 2 + length
    return Header(format=ImageFormat.JPEG, width=width, height=height, frames=1, complete=False)


def _has_end(stream: BinaryIO, position: int) -> bool:
    """Within coded data FF is followed by 00 or a restart marker, so FF D9 is the end for sure.

    Between the scans of a progressive picture stand tables, whose bytes may hold FF D9 by chance;
    the full decode finds a cut there.
    """
    stream.seek(position)
    before = b""
    while chunk := stream.read(_CHUNK):
        if b"\xff\xd9" in before + chunk:
            return True
        before = chunk[-1:]
    return False


def _png(stream: BinaryIO, size: int) -> Header:
    stream.seek(16)
    width, height = struct.unpack(">II", stream.read(8))
    frames, complete = 1, False
    position = len(_PNG_SIGNATURE)
    for _ in range(_BOX_LIMIT * 16):
        if position + 12 > size:
            break
        stream.seek(position)
        length, name = struct.unpack(">I4s", stream.read(8))
        if name == b"acTL":
            (frames,) = struct.unpack(">I", stream.read(4))
        position += 12 + length
        if name == b"IEND":
            complete = position <= size
            break
    return Header(
        format=ImageFormat.PNG, width=width, height=height, frames=frames, complete=complete
    )


def _webp(stream: BinaryIO, size: int) -> Header:
    stream.seek(4)
    (riff_size,) = struct.unpack("<I", stream.read(4))
    width = height = frames = 0
    position = 12
    for _ in range(_BOX_LIMIT):
        if position + 8 > size:
            break
        stream.seek(position)
        name, length = struct.unpack("<4sI", stream.read(8))
        if name == b"ANMF":
            frames += 1
        elif not width:
            width, height = _webp_size(name, stream.read(10))
        position += 8 + length + (length & 1)
    return Header(
        format=ImageFormat.WEBP,
        width=width,
        height=height,
        frames=max(1, frames),
        complete=size >= riff_size + 8,
    )


def _webp_size(name: bytes, data: bytes) -> tuple[int, int]:
    if name == b"VP8X":
        return (
            int.from_bytes(data[4:7], "little") + 1,
            int.from_bytes(data[7:10], "little") + 1,
        )
    if name == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if name == b"VP8 ":
        width, height = struct.unpack("<HH", data[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _boxes(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, start of content, end) of ISO boxes; the end may lie behind the file's."""
    position = start
    for _ in range(_BOX_LIMIT):
        if position + 8 > end:
            return
        stream.seek(position)
        length, name = struct.unpack(">I4s", stream.read(8))
        body = position + 8
        if length == 1:
            (length,) = struct.unpack(">Q", stream.read(8))
            body += 8
        elif length == 0:
            length = end - position
        if length < 8:
            return
        yield name, body, position + length
        position += length


def _heic(stream: BinaryIO, size: int) -> Header:
    """The largest `ispe` is the picture; tiles and thumbnails are smaller."""
    width = height = 0
    last = 0
    for name, body, end in _boxes(stream, 0, size):
        last = end
        if name != b"meta":
            continue
        for inner, inner_body, inner_end in _boxes(stream, body + 4, min(end, size)):
            if inner != b"iprp":
                continue
            for _, container, container_end in _boxes(stream, inner_body, inner_end):
                for prop, prop_body, _ in _boxes(stream, container, container_end):
                    if prop == b"ispe":
                        stream.seek(prop_body + 4)
                        one = struct.unpack(">II", stream.read(8))
                        if one[0] * one[1] > width * height:
                            width, height = one
    return Header(
        format=ImageFormat.HEIC,
        width=width,
        height=height,
        frames=1,
        complete=0 < last <= size,
    )
