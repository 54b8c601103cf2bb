"""Both remote readers over HTTP: their wire formats, and every way in which they fail."""

from __future__ import annotations

import io
import json
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytest_django.fixtures import Settings

from ingestion.providers import remote
from ingestion.providers.base import (
    OpenPurse,
    PhotoInput,
    ProviderRefused,
    ProviderUnavailable,
    Receipt,
)
from ingestion.providers.google_vision import GoogleVision
from ingestion.providers.openai_vision import OpenAiVision
from tests.ingestion import pictures
from tests.ingestion.ai_server import (
    AiServer,
    Reply,
    Seen,
    completion,
    entry,
    google_photo,
    read_as,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(tmp_path: Path) -> PhotoInput:
    path = tmp_path / "part.jpg"
    path.write_bytes(pictures.jpeg_with_exif(6))
    return PhotoInput(asset_id=uuid.uuid4(), path=path)


def several(photo: PhotoInput, count: int) -> list[PhotoInput]:
    return [PhotoInput(asset_id=uuid.uuid4(), path=photo.path) for _ in range(count)]


def receipts(purse: OpenPurse) -> list[tuple[Decimal | None, str]]:
    return [(one.cost_usd, one.outcome) for one in purse.receipts]


def test_openai_request_is_the_documented_one(ai: AiServer, photo: PhotoInput) -> None:
    ai.answer = read_as("DENSO", "104210-5890", brand=("Denso", 0.9))
    purse = OpenPurse()
    # when
    found = OpenAiVision().read([photo], purse)
    # then
    seen = ai.seen[0]
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["Authorization"] == "Bearer sk-test"
    assert seen.body["model"] == "gpt-4o"
    assert seen.body["response_format"]["type"] == "json_schema"
    assert seen.body["response_format"]["json_schema"]["strict"] is True
    image = seen.body["messages"][1]["content"][1]["image_url"]
    assert image["url"].startswith("data:image/jpeg;base64,")
    # what leaves is upright and carries neither camera nor place
    import base64

    sent = Image.open(io.BytesIO(base64.b64decode(image["url"].partition(",")[2])))
    assert sent.size == (240, 320)
    assert dict(sent.getexif()) == {}
    # and the answer: lines with their boxes, the cost by the settings' prices
    one = found.photos[0]
    assert [line.text for line in one.lines] == ["DENSO", "104210-5890"]
    assert one.lines[1].box.y == pytest.approx(0.15)
    assert [(each.field, each.value) for each in one.proposals] == [("brand", "Denso")]
    assert found.cost_usd == Decimal("0.006")  # 1200 × 2.50 + 300 × 10 per million
    assert found.tokens == 1500


def test_cost_that_the_answer_names_wins(ai: AiServer, photo: PhotoInput) -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.0123}
    ai.answer = lambda seen: Reply(completion(json.dumps({"photos": [entry(1, "X")]}), usage=usage))
    assert OpenAiVision().read([photo], OpenPurse()).cost_usd == Decimal("0.0123")


def test_practice_40_large_photo_is_shrunk_before_it_is_sent(ai: AiServer, tmp_path: Path) -> None:
    # given a photo of 40 MB
    path = tmp_path / "large.png"
    pixels = np.random.default_rng(3).integers(0, 255, (3700, 3700, 3), dtype=np.uint8)
    Image.fromarray(pixels, "RGB").save(path, compress_level=0)
    assert path.stat().st_size > 40_000_000
    ai.answer = read_as("X")
    # when
    OpenAiVision().read([PhotoInput(asset_id=uuid.uuid4(), path=path)], OpenPurse())
    # then: noise is the worst case of a JPEG
    assert ai.seen[0].size < 4_000_000


