"""Application files: send, look at, answer; the ids that rows wait for; export."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from djangorestframework_camel_case.parser import CamelCaseMultiPartParser
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from fitment.aces import mapping, selectors, uploads, writer
from fitment.aces.mapping_files import KINDS
from fitment.api.paging import paged
from fitment.enums import AcesAnswer, AcesFileKind, AcesRowState, AcesUploadState
from fitment.models.reference import YEAR_MAX, YEAR_MIN
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery, StrictSerializer
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right

_STARTED = inline_serializer("FitmentImportStarted", {"job_id": drf.UUIDField()})
_ID_MAX = 2_147_483_647


class BulkImportBody(StrictSerializer):
    """A file: ACES as XML, gz or zip; CSV or XLSX by names."""

    file = drf.FileField(max_length=255, allow_empty_file=True)
    brand = drf.CharField(max_length=65, required=False, allow_blank=True, default="")
    trusted = drf.BooleanField(required=False, default=False)
    dry_run = drf.BooleanField(required=False, default=False)


class MappingBody(StrictSerializer):
    """A table of ids."""

    file = drf.FileField(max_length=255, allow_empty_file=True)
    add_missing = drf.BooleanField(required=False, default=False)


class AcesUploadOut(drf.Serializer[Any]):
    id = drf.UUIDField()
    job_id = drf.UUIDField(source="run_id")
    kind = drf.ChoiceField(choices=AcesFileKind.values)
    state = drf.ChoiceField(choices=AcesUploadState.values)
    name = drf.CharField()
    version = drf.CharField()
    submission = drf.CharField()
    brand = drf.CharField()
    trusted = drf.BooleanField(source="is_trusted")
    questions = drf.ListField(child=drf.DictField())
    verdict = drf.CharField()
    counts = drf.DictField(child=drf.IntegerField())
    created_at = drf.DateTimeField()


class RowOut(drf.Serializer[Any]):
    position = drf.IntegerField()
    app_id = drf.IntegerField(allow_null=True)
    action = drf.CharField()
    part = drf.CharField()
    state = drf.ChoiceField(choices=AcesRowState.values)
    reason_code = drf.CharField()
    reason = drf.CharField()
    missing = drf.ListField(child=drf.CharField(), allow_null=True)
    is_live = drf.BooleanField()


class RowQuery(ListQuery):
    state = drf.ChoiceField(choices=AcesRowState.values, required=False)
    q = drf.CharField(required=False, allow_blank=True, default="", max_length=100)


class AnswerBody(StrictSerializer):
    answer = drf.ChoiceField(choices=[*AcesAnswer.values, "discard"])


class MissingOut(drf.Serializer[Any]):
    kind = drf.CharField()
    code = drf.IntegerField()
    row_count = drf.IntegerField()
    frees = drf.IntegerField()
    hint = drf.CharField()
    example = drf.CharField()


class MissingQuery(ListQuery):
    kind = drf.CharField(required=False, allow_blank=True, default="", max_length=40)


class MapBody(StrictSerializer):
    """What an id stands for."""

    kind = drf.ChoiceField(choices=KINDS)
    code = drf.IntegerField(min_value=1, max_value=_ID_MAX)
    name = drf.CharField(required=False, allow_blank=True, default="", max_length=200)
    make_id = drf.UUIDField(required=False)
    model_id = drf.UUIDField(required=False)
    engine_id = drf.UUIDField(required=False)
    year = drf.IntegerField(min_value=YEAR_MIN, max_value=YEAR_MAX, required=False)


class ExportQuery(StrictSerializer):
    part_type_id = drf.IntegerField(min_value=1, max_value=_ID_MAX, required=False)
    brand = drf.CharField(required=False, allow_blank=True, default="", max_length=65)
    brand_code = drf.RegexField(r"^[A-Z]{4}$", required=False)


class _AnyFormat(BaseContentNegotiation):
    """The file is XML whatever is accepted; refusals are JSON."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        return next(iter(parsers))

    def select_renderer(  # type: ignore[override]  # the stubs know only the base's wide form
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], str(renderers[0].media_type)


