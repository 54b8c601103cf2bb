"""The table of addresses: the API under /api, the back office, Django admin."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from ingestion.web.photos import photo
from realtrack.core.web.docs import api_docs
from realtrack.core.web.kit import kit
from realtrack.core.web.metrics import metrics
from realtrack.settings.base import OWN_APPS

# Where an app's pages live; its API comes under /api by the paths it names itself.
_PAGES = {
    "realtrack.core": "runs/",
    "settings_app": "",
    "dashboard": "",
}


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _routes() -> list[URLPattern | URLResolver]:
    routes: list[URLPattern | URLResolver] = [
        path("admin/", admin.site.urls),
        path("metrics", metrics, name="metrics"),
        path("kit/", kit, name="kit"),
        path("api/schema", SpectacularAPIView.as_view(), name="schema"),
        path("api/docs", api_docs, name="api-docs"),
        path("media/p/<str:name>.webp", photo, name="photo"),
    ]
    for app in OWN_APPS:
        if _exists(f"{app}.api.urls"):
            routes.append(path("api/", include(f"{app}.api.urls")))
        if _exists(f"{app}.web.urls"):
            prefix = _PAGES.get(app, f"{app.removesuffix('_app')}/")
            routes.append(path(prefix, include(f"{app}.web.urls")))
    return routes


urlpatterns = _routes()

handler400 = "realtrack.core.web.failures.bad_request"
handler403 = "realtrack.core.web.failures.denied"
handler404 = "realtrack.core.web.failures.missing"
handler500 = "realtrack.core.web.failures.broken"
