from __future__ import annotations

import time
from pathlib import Path

import pytest

from ingestion.pipeline.checking import Checked, CheckInput, CheckStep, Limits
from ingestion.pipeline.contract import RefusalCode, Refused
from tests.ingestion import pictures

_LIMITS = Limits()


def check(
    folder: Path, data: bytes, mime: str = "", *, size: int = 0, limits: Limits = _LIMITS
) -> Checked | Refused:
    path = folder / "upload"
    path.write_bytes(data)
    return CheckStep().run(
        CheckInput(path=path, declared_mime=mime, declared_size=size, limits=limits)
    )


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (pictures.encoded("JPEG"), "image/jpeg"),
        (pictures.encoded("PNG"), "image/png"),
        (pictures.encoded("WEBP"), "image/webp"),
        (pictures.heic(), "image/heic"),
        (pictures.encoded("JPEG"), "image/jpg"),
    ],
)
def test_check_accepts_each_format(tmp_path: Path, data: bytes, mime: str) -> None:
    result = check(tmp_path, data, mime, size=len(data))
    assert isinstance(result, Checked)
    assert (result.width, result.height, result.size) == (320, 240, len(data))
    assert len(result.sha256) == 64


@pytest.mark.parametrize(
    ("data", "mime", "code"),
    [
        (b"A text file that is called photo.jpg", "image/jpeg", RefusalCode.NOT_AN_IMAGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", RefusalCode.NOT_AN_IMAGE),
        (b"", "image/jpeg", RefusalCode.EMPTY),
        (pictures.encoded("PNG"), "image/jpeg", RefusalCode.TYPE_MISMATCH),
        (pictures.encoded("JPEG")[:-400], "image/jpeg", RefusalCode.TRUNCATED),
        (pictures.encoded("JPEG")[:12], "image/jpeg", RefusalCode.TRUNCATED),
        (pictures.encoded("PNG")[:-40], "image/png", RefusalCode.TRUNCATED),
        (pictures.encoded("WEBP")[:-40], "image/webp", RefusalCode.TRUNCATED),
        (pictures.heic()[:-40], "image/heic", RefusalCode.TRUNCATED),
        (pictures.animated_webp(), "image/webp", RefusalCode.TOO_MANY_FRAMES),
        (pictures.encoded("PNG", width=8, height=8), "image/png", RefusalCode.TOO_SMALL),
    ],
)
def test_check_refuses_with_a_reason(
    tmp_path: Path, data: bytes, mime: str, code: RefusalCode
) -> None:
    result = check(tmp_path, data, mime)
    assert isinstance(result, Refused)
    assert result.code is code
    assert result.message.endswith((".", "again."))


def test_check_refuses_a_bomb_from_its_header(tmp_path: Path) -> None:
    # given a PNG that would decode to 40,000 × 40,000
    data = pictures.png_bomb()
    # when
    start = time.perf_counter()
    result = check(tmp_path, data, "image/png")
    # then it is refused without a decode, which would take seconds
    assert isinstance(result, Refused)
    assert result.code is RefusalCode.TOO_MANY_PIXELS
    assert "40000 × 40000" in result.message
    assert time.perf_counter() - start < 0.5


def test_check_compares_with_what_was_announced(tmp_path: Path) -> None:
    data = pictures.encoded()
    result = check(tmp_path, data, "image/jpeg", size=len(data) + 1)
    assert isinstance(result, Refused)
    assert result.code is RefusalCode.SIZE_MISMATCH


def test_check_keeps_to_the_limits_of_the_settings(tmp_path: Path) -> None:
    data = pictures.encoded()
    too_large = check(tmp_path, data, limits=Limits(max_bytes=len(data) - 1))
    too_many = check(tmp_path, data, limits=Limits(max_pixels=320 * 240 - 1))
    assert isinstance(too_large, Refused)
    assert too_large.code is RefusalCode.TOO_LARGE
    assert isinstance(too_many, Refused)
    assert too_many.code is RefusalCode.TOO_MANY_PIXELS


def test_check_takes_what_follows_the_end_of_a_jpeg(tmp_path: Path) -> None:
    # given a phone's trailer behind the picture
    data = pictures.encoded() + b"SEFT trailer of a phone"
    # then
    assert isinstance(check(tmp_path, data, "image/jpeg"), Checked)


def test_check_says_when_nothing_arrived(tmp_path: Path) -> None:
    result = CheckStep().run(CheckInput(path=tmp_path / "never"))
    assert isinstance(result, Refused)
    assert result.code is RefusalCode.NOT_UPLOADED
