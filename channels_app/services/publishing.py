"""A person asks for parts to be published or taken off: a run with a row per part and account."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from channels_app.adapters.base import SellerMustFix
from channels_app.enums import OwedKind, SyncStatus
from channels_app.models import ChannelConnection, ChannelListing
from channels_app.services import verdicts
from channels_app.services.owed import owed_add
from channels_app.services.states import states_refresh
from listings.enums import ListingStatus
from listings.models import Listing
from listings.services import listing_transition
from realtrack.core import runs
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError, InvalidInput, NotFound
from realtrack.core.models import Run, RunItem, RunItemState

MOST_LISTINGS = 500
# This many workers share a large run; more would only wait for the marketplace.
MOST_LANES = 8
# The part became ready because someone publishes it: it does not go elsewhere by itself.
PUBLISHING_NOTE = "Made ready to be published."


def listing_publish(
    *,
    listing_ids: Sequence[uuid.UUID],
    connection_ids: Sequence[uuid.UUID],
    actor: Actor,
    idempotency_key: str | None = None,
) -> Run:
    """Start publishing (or re-publishing) parts on accounts; returns the run at once.

    Each part × account has a row in the run with its own verdict; what cannot be published at all
    (a draft that is not complete, a part in the archive) is refused there, the rest goes on. The
    marketplace is called by workers; while it is away the rows wait and say so. Raises
    InvalidInput (none, over 500), NotFound.
    """
    parts = parts_named(listing_ids)
    accounts = accounts_named(connection_ids)
    total = len(parts) * len(accounts)
    title = _title("Publish", parts, accounts)
    refused = {part.pk: reason for part in parts if (reason := _make_ready(part, actor))}
    # The run and its rows at once: a kill in between would leave a run that nobody works on.
    with transaction.atomic():
        run = runs.run_create(
            kind=verdicts.RUN_PUBLISH, title=title, actor=actor, total=total,
            params={
                "listingIds": [one.pk for one in parts],
                "connectionIds": [one.pk for one in accounts],
            },
            idempotency_key=idempotency_key,
        )  # fmt: skip
        if run.items.exists():
            return run
        runs.run_start(run_id=run.pk, actor=actor, total=total)
        wanted: list[ChannelListing] = []
        items: list[RunItem] = []
        for part in parts:
            for account in accounts:
                row = channel_listing_of(part, account)
                if part.pk not in refused:
                    wanted.append(row)
                items.append(_item(run, len(items), row, part, account))
        RunItem.objects.bulk_create(items)
        for item, reason in _refused_items(items, refused):
            runs.run_item_record(
                run_id=run.pk, position=item.position, state=RunItemState.REFUSED,
                reason_code="not_ready", reason=reason,
            )  # fmt: skip
        _refuse_rows(items, refused)
        if wanted:
            rows = ChannelListing.objects.filter(pk__in=[row.pk for row in wanted])
            rows.filter(is_live=False).update(sync_status=SyncStatus.PENDING, ended_at=None)
            rows.update(publish_at=None)
            verdicts.end_withdraw([row.pk for row in wanted])
            owed_add(
                [row.pk for row in wanted], OwedKind.PUBLISH, lanes=min(MOST_LANES, len(wanted))
            )
        states_refresh([part.pk for part in parts])
    verdicts.run_finish_if_done(run.pk)
    run.refresh_from_db()
    return run


def listing_end(*, channel_listing_ids: Sequence[uuid.UUID], actor: Actor) -> Run:
    """Start taking parts off their accounts; returns the run at once. Repeating it is harmless."""
    rows = list(
        ChannelListing.objects.filter(pk__in=channel_listing_ids)
        .select_related("listing", "connection")
        .order_by("pk")
    )
    if not rows:
        raise NotFound("This is not listed there.")
    with transaction.atomic():
        run = runs.run_create(
            kind=verdicts.RUN_END, title=f"End {len(rows)} listings", actor=actor, total=len(rows)
        )
        runs.run_start(run_id=run.pk, actor=actor, total=len(rows))
        RunItem.objects.bulk_create(
            _item(run, position, row, row.listing, row.connection)
            for position, row in enumerate(rows)
        )
        verdicts.publish_withdraw([row.pk for row in rows])
        owed_add([row.pk for row in rows], OwedKind.END)
    run.refresh_from_db()
    return run


def run_resume(run_id: uuid.UUID) -> None:
    """Go on with a run that a person retries: refused and waiting rows are owed again."""
    run = Run.objects.get(pk=run_id)
    actor = verdicts.run_actor(run)
    kind = OwedKind.END if run.kind == verdicts.RUN_END else OwedKind.PUBLISH
    with transaction.atomic():
        runs.run_start(run_id=run_id, actor=actor)
        again = run.items.filter(state__in=(RunItemState.REFUSED, RunItemState.PENDING))
        ids = []
        for item in again:
            runs.run_item_record(
                run_id=run_id,
                position=item.position,
                state=RunItemState.PENDING,
                before=item.before,
            )
            ids.append(uuid.UUID(item.target_id))
        present = list(ChannelListing.objects.filter(pk__in=ids).values_list("pk", flat=True))
        if present:
            owed_add(present, kind, lanes=min(MOST_LANES, len(present)))
    verdicts.run_finish_if_done(run_id)


def parts_named(listing_ids: Sequence[uuid.UUID]) -> list[Listing]:
    wanted = list(dict.fromkeys(listing_ids))
    if not wanted:
        raise InvalidInput(fields={"listing_ids": "Name at least one part."})
    if len(wanted) > MOST_LISTINGS:
        raise InvalidInput(fields={"listing_ids": f"At most {MOST_LISTINGS} parts at once."})
    found = Listing.objects.in_bulk(wanted)
    missing = [one for one in wanted if one not in found]
    if missing:
        raise NotFound(f"{len(missing)} of these parts do not exist any more.")
    return [found[one] for one in wanted]


def accounts_named(connection_ids: Sequence[uuid.UUID]) -> list[ChannelConnection]:
    wanted = list(dict.fromkeys(connection_ids))
    found = ChannelConnection.objects.filter(disconnected_at__isnull=True).in_bulk(wanted)
    if not wanted or len(found) != len(wanted):
        raise NotFound("This account does not exist, or was disconnected.")
    return [found[one] for one in wanted]


def _title(verb: str, parts: Sequence[Listing], accounts: Sequence[ChannelConnection]) -> str:
    what = parts[0].custom_label_sku if len(parts) == 1 else f"{len(parts)} parts"
    where = accounts[0].label if len(accounts) == 1 else f"{len(accounts)} accounts"
    return f"{verb} {what} on {where}"


def _make_ready(part: Listing, actor: Actor) -> str:
    """Bring a draft to ready, as publishing means it; return why that is not possible."""
    try:
        if part.status == ListingStatus.DRAFT:
            listing_transition(
                listing_id=part.pk, to=ListingStatus.READY, actor=actor, note=PUBLISHING_NOTE
            )
        elif part.status == ListingStatus.ARCHIVED:
            return "It is in the archive; take it out first."
    except AppError as error:
        return error.message
    return ""


def channel_listing_of(part: Listing, account: ChannelConnection) -> ChannelListing:
    """The one row of this part on this account; an ended one is used again."""
    site = account.marketplace_site_id
    row = (
        ChannelListing.objects.filter(listing=part, connection=account, site=site)
        .order_by("ended_at", "-created_at")
        .first()
    )
    if row is None:
        return ChannelListing.objects.create(
            listing=part, connection=account, site=site, external_sku=part.custom_label_sku
        )
    if not row.is_live:
        row.external_sku = part.custom_label_sku
        if row.managed_by:
            # It was made elsewhere and has ended: what comes now is made here.
            row.managed_by = row.offer_id = ""
        row.save(update_fields=["external_sku", "managed_by", "offer_id", "updated_at"])
    return row


def _item(
    run: Run, position: int, row: ChannelListing, part: Listing, account: ChannelConnection
) -> RunItem:
    before: Mapping[str, Any] = {
        "listingId": str(part.pk),
        "connectionId": str(account.pk),
        "account": account.label,
    }
    return RunItem(
        run=run,
        position=position,
        target_type=verdicts.TARGET,
        target_id=str(row.pk),
        label=f"{part.custom_label_sku} on {account.label}"[:200],
        before=before,
    )


def _refuse_rows(items: Sequence[RunItem], refused: Mapping[uuid.UUID, str]) -> None:
    """Say on each part's card too why it was not sent; what is live stays as it is."""
    for item, reason in _refused_items(items, refused):
        row = ChannelListing.objects.get(pk=item.target_id)
        verdicts.error_note(row, SellerMustFix(reason=reason, error_id="not_ready"))
        row.notes = [{"reason": reason, "errorId": "", "field": "", "fix": None}]
        row.sync_status = SyncStatus.ERROR
        row.save()


def _refused_items(
    items: Sequence[RunItem], refused: Mapping[uuid.UUID, str]
) -> list[tuple[RunItem, str]]:
    found = []
    for item in items:
        part_id = uuid.UUID(item.before["listingId"])
        if part_id in refused:
            found.append((item, refused[part_id]))
    return found