def test_practice_41_base_address_and_models_are_settings(
    ai: AiServer, photo: PhotoInput, settings: Settings
) -> None:
    settings.AI_BASE_URL = f"{ai.base}/router/api/"
    settings.AI_MODEL_LABEL = "vendor/model-a"
    ai.answer = read_as("X")
    OpenAiVision().read([photo], OpenPurse())
    OpenAiVision("vendor/dear").read([photo], OpenPurse())
    assert [seen.path for seen in ai.seen] == ["/router/api/chat/completions"] * 2
    assert [seen.body["model"] for seen in ai.seen] == ["vendor/model-a", "vendor/dear"]


@pytest.mark.parametrize(
    "content",
    [
        "```json\n{}\n```",
        "Here you are: {} I hope it helps.",
    ],
)
def test_practice_42_fenced_and_prose_answers_are_read(
    ai: AiServer, photo: PhotoInput, content: str
) -> None:
    body = json.dumps({"photos": [entry(1, "DENSO")]})
    ai.answer = lambda seen: Reply(completion(content.replace("{}", body)))
    found = OpenAiVision().read([photo], OpenPurse())
    assert found.photos[0].lines[0].text == "DENSO"
    assert len(ai.seen) == 1


def _without_choices(seen: Seen) -> Reply:
    return Reply({"id": "x", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 0}})


def _cut_content(seen: Seen) -> Reply:
    return Reply(completion('{"photos": [{"photo": 1, "lines": [{"te', finish_reason="length"))


def _cut_body(seen: Seen) -> Reply:
    return Reply(json.dumps(completion("{}")).encode()[:60])


def _one_too_few(seen: Seen) -> Reply:
    entries = [entry(number, "X") for number in range(1, seen.photos)]
    return Reply(completion(json.dumps({"photos": entries})))


def _wrong_schema(seen: Seen) -> Reply:
    return Reply(completion(json.dumps({"photos": [{"photo": 1, "lines": "none", "fields": []}]})))


@pytest.mark.parametrize(
    "bad", [_without_choices, _cut_content, _cut_body, _one_too_few, _wrong_schema]
)
def test_practice_42_bad_answers_are_halved_to_single_then_final(
    ai: AiServer, photo: PhotoInput, bad: Any
) -> None:
    # given a service that answers well for one photo alone
    def for_one(seen: Seen) -> Reply:
        return bad(seen) if seen.photos > 1 else read_as("DENSO")(seen)

    ai.answer = for_one
    photos = several(photo, 8)
    # when
    found = OpenAiVision().read(photos, OpenPurse())
    # then: 8 → 4, 4 → 2 × 4 → single × 8, each photo read once, in order
    assert [seen.photos for seen in ai.seen].count(1) == 8
    assert len(ai.seen) == 15
    assert [one.asset_id for one in found.photos] == [one.asset_id for one in photos]
    # when it never answers well, it ends with the reason
    ai.answer = bad
    with pytest.raises(ProviderRefused, match="no usable answer"):
        OpenAiVision().read([photo], OpenPurse())


def test_refusal_is_final_and_paid(ai: AiServer, photo: PhotoInput) -> None:
    ai.answer = lambda seen: Reply(completion(None, refusal="I cannot help with that."))
    purse = OpenPurse()
    with pytest.raises(ProviderRefused, match="I cannot help"):
        OpenAiVision().read([photo], purse)
    assert receipts(purse) == [(Decimal("0.006"), "refused")]
    assert len(ai.seen) == 1


@pytest.mark.parametrize(
    ("status", "heals"),
    [(400, False), (401, False), (404, False), (408, True), (429, True), (500, True), (503, True)],
)
def test_practice_44_final_and_passing_failures(
    ai: AiServer, photo: PhotoInput, status: int, heals: bool
) -> None:
    ai.answer = lambda seen: Reply({"error": {"message": "said no"}}, status=status)
    purse = OpenPurse()
    with pytest.raises(ProviderUnavailable, match="said no") as caught:
        OpenAiVision().read([photo], purse)
    assert isinstance(caught.value, ProviderRefused) is not heals
    # what was refused costs nothing
    assert receipts(purse)[0][0] == Decimal(0)


