"""Figures and the log over the API; read-only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dashboard import selectors, words
from dashboard.period import last_days
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery, StrictSerializer
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.models import AuditLog
from realtrack.core.rights import Right
from realtrack.core.selectors import audit_list

# The blueprint's limit: these are the dearest reads.
RATES = {"GET": "30/minute"}


class DashboardView(ApiView):
    rights = {"GET": Right.DASHBOARD_VIEW}
    endpoint_rates = RATES


class SalesQuery(StrictSerializer):
    days = serializers.IntegerField(min_value=1, max_value=366, default=30)


class ActivityQuery(StrictSerializer):
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)


class AuditQuery(ListQuery):
    entity = serializers.CharField(required=False, max_length=50)
    entity_id = serializers.CharField(required=False, max_length=100)
    action = serializers.CharField(required=False, max_length=40)
    event = serializers.CharField(required=False, max_length=80)
    actor_id = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)


class AuditOut(serializers.ModelSerializer[AuditLog]):
    class Meta:
        model = AuditLog
        fields = (
            "id", "created_at", "event", "entity_type", "entity_id", "action", "actor_id",
            "actor_type", "actor_label", "changes", "metadata", "request_id", "run_id",
        )  # fmt: skip


class ChannelCount(serializers.Serializer[Any]):
    channel = serializers.CharField()
    count = serializers.IntegerField()


class SummaryOut(serializers.Serializer[Any]):
    total_listings = serializers.IntegerField()
    active_listings = serializers.IntegerField()
    total_sales = serializers.IntegerField()
    revenue = serializers.CharField()
    avg_price = serializers.CharField()
    channel_breakdown = ChannelCount(many=True)
    computed_at = serializers.CharField()


class SummaryView(DashboardView):
    """The summary of the last 30 days."""

    @api_schema(response=SummaryOut, summary="Summary")
    def get(self, request: Request) -> Response:
        del request
        return Response(selectors.summary())


class DayOut(serializers.Serializer[Any]):
    date = serializers.DateField()
    count = serializers.IntegerField()
    revenue = serializers.CharField()


class ChannelSalesOut(ChannelCount):
    revenue = serializers.CharField()


class TopItemOut(serializers.Serializer[Any]):
    listing_id = serializers.UUIDField()
    title = serializers.CharField()
    sku = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    revenue = serializers.CharField()


class SalesOut(serializers.Serializer[Any]):
    sales_by_day = DayOut(many=True)
    sales_by_channel = ChannelSalesOut(many=True)
    top_items = TopItemOut(many=True)


class SalesView(DashboardView):
    """Sales by day and channel, and the best sellers."""

    @api_schema(query=SalesQuery, response=SalesOut, summary="Sales")
    def get(self, request: Request) -> Response:
        del request
        return Response(selectors.sales(last_days(self.query(SalesQuery)["days"])))


class ActivityOut(serializers.Serializer[Any]):
    who = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    event = serializers.CharField()


class ActivityView(DashboardView):
    """The last events in words."""

    @api_schema(
        query=ActivityQuery,
        response=inline_serializer("Activity", {"recent_activity": ActivityOut(many=True)}),
        summary="Activity",
    )
    def get(self, request: Request) -> Response:
        del request
        rows = list(audit_list()[: self.query(ActivityQuery)["limit"]])
        return Response({"recent_activity": ActivityOut(words.sentences(rows), many=True).data})


class HealthOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    channel = serializers.CharField()
    status = serializers.CharField()
    last_sync = serializers.DateTimeField(allow_null=True)
    error_count = serializers.IntegerField()
    listing_count = serializers.IntegerField()


class ChannelHealthView(DashboardView):
    """How the accounts are."""

    @api_schema(
        response=inline_serializer("ChannelHealth", {"channels": HealthOut(many=True)}),
        summary="Channel health",
    )
    def get(self, request: Request) -> Response:
        del request
        return Response({"channels": HealthOut(selectors.channel_health(), many=True).data})


class KpiOut(serializers.Serializer[Any]):
    catalog_size = serializers.IntegerField()
    published_count = serializers.IntegerField()
    sold_count = serializers.IntegerField()
    avg_days_to_sell = serializers.FloatField(allow_null=True)
    return_rate = serializers.FloatField()


class KpisView(DashboardView):
    """Key figures."""

    @api_schema(response=KpiOut, summary="Key figures")
    def get(self, request: Request) -> Response:
        del request
        return Response(selectors.kpis())


class AlertOut(serializers.Serializer[Any]):
    listing_id = serializers.UUIDField()
    sku = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    available = serializers.IntegerField()
    total = serializers.IntegerField()


class AlertsView(DashboardView):
    """What is low, out, or too much."""

    @api_schema(
        response=inline_serializer(
            "InventoryAlerts",
            {
                "low_stock": AlertOut(many=True),
                "out_of_stock": AlertOut(many=True),
                "overstock": AlertOut(many=True),
            },
        ),
        summary="Stock alerts",
    )
    def get(self, request: Request) -> Response:
        del request
        return Response(selectors.inventory_alerts())


class AuditLogView(ApiView):
    """The log itself."""

    rights = {"GET": Right.AUDIT_VIEW}

    @api_schema(
        query=AuditQuery,
        response=inline_serializer(
            "AuditLogList",
            {
                "audit_logs": AuditOut(many=True),
                "total": serializers.IntegerField(),
                "limit": serializers.IntegerField(),
                "offset": serializers.IntegerField(),
            },
        ),
        summary="Audit log",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(AuditQuery)
        found = audit_list(
            entity_type=query.get("entity", ""),
            entity_id=query.get("entity_id", ""),
            action=query.get("action", ""),
            event=query.get("event", ""),
            actor_id=query.get("actor_id"),
            since=query.get("since"),
        )
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = AuditOut(rows, many=True).data
        return page_of("audit_logs", data, total=found.count(), query=query)
