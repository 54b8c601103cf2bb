"""Rules that are switched on go on working: what came or changed since gets its price."""

from __future__ import annotations

import uuid

from listings.pricing import apply, preview
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict
from realtrack.core.limits import held
from realtrack.core.models import Run, RunState
from settings_app.models import PricingRule

# Named in the run; where more would change, the run takes the whole catalog.
NAMED_MAX = 5000


def pricing_keep() -> uuid.UUID | None:
    """Start a run for the listings whose price is not what the active rules say.

    None where there is nothing to do: no rule is on, every price is right, or a run of prices is
    under way, after which the next call finds what is left.
    """
    try:
        with held("pricing-keep", seconds=600):
            return _start()
    except Conflict:
        return None


def _start() -> uuid.UUID | None:
    rules = list(PricingRule.objects.filter(active=True))
    busy = Run.objects.filter(
        kind__in=(apply.KIND, apply.UNDO_KIND), state__in=(RunState.PENDING, RunState.RUNNING)
    )
    if not rules or busy.exists():
        return None
    ids = preview.pricing_differing(rules=rules, most=NAMED_MAX + 1)
    if not ids:
        return None
    run = apply.pricing_apply_start(
        rule_ids=[rule.pk for rule in rules],
        listing_ids=ids if len(ids) <= NAMED_MAX else None,
        actor=Actor.system("price rules"),
    )
    return run.pk
