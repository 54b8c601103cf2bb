"""Base of API views: one right per method, strict bodies and queries, the actor for services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from rest_framework.response import Response
from rest_framework.views import APIView

from realtrack.core.actors import Actor
from realtrack.core.api.names import to_snake
from realtrack.core.api.throttles import client_ip

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer

    from realtrack.core.rights import Right
    from settings_app.models import User


class ApiView(APIView):
    """Parse, call a service or selector, render. `rights` names a right per method, None = public.

    `endpoint_rates` adds limits by method; `throttle_free` takes a watched endpoint off the
    shared ones (it is for cheap reads alone).
    """

    rights: Mapping[str, Right | None] = {}
    endpoint_rates: Mapping[str, str] = {}
    throttle_free = False
    # No OPTIONS document: the schema tells more; CORS preflights are answered by middleware.
    metadata_class = None
    http_method_names = [
        "get",
        "post",
        "put",
        "patch",
        "delete",
    ]

    @property
    def user(self) -> User:
        """The signed-in user; only in views whose method has a right."""
        return cast("User", self.request.user)

    @property
    def actor(self) -> Actor:
        """The signed-in person as services want it."""
        return Actor.person(self.user, ip=client_ip(self.request) or None)

    def body(
        self, serializer_class: type[BaseSerializer[Any]], *, partial: bool = False
    ) -> dict[str, Any]:
        """Return the validated body; with `partial` only what was sent (absent is not null)."""
        serializer = serializer_class(
            data=self.request.data, partial=partial, context={"request": self.request}
        )
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def query(self, serializer_class: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """Return the validated query parameters, unknown ones refused; a repeated one is a list."""
        raw = {
            to_snake(name): values if len(values) > 1 else values[0]
            for name, values in self.request.query_params.lists()
            if name != "format"
        }
        serializer = serializer_class(data=raw, context={"request": self.request})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


def page_of(name: str, rows: Any, *, total: int, query: Mapping[str, Any]) -> Response:
    """Return a list's envelope: `{<plural>: […], total, limit, offset}`."""
    return Response(
        {name: rows, "total": total, "limit": query["limit"], "offset": query["offset"]}
    )


def request_ip(request: Request) -> str | None:
    """Return the caller's address for the log."""
    return client_ip(request) or None
