"""Orders by hand over HTTP, and what they would come to."""

from __future__ import annotations

from drf_spectacular.utils import inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from orders import asking, services
from orders.api import serializers
from orders.api.views import OrderListView
from orders.sums import order_sums
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView
from realtrack.core.rights import Right

_ONE = inline_serializer("WrittenOrder", {"order": serializers.OrderDetailOut()})


class OrdersView(OrderListView):
    """Orders: the list, and a new one by hand."""

    rights = {"GET": Right.ORDERS_VIEW, "POST": Right.ORDERS_WORK}

    @api_schema(
        request=serializers.OrderIn,
        responses={201: _ONE, 200: _ONE},
        summary="Write an order by hand",
    )
    def post(self, request: Request) -> Response:
        """201 where it is new, 200 where the key made it before."""
        del request
        sent = self.body(serializers.OrderIn)
        lines = asking.lines_of(sent["lines"], user=self.user)
        order, is_new = services.order_create(
            asked=asking.order_of(sent, lines), key=sent["idempotency_key"], actor=self.actor
        )
        answer = self.answer(order.pk)
        answer.status_code = 201 if is_new else 200
        return answer


class SumsView(ApiView):
    """What an order would come to."""

    rights = {"POST": Right.ORDERS_WORK}

    @api_schema(
        request=serializers.SumsIn,
        response=inline_serializer("OrderSums", {"sums": serializers.SumsOut()}),
        summary="What an order by hand would come to",
    )
    def post(self, request: Request) -> Response:
        del request
        sent = self.body(serializers.SumsIn)
        lines = asking.lines_of(sent["lines"], user=self.user)
        sums = order_sums(lines=lines, freight=asking.freight_of(sent))
        return Response({"sums": serializers.SumsOut(sums).data})
