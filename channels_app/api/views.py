"""Accounts on marketplaces and publishing, over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app import selectors, services
from channels_app.adapters.base import ChannelError, LocationInput
from channels_app.adapters.registry import channels_known
from channels_app.api import serializers
from channels_app.models import ChannelConnection
from channels_app.services.connections import connection_usable, refused
from channels_app.web import windows
from listings.selectors import visible_ids
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.errors import AppError, NotFound
from realtrack.core.rights import Right, user_can

_CHANNEL = inline_serializer("OneChannel", {"channel": serializers.ConnectionOut()})
_JOB = inline_serializer("ChannelJob", {"job_id": drf.UUIDField()})
_OPTIONS = inline_serializer(
    "ChannelOptions",
    {"options": serializers.OptionOut(many=True), "problems": drf.ListField(child=drf.CharField())},
)


def _one(connection: ChannelConnection) -> dict[str, Any]:
    return {"channel": serializers.ConnectionOut(connection).data}


class ChannelListView(ApiView):
    """Connected accounts, and which marketplaces there are."""

    rights = {"GET": Right.CHANNELS_VIEW}

    @api_schema(
        response=inline_serializer(
            "ChannelList",
            {
                "channels": serializers.ConnectionOut(many=True),
                "total": drf.IntegerField(),
                "available": serializers.ChannelOut(many=True),
            },
        ),
        summary="Connected accounts",
    )
    def get(self, request: Request) -> Response:
        del request
        rows = list(selectors.connection_list())
        return Response(
            {
                "channels": serializers.ConnectionOut(rows, many=True).data,
                "total": len(rows),
                "available": serializers.ChannelOut(channels_known(), many=True).data,
            }
        )


class AuthUrlView(ApiView):
    """Where to send the browser to sign in at the marketplace."""

    rights = {"GET": Right.CHANNELS_MANAGE}

    @api_schema(
        query=serializers.AuthUrlQuery,
        response=inline_serializer(
            "AuthUrl", {"auth_url": drf.CharField(), "state": drf.CharField()}
        ),
        summary="Begin a sign-in",
    )
    def get(self, request: Request, channel: str) -> Response:
        del request
        query = self.query(serializers.AuthUrlQuery)
        begun = services.connection_start_oauth(
            channel=channel, user=self.user, site=query.get("site", "")
        )
        return Response({"auth_url": begun.url, "state": begun.state})


class CallbackView(ApiView):
    """Where the marketplace sends the browser back: finishes the sign-in of that same person.

    Public as an address, but the state is bound to a person: a stranger is sent to sign in and
    comes back. A browser is sent on to the page, a bearer client gets the account.
    """

    rights = {"GET": None}

    @extend_schema(
        summary="Finish a sign-in",
        parameters=[serializers.CallbackQuery],
        responses={200: _CHANNEL, 302: None},
    )
    def get(self, request: Request, channel: str) -> Response | HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not user_can(request.user, Right.CHANNELS_MANAGE):
            self.permission_denied(request)
        is_browser = request.auth is None
        try:
            given = serializers.CallbackQuery(data=request.query_params)
            given.is_valid(raise_exception=True)
            query = given.validated_data
            connection = services.connection_finish_oauth(
                channel=channel,
                state=query["state"],
                code=query["code"],
                user=self.user,
                declined=bool(query["error"]),
            )
        except (AppError, drf.ValidationError) as error:
            if not is_browser:
                raise
            text = error.message if isinstance(error, AppError) else "The sign-in was not complete."
            return _back(request._request, text, is_fault=True)  # noqa: SLF001 - Django's own request
        if is_browser:
            return _back(request._request, f"{connection.label} is connected.")  # noqa: SLF001
        return Response(_one(connection))


def _back(request: HttpRequest, text: str, *, is_fault: bool = False) -> HttpResponseBase:
    messages.add_message(request, messages.ERROR if is_fault else messages.SUCCESS, text)
    if windows.ended(request):
        return windows.within(HttpResponseRedirect(reverse("channels:signed-in")))
    return HttpResponseRedirect(reverse("channels:index"))


class ChannelView(ApiView):
    """One account: read, choose policies and location, disconnect."""

    rights = {
        "GET": Right.CHANNELS_VIEW,
        "PATCH": Right.CHANNELS_MANAGE,
        "DELETE": Right.CHANNELS_MANAGE,
    }

    @api_schema(response=_CHANNEL, summary="An account")
    def get(self, request: Request, connection_id: uuid.UUID) -> Response:
        del request
        return Response(_one(selectors.connection_get(connection_id)))

    @api_schema(
        request=serializers.ConfigureBody, response=_CHANNEL, summary="Choose for an account"
    )
    def patch(self, request: Request, connection_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.ConfigureBody)
        selectors.connection_get(connection_id)
        row = services.connection_configure(connection_id=connection_id, actor=self.actor, **data)
        return Response(_one(row))

    @api_schema(query=serializers.DisconnectQuery, status=204, summary="Disconnect an account")
    def delete(self, request: Request, connection_id: uuid.UUID) -> Response:
        del request
        query = self.query(serializers.DisconnectQuery)
        selectors.connection_get(connection_id)
        services.connection_disconnect(
            connection_id=connection_id, actor=self.actor, listings=query["listings"]
        )
        return Response(status=204)


class ChannelTestView(ApiView):
    """Try the sign-in and each right."""

    rights = {"POST": Right.CHANNELS_MANAGE}

    @api_schema(
        response=inline_serializer(
            "ChannelTest",
            {
                "ok": drf.BooleanField(),
                "checks": inline_serializer(
                    "ChannelCheck",
                    {
                        "name": drf.CharField(),
                        "ok": drf.BooleanField(),
                        "detail": drf.CharField(allow_blank=True),
                    },
                    many=True,
                ),
                "channel": serializers.ConnectionOut(),
            },
        ),
        summary="Test an account",
    )
    def post(self, request: Request, connection_id: uuid.UUID) -> Response:
        del request
        selectors.connection_get(connection_id)
        checks = services.connection_test(connection_id=connection_id)
        return Response(
            {
                "ok": all(check.ok for check in checks),
                "checks": [
                    {"name": one.name, "ok": one.ok, "detail": one.detail} for one in checks
                ],
                **_one(selectors.connection_get(connection_id)),
            }
        )


class ChannelOptionsView(ApiView):
    """What may be chosen for an account, read anew."""

    rights = {"GET": Right.CHANNELS_MANAGE}

    @api_schema(response=_OPTIONS, summary="Policies and locations of an account")
    def get(self, request: Request, connection_id: uuid.UUID) -> Response:
        del request
        connection_usable(connection_id)
        try:
            found = services.connection_options_refresh(connection_id=connection_id)
        except ChannelError as error:
            raise refused(error) from error
        options = [
            {"kind": kind, "id": one.id, "name": one.name}
            for kind, rows in found.options.items()
            for one in rows
        ]
        problems = [one.reason for one in found.problems]
        return Response({"options": options, "problems": problems})


class ChannelLocationView(ApiView):
    """Make a place that parts ship from, and choose it."""

    rights = {"POST": Right.CHANNELS_MANAGE}

    @api_schema(
        request=serializers.LocationBody, response=_CHANNEL, status=201, summary="New location"
    )
    def post(self, request: Request, connection_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.LocationBody)
        row = services.connection_location_create(
            connection_id=connection_id, location=LocationInput(**data), actor=self.actor
        )
        return Response(_one(row), status=201)


class ChannelListingsView(ApiView):
    """Parts on an account."""

    rights = {"GET": Right.CHANNELS_VIEW}

    @api_schema(
        query=serializers.ListingsQuery,
        response=inline_serializer(
            "ChannelListingPage",
            {
                "listings": serializers.ChannelListingOut(many=True),
                "total": drf.IntegerField(),
                "limit": drf.IntegerField(),
                "offset": drf.IntegerField(),
            },
        ),
        summary="Parts on an account",
    )
    def get(self, request: Request, connection_id: uuid.UUID) -> Response:
        del request
        query = self.query(serializers.ListingsQuery)
        selectors.connection_get(connection_id)
        found = selectors.channel_listings(
            user=self.user, connection_id=connection_id, status=query.get("status", "")
        ).prefetch_related("owed")
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = serializers.ChannelListingOut(rows, many=True).data
        return page_of("listings", list(data), total=found.count(), query=query)


class PublishView(ApiView):
    """Publish or re-publish parts; 202 at once, the run tells each verdict."""

    rights = {"POST": Right.CHANNELS_PUBLISH}
    endpoint_rates = {"POST": "20/minute"}

    @api_schema(request=serializers.PublishBody, response=_JOB, status=202, summary="Publish parts")
    def post(self, request: Request) -> Response:
        data = self.body(serializers.PublishBody)
        wanted = list(dict.fromkeys(data["listing_ids"]))
        if len(visible_ids(wanted, user=self.user)) != len(wanted):
            raise NotFound("Some of these parts do not exist.")
        key = request.headers.get("Idempotency-Key", "")[:100]
        run = services.listing_publish(
            listing_ids=wanted,
            connection_ids=data["connection_ids"],
            actor=self.actor,
            idempotency_key=f"publish:{self.user.pk}:{key}" if key else None,
        )
        return Response({"job_id": run.pk}, status=202)


class EndView(ApiView):
    """Take parts off their accounts; 202 at once."""

    rights = {"POST": Right.CHANNELS_PUBLISH}

    @api_schema(request=serializers.EndBody, response=_JOB, status=202, summary="End listings")
    def post(self, request: Request) -> Response:
        del request
        ids = self.body(serializers.EndBody)["channel_listing_ids"]
        seen = selectors.channel_listings(user=self.user).filter(pk__in=ids)
        run = services.listing_end(
            channel_listing_ids=list(seen.values_list("pk", flat=True)), actor=self.actor
        )
        return Response({"job_id": run.pk}, status=202)


class SyncView(ApiView):
    """Send quantity and price of everything live again."""

    rights = {"POST": Right.CHANNELS_PUBLISH}
    endpoint_rates = {"POST": "6/minute"}

    @api_schema(
        request=serializers.SyncBody,
        response=inline_serializer("ChannelSync", {"listings": drf.IntegerField()}),
        status=202,
        summary="Sync stock now",
    )
    def post(self, request: Request) -> Response:
        del request
        connection_id = self.body(serializers.SyncBody).get("connection_id")
        if connection_id is not None:
            connection_usable(connection_id)
        count = services.sync_request(connection_id=connection_id)
        return Response({"listings": count}, status=202)