class BulkImportView(ApiView):
    """Import a file of fitments in the background."""

    rights = {"POST": Right.FITMENT_EDIT}
    parser_classes = (CamelCaseMultiPartParser,)

    @api_schema(
        request={"multipart/form-data": BulkImportBody},
        response=_STARTED,
        status=202,
        summary="Import an ACES file, or a CSV or XLSX of vehicles by name",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(BulkImportBody)
        upload = uploads.upload_start(
            name=body["file"].name,
            file=body["file"],
            brand=body["brand"],
            is_trusted=body["trusted"],
            options={"dry_run": body["dry_run"]},
            actor=self.actor,
        )
        return Response({"job_id": upload.run_id}, status=202)


class MappingView(ApiView):
    """The customer's own table of ids; private to this installation."""

    rights = {"POST": Right.FITMENT_REFERENCE}
    parser_classes = (CamelCaseMultiPartParser,)

    @api_schema(
        request={"multipart/form-data": MappingBody},
        response=_STARTED,
        status=202,
        summary="Load a table of VCdb ids",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(MappingBody)
        upload = uploads.upload_start(
            name=body["file"].name,
            file=body["file"],
            kind=AcesFileKind.MAPPING,
            options={"add_missing": body["add_missing"]},
            actor=self.actor,
        )
        return Response({"job_id": upload.run_id}, status=202)


class UploadListView(ApiView):
    """Files that were sent."""

    rights = {"GET": Right.FITMENT_VIEW}

    @api_schema(
        query=ListQuery,
        response=paged("AcesUploadList", "uploads", AcesUploadOut(many=True)),
        summary="Files of fitments, newest first",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(ListQuery)
        found = selectors.uploads_list()
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = AcesUploadOut(rows, many=True).data
        return page_of("uploads", data, total=found.count(), query=query)


class UploadView(ApiView):
    """One file."""

    rights = {"GET": Right.FITMENT_VIEW}
    throttle_free = True

    @api_schema(
        response=inline_serializer("AcesUploadOne", {"upload": AcesUploadOut()}), summary="A file"
    )
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        del request
        return Response({"upload": AcesUploadOut(selectors.upload_get(upload_id)).data})


class UploadRowsView(ApiView):
    """Rows of a file with their verdicts."""

    rights = {"GET": Right.FITMENT_VIEW}

    @api_schema(
        query=RowQuery,
        response=paged("AcesRowList", "rows", RowOut(many=True)),
        summary="Rows of a file by verdict, App id or part number",
    )
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        del request
        query = self.query(RowQuery)
        upload = selectors.upload_get(upload_id)
        found = selectors.rows_list(upload=upload, state=query.get("state", ""), q=query["q"])
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = RowOut(rows, many=True).data
        return page_of("rows", data, total=found.count(), query=query)


class UploadAnswerView(ApiView):
    """What a person decides about a file that asks."""

    rights = {"POST": Right.FITMENT_REFERENCE}

    @api_schema(
        request=AnswerBody,
        response=inline_serializer("AcesAnswered", {"upload": AcesUploadOut()}),
        summary="Replace, keep, or put the file aside",
    )
    def post(self, request: Request, upload_id: uuid.UUID) -> Response:
        del request
        answer = self.body(AnswerBody)["answer"]
        if answer == "discard":
            uploads.upload_discard(upload_id=upload_id, actor=self.actor)
        else:
            uploads.upload_answer(upload_id=upload_id, answer=AcesAnswer(answer), actor=self.actor)
        return Response({"upload": AcesUploadOut(selectors.upload_get(upload_id)).data})


class QuarantineView(ApiView):
    """Ids that rows wait for; say what one stands for."""

    rights = {"GET": Right.FITMENT_VIEW, "POST": Right.FITMENT_REFERENCE}

    @api_schema(
        query=MissingQuery,
        response=paged("AcesMissingList", "missing", MissingOut(many=True)),
        summary="Ids that rows wait for, those first that free the most",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(MissingQuery)
        found = selectors.missing_list(kind=query["kind"])
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = MissingOut(rows, many=True).data
        return page_of("missing", data, total=found.count(), query=query)

    @api_schema(
        request=MapBody,
        response=inline_serializer("AcesMapped", {"freed": drf.IntegerField()}),
        summary="Say what an id stands for",
    )
    def post(self, request: Request) -> Response:
        del request
        return Response({"freed": mapping.code_map(**self.body(MapBody), actor=self.actor)})


class AcesExportView(ApiView):
    """Verified fitments as an ACES file; what has no ids is counted in a header."""

    rights = {"GET": Right.FITMENT_EDIT}
    content_negotiation_class = _AnyFormat

    @api_schema(
        query=ExportQuery,
        responses={(200, "application/xml"): OpenApiTypes.BINARY},
        summary="Export ACES 4.2 by the customer's own ids",
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        del request
        return writer.export_response(**self.query(ExportQuery), user=self.user)
