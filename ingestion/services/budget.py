"""The day's budget: the worst case is held before a call, the real cost settled after it.

One row a day carries open reservations and real costs together; a reservation is one conditional
UPDATE of it, so that any number of workers at once stay within the limit.
"""

from __future__ import annotations

import datetime
import uuid
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_UP, Decimal

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ingestion.enums import CallState
from ingestion.models import AiBudgetDay, AiCall
from ingestion.providers.base import BudgetSpent, Receipt
from settings_app.selectors import setting_value

logger = structlog.get_logger(__name__)

# The longest a call may take (time-outs, retries); after it the caller is gone.
CALL_SECONDS = 300
_STEP = Decimal("0.000001")
_BATCH = 200


def business_day() -> datetime.date:
    """Return today's date by the business's time zone."""
    zone = zoneinfo.ZoneInfo(str(setting_value("general", "timezone")))
    return timezone.now().astimezone(zone).date()


def call_reserve(
    *,
    job_id: uuid.UUID | None,
    provider: str,
    model: str,
    task: str,
    photos: int,
    worst_usd: Decimal,
) -> AiCall:
    """Hold the worst case of a call in one atomic step. Raises BudgetSpent; nothing is held then."""
    amount = worst_usd.quantize(_STEP, rounding=ROUND_UP)
    limit = Decimal(str(setting_value("ai", "max_daily_ai_spend")))
    day = business_day()
    with transaction.atomic():
        AiBudgetDay.objects.bulk_create([AiBudgetDay(day=day)], ignore_conflicts=True)
        taken = AiBudgetDay.objects.filter(day=day, held_usd__lte=limit - amount).update(
            held_usd=F("held_usd") + amount
        )
        if not taken:
            message = (
                f"Today's AI budget of ${limit} does not allow another call of up to "
                f"${amount:.4f}. It begins anew at midnight; change it under Settings, AI."
            )
            raise BudgetSpent(message)
        return AiCall.objects.create(
            job_id=job_id,
            day=day,
            provider=provider,
            model=model[:100],
            task=task,
            photos=photos,
            reserved_usd=amount,
            expires_at=timezone.now() + datetime.timedelta(seconds=CALL_SECONDS),
        )


def call_settle(*, call_id: uuid.UUID, receipt: Receipt) -> None:
    """Put the real cost in place of the reservation; once. Late, after it was freed, it is added."""
    with transaction.atomic():
        call = AiCall.objects.select_for_update().filter(pk=call_id).first()
        if call is None or call.state == CallState.SETTLED:
            return
        cost = call.reserved_usd if receipt.cost_usd is None else receipt.cost_usd
        cost = cost.quantize(_STEP, rounding=ROUND_UP)
        held = call.reserved_usd if call.state == CallState.RESERVED else Decimal(0)
        if cost > call.reserved_usd:
            logger.warning("ai_call_dearer_than_reserved", call_id=str(call_id), cost=str(cost))
        AiBudgetDay.objects.filter(day=call.day).update(held_usd=F("held_usd") - held + cost)
        call.state = CallState.SETTLED
        call.cost_usd = cost
        call.tokens = receipt.tokens
        call.outcome = receipt.outcome[:200]
        call.save()


def calls_free() -> int:
    """Give back what crashed callers held; returns how many reservations were freed."""
    ids = AiCall.objects.filter(
        state=CallState.RESERVED, expires_at__lt=timezone.now()
    ).values_list("pk", flat=True)
    freed = 0
    for call_id in list(ids[:_BATCH]):
        with transaction.atomic():
            call = (
                AiCall.objects.select_for_update(skip_locked=True)
                .filter(pk=call_id, state=CallState.RESERVED)
                .first()
            )
            if call is None:
                continue
            AiBudgetDay.objects.filter(day=call.day).update(
                held_usd=F("held_usd") - call.reserved_usd
            )
            call.state = CallState.FREED
            call.outcome = "the worker was lost"
            call.save()
            freed += 1
    return freed


class JobPurse:
    """Pays for the calls of one job out of the day's budget."""

    def __init__(self, job_id: uuid.UUID | None) -> None:
        self._job_id = job_id

    @contextmanager
    def paying(
        self, *, provider: str, model: str, task: str, photos: int, worst_usd: Decimal
    ) -> Iterator[Receipt]:
        """Hold, and settle however the block ends; a killed process is freed by the sweep."""
        call = call_reserve(
            job_id=self._job_id,
            provider=provider,
            model=model,
            task=task,
            photos=photos,
            worst_usd=worst_usd,
        )
        receipt = Receipt()
        try:
            yield receipt
        except Exception as error:
            receipt.outcome = receipt.outcome or str(error)
            raise
        finally:
            call_settle(call_id=call.pk, receipt=receipt)
