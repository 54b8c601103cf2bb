"""Pages of runs: the list, one run with its rows, its progress fragment, cancel and retry."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from realtrack.core import runs, selectors
from realtrack.core.errors import NotFound
from realtrack.core.models import Run, RunState
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, reload_page, render_page

PAGE = 50
OPEN_RUNS = frozenset({RunState.PENDING, RunState.RUNNING})


@require_GET
@requires(Right.RUNS_VIEW)
def run_list(request: HttpRequest) -> HttpResponse:
    """Runs, newest first."""
    page = max(1, _number(request.GET.get("page", "1")))
    found = selectors.run_list(state=request.GET.get("state", ""))
    rows = list(found[(page - 1) * PAGE : page * PAGE + 1])
    return render_page(
        request,
        "runs/run_list.html",
        {
            "runs": rows[:PAGE],
            "page": page,
            "has_next": len(rows) > PAGE,
            "dead": selectors.dead_deliveries()[:20],
        },
        partial="rows",
    )


@require_GET
@requires(Right.RUNS_VIEW)
def run_detail(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run; htmx polls the partial `progress` while it runs."""
    run = _run(run_id)
    items = run.items.order_by("position")
    state = request.GET.get("state", "")
    if state:
        items = items.filter(state=state)
    response = render_page(
        request,
        "runs/run_detail.html",
        {"run": run, "items": items[:500], "state": state},
        partial="progress",
    )
    # The page asks while the run is open: the answer that it ended changes state and buttons too.
    return response if run.state in OPEN_RUNS else reload_page(request, response)


@require_POST
@requires(Right.RUNS_STEER)
def run_cancel(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Ask the run to stop."""
    selectors.run_check_steerable(_run(run_id), user_of(request))
    runs.run_cancel(run_id=run_id, actor=actor_of(request))
    return redirect(request, reverse("runs:detail", args=[run_id]))


@require_POST
@requires(Right.RUNS_STEER)
def run_retry(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Start the run again."""
    selectors.run_check_steerable(_run(run_id), user_of(request))
    runs.run_retry(run_id=run_id, actor=actor_of(request))
    return redirect(request, reverse("runs:detail", args=[run_id]))


@require_POST
@requires(Right.RUNS_STEER_OTHERS)
def delivery_retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Put a dead delivery back in line."""
    from realtrack.core import dispatcher

    dispatcher.delivery_retry(delivery_id=delivery_id, actor=actor_of(request))
    return redirect(request, reverse("runs:list"))


def _run(run_id: uuid.UUID) -> Run:
    run = selectors.run_get(run_id)
    if run is None:
        raise NotFound("This run does not exist.")
    return run


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 7 else 1
