"""Packing slip and invoice: what stands on them, for whom."""

from __future__ import annotations

from decimal import Decimal

import pytest

from channels_app.enums import PaymentState
from orders import sealing
from orders.documents import Paper, document_of
from orders.models import Order
from orders.services import ManualLine, ManualOrder, order_create, order_import
from orders.sums import Freight
from realtrack.core.models import AuditLog
from settings_app.selectors import version_renew
from settings_app.services import setting_set
from tests.inventory.factories import SYSTEM, part
from tests.orders.factories import account, found_order, line
from tests.people import api_of, browser_of

pytestmark = pytest.mark.django_db


def by_hand(*, paid: bool = True) -> Order:
    lines = [
        ManualLine(listing_id=part(quantity=5).pk, quantity=3, unit_price=Decimal("9.99")),
        ManualLine(listing_id=part(quantity=5).pk, quantity=1, unit_price=Decimal("50.00")),
    ]
    return order_create(
        asked=ManualOrder(
            lines=lines, freight=Freight(cost=Decimal("5.00")), is_paid=paid, payment_method="cash",
            buyer={"buyer_name": "Dana Example", "shipping_address_1": "455 Oak Ave"},
        ),
        key="paper", actor=SYSTEM,
    )[0]  # fmt: skip


def test_an_invoice_adds_up_line_by_line_and_in_total() -> None:
    # given
    for key, value in (("business_address", "1 Main St\nHouston, TX 77002"), ("tax_number", "T-9")):
        setting_set(category="general", key=key, value=value, actor=SYSTEM)
    version_renew()
    order = by_hand()
    # when
    found = document_of(order, list(order.items.all()), sealing.opened(order), paper=Paper.INVOICE)
    # then
    assert (found.title, found.number) == ("Receipt", order.external_order_id)
    assert found.sender == ["1 Main St", "Houston, TX 77002", "info@mhnautoparts.com", "Tax number T-9"]  # fmt: skip
    assert found.receiver == ["Dana Example", "455 Oak Ave"]
    assert [(one.net, one.rate, one.tax, one.gross) for one in found.lines] == [
        ("29.97", "8.25 %", "2.47", "32.44"),
        ("50.00", "8.25 %", "4.13", "54.13"),
    ]
    assert found.sums == [
        ("Parts", "79.97"),
        ("Shipping", "5.00"),
        ("Tax on parts", "6.60"),
        ("Tax on shipping", "0.41"),
        ("Tax in total", "7.01"),
        ("Total", "91.98 USD"),
    ]
    assert sum(Decimal(one.gross) for one in found.lines) + Decimal("5.41") == order.total_amount


def test_an_unpaid_one_is_an_invoice_and_a_slip_tells_no_money() -> None:
    # given
    order = by_hand(paid=False)
    items = list(order.items.all())
    # when
    invoice = document_of(order, items, sealing.opened(order), paper=Paper.INVOICE)
    slip = document_of(order, items, sealing.opened(order), paper=Paper.SLIP)
    # then
    assert invoice.title == "Invoice"
    assert ("Paid", "not yet") in invoice.facts
    assert (slip.title, list(slip.sums), slip.lines[0].each) == ("Packing slip", [], "")
    assert [one.quantity for one in slip.lines] == [3, 1]


def test_page_and_pdf_show_the_buyer_only_to_who_may_see_him() -> None:
    # given
    order = by_hand()
    pages = {
        role: browser_of(role).get(f"/orders/{order.pk}/papers/invoice/")
        for role in ("user", "viewer")
    }
    # when
    pdf = browser_of("user").get(f"/orders/{order.pk}/papers/packing-slip/pdf/")
    # then
    assert "455 Oak Ave" in pages["user"].content.decode()
    assert "Oak Ave" not in pages["viewer"].content.decode()
    assert "D••• E•••" in pages["viewer"].content.decode()
    assert "91.98 USD" in pages["viewer"].content.decode()
    assert (pdf["Content-Type"], pdf["Cache-Control"]) == ("application/pdf", "no-store")
    assert pdf.content.startswith(b"%PDF-")
    # one look for the page, one for the file
    assert AuditLog.objects.filter(event="order.buyer_viewed").count() == 2


def test_papers_over_the_api_and_of_a_marketplaces_order() -> None:
    # given
    found = found_order(account(), [line(part(quantity=1))], payment=PaymentState.PAID)
    order, _ = order_import(found_order=found, connection_id=found.connection_id, actor=SYSTEM)
    client = api_of("viewer")
    # when
    pdf = client.get(
        f"/api/orders/{order.pk}/papers/invoice", headers={"Accept": "application/pdf"}
    )
    none = client.get(f"/api/orders/{order.pk}/papers/postcard")
    paper = document_of(order, list(order.items.all()), sealing.masked(order), paper=Paper.INVOICE)
    # then
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert (none.status_code, none.json()["errors"][0]["code"]) == (404, "not_found")
    assert ("Bought on", "eBay") in paper.facts
    assert paper.sums[-1] == ("Total", "102.40 USD")
