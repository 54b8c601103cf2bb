"""Bulk acts of the catalog: a drawer with a preview, then one run with Undo."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from listings import selectors, services
from listings.enums import ListingStatus
from listings.selectors.address import ids_of_address
from listings.services import BulkEdit
from listings.services.bulk_edits import MAX_IDS
from listings.web.bulk_form import edit_form, edit_of_form, percent_of
from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast, trigger

if TYPE_CHECKING:
    from listings.services import BulkResult

_ACTS = {"edit": "Edit", "price": "Price", "status": "Status", "trash": "Trash"}
_PREVIEW_ROWS = 20  # enough to see what happens; the run has them all


@require_POST
@requires(Right.LISTINGS_EDIT)
def bulk(request: HttpRequest, act: str) -> HttpResponse:
    """The drawer of an act (first call), its preview, or the act itself (`step=apply`)."""
    ids = _ids(request)
    step = request.POST.get("step", "")
    context: dict[str, object] = {
        "act": act,
        "title": _ACTS[act],
        "subtitle": _parts(len(ids)),
        "ids": ids,
        "count": len(ids),
        "too_many": len(ids) > MAX_IDS,
        "limit": MAX_IDS,
        "statuses": ListingStatus.choices,
        "form": edit_form(request.POST) if act == "edit" else None,
    }
    if step not in {"preview", "apply"} or len(ids) > MAX_IDS:
        return render_page(request, "listings/_bulk.html", context)
    visible = set(selectors.visible_ids(ids, user=user_of(request)))
    try:
        edit = _edit(request, act)
        if step == "preview":
            context |= _preview([one for one in ids if one in visible], edit)
            return render_page(request, "listings/_bulk_preview.html", context)
        result = services.listing_bulk(
            ids=ids, edit=edit, actor=actor_of(request), visible=list(visible)
        )
    except InvalidInput as error:
        texts = [text for found in error.fields.values() for text in found]
        # An empty form is not a fault yet; pressing the button with it is.
        typed = any(request.POST.get(name) for name in ("price", "value", "find"))
        if step == "apply" or typed:
            context["fault"] = " ".join(texts) or error.message
        return render_page(request, "listings/_bulk_preview.html", context)
    return _done(request, context, result)


def _preview(ids: list[uuid.UUID], edit: BulkEdit) -> dict[str, object]:
    """Before and after of the first rows, and how many change, stay and are refused.

    A move along the life cycle is tried row by row, so only the rows that are shown are tried.
    """
    looked_at = ids[:_PREVIEW_ROWS] if edit.status else ids
    rows = services.bulk_preview(ids=looked_at, edit=edit)
    refused = [row for row in rows if row.refused]
    changed = [row for row in rows if row.after and not row.refused]
    # Refusals first: they are what a person must know before pressing the button.
    shown = sorted(rows, key=lambda row: (not row.refused, not row.after))[:_PREVIEW_ROWS]
    return {
        "rows": shown,
        "more": max(0, len(ids) - len(shown)),
        "will_change": len(changed),
        "will_refuse": len(refused),
        "will_stay": len(rows) - len(changed) - len(refused),
        "is_partial": len(looked_at) < len(ids),
    }


@require_POST
@requires(Right.LISTINGS_EDIT)
def undo(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Take a bulk act back; what was changed since stays and is named."""
    selectors.bulk_run_check(run_id, user=user_of(request))
    result = services.bulk_undo(run_id=run_id, actor=actor_of(request))
    text = f"{_parts(result.updated)} as before."
    if result.failed:
        text += f" {len(result.failed)} changed since and stay."
    if request.headers.get("HX-Request") != "true":
        messages.success(request, text)
        return redirect(request, reverse("listings:list"))
    return trigger(toast(HttpResponse(status=204), text), "listingsChanged")


def _done(request: HttpRequest, context: dict[str, object], result: BulkResult) -> HttpResponse:
    text = f"{_parts(result.updated)} changed."
    undo_url = reverse("listings:bulk-undo", args=[result.run_id]) if result.updated else ""
    if result.failed:
        context |= {"result": result, "undo_url": undo_url, "text": text}
        response = render_page(request, "listings/_bulk_preview.html", context)
    else:
        response = toast(HttpResponse(status=204), text, undo_url=undo_url)
        trigger(response, "selectionClear")
    trigger(response, "listingsChanged")
    # Last: it takes the button away, and events of an element that is gone reach nobody.
    return response if result.failed else trigger(response, "drawerClose")


def _edit(request: HttpRequest, act: str) -> BulkEdit:
    if act == "status":
        return BulkEdit(status=request.POST.get("status", ""))
    if act == "trash":
        return BulkEdit(delete=True)
    if act == "edit":
        return edit_of_form(request.POST)
    typed = request.POST.get("price", "").strip()
    if request.POST.get("how") == "set":
        return BulkEdit(changes={"start_price": typed} if typed else {})
    return BulkEdit(price_percent=percent_of(typed, "price"))


def _ids(request: HttpRequest) -> list[uuid.UUID]:
    """The chosen parts: by their ids, or by the query that shows them."""
    if request.POST.get("all") == "1":
        return ids_of_address(request.POST.get("query", ""), user=user_of(request), limit=MAX_IDS)
    found: dict[uuid.UUID, None] = {}
    for text in request.POST.getlist("ids"):
        try:
            found[uuid.UUID(text)] = None
        except ValueError as error:
            message = "Choose the parts again."
            raise InvalidInput(message) from error
    if not found:
        message = "Choose at least one part."
        raise InvalidInput(message)
    return list(found)


def _parts(count: int) -> str:
    return "1 part" if count == 1 else f"{count:,} parts"
