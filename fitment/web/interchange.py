"""Pages of equal numbers: the groups, one group, a file of them, what was changed and its undo."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fitment import interchange as reads
from fitment.enums import InterchangeSide
from fitment.models import InterchangeChange, InterchangeGroup
from fitment.services import interchange as service
from fitment.services.interchange_book import NUMBERS_MAX, NumberIn
from fitment.services.interchange_import import BYTES_MAX, interchange_import
from fitment.web.inputs import fault_words, sent_id
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast, wants_fragment

_PAGE = 50
_CHANGES = 20


@require_GET
@requires(Right.FITMENT_VIEW)
def groups(request: HttpRequest) -> HttpResponse:
    """Groups by label or number; what was changed lately, to take back."""
    return _groups_page(request)


def _groups_page(request: HttpRequest, fault: str = "", **more: object) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:65]
    text = request.GET.get("page", "1")
    page = max(1, min(int(text), 200)) if text.isascii() and text.isdigit() else 1
    found = reads.groups_list(q=query).prefetch_related("numbers")
    rows = list(found[(page - 1) * _PAGE : page * _PAGE + 1])
    context = {
        "query": query,
        "rows": rows[:_PAGE],
        "page": page,
        "has_next": len(rows) > _PAGE,
        "changes": list(reads.changes_list()[:_CHANGES]),
        "sides": InterchangeSide.choices,
        "fault": fault,
        "values": request.POST,
        **more,
    }
    status = 422 if fault else 200
    return render_page(
        request, "fitment/interchange.html", context, partial="results", status=status
    )


@require_GET
@requires(Right.FITMENT_VIEW)
def group(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """A group: its numbers, how many parts have each, and what may be done with it."""
    return _group_page(request, reads.group_get(group_id))


def _group_page(request: HttpRequest, found: InterchangeGroup, fault: str = "") -> HttpResponse:
    numbers = list(found.numbers.select_related("replaced_by").order_by("number_key", "pk"))
    parts = reads.parts_by_number(numbers, user=user_of(request))
    context = {
        "group": found,
        "rows": [{"number": one, "parts": parts.get(one.number_key, 0)} for one in numbers],
        "part_count": sum(parts.values()),
        "sides": InterchangeSide.choices,
        "fault": fault,
        "values": request.POST,
    }
    status = 422 if fault else 200
    return render_page(
        request, "fitment/interchange_group.html", context, partial="results", status=status
    )


def _numbers_of(request: HttpRequest) -> list[NumberIn]:
    """One number a line, its brand after a comma: `27060-0H070, Toyota`."""
    side = request.POST.get("side", "")
    found = []
    for line in request.POST.get("numbers", "")[:40_000].splitlines():
        number, _, brand = line.partition(",")
        if number.strip():
            found.append(NumberIn(number=number, brand=brand, side=side))
    if len(found) > NUMBERS_MAX:
        raise InvalidInput(fields={"numbers": f"At most {NUMBERS_MAX} numbers."})
    if not found:
        raise InvalidInput(fields={"numbers": "Write the numbers, one a line."})
    return found


@require_POST
@requires(Right.FITMENT_EDIT)
def group_add(request: HttpRequest) -> HttpResponse:
    """Make a group of the numbers that were written, one a line."""
    try:
        change = service.group_create(
            numbers=_numbers_of(request), label=request.POST.get("label", ""),
            actor=actor_of(request),
        )  # fmt: skip
    except AppError as error:
        return _groups_page(request, fault_words(error))
    return _done(request, change, f"The group {change.label} is made.")


@require_POST
@requires(Right.FITMENT_EDIT)
def file_send(request: HttpRequest) -> HttpResponse:
    """Import a CSV of equal numbers; what was refused is named on the page."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise InvalidInput(fields={"file": "Choose a CSV."})
        if (file.size or 0) > BYTES_MAX:
            raise InvalidInput(fields={"file": f"At most {BYTES_MAX // 1024**2} MB; split it."})
        change = interchange_import(
            name=file.name or "file.csv", content=file.read(), actor=actor_of(request)
        )
    except AppError as error:
        return _groups_page(request, fault_words(error))
    return _groups_page(request, imported=change)


