"""The versions of a part, what machines propose, and its description as buyers see it."""

from __future__ import annotations

import uuid

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from listings import selectors, services
from listings.descriptions import description_safe
from listings.selectors.timeline import compare, timeline
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page


@require_GET
@requires(Right.LISTINGS_VIEW)
def history(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Every version with what it changed; any two can be compared, any restored."""
    listing = selectors.listing_get_any(listing_id, user=user_of(request))
    first, second = _number(request, "from"), _number(request, "to")
    versions = list(selectors.revisions_of(listing.pk).values_list("version", flat=True)[:500])
    context = {
        "listing": listing,
        "entries": timeline(listing.pk, limit=200),
        "versions": versions,
        # Before anything is chosen the newest stands beside the one before it.
        "from_version": first or next(iter(versions[1:]), None),
        "to_version": second or next(iter(versions), None),
        "first": first,
        "second": second,
        "compared": compare(listing.pk, first, second) if first and second else None,
        "either": [one for one in dict.fromkeys((first, second)) if one != listing.version],
        "readonly": not user_can(request.user, Right.LISTINGS_EDIT),
    }
    return render_page(request, "listings/history.html", context)


@require_POST
@requires(Right.LISTINGS_EDIT)
def revision_restore(request: HttpRequest, listing_id: uuid.UUID, revision: int) -> HttpResponse:
    """Bring back what it was, as a new version on top."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    saved = services.listing_revision_restore(
        listing_id=listing_id,
        revision_version=revision,
        version=listing.version,
        actor=actor_of(request),
    )
    undo = reverse("listings:revision-restore", args=[listing_id, listing.version])
    text = f"Version {revision} is back, as version {saved.version}."
    messages.success(request, text, extra_tags=undo)
    return redirect(request, reverse("listings:edit", args=[listing_id]))


@require_POST
@requires(Right.LISTINGS_EDIT)
def proposal(request: HttpRequest, proposal_id: uuid.UUID, verdict: str) -> HttpResponse:
    """Take or drop what a machine proposes."""
    found = selectors.proposal_get(proposal_id, user=user_of(request))
    if verdict == "take":
        services.proposal_take(proposal_id=proposal_id, actor=actor_of(request))
    else:
        services.proposal_drop(proposal_id=proposal_id, actor=actor_of(request))
    return redirect(request, reverse("listings:edit", args=[found.listing_id]))


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdigit() and len(text) < len("1000000000") else 0


@require_GET
@requires(Right.LISTINGS_VIEW)
@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]  # its type knows no ids in addresses
    {
        "default-src": [NONE],
        # A seller's design brings its own styles and pictures; nothing in it runs.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "https:", "data:"],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups"],
    }
)
def description(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The description alone, cleaned, as a marketplace shows it; stands in a frame."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    context = {"listing": listing, "html": description_safe(listing.description)}
    return render(request, "listings/description.html", context)


@require_GET
@requires(Right.LISTINGS_VIEW)
def preview(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The drawer with the description in its frame."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    return render_page(request, "listings/_description.html", {"listing": listing})
