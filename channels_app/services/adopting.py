"""Adopting listings made elsewhere: each becomes a part's, or a part is made of it. A run."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels_app import events
from channels_app.adapters.registry import adapter_for
from channels_app.enums import OwedKind, SyncStatus
from channels_app.models import ChannelConnection, ChannelListing, ForeignListing
from channels_app.services import verdicts
from channels_app.services.connections import connection_usable
from channels_app.services.inputs import sellable
from channels_app.services.outcomes import status_move
from channels_app.services.owed import owed_add
from channels_app.services.states import states_refresh
from listings.enums import ListingStatus
from listings.models import Listing
from listings.services import listing_create
from listings.services.stock import listing_ebay_id_set
from realtrack.core import runs
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.events import emit
from realtrack.core.models import Run, RunItem, RunItemState, RunState

RUN_ADOPT = "channels.adopt"
TARGET = "foreign_listing"
MOST = 5_000
# A worker goes on for so long and then hands over, so that others get their turn.
_TURN_SECONDS = 60.0


def foreign_adopt(
    *, connection_id: uuid.UUID, actor: Actor, foreign_ids: Sequence[uuid.UUID] | None = None
) -> Run:
    """Start adopting the named listings, or all that are open; returns the run at once.

    A part with the same SKU takes its listing over where that SKU is there once; else a part is
    made of it, with its words, price and quantity. Never by title. Raises InvalidInput, NotFound.
    """
    account = connection_usable(connection_id)
    rows = ForeignListing.objects.filter(
        connection=account, is_live=True, channel_listing__isnull=True
    )
    if foreign_ids is not None:
        rows = rows.filter(pk__in=foreign_ids)
    else:
        rows = rows.filter(is_dismissed=False)
    found = list(rows.order_by("external_id", "variation_sku")[:MOST])
    if not found:
        raise InvalidInput(fields={"ids": "Nothing there is open to be adopted."})
    with transaction.atomic():
        run = runs.run_create(
            kind=RUN_ADOPT, title=f"Adopt {len(found)} listings of {account.label}", actor=actor,
            total=len(found), entity_type="channel_connection", entity_id=str(account.pk),
        )  # fmt: skip
        RunItem.objects.bulk_create(
            RunItem(
                run=run, position=position, target_type=TARGET, target_id=str(one.pk),
                label=f"{one.external_id} {one.title}"[:200],
            )
            for position, one in enumerate(found)
        )  # fmt: skip
        runs.run_start(run_id=run.pk, actor=actor, total=len(found))
        transaction.on_commit(lambda: adopt_kick(run.pk))
    run.refresh_from_db()
    return run


def adopt_kick(run_id: uuid.UUID) -> None:
    """Have a worker go on with it."""
    from channels_app import tasks
    from realtrack.core.tasks import kick

    kick(tasks.adopt, str(run_id))


def adopt_resume(run_id: uuid.UUID) -> None:
    """Go on with a run that a person retries."""
    run = Run.objects.get(pk=run_id)
    runs.run_start(run_id=run_id, actor=verdicts.run_actor(run))
    adopt_kick(run_id)


def adopt_work(*, run_id: uuid.UUID) -> None:
    """Do the rows that have no verdict yet; hands over after a while. Idempotent."""
    run = Run.objects.get(pk=run_id)
    if run.state != RunState.RUNNING:
        return
    actor = verdicts.run_actor(run)
    until = time.monotonic() + _TURN_SECONDS
    waiting = run.items.filter(state=RunItemState.PENDING).order_by("position")
    for position, target in list(waiting.values_list("position", "target_id")):
        if runs.is_cancelled(run_id):
            runs.run_finish(run_id=run_id, actor=actor)
            return
        if time.monotonic() > until:
            adopt_kick(run_id)
            return
        try:
            with transaction.atomic():
                state, reason = _adopt_one(uuid.UUID(target), actor)
                runs.run_item_record(
                    run_id=run_id, position=position, state=state, reason=reason,
                    reason_code="not_adopted" if state == RunItemState.REFUSED else "",
                )  # fmt: skip
        except (AppError, IntegrityError) as error:
            words = error.message if isinstance(error, AppError) else "It is linked already."
            runs.run_item_record(
                run_id=run_id, position=position, state=RunItemState.REFUSED,
                reason_code="not_adopted", reason=words,
            )  # fmt: skip
    verdicts.run_finish_if_done(run_id)


def adopt_stalled() -> list[uuid.UUID]:
    """Adoption runs whose worker was killed."""
    from channels_app.services.foreign import STALE

    late = timezone.now() - STALE / 5
    rows = Run.objects.filter(kind=RUN_ADOPT, state=RunState.RUNNING, heartbeat_at__lt=late)
    return list(rows.values_list("pk", flat=True))


def _adopt_one(foreign_id: uuid.UUID, actor: Actor) -> tuple[RunItemState, str]:
    one = (
        ForeignListing.objects.select_for_update(of=("self",))
        .select_related("connection")
        .get(pk=foreign_id)
    )
    if one.channel_listing_id is not None:
        return RunItemState.SAME, "It is linked already."
    if not one.is_live:
        return RunItemState.REFUSED, "It is not live there any more."
    if not one.is_fixed_price:
        return RunItemState.REFUSED, "Auctions are not taken over."
    part = _part_of(one)
    state = RunItemState.CHANGED
    if part is None:
        part, state = _part_from(one, actor), RunItemState.CREATED
    elif problem := _problem(part, one):
        return RunItemState.REFUSED, problem
    _link(one, part, actor)
    return state, ""


def _part_of(one: ForeignListing) -> Listing | None:
    """The part with this SKU, where the account shows the SKU once."""
    if not one.sku:
        return None
    twins = ForeignListing.objects.filter(connection=one.connection, sku=one.sku, is_live=True)
    if twins.count() > 1:
        message = f"{twins.count()} listings there have the SKU {one.sku}; mend that first."
        raise InvalidInput(message)
    return Listing.objects.filter(custom_label_sku=one.sku).first()


def _problem(part: Listing, one: ForeignListing) -> str:
    live = ChannelListing.objects.filter(
        listing=part, connection=one.connection, is_live=True
    ).exclude(sync_status=SyncStatus.ENDED)
    if live.exists():
        return f"{part.custom_label_sku} is live there already under another number."
    if one.quantity and not sellable([part.pk])[part.pk]:
        # Linking would send our 0 and end what sells there.
        return (
            f"{part.custom_label_sku} has nothing in stock here and {one.quantity} there: count"
            " it first."
        )
    return ""


def _part_from(one: ForeignListing, actor: Actor) -> Listing:
    data: dict[str, object] = {
        "title": one.title,
        "start_price": str(one.price) if one.price is not None else None,
        "category_id": one.category_id,
        "condition_id": one.condition_id,
        "item_photo_url": "|".join(one.picture_urls[:24]),
    }
    if one.sku:
        data["custom_label_sku"] = one.sku
    if one.currency:
        data["currency"] = one.currency
    return listing_create(
        data={name: value for name, value in data.items() if value not in (None, "")},
        actor=actor,
        initial_quantity=one.quantity or 0,
        status=ListingStatus.PUBLISHED,
        note=f"Adopted from {one.connection.label}, item {one.external_id}.",
    )


def _link(one: ForeignListing, part: Listing, actor: Actor) -> None:
    account: ChannelConnection = one.connection
    now = timezone.now()
    row = ChannelListing.objects.create(
        listing=part,
        connection=account,
        site=account.marketplace_site_id,
        sync_status=SyncStatus.ACTIVE,
        managed_by="trading",
        external_id=one.external_id,
        external_key=f"{one.external_id}:{one.variation_sku}".rstrip(":"),
        external_url=adapter_for(account.channel).listing_url(one.external_id),
        external_sku=one.sku or part.custom_label_sku,
        offer_id=one.variation_sku,
        is_live=True,
        confirmed_quantity=one.quantity,
        desired_quantity=one.quantity,
        confirmed_price=one.price,
        desired_price=one.price,
        currency=one.currency,
        published_at=now,
        last_synced_at=now,
    )
    one.channel_listing, one.is_dismissed = row, False
    one.save(update_fields=["channel_listing", "is_dismissed"])
    listing_ebay_id_set(listing_id=part.pk, item_number=one.external_id)
    emit(
        events.ChannelListingAdopted(
            entity_id=row.pk,
            listing_id=part.pk,
            connection_id=account.pk,
            channel=account.channel,
            sku=row.external_sku,
            external_id=one.external_id,
        ),
        actor=actor,
    )
    status_move(part.pk, ListingStatus.PUBLISHED, actor=Actor.marketplace(account.label))
    if sellable([part.pk])[part.pk] != one.quantity:
        owed_add([row.pk], OwedKind.QUANTITY)
    states_refresh([part.pk])
