"""Pages of stock: the list with counts and bins typed in place, the panel of a part."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from inventory import selectors, services
from inventory.models import InventoryLedger, InventoryPlace
from inventory.web.forms import AdjustForm, CountForm, ThresholdForm, fault_of
from inventory.words import event_icon, event_words
from listings.models import Listing, ListingSearch
from listings.selectors import visible_ids
from realtrack.core.errors import AppError
from realtrack.core.ids import uuid7
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast

PAGE = 50
MAX_CHOSEN = 500
_STATES = (
    ("", "All"),
    ("low", "Low"),
    ("out", "None left"),
    ("reserved", "Reserved"),
    ("short", "Sold twice"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A part with its stock as the table shows it."""

    listing: Listing
    ledger: InventoryLedger
    bin_code: str
    photo_url: str
    threshold: int
    fault: str = ""
    fault_field: str = ""

    @property
    def tone(self) -> str:
        """The row's state as a class."""
        if self.ledger.quantity_short:
            return "bad"
        return "gone" if self.listing.status in {"sold", "archived"} else ""


def row_of(listing: Listing, *, fault: str = "", fault_field: str = "") -> Row:
    """The row of a listing that came from `selectors.stock_list`."""
    found = _related(listing, "ledger")
    ledger = (
        found if isinstance(found, InventoryLedger) else InventoryLedger(listing=listing, version=0)
    )
    own = ledger.low_stock_threshold
    place, search = _related(listing, "place"), _related(listing, "search")
    return Row(
        listing=listing,
        ledger=ledger,
        bin_code=place.bin_code if isinstance(place, InventoryPlace) else "",
        photo_url=search.photo_url if isinstance(search, ListingSearch) else "",
        threshold=selectors.default_threshold() if own is None else own,
        fault=fault,
        fault_field=fault_field,
    )


