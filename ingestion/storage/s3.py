"""Photos in S3 or a server of its protocol. The bucket is private; what is public goes through a
CDN or through us."""

from __future__ import annotations

import datetime
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone

from ingestion.storage.base import PUT_SECONDS, SignedPut, StoredObject
from realtrack.core.registry import HealthResult

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_ENCRYPTION = "AES256"
# Above this an object goes in parts, of which a broken one is sent again by itself.
_PART_BYTES = 8 * 1024 * 1024


class S3Storage:
    """One bucket; encryption at rest is asked for with every write."""

    def __init__(self, *, bucket: str, client: Any) -> None:
        self.bucket = bucket
        self._client = client

    @classmethod
    def from_settings(cls) -> S3Storage:
        """The bucket of the environment; without keys boto3's own chain of credentials is used."""
        client = boto3.client(
            "s3",
            region_name=settings.AWS_S3_REGION,
            endpoint_url=settings.AWS_S3_ENDPOINT_URL or None,
            aws_access_key_id=settings.AWS_ACCESS_KEY_ID or None,
            aws_secret_access_key=settings.AWS_SECRET_ACCESS_KEY or None,
            config=Config(
                signature_version="s3v4",
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
                s3={"use_accelerate_endpoint": settings.AWS_S3_ACCELERATE},
            ),
        )
        return cls(bucket=settings.AWS_S3_BUCKET, client=client)

    def sign_put(self, *, key: str, size: int, mime_type: str) -> SignedPut:
        """Sign length, type and encryption with the address: S3 refuses anything else."""
        url = self._client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ContentLength": size,
                "ContentType": mime_type,
                "ServerSideEncryption": _ENCRYPTION,
            },
            ExpiresIn=PUT_SECONDS,
        )
        return SignedPut(
            url=url,
            headers={
                "Content-Type": mime_type,
                "Content-Length": str(size),
                "x-amz-server-side-encryption": _ENCRYPTION,
            },
            expires_at=timezone.now() + datetime.timedelta(seconds=PUT_SECONDS),
        )

    def stat(self, key: str) -> StoredObject | None:
        try:
            head = self._client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if _code(error) in _MISSING:
                return None
            raise _lost(error) from error
        except BotoCoreError as error:
            raise _lost(error) from error
        return StoredObject(size=int(head["ContentLength"]), mime_type=str(head["ContentType"]))

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """Give a copy that is removed after the block."""
        with tempfile.TemporaryDirectory(prefix="rt-photo-") as folder:
            path = Path(folder) / Path(key).name
            path.write_bytes(self.read(key))
            yield path

    def read(self, key: str) -> bytes:
        try:
            data: bytes = self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if _code(error) in _MISSING:
                raise FileNotFoundError(key) from error
            raise _lost(error) from error
        except BotoCoreError as error:
            raise _lost(error) from error
        return data

    def save(self, key: str, data: bytes, mime_type: str) -> None:
        """Write at once, a large object in parts: it appears when all of them are there."""
        self._call(
            "upload_fileobj",
            Fileobj=io.BytesIO(data),
            Key=key,
            ExtraArgs={
                "ContentType": mime_type,
                "ServerSideEncryption": _ENCRYPTION,
                "CacheControl": "public, max-age=31536000, immutable"
                if key.startswith("p/")
                else "private",
            },
            Config=TransferConfig(
                multipart_threshold=_PART_BYTES, multipart_chunksize=_PART_BYTES, use_threads=False
            ),
        )

    def move(self, source: str, target: str) -> None:
        if self.stat(source) is None and self.stat(target) is not None:
            return
        self._call(
            "copy_object",
            Key=target,
            CopySource={"Bucket": self.bucket, "Key": source},
            ServerSideEncryption=_ENCRYPTION,
        )
        self.delete(source)

    def delete(self, key: str) -> None:
        self._call("delete_object", Key=key)

    def stale_keys(self, prefix: str, *, older_than: datetime.datetime) -> list[str]:
        found: list[str] = []
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        for page in pages:
            found += [
                one["Key"] for one in page.get("Contents", []) if one["LastModified"] < older_than
            ]
        return found

    def health(self) -> HealthResult:
        try:
            self._client.head_bucket(Bucket=self.bucket)
        except (BotoCoreError, ClientError) as error:
            return HealthResult(ok=False, detail=f"S3 does not answer: {type(error).__name__}")
        return HealthResult(ok=True, detail="S3")

    def _call(self, operation: str, **parameters: Any) -> None:
        try:
            getattr(self._client, operation)(Bucket=self.bucket, **parameters)
        except (Boto3Error, BotoCoreError, ClientError) as error:
            raise _lost(error) from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _lost(error: Exception) -> OSError:
    """Failures of the storage are OSErrors here, as those of a disk are: they are retried."""
    return OSError(f"S3: {error}")
