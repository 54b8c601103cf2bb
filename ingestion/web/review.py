"""Review: a photo with lit boxes, the fields beside it, approve, reject, next; by keyboard alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ingestion import selectors, services
from ingestion.enums import ReviewStatus
from ingestion.models import AiResult, ImageAsset
from ingestion.services.review import draft_of
from listings.enums import Condition
from realtrack.core.errors import Conflict, InvalidInput
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page

# (name, label, is a code)
_FIELDS: tuple[tuple[str, str, bool], ...] = (
    ("brand", "Brand", False),
    ("mpn", "Part number", True),
    ("oe_number", "OE number", True),
    ("part_type", "Part type", False),
    ("position", "Placement", False),
    ("make", "Make", False),
    ("model", "Model", False),
    ("years", "Years", True),
    ("condition", "Condition", False),
    ("upc", "UPC", True),
    ("ean", "EAN", True),
    ("quantity", "Quantity", True),
    ("price", "Price", True),
)
_ALWAYS = frozenset({"brand", "mpn", "oe_number", "part_type", "condition", "quantity", "price",
                     "make", "model", "years"})  # fmt: skip
_SURE, _CHECK = 0.85, 0.60
_TITLE_MAX = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewField:
    """A line of the form. `confidence` None: nobody read it, a person types."""

    name: str
    label: str
    value: str
    is_code: bool
    confidence: float | None
    reason: str
    alternatives: tuple[Mapping[str, object], ...]
    asset_id: str
    error: str = ""

    @property
    def is_doubtful(self) -> bool:
        """True where a person should look first."""
        return self.confidence is not None and self.confidence < _SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxMark:
    """A lit rectangle in the photo's pixels."""

    field: str
    text: str
    kind: str
    x: int
    y: int
    width: int
    height: int
    label_y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePhoto:
    """A photo on the stage with its boxes."""

    asset: ImageAsset
    url: str
    thumb_url: str
    boxes: tuple[BoxMark, ...]


@require_GET
@requires(Right.INGESTION_VIEW)
def queue(request: HttpRequest) -> HttpResponse:
    """The next part that nobody else looks at, or the empty state."""
    after = _uuid(request.GET.get("after", ""))
    if not user_can(request.user, Right.INGESTION_EDIT):
        return _looked_at(request, after)
    result = services.result_claim(actor=actor_of(request), after=after)
    if result is None and after is not None:
        # What was skipped comes round again.
        result = services.result_claim(actor=actor_of(request))
    if result is None:
        return render_page(request, "ingestion/review_empty.html", {"done": _done_today(request)})
    return _render(request, result)


def _looked_at(request: HttpRequest, after: uuid.UUID | None) -> HttpResponse:
    """Who may only look takes nothing away from those who work."""
    waiting = selectors.review_queue()
    result = (waiting.filter(pk__gt=after).first() if after else None) or waiting.first()
    if result is None:
        return render_page(request, "ingestion/review_empty.html", {"done": 0})
    return _render(request, result, is_taken=True)


@require_GET
@requires(Right.INGESTION_VIEW)
def one(request: HttpRequest, result_id: uuid.UUID) -> HttpResponse:
    """One part by its address; taken by another: shown without buttons."""
    result = selectors.result_of_review(result_id)
    claimed = None
    may_edit = user_can(request.user, Right.INGESTION_EDIT)
    if may_edit and result.review_status == ReviewStatus.NEEDS_REVIEW:
        claimed = services.result_claim(actor=actor_of(request), result_id=result.pk)
    return _render(request, claimed or result, is_taken=claimed is None)


@require_POST
@requires(Right.INGESTION_EDIT)
def title(request: HttpRequest, result_id: uuid.UUID) -> HttpResponse:
    """The title as it would be with what is typed now."""
    result = selectors.result_of_review(result_id)
    typed = {name: text for name, text in _typed(request).items() if name != "title"}
    try:
        draft, _ = draft_of(result, typed)
    except InvalidInput:
        draft = {"title": result.extracted_title}
    return render_page(
        request, "ingestion/_title.html", {"title": draft.get("title", ""), "result": result}
    )


@require_POST
@requires(Right.INGESTION_EDIT)
def approve(request: HttpRequest, result_id: uuid.UUID) -> HttpResponse:
    """Make the draft and go to the next part."""
    typed = _typed(request)
    try:
        _, listing = services.result_approve(
            result_id=result_id, fields=typed, actor=actor_of(request)
        )
    except InvalidInput as error:
        result = selectors.result_of_review(result_id)
        return _render(request, result, typed=typed, error=error, status=422)
    messages.success(request, f"{listing.custom_label_sku} is a draft now: {listing.title}")
    return redirect(request, _next_url(result_id))


@require_POST
@requires(Right.INGESTION_EDIT)
def add_to_stock(request: HttpRequest, result_id: uuid.UUID) -> HttpResponse:
    """Another piece of a part that we have; go to the next part."""
    typed = request.POST.get("quantity", "").strip()
    pieces = int(typed) if typed.isdigit() and len(typed) < 5 and int(typed) else 1
    _, listing = services.result_add_to_stock(
        result_id=result_id, pieces=pieces, actor=actor_of(request)
    )
    messages.success(request, f"{listing.custom_label_sku} has {pieces} more now.")
    return redirect(request, _next_url(result_id))


