"""One publish, revise or end: the calls outside any transaction, each id kept as it comes."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from channels_app.adapters.base import (
    ChannelError,
    Failure,
    PublishResult,
    SellerMustFix,
    SignInAgain,
)
from channels_app.adapters.registry import adapter_for
from channels_app.enums import OwedKind, SyncStatus
from channels_app.locks import channel_listing_locked
from channels_app.models import ChannelListing
from channels_app.services import claims, outcomes, verdicts
from channels_app.services.categories import category_confirm
from channels_app.services.claims import Claim, Unit
from channels_app.services.inputs import listing_input, ref_of, sellable
from channels_app.services.owed import owed_add
from channels_app.services.sessions import connection_note_failure, session_of
from channels_app.services.states import states_refresh
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.models import RunItemState


class RowJournal:
    """`PublishJournal` over the channel listing: a kill after any call finds its id again."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim

    def offer_made(self, offer_id: str) -> None:
        """Keep the draft's id at once."""
        ChannelListing.objects.filter(pk=self._claim.channel_listing_id).update(offer_id=offer_id)

    def went_live(self, external_id: str, url: str) -> None:
        """Keep the live page's number at once."""
        with transaction.atomic():
            row = channel_listing_locked(self._claim.channel_listing_id)
            outcomes.external_id_keep(row, external_id, url)
            row.save()


def heavy_run(unit: Unit) -> None:
    """Do the one publish, revise or end of this unit; failures are recorded, not raised."""
    claim = unit.claims[0]
    row = ChannelListing.objects.select_related("connection", "listing").get(
        pk=claim.channel_listing_id
    )
    try:
        if OwedKind.END in claim.versions:
            _end(row, claim)
        else:
            _publish(row, claim)
    except ChannelError as error:
        if isinstance(error.first, SignInAgain):
            connection_note_failure(connection_id=row.connection_id, error=error)
        _record_failure(claim, error)


def _end(row: ChannelListing, claim: Claim) -> None:
    if row.is_live or row.offer_id:
        adapter_for(row.connection.channel).end_listing(session_of(row.connection), ref_of(row))
    with transaction.atomic():
        row = channel_listing_locked(claim.channel_listing_id)
        if not claims.still_held(row, claim):
            return
        claims.release(row)
        was_live = row.is_live
        outcomes.listing_ended_record(row, actor=Actor.marketplace(row.connection.label))
        verdicts.owed_confirm(row, claim.versions)
        row.save()
        verdicts.run_verdict(
            row,
            kind=verdicts.RUN_END,
            state=RunItemState.CHANGED if was_live else RunItemState.SAME,
            after={"externalId": row.external_id},
        )
        states_refresh([row.listing_id])


def _publish(row: ChannelListing, claim: Claim) -> None:
    if OwedKind.PUBLISH not in claim.versions and not row.is_live:
        _record_same(claim, None)
        return
    listing = Listing.objects.filter(pk=row.listing_id).first()
    if listing is None:
        raise ChannelError(SellerMustFix(reason="The part is in the trash.", field="deleted_at"))
    ChannelListing.objects.filter(pk=row.pk).update(
        local_version=listing.version,
        sync_status=row.sync_status if row.is_live else SyncStatus.PUBLISHING,
    )
    adapter, session = adapter_for(row.connection.channel), session_of(row.connection)
    given = listing_input(listing, overrides=row.overrides)
    ref = ref_of(row)
    if row.is_live:
        built = adapter.build_payload(session, given, ref)
        if not built.refusals and built.content_hash == row.payload_hash:
            _record_same(claim, given.available)
            return
    result = adapter.publish(session, given, ref, RowJournal(claim))
    _record_live(claim, result)
    category_confirm(row.connection, str(given.values.get("category_id") or ""))


def _record_live(claim: Claim, result: PublishResult) -> None:
    with transaction.atomic():
        row = channel_listing_locked(claim.channel_listing_id)
        if not claims.still_held(row, claim):
            return
        claims.release(row)
        state = RunItemState.CHANGED
        if row.published_at is None or row.ended_at is not None:
            state = RunItemState.SAME if result.linked else RunItemState.CREATED
        verdicts.owed_confirm(row, claim.versions)
        outcomes.listing_live_record(row, result, actor=Actor.marketplace(row.connection.label))
        row.save()
        verdicts.run_verdict(
            row,
            kind=verdicts.RUN_PUBLISH,
            state=state,
            after={"externalId": row.external_id, "url": row.external_url},
            reason="It was live there already." if result.linked else "",
        )
        _owe_numbers(row)
        states_refresh([row.listing_id])


def _owe_numbers(row: ChannelListing) -> None:
    """What was sold or repriced while the calls were made is sent on."""
    listing = Listing.all_objects.get(pk=row.listing_id)
    price = row.overrides.get("start_price", listing.start_price)
    if sellable([row.listing_id])[row.listing_id] != row.confirmed_quantity:
        owed_add([row.pk], OwedKind.QUANTITY)
    if price is not None and str(price) != str(row.confirmed_price):
        owed_add([row.pk], OwedKind.PRICE)


def _record_same(claim: Claim, available: int | None) -> None:
    """The content is as it is live: only numbers that differ are owed; else no call is made."""
    with transaction.atomic():
        row = channel_listing_locked(claim.channel_listing_id)
        if not claims.still_held(row, claim):
            return
        claims.release(row)
        verdicts.owed_confirm(row, claim.versions)
        row.remote_version = row.local_version
        if available is not None:
            verdicts.error_clear(row)
            row.notes = []
            row.sync_status = SyncStatus.ACTIVE
        row.save()
        listing = Listing.all_objects.get(pk=row.listing_id)
        differs = available is not None and (
            available != row.confirmed_quantity or listing.start_price != row.confirmed_price
        )
        verdicts.run_verdict(
            row,
            kind=verdicts.RUN_PUBLISH,
            state=RunItemState.CHANGED if differs else RunItemState.SAME,
            reason="Price and quantity are sent." if differs else "Nothing changed.",
        )
        if available is not None:
            _owe_numbers(row)
        states_refresh([row.listing_id])


def _record_failure(claim: Claim, error: ChannelError) -> None:
    first = error.first
    with transaction.atomic():
        row = channel_listing_locked(claim.channel_listing_id)
        if not claims.still_held(row, claim):
            return
        claims.release(row)
        due = verdicts.owed_postpone(row, claim.versions, first)
        kind = verdicts.RUN_END if OwedKind.END in claim.versions else verdicts.RUN_PUBLISH
        if verdicts.is_final(first):
            actor = Actor.marketplace(row.connection.label)
            outcomes.listing_refused_record(row, error.failures, actor=actor)
            verdicts.run_verdict(
                row,
                kind=kind,
                state=RunItemState.REFUSED,
                reason_code=first.error_id or "refused",
                reason=row.last_sync_error,
            )
        else:
            verdicts.error_note(row, first)
            if not row.is_live:
                row.sync_status = SyncStatus.PENDING
            verdicts.run_wait_note(row, kind=kind, reason=_next_words(first, due))
        row.save()
        states_refresh([row.listing_id])


def _next_words(first: Failure, due: datetime.datetime | None) -> str:
    reason = first.reason
    if due is None or isinstance(first, SignInAgain):
        return f"{reason} It goes on when the account is signed in again."
    seconds = max(0, round((due - timezone.now()).total_seconds()))
    return f"{reason} It is tried again in {seconds} s."
