"""Jobs and their review over the API."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import selectors, services
from ingestion.api import serializers
from ingestion.api.wire import asset_answer, job_answer, result_answer
from ingestion.enums import JobMode, SourceType
from ingestion.models import IngestionJob
from listings.api.base import listing_answer
from listings.api.serializers import ListingOut
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right

_JOB = inline_serializer("OneIngestionJob", {"job": serializers.JobOut()})
_JOBS = inline_serializer(
    "IngestionJobs",
    {
        "jobs": serializers.JobOut(many=True),
        "total": drf.IntegerField(),
        "limit": drf.IntegerField(),
        "offset": drf.IntegerField(),
    },
)
_DETAIL = inline_serializer(
    "IngestionJobDetail",
    {
        "job": serializers.JobOut(),
        "ai_result": serializers.ResultOut(allow_null=True),
        "results": serializers.ResultOut(many=True),
        "images": serializers.AssetOut(many=True),
    },
)
_REVIEW = inline_serializer(
    "ReviewJobs",
    {"jobs": serializers.ReviewJobOut(many=True), "total": drf.IntegerField()},
)
_APPROVED = inline_serializer(
    "ApprovedPart", {"job": serializers.JobOut(), "listing": ListingOut()}
)


class JobListView(ApiView):
    """Intake jobs, newest first, and new ones."""

    rights = {"GET": Right.INGESTION_VIEW, "POST": Right.INGESTION_EDIT}

    @api_schema(query=serializers.JobQuery, response=_JOBS, summary="Intake jobs")
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.JobQuery)
        jobs = selectors.job_list(status=query["status"])
        rows = jobs[query["offset"] : query["offset"] + query["limit"]]
        return page_of("jobs", [job_answer(one) for one in rows], total=jobs.count(), query=query)

    @api_schema(request=serializers.JobBody, response=_JOB, status=201, summary="New intake job")
    def post(self, request: Request) -> Response:
        del request
        body = self.body(serializers.JobBody)
        job = services.job_create(
            mode=JobMode(body["mode"]),
            asset_ids=body["asset_ids"],
            source=SourceType(body["source"]),
            actor=self.actor,
        )
        return Response({"job": job_answer(job)}, status=201)


class JobView(ApiView):
    """One job with what was read and its photos. It is watched, so it costs no allowance."""

    rights = {"GET": Right.INGESTION_VIEW}
    throttle_free = True

    @api_schema(response=_DETAIL, summary="One intake job")
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        del request
        return Response(_detail(selectors.job_get(job_id)))


def _detail(job: IngestionJob) -> dict[str, object]:
    photos = selectors.job_photos(job)
    results = [result_answer(one, photos) for one in job.results.order_by("position")]
    return {
        "job": job_answer(job),
        "ai_result": results[0] if results else None,
        "results": results,
        "images": [asset_answer(one) for one in photos],
    }


class JobRetryView(ApiView):
    """Have a failed or cancelled job read again."""

    rights = {"POST": Right.INGESTION_EDIT}

    @api_schema(response=_JOB, summary="Retry an intake job")
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        del request
        return Response({"job": job_answer(services.job_retry(job_id=job_id, actor=self.actor))})


class JobCancelView(ApiView):
    """Stop a job."""

    rights = {"POST": Right.INGESTION_EDIT}

    @api_schema(response=_JOB, summary="Cancel an intake job")
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        del request
        return Response({"job": job_answer(services.job_cancel(job_id=job_id, actor=self.actor))})


class JobGroupsView(ApiView):
    """Put the photos of the open parts into other groups."""

    rights = {"POST": Right.INGESTION_EDIT}

    @api_schema(request=serializers.GroupsBody, response=_DETAIL, summary="Regroup a job's photos")
    def post(self, request: Request, job_id: uuid.UUID) -> Response:
        del request
        body = self.body(serializers.GroupsBody)
        services.job_regroup(job_id=job_id, groups=body["groups"], actor=self.actor)
        return Response(_detail(selectors.job_get(job_id)))


class SpendingView(ApiView):
    """What reading costs, by day and provider."""

    rights = {"GET": Right.INGESTION_VIEW}

    @api_schema(response=serializers.SpendingOut, summary="AI spending")
    def get(self, request: Request) -> Response:
        del request
        return Response(serializers.SpendingOut(selectors.spending()).data)


class ReviewListView(ApiView):
    """What waits for a person, oldest first."""

    rights = {"GET": Right.INGESTION_VIEW}

    @api_schema(query=serializers.ReviewQuery, response=_REVIEW, summary="Review queue")
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.ReviewQuery)
        rows = []
        for job in selectors.review_jobs(limit=query["limit"]):
            photos = selectors.job_photos(job)
            rows.append(
                {
                    **job_answer(job),
                    "results": [result_answer(one, photos) for one in job.open_results],  # type: ignore[attr-defined]  # prefetched so
                    "images": [asset_answer(one) for one in photos],
                }
            )
        total = selectors.review_jobs_count()
        return Response({"jobs": rows, "total": total})


class ApproveView(ApiView):
    """Make the draft; the id is a result's, or a job's that has one open part."""

    rights = {"POST": Right.INGESTION_EDIT}

    @api_schema(request=serializers.ApproveBody, response=_APPROVED, summary="Approve a reading")
    def post(self, request: Request, review_id: uuid.UUID) -> Response:
        del request
        body = self.body(serializers.ApproveBody)
        target = selectors.result_of_review(review_id)
        result, listing = services.result_approve(
            result_id=target.pk, fields=body["corrections"], actor=self.actor
        )
        return Response(
            {
                "job": job_answer(selectors.job_get(result.job_id)),
                "listing": listing_answer(listing),
            }
        )


class RejectView(ApiView):
    """Nothing comes of it."""

    rights = {"POST": Right.INGESTION_EDIT}

    @api_schema(request=serializers.RejectBody, response=_JOB, summary="Reject a reading")
    def post(self, request: Request, review_id: uuid.UUID) -> Response:
        del request
        body = self.body(serializers.RejectBody)
        target = selectors.result_of_review(review_id)
        result = services.result_reject(
            result_id=target.pk, reason=body["reason"], actor=self.actor
        )
        return Response({"job": job_answer(selectors.job_get(result.job_id))})


class AddToStockView(ApiView):
    """The reading is another piece of a part that we have."""

    rights = {"POST": Right.INGESTION_EDIT}

    @api_schema(request=serializers.StockBody, response=_APPROVED, summary="Add a reading to stock")
    def post(self, request: Request, review_id: uuid.UUID) -> Response:
        del request
        body = self.body(serializers.StockBody)
        target = selectors.result_of_review(review_id)
        result, listing = services.result_add_to_stock(
            result_id=target.pk, pieces=body["pieces"], actor=self.actor
        )
        return Response(
            {
                "job": job_answer(selectors.job_get(result.job_id)),
                "listing": listing_answer(listing),
            }
        )


class StatsView(ApiView):
    """How many jobs stand where."""

    rights = {"GET": Right.INGESTION_VIEW}
    throttle_free = True

    @api_schema(response=serializers.StatsOut, summary="Intake in numbers")
    def get(self, request: Request) -> Response:
        del request
        return Response(serializers.StatsOut(selectors.job_stats()).data)
