"""Pages of sheets: send one, watch it, open a row with its evidence; and parts by their number."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ingestion import row_selectors, services
from ingestion.enums import RowState
from ingestion.models import IntakeRow
from ingestion.sheets import columns
from inventory.enums import DonorState
from inventory.models import DonorCar
from inventory.selectors import donor_list
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.models import RunItemState
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, reload_page, render_page
from realtrack.core.web.runs import OPEN_RUNS

_ROWS = 200  # verdicts on one page; the rest are reached by their kind
_RECENT = 50
_CARS = 100
_KINDS = {"number": "code", "price": "money", "quantity": "integer", "bin": "code"}
# What is asked where a part comes by its number; the rest is on its row.
_TYPED = (columns.NAME, columns.QUANTITY, columns.PRICE)


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Choose a sheet, and its car where the file does not name it."""
    fault, code = "", ""
    chosen = request.POST.get("car", "") or request.GET.get("car", "")
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            if file is None:
                raise InvalidInput(fields={"file": "Choose a file."})
            run = services.sheet_start(
                name=file.name or "sheet",
                content=file.read(),
                donor_id=_id(chosen),
                confirm_car=request.POST.get("confirm") == "1",
                actor=actor_of(request),
                user=user_of(request),
            )
            return redirect(request, reverse("ingestion:sheet", args=[run.pk]))
        except AppError as error:
            fault, code = _words(error), error.reason
    context = {
        "fault": fault,
        "ask_confirm": code == "other_car",
        "cars": [("", "As the file says"), *_cars(request)],
        "chosen": chosen,
    }
    return render_page(request, "ingestion/sheet_new.html", context, status=422 if fault else 200)


