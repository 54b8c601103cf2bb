"""The finishing line: the drafts of a car one by one, only what is in doubt lit, then on sale."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from inventory import selectors, services
from inventory.enums import PartStage
from inventory.models import DonorCar
from inventory.selectors import PartRow
from listings.enums import Condition, ListingStatus
from listings.health import Health, Issue
from listings.models import Listing
from listings.selectors.evidence import fixes_for
from listings.services import (
    BulkEdit,
    listing_bulk,
    listing_health,
    listing_transition,
    listing_update,
)
from realtrack.core import registry
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

# What is typed here; the rest of the part is on its own page.
_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("title", "Title", "text"),
    ("start_price", "Price, USD", "money"),
    ("category_id", "Category", "code"),
    ("condition_id", "Condition", "select"),
    ("c_brand", "Brand", "text"),
    ("c_manufacturer_part_number", "Part number", "code"),
    ("c_oe_oem_part_number", "OE number", "code"),
    ("weight", "Weight, lb", "number"),
)
_SAME_FOR_ALL = ("condition_id", "category_id", "start_price", "weight", "shipping_profile_name")
_GONE = {PartStage.SOLD, PartStage.SCRAPPED, PartStage.LIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishField:
    """A field of the line; `issue` lights it, `number` is the key that takes its proposal."""

    name: str
    label: str
    kind: str
    value: object
    issue: Issue | None = None
    number: int = 0
    fault: str = ""


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def finish(request: HttpRequest, donor_id: uuid.UUID) -> HttpResponse:
    """Show the next draft; take what was typed for this one, make it ready, go on."""
    car = selectors.donor_of(donor_id, user=user_of(request))
    rows = selectors.car_parts(car, user=user_of(request))
    if request.method != "POST":
        return _page(request, car, rows, after=request.GET.get("after", ""))
    row = next((one for one in rows if str(one.listing.pk) == request.POST.get("id")), None)
    if row is None:
        messages.error(request, "This part is not of this car any more.")
        return redirect(request, request.path)
    try:
        _store(request, row)
    except AppError as error:
        # What stands on the page was typed over the part as it is now.
        return _page(request, car, rows, shown=row, error=error)
    messages.success(request, f"{row.part.part_type} is ready.")
    return redirect(request, f"{request.path}?after={row.listing.pk}")


@require_POST
@requires(Right.LISTINGS_EDIT)
def finish_all(request: HttpRequest, donor_id: uuid.UUID) -> HttpResponse:
    """One answer for all drafts that are left: a field's value, or the bin."""
    car = selectors.donor_of(donor_id, user=user_of(request))
    waiting = _waiting(selectors.car_parts(car, user=user_of(request)))
    name, value = request.POST.get("field", ""), request.POST.get("value", "").strip()
    back = f"{reverse('inventory:finish', args=[car.pk])}?after={request.POST.get('after', '')}"
    try:
        told = _same_for_all(request, waiting, name, value)
    except AppError as error:
        messages.error(request, _words(error))
        return redirect(request, back)
    messages.success(request, told)
    return redirect(request, back)


def _same_for_all(request: HttpRequest, waiting: list[PartRow], name: str, value: str) -> str:
    if not value or not waiting:
        raise InvalidInput(fields={"value": "Type what all of them are."})
    if name == "bin":
        for row in waiting:
            services.place_set(listing_id=row.listing.pk, bin_code=value, actor=actor_of(request))
        return f"{len(waiting)} parts lie in {value.upper()}."
    if name not in _SAME_FOR_ALL:
        raise InvalidInput(fields={"field": "This field is set part by part."})
    result = listing_bulk(
        ids=[row.listing.pk for row in waiting],
        edit=BulkEdit(changes={name: value}),
        actor=actor_of(request),
    )
    if result.failed:
        return f"{result.updated} changed; {len(result.failed)} refused: {result.failed[0].reason}"
    return f"{result.updated} parts changed."


