"""Where marketplaces send their notifications: public, believed only by their signature."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app import services
from channels_app.adapters.base import ChannelError
from channels_app.adapters.registry import adapter_for
from channels_app.enums import Channel
from channels_app.tasks import webhook_endpoint
from realtrack.core.api.views import ApiView
from realtrack.core.errors import InvalidInput, TooLarge, Unavailable

# Notifications are a few hundred bytes; this leaves room for the longest topic.
MOST_BYTES = 256 * 1024


class EbayWebhookView(ApiView):
    """eBay's challenge and notifications."""

    rights = {"GET": None, "POST": None}
    authentication_classes = ()
    throttle_free = True

    @extend_schema(
        summary="eBay's endpoint challenge",
        parameters=[OpenApiParameter("challenge_code", str, required=True)],
        responses={200: OpenApiResponse(description="challengeResponse: a SHA-256 in hex")},
    )
    def get(self, request: Request) -> HttpResponse:
        challenge = request.query_params.get("challenge_code") or request.query_params.get(
            "challengeCode", ""
        )
        if not challenge or len(challenge) > 500:
            raise InvalidInput(fields={"challenge_code": "It is missing."})
        answer = adapter_for(Channel.EBAY).challenge_answer(
            challenge=challenge, endpoint=webhook_endpoint(Channel.EBAY)
        )
        return JsonResponse({"challengeResponse": answer})

    @extend_schema(
        summary="eBay's notifications",
        request={"application/json": {"type": "object"}},
        responses={
            204: OpenApiResponse(description="Kept."),
            412: OpenApiResponse(description="The signature does not fit."),
        },
    )
    def post(self, request: Request) -> Response:
        # The raw bytes are what is signed: nothing may parse them first.
        raw = request._request  # noqa: SLF001 - DRF gives no other way to the unread body
        if int(raw.headers.get("Content-Length") or 0) > MOST_BYTES:
            raise TooLarge
        body = raw.body
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            services.webhook_receive(
                channel=Channel.EBAY,
                body=body,
                signature=raw.headers.get("X-Ebay-Signature", ""),
            )
        except ChannelError as error:
            # The key cannot be had now: eBay sends again.
            raise Unavailable(error.first.reason, retry_after=30) from error
        return Response(status=204)
