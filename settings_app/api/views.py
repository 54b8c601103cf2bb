"""Sign-in, users and settings over the API."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as fields
from rest_framework.request import Request
from rest_framework.response import Response

from realtrack.core.actors import Actor
from realtrack.core.api.schema import api_schema
from realtrack.core.api.views import ApiView, page_of, request_ip
from realtrack.core.rights import Right
from settings_app import secret_tests, selectors, services, sign_in
from settings_app.api import serializers
from settings_app.definitions import CATEGORIES
from settings_app.errors import UnknownCategory


class LoginView(ApiView):
    """E-mail and password for a pair of tokens."""

    rights = {"POST": None}
    authentication_classes = ()
    endpoint_rates = {"POST": "60/minute"}

    @api_schema(request=serializers.LoginIn, response=serializers.LoginOut, summary="Sign in")
    def post(self, request: Request) -> Response:
        data = self.body(serializers.LoginIn)
        user = sign_in.sign_in_check(
            request=request._request,  # noqa: SLF001 - axes needs Django's own request
            email=data["email"],
            password=data["password"],
        )
        pair = sign_in.tokens_issue(user)
        services.user_signed_in(
            user_id=user.pk, actor=Actor.person(user, ip=request_ip(request)), way="api"
        )
        return Response(_login_body(user, pair))


class RefreshView(ApiView):
    """A refresh token for a new pair; the old one ends."""

    rights = {"POST": None}
    authentication_classes = ()

    @api_schema(request=serializers.RefreshIn, response=serializers.LoginOut, summary="Refresh")
    def post(self, request: Request) -> Response:
        del request
        user, pair = sign_in.tokens_refresh(self.body(serializers.RefreshIn)["refresh_token"])
        return Response(_login_body(user, pair))


class LogoutView(ApiView):
    """End a refresh token."""

    rights = {"POST": Right.OWN_ACCOUNT}

    @api_schema(request=serializers.RefreshIn, status=204, summary="Sign out")
    def post(self, request: Request) -> Response:
        del request
        sign_in.tokens_revoke(self.body(serializers.RefreshIn)["refresh_token"])
        return Response(status=204)


class RegisterView(ApiView):
    """Make a user; for admins."""

    rights = {"POST": Right.USERS_MANAGE}

    @api_schema(
        request=serializers.RegisterIn,
        response=inline_serializer("UserAnswer", {"user": serializers.UserOut()}),
        status=201,
        summary="Make a user",
    )
    def post(self, request: Request) -> Response:
        del request
        user = services.user_create(**self.body(serializers.RegisterIn), actor=self.actor)
        return Response({"user": serializers.UserOut(user).data}, status=201)


class MeView(ApiView):
    """Who am I."""

    rights = {"GET": Right.OWN_ACCOUNT, "PATCH": Right.OWN_ACCOUNT}

    @api_schema(
        response=inline_serializer("Me", {"user": serializers.UserOut()}),
        summary="Own account",
    )
    def get(self, request: Request) -> Response:
        del request
        return Response({"user": serializers.UserOut(self.user).data})

    @api_schema(
        request=serializers.ProfileIn,
        response=inline_serializer("MeChanged", {"user": serializers.UserOut()}),
        summary="Change the own name",
    )
    def patch(self, request: Request) -> Response:
        del request
        data = self.body(serializers.ProfileIn)
        user = services.user_profile_set(user_id=self.user.pk, **data, actor=self.actor)
        return Response({"user": serializers.UserOut(user).data})


class PasswordView(ApiView):
    """Change the own password; every token and session ends."""

    rights = {"POST": Right.OWN_ACCOUNT}
    endpoint_rates = {"POST": "10/minute"}

    @api_schema(
        request=serializers.PasswordIn,
        response=serializers.LoginOut,
        summary="Change password",
    )
    def post(self, request: Request) -> Response:
        del request
        data = self.body(serializers.PasswordIn)
        user = services.user_password_change(user_id=self.user.pk, actor=self.actor, **data)
        return Response(_login_body(user, sign_in.tokens_issue(user)))


class UserListView(ApiView):
    """Users; for admins."""

    rights = {"GET": Right.USERS_MANAGE}

    @api_schema(
        query=serializers.UserListQuery,
        response=inline_serializer(
            "UserList",
            {
                "users": serializers.UserOut(many=True),
                "total": fields.IntegerField(),
                "limit": fields.IntegerField(),
                "offset": fields.IntegerField(),
            },
        ),
        summary="Users",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(serializers.UserListQuery)
        found = selectors.user_list()
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        return page_of(
            "users",
            serializers.UserOut(rows, many=True).data,
            total=found.count(),
            query=query,
        )


class UserView(ApiView):
    """Change a user's role, shut or open the account; for admins."""

    rights = {"PATCH": Right.USERS_MANAGE}

    @api_schema(
        request=serializers.UserChangeIn,
        response=inline_serializer("UserChanged", {"user": serializers.UserOut()}),
        summary="Change a user",
    )
    def patch(self, request: Request, user_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.UserChangeIn)
        user = selectors.user_get(user_id)
        if "role" in data:
            user = services.user_role_set(user_id=user_id, role=data["role"], actor=self.actor)
        if "active" in data:
            change = services.user_reactivate if data["active"] else services.user_deactivate
            user = change(user_id=user_id, actor=self.actor)
        return Response({"user": serializers.UserOut(user).data})


