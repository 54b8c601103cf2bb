"""Orders by hand: sums, tax, stock, once per key, refused with words."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from channels_app.enums import OwedKind
from channels_app.models import ChannelListing, ChannelOwed
from inventory.models import InventoryEvent
from inventory.selectors import stock_of
from inventory.services import ledger_verify
from listings.models import Listing
from orders import sealing
from orders.models import Order
from orders.services import ManualLine, ManualOrder, order_cancel, order_create, order_transition
from orders.services.telling import shipment_tell
from orders.sums import Freight, SumLine, order_sums
from realtrack.core.models import AuditLog
from settings_app.catalog import shipping_profile_save
from settings_app.models import Team
from settings_app.selectors import version_renew
from settings_app.services import setting_set
from tests.inventory.factories import SYSTEM, part
from tests.people import api_of

pytestmark = pytest.mark.django_db
BUYER = {
    "buyerName": "Dana Example", "buyerEmail": "dana@example.com", "shippingName": "Dana Example",
    "shippingAddress1": "455 Oak Ave", "shippingCity": "Austin", "shippingState": "TX",
    "shippingZip": "73301", "shippingCountry": "us",
}  # fmt: skip


def body(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An order of these lines as a client sends it."""
    return {"lines": list(lines), "idempotencyKey": "key-1", "buyer": BUYER, **more}


def of(listing: Listing, quantity: int = 1, price: str = "89.90") -> dict[str, Any]:
    return {"sku": listing.custom_label_sku, "quantity": quantity, "unitPrice": price}


def tax(**values: Any) -> None:
    for key, value in values.items():
        setting_set(category="tax", key=key, value=value, actor=SYSTEM)
    # This test's transaction does not end, so that nothing tells the cache.
    version_renew()


def free_of(listing: Listing) -> tuple[int, int]:
    found = stock_of([listing.pk])[listing.pk]
    return found.total, found.reserved


def test_a_paid_order_by_hand_sells_through_the_ledger_and_tells_the_channels() -> None:
    # given
    listing = part(quantity=3)
    place = ChannelListing.objects.create(
        listing=listing, connection=_account(), sync_status="active", external_id="1"
    )
    # when
    answer = api_of("user").post(
        "/api/orders",
        body(of(listing, 2), paid=True, paymentMethod="card", shippingCost="10.00"),
        format="json",
    )
    # then
    assert answer.status_code == 201, answer.json()
    got = answer.json()["order"]
    assert (got["channel"], got["connectionId"], got["account"]) == ("manual", None, "")
    assert (got["status"], got["paymentState"], got["paymentMethod"]) == (
        "confirmed",
        "paid",
        "card",
    )
    # 179.80 × 8.25 % = 14.8335; 10.00 × 8.25 % = 0.825
    assert (got["subtotal"], got["shippingCost"], got["taxAmount"], got["totalAmount"]) == (
        "179.80", "10.00", "15.66", "205.46",
    )  # fmt: skip
    assert got["items"][0]["taxAmount"] == "14.83"
    assert got["items"][0]["taxRate"] == "0.082500"
    assert free_of(listing) == (1, 0)
    order = Order.objects.get()
    assert InventoryEvent.objects.filter(
        event_type="sale", idempotency_key=f"sale:manual:{order.external_order_id}:1"
    ).exists()
    assert ChannelOwed.objects.filter(channel_listing=place, kind=OwedKind.QUANTITY).exists()
    assert ledger_verify() == []
    events = list(AuditLog.objects.filter(entity_type="order").values_list("event", flat=True))
    assert sorted(events) == ["order.created", "order.paid"]


def test_the_buyer_is_sealed_as_any_others_and_masked_in_the_answer() -> None:
    # given / when
    answer = api_of("user").post("/api/orders", body(of(part(quantity=1))), format="json")
    # then
    buyer = answer.json()["order"]["buyer"]
    assert (buyer["isMasked"], buyer["buyerName"], buyer["shippingAddress1"]) == (
        True, "D••• E•••", "•••",
    )  # fmt: skip
    order = Order.objects.get()
    assert "Dana" not in order.buyer_name
    assert sealing.opened(order).buyer_name == "Dana Example"
    assert order.shipping_country == "US"
    assert not AuditLog.objects.filter(metadata__icontains="Oak Ave").exists()
    found = api_of("user").get("/api/orders?search=dana@example.com").json()
    assert found["total"] == 1


def test_an_unpaid_order_holds_its_parts_until_it_is_paid_or_cancelled() -> None:
    # given
    listing = part(quantity=2)
    for key in ("one", "two"):
        answer = api_of("user").post(
            "/api/orders", body(of(listing), idempotencyKey=key), format="json"
        )
        assert (answer.status_code, answer.json()["order"]["status"]) == (201, "pending")
    assert free_of(listing) == (2, 2)
    first, second = Order.objects.order_by("created_at")
    # when
    order_transition(order_id=first.pk, to="confirmed", actor=SYSTEM)
    order_cancel(order_id=second.pk, reason="Changed his mind", actor=SYSTEM)
    # then
    assert free_of(listing) == (1, 0)
    assert ledger_verify() == []


