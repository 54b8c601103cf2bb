"""Re-encryption of this app's sealed columns with the newest key."""

from __future__ import annotations

from typing import TypeVar

from django.db import models, transaction

from channels_app.models import ChannelConnection, ChannelOrder, ChannelWebhookLog
from realtrack.core import crypto

Row = TypeVar("Row", bound=models.Model)
BATCH = 200


def reseal_some() -> int:
    """Rewrite up to a batch of ciphertexts per table; returns how many. 0 means done."""
    count = 0
    for row in ChannelConnection.objects.order_by("pk"):
        for column, place in (("access_token", "access"), ("refresh_token", "refresh")):
            count += _reseal(row, column, row.token_aad(place))
    for log in _stale(ChannelWebhookLog.objects.exclude(body=""), "body"):
        count += _reseal(log, "body", log.body_aad)
    for order in _stale(ChannelOrder.objects.exclude(payload=""), "payload"):
        count += _reseal(order, "payload", order.payload_aad)
    return count


def _stale(rows: models.QuerySet[Row], column: str) -> list[Row]:
    newest = crypto.encrypt("x", aad="").split(".", 2)[1]
    return list(rows.exclude(**{f"{column}__startswith": f"v1.{newest}."}).order_by("pk")[:BATCH])


def _reseal(row: models.Model, column: str, aad: str) -> int:
    with transaction.atomic():
        fresh = type(row)._default_manager.select_for_update().get(pk=row.pk)  # noqa: SLF001
        token = getattr(fresh, column)
        if crypto.is_newest(token):
            return 0
        changed = crypto.reseal(token, aad=aad)
        type(row)._default_manager.filter(pk=row.pk).update(**{column: changed})  # noqa: SLF001
    return 1
