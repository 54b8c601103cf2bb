"""Listings of an account that were made elsewhere: read, adopted, unlinked."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from channels_app import selectors, services
from channels_app.web.inbox import page_number
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page

PAGE = 50
_STATES = (
    ("open", "Open"),
    ("linked", "Adopted"),
    ("dismissed", "Not ours"),
    ("ended", "Ended"),
    ("", "All"),
)


@require_GET
@requires(Right.CHANNELS_VIEW)
def elsewhere(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """What was last read of the account."""
    account = selectors.connection_get(connection_id)
    state, text = request.GET.get("state", "open"), request.GET.get("q", "").strip()[:100]
    state = state if state in dict(_STATES) else "open"
    page = page_number(request)
    found = selectors.foreign_list(connection_id, state=state, text=text)
    rows = list(found[(page - 1) * PAGE : page * PAGE + 1])
    context = {
        "account": account,
        "rows": rows[:PAGE],
        "has_next": len(rows) > PAGE,
        "page": page,
        "state": state,
        "states": _STATES,
        "q": text,
    }
    return render_page(request, "channels/elsewhere.html", context, partial="rows")


@require_POST
@requires(Right.CHANNELS_MANAGE)
def read(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Start reading the account whole."""
    run = services.foreign_read_start(connection_id=connection_id, actor=actor_of(request))
    return redirect(request, reverse("runs:detail", args=[run.pk]))


@require_POST
@requires(Right.CHANNELS_MANAGE)
def adopt(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Adopt the chosen listings, or (all=1) everything that is open."""
    ids: list[uuid.UUID] | None = None
    if request.POST.get("all") != "1":
        ids = _ids(request)
    run = services.foreign_adopt(
        connection_id=connection_id, actor=actor_of(request), foreign_ids=ids
    )
    return redirect(request, reverse("runs:detail", args=[run.pk]))


@require_POST
@requires(Right.CHANNELS_MANAGE)
def dismiss(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Say that the chosen listings are not ours; what was linked is unlinked for good."""
    known = set(
        selectors.foreign_list(connection_id)
        .filter(pk__in=_ids(request))
        .values_list("pk", flat=True)
    )
    if not known:
        message = "These listings are not kept any more."
        raise NotFound(message)
    for one in known:
        services.foreign_dismiss(foreign_id=one, actor=actor_of(request))
    messages.success(request, f"{len(known)} are left alone from now on.")
    return redirect(request, reverse("channels:elsewhere", args=[connection_id]))


def _ids(request: HttpRequest) -> list[uuid.UUID]:
    try:
        found = [uuid.UUID(text) for text in request.POST.getlist("ids")]
    except ValueError as error:
        message = "Choose the listings again."
        raise InvalidInput(message) from error
    if not found:
        message = "Choose at least one listing."
        raise InvalidInput(message)
    return found