def test_what_is_not_there_is_refused_with_words_and_nothing_is_written() -> None:
    # given
    plenty, few = part(quantity=5), part(quantity=1)
    # when
    answer = api_of("user").post(
        "/api/orders", body(of(plenty), of(few), of(few), paid=True), format="json"
    )
    # then
    assert answer.status_code == 409
    error = answer.json()["errors"][0]
    assert error["code"] == "insufficient_stock"
    assert error["detail"] == (
        f"There is not enough stock. {few.custom_label_sku}: 1 free, 2 asked."
    )
    assert not Order.objects.exists()
    assert (free_of(plenty), free_of(few)) == ((5, 0), (1, 0))
    assert not InventoryEvent.objects.filter(event_type__in=("reserve", "sale")).exists()


def test_the_same_key_is_one_order_and_another_order_is_refused() -> None:
    # given
    listing = part(quantity=5)
    client = api_of("user")
    sent = body({"sku": listing.custom_label_sku, "quantity": 1}, paid=True)
    first = client.post("/api/orders", sent, format="json")
    # its price changes before the repeat comes
    Listing.objects.filter(pk=listing.pk).update(start_price="120.00")
    # when
    again = client.post("/api/orders", sent, format="json")
    other = client.post("/api/orders", body(of(listing, 2), paid=True), format="json")
    # then
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json()["order"]["id"] == first.json()["order"]["id"]
    assert other.json()["errors"][0]["code"] == "idempotency_key_reused"
    assert Order.objects.count() == 1
    assert free_of(listing) == (4, 0)


@pytest.mark.django_db(transaction=True)
def test_of_ten_at_once_the_last_piece_goes_to_one() -> None:
    # given
    listing = part(quantity=1)
    ends: list[str] = []

    def write(number: int) -> None:
        line = ManualLine(listing_id=listing.pk, quantity=1, unit_price=Decimal("5.00"))
        key = "same" if number % 2 else f"own-{number}"
        try:
            order, is_new = order_create(
                asked=ManualOrder(lines=[line], is_paid=True), key=key, actor=SYSTEM
            )
            ends.append(f"{'new' if is_new else 'again'} {order.pk}")
        except Exception as error:  # noqa: BLE001 - what it is, is asserted below
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(10)]
    # when
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    # then
    assert sum(end.startswith("new") for end in ends) == 1
    order = Order.objects.get()
    allowed = {f"new {order.pk}", f"again {order.pk}", "InsufficientStock"}
    assert set(ends) <= allowed
    assert len(ends) == 10
    assert free_of(listing) == (0, 0)


def test_prices_with_tax_keep_the_typed_total() -> None:
    # given
    tax(prices_include_tax=True)
    listing = part(quantity=3)
    # when
    got = (
        api_of("user")
        .post("/api/orders", body(of(listing, 3, "9.99"), shippingCost="5.00"), format="json")
        .json()["order"]
    )
    # then
    assert got["totalAmount"] == "34.97"
    assert got["pricesIncludeTax"] is True
    assert (got["items"][0]["unitPrice"], got["items"][0]["totalPrice"]) == ("9.99", "27.69")
    assert Decimal(got["subtotal"]) + Decimal(got["shippingCost"]) + Decimal(
        got["taxAmount"]
    ) == Decimal(got["totalAmount"])


def test_tax_follows_the_state_and_what_is_fetched_the_place_of_business() -> None:
    # given
    tax(state_rates="OH=0.0575", tax_on_shipping=False)
    client = api_of("user")
    listing = part(quantity=9)
    sent = {"lines": [of(listing, 1, "100.00")], "shippingCost": "10.00"}

    def sums(**more: Any) -> tuple[str, str]:
        got = client.post("/api/orders/sums", {**sent, **more}, format="json").json()["sums"]
        return got["tax"], got["total"]

    # when / then
    assert sums(buyer={"shippingState": "oh"}) == ("5.75", "115.75")
    assert sums(buyer={"shippingState": "NV"}) == ("8.25", "118.25")
    assert sums(buyer={"shippingState": "OH"}, isPickup=True) == ("8.25", "108.25")
    tax(tax_on_shipping=True)
    assert sums(buyer={"shippingState": "OH"}) == ("6.33", "116.33")
    tax(tax_enabled=False)
    assert sums(buyer={"shippingState": "OH"}) == ("0.00", "110.00")
    assert not Order.objects.exists()


