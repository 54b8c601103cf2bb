"""The publish drawer with its preview, and a part's Channels tab."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from channels_app import selectors, services
from channels_app.adapters.base import SellerMustFix
from channels_app.enums import OwedKind
from channels_app.models import ChannelConnection
from channels_app.services.preview import Outlook, TargetPreview, publish_preview
from channels_app.services.publishing import MOST_LISTINGS
from listings import fields
from listings.models import Listing
from listings.selectors import listing_get, listings_in_order, visible_ids
from listings.selectors.address import ids_of_address
from listings.services import listing_update_merged
from realtrack.core.errors import InvalidInput, NotAllowed
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast

# A preview asks the marketplace's tables for each part: what fits on a screen is looked at.
PREVIEWED = 25
_TAB_OF = {"item_photo_url": "photos", "fitment": "fitment", "quantity": "stock"}
_CATEGORY_FIELD = "category_drift"
_ACCOUNT_FIELDS = frozenset(
    {"location", "shipping_profile_name", "payment_profile_name", "return_profile_name"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A part with its previews, one per account."""

    listing: Listing
    targets: Sequence[TargetPreview]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fix:
    """A refusal with the button or link that mends it."""

    reason: str
    url: str
    label: str = ""
    vals: str = ""

    @classmethod
    def of(cls, refusal: SellerMustFix, focus: TargetPreview) -> _Fix:
        url = _fix_url(refusal.field, focus)
        if refusal.fix is None:
            return cls(reason=refusal.reason, url=url)
        label, field, value = refusal.fix
        vals = {"step": "fix", "listing": str(focus.listing.pk), "field": field, "value": value}
        return cls(reason=refusal.reason, url=url, label=label, vals=json.dumps(vals))


def _title(parts: int, accounts: int) -> str:
    what = "1 part" if parts == 1 else f"{parts} parts"
    return f"Publish {what} to " + ("1 account" if accounts == 1 else f"{accounts} accounts")


@require_POST
@requires(Right.CHANNELS_PUBLISH)
def publish(request: HttpRequest) -> HttpResponse:
    """The drawer (first call), with a mend taken (`step=fix`), or publishing (`step=publish`)."""
    user = user_of(request)
    ids = visible_ids(chosen_ids(request), user=user)
    order = {one: position for position, one in enumerate(chosen_ids(request))}
    ids.sort(key=lambda one: order.get(one, 0))
    step = request.POST.get("step", "")
    if step == "fix":
        _take_fix(request)
    accounts = chosen_accounts(request)
    context = _context(request, ids, accounts)
    if step == "publish":
        if not accounts:
            raise InvalidInput(fields={"accounts": "Choose at least one account."})
        run = services.listing_publish(
            listing_ids=ids,
            connection_ids=[one.pk for one in accounts],
            actor=actor_of(request),
        )
        messages.success(request, f"{run.title}: on its way.")
        return redirect(request, reverse("runs:detail", args=[run.pk]))
    return render_page(request, "channels/publish.html", context, partial="drawer")


def _context(
    request: HttpRequest, ids: Sequence[uuid.UUID], accounts: Sequence[ChannelConnection]
) -> dict[str, Any]:
    parts = listings_in_order(ids[:PREVIEWED])
    found = (
        publish_preview(listings=parts, connections=accounts) if len(ids) <= MOST_LISTINGS else []
    )
    width = max(1, len(accounts))
    rows = [
        Row(listing=part, targets=found[position * width : (position + 1) * width])
        for position, part in enumerate(parts)
    ]
    focus = _focus(request, found)
    refused = sum(one.outlook == Outlook.REFUSED for one in found)
    same = sum(one.outlook == Outlook.SAME for one in found)
    total = len(ids) * len(accounts)
    return {
        "ids": ids,
        "count": len(ids),
        "too_many": len(ids) > MOST_LISTINGS,
        "limit": MOST_LISTINGS,
        "rows": rows if accounts else [],
        "unseen": max(0, len(ids) - len(parts)),
        "accounts": accounts,
        "all_accounts": list(selectors.connection_list()),
        "focus": focus,
        "fixes": [_Fix.of(one, focus) for one in focus.refusals] if focus else [],
        "title": _title(len(ids), len(accounts)),
        "view": _view(request),
        "refused": refused,
        "total": total,
        "to_send": total - refused - same,
        "can_edit": user_can(request.user, Right.LISTINGS_EDIT),
    }


