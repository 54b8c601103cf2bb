from __future__ import annotations

from django.urls import path

from notifications.api import views

urlpatterns = [
    path("notifications", views.NotificationListView.as_view(), name="notification-list"),
    path(
        "notifications/unread-count",
        views.UnreadCountView.as_view(),
        name="notification-unread",
    ),
    path(
        "notifications/mark-all-read",
        views.MarkAllReadView.as_view(),
        name="notification-read-all",
    ),
    path(
        "notifications/<uuid:notification_id>/read",
        views.ReadView.as_view(),
        name="notification-read",
    ),
    path(
        "notifications/<uuid:notification_id>",
        views.DismissView.as_view(),
        name="notification",
    ),
]
