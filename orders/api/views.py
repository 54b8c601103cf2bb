"""Orders over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.selectors import bins_of
from orders import sealing, selectors, services
from orders.api import serializers
from orders.models import Order
from orders.transitions import allowed_from
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right, user_can

_ONE = inline_serializer("OneOrder", {"order": serializers.OrderDetailOut()})


class OneOrderView(ApiView):
    """What all views of one order answer."""

    def answer(self, order_id: uuid.UUID, *, look: bool = False) -> Response:
        """`{order}`; with `look` the buyer in the clear for who may see him, which is logged."""
        order = selectors.order_get(order_id, user=self.user)
        if look and user_can(self.user, Right.BUYERS_VIEW):
            buyer = services.order_buyer_view(order_id=order.pk, actor=self.actor)
        else:
            buyer = sealing.masked(order)
        bins = bins_of([item.listing_id for item in order.items.all() if item.listing_id])
        body = serializers.OrderOut(order, context={"bins": bins}).data
        return Response(
            {
                "order": {
                    **body,
                    "buyer": serializers.BuyerOut(buyer).data,
                    "allowed": [one.value for one in allowed_from(order.status)],
                }
            }
        )


class OrderView(OneOrderView):
    """One order."""

    rights = {"GET": Right.ORDERS_VIEW}

    @api_schema(response=_ONE, summary="One order")
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        del request
        return self.answer(order_id, look=True)


class OrderListView(OneOrderView):
    """Orders, newest first."""

    rights = {"GET": Right.ORDERS_VIEW}

    @api_schema(
        query=serializers.OrderQuery,
        response=inline_serializer(
            "OrderPage",
            {
                "orders": serializers.OrderOut(many=True),
                "total": drf.IntegerField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Orders",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.OrderQuery)
        found = selectors.order_list(user=self.user, search=_search(query))
        page = found.prefetch_related("items")[query["offset"] : query["offset"] + query["limit"]]
        rows: list[Order] = list(page)
        listing_ids = [item.listing_id for one in rows for item in one.items.all()]
        bins = bins_of([one for one in listing_ids if one is not None])
        body = serializers.OrderOut(rows, many=True, context={"bins": bins}).data
        return page_of("orders", list(body), total=found.count(), query=query)


class StatsView(ApiView):
    """How many orders have each status."""

    rights = {"GET": Right.ORDERS_VIEW}

    @api_schema(
        response=inline_serializer(
            "OrderStats",
            {"counts": drf.DictField(child=drf.IntegerField()), "total": drf.IntegerField()},
        ),
        summary="Orders by status",
    )
    def get(self, request: Request) -> Response:
        del request
        counts = selectors.order_stats(user=self.user)
        return Response({"counts": counts, "total": sum(counts.values())})


class StatusView(OneOrderView):
    """Move an order."""

    rights = {"PATCH": Right.ORDERS_WORK}

    @api_schema(request=serializers.StatusIn, response=_ONE, summary="Move an order")
    def patch(self, request: Request, order_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.StatusIn)
        selectors.order_get(order_id, user=self.user)
        services.order_transition(
            order_id=order_id,
            to=data["status"],
            reason=data["reason"],
            version=data.get("version"),
            actor=self.actor,
        )
        return self.answer(order_id)


class ShippingView(OneOrderView):
    """Add the parcel's number."""

    rights = {"PATCH": Right.ORDERS_WORK}

    @api_schema(request=serializers.ShippingIn, response=_ONE, summary="Add tracking")
    def patch(self, request: Request, order_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.ShippingIn)
        selectors.order_get(order_id, user=self.user)
        services.order_ship(
            order_id=order_id,
            tracking_number=data["tracking_number"],
            carrier=data["tracking_carrier"],
            shipping_method=data["shipping_method"],
            version=data.get("version"),
            actor=self.actor,
        )
        return self.answer(order_id)


class RefundView(OneOrderView):
    """Note a refund."""

    rights = {"POST": Right.ORDERS_REFUND}

    @api_schema(request=serializers.RefundIn, response=_ONE, summary="Record a refund")
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.RefundIn)
        selectors.order_get(order_id, user=self.user)
        services.order_refund_record(
            order_id=order_id,
            amount=data["amount"],
            reason=data["reason"],
            restock=data["restock"],
            version=data.get("version"),
            actor=self.actor,
        )
        return self.answer(order_id)


class MatchView(OneOrderView):
    """Say which part a line is."""

    rights = {"POST": Right.ORDERS_WORK}

    @api_schema(request=serializers.MatchIn, response=_ONE, summary="Match a line")
    def post(self, request: Request, order_id: uuid.UUID, item_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.MatchIn)
        item = selectors.item_get(item_id, order_id=order_id, user=self.user)
        services.order_line_match(item_id=item.pk, listing_id=data["listing_id"], actor=self.actor)
        return self.answer(order_id)


def _search(query: dict[str, Any]) -> selectors.Search:
    return selectors.Search(
        status=tuple(query.get("status", ())),
        step=query.get("step", ""),
        channel=query.get("channel", ""),
        connection_id=query.get("connection_id"),
        since=query.get("since"),
        until=query.get("until"),
        words=query.get("search", ""),
        late=query["late"],
        unmatched=query["unmatched"],
        short=query["short"],
    )
