"""Pages of cars: the list, a new one by its VIN, the car with its parts, tear-down, pull list."""

from __future__ import annotations

import contextlib
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fitment.vehicle_lookup import lookup_current
from fitment.vin import vin_clean, vin_read
from inventory import labels, selectors, services
from inventory.enums import DonorState, PartStage, Side, TitleStatus
from inventory.models import DonorCar, TeardownTemplate
from inventory.services import TeardownPart
from inventory.web.donor_forms import DonorForm
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.ids import uuid7
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

PAGE = 50
_STATES = (("", "All"), *DonorState.choices)


@require_GET
@requires(Right.INVENTORY_VIEW)
def donors(request: HttpRequest) -> HttpResponse:
    """The cars, newest first; the URL holds search, state and page."""
    words = request.GET.get("q", "").strip()[:100]
    state = request.GET.get("state", "")
    found = selectors.donor_list(user=user_of(request), words=words, state=state)
    total = found.count()
    page = max(1, min(_whole(request.GET.get("page", ""), 1), max(1, -(-total // PAGE))))
    context = {
        "cars": found[(page - 1) * PAGE : page * PAGE],
        "total": total,
        "page": page,
        "size": PAGE,
        "query": words,
        "state": state,
        "states": _STATES,
        "is_filtered": bool(words or state),
    }
    return render_page(request, "inventory/donors.html", context, partial="results")


@require_http_methods(["GET", "POST"])
@requires(Right.INVENTORY_ADJUST)
def donor_new(request: HttpRequest) -> HttpResponse:
    """Take a car in."""
    if request.method != "POST":
        return _form(request, typed=request.GET)
    form = DonorForm(request.POST)
    if not form.is_valid():
        return _form(request, typed=request.POST, faults=_faults(form))
    try:
        car = services.donor_create(
            data=form.values(),
            confirm_vin=form.cleaned_data["confirm_vin"],
            actor=actor_of(request),
        )
    except InvalidInput as error:
        return _form(request, typed=request.POST, faults=_first(error))
    messages.success(request, f"{car} is here.")
    return redirect(request, reverse("inventory:teardown", args=[car.pk]))


@require_http_methods(["GET", "POST"])
@requires(Right.INVENTORY_ADJUST)
def donor_edit(request: HttpRequest, donor_id: uuid.UUID) -> HttpResponse:
    """Change what is known of a car."""
    car = selectors.donor_of(donor_id, user=user_of(request))
    if request.method != "POST":
        return _form(request, car=car)
    form = DonorForm(request.POST)
    if not form.is_valid():
        return _form(request, car=car, typed=request.POST, faults=_faults(form))
    try:
        services.donor_update(
            donor_id=car.pk,
            data=form.changed_values(),
            version=form.cleaned_data["version"] or 0,
            actor=actor_of(request),
        )
    except InvalidInput as error:
        return _form(request, car=car, typed=request.POST, faults=_first(error))
    messages.success(request, "Saved.")
    return redirect(request, reverse("inventory:donor", args=[car.pk]))


@require_GET
@requires(Right.INVENTORY_VIEW)
def vin(request: HttpRequest) -> HttpResponse:
    """What a VIN says, while it is typed."""
    text = request.GET.get("vin", "")
    reading = vin_read(text, lookup_current()) if vin_clean(text) else None
    other = DonorCar.objects.filter(vin=reading.vin).first() if reading else None
    context = {"reading": reading, "other": other}
    return render_page(request, "inventory/_vin.html", context)


@require_GET
@requires(Right.INVENTORY_VIEW)
def donor(request: HttpRequest, donor_id: uuid.UUID) -> HttpResponse:
    """A car: its sums, its parts by stage, what waits for whom and since when."""
    car = selectors.donor_of(donor_id, user=user_of(request))
    rows = selectors.car_parts(car, user=user_of(request))
    sums = selectors.car_sums(car, rows)
    stage = request.GET.get("stage", "")
    shown = [row for row in rows if row.stage == stage] if stage in PartStage.values else rows
    stages = [("", f"All {len(rows)}")]
    stages += [
        (one.value, f"{one.label} {sums.stages[one]}") for one in PartStage if sums.stages[one]
    ]
    context = {
        "car": car,
        "rows": shown,
        "sums": sums,
        "stage": stage,
        "stages": stages,
        "part_count": len(rows),
    }
    return render_page(request, "inventory/donor.html", context)


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def teardown(request: HttpRequest, donor_id: uuid.UUID) -> HttpResponse:
    """Tick the parts worth pulling; each becomes a draft."""
    car = selectors.donor_of(donor_id, user=user_of(request))
    if request.method != "POST":
        return _teardown_page(request, car)
    try:
        result = services.donor_teardown(
            donor_id=car.pk,
            parts=_ticked(request.POST),
            idempotency_key=request.POST.get("key", "")[:100],
            actor=actor_of(request),
        )
    except InvalidInput as error:
        return _teardown_page(request, car, fault=_words(error), typed=request.POST, status=422)
    if result.created:
        messages.success(request, f"{result.created} parts of {car.stock_number} are drafts now.")
    else:
        messages.info(request, "Nothing new: this car has given these parts already.")
    return redirect(request, reverse("inventory:donor", args=[car.pk]))


@require_GET
@requires(Right.INVENTORY_VIEW)
def pull(request: HttpRequest, donor_id: uuid.UUID) -> HttpResponse:
    """The pull list for the phone: one thumb, a bin, a photo."""
    car = selectors.donor_of(donor_id, user=user_of(request))
    rows = selectors.car_parts(car, user=user_of(request))
    waiting = selectors.pull_list(car, user=user_of(request))
    unphotographed = [row for row in rows if row.stage == PartStage.TO_PHOTOGRAPH]
    context = {"car": car, "waiting": waiting, "unphotographed": unphotographed}
    return render_page(request, "inventory/pull.html", context)


@require_POST
@requires(Right.INVENTORY_ADJUST)
def part_pull(request: HttpRequest, donor_id: uuid.UUID, listing_id: uuid.UUID) -> HttpResponse:
    """It came off the car (or that was a slip), and lies in this bin."""
    selectors.donor_of(donor_id, user=user_of(request))
    back = reverse("inventory:pull", args=[donor_id])
    try:
        part = services.donor_part_pull(
            listing_id=listing_id,
            pulled=request.POST.get("pulled", "1") == "1",
            bin_code=request.POST.get("bin", ""),
            actor=actor_of(request),
        )
    except (InvalidInput, AppError) as error:
        messages.error(request, _words(error))
        return redirect(request, back)
    undo = "" if part.pulled_at is None else f"{part.part_type} is off the car."
    messages.success(request, undo or f"{part.part_type} is on the list again.")
    return redirect(request, back)


@require_POST
@requires(Right.INVENTORY_ADJUST)
def part_scrap(request: HttpRequest, donor_id: uuid.UUID, listing_id: uuid.UUID) -> HttpResponse:
    """Give a part up, with the reason."""
    selectors.donor_of(donor_id, user=user_of(request))
    try:
        part = services.donor_part_scrap(
            listing_id=listing_id, reason=request.POST.get("reason", ""), actor=actor_of(request)
        )
        messages.success(request, f"{part.part_type} was given up. Its stock is written off.")
    except AppError as error:
        messages.error(request, _words(error))
    return redirect(request, reverse("inventory:donor", args=[donor_id]))


@require_GET
@requires(Right.INVENTORY_VIEW)
def part_labels(request: HttpRequest, donor_id: uuid.UUID) -> HttpResponse:
    """The labels of the car's parts as a PDF: a sheet, or one a page for a roll printer."""
    car = selectors.donor_of(donor_id, user=user_of(request))
    rows = selectors.car_parts(car, user=user_of(request))
    chosen = {one for one in request.GET.getlist("id") if one}
    marked = [row for row in rows if not chosen or str(row.listing.pk) in chosen]
    marked = [row for row in marked if row.stage != PartStage.SCRAPPED]
    if not marked:
        messages.info(request, "There is no part to print a label for.")
        return redirect(request, reverse("inventory:donor", args=[car.pk]))
    pdf = labels.part_labels(
        [
            labels.Label(
                url=request.build_absolute_uri(reverse("listings:edit", args=[row.listing.pk])),
                code=row.listing.custom_label_sku,
                text=row.listing.title or row.part.part_type,
                place=row.bin_code,
            )
            for row in marked
        ],
        on_roll=request.GET.get("paper") == "roll",
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="labels-{car.stock_number}.pdf"'
    return response


def _form(
    request: HttpRequest,
    *,
    car: DonorCar | None = None,
    typed: QueryDict | None = None,
    faults: dict[str, str] | None = None,
) -> HttpResponse:
    shown: dict[str, Any] = {}
    if car is not None:
        shown = {
            name: getattr(car, name)
            for name in (
                "vin", "year", "trim", "mileage", "cost", "tow_cost", "other_cost", "title_status",
                "exterior_colour", "paint_code", "interior_code", "place", "notes", "state",
            )
        }  # fmt: skip
        shown["make"] = car.make.name if car.make else ""
        shown["model"] = car.model.name if car.model else ""
    shown |= {name: typed[name] for name in typed} if typed else {}
    context = {
        "car": car,
        "shown": shown,
        "faults": faults or {},
        "title_statuses": TitleStatus.choices,
        "states": DonorState.choices,
    }
    return render_page(request, "inventory/donor_form.html", context, status=422 if faults else 200)


def _teardown_page(
    request: HttpRequest,
    car: DonorCar,
    *,
    fault: str = "",
    typed: QueryDict | None = None,
    status: int = 200,
) -> HttpResponse:
    templates = list(TeardownTemplate.objects.all())
    asked = request.GET.get("template", "") or (typed.get("template", "") if typed else "")
    template = next((one for one in templates if str(one.pk) == asked), None)
    template = template or selectors.template_for(car)
    lines = selectors.template_lines(template, car) if template else []
    context = {
        "car": car,
        "templates": [(str(one.pk), one.name) for one in templates],
        "template": template,
        "lines": lines,
        "sides": Side.choices,
        "ticked": set(typed.getlist("part")) if typed else set(),
        "fault": fault,
        "key": typed["key"] if typed and typed.get("key") else str(uuid7()),
    }
    return render_page(request, "inventory/teardown.html", context, status=status)


def _ticked(typed: QueryDict) -> list[TeardownPart]:
    """Return the ticked lines; each is `side:part type`, its price and bin are named after it."""
    parts: list[TeardownPart] = []
    usual_bin = typed.get("bin", "")
    for number, line in enumerate(typed.getlist("part")):
        side, _, part_type = line.partition(":")
        price = typed.get(f"price-{line}", "").strip().lstrip("$")
        parts.append(
            TeardownPart(
                part_type=part_type,
                side=side,
                bin_code=typed.get(f"bin-{line}", "") or usual_bin,
                price=_price(price, field=f"parts.{number}.price"),
            )
        )
    extra = typed.get("more", "")
    parts += [
        TeardownPart(part_type=one.strip(), bin_code=usual_bin)
        for one in extra.splitlines()
        if one.strip()
    ]
    return parts


def _price(text: str, *, field: str) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise InvalidInput(
            fields={field: f"{text} is no price; type one such as 89.90."}
        ) from error


def _faults(form: DonorForm) -> dict[str, str]:
    return {name: str(texts[0]) for name, texts in form.errors.items()}


def _first(error: InvalidInput) -> dict[str, str]:
    return {name: texts[0] for name, texts in error.fields.items()}


def _words(error: AppError) -> str:
    texts = [texts[0] for texts in error.fields.values()]
    return texts[0] if texts else error.message


def _whole(text: str, otherwise: int) -> int:
    with contextlib.suppress(ValueError):
        return int(text)
    return otherwise
