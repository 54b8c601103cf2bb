from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from ingestion.pipeline.contract import RefusalCode, Refused
from ingestion.pipeline.hashing import hash_distance
from ingestion.pipeline.variants import Variants, VariantSize, VariantStep
from tests.ingestion import pictures


def variants_of(folder: Path, data: bytes, name: str = "original") -> Variants:
    path = folder / name
    path.write_bytes(data)
    result = VariantStep().run(path)
    assert isinstance(result, Variants)
    return result


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_variants_have_their_sizes_and_never_grow(tmp_path: Path) -> None:
    # given a large and a small photo
    large = variants_of(tmp_path, pictures.encoded(width=3000, height=1500))
    small = variants_of(tmp_path, pictures.encoded(width=320, height=240))
    # then
    assert [opened(large.files[size]).size for size in VariantSize] == [
        (2048, 1024),
        (800, 400),
        (200, 200),
    ]
    assert [opened(small.files[size]).size for size in VariantSize] == [
        (320, 240),
        (320, 240),
        (200, 200),
    ]
    assert {opened(data).format for data in large.files.values()} == {"WEBP"}
    assert (large.width, large.height) == (3000, 1500)


@pytest.mark.parametrize(
    ("orientation", "bright_corner"),
    [
        (1, "top left"), (2, "top right"), (3, "bottom right"), (4, "bottom left"),
        (5, "top left"), (6, "top right"), (7, "bottom right"), (8, "bottom left"),
    ],
)  # fmt: skip
def test_variants_are_upright_and_bare(
    tmp_path: Path, orientation: int, bright_corner: str
) -> None:
    # given a photo with an orientation, a camera's name and a place
    result = variants_of(tmp_path, pictures.jpeg_with_exif(orientation))
    # then it stands upright
    image = opened(result.files[VariantSize.LARGE]).convert("L")
    turned = orientation >= 5
    assert image.size == ((240, 320) if turned else (320, 240))
    assert (result.width, result.height) == image.size
    right, bottom = image.width - 20, image.height - 20
    corners = {
        "top left": image.getpixel((20, 20)),
        "top right": image.getpixel((right, 20)),
        "bottom left": image.getpixel((20, bottom)),
        "bottom right": image.getpixel((right, bottom)),
    }
    assert max(corners, key=lambda name: float(str(corners[name]))) == bright_corner
    # and says nothing about who and where
    for data in result.files.values():
        assert "exif" not in opened(data).info
        assert "icc_profile" not in opened(data).info
        assert b"Camera of somebody" not in data


def test_variants_of_odd_colours_are_rgb(tmp_path: Path) -> None:
    # given CMYK, palette with transparency, 16 bit and grey
    image = pictures.picture()
    made = []
    for mode, kind in (
        ("CMYK", "JPEG"),
        ("P", "PNG"),
        ("I;16", "PNG"),
        ("L", "JPEG"),
        ("RGBA", "PNG"),
    ):
        stream = io.BytesIO()
        (image.convert("L").convert(mode) if mode == "I;16" else image.convert(mode)).save(
            stream, kind
        )
        made.append(stream.getvalue())
    # then
    for data in made:
        for file in variants_of(tmp_path, data).files.values():
            assert opened(file).mode == "RGB"


def test_variants_read_heic(tmp_path: Path) -> None:
    result = variants_of(tmp_path, pictures.heic())
    assert opened(result.files[VariantSize.LARGE]).size == (320, 240)


def test_variants_refuse_what_breaks_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(pictures.damaged_jpeg())
    result = VariantStep().run(path)
    assert isinstance(result, Refused)
    assert result.code is RefusalCode.DAMAGED


def test_variants_are_the_same_for_the_same_file(tmp_path: Path) -> None:
    data = pictures.encoded(width=900, height=700)
    assert variants_of(tmp_path, data) == variants_of(tmp_path, data, "again")


def test_perceptual_hash_knows_a_picture_again(tmp_path: Path) -> None:
    # given a photo, the same one smaller and worse, and another one
    original = Image.open(pictures.ALTERNATOR)
    worse = io.BytesIO()
    original.resize((600, 450)).save(worse, "JPEG", quality=50)
    first = variants_of(tmp_path, pictures.ALTERNATOR.read_bytes())
    second = variants_of(tmp_path, worse.getvalue())
    other = variants_of(tmp_path, (pictures.DEMO / "headlight_koito.jpg").read_bytes())
    # then
    assert hash_distance(first.phash, second.phash) <= 6
    assert hash_distance(first.phash, other.phash) > 8
    assert len(first.blurhash) > 6
