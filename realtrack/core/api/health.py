"""Health, readiness, jobs: what monitors and pages ask all the time, free of throttles."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from realtrack.core import health, runs, selectors
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.errors import NotFound
from realtrack.core.models import Run
from realtrack.core.rights import Right, user_can


class RunOut(serializers.Serializer[Any]):
    """A run as `GET /api/jobs/{id}` tells it."""

    job_id = serializers.UUIDField(source="id")
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["pending", "running", "done", "failed", "cancelled"])
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    created = serializers.IntegerField(source="created_count")
    changed = serializers.IntegerField(source="changed_count")
    same = serializers.IntegerField(source="same_count")
    refused = serializers.IntegerField(source="refused_count")
    result = serializers.JSONField()
    error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)


class RunListQuery(ListQuery):
    kind = serializers.CharField(required=False, max_length=60)
    state = serializers.ChoiceField(
        choices=["pending", "running", "done", "failed", "cancelled"], required=False
    )


class LiveView(ApiView):
    """Alive: the process answers. Says nothing else to anyone."""

    rights = {"GET": None}
    authentication_classes = ()
    throttle_free = True

    @api_schema(
        response=inline_serializer("Live", {"status": serializers.CharField()}),
        summary="Alive",
    )
    def get(self, request: Request) -> Response:
        del request
        return Response({"status": "ok"})


class ReadyView(ApiView):
    """Ready: all that a request needs is there. Terse for strangers, detailed for admins."""

    rights = {"GET": None}
    throttle_free = True

    @extend_schema(
        summary="Ready",
        responses={
            (status, "application/json"): inline_serializer(
                f"Ready{status}",
                {
                    "status": serializers.CharField(),
                    "checks": serializers.DictField(required=False),
                },
            )
            for status in (200, 503)
        },
    )
    def get(self, request: Request) -> Response:
        found = health.readiness()
        body: dict[str, Any] = {"status": "ok" if found.ready else "unavailable"}
        if user_can(request.user, Right.HEALTH_DETAIL):
            body["checks"] = {
                name: {
                    "ok": result.ok,
                    "detail": result.detail,
                    "data": dict(result.data),
                }
                for name, result in found.checks.items()
            }
        return Response(body, status=200 if found.ready else 503)


class JobListView(ApiView):
    """Runs, newest first."""

    rights = {"GET": Right.RUNS_VIEW}

    @api_schema(
        query=RunListQuery,
        response=inline_serializer(
            "RunList",
            {
                "jobs": RunOut(many=True),
                "total": serializers.IntegerField(),
                "limit": serializers.IntegerField(),
                "offset": serializers.IntegerField(),
            },
        ),
        summary="Runs",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(RunListQuery)
        found = selectors.run_list(kind=query.get("kind", ""), state=query.get("state", ""))
        rows = list(found[query["offset"] : query["offset"] + query["limit"]])
        return page_of("jobs", RunOut(rows, many=True).data, total=found.count(), query=query)


class JobView(ApiView):
    """One run, with its numbers."""

    rights = {"GET": Right.RUNS_VIEW}
    throttle_free = True

    @api_schema(response=RunOut, summary="One run")
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        del request
        return Response(RunOut(_run_or_404(job_id)).data)


class JobCancelView(ApiView):
    """Ask a run to stop."""

    rights = {"POST": Right.RUNS_STEER}

    @api_schema(response=RunOut, summary="Cancel a run")
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        del request
        selectors.run_check_steerable(_run_or_404(job_id), self.user)
        return Response(RunOut(runs.run_cancel(run_id=job_id, actor=self.actor)).data)


class JobRetryView(ApiView):
    """Start a failed or cancelled run again."""

    rights = {"POST": Right.RUNS_STEER}

    @api_schema(response=RunOut, summary="Retry a run")
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        del request
        selectors.run_check_steerable(_run_or_404(job_id), self.user)
        return Response(RunOut(runs.run_retry(run_id=job_id, actor=self.actor)).data)


def _run_or_404(job_id: uuid.UUID) -> Run:
    run = selectors.run_get(job_id)
    if run is None:
        raise NotFound("This run does not exist.")
    return run
