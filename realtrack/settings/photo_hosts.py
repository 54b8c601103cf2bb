"""Where pages may send photos to and show them from, beside ourselves: S3 and its CDN."""

from __future__ import annotations

from urllib.parse import urlsplit


def upload_hosts(*, bucket: str, region: str, endpoint: str, accelerate: bool) -> list[str]:
    """Return the origins that signed addresses of this bucket may have; none without a bucket."""
    if not bucket:
        return []
    if endpoint:
        parts = urlsplit(endpoint)
        # By path, or with the bucket as a part of the host.
        return [f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{bucket}.{parts.netloc}"]
    hosts = [f"https://{bucket}.s3.amazonaws.com", f"https://{bucket}.s3.{region}.amazonaws.com"]
    if accelerate:
        hosts.append(f"https://{bucket}.s3-accelerate.amazonaws.com")
    return hosts


def picture_hosts(*, bucket: str, cdn: str) -> list[str]:
    """Return the origin of the CDN where one shows the variants; else they come through us."""
    return [f"https://{cdn}"] if bucket and cdn else []
