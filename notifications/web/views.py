"""The bell's list as a fragment, and the page of all notifications."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from notifications import selectors, services
from realtrack.core.rights import Right
from realtrack.core.web.access import requires, user_of
from realtrack.core.web.render import redirect, render_page

PAGE = 50


@require_GET
@requires(Right.NOTIFICATIONS_VIEW)
def notification_list(request: HttpRequest) -> HttpResponse:
    """All notifications of this person, newest first."""
    text = request.GET.get("page", "1")
    page = int(text) if text.isdigit() and int(text[:6]) > 0 else 1
    found = selectors.notifications_for(user_of(request), unread=bool(request.GET.get("unread")))
    rows = list(found[(page - 1) * PAGE : page * PAGE + 1])
    return render_page(
        request,
        "notifications/notification_list.html",
        {
            "notifications": rows[:PAGE],
            "page": page,
            "has_next": len(rows) > PAGE,
            "unread_only": bool(request.GET.get("unread")),
        },
        partial="rows",
    )


@require_GET
@requires(Right.NOTIFICATIONS_VIEW)
def bell(request: HttpRequest) -> HttpResponse:
    """The newest few, for the bell's drawer."""
    found = selectors.notifications_for(user_of(request))[:12]
    return render_page(request, "notifications/bell.html", {"notifications": found})


@require_POST
@requires(Right.NOTIFICATIONS_VIEW)
def open_one(request: HttpRequest, notification_id: uuid.UUID) -> HttpResponse:
    """Mark as read and go where it points."""
    user = user_of(request)
    found = selectors.notification_for(user, notification_id)
    services.notification_read(notification_id=notification_id, user=user)
    return redirect(request, found.action_url or reverse("notifications:list"))


@require_POST
@requires(Right.NOTIFICATIONS_VIEW)
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    services.notification_read_all(user=user_of(request))
    return redirect(request, reverse("notifications:list"))


@require_POST
@requires(Right.NOTIFICATIONS_VIEW)
def dismiss(request: HttpRequest, notification_id: uuid.UUID) -> HttpResponse:
    """Put one away."""
    services.notification_dismiss(notification_id=notification_id, user=user_of(request))
    return redirect(request, reverse("notifications:list"))
