"""Bearer tokens: a token of an older `token_version` (password change, reuse) is dead."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed

from settings_app import tokens
from settings_app.models import User
from settings_app.sign_in import VERSION_CLAIM


class BearerAuthentication(JWTAuthentication):
    """simplejwt's, plus the check of the user's token version, plus personal API tokens."""

    def authenticate(self, request: Any) -> Any:
        """Return (user, token); a personal API token lowers the user's role to its own."""
        header = self.get_header(request)
        raw = self.get_raw_token(header) if header else None
        if raw is None or not raw.startswith(tokens.PREFIX.encode()):
            return super().authenticate(request)
        user = tokens.api_token_user(raw.decode("ascii", "replace"))
        if user is None:
            raise AuthenticationFailed("This token is not valid.", code="token_not_valid")
        return user, raw

    def get_user(self, validated_token: Any) -> User:  # type: ignore[override]  # ours is the one user model
        user = cast(User, super().get_user(validated_token))
        if validated_token.get(VERSION_CLAIM) != user.token_version:
            raise AuthenticationFailed("This token was ended. Sign in again.", code="token_ended")
        return user


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # of the library
    """Tells OpenAPI of the scheme; drf-spectacular finds extensions by their being defined."""

    target_class = "settings_app.api.auth.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        del auto_schema
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT or rtp_…"}
