"""Pages of orders: the list by step, one order, lines without a part."""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from channels_app.enums import CancelState
from inventory.selectors import bins_of
from orders import sealing, selectors, services
from orders.enums import CHANNELS, TO_SHIP, OrderStatus, Step
from orders.models import Order, OrderItem
from orders.sums import rate_words
from orders.transitions import allowed_from
from orders.web.forms import MoveForm, ShipForm
from orders.words import event_icon, event_words
from realtrack.core import registry
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.registry import PhotoRef
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

PAGE = 50
MAX_CHOSEN = 500
_WORK = (Step.PAY, Step.PICK, Step.PACK, Step.SHIP)
_STEP_WORDS = {
    Step.PAY: "To confirm",
    Step.PICK: "To pick",
    Step.PACK: "To pack",
    Step.SHIP: "To ship",
    Step.DONE: "Shipped",
    Step.ENDED: "Cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An order as the list shows it."""

    order: Order
    items: Sequence[OrderItem]
    bins: Sequence[str]
    photo_url: str

    @property
    def title(self) -> str:
        """The first line's title."""
        return self.items[0].title if self.items else ""

    @property
    def more(self) -> int:
        """Lines beside the first."""
        return max(0, len(self.items) - 1)

    @property
    def is_late(self) -> bool:
        """True when it should have left."""
        due = self.order.ship_by
        return bool(due and due < timezone.now() and self.order.status in TO_SHIP)

    @property
    def is_short(self) -> bool:
        """True when a line was sold twice."""
        return any(item.shortfall for item in self.items)

    @property
    def is_unmatched(self) -> bool:
        """True when a line has no part."""
        return any(item.listing_id is None for item in self.items)

    @property
    def tone(self) -> str:
        """The row's state as a class."""
        if self.is_late or self.is_short:
            return "bad"
        if self.is_unmatched or self.order.cancel_state == CancelState.REQUESTED:
            return "warn"
        return "gone" if self.order.status == OrderStatus.CANCELLED else ""


@require_GET
@requires(Right.ORDERS_VIEW)
def order_list(request: HttpRequest) -> HttpResponse:
    """Orders by step; the URL holds search, filters and page."""
    user = user_of(request)
    step = request.GET.get("step", "")
    search = selectors.Search(
        step=step,
        channel=request.GET.get("channel", ""),
        words=request.GET.get("q", "").strip()[:200],
        since=_day(request.GET.get("since", "")),
        until=_day(request.GET.get("until", "")),
        late=request.GET.get("late") == "1",
        unmatched=request.GET.get("unmatched") == "1",
        short=request.GET.get("short") == "1",
    )
    found = selectors.order_list(user=user, search=search)
    if step in _WORK:
        found = selectors.by_urgency(found)
    total = found.count()
    page = min(_number(request.GET.get("page", "")), max(1, -(-total // PAGE)))
    orders = list(found.prefetch_related("items")[(page - 1) * PAGE : page * PAGE])
    counts = selectors.step_counts(user=user)
    context = {
        "rows": _rows(orders),
        "total": total,
        "page": page,
        "step": step,
        "query": search.words,
        "tokens": _tokens(request, search),
        "steps": [("", "All"), *((one, _STEP_WORDS[one], counts[one]) for one in Step)],
        "is_filtered": bool(search.words or search.channel or search.late or step),
        "address": request.get_full_path(),
    }
    return render_page(request, "orders/order_list.html", context, partial="results")


@require_GET
@requires(Right.ORDERS_VIEW)
def order_detail(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """One order: next step, lines with their bins, buyer, money, what happened."""
    return _detail(request, order_id)


@require_POST
@requires(Right.ORDERS_WORK)
def order_move(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """The button of the next step, or cancel."""
    order = selectors.order_get(order_id, user=user_of(request))
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _detail(request, order_id, fault="That is no step of an order.", status=422)
    to, version = form.cleaned_data["to"], form.cleaned_data["version"]
    try:
        if to == "packed":
            services.order_pack(order_id=order_id, version=version, actor=actor_of(request))
        else:
            services.order_transition(
                order_id=order_id,
                to=to,
                version=version,
                reason=form.cleaned_data["reason"],
                actor=actor_of(request),
            )
    except AppError as error:
        return _detail(request, order_id, fault=error.message, status=error.status)
    messages.success(request, f"Order {order.external_order_id}: {_done_words(to)}.")
    return redirect(request, reverse("orders:detail", args=[order_id]))


@require_POST
@requires(Right.ORDERS_WORK)
def orders_pick(request: HttpRequest) -> HttpResponse:
    """The chosen orders are picked; those that are not to be picked stay and are counted."""
    texts = request.POST.getlist("ids")[:MAX_CHOSEN]
    chosen = selectors.visible_to(user_of(request)).filter(pk__in=_ids(texts))
    picked = refused = 0
    for order_id in chosen.order_by("pk").values_list("pk", flat=True):
        try:
            services.order_transition(
                order_id=order_id, to=OrderStatus.PROCESSING, actor=actor_of(request)
            )
        except AppError:
            refused += 1
        else:
            picked += 1
    rest = f" {refused} not to be picked and left." if refused else ""
    messages.success(request, f"{picked} picked.{rest}")
    return redirect(request, f"{reverse('orders:list')}?step={Step.PACK.value}")


@require_POST
@requires(Right.ORDERS_WORK)
def order_ship(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """Ship with carrier and number, or correct them."""
    order = selectors.order_get(order_id, user=user_of(request))
    form = ShipForm(request.POST)
    if not form.is_valid():
        return _detail(request, order_id, fault="The number is too long.", status=422)
    try:
        services.order_ship(
            order_id=order_id,
            tracking_number=form.cleaned_data["tracking_number"],
            carrier=form.cleaned_data["tracking_carrier"],
            version=form.cleaned_data["version"],
            actor=actor_of(request),
        )
    except AppError as error:
        return _detail(request, order_id, fault=_sentence(error), status=error.status)
    messages.success(request, f"Order {order.external_order_id} shipped.")
    return redirect(request, reverse("orders:detail", args=[order_id]))


@require_POST
@requires(Right.BUYERS_VIEW)
def order_buyer(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """The buyer in the clear; the look is logged."""
    order = selectors.order_get(order_id, user=user_of(request))
    buyer = services.order_buyer_view(order_id=order.pk, actor=actor_of(request))
    response = render_page(request, "orders/_buyer.html", {"order": order, "buyer": buyer})
    # A shared computer must not bring the buyer back from its cache.
    response["Cache-Control"] = "no-store"
    return response


def _detail(
    request: HttpRequest, order_id: uuid.UUID, *, fault: str = "", status: int = 200
) -> HttpResponse:
    order = selectors.order_get(order_id, user=user_of(request))
    row = _rows([order])[0]
    bins = bins_of([item.listing_id for item in row.items if item.listing_id])
    photos = _photos(row.items)
    context = {
        "order": order,
        "row": row,
        "lines": [
            {
                "item": item,
                "bin": bins.get(item.listing_id, "") if item.listing_id else "",
                "photo": photos.get(item.listing_id, "") if item.listing_id else "",
            }
            for item in row.items
        ],
        "buyer": sealing.masked(order),
        "allowed": [one.value for one in allowed_from(order.status)],
        "step_words": _STEP_WORDS[order.step],
        "tax_words": "" if order.tax_rate is None else rate_words(order.tax_rate),
        "events": [
            {"row": one, "words": event_words(one), "icon": event_icon(one)}
            for one in selectors.timeline(order)
        ],
        "fault": fault,
        "paid_late": order.status == OrderStatus.CANCELLED and order.payment_state == "paid",
    }
    return render_page(request, "orders/order_detail.html", context, status=status)


def _rows(orders: Sequence[Order]) -> list[Row]:
    items = {order.pk: list(order.items.all()) for order in orders}
    every = [item for lines in items.values() for item in lines]
    bins = bins_of([item.listing_id for item in every if item.listing_id])
    photos = _photos([lines[0] for lines in items.values() if lines])
    rows = []
    for order in orders:
        lines = items[order.pk]
        codes = [bins[item.listing_id] for item in lines if item.listing_id in bins]
        first = lines[0].listing_id if lines else None
        rows.append(
            Row(
                order=order,
                items=lines,
                bins=list(dict.fromkeys(codes)),
                photo_url=photos.get(first, "") if first else "",
            )
        )
    return rows


def _photos(items: Sequence[OrderItem]) -> dict[uuid.UUID, str]:
    """The first photo of each line's part."""
    ids = [item.listing_id for item in items if item.listing_id]
    found: dict[uuid.UUID, Sequence[PhotoRef]] = {}
    for read in registry.listing_photos.values():
        found.update(read(ids))
    return {listing_id: refs[0].thumb_url for listing_id, refs in found.items() if refs}


def _tokens(request: HttpRequest, search: selectors.Search) -> list[dict[str, object]]:
    """Filters that are no search words, each with the address without it."""
    named = {
        "late": ("late", "to ship", search.late),
        "unmatched": ("line", "without part", search.unmatched),
        "short": ("stock", "sold twice", search.short),
        "channel": (
            "channel",
            dict(CHANNELS).get(search.channel, search.channel),
            bool(search.channel),
        ),
        "since": ("from", request.GET.get("since", ""), search.since is not None),
        "until": ("before", request.GET.get("until", ""), search.until is not None),
    }
    found: list[dict[str, object]] = []
    for key, (name, value, is_on) in named.items():
        if is_on:
            rest = request.GET.copy()
            rest.pop(key, None)
            rest.pop("page", None)
            url = f"{request.path}?{rest.urlencode()}" if rest else request.path
            found.append({"name": name, "value": value, "remove_url": url})
    return found


def _done_words(to: str) -> str:
    return "packed" if to == "packed" else OrderStatus(to).label.lower()


def _sentence(error: AppError) -> str:
    if isinstance(error, InvalidInput) and error.fields:
        return " ".join(text for texts in error.fields.values() for text in texts)
    return error.message


def _day(text: str) -> datetime.datetime | None:
    """Midnight of a day in the business's time zone, as the page shows times."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _ids(texts: Sequence[str]) -> list[uuid.UUID]:
    """Ids out of a form; what is none is left out."""
    found: list[uuid.UUID] = []
    for text in texts:
        with contextlib.suppress(ValueError):
            found.append(uuid.UUID(text))
    return found


def _number(text: str) -> int:
    return max(1, int(text)) if text.isdigit() and len(text) < 7 else 1
