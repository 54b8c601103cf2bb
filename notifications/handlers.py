"""Which events a person is told of, and in which words. One table, one handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from listings.models import Listing
from notifications import live, services
from notifications.enums import NotificationType, Severity
from orders.enums import CHANNELS
from realtrack.core.events import Envelope, subscribe
from realtrack.core.rights import Right
from settings_app.selectors import setting_value

KEY = "notifications.tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Words are formats over the event's metadata; `url` over its entity id and metadata."""

    type: NotificationType
    title: str
    right: Right
    severity: Severity
    icon: str
    body: str = ""
    url: str = ""
    setting: tuple[str, str] | None = None
    # What open pages should fetch anew.
    changed: str = ""


class _Known(dict[str, Any]):
    """Metadata for `format_map`: a word that the event does not carry is left out."""

    def __missing__(self, key: str) -> str:
        return ""


_ORDER_URL = "/orders/{entity_id}/"
_LISTING_URL = "/listings/{entity_id}/edit/"

TRIGGERS: Mapping[str, Trigger] = {
    "order.created": Trigger(
        type=NotificationType.NEW_ORDER, title="New order {number}",
        body="{channel}: {items_text}", right=Right.ORDERS_VIEW, severity=Severity.INFO,
        icon="order", url=_ORDER_URL, setting=("notification", "order_alert"), changed="orders",
    ),
    "order.shipped": Trigger(
        type=NotificationType.ORDER_SHIPPED, title="Order {number} shipped",
        right=Right.ORDERS_VIEW, severity=Severity.SUCCESS, icon="order", url=_ORDER_URL,
        changed="orders",
    ),
    "order.cancelled": Trigger(
        type=NotificationType.ORDER_CANCELLED, title="Order {number} was cancelled",
        right=Right.ORDERS_VIEW, severity=Severity.WARNING, icon="order", url=_ORDER_URL,
        changed="orders",
    ),
    "inventory.low": Trigger(
        type=NotificationType.LOW_STOCK, title="Only {free} left: {sku}",
        right=Right.INVENTORY_VIEW, severity=Severity.WARNING, icon="bin", url=_LISTING_URL,
        setting=("notification", "low_stock_alert"), changed="stock",
    ),
    "inventory.out_of_stock": Trigger(
        type=NotificationType.OUT_OF_STOCK, title="Ran out: {sku}",
        right=Right.INVENTORY_VIEW, severity=Severity.ERROR, icon="bin", url=_LISTING_URL,
        setting=("notification", "low_stock_alert"), changed="stock",
    ),
    "inventory.oversold": Trigger(
        type=NotificationType.OVERSOLD, title="Sold twice: {sku}, short by {deficit}",
        right=Right.INVENTORY_VIEW, severity=Severity.ERROR, icon="warn", url=_LISTING_URL,
        changed="stock",
    ),
    "ingestion.job_completed": Trigger(
        type=NotificationType.INGESTION_COMPLETE, title="Photos read: {title}",
        right=Right.INGESTION_VIEW, severity=Severity.SUCCESS, icon="cam",
        url="/ingestion/review/", changed="review",
    ),
    "ingestion.job_failed": Trigger(
        type=NotificationType.INGESTION_FAILED, title="Photos could not be read",
        body="{reason}", right=Right.INGESTION_VIEW, severity=Severity.ERROR, icon="cam",
        url="/ingestion/", changed="review",
    ),
    "channel.connected": Trigger(
        type=NotificationType.CHANNEL_CONNECTED, title="{label} is connected",
        right=Right.CHANNELS_VIEW, severity=Severity.SUCCESS, icon="plug", url="/channels/",
        changed="channels",
    ),
    "channel.disconnected": Trigger(
        type=NotificationType.CHANNEL_DISCONNECTED, title="{label} is disconnected",
        right=Right.CHANNELS_VIEW, severity=Severity.WARNING, icon="plug", url="/channels/",
        changed="channels",
    ),
    "channel.failed": Trigger(
        type=NotificationType.CHANNEL_ERROR, title="{label} needs you: {reason}",
        right=Right.CHANNELS_VIEW, severity=Severity.ERROR, icon="plug", url="/channels/",
        changed="channels",
    ),
    "channel_listing.published": Trigger(
        type=NotificationType.LISTING_PUBLISHED, title="Live on {channel}: {sku}",
        right=Right.CHANNELS_VIEW, severity=Severity.SUCCESS, icon="store",
        url="/listings/{listing_id}/edit/", changed="listings",
    ),
    "channel_listing.refused": Trigger(
        type=NotificationType.CHANNEL_ERROR, title="{channel} refused {sku}", body="{reason}",
        right=Right.CHANNELS_VIEW, severity=Severity.ERROR, icon="store",
        url="/listings/{listing_id}/edit/?tab=channels", changed="listings",
    ),
    "order.refund_requested": Trigger(
        type=NotificationType.REFUND_REQUESTED,
        title="Order {number}: the buyer wants the money back",
        body="{reason}",
        right=Right.ORDERS_VIEW,
        severity=Severity.WARNING,
        icon="order",
        url=_ORDER_URL,
        changed="orders",
    ),
    "order.cancel_requested": Trigger(
        type=NotificationType.ORDER_CANCELLED,
        title="Order {number}: the buyer wants to cancel",
        body="{reason}",
        right=Right.ORDERS_VIEW,
        severity=Severity.WARNING,
        icon="order",
        url=_ORDER_URL,
        changed="orders",
    ),
    "order.disputed": Trigger(
        type=NotificationType.REFUND_REQUESTED,
        title="Order {number} is disputed",
        body="{reason}",
        right=Right.ORDERS_VIEW,
        severity=Severity.ERROR,
        icon="order",
        url=_ORDER_URL,
        changed="orders",
    ),
    "inventory.drifted": Trigger(
        type=NotificationType.SYNC_CONFLICT,
        title="Stock does not add up: {sku}",
        body="{problem}",
        right=Right.INVENTORY_VIEW,
        severity=Severity.ERROR,
        icon="warn",
        url=_LISTING_URL,
        changed="stock",
    ),
    "event.dead": Trigger(
        type=NotificationType.SYSTEM_ALERT, title="A step was given up: {subscriber}",
        body="{event}", right=Right.RUNS_STEER_OTHERS, severity=Severity.ERROR, icon="warn",
        url="/runs/",
    ),
    "run.failed": Trigger(
        type=NotificationType.SYSTEM_ALERT, title="Failed: {title}",
        right=Right.RUNS_STEER, severity=Severity.ERROR, icon="warn", url="/runs/{entity_id}/",
        changed="runs",
    ),
    "run.finished": Trigger(
        type=NotificationType.SYSTEM_ALERT, title="Finished: {title}",
        right=Right.RUNS_STEER, severity=Severity.INFO, icon="sync", url="/runs/{entity_id}/",
        changed="runs",
    ),
    "user.token_reused": Trigger(
        type=NotificationType.SYSTEM_ALERT,
        title="A sign-in token was used twice; all sign-ins of that user were ended",
        right=Right.USERS_MANAGE, severity=Severity.ERROR, icon="lock",
    ),
}  # fmt: skip


