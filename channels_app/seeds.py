"""Demo: the account is connected by a consent, as anyone would; nothing is made up here."""

from __future__ import annotations

from channels_app.models import ChannelConnection
from realtrack.core.registry import SeedResult


def seed_demo() -> SeedResult:
    """Leave everything ready to connect. `manage.py connect_sandbox` or Connect does the rest."""
    count = ChannelConnection.objects.filter(disconnected_at__isnull=True).count()
    if count:
        return SeedResult(same=count, note="accounts are connected")
    return SeedResult(note="no account yet: Channels, Connect eBay, sign in as mhn-auto-parts")
