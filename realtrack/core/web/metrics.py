"""/metrics for a monitor with its token or for staff with the right; nobody else."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from django_prometheus.exports import (  # type: ignore[import-untyped]  # it ships no types
    ExportToDjangoView,
)

from realtrack.core.errors import NotAllowed
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import public


@require_GET
@public("a monitor brings METRICS_TOKEN, staff their session: checked inside")
def metrics(request: HttpRequest) -> HttpResponse:
    """Return Prometheus' text format; raises NotAllowed without token or right."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not (token and secrets.compare_digest(given.encode(), token.encode())) and not user_can(
        request.user, Right.METRICS_VIEW
    ):
        raise NotAllowed("Metrics need the monitor's token or the role admin.")
    answer: HttpResponse = ExportToDjangoView(request)
    return answer
