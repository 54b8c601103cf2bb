"""The log in words: who did what to which part, for the activity feed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listings.models import Listing
from orders.enums import CHANNELS
from orders.models import Order
from realtrack.core.models import AuditLog

# Formats over the event's metadata; `{what}` is the entity in words.
_SENTENCES: Mapping[str, str] = {
    "listing.created": "made the draft {what}",
    "listing.updated": "changed {what}",
    "listing.transitioned": "moved {what} to {status_after}",
    "listing.deleted": "put {what} in the trash",
    "listing.restored": "restored {what}",
    "listing.merged": "merged {gone_sku} into {what}",
    "listing.unmerged": "made {gone_sku} a part of its own again",
    "listing.photos_changed": "changed the photos of {what}",
    "listing.quantity_requested": "counted {what}",
    "listing.proposal_made": "proposed a value for {what}",
    "listing.proposal_decided": "decided a proposal for {what}",
    "saved_search.saved": "saved the view {search_name}",
    "saved_search.forgotten": "dropped the view {search_name}",
    "order.created": "received order {number}",
    "order.paid": "took payment of order {number}",
    "order.picked": "picked order {number}",
    "order.packed": "packed order {number}",
    "order.shipped": "shipped order {number}",
    "order.line_matched": "found the part of a line of order {number}",
    "order.tracking_changed": "changed the tracking number of order {number}",
    "order.shipment_told": "told the marketplace that order {number} is shipped",
    "order.shipment_refused": "was refused the shipment of order {number}",
    "order.delivered": "delivered order {number}",
    "order.completed": "completed order {number}",
    "order.refund_requested": "asked for a refund of order {number}",
    "order.disputed": "disputed order {number}",
    "order.cancel_requested": "asked to cancel order {number}",
    "order.updated": "changed order {number}",
    "order.cancelled": "cancelled order {number}",
    "order.refunded": "refunded order {number}",
    "order.buyer_viewed": "looked at the buyer of order {number}",
    "inventory.adjusted": "set stock of {what} to {total}",
    "inventory.reserved": "reserved {quantity} of {what}",
    "inventory.released": "released {quantity} of {what}",
    "inventory.returned": "took {quantity} of {what} back",
    "inventory.reconciled": "compared {what} with the marketplaces",
    "inventory.drifted": "found that stock of {what} does not add up",
    "inventory.sold": "sold {quantity} of {what}",
    "inventory.out_of_stock": "saw {what} run out",
    "inventory.low": "saw {what} run low, {free} left",
    "inventory.oversold": "sold {what} twice, short by {deficit}",
    "inventory.placed": "put {what} in {bin_code}",
    "channel.connected": "connected {label}",
    "channel.disconnected": "disconnected {label}",
    "channel.configured": "set up {label}",
    "channel.failed": "lost the sign-in of {label}",
    "channel.order_received": "told of an order",
    "channel.order_parked": "sent an order that could not be read",
    "channel.buyer_erasure_requested": "asked to forget a buyer",
    "channel_listing.revised": "updated {sku} on {channel}",
    "channel_listing.out_of_sync": "found {sku} out of sync on {channel}",
    "channel_listing.quantity_pushed": "sent the quantity of {sku} to {channel}",
    "channel_listing.published": "published {sku} on {channel}",
    "channel_listing.refused": "refused {sku}: {reason}",
    "channel_listing.adopted": "took over {sku} from {channel}",
    "channel_listing.unlinked": "said that a listing of {channel} is another part",
    "channel_listing.overridden": "set what {channel} shows of {sku}",
    "channel_listing.planned": "set when {sku} goes live on {channel}",
    "channel_listing.drifted": "found {sku} changed on {channel}",
    "channel_listing.drift_decided": "kept {kept} of {sku} on {channel}",
    "channel_category.drifted": "found the category {known_name} changed",
    "channel_category.accepted": "accepted the category {category_id}",
    "channel_listing.ended": "ended {sku} on {channel}",
    "donor.arrived": "took in the car {stock_number}",
    "donor.changed": "changed the car {stock_number}",
    "donor.torn_down": "made {created} drafts of the car {stock_number}",
    "donor.part_pulled": "pulled a part of the car {stock_number}, or took that back",
    "donor.part_scrapped": "scrapped a part of the car {stock_number}",
    "teardown_template.changed": "changed the tear-down list {template}",
    "inventory.threshold_changed": "set when {what} counts as low",
    "order.buyer_erased": "erased the buyer of order {number}",
    "import_preset.saved": "saved the import columns {preset_name}",
    "import_preset.forgotten": "dropped the import columns {preset_name}",
    "photo.library_added": "put a photo into {folder}",
    "photo.confirmed": "put in a photo",
    "photo.refused": "put in a photo that was refused",
    "photo.changed": "changed a photo",
    "photo.deleted": "removed a photo",
    "ingestion.job_created": "started to read photos",
    "ingestion.job_regrouped": "sorted photos into {parts} parts",
    "ingestion.result_stocked": "took in another piece of a known part",
    "ingestion.trade_word_changed": "changed the trade word {word}",
    "ingestion.alias_undone": "took back what a correction had taught",
    "intake.number_taken": "took in a part by its number {number}",
    "intake.row_mended": "corrected a row of the intake",
    "intake.row_went_on": "went on with a row that had waited",
    "ingestion.job_delayed": "will read photos later: {reason}",
    "ingestion.job_cancelled": "cancelled a photo job",
    "ingestion.job_retried": "had photos read again",
    "ingestion.job_completed": "read photos: {title}",
    "ingestion.job_failed": "could not read photos: {reason}",
    "ingestion.result_approved": "approved a draft",
    "ingestion.result_rejected": "rejected a draft",
    "fitment.detected": "found vehicles for {what}",
    "fitment.added": "added a vehicle to {what}",
    "fitment.removed": "took a vehicle off {what}",
    "fitment.reference_changed": "changed the vehicle table",
    "fitment.verified": "verified a vehicle of {what}",
    "fitment.doubted": "set {vehicle} back to review",
    "fitment.compacted": "joined years of vehicles of {what}: {before} rows are {after}",
    "fitment.finding_accepted": "called a finding of {what} right",
    "fitment.vehicles_merged": "merged {gone} into {kept}, or took that back",
    "fitment.aces_file_decided": "answered the file {file}: {answer}",
    "fitment.aces_file_applied": "let the file {file} count",
    "fitment.aces_code_mapped": "said what {kind} {code} is: {meaning}",
    "fitment.interchange_changed": "changed equal numbers: {label}",
    "user.signed_in": "signed in",
    "user.signed_out": "signed out",
    "user.created": "added a person",
    "user.invited": "invited a person",
    "user.invite_revoked": "took an invitation back",
    "user.password_changed": "changed a password",
    "user.profile_changed": "changed a profile",
    "user.reset_asked": "asked for a new password",
    "user.role_changed": "changed a role",
    "user.deactivated": "shut a person out",
    "user.reactivated": "let a person in again",
    "user.session_ended": "ended a session",
    "user.token_reused": "used a sign-in a second time: all of it was ended",
    "api_token.created": "made an API token",
    "api_token.revoked": "revoked an API token",
    "team.changed": "changed a team",
    "role.right_changed": "changed what the role {entity} may do",
    "pricing_rule.changed": "changed a pricing rule",
    "shipping_profile.changed": "changed a shipping profile",
    "setting.secret_tested": "tested the setting {entity}",
    "event.dead": "gave an event up after its last try",
    "event.retried": "put an event back in line",
    "setting.changed": "changed the setting {entity}",
    "run.started": "started: {title}",
    "run.finished": "finished: {title}",
    "run.retried": "started a run again: {title}",
    "run.failed": "had a run fail: {title}",
}
_QUIET = (
    "user.", "event.", "run.started", "inventory.reserved", "inventory.released", "photo.",
    "ingestion.job_created", "listing.photos_changed", "listing.quantity_requested",
    "channel.order_received", "channel_listing.quantity_pushed",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One line of the feed; `url` leads to what it speaks of."""

    who: str
    text: str
    url: str
    at: datetime.datetime
    event: str
    is_person: bool


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def sentences(rows: Sequence[AuditLog]) -> list[Sentence]:
    """Return the rows in words; names of parts and orders are looked up once for all."""
    parts = _titles(rows)
    return [_sentence(row, parts) for row in rows]


