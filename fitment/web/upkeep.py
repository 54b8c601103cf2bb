"""Pages that keep the vehicle data right: checks, merges, shared sets, lists in and out of a part."""

from __future__ import annotations

import json
import uuid

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fitment import exporting, selectors
from fitment.checking import mending
from fitment.checking.finding import NO_DATA, findings_counts
from fitment.enums import FindingKind
from fitment.models import FitmentFinding, FitmentMerge, FitmentModel, FitmentModelYear, FitmentSet
from fitment.services import batch, doubting, sharing, vehicles_merge
from fitment.services import vehicles_add as adding
from fitment.tasks import check_task
from fitment.web.forms import years_read
from fitment.web.inputs import fault_words, sent_id
from fitment.web.views import board_done
from listings.models import Listing
from realtrack.core import tasks as core_tasks
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast, wants_fragment

_PAGE = 50
# Content type and ending of each form of an export.
_FORMS = {
    "csv": ("text/csv", "csv"),
    "ebay": ("text/csv", "csv"),
    "tags": ("text/plain", "txt"),
    "metafield": ("application/json", "json"),
}
_MEANS = {
    FindingKind.DUPLICATE: "A part says one car twice, or in overlapping years.",
    FindingKind.COMMENT: "One row has a comment, the other of the same car has none.",
    FindingKind.LIFE: "Years in which the model was not built.",
    FindingKind.TITLE: "The title names cars of which none is among the part's vehicles.",
    FindingKind.OVERLAP: "Two part numbers for one car, part type and position.",
    FindingKind.MARKET: "Verified cars that your list of a marketplace's vehicles does not name.",
}


@require_GET
@requires(Right.FITMENT_VIEW)
def checks(request: HttpRequest) -> HttpResponse:
    """What the checks found, kind by kind, each with its fix."""
    return _checks_page(request, request.GET.get("kind", ""))


def _checks_page(request: HttpRequest, kind: str, *, fault: str = "") -> HttpResponse:
    counts = findings_counts()
    if kind not in counts:
        kind = next((one for one, count in counts.items() if count), FindingKind.DUPLICATE.value)
    text = request.GET.get("page", "1")
    page = max(1, min(int(text), 200)) if text.isascii() and text.isdigit() else 1
    rows = list(
        FitmentFinding.objects.filter(
            kind=kind,
            accepted_at__isnull=True,
            listing__in=Listing.objects.visible_to(user_of(request)).values("pk"),
        )
        .select_related(
            "listing", "fitment__make", "fitment__model", "fitment__engine", "fitment__submodel",
            "other__make", "other__model", "other__engine", "other__submodel", "other__listing",
        )
        .order_by("pk")[(page - 1) * _PAGE : page * _PAGE + 1]
    )  # fmt: skip
    context = {
        "kind": kind,
        "means": _MEANS[FindingKind(kind)],
        "kinds": [(one.value, one.label, counts[one.value]) for one in FindingKind],
        "rows": rows[:_PAGE],
        "has_next": len(rows) > _PAGE,
        "page": page,
        "answers": mending.ANSWERS[kind],
        "fault": fault,
        "no_data": "" if FitmentModelYear.objects.exists() else NO_DATA,
    }
    status = 422 if fault else 200
    return render_page(request, "fitment/checks.html", context, partial="results", status=status)


@require_POST
@requires(Right.FITMENT_EDIT)
def checks_run(request: HttpRequest) -> HttpResponse:
    """Have a worker check everything now."""
    is_sent = core_tasks.kick(check_task, coalesce="fitment_check")
    word = "Checking; look again in a moment." if is_sent else "No worker can be reached."
    if wants_fragment(request):
        return toast(HttpResponse(status=204), word, kind="ok" if is_sent else "bad")
    return redirect(request, reverse("fitment:checks"))


@require_POST
@requires(Right.FITMENT_EDIT)
def finding_answer(request: HttpRequest, finding_id: uuid.UUID) -> HttpResponse:
    """Mend a finding, or call it right."""
    visible = Listing.objects.visible_to(user_of(request)).values("pk")
    found = get_object_or_404(FitmentFinding, pk=finding_id, listing__in=visible)
    answer = request.POST.get("answer", "")
    try:
        mending.finding_answer(finding_id=found.pk, answer=answer, actor=actor_of(request))
    except AppError as error:
        return _checks_page(request, found.kind, fault=fault_words(error))
    if wants_fragment(request):
        word = "Noted as right." if answer == mending.RIGHT else "Mended."
        return toast(_checks_page(request, found.kind), word)
    return redirect(request, f"{reverse('fitment:checks')}?kind={found.kind}")