def _store(request: HttpRequest, row: PartRow) -> None:
    """Store what was typed; where it is complete, the part is ready."""
    names = [name for name, _, _ in _FIELDS if name in request.POST]
    typed = {name: request.POST[name].strip() for name in names}
    version = request.POST.get("version", "")
    actor = actor_of(request)
    listing_update(
        listing_id=row.listing.pk,
        data=typed,
        version=int(version) if version.isdigit() else None,
        actor=actor,
    )
    if bin_code := request.POST.get("bin", "").strip():
        services.place_set(listing_id=row.listing.pk, bin_code=bin_code, actor=actor)
    listing_transition(listing_id=row.listing.pk, to=ListingStatus.READY, actor=actor)


def _waiting(rows: list[PartRow]) -> list[PartRow]:
    return [
        row for row in rows if row.stage not in _GONE and row.listing.status == ListingStatus.DRAFT
    ]


def _page(
    request: HttpRequest,
    car: DonorCar,
    rows: list[PartRow],
    *,
    after: str = "",
    shown: PartRow | None = None,
    error: AppError | None = None,
) -> HttpResponse:
    waiting = _waiting(rows)
    current = shown or _next(waiting, rows, after)
    ready = [row for row in rows if row.listing.status == ListingStatus.READY]
    context: dict[str, Any] = {
        "car": car,
        "waiting": waiting,
        "ready": ready,
        "row": current,
        "done": sum(row.listing.status not in {ListingStatus.DRAFT} for row in rows),
        "total": sum(row.stage != PartStage.SCRAPPED for row in rows),
        "same": [(name, _label(name)) for name in _SAME_FOR_ALL] + [("bin", "Bin")],
    }
    if current is not None:
        listing = Listing.objects.get(pk=current.listing.pk)
        health = listing_health(listing, evidence=fixes_for(listing, user=user_of(request)))
        context |= {
            "listing": listing,
            "health": health,
            "fields": _fields(request, listing, health, error),
            "elsewhere": [one for one in health.blocking if one.field not in _names()],
            "photos": _photos(listing.pk),
            "conditions": Condition.choices,
            "error": _words(error) if error else "",
            "bin": request.POST.get("bin", current.bin_code),
        }
    return render_page(
        request, "inventory/finish.html", context, status=error.status if error else 200
    )


def _next(waiting: list[PartRow], rows: list[PartRow], after: str) -> PartRow | None:
    """The first draft behind the one that was just left; what was skipped comes round again."""
    order = [str(row.listing.pk) for row in rows]
    start = order.index(after) + 1 if after in order else 0
    behind = set(order[start:])
    return next((row for row in waiting if str(row.listing.pk) in behind), None) or next(
        iter(waiting), None
    )


def _fields(
    request: HttpRequest, listing: Listing, health: Health, error: AppError | None
) -> list[FinishField]:
    issues = {issue.field: issue for issue in reversed(health.issues)}
    faults = {name: texts[0] for name, texts in error.fields.items()} if error else {}
    found: list[FinishField] = []
    number = 0
    for name, label, kind in _FIELDS:
        issue = issues.get(name)
        if issue is not None and issue.fix is not None:
            number += 1
        stored = getattr(listing, name)
        found.append(
            FinishField(
                name=name,
                label=label,
                kind=kind,
                value=request.POST.get(name, "" if stored is None else stored),
                issue=issue,
                number=number if issue is not None and issue.fix is not None else 0,
                fault=faults.get(name, ""),
            )
        )
    return found


def _photos(listing_id: uuid.UUID) -> list[Any]:
    for read in registry.listing_photos.values():
        return list(read([listing_id]).get(listing_id, ()))
    return []


def _names() -> set[str]:
    return {name for name, _, _ in _FIELDS}


def _label(name: str) -> str:
    return next((label for one, label, _ in _FIELDS if one == name), "Shipping profile")


def _words(error: AppError) -> str:
    texts = [texts[0] for texts in error.fields.values()]
    return texts[0] if texts else error.message
