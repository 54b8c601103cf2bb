"""Invitations, resets, rights and teams over the API."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as fields
from rest_framework.request import Request
from rest_framework.response import Response

from realtrack.core.api.schema import api_schema
from realtrack.core.api.serializers import ListQuery
from realtrack.core.api.views import ApiView, page_of, request_ip
from realtrack.core.rights import FIXED_FOR_ADMIN, ROLE_RIGHTS, Right, Role, role_has
from settings_app import links, services, teams
from settings_app.api import serializers

_LINK_ANSWER = inline_serializer(
    "LinkAnswer",
    {
        "invitation": serializers.InvitationOut(),
        "url": fields.CharField(),
        "mailed": fields.BooleanField(),
    },
)


def link_url(request: Any, token: str) -> str:
    """Return the page's address where the link is used."""
    return str(request.build_absolute_uri(reverse("access-link", args=[token])))


class InvitationListView(ApiView):
    """Invitations that can still be taken; for admins."""

    rights = {"GET": Right.USERS_MANAGE, "POST": Right.USERS_MANAGE}

    @api_schema(
        query=ListQuery,
        response=inline_serializer(
            "InvitationList",
            {
                "invitations": serializers.InvitationOut(many=True),
                "total": fields.IntegerField(),
                "limit": fields.IntegerField(),
                "offset": fields.IntegerField(),
            },
        ),
        summary="Open invitations",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(ListQuery)
        found = links.invitations_open()
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = serializers.InvitationOut(rows, many=True).data
        return page_of("invitations", data, total=found.count(), query=query)

    @api_schema(
        request=serializers.InvitationIn, response=_LINK_ANSWER, status=201, summary="Invite"
    )
    def post(self, request: Request) -> Response:
        link, token = links.user_invite(**self.body(serializers.InvitationIn), actor=self.actor)
        return _link_answer(request, link, token)


class InvitationView(ApiView):
    """One invitation; for admins."""

    rights = {"DELETE": Right.USERS_MANAGE}

    @api_schema(status=204, summary="Revoke an invitation")
    def delete(self, request: Request, link_id: uuid.UUID) -> Response:
        del request
        links.invitation_revoke(link_id=link_id, actor=self.actor)
        return Response(status=204)


class ResetLinkView(ApiView):
    """A link by which a person sets a new password; for admins."""

    rights = {"POST": Right.USERS_MANAGE}

    @api_schema(response=_LINK_ANSWER, status=201, summary="Make a reset link")
    def post(self, request: Request, user_id: uuid.UUID) -> Response:
        link, token = links.reset_link_make(user_id=user_id, actor=self.actor)
        return _link_answer(request, link, token)


class AcceptLinkView(ApiView):
    """Use an invitation or a reset link; it carries its own right."""

    rights = {"POST": None}
    authentication_classes = ()
    endpoint_rates = {"POST": "20/minute"}

    @api_schema(
        request=serializers.AcceptIn,
        response=inline_serializer("Accepted", {"user": serializers.UserOut()}),
        summary="Use an invitation or reset link",
    )
    def post(self, request: Request) -> Response:
        user = links.link_accept(**self.body(serializers.AcceptIn), ip=request_ip(request))
        return Response({"user": serializers.UserOut(user).data})


class RightsView(ApiView):
    """Which role may do what; for admins."""

    rights = {"GET": Right.USERS_MANAGE, "PUT": Right.USERS_MANAGE}

    @api_schema(
        response=inline_serializer("RightsTable", {"rights": serializers.RightOut(many=True)}),
        summary="Rights of the roles",
    )
    def get(self, request: Request) -> Response:
        del request
        return Response({"rights": serializers.RightOut(rights_table(), many=True).data})

    @api_schema(
        request=serializers.RightIn,
        response=inline_serializer("RightSet", {"rights": serializers.RightOut(many=True)}),
        summary="Give a right to a role, or take it",
    )
    def put(self, request: Request) -> Response:
        del request
        services.role_right_set(**self.body(serializers.RightIn), actor=self.actor)
        return Response({"rights": serializers.RightOut(rights_table(), many=True).data})


def rights_table() -> list[dict[str, Any]]:
    """Return each role and right: whether it holds, holds by default, and can be changed."""
    return [
        {
            "role": role.value,
            "right": right.value,
            "allowed": role_has(role.value, right),
            "by_default": right in ROLE_RIGHTS[role],
            "fixed": role is Role.ADMIN and right in FIXED_FOR_ADMIN,
        }
        for right in Right
        for role in Role
    ]


class TeamListView(ApiView):
    """Teams; all who see settings read them, admins make them."""

    rights = {"GET": Right.SETTINGS_VIEW, "POST": Right.USERS_MANAGE}

    @api_schema(
        query=ListQuery,
        response=inline_serializer(
            "TeamList",
            {
                "teams": serializers.TeamOut(many=True),
                "total": fields.IntegerField(),
                "limit": fields.IntegerField(),
                "offset": fields.IntegerField(),
            },
        ),
        summary="Teams",
    )
    def get(self, request: Request) -> Response:
        del request
        query = self.query(ListQuery)
        found = teams.teams()
        rows = found[query["offset"] : query["offset"] + query["limit"]]
        data = serializers.TeamOut(rows, many=True).data
        return page_of("teams", data, total=found.count(), query=query)

    @api_schema(
        request=serializers.TeamIn,
        response=inline_serializer("TeamMade", {"team": serializers.TeamOut()}),
        status=201,
        summary="New team",
    )
    def post(self, request: Request) -> Response:
        del request
        team = teams.team_save(team_id=None, **self.body(serializers.TeamIn), actor=self.actor)
        return Response({"team": serializers.TeamOut(team).data}, status=201)


class TeamView(ApiView):
    """One team; for admins."""

    rights = {"PUT": Right.USERS_MANAGE, "DELETE": Right.USERS_MANAGE}

    @api_schema(
        request=serializers.TeamIn,
        response=inline_serializer("TeamChangedAnswer", {"team": serializers.TeamOut()}),
        summary="Change a team and its members",
    )
    def put(self, request: Request, team_id: uuid.UUID) -> Response:
        del request
        data = self.body(serializers.TeamIn)
        team = teams.team_save(team_id=team_id, **data, actor=self.actor)
        return Response({"team": serializers.TeamOut(team).data})

    @api_schema(status=204, summary="Delete a team that no part carries")
    def delete(self, request: Request, team_id: uuid.UUID) -> Response:
        del request
        teams.team_delete(team_id=team_id, actor=self.actor)
        return Response(status=204)


def _link_answer(request: Request, link: Any, token: str) -> Response:
    url = link_url(request, token)
    mailed = links.link_mail(link=link, url=url)
    data = {"invitation": serializers.InvitationOut(link).data, "url": url, "mailed": mailed}
    return Response(data, status=201)
