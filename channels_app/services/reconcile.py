"""The one reconciler: sends what is owed, the present absolute values, and records the outcome."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

import structlog
from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import F
from django.utils import timezone

from channels_app import events
from channels_app.adapters.base import (
    ChannelError,
    Failure,
    Ours,
    SignInAgain,
    SyncItem,
    SyncOutcome,
    TryAgain,
)
from channels_app.adapters.registry import adapter_for
from channels_app.enums import OwedKind, SyncStatus
from channels_app.locks import channel_listings_locked
from channels_app.models import ChannelConnection, ChannelListing, ChannelOwed
from channels_app.services import claims, verdicts
from channels_app.services.claims import Claim, Unit
from channels_app.services.inputs import ref_of, sellable
from channels_app.services.outcomes import listing_ended_record
from channels_app.services.revising import heavy_run
from channels_app.services.sessions import connection_note_failure, session_of
from channels_app.services.states import settled_status, states_refresh
from realtrack.core.actors import Actor
from realtrack.core.events import emit_many
from realtrack.core.redis import RedisError

logger = structlog.get_logger(__name__)

_SETTLED = (
    "claim_token", "claimed_until", "desired_quantity", "confirmed_quantity", "desired_price",
    "confirmed_price", "last_synced_at", "sync_status", "updated_at",
)  # fmt: skip


def reconcile_next() -> bool:
    """Do one unit of what is owed; False when nothing is due. Raises nothing of the marketplace's.

    A unit is up to 25 quantities and prices of one account, or one publish, revise or end.
    """
    unit = claims.claim_next()
    if unit is None:
        return False
    try:
        with claims.kept(unit):
            if unit.is_stock:
                _stock(unit)
            else:
                heavy_run(unit)
    except ChannelError as error:
        _fail(unit, error)
    except (RedisError, OSError, OperationalError, InterfaceError) as error:
        # A server of ours is away: the same again when it is back. Where that is the database,
        # this cannot be noted either; the lease then ends by itself.
        connections["default"].close_if_unusable_or_obsolete()
        failure = TryAgain(reason="A server of ours did not answer.", after=5.0)
        logger.warning("reconcile_server_away", error=type(error).__name__)
        _fail(unit, ChannelError(failure))
    except Exception as error:
        logger.exception("reconcile_broken", connection_id=str(unit.connection_id))
        _fail(unit, ChannelError(Ours(reason=f"A fault of ours: {type(error).__name__}.")))
    return True


def _stock(unit: Unit) -> None:
    """Read the present numbers after the claim, send them, record each row's verdict."""
    connection = ChannelConnection.objects.get(pk=unit.connection_id)
    by_id = {claim.channel_listing_id: claim for claim in unit.claims}
    rows = list(
        ChannelListing.objects.filter(pk__in=by_id).select_related("listing").order_by("pk")
    )
    numbers = sellable([row.listing_id for row in rows])
    live = [row for row in rows if row.is_live]
    items = [_item(row, by_id[row.pk], numbers[row.listing_id]) for row in live]
    outcomes: list[SyncOutcome] = []
    if items:
        adapter = adapter_for(connection.channel)
        outcomes = adapter.sync_inventory(session_of(connection), items)
    answered = {
        row.pk: (item, outcome) for row, item, outcome in zip(live, items, outcomes, strict=True)
    }
    with transaction.atomic():
        _record(unit.claims, connection, answered)


def _item(row: ChannelListing, claim: Claim, available: int) -> SyncItem:
    price = row.overrides.get("start_price", row.listing.start_price)
    wants_price = OwedKind.PRICE in claim.versions and price is not None
    return SyncItem(
        ref=ref_of(row),
        quantity=available if OwedKind.QUANTITY in claim.versions else None,
        price=Decimal(str(price)) if wants_price else None,
        currency=row.currency or row.listing.currency,
    )


