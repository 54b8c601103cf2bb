"""Preview, schedule, overrides and limits, over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app import selectors, services
from channels_app.services.planning import OVERRIDABLE
from channels_app.services.preview import Outlook, TargetPreview, publish_preview
from listings.selectors import listings_in_order, visible_ids
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import StrictSerializer
from realtrack.core.api.views import ApiView
from realtrack.core.errors import NotFound
from realtrack.core.rights import Right
from settings_app.models import User

# Each target asks the marketplace's tables: as many as a screen shows.
MOST_PREVIEWED = 25


class PreviewBody(StrictSerializer):
    listing_ids = drf.ListField(child=drf.UUIDField(), min_length=1, max_length=MOST_PREVIEWED)
    connection_ids = drf.ListField(child=drf.UUIDField(), min_length=1, max_length=20)


class ScheduleBody(StrictSerializer):
    """`publishAt` null forgets the plan."""

    listing_ids = drf.ListField(child=drf.UUIDField(), min_length=1, max_length=500)
    connection_ids = drf.ListField(child=drf.UUIDField(), min_length=1, max_length=50)
    publish_at = drf.DateTimeField(allow_null=True)


class OverrideBody(StrictSerializer):
    """Only named fields are touched; an empty value goes back to the part's own."""

    listing_id = drf.UUIDField()
    title = drf.CharField(required=False, allow_blank=True, max_length=500)
    description = drf.CharField(required=False, allow_blank=True, max_length=500_000)
    start_price = drf.CharField(required=False, allow_blank=True, max_length=20)
    category_id = drf.CharField(required=False, allow_blank=True, max_length=20)
    shipping_profile_name = drf.CharField(required=False, allow_blank=True, max_length=200)
    payment_profile_name = drf.CharField(required=False, allow_blank=True, max_length=200)
    return_profile_name = drf.CharField(required=False, allow_blank=True, max_length=200)


_REFUSAL = inline_serializer(
    "PreviewRefusal",
    {
        "field": drf.CharField(allow_blank=True),
        "reason": drf.CharField(),
        "error_id": drf.CharField(allow_blank=True),
    },
    many=True,
)
_CHANGE = inline_serializer(
    "PreviewChange",
    {
        "name": drf.CharField(),
        "before": drf.CharField(allow_blank=True),
        "after": drf.CharField(allow_blank=True),
    },
    many=True,
)
_TARGET = inline_serializer(
    "PreviewTarget",
    {
        "listing_id": drf.UUIDField(),
        "connection_id": drf.UUIDField(),
        "outlook": drf.ChoiceField(choices=[one.value for one in Outlook]),
        "external_id": drf.CharField(allow_blank=True),
        "problem": drf.CharField(allow_blank=True),
        "refusals": _REFUSAL,
        "changes": _CHANGE,
        "notes": drf.ListField(child=drf.CharField()),
        "documents": drf.DictField(),
    },
    many=True,
)
_BUDGET = inline_serializer(
    "CallBudget",
    {
        "channel": drf.CharField(),
        "api": drf.CharField(),
        "limit": drf.IntegerField(),
        "used": drf.IntegerField(),
        "left": drf.IntegerField(),
        "resets_at": drf.DateTimeField(),
        "closed_until": drf.DateTimeField(allow_null=True),
        "is_told": drf.BooleanField(),
    },
    many=True,
)


def _seen(wanted: Sequence[uuid.UUID], user: User) -> list[uuid.UUID]:
    found = list(dict.fromkeys(wanted))
    if len(visible_ids(found, user=user)) != len(found):
        raise NotFound("Some of these parts do not exist.")
    return found


def _target(one: TargetPreview) -> dict[str, object]:
    def words(runs: Sequence[tuple[str, bool]]) -> str:
        return " ".join(text for text, _ in runs)

    return {
        "listing_id": one.listing.pk,
        "connection_id": one.connection.pk,
        "outlook": one.outlook.value,
        "external_id": one.external_id,
        "problem": one.problem,
        "refusals": [
            {"field": row.field, "reason": row.reason, "error_id": row.error_id}
            for row in one.refusals
        ],
        "changes": [
            {"name": row.name, "before": words(row.before), "after": words(row.after)}
            for row in one.changed
        ],
        "notes": list(one.notes),
        "documents": one.documents,
    }


class PreviewView(ApiView):
    """The bytes that publishing would send, what differs from what is live, and why not.

    Nothing that writes is called at the marketplace.
    """

    rights = {"POST": Right.CHANNELS_PUBLISH}
    endpoint_rates = {"POST": "60/minute"}

    @api_schema(
        request=PreviewBody,
        response=inline_serializer("Preview", {"targets": _TARGET}),
        summary="Preview a publish",
    )
    def post(self, request: Request) -> Response:
        del request
        data = self.body(PreviewBody)
        wanted = _seen(data["listing_ids"], self.user)
        accounts = [selectors.connection_get(one) for one in dict.fromkeys(data["connection_ids"])]
        found = publish_preview(listings=listings_in_order(wanted), connections=accounts)
        return Response({"targets": [_target(one) for one in found]})


class ScheduleView(ApiView):
    """Plan when parts go live on accounts."""

    rights = {"POST": Right.CHANNELS_PUBLISH}

    @api_schema(
        request=ScheduleBody,
        response=inline_serializer("ChannelPlan", {"planned": drf.IntegerField()}),
        summary="Plan a publish",
    )
    def post(self, request: Request) -> Response:
        del request
        data = self.body(ScheduleBody)
        count = services.publish_plan(
            listing_ids=_seen(data["listing_ids"], self.user),
            connection_ids=data["connection_ids"],
            publish_at=data["publish_at"],
            actor=self.actor,
        )
        return Response({"planned": count})


class OverrideView(ApiView):
    """What one account shows otherwise than the part says."""

    rights = {"PATCH": Right.CHANNELS_PUBLISH}

    @api_schema(
        request=OverrideBody,
        response=inline_serializer(
            "ChannelOverrides",
            {"channel_listing_id": drf.UUIDField(), "overrides": drf.DictField()},
        ),
        summary="Differ on one account",
    )
    def patch(self, request: Request, connection_id: uuid.UUID) -> Response:
        del request
        data = self.body(OverrideBody)
        (listing_id,) = _seen([data.pop("listing_id")], self.user)
        selectors.connection_get(connection_id)
        values = {name: value for name, value in data.items() if name in OVERRIDABLE}
        row = services.override_set(
            listing_id=listing_id, connection_id=connection_id, values=values, actor=self.actor
        )
        return Response({"channel_listing_id": row.pk, "overrides": row.overrides})


class LimitsView(ApiView):
    """Calls that the marketplaces allow: used, left, until when."""

    rights = {"GET": Right.CHANNELS_VIEW}

    @api_schema(
        response=inline_serializer("ChannelLimits", {"limits": _BUDGET}), summary="Limits of calls"
    )
    def get(self, request: Request) -> Response:
        del request
        rows = [
            {
                "channel": channel, "api": one.api, "limit": one.limit, "used": one.used,
                "left": one.left, "resets_at": one.resets_at, "closed_until": one.closed_until,
                "is_told": one.is_told,
            }
            for channel, budgets in services.limits_shown().items()
            for one in budgets
        ]  # fmt: skip
        return Response({"limits": rows})
