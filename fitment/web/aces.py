"""Pages of application files: send, verdicts, the ids that rows wait for, export."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fitment.aces import mapping, selectors, uploads, writer
from fitment.enums import AcesAnswer, AcesFileKind, AcesRowState
from fitment.models import AcesUpload
from fitment.selectors import makes_list, model_get
from fitment.web.inputs import fault_words
from realtrack.core.errors import AppError, InvalidInput, NotFound
from realtrack.core.models import RunState
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, reload_page, render_page, toast

_PAGE = 50
_OPEN = frozenset({RunState.PENDING, RunState.RUNNING})
_ID_MAX = 2_147_483_647


@require_http_methods(["GET", "POST"])
@requires(Right.FITMENT_EDIT)
def files(request: HttpRequest) -> HttpResponse:
    """The form and the last files; a file that was sent leads to its page."""
    fault = ""
    if request.method == "POST":
        try:
            sent = uploads.upload_start(
                name=_file(request).name or "file",
                file=_file(request),
                brand=request.POST.get("brand", ""),
                is_trusted=request.POST.get("trusted") == "on",
                options={"dry_run": request.POST.get("step") == "check"},
                actor=actor_of(request),
            )
            return redirect(request, reverse("fitment:aces-upload", args=[sent.pk]))
        except InvalidInput as error:
            fault = fault_words(error)
    return _files_page(request, fault=fault)


@require_POST
@requires(Right.FITMENT_REFERENCE)
def mapping_send(request: HttpRequest) -> HttpResponse:
    """Load a table of ids."""
    try:
        sent = uploads.upload_start(
            name=_file(request).name or "file",
            file=_file(request),
            kind=AcesFileKind.MAPPING,
            options={"add_missing": request.POST.get("add_missing") == "on"},
            actor=actor_of(request),
        )
    except InvalidInput as error:
        return _files_page(request, mapping_fault=fault_words(error))
    return redirect(request, reverse("fitment:aces-upload", args=[sent.pk]))


@require_GET
@requires(Right.FITMENT_VIEW)
def upload(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """A file: how far it is, its verdicts, its rows."""
    found = selectors.upload_get(upload_id)
    state = request.GET.get("state", "")
    query = request.GET.get("q", "").strip()[:100]
    page = _page(request)
    rows = selectors.rows_list(upload=found, state=state, q=query)
    shown = list(rows[(page - 1) * _PAGE : page * _PAGE + 1])
    is_open = found.run.state in _OPEN
    counts = found.counts
    context = {
        "upload": found,
        "run": found.run,
        "is_open": is_open,
        "rows": shown[:_PAGE],
        "has_next": len(shown) > _PAGE,
        "page": page,
        "query": query,
        "state": state,
        "states": [("", "All"), *[(one.value, one.label) for one in AcesRowState]],
        "verdicts": [(one.label, counts.get(one.value, 0)) for one in AcesRowState],
        "items": found.run.items.order_by("position")[:_PAGE],
        "replaces": any(one["code"] == "replace" for one in found.questions),
        "fits_waiting": selectors.fits_waiting(),
    }
    response = render_page(request, "fitment/aces_upload.html", context, partial="file")
    # The page asks while the run is open: the answer that it ended changes the buttons too.
    is_poll = request.GET.get("poll") == "1"
    return reload_page(request, response) if is_poll and not is_open else response


@require_POST
@requires(Right.FITMENT_REFERENCE)
def answer(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Decide about a file that asks."""
    said = request.POST.get("answer", "")
    if said == "discard":
        uploads.upload_discard(upload_id=upload_id, actor=actor_of(request))
    elif said in AcesAnswer.values:
        uploads.upload_answer(upload_id=upload_id, answer=AcesAnswer(said), actor=actor_of(request))
    else:
        raise NotFound("There is no such answer.")
    return redirect(request, reverse("fitment:aces-upload", args=[upload_id]))


@require_GET
@requires(Right.FITMENT_VIEW)
def quarantine(request: HttpRequest) -> HttpResponse:
    """Ids that rows wait for, those first that free the most."""
    return _quarantine(request)


@require_GET
@requires(Right.FITMENT_REFERENCE)
def choices(request: HttpRequest) -> HttpResponse:
    """What an id may stand for, by the words that are typed."""
    kind, query = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:80]
    found: list[tuple[str, str]] = []
    if kind in {"BaseVehicle", "Model"}:
        found = _vehicles(kind, query)
    elif kind in {"Make", "AllModels"}:
        found = [(f"make:{one.pk}", one.name) for one in makes_list(q=query)[:20]]
    elif kind == "EngineBase":
        found = [(f"engine:{one.pk}", one.code) for one in selectors.engine_choices(query)]
    context = {"choices": found, "query": query, "kind": kind, "code": _code(request.GET)}
    return render_page(request, "fitment/_aces_choices.html", context)


def _vehicles(kind: str, query: str) -> list[tuple[str, str]]:
    years = selectors.vehicle_choices(query)
    if kind == "BaseVehicle":
        return [
            (f"year:{y.model_id}:{y.year}", f"{y.year} {y.model.make} {y.model}") for y in years
        ]
    return list({f"model:{y.model_id}": (f"model:{y.model_id}", f"{y.model.make} {y.model}")
                 for y in years}.values())  # fmt: skip


