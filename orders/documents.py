"""Papers of an order: the packing slip, and the invoice that is a receipt once paid."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import typst

from orders.models import Order, OrderItem
from orders.sealing import Buyer
from orders.sums import rate_words
from settings_app.selectors import setting_value

_ZERO = Decimal("0.00")


class Paper(StrEnum):
    """Which paper; the value stands in addresses."""

    SLIP = "packing-slip"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A line as it is printed; money as texts with two decimals, empty on a packing slip."""

    sku: str
    title: str
    quantity: int
    each: str = ""
    net: str = ""
    rate: str = ""
    tax: str = ""
    gross: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """All that a paper says, as texts; page and PDF print the same."""

    title: str
    number: str
    business: str
    sender: Sequence[str]
    receiver: Sequence[str]
    facts: Sequence[tuple[str, str]]
    lines: Sequence[PaperLine]
    sums: Sequence[tuple[str, str]]
    note: str
    is_invoice: bool
    is_masked: bool


def document_of(
    order: Order, items: Sequence[OrderItem], buyer: Buyer, *, paper: Paper
) -> Document:
    """Return the paper of an order. `buyer` is in the clear or masked, as the reader may see him.

    The total is the sum of all that stands above it, tax included.
    """
    is_invoice = paper is Paper.INVOICE
    title = "Packing slip"
    if is_invoice:
        title = "Receipt" if order.paid_at else "Invoice"
    return Document(
        title=title,
        number=order.external_order_id,
        business=str(setting_value("general", "business_name")),
        sender=_sender(with_tax_number=is_invoice),
        receiver=_receiver(order, buyer),
        facts=_facts(order, is_invoice=is_invoice),
        lines=[_priced(item) if is_invoice else _plain(item) for item in items],
        sums=_sums(order, items) if is_invoice else (),
        note=str(setting_value("general", "document_note")),
        is_invoice=is_invoice,
        is_masked=buyer.is_masked,
    )


def document_pdf(document: Document) -> bytes:
    """Return the paper as a PDF in US letter; texts are data and never run."""
    made = typst.compile(
        _TYPST.encode(), sys_inputs={"paper": json.dumps(asdict(document), default=str)}
    )
    if not isinstance(made, bytes):  # several files only for pictures
        message = "the paper is not one file"
        raise TypeError(message)
    return made


def _sender(*, with_tax_number: bool) -> list[str]:
    """The business's address, a line each."""
    address = str(setting_value("general", "business_address")).splitlines()
    keys = ("business_phone", "business_email")
    lines = [*address, *(str(setting_value("general", key)) for key in keys)]
    tax_number = str(setting_value("general", "tax_number"))
    if with_tax_number and tax_number:
        lines.append(f"Tax number {tax_number}")
    return [line.strip() for line in lines if line.strip()]


def _receiver(order: Order, buyer: Buyer) -> list[str]:
    """Who gets it, a line each; of a masked buyer no street."""
    state = " ".join(one for one in (buyer.shipping_state, buyer.shipping_zip) if one)
    place = ", ".join(one for one in (buyer.shipping_city, state) if one)
    lines = [
        buyer.shipping_name or buyer.buyer_name or buyer.buyer_username,
        "" if buyer.is_masked else buyer.shipping_address_1,
        "" if buyer.is_masked else buyer.shipping_address_2,
        place,
        buyer.shipping_country,
    ]
    found = [line for line in lines if line]
    return found or (["Counter sale"] if order.is_manual else ["No address"])


def _facts(order: Order, *, is_invoice: bool) -> list[tuple[str, str]]:
    facts = [("Order", order.external_order_id), ("Ordered", _day(order.ordered_at))]
    if not order.is_manual:
        facts.append(("Bought on", order.get_channel_display()))
    if order.shipping_method:
        facts.append(("Shipping", order.shipping_method))
    if is_invoice:
        how = f", {order.get_payment_method_display().lower()}" if order.payment_method else ""
        facts.append(("Paid", f"{_day(order.paid_at)}{how}" if order.paid_at else "not yet"))
        facts.append(("Currency", order.currency))
    return facts


def _plain(item: OrderItem) -> PaperLine:
    return PaperLine(sku=item.sku, title=item.title, quantity=item.quantity)