@require_GET
@requires(Right.INGESTION_VIEW)
def learned(request: HttpRequest) -> HttpResponse:
    """What corrections taught, to be taken back one by one."""
    return render_page(request, "ingestion/learned.html", {"aliases": selectors.learned_aliases()})


@require_POST
@requires(Right.INGESTION_EDIT)
def learned_undo(request: HttpRequest, alias_id: uuid.UUID) -> HttpResponse:
    """Take back what was learned."""
    alias = services.alias_undo(alias_id=alias_id, actor=actor_of(request))
    messages.success(request, f"{alias.read} is not read as {alias.value} any more.")
    return redirect(request, reverse("ingestion:learned"))


@require_POST
@requires(Right.INGESTION_EDIT)
def reject(request: HttpRequest, result_id: uuid.UUID) -> HttpResponse:
    """Nothing comes of this part; go to the next one."""
    reason = request.POST.get("reason", "").strip() or "Rejected in review."
    result = services.result_reject(result_id=result_id, reason=reason, actor=actor_of(request))
    messages.success(request, "Rejected. Its job can be read again from the intake page.")
    return redirect(request, _next_url(result.pk))


def _next_url(result_id: uuid.UUID) -> str:
    return f"{reverse('ingestion:review')}?after={result_id}"


def _typed(request: HttpRequest) -> dict[str, str]:
    names = {name for name, _, _ in _FIELDS} | {"title"}
    return {name: request.POST[name].strip() for name in names if name in request.POST}


def _render(
    request: HttpRequest,
    result: AiResult,
    *,
    is_taken: bool = False,
    typed: Mapping[str, str] | None = None,
    error: InvalidInput | None = None,
    status: int = 200,
) -> HttpResponse:
    if error is not None and not error.fields:
        raise Conflict(error.message)
    faults = {name: texts[0] for name, texts in error.fields.items()} if error else {}
    fields = _fields(result, typed or {}, faults)
    photos = _photos(result)
    waiting = selectors.review_queue().count()
    return render_page(
        request,
        "ingestion/review.html",
        {
            "result": result,
            "fields": fields,
            "conditions": Condition.choices,
            "title": (typed or {}).get("title", result.extracted_title),
            # Sent back with a fault, it stays the words of the person who typed it.
            "title_typed": bool(typed and typed.get("title")),
            "title_error": faults.get("title", ""),
            "title_max": _TITLE_MAX,
            "photos": photos,
            "waiting": waiting,
            "done": _done_today(request),
            "is_taken": is_taken,
            "is_open": result.review_status == ReviewStatus.NEEDS_REVIEW,
            "focus": next((one.name for one in fields if one.error), "")
            or next((one.name for one in fields if one.is_doubtful), "")
            or next((one.name for one in fields if not one.value), ""),
            "next_url": _next_url(result.pk),
        },
        status=status,
    )


def _fields(
    result: AiResult, typed: Mapping[str, str], faults: Mapping[str, str]
) -> list[ReviewField]:
    found: list[ReviewField] = []
    vehicle = result.extracted_fitment_raw[0] if result.extracted_fitment_raw else {}
    years = vehicle.get("years") or []
    read = {
        "model": vehicle.get("model", ""),
        "make": vehicle.get("make", ""),
        "years": f"{min(years)}-{max(years)}" if years else "",
    }
    for name, label, is_code in _FIELDS:
        one = result.normalised.get(name, {})
        value = str(one.get("value", "") or read.get(name, ""))
        if name not in _ALWAYS and not one:
            continue
        source = one.get("source") or {}
        found.append(
            ReviewField(
                name=name,
                label=label,
                value=typed.get(name, value),
                is_code=is_code,
                confidence=one.get("confidence") if one.get("value") else None,
                reason=str(one.get("reason", "")),
                alternatives=tuple(one.get("alternatives", ())),
                asset_id=str(source.get("assetId", "")),
                error=faults.get(name, ""),
            )
        )
    return found


def _photos(result: AiResult) -> list[StagePhoto]:
    found: list[StagePhoto] = []
    for asset in selectors.result_photos(result):
        ref = selectors.photo_ref(asset)
        found.append(
            StagePhoto(
                asset=asset,
                url=ref.url,
                thumb_url=ref.thumb_url,
                boxes=tuple(_boxes(result, asset)),
            )
        )
    return found


def _boxes(result: AiResult, asset: ImageAsset) -> list[BoxMark]:
    labels = {name: label for name, label, _ in _FIELDS}
    width, height = asset.width or 1, asset.height or 1
    found: list[BoxMark] = []
    for name, one in result.normalised.items():
        source = one.get("source")
        if not source or source.get("assetId") != str(asset.pk) or name not in labels:
            continue
        x, y, box_width, box_height = source["box"]
        sure = float(one.get("confidence", 0))
        found.append(
            BoxMark(
                field=name,
                text=f"{labels[name]} {round(sure * 100)}",
                kind="hi" if sure >= _SURE else "mi" if sure >= _CHECK else "lo",
                x=round(x * width),
                y=round(y * height),
                width=max(1, round(box_width * width)),
                height=max(1, round(box_height * height)),
                label_y=max(12, round(y * height) - 4),
            )
        )
    return found


def _done_today(request: HttpRequest) -> int:
    return selectors.reviewed_today(actor_of(request).user_id)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
