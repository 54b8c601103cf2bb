"""Which marketplaces there are, and which of them can be used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from channels_app.enums import Channel
from channels_app.errors import ChannelNotAvailable
from realtrack.core.errors import NotFound

if TYPE_CHECKING:
    from channels_app.adapters.base import ChannelAdapter

# Names whose adapter is not there yet.
_LATER = frozenset({Channel.SHOPIFY, Channel.AMAZON, Channel.WALMART})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInfo:
    """A marketplace as the page shows it."""

    channel: str
    title: str
    is_available: bool
    note: str = ""


def channels_known() -> list[ChannelInfo]:
    """Every marketplace of the registry, usable ones first."""
    rows = [
        ChannelInfo(
            channel=one.value,
            title=str(one.label),
            is_available=one not in _LATER,
            note="not available yet" if one in _LATER else "",
        )
        for one in Channel
    ]
    return sorted(rows, key=lambda row: not row.is_available)


def adapter_for(channel: str) -> ChannelAdapter:
    """Return the adapter; raises NotFound for an unknown name, ChannelNotAvailable for a later."""
    if channel not in Channel.values:
        raise NotFound("There is no such marketplace.")
    if channel in _LATER:
        title = Channel(channel).label
        raise ChannelNotAvailable(
            f"{title} is not available yet.",
            fields={"channel": f"{title} is not available yet."},
        )
    return _adapter(channel)


@lru_cache(maxsize=8)
def _adapter(channel: str) -> ChannelAdapter:
    from channels_app.adapters.ebay.adapter import EbayAdapter
    from channels_app.adapters.store import TableStore

    if channel == Channel.EBAY:
        return EbayAdapter(store=TableStore())
    raise ChannelNotAvailable