@require_GET
@requires(Right.FITMENT_VIEW)
def vehicles(request: HttpRequest) -> HttpResponse:
    """Models by name, to merge; what was merged, to take back."""
    return _vehicles_page(request)


def _vehicles_page(request: HttpRequest, fault: str = "") -> HttpResponse:
    query = request.GET.get("q", "").strip()[:60]
    models = FitmentModel.objects.filter(merged_into=None).select_related("make")
    for word in query.split():
        models = models.filter(name__icontains=word) | models.filter(make__name__icontains=word)
    models = models.annotate(fitment_count=Count("fitments"))
    rows = list(models.order_by("make__name", "name").distinct()[:_PAGE]) if query else []
    context = {
        "query": query,
        "rows": rows,
        "merges": FitmentMerge.objects.select_related("by")[:20],
        "fault": fault,
        "values": request.POST,
    }
    status = 422 if fault else 200
    return render_page(request, "fitment/vehicles.html", context, partial="results", status=status)


@require_POST
@requires(Right.FITMENT_REFERENCE)
def merge(request: HttpRequest) -> HttpResponse:
    """Merge two models, or with `of=make` their makes."""
    try:
        gone, keep = (
            selectors.model_get(sent_id(request.POST.get(name, ""))) for name in ("gone", "into")
        )
        if request.POST.get("of") == "make":
            done = vehicles_merge.makes_merge(
                gone_id=gone.make_id, keep_id=keep.make_id, actor=actor_of(request)
            )
        else:
            done = vehicles_merge.models_merge(
                gone_id=gone.pk, keep_id=keep.pk, actor=actor_of(request)
            )
    except AppError as error:
        return _vehicles_page(request, fault_words(error))
    return _merged(request, done, f"{done.gone_label} is {done.kept_label} now.")


@require_POST
@requires(Right.FITMENT_REFERENCE)
def merge_undo(request: HttpRequest, merge_id: uuid.UUID) -> HttpResponse:
    """Take a merge back."""
    try:
        done = vehicles_merge.merge_undo(merge_id=merge_id, actor=actor_of(request))
    except AppError as error:
        return _vehicles_page(request, fault_words(error))
    return _merged(request, done, f"{done.gone_label} stands by itself again.")


def _merged(request: HttpRequest, done: FitmentMerge, text: str) -> HttpResponse:
    if not wants_fragment(request):
        return redirect(request, reverse("fitment:vehicles"))
    undo = reverse("fitment:merge-undo", args=[done.pk]) if done.undone_at is None else ""
    return toast(_vehicles_page(request), text, undo_url=undo)


@require_POST
@requires(Right.FITMENT_REFERENCE)
def vehicle_add(request: HttpRequest) -> HttpResponse:
    """Add a model with its years, or widen a known one's."""
    ranges = years_read(request.POST.get("years", ""))
    try:
        if len(ranges) != 1:
            raise InvalidInput(fields={"years": "Write the first and the last year, as 2010-12."})
        row = adding.vehicle_add(
            make=request.POST.get("make", ""), model=request.POST.get("model", ""),
            year_start=ranges[0][0], year_end=ranges[0][1], actor=actor_of(request),
        )  # fmt: skip
    except AppError as error:
        return _vehicles_page(request, fault_words(error))
    if wants_fragment(request):
        return toast(_vehicles_page(request), f"{row.make} {row} is known now.")
    return redirect(request, f"{reverse('fitment:vehicles')}?q={row.name}")


@require_GET
@requires(Right.FITMENT_VIEW)
def sets(request: HttpRequest) -> HttpResponse:
    """Sets of vehicles that parts share."""
    rows = FitmentSet.objects.annotate(
        vehicle_count=Count("vehicles", distinct=True), use_count=Count("uses", distinct=True)
    ).order_by("name")
    return render_page(request, "fitment/sets.html", {"rows": rows[:500]})


