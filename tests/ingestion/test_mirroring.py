"""Photos at other addresses: fetched once, never from inside a network."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.management import call_command

from ingestion.models import ImageAsset
from realtrack.core import http
from realtrack.settings.photo_hosts import picture_hosts, upload_hosts
from tests.ingestion import pictures
from tests.listings.factories import make_listing
from tests.people import api_of

pytestmark = pytest.mark.django_db


class Shelf:
    """A web server with photos; remembers what was fetched."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        outer = self
        answers: dict[str, tuple[int, bytes]] = {
            "/a.jpg": (200, pictures.encoded(seed=21)),
            "/b.png": (200, pictures.encoded("PNG", seed=22)),
            "/page.html": (200, b"<html>no photo</html>"),
        }

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.fetched.append(self.path)
                status, body = answers.get(self.path.partition("?")[0], (404, b""))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://photos.example.test:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """The name leads to a server of the test as if it were a public one."""
    found = Shelf()
    real = http._public_address
    monkeypatch.setattr(
        http,
        "_public_address",
        lambda url: "127.0.0.1" if "photos.example.test" in url else real(url),
    )
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_photo_is_imported_from_an_address(shelf: Shelf) -> None:
    listing = make_listing()
    body = {"url": f"{shelf.base}/a.jpg", "listingId": str(listing.pk)}
    answer = api_of("user").post("/api/storage/import-url", body, format="json")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["asset"]["source"], answer.json()["asset"]["filename"]) == (
        "url", "a.jpg",
    )  # fmt: skip
    # and again: the same photo, nothing fetched
    again = api_of("user").post("/api/storage/import-url", body, format="json")
    assert again.json()["asset"]["id"] == answer.json()["asset"]["id"]
    assert shelf.fetched == ["/a.jpg"]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/x.jpg", "http://169.254.169.254/latest/meta-data", "http://[::1]/x.jpg",
     "http://10.0.0.7/x.jpg", "file:///etc/passwd"],
)  # fmt: skip
def test_private_addresses_are_refused(url: str) -> None:
    answer = api_of("user").post("/api/storage/import-url", {"url": url}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "url"
    assert ImageAsset.objects.count() == 0


def test_what_is_no_photo_is_refused_with_the_reason(shelf: Shelf) -> None:
    for path, words in (("/page.html", "no JPEG"), ("/gone.jpg", "status 404")):
        body = {"url": shelf.base + path}
        answer = api_of("user").post("/api/storage/import-url", body, format="json")
        assert answer.status_code == 400
        assert words in answer.content.decode()
    assert ImageAsset.objects.count() == 0


def test_practice_38_second_migration_fetches_nothing(shelf: Shelf) -> None:
    # given a part whose photos lie elsewhere, one of them gone
    listing = make_listing(
        item_photo_url=f"{shelf.base}/a.jpg|{shelf.base}/b.png|{shelf.base}/gone.jpg"
    )
    make_listing()
    out = io.StringIO()
    # when
    call_command("ingestion_mirror_photos", stdout=out)
    # then
    assert listing.photos.count() == 2
    assert "2 fetched, 0 were here, 1 could not be fetched" in out.getvalue()
    assert "gone.jpg: This address answers with status 404." in out.getvalue()
    # and again: none of them is fetched
    shelf.fetched.clear()
    from ingestion.services import listing_photos_mirror
    from tests.ingestion.factories import person

    done = listing_photos_mirror(listing_id=listing.pk, actor=person())
    assert (done.fetched, done.same) == (0, 2)
    assert shelf.fetched == ["/gone.jpg"]


def test_pages_may_send_to_the_bucket_and_show_the_cdn() -> None:
    assert upload_hosts(bucket="", region="x", endpoint="", accelerate=False) == []
    assert upload_hosts(bucket="rt", region="eu-west-1", endpoint="", accelerate=True) == [
        "https://rt.s3.amazonaws.com",
        "https://rt.s3.eu-west-1.amazonaws.com",
        "https://rt.s3-accelerate.amazonaws.com",
    ]
    assert upload_hosts(
        bucket="rt", region="x", endpoint="https://minio.example.test:9000/", accelerate=False
    ) == ["https://minio.example.test:9000", "https://rt.minio.example.test:9000"]
    assert picture_hosts(bucket="rt", cdn="d1.cloudfront.net") == ["https://d1.cloudfront.net"]
    assert picture_hosts(bucket="", cdn="d1.cloudfront.net") == []