def _focus(request: HttpRequest, found: Sequence[TargetPreview]) -> TargetPreview | None:
    """The target shown below: the one that was clicked, else the first that needs someone."""
    asked = request.POST.get("focus") or request.POST.get("focus_now", "")
    for one in found:
        if asked == f"{one.listing.pk}:{one.connection.pk}":
            return one
    order = [Outlook.REFUSED, Outlook.UNKNOWN, Outlook.CHANGES, Outlook.NEW, Outlook.SAME]
    return min(found, key=lambda one: order.index(one.outlook), default=None)


def _view(request: HttpRequest) -> str:
    asked = request.POST.get("view") or request.POST.get("view_now")
    return "bytes" if asked == "bytes" else "fields"


def _fix_url(field: str, focus: TargetPreview) -> str:
    """Where a person mends what is named."""
    if field in _ACCOUNT_FIELDS:
        return reverse("channels:detail", args=[focus.connection.pk])
    if field == _CATEGORY_FIELD:
        return reverse("channels:categories")
    tab = _TAB_OF.get(field, "details")
    return f"{reverse('listings:edit', args=[focus.listing.pk])}?tab={tab}"


def chosen_accounts(request: HttpRequest) -> list[ChannelConnection]:
    """The chosen accounts; all usable ones at the first call."""
    known = list(selectors.connection_list())
    if "accounts" in request.POST or request.POST.get("chosen"):
        wanted = set(request.POST.getlist("accounts"))
        return [one for one in known if str(one.pk) in wanted]
    return [one for one in known if one.is_usable]


def chosen_ids(request: HttpRequest) -> list[uuid.UUID]:
    """The chosen parts: by their ids, or by the query that shows them."""
    if request.POST.get("all") == "1":
        query = request.POST.get("query", "")
        return ids_of_address(query, user=user_of(request), limit=MOST_LISTINGS)
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


def _take_fix(request: HttpRequest) -> None:
    """Write the value that the preview offered, as the person's own."""
    if not user_can(request.user, Right.LISTINGS_EDIT):
        message = "Your role does not edit parts."
        raise NotAllowed(message)
    name, value = request.POST.get("field", ""), request.POST.get("value", "")
    try:
        listing = listing_get(uuid.UUID(request.POST.get("listing", "")), user=user_of(request))
    except ValueError as error:
        message = "Choose the part again."
        raise InvalidInput(message) from error
    data: dict[str, object] = {name: value}
    if name.startswith("aspect:"):
        aspect = name.removeprefix("aspect:")
        data = {fields.ITEM_SPECIFICS: {**listing.item_specifics, aspect: [value]}}
    listing_update_merged(
        listing_id=listing.pk, data=data, version=listing.version, actor=actor_of(request)
    )


@require_GET
@requires(Right.CHANNELS_VIEW)
def panel(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """A part's state on each account: the Channels tab of its page."""
    listing = listing_get(listing_id, user=user_of(request))
    context = {"listing": listing, "cards": selectors.listing_on_accounts(listing_id)}
    return render_page(request, "channels/panel.html", context, partial="cards")


@require_POST
@requires(Right.CHANNELS_PUBLISH)
def end(request: HttpRequest, channel_listing_id: uuid.UUID) -> HttpResponse:
    """Take a part off an account."""
    row = selectors.channel_listing_get(channel_listing_id, user=user_of(request))
    services.listing_end(channel_listing_ids=[row.pk], actor=actor_of(request))
    return card_answer(request, row.listing_id, "It is being taken off.")


@require_POST
@requires(Right.CHANNELS_PUBLISH)
def retry(request: HttpRequest, channel_listing_id: uuid.UUID) -> HttpResponse:
    """Send what is owed for this part now."""
    row = selectors.channel_listing_get(channel_listing_id, user=user_of(request))
    owed = [one.pk for one in row.owed.all() if one.is_owed]
    if owed:
        services.owed_retry(owed_ids=owed)
    else:
        services.owed_write([row.listing_id], OwedKind.QUANTITY)
    return card_answer(request, row.listing_id, "It is sent again.")


def card_answer(request: HttpRequest, listing_id: uuid.UUID, text: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        context = {
            "listing": listing_get(listing_id, user=user_of(request)),
            "cards": selectors.listing_on_accounts(listing_id),
        }
        return toast(render_page(request, "channels/panel.html", context, partial="cards"), text)
    messages.success(request, text)
    return redirect(request, f"{reverse('listings:edit', args=[listing_id])}?tab=channels")