def _record(
    taken: Sequence[Claim],
    connection: ChannelConnection,
    answered: dict[uuid.UUID, tuple[SyncItem, SyncOutcome]],
) -> None:
    by_id = {claim.channel_listing_id: claim for claim in taken}
    held = [
        row for row in channel_listings_locked(list(by_id)) if claims.still_held(row, by_id[row.pk])
    ]
    good: list[ChannelListing] = []
    touched = []
    confirmed: dict[uuid.UUID, dict[OwedKind, int]] = {}
    for row in held:
        claims.release(row)
        item, outcome = answered.get(row.pk, (None, None))
        if outcome is not None and outcome.failure is not None:
            _note(row, by_id[row.pk], outcome.failure)
            row.save()
            touched.append(row.listing_id)
            continue
        confirmed[row.pk] = by_id[row.pk].versions
        if item is None or outcome is None:
            # Not live (any more): nothing is owed; publishing sends the present numbers anyway.
            row.save()
            continue
        _take_over(row, item)
        if outcome.ended:
            listing_ended_record(row, actor=Actor.marketplace(connection.label))
            row.save()
            touched.append(row.listing_id)
        else:
            good.append(row)
    verdicts.owed_confirm_many(confirmed)
    touched += _settle(good)
    ChannelConnection.objects.filter(pk=connection.pk).update(last_sync_at=timezone.now())
    if good:
        pushed = [_pushed(row, connection, answered[row.pk][0]) for row in good]
        emit_many(pushed, actor=Actor.system("channels.reconcile"))
    states_refresh(touched)


def _take_over(row: ChannelListing, item: SyncItem) -> None:
    """Note what the marketplace took (row not saved)."""
    if item.quantity is not None:
        row.desired_quantity = row.confirmed_quantity = item.quantity
    if item.price is not None:
        row.desired_price = row.confirmed_price = item.price
    row.last_synced_at = row.updated_at = timezone.now()


def _settle(rows: Sequence[ChannelListing]) -> list[uuid.UUID]:
    """Store rows whose numbers were taken, in one statement; returns the parts whose state is
    another now. Statuses follow from what still waits for a person."""
    blocked = set(
        ChannelOwed.objects.filter(
            channel_listing__in=[row.pk for row in rows],
            next_attempt__isnull=True,
            desired_version__gt=F("confirmed_version"),
        ).values_list("channel_listing_id", flat=True)
    )
    changed = []
    for row in rows:
        status = SyncStatus.ERROR if row.pk in blocked else SyncStatus.ACTIVE
        if row.sync_status != status:
            row.sync_status = status
            changed.append(row.listing_id)
        if row.last_error_kind in {"try_again", "sign_in"}:
            verdicts.error_clear(row)
            row.save()
    ChannelListing.objects.bulk_update(rows, _SETTLED)
    return changed


def _pushed(
    row: ChannelListing, connection: ChannelConnection, item: SyncItem
) -> events.ChannelQuantityPushed:
    return events.ChannelQuantityPushed(
        entity_id=row.pk,
        listing_id=row.listing_id,
        connection_id=connection.pk,
        channel=connection.channel,
        sku=item.ref.sku,
        external_id=row.external_id,
        quantity=row.confirmed_quantity or 0,
    )


def _note(row: ChannelListing, claim: Claim, failure: Failure) -> None:
    verdicts.owed_postpone(row, claim.versions, failure)
    verdicts.error_note(row, failure)
    if verdicts.is_final(failure):
        row.sync_status = settled_status(row)


def _fail(unit: Unit, error: ChannelError) -> None:
    """The whole unit failed: note why on each row, and on the account where it is about that."""
    if isinstance(error.first, SignInAgain):
        connection_note_failure(connection_id=unit.connection_id, error=error)
    by_id = {claim.channel_listing_id: claim for claim in unit.claims}
    with transaction.atomic():
        touched = []
        for row in channel_listings_locked(list(by_id)):
            claim = by_id[row.pk]
            if not claims.still_held(row, claim):
                continue
            claims.release(row)
            _note(row, claim, error.first)
            row.save()
            touched.append(row.listing_id)
        states_refresh(touched)
