"""Who works on what: leases on channel listings, so that each marketplace row has one caller.

A lease is taken in one transaction, the calls are made outside any, what came of them is recorded
in another. A worker at work renews its lease; one that was killed leaves a lease that soon ends by
itself; the row is then taken up again, and every call may be repeated.
"""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from channels_app.enums import OwedKind
from channels_app.models import ChannelListing, ChannelOwed

logger = structlog.get_logger(__name__)

# So long does the work of a killed worker lie; a living one renews, however long its calls take.
LEASE = datetime.timedelta(seconds=60)
RENEW_SECONDS = 15.0
BATCH = 25
STOCK_KINDS = (OwedKind.QUANTITY, OwedKind.PRICE)
_GROUPS: tuple[tuple[OwedKind, ...], ...] = (
    STOCK_KINDS,
    (OwedKind.END,),
    (OwedKind.PUBLISH, OwedKind.CONTENT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One channel listing under lease, with the versions of each kind that were owed then."""

    channel_listing_id: uuid.UUID
    token: uuid.UUID
    versions: dict[OwedKind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Work for one worker: one account; stock in a batch, anything else one listing at a time."""

    connection_id: uuid.UUID
    is_stock: bool
    claims: Sequence[Claim]


def claim_next() -> Unit | None:
    """Take the most urgent work that is due and free: stock, then ends, then content."""
    for kinds in _GROUPS:
        unit = _claim_group(kinds)
        if unit is not None:
            return unit
    return None


def _claim_group(kinds: Sequence[OwedKind]) -> Unit | None:
    now = timezone.now()
    free = Q(channel_listing__claimed_until__isnull=True) | Q(
        channel_listing__claimed_until__lte=now
    )
    due = (
        ChannelOwed.objects.filter(
            free,
            kind__in=kinds,
            desired_version__gt=F("confirmed_version"),
            next_attempt__lte=now,
            channel_listing__connection__status="active",
            channel_listing__connection__disconnected_at__isnull=True,
        )
        .select_related("channel_listing")
        .order_by("next_attempt", "id")
    )
    is_stock = tuple(kinds) == STOCK_KINDS
    with transaction.atomic():
        lock = due.select_for_update(skip_locked=True, of=("channel_listing",))
        first = lock[:1]
        rows = list(first)
        if not rows:
            return None
        connection_id = rows[0].channel_listing.connection_id
        if is_stock:
            # Both kinds of each listing are owed at most.
            more = lock.filter(channel_listing__connection_id=connection_id)[: 2 * BATCH]
            rows += list(more)
        ids = list(dict.fromkeys(row.channel_listing_id for row in rows))[
            : BATCH if is_stock else 1
        ]
        claims = _lease(ids, kinds, now + LEASE, now)
    return Unit(connection_id=connection_id, is_stock=is_stock, claims=claims)


@contextmanager
def kept(unit: Unit) -> Iterator[None]:
    """Renew the unit's lease for as long as the block runs."""
    done = threading.Event()
    token = unit.claims[0].token
    keeper = threading.Thread(target=_renew, args=(token, done), name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _renew(token: uuid.UUID, done: threading.Event) -> None:
    try:
        while not done.wait(RENEW_SECONDS):
            try:
                ChannelListing.objects.filter(claim_token=token).update(
                    claimed_until=timezone.now() + LEASE
                )
            except (DatabaseError, InterfaceError) as error:
                # It may be back before the lease ends; if not, another worker repeats the calls.
                logger.warning("lease_not_renewed", error=type(error).__name__)
                connection.close()
    finally:
        # This thread's own one.
        connection.close()


def _lease(
    ids: Sequence[uuid.UUID],
    kinds: Sequence[OwedKind],
    until: datetime.datetime,
    now: datetime.datetime,
) -> list[Claim]:
    token = uuid.uuid4()
    ChannelListing.objects.filter(pk__in=ids).update(claim_token=token, claimed_until=until)
    owed = ChannelOwed.objects.filter(
        channel_listing_id__in=ids,
        kind__in=kinds,
        desired_version__gt=F("confirmed_version"),
        next_attempt__lte=now,
    )
    claims = {one: Claim(channel_listing_id=one, token=token) for one in ids}
    for row in owed:
        claims[row.channel_listing_id].versions[OwedKind(row.kind)] = row.desired_version
    owed.update(claimed_at=now)
    return list(claims.values())


def still_held(row: ChannelListing, claim: Claim) -> bool:
    """Say whether the lease is still this worker's; a late worker's result is not recorded."""
    return row.claim_token == claim.token


def release(row: ChannelListing) -> None:
    """Give the lease back (row not saved)."""
    row.claim_token = None
    row.claimed_until = None
