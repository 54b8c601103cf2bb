"""Notifications over the API: always the caller's own."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import selectors, services
from notifications.models import Notification
from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery
from realtrack.core.api.views import ApiView, page_of
from realtrack.core.rights import Right


class NotificationOut(serializers.ModelSerializer[Notification]):
    read = serializers.BooleanField(source="is_read")

    class Meta:
        model = Notification
        fields = (
            "id", "type", "title", "body", "icon", "severity", "entity_type", "entity_id",
            "action_url", "read", "created_at",
        )  # fmt: skip


class NotificationQuery(ListQuery):
    unread = serializers.BooleanField(default=False)
    type = serializers.CharField(required=False, max_length=50)


class NotificationListView(ApiView):
    """The caller's notifications, newest first."""

    rights = {"GET": Right.NOTIFICATIONS_VIEW}

    @api_schema(
        query=NotificationQuery,
        response=inline_serializer(
            "NotificationList",
            {
                "notifications": NotificationOut(many=True),
                "total": serializers.IntegerField(),
                "limit": serializers.IntegerField(),
                "offset": serializers.IntegerField(),
            },
        ),
        summary="Notifications",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(NotificationQuery)
        found = selectors.notifications_for(self.user, unread=query["unread"])
        if query.get("type"):
            found = found.filter(type=query["type"])
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        return page_of(
            "notifications",
            NotificationOut(rows, many=True).data,
            total=found.count(),
            query=query,
        )


class UnreadCountView(ApiView):
    """The bell's number."""

    rights = {"GET": Right.NOTIFICATIONS_VIEW}
    throttle_free = True

    @api_schema(
        response=inline_serializer("UnreadCount", {"count": serializers.IntegerField()}),
        summary="Unread count",
    )
    def get(self, request: Request) -> Response:
        del request
        return Response({"count": selectors.unread_count(self.user)})


class ReadView(ApiView):
    """Mark one as read."""

    rights = {"PATCH": Right.NOTIFICATIONS_VIEW}

    @api_schema(
        response=inline_serializer("NotificationAnswer", {"notification": NotificationOut()}),
        summary="Mark as read",
    )
    def patch(self, request: Request, notification_id: uuid.UUID) -> Response:
        del request
        services.notification_read(notification_id=notification_id, user=self.user)
        found = selectors.notification_for(self.user, notification_id)
        return Response({"notification": NotificationOut(found).data})


class MarkAllReadView(ApiView):
    """Mark all as read."""

    rights = {"POST": Right.NOTIFICATIONS_VIEW}

    @api_schema(
        response=inline_serializer("AllRead", {"count": serializers.IntegerField()}),
        summary="Mark all as read",
    )
    def post(self, request: Request) -> Response:
        del request
        services.notification_read_all(user=self.user)
        return Response({"count": selectors.unread_count(self.user)})


class DismissView(ApiView):
    """Put one away."""

    rights = {"DELETE": Right.NOTIFICATIONS_VIEW}

    @api_schema(status=204, summary="Dismiss")
    def delete(self, request: Request, notification_id: uuid.UUID) -> Response:
        del request
        services.notification_dismiss(notification_id=notification_id, user=self.user)
        return Response(status=204)
