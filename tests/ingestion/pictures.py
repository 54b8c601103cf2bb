"""Files as they come: good ones, and each kind of bad one."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from realtrack.embedded.layout import PROJECT_ROOT

PHOTOS = Path(__file__).parent / "photos"
DEMO = PROJECT_ROOT / "ingestion" / "data" / "demo_photos"
ALTERNATOR = DEMO / "alternator_denso.jpg"
GPS_IFD = 0x8825
ORIENTATION = 0x0112


def picture(width: int = 320, height: int = 240, seed: int = 1) -> Image.Image:
    """A picture with structure: a bright corner at the top left, noise elsewhere."""
    pixels = np.random.default_rng(seed).integers(40, 90, (height, width, 3), dtype=np.uint8)
    pixels[: height // 3, : width // 3] = 240
    return Image.fromarray(pixels, "RGB")


def encoded(kind: str = "JPEG", *, width: int = 320, height: int = 240, seed: int = 1) -> bytes:
    stream = io.BytesIO()
    picture(width, height, seed).save(stream, kind)
    return stream.getvalue()


def jpeg_with_exif(orientation: int) -> bytes:
    image = picture()
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(GPS_IFD)[2] = (52.0, 31.0, 12.0)
    stream = io.BytesIO()
    image.save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def png_bomb(width: int = 40_000, height: int = 40_000) -> bytes:
    """A valid PNG of a few hundred kilobytes that decodes to 4.8 GB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    packer = zlib.compressobj(9)
    row = bytes(1 + width // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def animated_webp() -> bytes:
    frames = [picture(64, 64, seed) for seed in (1, 2, 3)]
    stream = io.BytesIO()
    frames[0].save(stream, "WEBP", save_all=True, append_images=frames[1:])
    return stream.getvalue()


def heic() -> bytes:
    import pillow_heif

    stream = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(stream, format="HEIF")
    return stream.getvalue()


def damaged_jpeg() -> bytes:
    """All there by its structure, but the coded picture ends at the half."""
    data = encoded(width=640, height=480)
    return data[: len(data) // 2] + b"\xff\xd9"


def jpeg_taken_at(clock: str) -> bytes:
    """A JPEG whose camera says when it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = clock
    stream = io.BytesIO()
    picture().save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def saved_again(data: bytes) -> bytes:
    """The same picture at three quarters of its size and a worse quality."""
    image = Image.open(io.BytesIO(data))
    stream = io.BytesIO()
    image.resize((image.width * 3 // 4, image.height * 3 // 4)).save(stream, "JPEG", quality=60)
    return stream.getvalue()
