"""The sync board: what is owed, by age, with the reason and a retry; orders that were parked."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from channels_app import selectors, services
from channels_app.adapters.base import ChannelError
from channels_app.models import ChannelOrder
from channels_app.services.connections import refused
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.rights import Right
from realtrack.core.web.access import requires, user_of
from realtrack.core.web.render import redirect, render_page

PAGE = 50
_STATES = (("", "All"), ("blocked", "Need you"), ("due", "On their way"))


@require_GET
@requires(Right.CHANNELS_VIEW)
def sync(request: HttpRequest) -> HttpResponse:
    """What is owed, oldest first."""
    state = request.GET.get("state", "")
    text = request.GET.get("page", "1")
    page = max(1, int(text)) if text.isdigit() and len(text) < 6 else 1
    found = selectors.owed_list(user=user_of(request), state=state)
    rows = list(found[(page - 1) * PAGE : page * PAGE + 1])
    blocked = selectors.owed_list(user=user_of(request), state="blocked").count()
    context = {
        "rows": rows[:PAGE],
        "has_next": len(rows) > PAGE,
        "page": page,
        "total": found.count(),
        "blocked": blocked,
        "state": state,
        "states": _STATES,
        "parked": selectors.orders_parked()[:20],
        "accounts": selectors.connection_health(),
        "counts": selectors.owed_counts(),
        "here": "owed",
    }
    return render_page(request, "channels/sync.html", context, partial="rows")


@require_POST
@requires(Right.CHANNELS_PUBLISH)
def retry(request: HttpRequest) -> HttpResponse:
    """Send the chosen debts now."""
    try:
        ids = [int(text) for text in request.POST.getlist("ids")]
    except ValueError as error:
        message = "Choose the rows again."
        raise InvalidInput(message) from error
    seen = selectors.owed_list(user=user_of(request)).filter(pk__in=ids)
    count = services.owed_retry(owed_ids=list(seen.values_list("pk", flat=True)))
    messages.success(request, f"{count} are sent again.")
    return redirect(request, reverse("channels:sync"))


@require_POST
@requires(Right.CHANNELS_PUBLISH)
def sync_now(request: HttpRequest) -> HttpResponse:
    """Send quantity and price of everything live again."""
    count = services.sync_request()
    messages.success(request, f"Quantity and price of {count} listings are sent again.")
    return redirect(request, reverse("channels:sync"))


@require_POST
@requires(Right.CHANNELS_MANAGE)
def order_retry(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """Read a parked order from the marketplace again."""
    if not ChannelOrder.objects.filter(pk=order_id).exists():
        message = "This order is not in the inbox any more."
        raise NotFound(message)
    try:
        row = services.order_reread(order_id=order_id)
    except ChannelError as error:
        raise refused(error) from error
    messages.success(request, f"Order {row.external_order_id}: {row.get_state_display().lower()}.")
    return redirect(request, reverse("channels:sync"))
