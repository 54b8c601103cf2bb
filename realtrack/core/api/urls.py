from __future__ import annotations

from django.urls import path

from realtrack.core.api import health

urlpatterns = [
    path("health", health.LiveView.as_view(), name="health"),
    path("health/ready", health.ReadyView.as_view(), name="health-ready"),
    path("jobs", health.JobListView.as_view(), name="job-list"),
    path("jobs/<uuid:job_id>", health.JobView.as_view(), name="job"),
    path("jobs/<uuid:job_id>/cancel", health.JobCancelView.as_view(), name="job-cancel"),
    path("jobs/<uuid:job_id>/retry", health.JobRetryView.as_view(), name="job-retry"),
]