def tell(envelope: Envelope) -> None:
    """Make the notification of this event, once, unless its setting is off."""
    trigger = TRIGGERS[envelope.name]
    if trigger.changed:
        live.tell_changed(trigger.changed)
    if trigger.setting is not None and not setting_value(*trigger.setting):
        return
    words = _Known({**envelope.metadata, **_more(envelope), "entity_id": envelope.entity_id})
    services.notification_create(
        type=trigger.type,
        title=trigger.title.format_map(words).strip(" :"),
        body=trigger.body.format_map(words).strip(" :"),
        right=trigger.right,
        severity=trigger.severity,
        icon=trigger.icon,
        entity_type=envelope.entity_type,
        entity_id=envelope.entity_id,
        action_url=trigger.url.format_map(words),
        event_id=envelope.event_id,
    )


def _more(envelope: Envelope) -> Mapping[str, str]:
    """Return words that the event does not carry: a part's number, an order's lines in short."""
    if envelope.entity_type == "listing":
        part = Listing.all_objects.filter(pk=envelope.entity_id).first()
        return {"sku": part.custom_label_sku or part.title} if part is not None else {}
    lines = envelope.metadata.get("lines") or []
    if not lines:
        return {}
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    channel = str(envelope.metadata.get("channel", ""))
    return {
        "items_text": f"{lines[0].get('title', '')}{more}",
        "channel": dict(CHANNELS).get(channel, channel),
    }


def subscribe_all(connect: Callable[..., None] = subscribe) -> None:
    """Connect every trigger; called once at start."""
    for name in TRIGGERS:
        connect(name, key=KEY, handler=tell)
