from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from ingestion.enums import AssetStatus
from ingestion.models import ImageAsset
from ingestion.services import asset_process
from ingestion.storage import storage
from realtrack.core.actors import Actor
from realtrack.core.models import AuditLog
from settings_app.services import setting_set
from tests.ingestion import pictures
from tests.ingestion.factories import announced, confirmed, person, processed
from tests.listings.factories import make_listing
from tests.people import api_of, browser_of

pytestmark = pytest.mark.django_db


def ask(path: str, body: dict[str, object], role: str = "user") -> Any:
    return api_of(role).post(path, body, format="json")


def announce(data: bytes, mime_type: str = "image/jpeg") -> dict[str, Any]:
    answer = ask(
        "/api/storage/upload-url",
        {"filename": "part.jpg", "mimeType": mime_type, "sizeBytes": len(data)},
    )
    assert answer.status_code == 200, answer.content
    signed: dict[str, Any] = answer.json()
    return signed


def put(signed: dict[str, Any], data: bytes, mime_type: str = "image/jpeg") -> Any:
    return Client().put(urlsplit(str(signed["uploadUrl"])).path, data, content_type=mime_type)


def stored_files(signed: dict[str, Any]) -> set[str]:
    """What lies in the folder of this upload alone; workers of one run share the storage."""
    root = storage()._root  # type: ignore[attr-defined]
    key = ImageAsset.objects.get(pk=signed["assetId"]).s3_key
    folder = (root / key).parent
    assert signed["assetId"] in str(folder)
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_photo_goes_in_by_signed_address() -> None:
    # given
    data = pictures.encoded()
    signed = announce(data)
    # then the address is bound and complete
    assert set(signed) == {"uploadUrl", "method", "headers", "s3Key", "assetId", "expiresAt"}
    assert signed["method"] == "PUT"
    assert signed["headers"] == {"Content-Type": "image/jpeg", "Content-Length": str(len(data))}
    # when
    assert put(signed, data).status_code == 200
    answer = ask("/api/storage/confirm", {"assetId": signed["assetId"]})
    # then
    assert answer.status_code == 200
    asset = answer.json()["asset"]
    assert asset["status"] == "uploaded"
    assert (asset["width"], asset["height"]) == (320, 240)
    # and again: the same answer
    again = ask("/api/storage/confirm", {"assetId": signed["assetId"]})
    assert again.json()["asset"]["id"] == asset["id"]


def test_put_takes_only_what_was_signed() -> None:
    data = pictures.encoded()
    signed = announce(data)
    path = urlsplit(str(signed["uploadUrl"])).path
    # more bytes, fewer bytes, another type, a forged address
    assert put(signed, data + b"x").status_code == 413
    assert put(signed, data[:-1]).status_code == 400
    assert put(signed, data, "image/png").json()["errors"][0]["code"] == "type_mismatch"
    assert Client().put(path[:-3] + "abc", data, content_type="image/jpeg").status_code == 403
    assert Client().get(path).status_code == 405
    # nothing of it stays
    assert stored_files(signed) == set()
    # and what was signed does stay there
    assert put(signed, data).status_code in {200, 201, 204}
    assert len(stored_files(signed)) == 1


def test_put_address_ends_after_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pictures.encoded()
    signed = announce(data)
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 301)
    answer = put(signed, data)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "upload_expired"


def test_put_is_over_with_the_confirm() -> None:
    data = pictures.encoded()
    signed = announce(data)
    put(signed, data)
    ask("/api/storage/confirm", {"assetId": signed["assetId"]})
    answer = put(signed, pictures.encoded(seed=2)[: len(data)].ljust(len(data), b"x"))
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "upload_used"