def is_quiet(event: str) -> bool:
    """Say whether the short feed leaves this out; the whole log is under Activity."""
    return event.startswith(_QUIET)


def _titles(rows: Sequence[AuditLog]) -> dict[str, str]:
    ids = {row.entity_id for row in rows if row.entity_type == "listing"}
    found = Listing.all_objects.filter(pk__in=ids).values_list("pk", "custom_label_sku", "title")
    names = {str(pk): sku or title for pk, sku, title in found}
    orders = {row.entity_id for row in rows if row.entity_type == "order"}
    numbers = Order.objects.filter(pk__in=orders).values_list("pk", "external_order_id")
    names.update({str(pk): number for pk, number in numbers})
    return names


def _sentence(row: AuditLog, names: Mapping[str, str]) -> Sentence:
    known = {key: str(value) for key, value in row.metadata.items()}
    if "channel" in known:
        known["channel"] = dict(CHANNELS).get(known["channel"], known["channel"])
    what = names.get(row.entity_id, row.entity_type.replace("_", " "))
    words = _Words({**known, "what": what, "entity": row.entity_id})
    text = _SENTENCES.get(row.event, row.event.replace(".", " ").replace("_", " "))
    return Sentence(
        # Tasks and schedules are the program itself; their names tell a reader nothing.
        who="RealTrack" if row.actor_type == "system" else row.actor_label or row.actor_type,
        text=text.format_map(words),
        url=_url(row),
        at=row.created_at,
        event=row.event,
        is_person=row.actor_type == "person",
    )


def _url(row: AuditLog) -> str:
    if row.entity_type == "listing":
        return f"/listings/{row.entity_id}/edit/"
    if row.entity_type == "order":
        return f"/orders/{row.entity_id}/"
    if row.entity_type == "run":
        return f"/runs/{row.entity_id}/"
    listing = row.metadata.get("listing_id")
    return f"/listings/{listing}/edit/" if listing else ""
