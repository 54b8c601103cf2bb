"""Sheets of cars, parts by number and the photo library over the API."""

from __future__ import annotations

import uuid
from typing import Any

from djangorestframework_camel_case.parser import CamelCaseMultiPartParser
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import row_selectors, services
from ingestion.api import row_serializers as bodies
from ingestion.models import IntakeRow, LibraryPhoto
from ingestion.row_selectors import Match
from ingestion.sheets import columns
from realtrack.core.api.names import to_snake
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.models import Run, RunItem
from realtrack.core.rights import Right

_ROW = inline_serializer("OneIntakeRow", {"row": bodies.RowOut()})


class SheetListView(ApiView):
    """Send a sheet."""

    rights = {"POST": Right.LISTINGS_EDIT}
    parser_classes = (CamelCaseMultiPartParser,)

    @api_schema(
        request={"multipart/form-data": bodies.SheetBody},
        response=inline_serializer(
            "SheetStarted", {"job_id": drf.UUIDField(), "donor_id": drf.UUIDField()}
        ),
        status=202,
        summary="A sheet of one car becomes drafts",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(bodies.SheetBody)
        run = services.sheet_start(
            name=body["file"].name,
            content=body["file"].read(),
            donor_id=body["donor_id"],
            confirm_car=body["confirm_car"],
            mapping=body["mapping"],
            actor=self.actor,
            user=self.user,
        )
        return Response({"job_id": run.pk, "donor_id": run.entity_id}, status=202)


class SheetView(ApiView):
    """A sheet with its stages and verdicts."""

    rights = {"GET": Right.INGESTION_VIEW}

    @api_schema(
        query=bodies.SheetQuery,
        response=inline_serializer(
            "OneSheet",
            {
                "sheet": bodies.SheetOut(),
                "rows": bodies.VerdictOut(many=True),
                "total": drf.IntegerField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="A sheet's stages and rows",
    )
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        del request
        query = self.query(bodies.SheetQuery)
        run, _ = row_selectors.sheet_of(run_id, user=self.user)
        items = row_selectors.sheet_items(run, state=query["state"])
        shown = list(items[query["offset"] : query["offset"] + query["limit"]])
        rows = row_selectors.rows_at(run, [item.position for item in shown])
        answer = page_of(
            "rows",
            [_verdict(item, rows.get(item.position)) for item in shown],
            total=items.count(),
            query=query,
        )
        answer.data["sheet"] = _sheet(run)
        return answer


class RowView(ApiView):
    """A row with its evidence; corrected."""

    rights = {"GET": Right.INGESTION_VIEW, "PATCH": Right.LISTINGS_EDIT}

    @api_schema(response=_ROW, summary="A row with its evidence")
    def get(self, request: Request, row_id: uuid.UUID) -> Response:
        del request
        return Response({"row": _row(row_selectors.row_of(row_id, user=self.user))})

    @api_schema(
        request=bodies.RowBody, response=_ROW, summary="Correct a row and do it again, alone"
    )
    def patch(self, request: Request, row_id: uuid.UUID) -> Response:
        del request
        row_selectors.row_of(row_id, user=self.user)
        data = _names(self.body(bodies.RowBody))
        row = services.row_mend(row_id=row_id, data=data, actor=self.actor)
        return Response({"row": _row(row)})


class RowAgainView(ApiView):
    """A row done again."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(response=_ROW, summary="Do a row again, alone")
    def post(self, request: Request, row_id: uuid.UUID) -> Response:
        del request
        row_selectors.row_of(row_id, user=self.user)
        return Response({"row": _row(services.row_again(row_id=row_id, actor=self.actor))})


class RowCarView(ApiView):
    """The car of a part that came by its number."""

    rights = {"POST": Right.LISTINGS_EDIT}

    @api_schema(request=bodies.RowCarBody, response=_ROW, summary="Say which car a part came off")
    def post(self, request: Request, row_id: uuid.UUID) -> Response:
        del request
        row_selectors.row_of(row_id, user=self.user)
        row = services.row_donor_set(
            row_id=row_id,
            donor_id=self.body(bodies.RowCarBody)["donor_id"],
            user=self.user,
            actor=self.actor,
        )
        return Response({"row": _row(row)})


class NumberListView(ApiView):
    """Parts by number."""

    rights = {"GET": Right.INGESTION_VIEW, "POST": Right.LISTINGS_EDIT}

    @api_schema(
        query=ListQuery,
        response=inline_serializer(
            "IntakeNumbers",
            {
                "rows": bodies.RowOut(many=True),
                "total": drf.IntegerField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Parts that came by their number",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(ListQuery)
        found = row_selectors.numbers_taken(user=self.user)
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        return page_of("rows", [_row(row) for row in rows], total=found.count(), query=query)

    @api_schema(
        request=bodies.NumberBody, response=_ROW, status=201, summary="A part by its number"
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(bodies.NumberBody)
        donor_id = body.pop("donor_id")
        row = services.number_take(
            data=_names(body), donor_id=donor_id, user=self.user, actor=self.actor
        )
        return Response({"row": _row(row)}, status=201)


class LibraryView(ApiView):
    """Photos that came before their part."""

    rights = {"GET": Right.PHOTOS_VIEW, "POST": Right.PHOTOS_EDIT}

    @api_schema(
        response=inline_serializer(
            "PhotoLibrary",
            {
                "matches": bodies.LibraryMatchOut(many=True),
                "unmatched": bodies.LibraryMatchOut(many=True),
            },
        ),
        summary="The photo library with its proposed matches",
    )
    def get(self, request: Request) -> Response:
        del request
        matched, rest = row_selectors.library_matches(user=self.user)
        return Response(
            {
                "matches": [_match(one) for one in matched],
                "unmatched": [_match(one) for one in rest],
            }
        )

    @api_schema(
        request=bodies.LibraryBody,
        response=inline_serializer("LibraryAdded", {"photos": bodies.LibraryPhotoOut(many=True)}),
        status=201,
        summary="Keep photos until their part comes",
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(bodies.LibraryBody)
        photos = services.library_add(
            asset_ids=body["asset_ids"], folder=body["folder"], actor=self.actor
        )
        return Response({"photos": [_photo(one) for one in photos]}, status=201)


class LibraryAttachView(ApiView):
    """Photos find their parts."""

    rights = {"POST": Right.PHOTOS_EDIT}

    @api_schema(
        request=bodies.AttachBody,
        response=inline_serializer("LibraryAttached", {"attached": drf.IntegerField()}),
        summary="Give photos of the library to parts",
    )
    def post(self, request: Request) -> Response:
        del request
        from listings.selectors import listing_get

        matches = {
            one["listing_id"]: one["asset_ids"] for one in self.body(bodies.AttachBody)["matches"]
        }
        for listing_id in matches:
            listing_get(listing_id, user=self.user)
        return Response({"attached": services.library_attach(matches=matches, actor=self.actor)})


def _names(body: dict[str, Any]) -> dict[str, str]:
    ours = {to_snake(name): name for name in columns.MENDABLE}
    return {ours[name]: text for name, text in body.items()}


def _row(row: IntakeRow) -> dict[str, Any]:
    return {
        "id": row.pk,
        "place": row.place,
        "state": row.state,
        "waits_for": row.waits_for,
        "given": {name: text for name, text in row.given.items() if name != "extra"},
        "mended": row.mended,
        "evidence": row.evidence,
        "listing_id": row.listing_id,
        "donor_id": row.donor_id,
        "job_id": row.run_id,
    }


def _verdict(item: RunItem, row: IntakeRow | None) -> dict[str, Any]:
    return {
        "row_id": row.pk if row else None,
        "label": item.label,
        "state": item.state,
        "reason": item.reason,
        "reason_code": item.reason_code,
        "listing_id": item.target_id or None,
    }


def _sheet(run: Run) -> dict[str, Any]:
    return {
        "job_id": run.pk,
        "donor_id": run.entity_id,
        "file": run.params.get("file", ""),
        "state": run.state,
        "error": run.error,
        "total": run.total,
        "created": run.created_count,
        "changed": run.changed_count,
        "same": run.same_count,
        "refused": run.refused_count,
        "hidden_rows": run.params.get("hidden_rows", 0),
        "ignored_headers": run.params.get("ignored_headers", []),
        "stages": bodies.StageOut(row_selectors.stages_of(run), many=True).data,
    }


def _photo(one: LibraryPhoto) -> dict[str, Any]:
    return {"asset_id": one.asset_id, "folder": one.folder, "name": one.name}


def _match(one: Match) -> dict[str, Any]:
    return {
        "listing_id": one.listing.pk if one.listing else None,
        "listing_ids": [listing.pk for listing in one.listings],
        "photos": [_photo(photo) for photo in one.photos],
    }
