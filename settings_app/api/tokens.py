"""Own sessions and personal API tokens over the API."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as fields
from rest_framework.request import Request
from rest_framework.response import Response

from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView
from realtrack.core.rights import Right
from settings_app import services, tokens
from settings_app.api import serializers


class TokenListView(ApiView):
    """Own API tokens."""

    rights = {"GET": Right.OWN_ACCOUNT, "POST": Right.OWN_ACCOUNT}

    @api_schema(
        response=inline_serializer("TokenList", {"tokens": serializers.TokenOut(many=True)}),
        summary="Own API tokens",
    )
    def get(self, request: Request) -> Response:
        del request
        return Response(
            {"tokens": serializers.TokenOut(tokens.tokens_of(self.user), many=True).data}
        )

    @api_schema(
        request=serializers.TokenIn,
        response=inline_serializer(
            "TokenMade", {"token": serializers.TokenOut(), "secret": fields.CharField()}
        ),
        status=201,
        summary="New API token; its secret is shown this once",
    )
    def post(self, request: Request) -> Response:
        del request
        row, secret = tokens.api_token_create(
            user=self.user, **self.body(serializers.TokenIn), actor=self.actor
        )
        return Response({"token": serializers.TokenOut(row).data, "secret": secret}, status=201)


class TokenView(ApiView):
    """One own API token."""

    rights = {"DELETE": Right.OWN_ACCOUNT}

    @api_schema(status=204, summary="Revoke an API token")
    def delete(self, request: Request, token_id: uuid.UUID) -> Response:
        del request
        tokens.api_token_revoke(user=self.user, token_id=token_id, actor=self.actor)
        return Response(status=204)


class SessionListView(ApiView):
    """Browsers signed in as oneself."""

    rights = {"GET": Right.OWN_ACCOUNT}

    @api_schema(
        response=inline_serializer("SessionList", {"sessions": serializers.SessionOut(many=True)}),
        summary="Own browser sessions",
    )
    def get(self, request: Request) -> Response:
        here = getattr(getattr(request, "session", None), "session_key", None) or ""
        rows = tokens.sessions_of(user=self.user, here=here)
        return Response({"sessions": serializers.SessionOut(rows, many=True).data})


class SessionView(ApiView):
    """One browser session of oneself."""

    rights = {"DELETE": Right.OWN_ACCOUNT}

    @api_schema(status=204, summary="Sign a browser out")
    def delete(self, request: Request, session_id: uuid.UUID) -> Response:
        del request
        tokens.session_end(user=self.user, session_id=session_id, actor=self.actor)
        return Response(status=204)


class SignOutEverywhereView(ApiView):
    """End every session and token of oneself, this one too."""

    rights = {"POST": Right.OWN_ACCOUNT}

    @api_schema(status=204, summary="Sign out everywhere")
    def post(self, request: Request) -> Response:
        del request
        services.user_sign_out_everywhere(user_id=self.user.pk, actor=self.actor)
        return Response(status=204)
