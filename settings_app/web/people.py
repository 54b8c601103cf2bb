"""Users, invitations, teams and rights of roles; for admins."""

from __future__ import annotations

import uuid
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page
from settings_app import links, selectors, services, teams
from settings_app.api.people import link_url, rights_table
from settings_app.enums import UserRole
from settings_app.web.forms import InviteForm, TeamForm, add_faults


def users_context(form: InviteForm | None = None) -> dict[str, Any]:
    """Return what the tab of users shows."""
    return {
        "users": selectors.user_list(),
        "roles": UserRole.choices,
        "form": form or InviteForm(),
        "invitations": links.invitations_open(),
        "teams": teams.teams(),
    }


@require_POST
@requires(Right.USERS_MANAGE)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a person; the link is mailed and shown once."""
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            link, token = links.user_invite(**form.cleaned_data, actor=actor_of(request))
        except InvalidInput as error:
            add_faults(form, error)
        else:
            return _link_page(request, link, token)
    return render_page(
        request,
        "settings_app/settings.html",
        {"tab": "users", "tabs": [("users", "Users")], **users_context(form)},
        partial="panel",
        status=422,
    )


@require_POST
@requires(Right.USERS_MANAGE)
def invitation_revoke(request: HttpRequest, link_id: uuid.UUID) -> HttpResponse:
    """End an invitation."""
    links.invitation_revoke(link_id=link_id, actor=actor_of(request))
    messages.success(request, "Invitation revoked.")
    return _back(request)


@require_POST
@requires(Right.USERS_MANAGE)
def reset_link(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Make a link by which a person sets a new password."""
    link, token = links.reset_link_make(user_id=user_id, actor=actor_of(request))
    return _link_page(request, link, token)


@require_POST
@requires(Right.USERS_MANAGE)
def user_change(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Change a role, shut or open an account."""
    actor = actor_of(request)
    if "role" in request.POST:
        services.user_role_set(user_id=user_id, role=request.POST["role"], actor=actor)
    elif request.POST.get("active") == "true":
        services.user_reactivate(user_id=user_id, actor=actor)
    elif request.POST.get("active") == "false":
        services.user_deactivate(user_id=user_id, actor=actor)
    return _back(request)


@require_GET
@requires(Right.USERS_MANAGE)
def rights(request: HttpRequest) -> HttpResponse:
    """The table of roles and rights."""
    rows = [
        (right, list(cells))
        for right, cells in groupby(rights_table(), key=lambda cell: cell["right"])
    ]
    return render_page(
        request, "settings_app/rights.html", {"rows": rows, "roles": UserRole.choices}
    )


@require_POST
@requires(Right.USERS_MANAGE)
def right_set(request: HttpRequest) -> HttpResponse:
    """Give a right to a role, or take it; the next request of everybody obeys."""
    role, right = request.POST.get("role", ""), request.POST.get("right", "")
    allowed = request.POST.get("allowed") == "true"
    services.role_right_set(role=role, right=right, allowed=allowed, actor=actor_of(request))
    done = "holds" if allowed else "has lost"
    messages.success(request, f"The role {role} {done} {right}.")
    return redirect(request, reverse("settings:rights"))


@require_http_methods(["GET", "POST"])
@requires(Right.USERS_MANAGE)
def team(request: HttpRequest, team_id: uuid.UUID | None = None) -> HttpResponse:
    """A new team, or one with its members."""
    found = None if team_id is None else teams.team_get(team_id)
    people = selectors.user_list()
    initial = {} if found is None else {"name": found.name}
    form = TeamForm(request.POST or None, initial=initial)
    form.fields["members"].choices = [  # type: ignore[attr-defined]  # a choice field
        (user.pk, user.label) for user in people
    ]
    if request.method == "POST" and form.is_valid():
        try:
            teams.team_save(
                team_id=team_id,
                name=form.cleaned_data["name"],
                member_ids=form.cleaned_data["members"],
                actor=actor_of(request),
            )
        except InvalidInput as error:
            add_faults(form, error)
        else:
            return _back(request)
    chosen = {user.pk for user in found.members.all()} if found else set()
    context = {"team": found, "form": form, "people": people, "chosen": chosen}
    status = 422 if form.is_bound else 200
    return render_page(request, "settings_app/team.html", context, status=status)


@require_POST
@requires(Right.USERS_MANAGE)
def team_delete(request: HttpRequest, team_id: uuid.UUID) -> HttpResponse:
    """Delete a team that no part carries."""
    teams.team_delete(team_id=team_id, actor=actor_of(request))
    messages.success(request, "Team deleted.")
    return _back(request)


def _link_page(request: HttpRequest, link: Any, token: str) -> HttpResponse:
    url = link_url(request, token)
    mailed = links.link_mail(link=link, url=url)
    context = {"link": link, "url": url, "mailed": mailed}
    return render_page(request, "settings_app/link_made.html", context)


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(request, f"{reverse('settings:index')}?tab=users")
