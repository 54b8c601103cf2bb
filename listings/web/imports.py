"""Pages of imports: choose a file, check it, say what its columns are, import it, undo it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from listings import fields, services
from listings.files.headers import VEHICLES, VERSION
from listings.models import ImportFile, ImportPreset
from listings.services.imports import KIND, UNDO_KIND
from realtrack.core.errors import AppError, InvalidInput, NotFound
from realtrack.core.models import Run, RunItemState
from realtrack.core.rights import Right
from realtrack.core.selectors import run_check_steerable
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, reload_page, render_page
from realtrack.core.web.runs import OPEN_RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 20
_ROWS = 200  # verdicts on one page; the rest are reached by their kind


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def imports(request: HttpRequest) -> HttpResponse:
    """The form and the last imports; a file that was sent leads to its run."""
    fault = ""
    if request.method == "POST":
        try:
            return _start(request)
        except InvalidInput as error:
            fault = _text(error)
    files = ImportFile.objects.select_related("run").defer("content").order_by("-created_at")
    context = {
        "files": files[:_SHOWN],
        "fault": fault,
        "presets": ImportPreset.objects.all(),
    }
    return render_page(request, "listings/imports.html", context, status=400 if fault else 200)


@require_GET
@requires(Right.LISTINGS_EDIT)
def import_detail(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One import with the verdict of each row; htmx polls the partial while it works."""
    run = _run(run_id)
    state = request.GET.get("state", "")
    items = run.items.order_by("position")
    if state in RunItemState.values:
        items = items.filter(state=state)
    file = ImportFile.objects.filter(pk=run_id).defer("content").first()
    undone = Run.objects.filter(idempotency_key=f"{UNDO_KIND}:{run.pk}").first()
    stored = run.created_count + run.changed_count
    context = {
        "run": run,
        "file": file,
        "items": [(item, _cells(item.before, item.after)) for item in items[:_ROWS]],
        "state": state,
        "states": (
            ("created", "New", run.created_count), ("changed", "Changed", run.changed_count),
            ("same", "Same", run.same_count), ("refused", "Refused", run.refused_count),
        ),
        "shown": _ROWS,
        "undone": undone,
        "may_undo": run.state not in OPEN_RUNS and not run.params.get("dry_run") and stored,
    }  # fmt: skip
    response = render_page(request, "listings/import_detail.html", context, partial="verdicts")
    return response if run.state in OPEN_RUNS else reload_page(request, response)


