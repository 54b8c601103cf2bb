"""What differs on one account on purpose, and when a part shall go live there."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from channels_app import events
from channels_app.enums import OwedKind, SyncStatus
from channels_app.locks import channel_listing_locked
from channels_app.models import ChannelConnection, ChannelListing
from channels_app.selectors.connections import connection_list, setup_missing
from channels_app.services.owed import owed_add
from channels_app.services.publishing import (
    MOST_LISTINGS,
    accounts_named,
    channel_listing_of,
    listing_publish,
    parts_named,
)
from listings.models import Listing
from listings.services.validation import clean
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.events import emit, emit_many, plain
from settings_app.selectors import setting_value

logger = structlog.get_logger(__name__)

# What may differ from account to account; everything else is the part's own.
OVERRIDABLE = (
    "title",
    "description",
    "start_price",
    "category_id",
    "shipping_profile_name",
    "payment_profile_name",
    "return_profile_name",
)
FURTHEST = datetime.timedelta(days=90)


def override_set(
    *, listing_id: uuid.UUID, connection_id: uuid.UUID, values: Mapping[str, Any], actor: Actor
) -> ChannelListing:
    """Set what this account shows otherwise; an empty value goes back to the part's own.

    Only the named fields are touched. What is live is owed the difference. Raises InvalidInput by
    field, NotFound.
    """
    unknown = [name for name in values if name not in OVERRIDABLE]
    if unknown:
        raise InvalidInput(fields=dict.fromkeys(unknown, "This cannot differ by account."))
    filled = {name: value for name, value in values.items() if value not in (None, "")}
    cleaned = plain(clean(filled).values)
    (part,), (account,) = parts_named([listing_id]), accounts_named([connection_id])
    with transaction.atomic():
        row = channel_listing_locked(channel_listing_of(part, account).pk)
        before = dict(row.overrides)
        kept = {name: value for name, value in before.items() if name not in values}
        kept |= {name: cleaned[name] for name in filled}
        if kept == before:
            return row
        row.overrides = kept
        row.save(update_fields=["overrides", "updated_at"])
        names = sorted({name for name in {*kept, *before} if kept.get(name) != before.get(name)})
        emit(
            events.ChannelListingOverridden(
                **_base(row),
                changes={name: [before.get(name), kept.get(name)] for name in names},
            ),
            actor=actor,
        )
        if row.is_live and not row.managed_by:
            owed_add([row.pk], OwedKind.CONTENT)
        if row.is_live and "start_price" in names:
            owed_add([row.pk], OwedKind.PRICE)
    return row


def publish_plan(
    *,
    listing_ids: Sequence[uuid.UUID],
    connection_ids: Sequence[uuid.UUID],
    publish_at: datetime.datetime | None,
    actor: Actor,
) -> int:
    """Plan when parts go live on accounts; None forgets the plan. Returns how many targets.

    Raises InvalidInput for a time that has passed or is too far, NotFound.
    """
    now = timezone.now()
    if publish_at is not None and not now < publish_at < now + FURTHEST:
        raise InvalidInput(fields={"publish_at": "Choose a time within the next 90 days."})
    parts, accounts = parts_named(listing_ids), accounts_named(connection_ids)
    planned: list[events.ChannelListingPlanned] = []
    with transaction.atomic():
        for part in parts:
            for account in accounts:
                row = channel_listing_of(part, account)
                if row.publish_at == publish_at:
                    continue
                ChannelListing.objects.filter(pk=row.pk).update(publish_at=publish_at)
                planned.append(events.ChannelListingPlanned(**_base(row), publish_at=publish_at))
        emit_many(planned, actor=actor)
    return len(planned)


def planned_publish() -> int:
    """Publish what is due; returns how many. A second worker finds nothing left to do."""
    due = ChannelListing.objects.filter(
        publish_at__lte=timezone.now(),
        connection__disconnected_at__isnull=True,
        listing__deleted_at__isnull=True,
    )
    by_account: dict[uuid.UUID, list[uuid.UUID]] = {}
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:MOST_LISTINGS])
        ChannelListing.objects.filter(pk__in=[row.pk for row in rows]).update(publish_at=None)
        for row in rows:
            by_account.setdefault(row.connection_id, []).append(row.listing_id)
        for connection_id, listing_ids in by_account.items():
            listing_publish(
                listing_ids=listing_ids,
                connection_ids=[connection_id],
                actor=Actor.system("channels.schedule"),
            )
    return len(rows)


def auto_publish(*, listing_id: uuid.UUID) -> int:
    """Publish a part that has become ready to the accounts that take such by themselves.

    Only where the business switched it on, not where someone is publishing the part already, and
    not to an account for which a person planned it: the plan owns it there. Returns to how many
    accounts.
    """
    if not setting_value("marketplace", "ebay_auto_publish"):
        return 0
    part = Listing.objects.filter(pk=listing_id, status="ready").first()
    busy = ChannelListing.objects.filter(listing_id=listing_id).exclude(
        sync_status=SyncStatus.PENDING, owed__isnull=True
    )
    if part is None or busy.exists():
        return 0
    planned = ChannelListing.objects.filter(listing_id=listing_id, publish_at__isnull=False)
    owned = set(planned.values_list("connection_id", flat=True))
    accounts = [one for one in connection_list() if takes_ready_parts(one) and one.pk not in owned]
    if not accounts:
        return 0
    try:
        listing_publish(
            listing_ids=[listing_id],
            connection_ids=[one.pk for one in accounts],
            actor=Actor.system("channels.auto_publish"),
            idempotency_key=f"auto-publish:{listing_id}:{part.version}",
        )
    except AppError as error:
        logger.info("not_published_by_itself", listing_id=str(listing_id), reason=error.message)
        return 0
    return len(accounts)


def takes_ready_parts(connection: ChannelConnection) -> bool:
    """Say whether parts go to this account by themselves: usable, set up, not opted out."""
    wants = connection.settings.get("autoPublish", True)
    return connection.is_usable and not setup_missing(connection) and bool(wants)


def _base(row: ChannelListing) -> dict[str, Any]:
    return {
        "entity_id": row.pk,
        "listing_id": row.listing_id,
        "connection_id": row.connection_id,
        "channel": row.connection.channel,
        "sku": row.external_sku,
        "external_id": row.external_id,
    }
