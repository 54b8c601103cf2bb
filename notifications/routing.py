from __future__ import annotations

from typing import Any

from django.urls import path

from notifications.consumers import BellConsumer

# Channels routes ASGI applications through Django's own path(), which is typed for views.
websocket_urlpatterns: list[Any] = [
    path("ws/notifications/", BellConsumer.as_asgi()),  # type: ignore[arg-type]  # as said above
]
