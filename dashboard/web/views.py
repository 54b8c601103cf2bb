"""The first page, the dashboard, the activity."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from dashboard import selectors, words
from dashboard import today as today_page
from dashboard.period import business_zone, last_days
from realtrack.core.rights import Right
from realtrack.core.selectors import audit_list
from realtrack.core.web.access import requires, user_of
from realtrack.core.web.render import render_page

PERIODS = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "Year"))
PAGE = 50


@require_GET
@requires(Right.DASHBOARD_VIEW)
def today(request: HttpRequest) -> HttpResponse:
    """What needs someone today; fetches itself anew when orders or stock change."""
    return render_page(
        request,
        "dashboard/today.html",
        {
            "now": timezone.now().astimezone(business_zone()),
            "needs": today_page.needs(user_of(request)),
            "lanes": today_page.lanes(),
            "sums": today_page.open_sum(),
            "ran_out": today_page.ran_out(),
            "feed": today_page.feed(),
        },
        partial="board",
    )


@require_GET
@requires(Right.DASHBOARD_VIEW)
def dashboard(request: HttpRequest) -> HttpResponse:
    """Six figures with their change, sales by day, best sellers, accounts, stock."""
    days = request.GET.get("days", "30")
    days = days if days in dict(PERIODS) else "30"
    period = last_days(int(days))
    now, before = selectors.sales_sum(period), selectors.sales_sum(period.before)
    return render_page(
        request,
        "dashboard/dashboard.html",
        {
            "days": days,
            "periods": PERIODS,
            "figures": _figures(now, before),
            "kpis": selectors.kpis(),
            "sales": selectors.sales(period),
            "accounts": selectors.channel_health(),
            "alerts": selectors.inventory_alerts(limit=6),
        },
        partial="figures",
    )


@require_GET
@requires(Right.DASHBOARD_VIEW)
def activity(request: HttpRequest) -> HttpResponse:
    """Everything that happened, in words, newest first."""
    text = request.GET.get("page", "1")
    page = int(text) if text.isdigit() and 0 < int(text[:5]) < 200 else 1
    rows = list(audit_list(event=request.GET.get("event", ""))[(page - 1) * PAGE : page * PAGE + 1])
    return render_page(
        request,
        "dashboard/activity.html",
        {"rows": words.sentences(rows[:PAGE]), "page": page, "has_next": len(rows) > PAGE},
        partial="rows",
    )


def _figures(now: selectors.SalesSum, before: selectors.SalesSum) -> list[dict[str, object]]:
    pairs = (
        ("Revenue", now.revenue, before.revenue, True),
        ("Net", now.net, before.net, True),
        ("Sales", now.lines, before.lines, False),
        ("Average price", now.average, before.average, True),
        ("Fees", now.fees, before.fees, True),
        ("Refunded", now.refunded, before.refunded, True),
    )
    return [
        {
            "label": label,
            "value": value,
            "is_money": is_money,
            "change": round(float((value - former) / former) * 100) if former else None,
        }
        for label, value, former, is_money in pairs
    ]
