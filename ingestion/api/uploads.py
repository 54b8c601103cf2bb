"""Photos over the API: announce, put, confirm, order, delete."""

from __future__ import annotations

import uuid
from typing import BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from ingestion import selectors, services
from ingestion.api import serializers
from ingestion.api.wire import asset_answer, upload_answer
from ingestion.enums import SourceType
from ingestion.services import Crop, UploadRequest, UploadTicket
from listings.selectors import listing_get
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web import failures
from realtrack.core.web.access import public

_UPLOADS = inline_serializer("Uploads", {"uploads": serializers.UploadOut(many=True)})
_ASSET = inline_serializer("OnePhoto", {"asset": serializers.AssetOut()})
_IMAGES = inline_serializer("Photos", {"images": serializers.AssetOut(many=True)})


class _UploadView(ApiView):
    """Files have a limit of their own (a setting); the shared ones would stop a photo session."""

    rights = {"POST": Right.PHOTOS_EDIT}
    throttle_free = True

    def tickets(
        self, files: list[UploadRequest], listing_id: uuid.UUID | None, source: str
    ) -> list[dict[str, object]]:
        """Announce files and answer with addresses that a client can use as they are."""
        if listing_id is not None:
            listing_get(listing_id, user=self.user)
        made = services.upload_create(
            files=files, listing_id=listing_id, source=SourceType(source), actor=self.actor
        )
        return [upload_answer(ticket, self._absolute(ticket)) for ticket in made]

    def _absolute(self, ticket: UploadTicket) -> str:
        url = ticket.put.url
        return self.request.build_absolute_uri(url) if url.startswith("/") else url


class UploadUrlView(_UploadView):
    """One photo."""

    @api_schema(
        request=serializers.UploadBody, response=serializers.UploadOut, summary="Announce a photo"
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(serializers.UploadBody)
        listing_id, source = body.pop("listing_id"), body.pop("source")
        return Response(self.tickets([UploadRequest(**body)], listing_id, source)[0])


class BulkUploadUrlsView(_UploadView):
    """Several photos."""

    @api_schema(
        request=serializers.BulkUploadBody, response=_UPLOADS, summary="Announce several photos"
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(serializers.BulkUploadBody)
        files = [UploadRequest(**one) for one in body["files"]]
        return Response({"uploads": self.tickets(files, body["listing_id"], body["source"])})


class ImportUrlView(ApiView):
    """A photo that lies at a public address; fetched once, never from inside a network."""

    rights = {"POST": Right.PHOTOS_EDIT}

    @api_schema(
        request=serializers.ImportUrlBody, response=_ASSET, status=201, summary="Import a photo"
    )
    def post(self, request: Request) -> Response:
        del request
        body = self.body(serializers.ImportUrlBody)
        if body["listing_id"] is not None:
            listing_get(body["listing_id"], user=self.user)
        asset = services.url_mirror(
            url=body["url"], listing_id=body["listing_id"], actor=self.actor
        )
        return Response({"asset": asset_answer(asset)}, status=201)


class ConfirmView(ApiView):
    """A photo was sent."""

    rights = {"POST": Right.PHOTOS_EDIT}
    throttle_free = True

    @api_schema(request=serializers.ConfirmBody, response=_ASSET, summary="Confirm a photo")
    def post(self, request: Request) -> Response:
        del request
        body = self.body(serializers.ConfirmBody)
        selectors.asset_get(body["asset_id"], user=self.user)
        asset = services.asset_confirm(asset_id=body["asset_id"], actor=self.actor)
        return Response({"asset": asset_answer(asset)})


class ListingPhotosView(ApiView):
    """The photos of a part, primary first."""

    rights = {"GET": Right.PHOTOS_VIEW}

    @api_schema(response=_IMAGES, summary="Photos of a part")
    def get(self, request: Request, listing_id: uuid.UUID) -> Response:
        del request
        found = selectors.listing_assets(listing_id, user=self.user)
        return Response({"images": [asset_answer(one) for one in found]})


class AssetView(ApiView):
    """One photo: its place, whether it is first, away with it."""

    rights = {"PATCH": Right.PHOTOS_EDIT, "DELETE": Right.PHOTOS_EDIT}

    @api_schema(request=serializers.AssetPatch, response=_ASSET, summary="Change a photo")
    def patch(self, request: Request, asset_id: uuid.UUID) -> Response:
        del request
        body = self.body(serializers.AssetPatch, partial=True)
        if not body:
            message = "Send sortOrder, isPrimary, rotate or crop."
            raise InvalidInput(message)
        asset = selectors.asset_get(asset_id, user=self.user)
        turn, crop = int(body.pop("rotate", 0)), body.pop("crop", None)
        if turn or crop is not None:
            cut = Crop(**crop) if crop is not None else None
            asset = services.asset_edit(asset_id=asset_id, actor=self.actor, turn=turn, crop=cut)
        if body:
            asset = services.asset_update(asset_id=asset_id, actor=self.actor, **body)
        return Response({"asset": asset_answer(asset)})

    @api_schema(
        status=204,
        response=OpenApiResponse(description="It is gone from the part."),
        summary="Delete a photo",
    )
    def delete(self, request: Request, asset_id: uuid.UUID) -> Response:
        del request
        selectors.asset_get(asset_id, user=self.user)
        services.asset_delete(asset_id=asset_id, actor=self.actor)
        return Response(status=204)


@csrf_exempt
@public("The address itself is the permission: signed for one key, length and type, for 5 minutes.")
def put_view(request: HttpRequest, token: str) -> HttpResponse:
    """Take the bytes of a signed PUT to the local storage; never more than were announced."""
    if request.method != "PUT":
        response = HttpResponse(status=405)
        response["Allow"] = "PUT"
        return response
    length = request.headers.get("Content-Length", "")
    try:
        services.put_receive(
            token=token,
            stream=cast("BinaryIO", request),
            length=int(length) if length.isdigit() else None,
            mime_type=request.headers.get("Content-Type", ""),
        )
    except AppError as error:
        return failures.render(request, error)
    return HttpResponse(status=200)
