"""The process: faults, restart, many clients at once, pictures, pages, who may control."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from tests.sandbox.client import INVENTORY, Client, error_ids, make_item

if TYPE_CHECKING:
    from tests.sandbox.server import SandboxServer

MEDIA = "/commerce/media/v1_beta/image"


def picture(side: int = 600, kind: str = "JPEG") -> bytes:
    """Return a small real picture."""
    out = io.BytesIO()
    Image.new("RGB", (side, side // 2), (90, 120, 150)).save(out, kind)
    return out.getvalue()


def upload(client: Client, content: bytes, part: str = "image") -> httpx.Response:
    """POST a picture."""
    return client.call(
        "POST",
        f"{MEDIA}/create_image_from_file",
        files={part: ("part.jpg", content, "image/jpeg")},
    )


def test_state_survives_a_kill(client: Client) -> None:
    # given
    offer_id, listing_id = client.live("ALT-1", quantity=2)
    order_id = client.server.control("buy", sku="ALT-1")["orderId"]

    # when
    client.server.kill()
    client.server.restart()

    # then
    offer = client.call("GET", f"{INVENTORY}/offer/{offer_id}").json()
    assert offer["listing"]["listingId"] == listing_id
    assert offer["listing"]["soldQuantity"] == 1
    order = client.call("GET", f"/sell/fulfillment/v1/order/{order_id}")
    assert order.status_code == 200


def test_twenty_clients_at_once(client: Client) -> None:
    # given
    client.prepare()

    def publish(number: int) -> str:
        sku = f"P-{number}"
        client.put_item(sku)
        made = client.call("POST", f"{INVENTORY}/offer", client.offer_body(sku)).json()
        return str(client.publish(made["offerId"]).json()["listingId"])

    # when
    with ThreadPoolExecutor(20) as pool:
        listings = list(pool.map(publish, range(40)))

    # then
    assert len(set(listings)) == 40
    assert len(client.server.control("listings", status="ACTIVE")["listings"]) == 40


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ({"status": 500, "body": {"errors": [{"errorId": 25001}]}}, 500, '{"errors"'),
        ({"html": True}, 502, "<html>"),
        ({"truncate": True}, 200, '{"href"'),
        ({"delay_ms": 50}, 200, '{"href"'),
    ],
)
def test_a_fault_spoils_one_call(
    client: Client, fault: dict[str, Any], status: int, text: str
) -> None:
    # given
    client.put_item("ALT-1")
    client.server.control("fault", route="getInventoryItems", **fault)

    # when
    spoiled = client.call("GET", f"{INVENTORY}/inventory_item")
    good = client.call("GET", f"{INVENTORY}/inventory_item")

    # then
    assert (spoiled.status_code, spoiled.text[: len(text)]) == (status, text)
    assert good.json()["total"] == 1
    if "truncate" in fault:
        with pytest.raises(json.JSONDecodeError):
            json.loads(spoiled.text)


def test_headers_of_a_fault_reach_the_client(client: Client) -> None:
    client.server.control("fault", route="*", status=429, headers={"Retry-After": "7"}, body={})

    answer = client.call("GET", f"{INVENTORY}/inventory_item")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


def test_a_dropped_line_before_and_after_the_work(client: Client) -> None:
    # given
    offer_id = client.draft("ALT-1")

    # when
    client.server.control("fault", route="publishOffer", drop=True)
    with pytest.raises(httpx.TransportError):
        client.publish(offer_id)
    before = len(client.server.control("listings")["listings"])
    client.server.control("fault", route="publishOffer", drop=True, when="after")
    with pytest.raises(httpx.TransportError):
        client.publish(offer_id)
    after = len(client.server.control("listings")["listings"])

    # then
    assert (before, after) == (0, 1)
    assert client.publish(offer_id).json()["warnings"][0]["errorId"] == 25402


def test_unknown_controls_and_fields_are_refused(sandbox_server: SandboxServer) -> None:
    base = f"{sandbox_server.base}/_control"

    unknown = httpx.post(f"{base}/nothing", json={})
    read = httpx.get(f"{base}/reset")
    field = httpx.post(f"{base}/buy", json={"skew": "A"})
    foreign = httpx.post(f"{base}/reset", json={}, headers={"origin": "https://evil.example"})
    rebound = httpx.post(f"{base}/reset", json={}, headers={"host": "evil.example"})

    assert (unknown.status_code, read.status_code) == (404, 405)
    assert (field.status_code, "skew" in field.json()["error"]) == (400, True)
    assert (foreign.status_code, rebound.status_code) == (403, 403)


def test_received_calls_are_listed_without_secrets(client: Client) -> None:
    client.put_item("ALT-1", quantity=4)

    rows = client.server.control("requests", route="createOrReplaceInventoryItem")["requests"]

    assert [row["status"] for row in rows] == [204]
    assert json.loads(rows[0]["body"]) == make_item(quantity=4)
    assert rows[0]["headers"]["authorization"] == "(not kept)"
    assert client.tokens["access_token"] not in json.dumps(client.server.control("requests"))


def test_an_uploaded_picture_can_be_listed_and_seen(client: Client) -> None:
    # given
    made = upload(client, picture())
    url = made.json()["imageUrl"]

    # when
    client.prepare()
    client.put_item("ALT-1", imageUrls=[url])
    offer = client.call("POST", f"{INVENTORY}/offer", client.offer_body("ALT-1")).json()
    listing_id = client.publish(offer["offerId"]).json()["listingId"]

    # then
    assert made.status_code == 201
    assert url.startswith("https://i.ebayimg.com/")
    found = client.call("GET", httpx.URL(made.headers["location"]).path).json()
    assert found["imageUrl"] == url
    page = client.http.get(f"/itm/{listing_id}").text
    source = page.split('<img src="')[1].split('"')[0]
    assert client.http.get(source).content == picture()


def test_pictures_that_are_refused(client: Client) -> None:
    answers = [
        upload(client, b"no picture at all"),
        upload(client, picture(side=400)),
        upload(client, picture()[:200]),
        upload(client, picture(), part="file"),
    ]

    assert [row.status_code for row in answers] == [400] * 4


def test_mixed_and_foreign_pictures_are_refused(client: Client) -> None:
    # given
    url = upload(client, picture()).json()["imageUrl"]
    other = Client(client.server, client.server.other_seller)

    # when
    client.prepare()
    client.put_item("ALT-1", imageUrls=[url, "https://img.example.com/1.jpg"])
    mine = client.call("POST", f"{INVENTORY}/offer", client.offer_body("ALT-1")).json()
    other.prepare()
    other.put_item("ALT-1", imageUrls=[url])
    theirs = other.call("POST", f"{INVENTORY}/offer", other.offer_body("ALT-1")).json()

    # then
    assert error_ids(client.publish(mine["offerId"])) == [25014]
    assert error_ids(other.publish(theirs["offerId"])) == [25014]


def test_more_than_50_pictures_in_5_seconds_are_429(client: Client) -> None:
    client.server.control("clock", frozen="2026-11-25T12:00:00.000Z")
    client = Client(client.server)
    content = picture(kind="PNG")

    answers = [upload(client, content) for _ in range(51)]

    assert [row.status_code for row in answers] == [201] * 50 + [429]
    assert answers[-1].headers["retry-after"] == "5"
    client.server.control("clock", advance_seconds=6)
    assert upload(client, content).status_code == 201


def test_a_buyer_finds_buys_and_pays(client: Client) -> None:
    # given
    client.prepare()
    client.put_item("ALT-1", title="<Alternator> & more", quantity=1)
    offer = client.call("POST", f"{INVENTORY}/offer", client.offer_body("ALT-1")).json()
    listing_id = client.publish(offer["offerId"]).json()["listingId"]
    http = httpx.Client(base_url=client.server.base, follow_redirects=True)

    # when
    found = http.get("/shop", params={"q": "alternator toyota"})
    missed = http.get("/shop", params={"q": "gearbox"})
    bought = http.post(f"/itm/{listing_id}/buy", data={"quantity": "1", "pay": "later"})
    paid = http.post(bought.url.path, data={"do": "pay"})
    again = http.post(f"/itm/{listing_id}/buy", data={"quantity": "1", "pay": "now"})

    # then
    assert f'href="/itm/{listing_id}"' in found.text
    assert "&lt;Alternator&gt; &amp; more" in found.text
    assert listing_id not in missed.text
    assert "PENDING" in bought.text
    assert 'data-testid="payment">PAID' in paid.text
    assert (again.status_code, "sold out" in again.text) == (409, True)
    assert http.get("/control").status_code == 200
    assert http.get("/purchases").status_code == 200