def test_limit_rests_the_service_for_as_long_as_it_says(ai: AiServer, photo: PhotoInput) -> None:
    ai.answer = lambda seen: Reply(
        {"error": {"message": "slow"}}, status=429, headers={"Retry-After": "7"}
    )
    for _ in range(3):
        with pytest.raises(ProviderUnavailable) as caught:
            OpenAiVision().read([photo], OpenPurse())
        assert 0 < (caught.value.retry_after or 0) <= 7
    # only the first one was sent
    assert len(ai.seen) == 1


def test_hang_ends_at_the_time_out_and_counts_in_full(
    ai: AiServer, photo: PhotoInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "CALL_SECONDS", 0.3)
    monkeypatch.setattr(remote.post, "__kwdefaults__", {"seconds": 0.3})
    ai.answer = lambda seen: Reply(hang=True)
    purse = OpenPurse()
    with pytest.raises(ProviderUnavailable, match="timeout"):
        OpenAiVision().read([photo], purse)
    # whether it was charged nobody knows: the whole reservation counts
    assert purse.receipts == [Receipt(cost_usd=None)]


def test_error_inside_a_good_status_is_an_outage(ai: AiServer, photo: PhotoInput) -> None:
    ai.answer = lambda seen: Reply({"error": {"message": "upstream is down", "code": 502}})
    with pytest.raises(ProviderUnavailable, match="upstream is down") as caught:
        OpenAiVision().read([photo], OpenPurse())
    assert not isinstance(caught.value, ProviderRefused)


def test_google_reads_text_logos_and_labels(
    ai: AiServer, photo: PhotoInput, settings: Settings
) -> None:
    settings.GOOGLE_VISION_API_KEY = "g-key"
    ai.answer = lambda seen: Reply(
        {
            "responses": [
                google_photo(
                    "TOYOTA GENUINE", "90915-YZZD1", logos=("Toyota",), labels=("Oil filter",)
                )
            ]
            * seen.photos
        }
    )
    found = GoogleVision().read(several(photo, 9), OpenPurse())
    # then: 8 and 1, with the key in a header and never in the address
    assert [seen.photos for seen in ai.seen] == [8, 1]
    assert ai.seen[0].path == "/v1/images:annotate"
    assert ai.seen[0].headers["X-Goog-Api-Key"] == "g-key"
    assert [one["type"] for one in ai.seen[0].body["requests"][0]["features"]] == [
        "DOCUMENT_TEXT_DETECTION", "LOGO_DETECTION", "LABEL_DETECTION",
    ]  # fmt: skip
    one = found.photos[0]
    assert [line.text for line in one.lines] == ["TOYOTA GENUINE", "90915-YZZD1"]
    assert one.lines[0].box.x == pytest.approx(10 / 240, abs=1e-3)
    assert [(each.field, each.value) for each in one.proposals] == [
        ("brand", "Toyota"), ("part_type", "Oil filter"),
    ]  # fmt: skip
    assert found.cost_usd == Decimal("0.0045") * 9


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"responses": []}, True),
        ({"responses": ["text"]}, True),
        ({"responses": [{"error": {"code": 3, "message": "bad image"}}]}, True),
        ({"responses": [{"error": {"code": 14, "message": "try later"}}]}, False),
        ({"responses": [{"fullTextAnnotation": {"pages": "none"}}]}, True),
        (b'{"responses": [{', True),
    ],
)
def test_google_answers_of_another_shape(
    ai: AiServer, photo: PhotoInput, settings: Settings, body: Any, refused: bool
) -> None:
    settings.GOOGLE_VISION_API_KEY = "g-key"
    ai.answer = lambda seen: Reply(body)
    with pytest.raises(ProviderUnavailable) as caught:
        GoogleVision().read([photo], OpenPurse())
    assert isinstance(caught.value, ProviderRefused) is refused
