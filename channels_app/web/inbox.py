"""The inbox: what marketplaces told us, masked, with what became of it and a replay."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from channels_app import selectors, services
from channels_app.enums import InboxState
from channels_app.models import ChannelOrder, ChannelWebhookLog
from channels_app.services import replaying
from realtrack.core.rights import Right
from realtrack.core.web.access import requires
from realtrack.core.web.render import redirect, render_page

PAGE = 50
_STATES = (("", "All"), ("failed", "Failed"), ("waiting", "Waiting"), ("done", "Done"))


def page_number(request: HttpRequest) -> int:
    """The page asked for, 1 where that is nonsense."""
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isdigit() and len(text) < 6 else 1


@require_GET
@requires(Right.CHANNELS_VIEW)
def inbox(request: HttpRequest) -> HttpResponse:
    """Notifications or orders, newest first."""
    kind = "orders" if request.GET.get("kind") == "orders" else "notifications"
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:100]
    states = (("", "All"), *InboxState.choices) if kind == "orders" else _STATES
    state = state if state in dict(states) else ""
    page = page_number(request)
    part = slice((page - 1) * PAGE, page * PAGE + 1)
    rows: list[ChannelOrder] | list[ChannelWebhookLog]
    if kind == "orders":
        rows = list(selectors.inbox_orders(state=state, text=text)[part])
    else:
        rows = list(selectors.inbox_list(state=state, text=text)[part])
    context = {
        "kind": kind,
        "kinds": (("notifications", "Notifications"), ("orders", "Orders")),
        "states": states,
        "state": state,
        "q": text,
        "rows": rows[:PAGE],
        "has_next": len(rows) > PAGE,
        "page": page,
        "here": "inbox",
    }
    return render_page(request, "channels/inbox.html", context, partial="rows")


@require_GET
@requires(Right.CHANNELS_VIEW)
def notification(request: HttpRequest, log_id: uuid.UUID) -> HttpResponse:
    """One notification: its body masked, what became of it."""
    log = selectors.webhook_get(log_id)
    context = {
        "log": log,
        "body": replaying.webhook_body(log),
        "dry": request.session.pop(f"replay-{log.pk}", ""),
        "here": "inbox",
    }
    return render_page(request, "channels/notification.html", context)


@require_POST
@requires(Right.CHANNELS_MANAGE)
def replay(request: HttpRequest, log_id: uuid.UUID) -> HttpResponse:
    """Do a notification again, or say what that would do."""
    log = selectors.webhook_get(log_id)
    dry = request.POST.get("dry") == "1"
    outcome = services.webhook_replay(log_id=log.pk, dry=dry)
    if dry:
        request.session[f"replay-{log.pk}"] = outcome
    else:
        messages.success(request, outcome or "Done again.")
    return redirect(request, reverse("channels:notification", args=[log.pk]))


@require_GET
@requires(Right.CHANNELS_VIEW)
def order(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """One order as it was fetched, masked."""
    row = selectors.inbox_order_get(order_id)
    context = {"order": row, "body": replaying.order_body(row), "here": "inbox"}
    return render_page(request, "channels/inbox_order.html", context)


@require_POST
@requires(Right.CHANNELS_MANAGE)
def order_replay(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """Hand an order over again; it is taken once."""
    row = services.order_replay(order_id=order_id)
    messages.success(request, f"Order {row.external_order_id} is handed over again.")
    return redirect(request, reverse("channels:inbox-order", args=[row.pk]))
