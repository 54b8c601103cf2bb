from __future__ import annotations

from django.urls import path

from dashboard.api import views

urlpatterns = [
    path("dashboard/summary", views.SummaryView.as_view(), name="dashboard-summary"),
    path("dashboard/sales", views.SalesView.as_view(), name="dashboard-sales"),
    path("dashboard/activity", views.ActivityView.as_view(), name="dashboard-activity"),
    path(
        "dashboard/channel-health",
        views.ChannelHealthView.as_view(),
        name="dashboard-channel-health",
    ),
    path("dashboard/kpis", views.KpisView.as_view(), name="dashboard-kpis"),
    path("dashboard/inventory-alerts", views.AlertsView.as_view(), name="dashboard-alerts"),
    path("audit-logs", views.AuditLogView.as_view(), name="audit-logs"),
]