@require_http_methods(["GET", "POST"])
@requires(Right.FITMENT_EDIT)
def fitment_set(request: HttpRequest, set_id: uuid.UUID) -> HttpResponse:
    """A set: its vehicles, the parts that have it; an edit changes all of them."""
    found = get_object_or_404(FitmentSet, pk=set_id)
    fault, text = "", ""
    if request.method == "POST":
        text = request.POST.get("add", "")
        try:
            added, removed = sharing.set_edit(
                set_id=set_id, add_text=text[:20_000], actor=actor_of(request),
                remove_ids=[sent_id(text) for text in request.POST.getlist("ids")[:500]],
            )  # fmt: skip
            url = reverse("fitment:set", args=[set_id])
            return redirect(request, f"{url}?added={added}&removed={removed}")
        except AppError as error:
            fault = fault_words(error)
    context = {
        "set": found,
        "vehicles": found.vehicles.select_related("make", "model", "submodel", "engine"),
        "uses": found.uses.select_related("listing").order_by("pk")[:200],
        "use_count": found.uses.count(),
        "fault": fault,
        "text": text,
        "added": _number(request, "added"),
        "removed": _number(request, "removed"),
    }
    return render_page(request, "fitment/set.html", context, status=422 if fault else 200)


@require_POST
@requires(Right.FITMENT_EDIT)
def drafts_read(request: HttpRequest) -> HttpResponse:
    """Read the words of all drafts without a vehicle; leads to the run."""
    try:
        run = batch.detect_batch_start(actor=actor_of(request))
    except AppError as error:
        if wants_fragment(request):
            return toast(HttpResponse(status=204), fault_words(error))
        return redirect(request, reverse("fitment:index"))
    return redirect(request, reverse("runs:detail", args=[run.pk]))


@require_POST
@requires(Right.FITMENT_EDIT)
def paste(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Add a pasted list of vehicles, to be verified."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    try:
        result = sharing.fitments_paste(
            listing_id=found.pk, text=request.POST.get("text", "")[:40_000], actor=actor_of(request)
        )
    except AppError as error:
        return board_done(request, found, fault_words(error), kind="bad")
    said = f"{result.added} to verify, {result.known} known."
    if result.unread:
        said += f" Not understood: {'; '.join(result.unread[:3])}"
        said += " …" if len(result.unread) > 3 else ""
    return board_done(request, found, said, kind="warn" if result.unread else "ok")


@require_POST
@requires(Right.FITMENT_EDIT)
def equals(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Take over the verified vehicles of parts with the same number."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    try:
        rows = sharing.fitments_take_equals(listing_id=found.pk, actor=actor_of(request))
    except AppError as error:
        return board_done(request, found, fault_words(error), kind="bad")
    return board_done(request, found, f"{len(rows)} taken over and verified.")


@require_POST
@requires(Right.FITMENT_EDIT)
def doubt(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """A buyer's car does not fit: what holds it goes back to review."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    rows = doubting.fitments_doubt(
        listing_id=found.pk, vehicle=request.POST.get("vehicle", "")[:200],
        reason="returned by a buyer", actor=actor_of(request),
    )  # fmt: skip
    if not rows:
        return board_done(
            request, found, "No verified vehicle holds this car; name model and year.", kind="warn"
        )
    return board_done(request, found, f"{len(rows)} set back to review.", row_id=rows[0].pk)


@require_POST
@requires(Right.FITMENT_EDIT)
def set_use(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Give the part a set (`set`), or make one of its verified vehicles (`name`)."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    chosen = request.POST.get("set", "")
    try:
        if chosen:
            count = sharing.set_apply(
                set_id=sent_id(chosen), listing_ids=[found.pk], actor=actor_of(request)
            )
            return board_done(request, found, f"{count} added from the set.")
        made = sharing.set_create(
            name=request.POST.get("name", ""), listing_id=found.pk, actor=actor_of(request)
        )
    except AppError as error:
        return board_done(request, found, fault_words(error), kind="bad")
    return board_done(request, found, f"Set {made.name} is made.")


@require_GET
@requires(Right.FITMENT_VIEW)
def export(request: HttpRequest, listing_id: uuid.UUID, form: str) -> HttpResponse:
    """The verified vehicles as `csv`, `ebay`, `tags` or `metafield`."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    if form == "csv":
        text = exporting.csv_text(found.pk)
    elif form == "ebay":
        text = exporting.ebay_text(found.pk)
    elif form == "tags":
        text = ", ".join(exporting.shopify_tags(found.pk)) + "\n"
    elif form == "metafield":
        text = json.dumps(exporting.shopify_metafield(found.pk), indent=1) + "\n"
    else:
        return HttpResponse(status=404)
    kind, ending = _FORMS[form]
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    name = "".join(char for char in found.custom_label_sku if char.isalnum() or char in "-_")
    response["Content-Disposition"] = f'attachment; filename="{name or "part"}-{form}.{ending}"'
    return response


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