@require_POST
@requires(Right.FITMENT_REFERENCE)
def map_code(request: HttpRequest) -> HttpResponse:
    """Say what an id stands for; the list comes back without what was freed."""
    kind, code = request.POST.get("kind", ""), _code(request.POST)
    if code is None:
        return _quarantine(request, fault="The id is no positive number.", status=422)
    try:
        freed = mapping.code_map(
            kind=kind, code=code, actor=actor_of(request), **_meaning(request.POST.dict())
        )
    except AppError as error:
        fault = f"{kind} {code}: {fault_words(error)}"
        return _quarantine(request, fault=fault, status=422, open_id=f"{kind}:{code}")
    rows = "1 row is" if freed == 1 else f"{freed:,} rows are"
    return toast(_quarantine(request), f"{kind} {code} is mapped. {rows} free.")


@require_GET
@requires(Right.FITMENT_EDIT)
def export(request: HttpRequest) -> HttpResponse:
    """What an export would hold and leave out, before it is taken."""
    options, fault = _export_options(request)
    done = None
    if not fault:
        done = writer.export_preview(user=user_of(request), **options)
    context = {
        "done": done,
        "left_out": done.left_out.most_common(_PAGE) if done else [],
        "left_total": done.left_out.total() if done else 0,
        "fault": fault,
        "part_type_id": request.GET.get("part_type_id", ""),
        "brand": request.GET.get("brand", ""),
        "brand_code": request.GET.get("brand_code", ""),
        "query": request.GET.urlencode(),
    }
    return render_page(request, "fitment/aces_export.html", context)


@require_GET
@requires(Right.FITMENT_EDIT)
def export_file(request: HttpRequest) -> HttpResponseBase:
    """The file itself."""
    options, fault = _export_options(request)
    if fault:
        raise InvalidInput(fault)
    return writer.export_response(user=user_of(request), **options)


def _export_options(request: HttpRequest) -> tuple[dict[str, Any], str]:
    options: dict[str, Any] = {"brand": request.GET.get("brand", "").strip()[:65]}
    code = request.GET.get("brand_code", "").strip().upper()
    part_type = request.GET.get("part_type_id", "").strip()
    if code and not (len(code) == 4 and code.isascii() and code.isalpha()):
        return {}, "A brand code has four letters, such as BBBB."
    if part_type and _number(part_type) is None:
        return {}, "The part type is an id, such as 1684."
    if code:
        options["brand_code"] = code
    if part_type:
        options["part_type_id"] = _number(part_type)
    return options, ""


def _files_page(request: HttpRequest, *, fault: str = "", mapping_fault: str = "") -> HttpResponse:
    found: list[AcesUpload] = list(selectors.uploads_list()[:20])
    context = {
        "uploads": found,
        "fault": fault,
        "mapping_fault": mapping_fault,
        "codes": selectors.codes_count(),
        "missing": sum(number for _, number in selectors.missing_kinds()),
    }
    status = 400 if fault or mapping_fault else 200
    return render_page(request, "fitment/aces.html", context, status=status)


def _quarantine(
    request: HttpRequest, *, fault: str = "", status: int = 200, open_id: str = ""
) -> HttpResponse:
    kind = (request.POST.get("only") or request.GET.get("kind", ""))[:40]
    page = _page(request)
    found = selectors.missing_list(kind=kind)
    rows = list(found[(page - 1) * _PAGE : page * _PAGE + 1])
    kinds = selectors.missing_kinds()
    context = {
        "rows": rows[:_PAGE],
        "has_next": len(rows) > _PAGE,
        "page": page,
        "kind": kind,
        "kinds": [("", "All", sum(number for _, number in kinds))]
        + [(name, name, number) for name, number in kinds],
        "fault": fault,
        "open_id": open_id,
        "fits_waiting": selectors.fits_waiting(),
    }
    return render_page(
        request, "fitment/quarantine.html", context, partial="results", status=status
    )


def _meaning(data: dict[str, str]) -> dict[str, Any]:
    """Read the choice: `year:<model>:<year>`, `model:…`, `make:…`, `engine:…`, or a typed name."""
    what, _, rest = data.get("choice", "").partition(":")
    first, _, year = rest.partition(":")
    try:
        chosen = uuid.UUID(first) if first else None
    except ValueError:
        chosen = None
    if what == "year" and chosen and year.isdigit():
        return {"model_id": model_get(chosen).pk, "year": int(year[:4])}
    if what in {"model", "make", "engine"} and chosen:
        return {f"{what}_id": chosen}
    return {"name": data.get("name", "")}


def _file(request: HttpRequest) -> Any:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput(fields={"file": "Choose a file."})
    return file


def _number(text: str) -> int | None:
    is_id = text.isascii() and text.isdigit() and len(text) < 11
    return int(text) if is_id and 0 < int(text) <= _ID_MAX else None


def _code(data: Any) -> int | None:
    return _number(str(data.get("code", "")).strip())


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, min(int(text), 2000)) if text.isascii() and text.isdigit() else 1
