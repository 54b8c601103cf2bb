"""Every mark and state of the back office once, to look at."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from realtrack.core.rights import Right
from realtrack.core.web.access import requires
from realtrack.core.web.render import render_page


@require_GET
@requires(Right.OWN_ACCOUNT)
def kit(request: HttpRequest) -> HttpResponse:
    """The kit page."""
    return render_page(request, "kit.html", partial="drawer")
