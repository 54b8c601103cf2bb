"""Trying price rules before they are switched on, applying them, undoing it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from listings.pricing import apply, preview
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.models import Run
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page
from settings_app.models import PricingRule


@require_GET
@requires(Right.PRICING_EDIT)
def pricing(request: HttpRequest) -> HttpResponse:
    """Choose rules, see what they would do to the whole catalog; nothing is stored."""
    rules = list(PricingRule.objects.order_by("priority", "created_at", "id"))
    chosen = request.GET.getlist("rules")
    context: dict[str, object] = {
        "rules": rules,
        "chosen": set(chosen),
        "runs": Run.objects.filter(kind=apply.KIND).order_by("-created_at")[:10],
    }
    if chosen:
        try:
            found = preview.pricing_preview(rules=apply.rules_of(_ids(chosen)))
        except AppError as error:
            context["fault"] = error.message
        else:
            context |= {
                "totals": found.totals,
                "rows": found.rows,
                "bars": preview.histogram_bars(found.totals),
            }
    return render_page(request, "listings/pricing.html", context)


@require_POST
@requires(Right.PRICING_EDIT)
def pricing_apply(request: HttpRequest) -> HttpResponse:
    """Apply the chosen rules to the whole catalog, as a run with progress."""
    run = apply.pricing_apply_start(
        rule_ids=_ids(request.POST.getlist("rules")), actor=actor_of(request)
    )
    return redirect(request, reverse("runs:detail", args=[run.pk]))


@require_POST
@requires(Right.PRICING_EDIT)
def pricing_undo(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Put the prices back that a run wrote."""
    run = apply.pricing_undo_start(run_id=run_id, actor=actor_of(request))
    messages.success(request, "Prices are being put back.")
    return redirect(request, reverse("runs:detail", args=[run.pk]))


def _ids(texts: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError as error:
        message = "Choose the rules again."
        raise InvalidInput(message) from error