@pytest.mark.parametrize(
    ("data", "mime_type", "code"),
    [
        (b"this is a text file", "image/jpeg", "not_an_image"),
        (pictures.png_bomb(), "image/png", "too_many_pixels"),
        (pictures.encoded()[:-500], "image/jpeg", "truncated"),
        (pictures.encoded("PNG"), "image/jpeg", "type_mismatch"),
    ],
)
def test_bad_files_are_refused_with_the_reason(data: bytes, mime_type: str, code: str) -> None:
    # given
    signed = announce(data, mime_type)
    assert put(signed, data, mime_type).status_code == 200
    # when
    answer = ask("/api/storage/confirm", {"assetId": signed["assetId"]})
    # then
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    assert answer.json()["assetId"] == signed["assetId"]
    asset = ImageAsset.objects.get(pk=signed["assetId"])
    assert (asset.status, asset.reason_code) == (AssetStatus.FAILED, code)
    assert storage().stat(asset.s3_key) is None
    assert AuditLog.objects.filter(event="photo.refused", entity_id=str(asset.pk)).count() == 1
    # and a second confirm says the same
    assert ask("/api/storage/confirm", {"assetId": signed["assetId"]}).status_code == 400


def test_confirm_without_bytes_leaves_the_photo_waiting() -> None:
    signed = announce(pictures.encoded())
    answer = ask("/api/storage/confirm", {"assetId": signed["assetId"]})
    assert answer.json()["errors"][0]["code"] == "not_uploaded"
    assert ImageAsset.objects.get(pk=signed["assetId"]).status == AssetStatus.PENDING


@pytest.mark.parametrize(
    ("body", "status", "attr"),
    [
        ({"filename": "a.txt", "mimeType": "text/plain", "sizeBytes": 5}, 400, "mimeType"),
        ({"filename": "a.jpg", "mimeType": "image/jpeg", "sizeBytes": 0}, 400, "sizeBytes"),
        ({"filename": "a.jpg", "mimeType": "image/jpeg", "sizeBytes": 21 << 20}, 413, None),
        ({"filename": "a.jpg", "mimeType": "image/jpeg"}, 400, "sizeBytes"),
        (
            {"filename": "a.jpg", "mimeType": "image/jpeg", "sizeBytes": 5, "colour": 1},
            400,
            "colour",
        ),
    ],
)
def test_announcing_what_is_not_taken(
    body: dict[str, object], status: int, attr: str | None
) -> None:
    answer = ask("/api/ingestion/upload-url", body)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["attr"] == attr


def test_bulk_announces_all_or_none() -> None:
    file = {"filename": "a.jpg", "mimeType": "image/jpeg", "sizeBytes": 15 << 20}
    good = ask("/api/storage/bulk-upload-urls", {"files": [file] * 3})
    assert len(good.json()["uploads"]) == 3
    before = ImageAsset.objects.count()
    large = ask("/api/storage/bulk-upload-urls", {"files": [file] * 7})
    assert large.status_code == 413
    assert ImageAsset.objects.count() == before


