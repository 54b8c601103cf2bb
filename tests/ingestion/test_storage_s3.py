"""S3 over HTTP, against moto's server (which does not enforce signed lengths: the signature is
looked at instead, and the object again on confirm)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest
from django.utils import timezone
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from ingestion import storage as storage_module
from ingestion.services import asset_confirm, asset_process
from ingestion.storage import public_url, storage
from tests.ingestion import pictures
from tests.ingestion.factories import announced, person


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_address: str, settings: Settings) -> Iterator[str]:
    settings.AWS_S3_BUCKET = "realtrack-test"
    settings.AWS_S3_ENDPOINT_URL = s3_address
    settings.AWS_S3_REGION = "us-east-1"
    settings.AWS_ACCESS_KEY_ID = settings.AWS_SECRET_ACCESS_KEY = "test"
    settings.AWS_CLOUDFRONT_DOMAIN = "cdn.example.test"
    client = boto3.client(
        "s3",
        endpoint_url=s3_address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket="realtrack-test")
    storage_module.storage.cache_clear()
    yield "realtrack-test"
    storage_module.storage.cache_clear()


def test_address_binds_length_type_and_encryption(bucket: str) -> None:
    signed = storage().sign_put(key="temp/a/b.jpg", size=7, mime_type="image/jpeg")
    query = parse_qs(urlsplit(signed.url).query)
    assert query["X-Amz-SignedHeaders"] == [
        "content-length;content-type;host;x-amz-server-side-encryption"
    ]
    assert query["X-Amz-Expires"] == ["300"]
    answer = httpx.put(signed.url, content=b"seven b", headers=dict(signed.headers))
    assert answer.status_code == 200
    stored = storage().stat("temp/a/b.jpg")
    assert stored is not None
    assert (stored.size, stored.mime_type) == (7, "image/jpeg")


def test_objects_move_and_go(bucket: str) -> None:
    store = storage()
    store.save("temp/x.jpg", b"bytes", "image/jpeg")
    store.move("temp/x.jpg", "moved/x.jpg")
    store.move("temp/x.jpg", "moved/x.jpg")
    assert store.stat("temp/x.jpg") is None
    with store.local_copy("moved/x.jpg") as path:
        assert path.read_bytes() == b"bytes"
    assert not path.exists()
    later = timezone.now() + datetime.timedelta(minutes=1)
    assert store.stale_keys("moved/", older_than=later) == ["moved/x.jpg"]
    store.delete("moved/x.jpg")
    store.delete("moved/x.jpg")
    with pytest.raises(FileNotFoundError):
        store.read("moved/x.jpg")
    assert store.health().ok


@pytest.mark.django_db
def test_photo_goes_through_s3(bucket: str) -> None:
    # given a photo that was put there
    asset = announced(pictures.encoded())
    # when
    asset_confirm(asset_id=asset.pk, actor=person())
    asset = asset_process(asset_id=asset.pk, actor=person())
    # then
    assert asset.s3_bucket == bucket
    assert asset.status == "processed"
    assert storage().stat(f"p/{asset.variant_thumb}.webp") is not None
    assert public_url(asset.variant_thumb) == (
        f"https://cdn.example.test/p/{asset.variant_thumb}.webp"
    )


@pytest.mark.django_db
def test_longer_object_than_signed_is_refused_on_confirm(bucket: str) -> None:
    # given a server that let a longer body through
    asset = announced(pictures.encoded())
    storage().save(asset.s3_key, pictures.encoded() + b"more", "image/jpeg")
    # when, then
    with pytest.raises(Exception, match="announced"):
        asset_confirm(asset_id=asset.pk, actor=person())
    assert storage().stat(asset.s3_key) is None


def test_large_object_goes_in_parts_and_is_encrypted(bucket: str, s3_address: str) -> None:
    # given 17 MB: three parts
    data = bytes(range(256)) * (17 * 4096)
    storage().save("p/large.webp", data, "image/webp")
    # then
    head = boto3.client(
        "s3",
        endpoint_url=s3_address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    ).head_object(Bucket=bucket, Key="p/large.webp")
    assert head["ETag"].strip('"').endswith("-3")
    assert head["ServerSideEncryption"] == "AES256"
    assert head["ContentType"] == "image/webp"
    assert storage().read("p/large.webp") == data


def test_acceleration_is_an_option_of_the_address(bucket: str, settings: Settings) -> None:
    settings.AWS_S3_ENDPOINT_URL = ""
    settings.AWS_S3_ACCELERATE = True
    storage_module.storage.cache_clear()
    signed = storage().sign_put(key="temp/a.jpg", size=7, mime_type="image/jpeg")
    assert urlsplit(signed.url).hostname == "realtrack-test.s3-accelerate.amazonaws.com"