def _priced(item: OrderItem) -> PaperLine:
    net = item.total_price - item.discount
    return PaperLine(
        sku=item.sku,
        title=item.title,
        quantity=item.quantity,
        each=_money(item.unit_price),
        net=_money(net),
        rate="" if item.tax_rate is None else rate_words(item.tax_rate),
        tax=_money(item.tax_amount),
        gross=_money(net + item.tax_amount),
    )


def _sums(order: Order, items: Sequence[OrderItem]) -> list[tuple[str, str]]:
    """What stands under the lines; what a marketplace reckons otherwise has a row of its own."""
    nets = sum((item.total_price - item.discount for item in items), _ZERO)
    on_lines = sum((item.tax_amount for item in items), _ZERO)
    other = order.total_amount - nets - order.shipping_cost - order.tax_amount
    rows = [
        ("Parts" + (" without tax" if order.prices_include_tax else ""), _money(nets)),
        ("Shipping", _money(order.shipping_cost)),
        ("Tax on parts", _money(on_lines)),
        ("Tax on shipping", _money(order.tax_amount - on_lines)),
        ("Discounts and other", _money(other)),
    ]
    kept = [rows[0], *(row for row in rows[1:] if Decimal(row[1]) != 0)]
    kept.append(("Tax in total", _money(order.tax_amount)))
    kept.append(("Total", f"{_money(order.total_amount)} {order.currency}"))
    if order.refund_amount:
        kept.append(("Given back", f"-{_money(order.refund_amount)}"))
    return kept


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _day(moment: datetime.datetime) -> str:
    """The day in the business's time zone."""
    zone = ZoneInfo(str(setting_value("general", "timezone")))
    return f"{moment.astimezone(zone):%B %-d, %Y}"


_TYPST = """
#let paper = json(bytes(sys.inputs.paper))
#set page(paper: "us-letter", margin: (x: 0.8in, y: 0.8in),
  footer: align(center, text(size: 8pt, fill: gray)[
    #paper.title #paper.number, page #context counter(page).display("1 of 1", both: true)]))
#set text(font: "Libertinus Serif", size: 10pt)
#set document(title: paper.title + " " + paper.number)
#grid(columns: (1fr, auto), gutter: 12pt,
  [ #text(size: 15pt, weight: "bold")[#paper.business] \\
    #paper.sender.join(linebreak()) ],
  align(right)[ #text(size: 15pt, weight: "bold")[#paper.title] \\
    #text(size: 12pt)[#paper.number] ])
#v(16pt)
#grid(columns: (1fr, 1fr), gutter: 12pt,
  [ #text(size: 8pt, fill: gray)[SHIP TO] \\ #paper.receiver.join(linebreak()) ],
  grid(columns: (auto, 1fr), gutter: 6pt,
    ..paper.facts.map(fact => (text(fill: gray)[#fact.at(0)], [#fact.at(1)])).flatten()))
#v(16pt)
#let head(words) = text(size: 8pt, weight: "bold")[#words]
#if paper.is_invoice {
  table(columns: (auto, 1fr, auto, auto, auto, auto, auto, auto), stroke: none, inset: 5pt,
    align: (left, left, right, right, right, right, right, right),
    table.header(..("SKU", "Part", "Pieces", "Each", "Net", "Rate", "Tax", "Total").map(head)),
    table.hline(stroke: 0.5pt),
    ..paper.lines.map(line => (line.sku, line.title, str(line.quantity), line.each, line.net,
      line.rate, line.tax, line.gross)).flatten(),
    table.hline(stroke: 0.5pt))
} else {
  table(columns: (auto, 1fr, auto, 40pt), stroke: none, inset: 6pt,
    align: (left, left, right, center),
    table.header(..("SKU", "Part", "Pieces", "Packed").map(head)),
    table.hline(stroke: 0.5pt),
    ..paper.lines.map(line => (line.sku, line.title, str(line.quantity),
      box(width: 9pt, height: 9pt, stroke: 0.6pt))).flatten(),
    table.hline(stroke: 0.5pt))
}
#if paper.sums.len() > 0 { align(right, grid(columns: (auto, 90pt), gutter: 6pt,
  align: (right, right),
  ..paper.sums.map(row => if row.at(0) == "Total" { (strong(row.at(0)), strong(row.at(1))) }
    else { (row.at(0), row.at(1)) }).flatten())) }
#if paper.note != "" { v(18pt); for line in paper.note.split("\\n") { [#line \\ ] } }
#if paper.is_masked { v(12pt); text(size: 8pt, fill: gray)[
  Printed by somebody who may not see buyers.] }
"""
