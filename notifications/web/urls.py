from __future__ import annotations

from django.urls import path

from notifications.web import views

app_name = "notifications"
urlpatterns = [
    path("", views.notification_list, name="list"),
    path("bell/", views.bell, name="bell"),
    path("read-all/", views.read_all, name="read-all"),
    path("<uuid:notification_id>/open/", views.open_one, name="open"),
    path("<uuid:notification_id>/dismiss/", views.dismiss, name="dismiss"),
]
