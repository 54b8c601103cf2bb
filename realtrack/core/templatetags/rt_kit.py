"""Examples for the kit page, so that it shows each component without a database."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

register = template.Library()


@register.simple_tag
def kit_data() -> dict[str, Any]:
    """`{% kit_data as kit %}`: rows, tokens, choices and times for `kit.html`."""
    now = timezone.now()
    return {
        "now": now,
        "earlier": now - dt.timedelta(hours=3),
        "segments": [("all", "All", 412), ("mine", "Needs you", 37), ("refused", "Refused", 5)],
        "conditions": [("new", "New"), ("used-a", "Used, grade A"), ("used-b", "Used, grade B")],
        "tokens": [
            {"name": "status", "value": "published", "remove_url": "?"},
            {
                "name": "colr",
                "value": "red",
                "remove_url": "?",
                "bad": True,
                "hint": "No filter colr. Did you mean colour?",
            },
        ],
        "rows": [
            _row("NS-40817", "2008-2012 Honda Accord 2.4L Alternator 31100-R40-A01 OEM Used A",
                 "31100-R40-A01", "B-04-2", 2, 0, "89.90", 96, "live", "published", ""),
            _row("NS-40812", "2013-2015 Honda Accord Right Tail Light Outer 33500-T2A-A01 OEM Used",
                 "33500-T2A-A01", "A-09-1", 1, 0, "74.95", 71, "err", "published", "bad"),
            _row("NS-40809", "2014-2019 BMW X5 Left Door Mirror Heated Folding 51167365095 Used",
                 "51167365095", "C-02-3", 1, 1, "289.00", 94, "drift", "ready", "warn"),
            _row("NS-40788", "2007-2011 Toyota Camry 2.4L Radiator 16400-0H220 Denso OEM Used",
                 "16400-0H220", "B-08-1", 0, 0, "67.50", 46, "end", "sold", "gone"),
        ],
    }  # fmt: skip


def _row(
    sku: str, title: str, mpn: str, bin_code: str, free: int, reserved: int, price: str,
    health: int, ebay: str, status: str, state: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "sku": sku,
        "title": title,
        "mpn": mpn,
        "bin": bin_code,
        "free": free,
        "reserved": reserved,
        "price": price,
        "health": health,
        "ebay": ebay,
        "status": status,
        "state": state,
    }
