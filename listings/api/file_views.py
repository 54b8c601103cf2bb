"""Import and export of files."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from djangorestframework_camel_case.parser import CamelCaseMultiPartParser
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from listings import services
from listings.api import serializers
from listings.api.base import search_request
from listings.files.export import ExportFormat
from listings.web.exports import (
    CSV_TYPE,
    XLSX_TYPE,
    export_response,
    template_filled,
    template_response,
)
from listings.web.imports import refused_response
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import StrictSerializer
from realtrack.core.api.views import ApiView
from realtrack.core.rights import Right
from realtrack.core.selectors import run_check_steerable, run_get

_STARTED = inline_serializer("ImportStarted", {"job_id": drf.UUIDField()})


class ImportBody(StrictSerializer):
    """A file and how it is read."""

    file = drf.FileField(allow_empty_file=True, max_length=255)
    dry_run = drf.BooleanField(required=False, default=False)
    mapping = drf.JSONField(required=False, default=dict)

    def validate_mapping(self, value: Any) -> dict[str, str]:
        """An object of texts."""
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise drf.ValidationError("Send an object: header to field name, or to an empty text.")
        return value


class ImportView(ApiView):
    """Import a file in the background."""

    rights = {"POST": Right.LISTINGS_EDIT}
    parser_classes = (CamelCaseMultiPartParser,)

    @api_schema(
        request={"multipart/form-data": ImportBody},
        response=_STARTED,
        status=202,
        summary="Import a CSV or XLSX file",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(ImportBody)
        run = services.import_start(
            name=body["file"].name,
            content=body["file"].read(),
            dry_run=body["dry_run"],
            mapping=body["mapping"],
            actor=self.actor,
        )
        return Response({"job_id": run.pk}, status=202)


class ImportApplyView(ApiView):
    """Import the file of a dry run."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(response=_STARTED, status=202, summary="Import the file of a dry run")
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        del request
        run = services.import_apply(run_id=run_id, actor=self.actor)
        return Response({"job_id": run.pk}, status=202)


class ImportUndoView(ApiView):
    """Take an import back."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(response=_STARTED, status=202, summary="Undo an import")
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        del request
        source = run_get(run_id)
        if source is not None:
            run_check_steerable(source, self.user)
        run = services.import_undo(run_id=run_id, actor=self.actor)
        return Response({"job_id": run.pk}, status=202)


class ImportRefusedView(ApiView):
    """The refused rows of an import, with their reasons."""

    rights = {"GET": Right.LISTINGS_EDIT}

    @api_schema(
        responses={(200, CSV_TYPE): OpenApiTypes.BINARY},
        summary="Refused rows of an import as a CSV",
    )
    def get(self, request: Request, run_id: uuid.UUID) -> StreamingHttpResponse:
        del request
        return refused_response(run_id)


class _AnyFormat(BaseContentNegotiation):
    """`format` says what the file is, not how errors are rendered."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        return next(iter(parsers))

    def select_renderer(  # type: ignore[override]  # the stubs know only the base's wide form
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], str(renderers[0].media_type)


class ExportQuery(serializers.SearchQuery):
    """A search, and the kind of file. Paging means nothing here."""

    def get_fields(self) -> dict[str, Any]:
        found = super().get_fields()
        found["format"] = drf.ChoiceField(
            choices=[one.value for one in ExportFormat], default=ExportFormat.CSV.value
        )
        return found


class ExportView(ApiView):
    """Export a search as a file."""

    rights = {"GET": Right.LISTINGS_VIEW}
    content_negotiation_class = _AnyFormat

    @api_schema(
        query=ExportQuery,
        responses={(200, CSV_TYPE): OpenApiTypes.BINARY, (200, XLSX_TYPE): OpenApiTypes.BINARY},
        summary="Export a search as CSV, XLSX, eBay's or Shopify's form",
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        asked = request.query_params.getlist("format")
        kind = drf.ChoiceField(choices=[one.value for one in ExportFormat])
        try:
            chosen = kind.run_validation(asked[0]) if asked else ExportFormat.CSV.value
        except drf.ValidationError as error:
            raise drf.ValidationError({"format": error.detail}) from error
        query = self.query(serializers.SearchQuery)
        return export_response(ExportFormat(chosen), search_request(query), user=self.user)


class TemplateBody(StrictSerializer):
    """A marketplace's category template as it was downloaded."""

    file = drf.FileField(allow_empty_file=True, max_length=255)


class TemplateView(ApiView):
    """Export a search filled into a template; `X-Left-Out` counts parts that it has no sheet for."""

    rights = {"POST": Right.LISTINGS_VIEW}
    parser_classes = (CamelCaseMultiPartParser,)
    content_negotiation_class = _AnyFormat

    @api_schema(
        query=serializers.SearchQuery,
        request={"multipart/form-data": TemplateBody},
        responses={(200, CSV_TYPE): OpenApiTypes.BINARY, (200, XLSX_TYPE): OpenApiTypes.BINARY},
        summary="Fill a search into a marketplace's category template",
    )
    def post(self, request: Request) -> FileResponse:
        del request
        body = self.body(TemplateBody)
        search = search_request(self.query(serializers.SearchQuery))
        return template_response(*template_filled(body["file"], search, user=self.user))