def test_files_a_minute_are_limited(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        setting_set(category="upload", key="files_per_minute", value=2, actor=Actor.system("test"))
    client = api_of("manager")
    body = {"filename": "a.jpg", "mimeType": "image/jpeg", "sizeBytes": 5}
    answers = [client.post("/api/storage/upload-url", body, format="json") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) >= 1


def test_viewer_may_look_and_not_upload() -> None:
    assert ask("/api/storage/upload-url", {}, role="viewer").status_code == 403
    listing = make_listing()
    assert api_of("viewer").get(f"/api/storage/listing/{listing.pk}").json() == {"images": []}


def test_variants_are_public_private_is_not() -> None:
    # given
    asset = processed()
    # when
    answer = Client().get(f"/media/p/{asset.variant_thumb}.webp")
    # then
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert "immutable" in answer["Cache-Control"]
    assert (
        Client()
        .get(f"/media/p/{asset.variant_thumb}.webp", headers={"If-None-Match": answer["ETag"]})
        .status_code
        == 304
    )
    assert Client().get(f"/media/p/{'0' * 48}.webp").status_code == 404
    assert Client().get("/media/p/../originals/x.webp").status_code == 404
    assert Client().get(f"/media/{asset.s3_key}").status_code == 404


def test_missing_variant_is_made_again() -> None:
    # given
    asset = processed()
    key = f"p/{asset.variant_large}.webp"
    bytes_before = storage().read(key)
    storage().delete(key)
    # when
    answer = Client().get(f"/media/{key}")
    # then
    assert answer.content == bytes_before
    assert storage().stat(key) is not None


def test_processing_is_idempotent_and_interruptible() -> None:
    # given variants of an earlier, interrupted attempt
    asset = confirmed()
    first = asset_process(asset_id=asset.pk, actor=person())
    ImageAsset.objects.filter(pk=asset.pk).update(status=AssetStatus.UPLOADED)
    # when
    second = asset_process(asset_id=asset.pk, actor=person())
    # then
    assert second.variant_large == first.variant_large
    assert second.status == AssetStatus.PROCESSED


def test_damaged_photo_ends_refused_without_traces() -> None:
    asset = confirmed(pictures.damaged_jpeg())
    asset = asset_process(asset_id=asset.pk, actor=person())
    assert (asset.status, asset.reason_code) == (AssetStatus.FAILED, "damaged")
    assert storage().stat(asset.s3_key) is None
    assert asset.variant_large == ""


def test_photos_of_a_listing_keep_order_and_one_primary() -> None:
    # given
    listing = make_listing()
    photos = [processed(pictures.encoded(seed=n), listing_id=listing.pk) for n in range(3)]
    client = api_of("user")

    def images() -> Any:
        return client.get(f"/api/storage/listing/{listing.pk}").json()["images"]

    assert [one["id"] for one in images()] == [str(one.pk) for one in photos]
    assert [one["isPrimary"] for one in images()] == [True, False, False]
    # when the third becomes first picture
    answer = client.patch(f"/api/storage/{photos[2].pk}", {"isPrimary": True}, format="json")
    assert answer.json()["asset"]["isPrimary"] is True
    assert images()[0]["id"] == str(photos[2].pk)
    assert sum(bool(one["isPrimary"]) for one in images()) == 1
    # and when the second moves to the front
    client.patch(f"/api/storage/{photos[1].pk}", {"sortOrder": 0}, format="json")
    assert [one["sortOrder"] for one in images() if one["id"] == str(photos[1].pk)] == [0]
    # and when the primary is deleted
    assert client.delete(f"/api/storage/{photos[2].pk}").status_code == 204
    assert client.delete(f"/api/storage/{photos[2].pk}").status_code == 404
    left = images()
    assert len(left) == 2
    assert [one["isPrimary"] for one in left] == [True, False]
    # lists know
    listing.search.refresh_from_db()
    assert listing.search.photo_count == 2
    assert listing.search.photo_url.startswith("/media/p/")
    assert client.patch(f"/api/storage/{photos[1].pk}", {}, format="json").status_code == 400


def test_twenty_fifth_photo_is_named() -> None:
    listing = make_listing()
    for number in range(24):
        announced(pictures.encoded(seed=number), listing_id=listing.pk)
    answer = ask(
        "/api/storage/upload-url",
        {
            "filename": "a.jpg",
            "mimeType": "image/jpeg",
            "sizeBytes": 5,
            "listingId": str(listing.pk),
        },
    )
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "too_many_photos"
    assert "24" in answer.json()["errors"][0]["detail"]


def test_replaced_photo_has_a_new_address() -> None:
    first, second = processed(pictures.encoded(seed=1)), processed(pictures.encoded(seed=2))
    assert first.variant_large != second.variant_large


def test_browser_uploads_with_session_and_token() -> None:
    client = browser_of("user")
    answer = client.post(
        "/api/storage/upload-url",
        json.dumps({"filename": "a.jpg", "mimeType": "image/jpeg", "sizeBytes": 5}),
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert answer.json()["uploadUrl"].startswith("http://testserver/api/storage/put/")
