from __future__ import annotations

from django.urls import include, path

from dashboard.web import views

_named = (
    [
        path("dashboard/", views.dashboard, name="index"),
        path("activity/", views.activity, name="activity"),
    ],
    "dashboard",
)
urlpatterns = [path("", views.today, name="today"), path("", include(_named))]
