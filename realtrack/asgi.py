"""One process for both: HTTP through WSGI threads, websockets through Channels.

Django's HTTP side under ASGI costs three times the CPU, because every middleware hops threads.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from realtrack.settings.environment import TRUSTED_PROXIES
from realtrack.wsgi import application as http_application  # sets Django up

# database connections = threads × processes
HTTP_THREADS = 8


def _websocket_routes() -> list[Any]:
    if find_spec("notifications.routing") is None:
        return []
    from notifications.routing import websocket_urlpatterns

    return list(websocket_urlpatterns)


# Three libraries write the types of one protocol differently.
_protocols: Any = ProtocolTypeRouter
_wsgi: Any = http_application
application = ProxyHeadersMiddleware(
    _protocols(
        {
            "http": WSGIMiddleware(_wsgi, workers=HTTP_THREADS),
            "websocket": AllowedHostsOriginValidator(
                AuthMiddlewareStack(URLRouter(_websocket_routes()))
            ),
        }
    ),
    # Believed only from these; start uvicorn with --no-proxy-headers, it would trust loopback.
    trusted_hosts=TRUSTED_PROXIES,
)
