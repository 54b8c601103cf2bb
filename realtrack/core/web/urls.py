from __future__ import annotations

from django.urls import path

from realtrack.core.web import runs

app_name = "runs"
urlpatterns = [
    path("", runs.run_list, name="list"),
    path("<uuid:run_id>/", runs.run_detail, name="detail"),
    path("<uuid:run_id>/cancel/", runs.run_cancel, name="cancel"),
    path("<uuid:run_id>/retry/", runs.run_retry, name="retry"),
    path(
        "deliveries/<int:delivery_id>/retry/",
        runs.delivery_retry,
        name="delivery-retry",
    ),
]
