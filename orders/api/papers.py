"""Packing slip and invoice of an order as PDF, over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from orders.documents import Paper
from orders.web.papers import paper_read, pdf_answer
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView
from realtrack.core.rights import Right


class PaperView(ApiView):
    """A paper of an order; the buyer is masked for who may not see him."""

    rights = {"GET": Right.ORDERS_VIEW}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002 - the framework's own
        """Take `Accept: application/pdf` too: faults are JSON all the same."""
        del force
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        parameters=[
            OpenApiParameter("paper", str, OpenApiParameter.PATH, enum=[one.value for one in Paper])
        ]
    )
    @api_schema(
        responses={(200, "application/pdf"): OpenApiTypes.BINARY}, summary="A paper of an order"
    )
    def get(self, request: Request, order_id: uuid.UUID, paper: str) -> HttpResponse:
        del request
        document = paper_read(order_id, paper, user=self.user, actor=self.actor)
        return pdf_answer(document, paper)