_SETTINGS_OUT = inline_serializer(
    "Settings", {"settings": fields.DictField(child=fields.DictField())}
)


class SettingsView(ApiView):
    """All settings by category."""

    rights = {"GET": Right.SETTINGS_VIEW}

    @api_schema(response=_SETTINGS_OUT, summary="All settings")
    def get(self, request: Request) -> Response:
        del request
        return Response({"settings": selectors.settings_of()})


class SettingsCategoryView(ApiView):
    """The settings of a category."""

    rights = {"GET": Right.SETTINGS_VIEW}

    @api_schema(response=_SETTINGS_OUT, summary="Settings of a category")
    def get(self, request: Request, category: str) -> Response:
        del request
        if category not in CATEGORIES:
            raise UnknownCategory(category)
        return Response({"settings": selectors.settings_of(category)})


class SettingView(ApiView):
    """Change one setting."""

    rights = {"PUT": Right.SETTINGS_EDIT}

    @api_schema(
        request=serializers.SettingIn,
        response=inline_serializer("SettingAnswer", {"setting": serializers.SettingOut()}),
        summary="Change a setting",
    )
    def put(self, request: Request, category: str, key: str) -> Response:
        del request
        definition = selectors.setting_definition(category, key)
        services.check_may_change(definition, self.user)
        services.setting_set(
            category=category,
            key=key,
            value=self.body(serializers.SettingIn)["value"],
            actor=self.actor,
        )
        return Response({"setting": selectors.settings_of(category)[category][key]})


class SettingHistoryView(ApiView):
    """Who changed a setting, from what to what; any old value can be put back."""

    rights = {"GET": Right.SETTINGS_VIEW, "POST": Right.SETTINGS_EDIT}

    @api_schema(
        response=inline_serializer(
            "SettingHistory", {"changes": serializers.HistoryOut(many=True)}
        ),
        summary="History of a setting",
    )
    def get(self, request: Request, category: str, key: str) -> Response:
        del request
        rows = selectors.setting_history(category, key)
        return Response({"changes": serializers.HistoryOut(rows, many=True).data})

    @api_schema(
        request=serializers.PutBackIn,
        response=inline_serializer("PutBackAnswer", {"setting": serializers.SettingOut()}),
        summary="Put back the value before a change",
    )
    def post(self, request: Request, category: str, key: str) -> Response:
        del request
        definition = selectors.setting_definition(category, key)
        services.check_may_change(definition, self.user)
        change_id = self.body(serializers.PutBackIn)["change_id"]
        services.setting_put_back(category=category, key=key, change_id=change_id, actor=self.actor)
        return Response({"setting": selectors.settings_of(category)[category][key]})


class SecretTestView(ApiView):
    """Try the key that is stored; for admins."""

    rights = {"POST": Right.KEYS_MANAGE}
    endpoint_rates = {"POST": "10/minute"}

    @api_schema(
        response=inline_serializer("SecretTested", {"test": serializers.SecretTestOut()}),
        summary="Test a key",
    )
    def post(self, request: Request, category: str, key: str) -> Response:
        del request
        result = secret_tests.secret_test(category=category, key=key, actor=self.actor)
        return Response({"test": serializers.SecretTestOut(result).data})


def _login_body(user: Any, pair: sign_in.TokenPair) -> dict[str, Any]:
    return {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "user": serializers.UserOut(user).data,
    }