@require_POST
@requires(Right.FITMENT_EDIT)
def change_undo(request: HttpRequest, change_id: uuid.UUID) -> HttpResponse:
    """Take a change back."""
    try:
        change = service.change_undo(change_id=change_id, actor=actor_of(request))
    except AppError as error:
        return _groups_page(request, fault_words(error))
    if wants_fragment(request):
        return toast(_groups_page(request), f"Taken back: {change.label}.")
    return redirect(request, reverse("fitment:interchange"))


@require_POST
@requires(Right.FITMENT_EDIT)
def group_change(request: HttpRequest, group_id: uuid.UUID) -> HttpResponse:
    """Do what `do` names with a group: add, remove, replace, split, merge or delete."""
    found = reads.group_get(group_id)
    todo = _ACTIONS.get(request.POST.get("do", ""))
    try:
        if todo is None:
            raise InvalidInput(fields={"do": "Choose what to do."})
        change = todo(request, found.pk)
    except AppError as error:
        return _group_page(request, found, fault_words(error))
    return _done(request, change, f"{change.get_action_display()}: {change.label}.")


def _add(request: HttpRequest, group_id: uuid.UUID) -> InterchangeChange:
    return service.numbers_add(
        group_id=group_id, numbers=_numbers_of(request), actor=actor_of(request)
    )


def _ticked(request: HttpRequest) -> list[uuid.UUID]:
    return [sent_id(text) for text in request.POST.getlist("ids")[:NUMBERS_MAX]]


def _remove(request: HttpRequest, group_id: uuid.UUID) -> InterchangeChange:
    del group_id
    ids = _ticked(request)
    if len(ids) != 1:
        raise InvalidInput(fields={"ids": "Tick the one number that goes."})
    return service.number_remove(number_id=ids[0], actor=actor_of(request))


def _replace(request: HttpRequest, group_id: uuid.UUID) -> InterchangeChange:
    del group_id
    ids = _ticked(request)
    if len(ids) != 1:
        raise InvalidInput(fields={"ids": "Tick the one number that is replaced."})
    by = request.POST.get("by", "")
    return service.number_replaced(
        number_id=ids[0], by_id=sent_id(by) if by else None, actor=actor_of(request)
    )


def _split(request: HttpRequest, group_id: uuid.UUID) -> InterchangeChange:
    return service.group_split(
        group_id=group_id, number_ids=_ticked(request), actor=actor_of(request)
    )


def _merge(request: HttpRequest, group_id: uuid.UUID) -> InterchangeChange:
    wanted = request.POST.get("other", "").strip()[:65]
    others = list(reads.groups_list(q=wanted).exclude(pk=group_id)[:2]) if wanted else []
    if len(others) != 1:
        text = "more than one group" if others else "no other group"
        raise InvalidInput(fields={"other": f"“{wanted}” names {text}."})
    return service.groups_merge(gone_id=others[0].pk, keep_id=group_id, actor=actor_of(request))


def _delete(request: HttpRequest, group_id: uuid.UUID) -> InterchangeChange:
    return service.group_delete(group_id=group_id, actor=actor_of(request))


_ACTIONS: dict[str, Callable[[HttpRequest, uuid.UUID], InterchangeChange]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "split": _split,
    "merge": _merge,
    "delete": _delete,
}


def _done(request: HttpRequest, change: InterchangeChange, text: str) -> HttpResponse:
    """Show the group that a change left behind, or the list, with a way back."""
    undo = reverse("fitment:interchange-undo", args=[change.pk])
    there = change.group_id
    if wants_fragment(request) and there is not None and str(there) in request.path:
        return toast(_group_page(request, reads.group_get(there)), text, undo_url=undo)
    messages.success(request, text, extra_tags=undo)
    url = reverse("fitment:interchange-group", args=[there]) if there else ""
    return redirect(request, url or reverse("fitment:interchange"))
