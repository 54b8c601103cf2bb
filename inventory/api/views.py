"""Stock over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors, services
from inventory.api import serializers
from inventory.duplicates import duplicate_pairs
from inventory.enums import StockEventType
from inventory.services import Origin, StockResult
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.errors import AppError
from realtrack.core.rights import Right

_CHANGED = inline_serializer(
    "StockChanged",
    {"ledger": serializers.LedgerOut(), "event": serializers.EventOut(allow_null=True)},
)
_RECENT = 20


def hold_key(listing_id: uuid.UUID, order_id: str) -> str:
    """The key of a hold made by hand: one per part and order."""
    return f"manual:{listing_id}:{order_id}"


class StockView(ApiView):
    """The stock of a part."""

    rights = {"GET": Right.INVENTORY_VIEW}

    @api_schema(
        response=inline_serializer(
            "Stock",
            {
                "ledger": serializers.LedgerOut(),
                "recent_events": serializers.EventOut(many=True),
                "bin_code": drf.CharField(allow_blank=True),
            },
        ),
        summary="Stock of a part",
    )
    def get(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        selectors.listing_for_stock(listing_id, user=self.user)
        recent = selectors.events_of(listing_id, limit=_RECENT)
        return Response(
            {
                "ledger": serializers.LedgerOut(selectors.ledger_of(listing_id)).data,
                "recent_events": serializers.EventOut(recent, many=True).data,
                "bin_code": selectors.bins_of([listing_id]).get(listing_id, ""),
            }
        )


class AdjustView(ApiView):
    """Add or take pieces."""

    rights = {"POST": Right.INVENTORY_ADJUST}

    @api_schema(request=serializers.AdjustIn, response=_CHANGED, summary="Adjust stock")
    def post(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.AdjustIn)
        selectors.listing_for_stock(listing_id, user=self.user)
        result = services.stock_adjust(
            listing_id=listing_id,
            change=data["change"],
            reason=data["reason"],
            idempotency_key=data["idempotency_key"],
            event_type=StockEventType(data["event_type"]),
            actor=self.actor,
        )
        return _changed(result)


class ReserveView(ApiView):
    """Hold pieces for an order."""

    rights = {"POST": Right.INVENTORY_ADJUST}

    @api_schema(request=serializers.HoldIn, response=_CHANGED, summary="Reserve stock")
    def post(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.HoldIn)
        selectors.listing_for_stock(listing_id, user=self.user)
        result = services.stock_reserve(
            listing_id=listing_id,
            quantity=data["quantity"],
            key=hold_key(listing_id, data["order_id"]),
            origin=Origin(order_id=data["order_id"]),
            actor=self.actor,
        )
        return _changed(result)


class ReleaseView(ApiView):
    """Let go of pieces that an order holds."""

    rights = {"POST": Right.INVENTORY_ADJUST}

    @api_schema(request=serializers.HoldIn, response=_CHANGED, summary="Release stock")
    def post(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.HoldIn)
        selectors.listing_for_stock(listing_id, user=self.user)
        result = services.stock_release(
            key=hold_key(listing_id, data["order_id"]),
            quantity=data["quantity"],
            actor=self.actor,
        )
        return _changed(result)


class PlaceView(ApiView):
    """The bin of a part."""

    rights = {"PUT": Right.INVENTORY_ADJUST}

    @api_schema(
        request=serializers.PlaceIn,
        response=inline_serializer("Place", {"bin_code": drf.CharField(allow_blank=True)}),
        summary="Put into a bin",
    )
    def put(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.PlaceIn)
        selectors.listing_for_stock(listing_id, user=self.user)
        code = services.place_set(
            listing_id=listing_id, bin_code=data["bin_code"], actor=self.actor
        )
        return Response({"bin_code": code})


class ThresholdView(ApiView):
    """When a part counts as low."""

    rights = {"PUT": Right.INVENTORY_ADJUST}

    @api_schema(
        request=serializers.ThresholdIn,
        response=inline_serializer("Threshold", {"ledger": serializers.LedgerOut()}),
        summary="Set the low stock threshold",
    )
    def put(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.ThresholdIn)
        selectors.listing_for_stock(listing_id, user=self.user)
        ledger = services.low_stock_threshold_set(
            listing_id=listing_id, threshold=data["low_stock_threshold"], actor=self.actor
        )
        return Response({"ledger": serializers.LedgerOut(ledger).data})


class LowStockView(ApiView):
    """Parts that are low."""

    rights = {"GET": Right.INVENTORY_VIEW}

    @api_schema(
        query=serializers.LowStockQuery,
        response=inline_serializer("LowStock", {"items": serializers.LowStockOut(many=True)}),
        summary="Low stock",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.LowStockQuery)
        rows = selectors.low_stock(user=self.user, threshold=query.get("threshold"))
        items = serializers.LowStockOut(rows[: query["limit"]], many=True)
        return Response({"items": items.data})


class EventListView(ApiView):
    """What happened to stock."""

    rights = {"GET": Right.INVENTORY_VIEW}

    @api_schema(
        query=serializers.EventQuery,
        response=inline_serializer(
            "StockEvents",
            {
                "events": serializers.EventOut(many=True),
                "total": drf.IntegerField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Stock events",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.EventQuery)
        found = selectors.event_list(
            user=self.user,
            listing_id=query.get("listing_id"),
            event_type=query.get("type", ""),
            since=query.get("since"),
        )
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        answer = serializers.EventOut(rows, many=True).data
        return page_of("events", list(answer), total=found.count(), query=query)


class ReconcileView(ApiView):
    """Check parts, mend their copies, push their numbers again."""

    rights = {"POST": Right.INVENTORY_ADJUST}

    @api_schema(
        request=serializers.ReconcileIn,
        response=inline_serializer("Reconciled", {"results": serializers.ReconcileOut(many=True)}),
        summary="Reconcile stock",
    )
    def post(self, request: Request) -> Response:
        del request
        ids = dict.fromkeys(self.body(serializers.ReconcileIn)["listing_ids"])
        return Response({"results": [self._one(listing_id) for listing_id in ids]})

    def _one(self, listing_id: uuid.UUID) -> dict[str, Any]:
        try:
            selectors.listing_for_stock(listing_id, user=self.user)
            problems = services.stock_reconcile(listing_id=listing_id, actor=self.actor)
        except AppError as error:
            return {"listing_id": listing_id, "ok": False, "problems": [], "error": str(error)}
        return {
            "listing_id": listing_id,
            "ok": not problems,
            "problems": serializers.ProblemOut(problems, many=True).data,
            "error": None,
        }


class DuplicateView(ApiView):
    """Parts that may be one."""

    rights = {"GET": Right.INVENTORY_VIEW}

    @api_schema(
        query=serializers.DuplicateQuery,
        response=inline_serializer(
            "Duplicates", {"duplicate_pairs": serializers.DuplicateOut(many=True)}
        ),
        summary="Possible duplicates",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.DuplicateQuery)
        pairs = duplicate_pairs(
            user=self.user, confidence=query["confidence"], limit=query["limit"]
        )
        return Response({"duplicate_pairs": serializers.DuplicateOut(pairs, many=True).data})


def _changed(result: StockResult) -> Response:
    event = result.event
    return Response(
        {
            "ledger": serializers.LedgerOut(result.ledger).data,
            "event": serializers.EventOut(event).data if event else None,
        }
    )
