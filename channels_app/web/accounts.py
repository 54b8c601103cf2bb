"""Pages of accounts: the list with health, one account, sign in, choose, test, disconnect."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from channels_app import selectors, services
from channels_app.adapters.base import ChannelError
from channels_app.adapters.registry import channels_known
from channels_app.enums import SyncStatus
from channels_app.models import ChannelConnection
from channels_app.services.connections import connection_usable, refused
from channels_app.web import windows
from channels_app.web.forms import LocationForm
from realtrack.core.errors import AppError
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

PAGE = 50
_KINDS = (
    ("fulfillment", "Shipping policy"),
    ("payment", "Payment policy"),
    ("return", "Return policy"),
)


@require_GET
@requires(Right.CHANNELS_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Accounts with their health, and the marketplaces that can be connected."""
    context = {
        "accounts": selectors.connection_health(),
        "known": channels_known(),
        "here": "accounts",
    }
    return windows.opens(render_page(request, "channels/index.html", context, partial="accounts"))


@require_GET
@requires(Right.CHANNELS_MANAGE)
def connect(request: HttpRequest, channel: str) -> HttpResponse:
    """Begin a sign-in and go to the marketplace's page; a link, because forms may not leave us."""
    begun = services.connection_start_oauth(channel=channel, user=user_of(request))
    answer = HttpResponseRedirect(begun.url)
    return windows.within(answer) if windows.begin(request) else answer


@require_GET
@requires(Right.CHANNELS_VIEW)
def signed_in(request: HttpRequest) -> HttpResponse:
    """The last page of a sign-in's own window; messages are left to the page that waits for it."""
    return windows.within(render(request, "channels/signed_in.html"))


@require_GET
@requires(Right.CHANNELS_VIEW)
def detail(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """One account: what is chosen, what is listed there, what it needs."""
    connection = selectors.connection_get(connection_id)
    return _detail(request, connection, form=LocationForm())


def _detail(
    request: HttpRequest, connection: ChannelConnection, *, form: LocationForm, status: int = 200
) -> HttpResponse:
    state = request.GET.get("status", "")
    state = state if state in SyncStatus.values else ""
    page = _page(request)
    found = selectors.channel_listings(
        user=user_of(request), connection_id=connection.pk, status=state
    )
    rows = list(found[(page - 1) * PAGE : page * PAGE + 1])
    health = next(
        (one for one in selectors.connection_health() if one.connection.pk == connection.pk), None
    )
    context: dict[str, Any] = {
        "account": connection,
        "health": health,
        "choices": _choices(connection),
        "problems": connection.options.get("problems") or [],
        "form": form,
        "rows": rows[:PAGE],
        "has_next": len(rows) > PAGE,
        "page": page,
        "state": state,
        "states": [("", "All"), *SyncStatus.choices],
        "checks": request.session.pop(f"channel-checks-{connection.pk}", None),
    }
    return windows.opens(
        render_page(request, "channels/detail.html", context, partial="rows", status=status)
    )


def _choices(connection: ChannelConnection) -> list[dict[str, Any]]:
    kinds = connection.options.get("kinds") or {}
    chosen = connection.settings.get("policies") or {}
    found = [
        {
            "name": f"policy_{kind}",
            "label": label,
            "value": chosen.get(kind, ""),
            "options": [("", "Choose"), *((one["id"], one["name"]) for one in kinds.get(kind, ()))],
        }
        for kind, label in _KINDS
    ]
    places = [(one["id"], one["name"]) for one in kinds.get("location", ())]
    value = connection.settings.get("locationKey") or ""
    found.append(
        {
            "name": "location_key",
            "label": "Ships from",
            "value": value,
            "options": [("", "Choose"), *places],
        }
    )
    return found


@require_POST
@requires(Right.CHANNELS_MANAGE)
def test(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Try the sign-in and each right; the answers are shown on the account's page."""
    selectors.connection_get(connection_id)
    checks = services.connection_test(connection_id=connection_id)
    request.session[f"channel-checks-{connection_id}"] = [
        {"name": one.name, "ok": one.ok, "detail": one.detail} for one in checks
    ]
    return redirect(request, reverse("channels:detail", args=[connection_id]))


@require_POST
@requires(Right.CHANNELS_MANAGE)
def choices_refresh(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Read policies and locations anew."""
    connection_usable(connection_id)
    try:
        services.connection_options_refresh(connection_id=connection_id)
    except ChannelError as error:
        raise refused(error) from error
    messages.success(request, "Policies and locations are read anew.")
    return redirect(request, reverse("channels:detail", args=[connection_id]))


@require_POST
@requires(Right.CHANNELS_MANAGE)
def choose(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Keep the chosen policies and location."""
    selectors.connection_get(connection_id)
    policies = {
        kind: request.POST[f"policy_{kind}"]
        for kind, _ in _KINDS
        if request.POST.get(f"policy_{kind}")
    }
    services.connection_configure(
        connection_id=connection_id,
        actor=actor_of(request),
        policies=policies,
        location_key=request.POST.get("location_key") or None,
    )
    messages.success(request, "The choices are kept.")
    return redirect(request, reverse("channels:detail", args=[connection_id]))


@require_POST
@requires(Right.CHANNELS_MANAGE)
def location(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Make a place that parts ship from."""
    connection = selectors.connection_get(connection_id)
    form = LocationForm(request.POST)
    if form.is_valid():
        try:
            services.connection_location_create(
                connection_id=connection_id, location=form.location(), actor=actor_of(request)
            )
        except AppError as error:
            form.add_error(None, error.message)
            for name, texts in error.fields.items():
                if name in form.fields:
                    form.add_error(name, texts)
    if form.errors:
        return _detail(request, connection, form=form, status=422)
    messages.success(request, "The location is made and chosen.")
    return redirect(request, reverse("channels:detail", args=[connection_id]))


@require_POST
@requires(Right.CHANNELS_MANAGE)
def disconnect(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Forget the account's tokens, after ending its listings where the person says so."""
    account = selectors.connection_get(connection_id)
    services.connection_disconnect(
        connection_id=connection_id,
        actor=actor_of(request),
        listings=request.POST.get("listings", "keep"),
    )
    messages.success(request, f"{account.label} is disconnected.")
    return redirect(request, reverse("channels:index"))


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isdigit() and len(text) < 6 else 1
