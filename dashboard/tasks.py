from __future__ import annotations

from celery import shared_task

from dashboard import selectors, services


@shared_task(name="dashboard.recompute_summary", queue="dashboard", ignore_result=True)
def recompute_summary() -> None:
    """Compute the summary ahead of the pages that show it."""
    services.metric_keep(key=selectors.SUMMARY_KEY, value=selectors.summary_compute())