@require_POST
@requires(Right.LISTINGS_EDIT)
def import_apply(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Import the file of a check."""
    run = services.import_apply(run_id=run_id, actor=actor_of(request))
    return redirect(request, reverse("listings:import", args=[run.pk]))


@require_POST
@requires(Right.LISTINGS_EDIT)
def import_undo(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Put back what the import changed; what was changed since stays and is named."""
    run_check_steerable(_run(run_id), user_of(request))
    undo = services.import_undo(run_id=run_id, actor=actor_of(request))
    return redirect(request, reverse("runs:detail", args=[undo.pk]))


@require_GET
@requires(Right.LISTINGS_EDIT)
def import_refused(request: HttpRequest, run_id: uuid.UUID) -> StreamingHttpResponse:
    """The refused rows as they came, each with its reason, as a file."""
    del request
    return refused_response(run_id)


def refused_response(run_id: uuid.UUID) -> StreamingHttpResponse:
    """The refused rows of an import as a download."""
    name, pieces = services.import_refused(run_id=run_id)
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    plain = "".join(c if c.isalnum() or c in "-_. " else "_" for c in name)
    response["Content-Disposition"] = f'attachment; filename="{plain}"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def import_columns(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """What each column of the file is taken for, to correct and to keep by name."""
    columns = services.import_columns(run_id=run_id)
    names = _labels()
    shown = {wire: label for label, wire in names.items()}
    typed = [request.POST.get(f"column-{n}", "").strip() for n in range(len(columns))]
    fault = ""
    if request.method == "POST":
        try:
            choices = {
                header: _wire(names, header, text)
                for (header, _, _), text in zip(columns, typed, strict=True)
            }
            return _checked_again(request, run_id, services.mapping_of(choices))
        except InvalidInput as error:
            fault = _text(error)
    else:
        typed = [shown.get(read, read) for _, read, _ in columns]
    context = {
        "run": _run(run_id),
        "columns": [
            (number, header, text, samples)
            for number, ((header, _, samples), text) in enumerate(zip(columns, typed, strict=True))
        ],
        "labels": sorted(names),
        "preset": request.POST.get("preset", ""),
        "fault": fault,
    }
    return render_page(
        request, "listings/import_columns.html", context, status=400 if fault else 200
    )


@require_POST
@requires(Right.LISTINGS_EDIT)
def import_preset_delete(request: HttpRequest, preset_id: uuid.UUID) -> HttpResponse:
    """Forget a preset."""
    services.import_preset_delete(preset_id=preset_id, actor=actor_of(request))
    messages.success(request, "Preset deleted.")
    return redirect(request, reverse("listings:imports"))


def _checked_again(
    request: HttpRequest, run_id: uuid.UUID, mapping: dict[str, str]
) -> HttpResponse:
    """Check the file with these columns; keep them first where a name was typed."""
    actor = actor_of(request)
    run = services.import_recheck(run_id=run_id, mapping=mapping, actor=actor)
    if name := request.POST.get("preset", "").strip():
        services.import_preset_save(name=name, mapping=mapping, actor=actor)
        messages.success(request, f"Kept as {name}.")
    return redirect(request, reverse("listings:import", args=[run.pk]))


def _start(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput(fields={"file": "Choose a file."})
    preset = request.POST.get("preset", "")
    try:
        preset_id = uuid.UUID(preset) if preset else None
    except ValueError as error:
        raise InvalidInput(fields={"preset": "There is no such preset."}) from error
    run = services.import_start(
        name=file.name or "file",
        content=file.read(),
        dry_run=request.POST.get("step") != "import",
        preset_id=preset_id,
        actor=actor_of(request),
    )
    return redirect(request, reverse("listings:import", args=[run.pk]))


def _run(run_id: uuid.UUID) -> Run:
    run = Run.objects.filter(pk=run_id, kind=KIND).first()
    if run is None:
        raise NotFound
    return run


def _labels() -> dict[str, str]:
    """What a person may type for a column: the fields by their labels."""
    found: dict[str, str] = {}
    for name, column in fields.by_name().items():
        text = fields.label(name)
        found[column.header if text in found else text] = column.api_name
    specifics = fields.label(fields.ITEM_SPECIFICS)
    return {
        **found,
        specifics: fields.api_name(fields.ITEM_SPECIFICS),
        "Version": VERSION,
        "Vehicles": VEHICLES,
    }


def _wire(names: Mapping[str, str], header: str, text: str) -> str:
    if not text or text in names.values():
        return text
    if text[:2].casefold() == "c:" and text[2:].strip():
        return text
    folded = {label.casefold(): wire for label, wire in names.items()}
    if text.casefold() in folded:
        return folded[text.casefold()]
    message = f"{header}: there is no field {text}. Type C: before it for an item specific."
    raise InvalidInput(fields={"mapping": message})


def _cells(
    before: Mapping[str, object], after: Mapping[str, object]
) -> list[tuple[str, object, object]]:
    """Label, before and after of each field that a row sets."""
    names = fields.names_by_api()
    return [
        (fields.label(names[key]), before.get(key), value)
        for key, value in after.items()
        if key in names and (value not in (None, "") or key in before)
    ]


def _text(error: AppError) -> str:
    texts = [text for found in error.fields.values() for text in found]
    return " ".join(texts) or error.message
