"""The websocket of the back office: the bell's number, and what changed."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from rest_framework_simplejwt.exceptions import AuthenticationFailed, InvalidToken

from notifications import live, selectors
from realtrack.core.rights import Right, user_can
from settings_app.api.auth import BearerAuthentication
from settings_app.models import User

# Application codes: the page goes to the sign-in, or stops trying.
NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403
# Many notifications in one moment are one number.
COALESCE_SECONDS = 0.2


class BellConsumer(AsyncJsonWebsocketConsumer):
    """Signed in by the browser's session, or by `Sec-WebSocket-Protocol: bearer, <token>`.

    Sends `{"type": "notifications.count", "unread": n}` on connect and on each change, and
    `{"type": "changed", "what": "orders"}`. Right and account are asked again at each message.
    """

    user_id: uuid.UUID | None = None
    _pending: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        user = await self._user_of_scope()
        if user is None:
            await self.accept()
            await self.close(code=NOT_SIGNED_IN)
            return
        if not await database_sync_to_async(user_can)(user, Right.NOTIFICATIONS_VIEW):
            await self.accept()
            await self.close(code=NOT_ALLOWED)
            return
        self.user_id = user.pk
        await self.channel_layer.group_add(live.STAFF_GROUP, self.channel_name)
        await self.channel_layer.group_add(live.user_group(user.pk), self.channel_name)
        await self.accept("bearer" if "bearer" in self.scope.get("subprotocols", []) else None)
        await self._send_count()

    async def disconnect(self, code: int) -> None:
        del code
        if self._pending is not None:
            self._pending.cancel()
        if self.user_id is not None:
            await self.channel_layer.group_discard(live.STAFF_GROUP, self.channel_name)
            await self.channel_layer.group_discard(live.user_group(self.user_id), self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """The page has nothing to say but that it is there."""
        del kwargs
        if isinstance(content, dict) and content.get("type") == "ping":
            await self.send_json({"type": "pong"})

    async def bell_changed(self, event: dict[str, Any]) -> None:
        """Count anew, a moment later, once for all that comes until then."""
        del event
        if self._pending is None or self._pending.done():
            self._pending = asyncio.create_task(self._send_count_soon())

    async def data_changed(self, event: dict[str, Any]) -> None:
        """Pass on what changed."""
        await self.send_json({"type": "changed", "what": event["what"]})

    async def _send_count_soon(self) -> None:
        await asyncio.sleep(COALESCE_SECONDS)
        await self._send_count()

    async def _send_count(self) -> None:
        count = await self._count()
        if count is None:
            await self.close(code=NOT_SIGNED_IN)
            return
        await self.send_json({"type": "notifications.count", "unread": count})

    @database_sync_to_async
    def _count(self) -> int | None:
        user = User.objects.filter(pk=self.user_id).first() if self.user_id else None
        if user is None or not user_can(user, Right.NOTIFICATIONS_VIEW):
            return None
        return selectors.unread_count(user)

    @database_sync_to_async
    def _user_of_scope(self) -> User | None:
        protocols = list(self.scope.get("subprotocols", []))
        if len(protocols) == 2 and protocols[0] == "bearer":
            bearer = BearerAuthentication()
            try:
                return bearer.get_user(bearer.get_validated_token(protocols[1].encode()))
            except (AuthenticationFailed, InvalidToken):
                return None
        user = self.scope.get("user")
        if not isinstance(user, User) or not user.is_active:
            return None
        return User.objects.filter(pk=user.pk).first()