@require_GET
@requires(Right.INGESTION_VIEW)
def sheet(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """A sheet with its stages and the verdict of each row; polls itself while it works."""
    run, car = row_selectors.sheet_of(run_id, user=user_of(request))
    state = request.GET.get("state", "")
    state = state if state in RunItemState.values else ""
    items = list(row_selectors.sheet_items(run, state=state)[:_ROWS])
    rows = row_selectors.rows_at(run, [item.position for item in items])
    context = {
        "run": run,
        "car": car,
        "stages": row_selectors.stages_of(run),
        "items": [(item, rows.get(item.position)) for item in items],
        "state": state,
        "states": (
            ("created", "New", run.created_count), ("changed", "Changed", run.changed_count),
            ("same", "Same", run.same_count), ("refused", "Refused", run.refused_count),
        ),
        "shown": _ROWS,
    }  # fmt: skip
    response = render_page(request, "ingestion/sheet.html", context, partial="verdicts")
    return response if run.state in OPEN_RUNS else reload_page(request, response)


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def row(request: HttpRequest, row_id: uuid.UUID) -> HttpResponse:
    """A row: what came, what was decided and why; corrected and done again."""
    found = row_selectors.row_of(row_id, user=user_of(request))
    if request.method != "POST":
        return _row_page(request, found)
    typed = {name: request.POST[name] for name in columns.MENDABLE if name in request.POST}
    said = _said(found)
    data = {name: text for name, text in typed.items() if " ".join(text.split()) != said[name]}
    try:
        found = services.row_mend(row_id=row_id, data=data, actor=actor_of(request))
    except AppError as error:
        return _row_page(request, found, typed=typed, error=error)
    _tell(request, found)
    return redirect(request, reverse("ingestion:row", args=[row_id]))


@require_POST
@requires(Right.LISTINGS_EDIT)
def row_again(request: HttpRequest, row_id: uuid.UUID) -> HttpResponse:
    """Do a row again with what is known now."""
    row_selectors.row_of(row_id, user=user_of(request))
    _tell(request, services.row_again(row_id=row_id, actor=actor_of(request)))
    return redirect(request, reverse("ingestion:row", args=[row_id]))


@require_POST
@requires(Right.LISTINGS_EDIT)
def row_describe(request: HttpRequest, row_id: uuid.UUID) -> HttpResponse:
    """Have a description written; it comes as a proposal at the part."""
    found = row_selectors.row_of(row_id, user=user_of(request))
    try:
        if found.listing_id is not None:
            services.description_ask(listing_id=found.listing_id)
            messages.success(request, "It is being written and comes as a proposal at the part.")
    except AppError as error:
        messages.error(request, error.message)
    return redirect(request, reverse("ingestion:row", args=[row_id]))


@require_POST
@requires(Right.LISTINGS_EDIT)
def row_car(request: HttpRequest, row_id: uuid.UUID) -> HttpResponse:
    """Say which car a part came off."""
    row_selectors.row_of(row_id, user=user_of(request))
    donor_id = _id(request.POST.get("car", ""))
    if donor_id is None:
        messages.error(request, "Choose the car.")
    else:
        _tell(
            request,
            services.row_donor_set(
                row_id=row_id, donor_id=donor_id, user=user_of(request), actor=actor_of(request)
            ),
        )
    return redirect(request, reverse("ingestion:row", args=[row_id]))


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def numbers(request: HttpRequest) -> HttpResponse:
    """Number, bin, Enter: the next part. Photos come later."""
    typed: dict[str, str] = {}
    faults: dict[str, str] = {}
    if request.method == "POST":
        names = (columns.NUMBER, columns.BIN, *_TYPED)
        typed = {name: request.POST.get(name, "") for name in names}
        car = request.POST.get("car", "")
        try:
            taken = services.number_take(
                data=typed, donor_id=_id(car), user=user_of(request), actor=actor_of(request)
            )
            _tell(request, taken)
            # The bin and the car stay: a shelf is filled from one car.
            here = f"{reverse('ingestion:numbers')}?bin={typed[columns.BIN]}&car={car}"
            return redirect(request, here)
        except InvalidInput as error:
            faults = {
                ("bin" if name == "bin_code" else name): texts[0]
                for name, texts in error.fields.items()
            }
    shown = {**{name: request.GET.get(name, "") for name in (columns.BIN,)}, **typed}
    context = {
        "shown": shown,
        "faults": faults,
        "cars": [("", "None or not known"), *_cars(request)],
        "car": request.POST.get("car", request.GET.get("car", "")),
        "rows": row_selectors.numbers_taken(user=user_of(request))[:_RECENT],
    }
    return render_page(request, "ingestion/numbers.html", context, status=422 if faults else 200)


def _row_page(
    request: HttpRequest,
    found: IntakeRow,
    *,
    typed: dict[str, str] | None = None,
    error: AppError | None = None,
) -> HttpResponse:
    said = {**_said(found), **(typed or {})}
    faults = {name: texts[0] for name, texts in error.fields.items()} if error else {}
    fields = [
        {
            "name": name, "label": columns.LABELS[name], "value": said[name],
            "kind": _KINDS.get(name, "text"), "fault": faults.get(name, ""),
            "was": found.given.get(name, "") if name in found.mended else "",
        }
        for name in columns.MENDABLE
    ]  # fmt: skip
    extra = found.given.get("extra", {})
    context: dict[str, Any] = {
        "row": found,
        "fields": fields,
        "extra": extra.items() if isinstance(extra, dict) else (),
        "fault": "" if faults or error is None else error.message,
        "item": found.run.items.filter(position=found.position).first() if found.run else None,
        "is_open": found.run is not None and found.run.state in OPEN_RUNS,
        "cars": [] if found.run or found.donor else [("", "Choose"), *_cars(request)],
    }
    return render_page(
        request, "ingestion/row.html", context, status=error.status if error else 200
    )


def _said(found: IntakeRow) -> dict[str, str]:
    return {
        name: str(found.mended.get(name, found.given.get(name, ""))) for name in columns.MENDABLE
    }


def _tell(request: HttpRequest, found: IntakeRow) -> None:
    if found.state == RowState.DRAFT:
        title = found.listing.title if found.listing else found.place
        waits = f" It waits for {found.get_waits_for_display()}." if found.waits_for else ""
        messages.success(request, f"{title} is a draft.{waits}")
    elif found.state == RowState.WAITING:
        messages.info(request, f"Kept. It waits for {found.get_waits_for_display()}.")
    else:
        messages.error(request, "Refused; the reason stands below.")


def _cars(request: HttpRequest) -> list[tuple[str, str]]:
    found = donor_list(user=user_of(request)).exclude(state=DonorState.CRUSHED)[:_CARS]
    return [(str(one.pk), _label(one)) for one in found]


def _label(car: DonorCar) -> str:
    return f"{car.stock_number} {car.name}".strip()


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _words(error: AppError) -> str:
    texts = [text for found in error.fields.values() for text in found]
    return " ".join(texts) or error.message
