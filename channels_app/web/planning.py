"""What differs on one account on purpose, and when parts go live."""

from __future__ import annotations

import datetime
import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from channels_app import services
from channels_app.web.publishing import card_answer, chosen_accounts, chosen_ids
from listings.selectors import listing_get, visible_ids
from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect
from settings_app.selectors import setting_value

FIELDS = ("title", "start_price", "description")


@require_POST
@requires(Right.CHANNELS_PUBLISH)
def override(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Set title, price or description of one account; an empty one goes back to the part's."""
    listing = listing_get(listing_id, user=user_of(request))
    accounts = chosen_accounts(request)
    if len(accounts) != 1:
        raise InvalidInput(fields={"accounts": "Choose one account."})
    services.override_set(
        listing_id=listing.pk,
        connection_id=accounts[0].pk,
        values={name: request.POST[name] for name in FIELDS if name in request.POST},
        actor=actor_of(request),
    )
    return card_answer(request, listing.pk, "What differs there is kept.")


@require_POST
@requires(Right.CHANNELS_PUBLISH)
def plan(request: HttpRequest) -> HttpResponse:
    """Plan when the chosen parts go live on the chosen accounts, or forget the plan."""
    ids = visible_ids(chosen_ids(request), user=user_of(request))
    accounts = chosen_accounts(request)
    moment = _moment(request)
    count = services.publish_plan(
        listing_ids=ids,
        connection_ids=[one.pk for one in accounts],
        publish_at=moment,
        actor=actor_of(request),
    )
    if moment is None:
        text = "The plan is forgotten."
    else:
        when = timezone.localtime(moment)
        text = f"{count} targets go live on {when:%d %b %Y at %H:%M}."
        if setting_value("marketplace", "ebay_auto_publish"):
            text += " Ready parts go live by themselves here; these wait for their time."
    if len(ids) == 1 and request.POST.get("card"):
        return card_answer(request, ids[0], text)
    messages.success(request, text)
    return redirect(request, reverse("listings:list"))


def _moment(request: HttpRequest) -> datetime.datetime | None:
    """The time typed, in the business's time zone; empty where the plan is to be forgotten."""
    text = request.POST.get("publish_at", "").strip()
    if not text:
        return None
    try:
        found = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M"]).clean(text)
    except forms.ValidationError as error:
        raise InvalidInput(fields={"publish_at": "Choose day and time."}) from error
    return found if isinstance(found, datetime.datetime) else None
