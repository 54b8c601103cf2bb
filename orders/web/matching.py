"""Lines without a part, and the search that finds it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from listings.models import Listing
from listings.selectors import SearchRequest, listing_search, listings_in_order
from orders import selectors, services
from orders.web.forms import MatchForm
from realtrack.core.errors import AppError
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

PAGE = 50
_CANDIDATES = 5


@require_GET
@requires(Right.ORDERS_VIEW)
def unmatched(request: HttpRequest) -> HttpResponse:
    """Lines that wait for a person to say which part they are."""
    found = selectors.unmatched_items(user=user_of(request))
    total = found.count()
    text = request.GET.get("page", "")
    page = min(max(1, int(text) if text.isdigit() else 1), max(1, -(-total // PAGE)))
    rows = found[(page - 1) * PAGE : page * PAGE]
    return render_page(
        request, "orders/unmatched.html", {"rows": rows, "total": total, "page": page}
    )


@require_GET
@requires(Right.ORDERS_WORK)
def candidates(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Parts that the line may be, by what was typed or else by its own words."""
    user = user_of(request)
    item = selectors.item_get(item_id, user=user)
    words = request.GET.get("q", "").strip()[:100] or item.sku or item.title[:80]
    page = listing_search(SearchRequest(text=words, limit=_CANDIDATES), user=user)
    if not page.ids and item.title:
        page = listing_search(SearchRequest(text=item.title[:80], limit=_CANDIDATES), user=user)
    context = {"item": item, "parts": listings_in_order(page.ids), "words": words}
    return render_page(request, "orders/_candidates.html", context)


@require_POST
@requires(Right.ORDERS_WORK)
def match(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Say which part the line is; back to where it was said."""
    user = user_of(request)
    item = selectors.item_get(item_id, user=user)
    form = MatchForm(request.POST)
    back = reverse("orders:detail", args=[item.order_id])
    if not form.is_valid():
        messages.error(request, "That is no part.")
        return redirect(request, back)
    parts = Listing.objects.visible_to(user)
    if form.cleaned_data["listing_id"]:
        part = parts.filter(pk=form.cleaned_data["listing_id"]).first()
    else:
        part = parts.filter(custom_label_sku__iexact=form.cleaned_data["sku"].strip()).first()
    if part is None:
        messages.error(request, f"No part has the SKU {form.cleaned_data['sku']}.")
        return redirect(request, back)
    try:
        services.order_line_match(item_id=item_id, listing_id=part.pk, actor=actor_of(request))
    except AppError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The line is {part.custom_label_sku} now.")
    return redirect(request, back)
