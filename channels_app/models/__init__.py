"""Tables of the marketplaces."""

from __future__ import annotations

from channels_app.models.caches import ChannelCache, ChannelPicture
from channels_app.models.connection import ChannelConnection, OAuthState
from channels_app.models.elsewhere import ChannelCategory, ChannelDrift, ForeignListing
from channels_app.models.inbox import ChannelOrder, ChannelWebhookLog
from channels_app.models.listing import ChannelListing, ChannelOwed

__all__ = [
    "ChannelCache",
    "ChannelCategory",
    "ChannelConnection",
    "ChannelDrift",
    "ChannelListing",
    "ChannelOrder",
    "ChannelOwed",
    "ChannelPicture",
    "ChannelWebhookLog",
    "ForeignListing",
    "OAuthState",
]
