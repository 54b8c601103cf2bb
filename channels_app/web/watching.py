"""Limits of calls, and what marketplaces show otherwise than it was sent."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from channels_app import selectors, services
from channels_app.adapters.base import ChannelError
from channels_app.enums import Channel, DriftField
from channels_app.services.connections import refused
from channels_app.services.drift import ASK, OURS, THEIRS, drift_minutes, owner_of
from channels_app.web.inbox import page_number
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page

PAGE = 50
_OWNERS = ((ASK, "Ask me"), (OURS, "RealTrack"), (THEIRS, "The marketplace"))
_OWNED = (DriftField.PRICE, DriftField.TITLE)


@require_GET
@requires(Right.CHANNELS_VIEW)
def limits(request: HttpRequest) -> HttpResponse:
    """Each API's limit: used, left, until when."""
    found = [
        {"title": Channel(channel).label, "rows": rows}
        for channel, rows in services.limits_shown().items()
    ]
    context = {"marketplaces": found, "here": "limits"}
    return render_page(request, "channels/limits.html", context, partial="rows")


@require_POST
@requires(Right.CHANNELS_MANAGE)
def limits_ask(request: HttpRequest) -> HttpResponse:
    """Ask the marketplaces what is left."""
    try:
        count = services.limits_read()
    except ChannelError as error:
        raise refused(error) from error
    messages.success(request, f"{count} limits are read.")
    return redirect(request, reverse("channels:limits"))


@require_GET
@requires(Right.CHANNELS_VIEW)
def drift(request: HttpRequest) -> HttpResponse:
    """What differs there, both values, who owns which field, minutes by day."""
    is_open = request.GET.get("state", "open") != "closed"
    page = page_number(request)
    rows = list(selectors.drift_list(is_open=is_open)[(page - 1) * PAGE : page * PAGE + 1])
    accounts = [
        {
            "account": one,
            "fields": [
                {"field": field, "label": field.label, "owner": owner_of(one, field)}
                for field in _OWNED
            ],
        }
        for one in selectors.connection_list()
    ]
    context = {
        "rows": rows[:PAGE],
        "has_next": len(rows) > PAGE,
        "page": page,
        "state": "open" if is_open else "closed",
        "states": (("open", "Open"), ("closed", "Decided")),
        "accounts": accounts,
        "owners": _OWNERS,
        "minutes": drift_minutes(),
        "here": "drift",
    }
    return render_page(request, "channels/drift.html", context, partial="rows")


@require_POST
@requires(Right.CHANNELS_PUBLISH)
def drift_keep(request: HttpRequest, drift_id: int) -> HttpResponse:
    """Decide one difference."""
    keep = request.POST.get("keep", "")
    services.drift_close(drift_id=drift_id, keep=keep, actor=actor_of(request))
    text = "Ours is sent again." if keep == OURS else "Theirs is kept for this account."
    messages.success(request, text)
    return redirect(request, reverse("channels:drift"))


@require_POST
@requires(Right.CHANNELS_MANAGE)
def drift_owner(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Choose who owns a field on an account."""
    selectors.connection_get(connection_id)
    for field in _OWNED:
        owner = request.POST.get(f"owner_{field.value}")
        if owner:
            services.owner_set(
                connection_id=connection_id, field=field, owner=owner, actor=actor_of(request)
            )
    messages.success(request, "The choices are kept.")
    return redirect(request, reverse("channels:drift"))