@require_GET
@requires(Right.INVENTORY_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """All parts with what is free; the URL holds search, state and page."""
    words = request.GET.get("q", "").strip()[:100]
    state = request.GET.get("state", "")
    bin_code = request.GET.get("bin", "").strip()[:30]
    found = selectors.stock_list(user=user_of(request), words=words, state=state, bin_code=bin_code)
    total = found.count()
    page = min(_number(request.GET.get("page", "")), max(1, -(-total // PAGE)))
    rows = [row_of(one) for one in found[(page - 1) * PAGE : page * PAGE]]
    context = {
        "rows": rows,
        "total": total,
        "page": page,
        "query": words,
        "state": state,
        "states": _STATES,
        "bin_code": bin_code,
        "is_filtered": bool(words or state or bin_code),
        "address": request.get_full_path(),
    }
    return render_page(request, "inventory/stock_list.html", context, partial="results")


@require_GET
@requires(Right.INVENTORY_VIEW)
def panel(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The stock of one part: numbers, change, bin, holds, what happened. Part of its page."""
    return _panel(request, listing_id)


@require_POST
@requires(Right.INVENTORY_ADJUST)
def count(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Set the total as counted, in the row; a sale in between is told, not overwritten."""
    selectors.listing_for_stock(listing_id, user=user_of(request))
    form = CountForm(request.POST)
    if not form.is_valid():
        return _row(request, listing_id, fault=fault_of(form), field="quantity")
    before = selectors.ledger_of(listing_id).quantity_total
    try:
        result = services.stock_set(
            listing_id=listing_id,
            quantity=form.cleaned_data["quantity"],
            expected_version=form.cleaned_data["version"] or None,
            reason="Counted",
            actor=actor_of(request),
        )
    except AppError as error:
        return _row(request, listing_id, fault=_words(error), field="quantity")
    response = _row(request, listing_id)
    if result.event is None:
        return response
    text = f"{result.ledger.listing.custom_label_sku}: stock {before} to {result.event.quantity_after}."
    return toast(response, text, undo_url=_undo_url(result.event.pk))


@require_POST
@requires(Right.INVENTORY_ADJUST)
def step(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """One more or one less, by thumb."""
    listing = selectors.listing_for_stock(listing_id, user=user_of(request))
    change = -1 if request.POST.get("change") == "-1" else 1
    try:
        result = services.stock_adjust(
            listing_id=listing_id, change=change, reason="Counted", actor=actor_of(request)
        )
    except AppError as error:
        return _row(request, listing_id, fault=_words(error), field="step", phone=True)
    text = f"{listing.custom_label_sku}: now {result.ledger.quantity_total}."
    event_id = result.event.pk if result.event else uuid7()
    return toast(_row(request, listing_id, phone=True), text, undo_url=_undo_url(event_id))


@require_POST
@requires(Right.INVENTORY_ADJUST)
def adjust(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Add or take with a reason; answers the panel. The form's key makes a second press harmless."""
    listing = selectors.listing_for_stock(listing_id, user=user_of(request))
    form = AdjustForm(request.POST)
    if not form.is_valid():
        return _panel(request, listing_id, form=form, fault=fault_of(form))
    try:
        result = services.stock_adjust(
            listing_id=listing_id,
            change=form.cleaned_data["change"],
            reason=form.cleaned_data["reason"],
            idempotency_key=form.cleaned_data["key"],
            actor=actor_of(request),
        )
    except AppError as error:
        return _panel(request, listing_id, form=form, fault=_words(error))
    text = f"{listing.custom_label_sku}: now {result.ledger.quantity_total}."
    response = _panel(request, listing_id)
    return toast(response, text, undo_url=_undo_url(result.event.pk) if result.event else "")


@require_POST
@requires(Right.INVENTORY_ADJUST)
def place(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Put the part into a bin, from the row or the panel."""
    listing = selectors.listing_for_stock(listing_id, user=user_of(request))
    before = selectors.bins_of([listing_id]).get(listing_id, "")
    wanted = request.POST.get("bin_code", request.GET.get("bin_code", ""))
    from_panel = request.GET.get("from") == "panel"
    try:
        code = services.place_set(listing_id=listing_id, bin_code=wanted, actor=actor_of(request))
    except AppError as error:
        if from_panel:
            return _panel(request, listing_id, bin_fault=_words(error), bin_typed=wanted)
        return _row(request, listing_id, fault=_words(error), field="bin_code")
    response = _panel(request, listing_id) if from_panel else _row(request, listing_id)
    if code == before:
        return response
    sku = listing.custom_label_sku
    text = f"{sku} put into {code}." if code else f"{sku} taken out of {before}."
    undo = f"{reverse('inventory:place', args=[listing_id])}?bin_code={before}"
    return toast(response, text, undo_url=undo)


@require_POST
@requires(Right.INVENTORY_ADJUST)
def threshold(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Say when the part is low; answers the panel."""
    selectors.listing_for_stock(listing_id, user=user_of(request))
    form = ThresholdForm(request.POST)
    if not form.is_valid():
        return _panel(request, listing_id, threshold_fault=fault_of(form))
    services.low_stock_threshold_set(
        listing_id=listing_id,
        threshold=form.cleaned_data["low_stock_threshold"],
        actor=actor_of(request),
    )
    return _panel(request, listing_id)


@require_POST
@requires(Right.INVENTORY_ADJUST)
def reconcile(request: HttpRequest) -> HttpResponse:
    """Check the chosen parts, mend their copies, owe the marketplaces their numbers again."""
    user = user_of(request)
    if request.POST.get("all") == "1":
        query = QueryDict(request.POST.get("query", "").lstrip("?"))
        found = selectors.stock_list(
            user=user,
            words=query.get("q", "").strip()[:100],
            state=query.get("state", ""),
            bin_code=query.get("bin", "").strip()[:30],
        )
        ids = list(found.values_list("pk", flat=True)[:MAX_CHOSEN])
    else:
        ids = visible_ids(_ids(request)[:MAX_CHOSEN], user=user)
    actor = actor_of(request)
    wrong = sum(bool(services.stock_reconcile(listing_id=one, actor=actor)) for one in ids)
    verdict = f"{wrong} did not add up; see the log." if wrong else "All add up."
    messages.success(request, f"{len(ids)} checked and sent again. {verdict}")
    return redirect(request, reverse("inventory:index"))


@require_POST
@requires(Right.INVENTORY_ADJUST)
def undo(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """Take back a change that was made by hand; once."""
    listing_id = selectors.event_listing(event_id)
    selectors.listing_for_stock(listing_id, user=user_of(request))
    result = services.stock_undo(event_id=event_id, actor=actor_of(request))
    response = HttpResponse(status=204)
    return toast(response, f"Undone. Now {result.ledger.quantity_total}.")


def _panel(
    request: HttpRequest,
    listing_id: uuid.UUID,
    *,
    form: AdjustForm | None = None,
    fault: str = "",
    bin_fault: str = "",
    bin_typed: str = "",
    threshold_fault: str = "",
) -> HttpResponse:
    listing = selectors.listing_for_stock(listing_id, user=user_of(request))
    ledger = selectors.ledger_of(listing_id)
    own = ledger.low_stock_threshold
    default = selectors.default_threshold()
    context = {
        "listing": listing,
        "ledger": ledger,
        "threshold": default if own is None else own,
        "default_threshold": default,
        "bin_code": bin_typed if bin_fault else selectors.bins_of([listing_id]).get(listing_id, ""),
        "reservations": selectors.reservations_of(listing_id),
        "events": [
            {"event": event, "words": event_words(event), "icon": event_icon(event)}
            for event in selectors.events_of(listing_id)
        ],
        "change": form["change"].value() if form else "",
        "reason": form["reason"].value() if form else "",
        "key": uuid7(),
        "fault": fault,
        "bin_fault": bin_fault,
        "threshold_fault": threshold_fault,
    }
    has_fault = bool(fault or bin_fault or threshold_fault)
    return render_page(request, "inventory/panel.html", context, status=422 if has_fault else 200)


def _row(
    request: HttpRequest,
    listing_id: uuid.UUID,
    *,
    fault: str = "",
    field: str = "",
    phone: bool = False,
) -> HttpResponse:
    """The row as it is now, with what was wrong with what was typed."""
    listing = selectors.stock_list(user=user_of(request)).get(pk=listing_id)
    row = row_of(listing, fault=fault, fault_field=field)
    phone = phone or request.GET.get("from") == "phone"
    template = "inventory/_row_phone.html" if phone else "inventory/_row.html"
    return render_page(request, template, {"row": row}, status=422 if fault else 200)


def _undo_url(event_id: uuid.UUID) -> str:
    return reverse("inventory:undo", args=[event_id])


def _words(error: AppError) -> str:
    """The error as one sentence: of the field where it names one."""
    return next((texts[0] for texts in error.fields.values() if texts), error.message)


def _related(listing: Listing, name: str) -> object:
    """A one-to-one row that came with the listing, or None."""
    try:
        return getattr(listing, name)
    except ObjectDoesNotExist:
        return None


def _ids(request: HttpRequest) -> list[uuid.UUID]:
    """The chosen ids; what is none is left out."""
    found: list[uuid.UUID] = []
    for text in request.POST.getlist("ids"):
        with contextlib.suppress(ValueError):
            found.append(uuid.UUID(text))
    return list(dict.fromkeys(found))


def _number(text: str) -> int:
    return max(1, int(text)) if text.isdigit() and len(text) < 7 else 1
