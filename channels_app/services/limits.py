"""How many calls the marketplaces allow, as the page shows it."""

from __future__ import annotations

from django.db.models import QuerySet

from channels_app.adapters.base import CallBudget
from channels_app.adapters.registry import adapter_for
from channels_app.models import ChannelConnection
from channels_app.selectors.connections import connection_list


def limits_shown() -> dict[str, list[CallBudget]]:
    """The limits of each marketplace that is connected, as counted and last told; no call."""
    return {
        channel: adapter_for(channel).call_budgets(ask=False) for channel in _channels_connected()
    }


def limits_read() -> int:
    """Ask each connected marketplace what is left; returns how many limits. Raises ChannelError."""
    return sum(len(adapter_for(one).call_budgets(ask=True)) for one in _channels_connected())


def _channels_connected() -> list[str]:
    rows: QuerySet[ChannelConnection] = connection_list()
    return list(rows.order_by("channel").values_list("channel", flat=True).distinct())
