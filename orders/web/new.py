"""The page of an order by hand: parts by search or SKU, sums while typing, then the order."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inventory.selectors import stock_of
from listings.selectors import SearchRequest, listing_search, listings_in_order
from orders import asking, selectors, services
from orders.enums import Payment
from orders.sums import SumLine, order_sums
from orders.web.new_form import Draft, draft_read, sent_of
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, trigger, wants_fragment
from settings_app.catalog import shipping_profiles
from settings_app.selectors import setting_value

_FOUND = 6


@require_http_methods(["GET", "POST"])
@requires(Right.ORDERS_WORK)
def order_new(request: HttpRequest) -> HttpResponse:
    """The empty page (or with the buyer of an earlier order), and writing what was typed."""
    user = user_of(request)
    if request.method == "GET":
        typed = QueryDict(mutable=True)
        typed["key"] = str(uuid.uuid4())
        typed.update(_earlier_buyer(request))
        return _page(request, draft_read(typed, user=user))
    draft = draft_read(_untouched(request.POST), user=user)
    if not draft.lines:
        draft.faults["lines"] = "Add a part."
    if not draft.is_sound:
        return _page(request, _summed(draft), status=422)
    sent = sent_of(draft)
    try:
        order, is_new = services.order_create(
            asked=asking.order_of(sent, asking.lines_of(sent["lines"], user=user)),
            key=sent["key"],
            actor=actor_of(request),
        )
    except AppError as error:
        draft.faults.update(_in_words(error))
        return _page(request, _summed(draft), status=422)
    if is_new:
        messages.success(request, f"Order {order.external_order_id} is written.")
    return redirect(request, reverse("orders:detail", args=[order.pk]))


@require_POST
@requires(Right.ORDERS_WORK)
def new_lines(request: HttpRequest) -> HttpResponse:
    """The lines after one was added or removed."""
    draft = draft_read(request.POST, user=user_of(request))
    if not wants_fragment(request):
        return _page(request, _summed(draft))
    answer = _private(render_page(request, "orders/_new_lines.html", _context(draft)))
    # The form counts anew once the lines stand in the page.
    return trigger(answer, "counted")


@require_POST
@requires(Right.ORDERS_WORK)
def new_sums(request: HttpRequest) -> HttpResponse:
    """What the order comes to as typed; the fields stay as they are."""
    draft = _summed(draft_read(_untouched(request.POST), user=user_of(request)))
    return _private(render_page(request, "orders/_new_sums.html", _context(draft)))


@require_GET
@requires(Right.ORDERS_WORK)
def new_parts(request: HttpRequest) -> HttpResponse:
    """Parts by what was typed, with their stock."""
    words = request.GET.get("q", "").strip()[:100]
    parts: list[dict[str, Any]] = []
    if words:
        found = listing_search(SearchRequest(text=words, limit=_FOUND), user=user_of(request))
        stock = stock_of(found.ids)
        parts = [{"part": one, "stock": stock[one.pk]} for one in listings_in_order(found.ids)]
    return render_page(request, "orders/_new_parts.html", {"parts": parts, "words": words})


def _earlier_buyer(request: HttpRequest) -> dict[str, str]:
    """Who bought before, for who may see buyers; the look is logged."""
    try:
        key = uuid.UUID(request.GET.get("from", ""))
    except ValueError:
        return {}
    if not user_can(request.user, Right.BUYERS_VIEW):
        return {}
    order = selectors.order_get(key, user=user_of(request))
    buyer = services.order_buyer_view(order_id=order.pk, actor=actor_of(request))
    return {name: getattr(buyer, name) for name in asking.BUYER_FIELDS if name != "buyer_note"}


def _summed(draft: Draft) -> Draft:
    """Count what was typed, as far as it can be counted."""
    countable = [line for line in draft.lines if not line.fault or "free," in line.fault]
    if draft.form.errors or not draft.lines or len(countable) < len(draft.lines):
        return draft
    sent = sent_of(draft)
    lines = [
        SumLine(listing=line.listing, quantity=one["quantity"], unit_price=one["unit_price"])
        for line, one in zip(draft.lines, sent["lines"], strict=True)
    ]
    try:
        draft.sums = order_sums(lines=lines, freight=asking.freight_of(sent))
    except AppError as error:
        draft.faults.update(_in_words(error))
    return draft


def _in_words(error: AppError) -> dict[str, str]:
    """By field; what belongs to none stands above all."""
    if isinstance(error, InvalidInput) and error.fields:
        return {name: texts[0] for name, texts in error.fields.items()}
    return {"order": error.message}


def _untouched(typed: QueryDict) -> QueryDict:
    """The form without what changes the lines."""
    kept = typed.copy()
    for name in ("q", "add", "remove"):
        kept.pop(name, None)
    return kept


def _context(draft: Draft) -> dict[str, Any]:
    shown_at_field = {*draft.form.fields, "shipping_profile_id"} - {"key"}
    return {
        "draft": draft,
        "typed": draft.form.data,
        "faults": draft.faults,
        "others": [text for name, text in draft.faults.items() if name not in shown_at_field],
        "profiles": [("", "None"), *((str(one.pk), one.name) for one in _profiles())],
        "payments": [("", "Not said"), *Payment.choices],
        "currency": setting_value("general", "default_currency"),
        "included": setting_value("tax", "prices_include_tax"),
    }


def _profiles() -> list[Any]:
    return [one for one in shipping_profiles() if one.active]


def _page(request: HttpRequest, draft: Draft, *, status: int = 200) -> HttpResponse:
    return _private(render_page(request, "orders/order_new.html", _context(draft), status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """A shared computer must not bring the buyer back from its cache."""
    response["Cache-Control"] = "no-store"
    return response
