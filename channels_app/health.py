"""Whether the marketplaces are served: part of readiness, detail for admins."""

from __future__ import annotations

import datetime

from django.db.models import F
from django.utils import timezone

from channels_app.enums import ConnectionStatus
from channels_app.models import ChannelOwed
from channels_app.selectors.connections import connection_list
from realtrack.core.registry import HealthResult


def check() -> HealthResult:
    """Accounts that need a person and old debts are told; neither makes the system unready."""
    away = connection_list().exclude(status=ConnectionStatus.ACTIVE).count()
    late = timezone.now() - datetime.timedelta(hours=1)
    old = ChannelOwed.objects.filter(
        desired_version__gt=F("confirmed_version"), owed_since__lt=late
    ).count()
    detail = f"{away} accounts need a sign-in, {old} debts are older than an hour"
    return HealthResult(
        ok=True, detail=detail if away or old else "", data={"away": away, "oldDebts": old}
    )