def test_a_profile_quotes_the_stacked_parcel_of_the_parts() -> None:
    # given
    profile = shipping_profile_save(
        profile_id=None, actor=SYSTEM,
        data={"name": "Ground", "carrier": "UPS", "service": "Ground", "cost_type": "calculated",
              "is_default": False, "active": True, "parameters": {
                  "divisor": 100, "bands": [{"up_to": 5, "cost": "8.00"},
                                            {"up_to": 50, "cost": "20.00"}], "zones": []}},
    )  # fmt: skip
    box: dict[str, Any] = {
        "package_length": 10,
        "package_width": 10,
        "package_height": 4,
        "size_unit": "in",
    }
    listing = part(quantity=9, weight="1.000", weight_unit="kg", **box)
    bare = part(quantity=9)
    client = api_of("user")

    def sums(*lines: dict[str, Any], **more: Any) -> Any:
        sent = {"lines": list(lines), "shippingProfileId": str(profile.pk), **more}
        return client.post("/api/orders/sums", sent, format="json").json()

    # when
    one, three = sums(of(listing)), sums(of(listing, 3))
    # then: 4 lb by size; three of them 12 lb
    assert one["sums"]["shipping"]["net"] == "8.00"
    assert three["sums"]["shipping"]["net"] == "20.00"
    assert three["sums"]["steps"][0] == "Billed weight 12.00 lb"
    assert sums(of(bare))["errors"][0]["detail"].startswith("A calculated cost needs the weight")
    assert sums(of(bare), weight="3")["sums"]["shipping"]["net"] == "8.00"
    assert sums(of(bare), shippingCost="1.50")["sums"]["shippingMethod"] == "UPS Ground"


_LINES = st.lists(
    st.tuples(st.integers(1, 40), st.decimals(0, 9999, places=2)), min_size=1, max_size=8
)


@given(
    lines=_LINES,
    cost=st.decimals(0, 500, places=2),
    rate=st.decimals(0, 1, places=4),
    included=st.booleans(),
)
@hypothesis_settings(max_examples=40, deadline=None)
def test_lines_and_shipping_sum_to_the_total(
    lines: list[tuple[int, Decimal]], cost: Decimal, rate: Decimal, included: bool
) -> None:
    # given
    tax(tax_rate=str(rate), prices_include_tax=included)
    rows = [SumLine(listing=Listing(), quantity=many, unit_price=each) for many, each in lines]
    # when
    sums = order_sums(lines=rows, freight=Freight(cost=cost))
    # then
    assert (sums.rule.rate, sums.rule.included) == (rate, included)
    assert sums.total == sums.subtotal + sums.shipping.net + sums.tax
    assert sums.total == sum(one.gross for one in sums.lines.lines) + sums.shipping.gross
    typed = sum((row.amount for row in rows), Decimal(0)) + cost
    assert sums.total == typed if included else sums.total == typed + sums.tax


def test_taken_along_it_is_delivered_and_nobody_is_told() -> None:
    # given
    listing = part(quantity=1)
    # when
    answer = api_of("user").post(
        "/api/orders",
        body(of(listing), paid=True, handedOver=True, isPickup=True, paymentMethod="cash"),
        format="json",
    )
    # then
    got = answer.json()["order"]
    assert (got["status"], got["shippingMethod"], got["shippingCost"]) == (
        "delivered", "Picked up", "0.00",
    )  # fmt: skip
    shipment_tell(order_id=Order.objects.get().pk, actor=SYSTEM)
    assert not AuditLog.objects.filter(event__startswith="order.shipment_").exists()
    assert free_of(listing) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": "NO-SUCH", "quantity": 1}]}, "lines"),
        ({"handedOver": True}, "handedOver"),
        ({"shippingProfileId": "00000000-0000-4000-8000-000000000000"}, "shippingProfileId"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"colour": "red"}, "colour"),
    ],
    ids=["no lines", "unknown part", "taken along unpaid", "unknown profile", "no key", "unknown"],
)
def test_a_wrong_order_is_refused_by_field(changes: dict[str, Any], attr: str) -> None:
    # given / when
    answer = api_of("user").post(
        "/api/orders", {**body(of(part(quantity=1))), **changes}, format="json"
    )
    # then
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr
    assert not Order.objects.exists()


def test_a_viewer_may_not_and_another_teams_part_is_none() -> None:
    # given
    listing = part(quantity=1)
    Listing.objects.filter(pk=listing.pk).update(team=Team.objects.create(name="North"))
    # when
    of_viewer = api_of("viewer").post("/api/orders", body(of(listing)), format="json")
    of_user = api_of("user").post("/api/orders", body(of(listing)), format="json")
    # then
    assert (of_viewer.status_code, of_user.status_code) == (403, 400)
    assert not Order.objects.exists()


def _account() -> Any:
    from tests.orders.factories import account

    return account()
