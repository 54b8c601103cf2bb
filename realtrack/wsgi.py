"""The HTTP side as WSGI; realtrack.asgi serves it together with the websockets."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

import realtrack.celery  # noqa: F401  # tasks are sent through this app
from realtrack import embedded
from realtrack.checks import refuse_demo_users

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtrack.settings")
embedded.ensure()
application = get_wsgi_application()
refuse_demo_users()
