"""Reading many drafts, what the checks found, and a part's list as a marketplace takes it."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from fitment import exporting, selectors
from fitment.checking import mending
from fitment.enums import FindingKind
from fitment.models import FitmentFinding
from fitment.services import batch
from listings.models import Listing
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery, StrictSerializer
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.errors import NotFound
from realtrack.core.rights import Right


class DetectBatchIn(StrictSerializer):
    """Parts to read; without it all drafts that have no vehicle."""

    listing_ids = drf.ListField(
        child=drf.UUIDField(), required=False, min_length=1, max_length=batch.BATCH_MAX
    )


class DetectBatchView(ApiView):
    """Read the words of many parts in the background; what is found waits for a person."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(
        request=DetectBatchIn,
        response=inline_serializer(
            "DetectBatch", {"job_id": drf.UUIDField(), "total": drf.IntegerField()}
        ),
        status=202,
        summary="Read vehicles out of many parts' words",
    )
    def post(self, request: Request) -> Response:
        del request
        ids = self.body(DetectBatchIn).get("listing_ids")
        if ids is not None:
            seen = Listing.objects.visible_to(self.user).filter(pk__in=ids)
            ids = list(seen.values_list("pk", flat=True))
        run = batch.detect_batch_start(listing_ids=ids, actor=self.actor)
        return Response({"job_id": run.pk, "total": run.total}, status=202)


class FindingOut(drf.Serializer[Any]):
    """Something that a check found; `other_id` is the second fitment of a pair."""

    id = drf.UUIDField()
    kind = drf.ChoiceField(choices=FindingKind.choices)
    listing_id = drf.UUIDField()
    fitment_id = drf.UUIDField(allow_null=True)
    other_id = drf.UUIDField(allow_null=True)
    detail = drf.CharField(allow_blank=True)


class FindingQuery(ListQuery):
    """Open findings of a kind, or of all."""

    kind = drf.ChoiceField(choices=FindingKind.choices, required=False)


class FindingListView(ApiView):
    """What the checks found and nobody mended yet."""

    rights = {"GET": Right.FITMENT_VIEW}

    @api_schema(
        query=FindingQuery,
        response=inline_serializer(
            "FindingList",
            {
                "findings": FindingOut(many=True),
                "total": drf.IntegerField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Findings of the fitment checks",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(FindingQuery)
        found = _findings(self).order_by("kind", "pk")
        if query.get("kind"):
            found = found.filter(kind=query["kind"])
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = list(FindingOut(rows, many=True).data)
        return page_of("findings", data, total=found.count(), query=query)


class FindingAnswerIn(StrictSerializer):
    """`right`, or what mends this kind: join, with, without, trim, read."""

    answer = drf.ChoiceField(
        choices=[
            mending.RIGHT,
            *sorted({one for rows in mending.ANSWERS.values() for one, _ in rows}),
        ]
    )


class FindingView(ApiView):
    """One finding."""

    rights = {"POST": Right.FITMENT_EDIT}

    @api_schema(
        request=FindingAnswerIn,
        response=inline_serializer("FindingAnswered", {"success": drf.BooleanField()}),
        summary="Mend a finding or call it right",
    )
    def post(self, request: Request, finding_id: uuid.UUID) -> Response:
        del request
        answer = self.body(FindingAnswerIn)["answer"]
        if not _findings(self).filter(pk=finding_id).exists():
            raise NotFound("There is no such finding.")
        mending.finding_answer(finding_id=finding_id, answer=answer, actor=self.actor)
        return Response({"success": True})


class CompatibilityQuery(StrictSerializer):
    """The most rows that the category takes."""

    limit = drf.IntegerField(min_value=1, max_value=10_000, default=exporting.EBAY_LIMIT)


class CompatibilityView(ApiView):
    """A part's verified vehicles as other programs take them."""

    rights = {"GET": Right.FITMENT_VIEW}

    @api_schema(
        query=CompatibilityQuery,
        response=inline_serializer(
            "Compatibility",
            {
                "rows": drf.ListField(child=drf.DictField(child=drf.CharField())),
                "left": drf.ListField(child=drf.CharField()),
                "left_count": drf.IntegerField(),
                "tags": drf.ListField(child=drf.CharField()),
                "metafield": drf.ListField(child=drf.DictField()),
            },
        ),
        summary="Compatibility list, tags and metafield of a part",
    )
    def get(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        selectors.listing_get(listing_id, user=self.user)
        limit = self.query(CompatibilityQuery)["limit"]
        found = exporting.compatibility_list(listing_id, limit=limit)
        return Response(
            {
                "rows": found.rows,
                "left": found.left,
                "left_count": found.left_count,
                "tags": exporting.shopify_tags(listing_id),
                "metafield": exporting.shopify_metafield(listing_id),
            }
        )


def _findings(view: ApiView) -> Any:
    visible = Listing.objects.visible_to(view.user).values("pk")
    return FitmentFinding.objects.filter(accepted_at__isnull=True, listing__in=visible)
