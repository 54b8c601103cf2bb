"""One process for both: HTTP through WSGI threads, websockets through Channels.

Django's HTTP side under ASGI costs three times the CPU, because every middleware hops threads.
"""

from __future__ import annotations

from typing import Any

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from realtrack.settings.environment import TRUSTED_PROXIES
from realtrack.wsgi import application as http_application  # sets Django up

# Only now: these load models.
from channels_app.receiver import Receiver  # isort: skip
from notifications.routing import websocket_urlpatterns  # isort: skip

# database connections = (threads + 1 that keeps notifications) × processes
HTTP_THREADS = 8


# Three libraries write the types of one protocol differently.
_protocols: Any = ProtocolTypeRouter
_wsgi: Any = http_application
_web: Any = WSGIMiddleware(_wsgi, workers=HTTP_THREADS)
_routes: Any = websocket_urlpatterns
application = ProxyHeadersMiddleware(
    _protocols(
        {
            "http": Receiver(_web),
            "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(_routes))),
        }
    ),
    # Believed only from these; start uvicorn with --no-proxy-headers, it would trust loopback.
    trusted_hosts=TRUSTED_PROXIES,
)
