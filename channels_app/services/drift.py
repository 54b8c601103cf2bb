"""Held against what marketplaces show: somebody may have changed there what we had sent.

Quantity is always ours: marketplaces never write our stock. Price and title belong to whom the
account's settings name; until a person said so, both values are shown and nothing is sent.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from channels_app import events
from channels_app.adapters.base import ChannelError, InventoryStatus
from channels_app.adapters.registry import adapter_for
from channels_app.enums import DriftField, DriftOutcome, OwedKind
from channels_app.locks import channel_listing_locked, connection_locked
from channels_app.models import ChannelConnection, ChannelDrift, ChannelListing, ChannelOwed
from channels_app.services.inputs import ref_of
from channels_app.services.orders_in import orders_poll
from channels_app.services.outcomes import listing_ended_record
from channels_app.services.owed import owed_add
from channels_app.services.sessions import session_of
from channels_app.services.states import states_refresh
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.events import emit

logger = structlog.get_logger(__name__)

# Looked at in one go and account: each costs a call of 2,000,000 a day.
AT_ONCE = 500
OURS, THEIRS, ASK = "ours", "theirs", "ask"
_KIND = {
    DriftField.QUANTITY: OwedKind.QUANTITY,
    DriftField.PRICE: OwedKind.PRICE,
    DriftField.TITLE: OwedKind.CONTENT,
}
_OVERRIDE = {DriftField.PRICE: "start_price", DriftField.TITLE: "title"}


def owner_of(connection: ChannelConnection, field: DriftField) -> str:
    """Who owns a field on this account: `ours`, `theirs` or `ask`."""
    if field is DriftField.QUANTITY:
        return OURS
    return str((connection.settings.get("owners") or {}).get(field.value) or ASK)


def owner_set(
    *, connection_id: uuid.UUID, field: str, owner: str, actor: Actor
) -> ChannelConnection:
    """Choose who owns price or title on an account. Raises InvalidInput, NotFound."""
    if field not in {DriftField.PRICE, DriftField.TITLE} or owner not in {OURS, THEIRS, ASK}:
        raise InvalidInput(fields={"owner": "Choose ours, theirs or ask, for price or title."})
    with transaction.atomic():
        row = connection_locked(connection_id)
        owners = dict(row.settings.get("owners") or {})
        before, owners[field] = owners.get(field, ASK), owner
        row.settings["owners"] = owners
        row.save(update_fields=["settings", "updated_at"])
        emit(
            events.ChannelConfigured(
                entity_id=row.pk, label=row.label, channel=row.channel,
                changes={f"owner of {field}": [before, owner]},
            ),
            actor=actor,
        )  # fmt: skip
    return row


def drift_check(*, connection_id: uuid.UUID) -> int:
    """Compare what was compared longest ago; returns how many differences are new."""
    account = ChannelConnection.objects.get(pk=connection_id)
    if not account.is_usable:
        return 0
    rows = _quiet(account)
    if not rows:
        return 0
    try:
        shown = _read(account, rows)
        if any(_quantity_differs(row, shown[row.pk]) for row in rows):
            # A sale lowers it there before its order is here: take orders in, look again.
            orders_poll(connection_id=account.pk)
            rows = [row for row in _again(rows) if not _is_owed(row)]
            late = [row for row in rows if _quantity_differs(row, shown[row.pk])]
            shown |= _read(account, late)
    except ChannelError as error:
        logger.info("drift_not_read", connection_id=str(connection_id), reason=error.first.reason)
        return 0
    return sum(_judge(account, row.pk, shown[row.pk]) for row in rows)


def _quiet(account: ChannelConnection) -> list[ChannelListing]:
    """Live rows that owe nothing, those compared longest ago first."""
    busy = ChannelOwed.objects.filter(desired_version__gt=F("confirmed_version"))
    rows = (
        ChannelListing.objects.filter(connection=account, is_live=True, managed_by="")
        .exclude(pk__in=busy.values("channel_listing_id"))
        .select_related("listing")
        .order_by(F("compared_at").asc(nulls_first=True), "pk")
    )
    return list(rows[:AT_ONCE])


def _again(rows: Sequence[ChannelListing]) -> list[ChannelListing]:
    found = ChannelListing.objects.filter(pk__in=[row.pk for row in rows], is_live=True)
    return list(found.select_related("listing"))


def _is_owed(row: ChannelListing) -> bool:
    return any(one.is_owed for one in row.owed.all())


def _read(
    account: ChannelConnection, rows: Sequence[ChannelListing]
) -> dict[uuid.UUID, InventoryStatus]:
    if not rows:
        return {}
    found = adapter_for(account.channel).inventory_status(
        session_of(account), [ref_of(row) for row in rows]
    )
    return {row.pk: one for row, one in zip(rows, found, strict=True)}


def _quantity_differs(row: ChannelListing, shown: InventoryStatus) -> bool:
    return (
        shown.is_live
        and shown.quantity is not None
        and row.confirmed_quantity is not None
        and shown.quantity != row.confirmed_quantity
    )


def _judge(account: ChannelConnection, row_id: uuid.UUID, shown: InventoryStatus) -> int:
    """Record what differs on one row now; returns how many differences are new."""
    with transaction.atomic():
        row = channel_listing_locked(row_id)
        if not row.is_live or _is_owed(row):
            return 0
        row.compared_at = timezone.now()
        if not shown.is_live:
            listing_ended_record(row, actor=Actor.marketplace(account.label))
            row.save()
            states_refresh([row.listing_id])
            return 0
        row.save(update_fields=["compared_at", "updated_at"])
        new = 0
        for field, (ours, theirs) in _pairs(row, shown).items():
            new += _note(account, row, field, ours, theirs)
    return new


def _pairs(row: ChannelListing, shown: InventoryStatus) -> dict[DriftField, tuple[str, str]]:
    """What was confirmed and what is shown, in words; fields that one side does not know are out."""
    documents = row.external_data.get("documents") or {}
    title = ((documents.get("item") or {}).get("product") or {}).get("title")
    found: dict[DriftField, tuple[str, str]] = {}
    if shown.quantity is not None and row.confirmed_quantity is not None:
        found[DriftField.QUANTITY] = (str(row.confirmed_quantity), str(shown.quantity))
    if shown.price is not None and row.confirmed_price is not None:
        found[DriftField.PRICE] = (_price(row.confirmed_price), _price(shown.price))
    if shown.title and title:
        found[DriftField.TITLE] = (str(title), shown.title)
    return found


def _price(value: Decimal) -> str:
    return f"{value:.2f}"


def _note(
    account: ChannelConnection, row: ChannelListing, field: DriftField, ours: str, theirs: str
) -> int:
    present = ChannelDrift.objects.filter(
        channel_listing=row, field=field, closed_at__isnull=True
    ).first()
    if ours == theirs:
        if present is not None:
            _close(present, DriftOutcome.GONE)
        return 0
    if present is not None:
        ChannelDrift.objects.filter(pk=present.pk).update(ours=ours, theirs=theirs)
        return 0
    drift = ChannelDrift.objects.create(
        channel_listing=row, field=field, ours=ours, theirs=theirs, found_at=timezone.now()
    )
    emit(
        events.ChannelListingDrifted(
            entity_id=row.pk,
            listing_id=row.listing_id,
            connection_id=row.connection_id,
            channel=account.channel,
            sku=row.external_sku,
            external_id=row.external_id,
            field_name=field.value,
            changes={field.value: [ours, theirs]},
        ),
        actor=Actor.marketplace(account.label),
    )
    owner = owner_of(account, field)
    if owner != ASK:
        _apply(drift, row, owner)
    return 1


def drift_close(*, drift_id: int, keep: str, actor: Actor) -> ChannelDrift:
    """A person decides one difference: `ours` is sent again, `theirs` is kept for this account.

    Raises NotFound, Conflict when it was decided meanwhile, InvalidInput for a quantity of theirs.
    """
    with transaction.atomic():
        found = ChannelDrift.objects.filter(pk=drift_id).first()
        if found is None:
            raise NotFound("This difference is not kept any more.")
        row = channel_listing_locked(found.channel_listing_id)
        drift = ChannelDrift.objects.select_for_update(of=("self",)).get(pk=drift_id)
        if drift.closed_at is not None:
            raise Conflict("This difference was decided already.")
        if keep not in {OURS, THEIRS}:
            raise InvalidInput(fields={"keep": "Choose ours or theirs."})
        if keep == THEIRS and drift.field == DriftField.QUANTITY:
            message = "Stock is counted here alone; marketplaces never write it."
            raise InvalidInput(fields={"keep": message})
        _apply(drift, row, keep)
        emit(
            events.ChannelDriftDecided(
                entity_id=row.pk,
                listing_id=row.listing_id,
                connection_id=row.connection_id,
                channel=row.connection.channel,
                sku=row.external_sku,
                external_id=row.external_id,
                kept=keep,
                changes={drift.field: [drift.ours, drift.theirs]},
            ),
            actor=actor,
        )
    return drift


def _apply(drift: ChannelDrift, row: ChannelListing, owner: str) -> None:
    field = DriftField(drift.field)
    if owner == OURS:
        if field is DriftField.TITLE:
            # What is live is not what was confirmed: the next publish must not think it is.
            row.payload_hash = ""
            row.save(update_fields=["payload_hash", "updated_at"])
        owed_add([row.pk], _KIND[field])
        _close(drift, DriftOutcome.OURS)
        return
    row.overrides = {**row.overrides, _OVERRIDE[field]: drift.theirs}
    if field is DriftField.PRICE:
        row.confirmed_price = row.desired_price = Decimal(drift.theirs)
    else:
        documents = row.external_data.get("documents") or {}
        documents.get("item", {}).get("product", {})["title"] = drift.theirs
        (row.external_data.get("fields") or {})["Title"] = drift.theirs
    row.save()
    _close(drift, DriftOutcome.THEIRS)


def _close(drift: ChannelDrift, outcome: DriftOutcome) -> None:
    drift.closed_at = timezone.now()
    drift.outcome = outcome
    drift.save(update_fields=["closed_at", "outcome"])


def drift_minutes(*, days: int = 14) -> list[tuple[datetime.date, int]]:
    """How many minutes of difference each day held, all listings together, oldest first."""
    now = timezone.now()
    first = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [first - datetime.timedelta(days=back) for back in range(days - 1, -1, -1)]
    rows = list(
        ChannelDrift.objects.exclude(closed_at__lt=starts[0]).values_list("found_at", "closed_at")
    )
    found = []
    for start in starts:
        end = start + datetime.timedelta(days=1)
        seconds = sum(
            max(0.0, (min(end, closed or now) - max(start, begun)).total_seconds())
            for begun, closed in rows
        )
        found.append((start.date(), round(seconds / 60)))
    return found
