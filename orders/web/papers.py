"""Packing slip and invoice of an order, as a page to print and as a PDF."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from orders import sealing, selectors, services
from orders.documents import Document, Paper, document_of, document_pdf
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import render_page
from settings_app.models import User


@require_GET
@requires(Right.ORDERS_VIEW)
def paper_page(request: HttpRequest, order_id: uuid.UUID, paper: str) -> HttpResponse:
    """The paper as a page that prints without the frame."""
    document = paper_read(order_id, paper, user=user_of(request), actor=actor_of(request))
    context = {"document": document, "order_id": order_id, "paper": paper}
    response = render_page(request, "orders/paper.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@requires(Right.ORDERS_VIEW)
def paper_file(request: HttpRequest, order_id: uuid.UUID, paper: str) -> HttpResponse:
    """The same as a PDF."""
    document = paper_read(order_id, paper, user=user_of(request), actor=actor_of(request))
    return pdf_answer(document, paper)


def paper_read(order_id: uuid.UUID, paper: str, *, user: User, actor: Actor) -> Document:
    """Return the paper, with the buyer in the clear for who may see him, which is logged.

    Raises NotFound where there is no such order or paper.
    """
    if paper not in set(Paper):
        raise NotFound("There is no such paper. There are packing-slip and invoice.")
    order = selectors.order_get(order_id, user=user)
    if user_can(user, Right.BUYERS_VIEW):
        buyer = services.order_buyer_view(order_id=order.pk, actor=actor)
    else:
        buyer = sealing.masked(order)
    return document_of(order, list(order.items.all()), buyer, paper=Paper(paper))


def pdf_answer(document: Document, paper: str) -> HttpResponse:
    """Return the PDF, kept by nobody on the way."""
    response = HttpResponse(document_pdf(document), content_type="application/pdf")
    name = "".join(one if one.isalnum() or one == "-" else "-" for one in document.number)
    response["Content-Disposition"] = f'inline; filename="{paper}-{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
