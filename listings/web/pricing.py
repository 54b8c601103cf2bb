"""Trying price rules before they are switched on, applying them, undoing it."""

from __future__ import annotations

import re
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from listings.models import Listing
from listings.pricing import apply, market, preview
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.models import Run
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page
from settings_app.enums import RuleType
from settings_app.models import PricingRule

MOST_SKUS = 500


@require_GET
@requires(Right.PRICING_EDIT)
def pricing(request: HttpRequest) -> HttpResponse:
    """Choose rules and parts, see what would come of it; nothing is stored."""
    rules = list(PricingRule.objects.order_by("priority", "created_at", "id"))
    chosen = set(request.GET.getlist("rules"))
    working = {str(rule.pk) for rule in rules if rule.active}
    skus = request.GET.get("skus", "")
    context: dict[str, object] = {
        "rules": rules,
        "chosen": chosen or working,
        "skus": skus,
        "runs": Run.objects.filter(kind=apply.KIND).order_by("-created_at")[:10],
        # Switching on makes all that are on work together: it is offered for what was tried.
        "may_switch_on": working < chosen and not skus.strip(),
        "not_tried": len(working - chosen),
    }
    if chosen:
        try:
            found = preview.pricing_preview(
                rules=apply.rules_of(_ids(sorted(chosen))), listing_ids=_listings(request, skus)
            )
        except AppError as error:
            context["fault"] = error.message
        else:
            context |= {
                "totals": found.totals,
                "rows": found.rows,
                "market": _market(rules, chosen, found),
                "bars": preview.histogram_bars(found.totals),
            }
    return render_page(request, "listings/pricing.html", context)


@require_POST
@requires(Right.PRICING_EDIT)
def pricing_apply(request: HttpRequest) -> HttpResponse:
    """Apply the chosen rules to the whole catalog or the named parts, as a run with progress."""
    run = apply.pricing_apply_start(
        rule_ids=_ids(request.POST.getlist("rules")),
        listing_ids=_listings(request, request.POST.get("skus", "")),
        switch_on="switch_on" in request.POST,
        actor=actor_of(request),
    )
    return redirect(request, reverse("runs:detail", args=[run.pk]))


@require_POST
@requires(Right.PRICING_EDIT)
def pricing_undo(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Put the prices back that a run wrote."""
    run = apply.pricing_undo_start(run_id=run_id, actor=actor_of(request))
    messages.success(request, "Prices are being put back; the rules are off.")
    return redirect(request, reverse("runs:detail", args=[run.pk]))


def _market(
    rules: list[PricingRule], chosen: set[str], found: preview.Preview
) -> list[dict[str, object]]:
    """The market prices of the parts shown, where a rule that is tried looks at such."""
    asks = any(rule.rule_type == RuleType.COMPETITIVE and str(rule.pk) in chosen for rule in rules)
    if not asks:
        return []
    evidence = market.market_evidence([row.listing_id for row in found.rows])
    return [
        {"row": row, "one": one} for row in found.rows for one in evidence.get(row.listing_id, ())
    ]


def _listings(request: HttpRequest, skus: str) -> list[uuid.UUID] | None:
    """Return the parts of these SKUs, None for no SKU at all; raises InvalidInput for a wrong one."""
    wanted = list(dict.fromkeys(re.split(r"[\s,;]+", skus.strip()))) if skus.strip() else []
    if not wanted:
        return None
    if len(wanted) > MOST_SKUS:
        message = f"At most {MOST_SKUS} SKUs; leave the field empty for the whole catalog."
        raise InvalidInput(message)
    rows = Listing.objects.visible_to(user_of(request)).filter(custom_label_sku__in=wanted)
    found = dict(rows.values_list("custom_label_sku", "pk"))
    missing = [sku for sku in wanted if sku not in found]
    if missing:
        message = f"There is no part with the SKU {missing[0]}."
        raise InvalidInput(message)
    return [found[sku] for sku in wanted]


def _ids(texts: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError as error:
        message = "Choose the rules again."
        raise InvalidInput(message) from error
