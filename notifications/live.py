"""What open pages hear over the websocket: that something changed, never what."""

from __future__ import annotations

import uuid

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from realtrack.core.redis import RedisError

logger = structlog.get_logger(__name__)

STAFF_GROUP = "staff"


def user_group(user_id: uuid.UUID) -> str:
    """Return the group of one person's open pages."""
    return f"user.{user_id.hex}"


def tell_bells(user_id: uuid.UUID | None) -> None:
    """Let the bells of one person, or of all, count anew; a lost word is healed by the next page."""
    _send(
        STAFF_GROUP if user_id is None else user_group(user_id),
        {"type": "bell.changed"},
    )


def tell_changed(what: str) -> None:
    """Tell all open pages that `what` changed (`orders`, `listings`); they fetch it themselves."""
    _send(STAFF_GROUP, {"type": "data.changed", "what": what})


def _send(group: str, message: dict[str, str]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group, message)
    except (RedisError, OSError) as error:
        logger.warning("live_word_lost", group=group, error=type(error).__name__)
