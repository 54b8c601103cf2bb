"""Django itself: applications, middleware, servers, templates, static files, people."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ

from realtrack.embedded.layout import DATABASE, DATABASE_USER, POSTGRES_PORT
from realtrack.settings.environment import (
    BASE_DIR,
    DATABASE_URL,
    EMAIL_URL,
    EMBEDDED,
    IS_PRODUCTION,
    PUBLIC_BASE_URL,
    REDIS_URL,
    STATE_DIR,
)

ROOT_URLCONF = "realtrack.urls"
ASGI_APPLICATION = "realtrack.asgi.application"
WSGI_APPLICATION = "realtrack.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "settings_app.User"

_THIRD_PARTY = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "django_filters",
    "axes",
    "csp",
    "corsheaders",
    "django_htmx",
    "template_partials",
    "crispy_forms",
    "crispy_bootstrap5",
    "pgtrigger",
    "simple_history",
    "django_prometheus",
    "django_structlog",
    "channels",
    "drf_spectacular",
    "drf_standardized_errors",
]
# In the order of the layers: each imports only those above it.
OWN_APPS = [
    "realtrack.core",
    "settings_app",
    "listings",
    "fitment",
    "inventory",
    "ingestion",
    "channels_app",
    "orders",
    "notifications",
    "dashboard",
]
INSTALLED_APPS = [*_THIRD_PARTY, *OWN_APPS]

MIDDLEWARE = [
    "realtrack.core.middleware.RequestIdMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "realtrack.core.middleware.OutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "settings_app.middleware.SessionUsedMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "realtrack.core.web.context.shell",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"


def _database() -> dict[str, Any]:
    """Return the one database; threads of a2wsgi live on, so connections are kept and checked.

    A transaction-mode pooler may stand in between: no server-side cursors, nothing prepared.
    """
    if DATABASE_URL:
        parsed: dict[str, Any] = environ.Env.db_url_config(DATABASE_URL)
    else:
        parsed = {
            "NAME": DATABASE,
            "USER": DATABASE_USER,
            "HOST": str(EMBEDDED.postgres_sockets),
            "PORT": str(POSTGRES_PORT),
        }
    options = {"connect_timeout": 5, "prepare_threshold": None, **parsed.get("OPTIONS", {})}
    return {
        **parsed,
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": _database()}

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "rt:cache",
        # Every key has a lifetime: the broker shares the server, which may not evict.
        "TIMEOUT": 300,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}


def _redis_number(url: str) -> str:
    """Return the database's number: the path of a `redis://` address, `db=` of a socket's."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query).get("db", [""])[0]
    return asked or (parts.path.strip("/") if parts.scheme != "unix" else "") or "0"


CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        # Unlike the core layer, this one keeps its sockets when Redis restarts.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # What is published reaches every database of a Redis server: the number keeps several
        # installations (and the workers of the tests) on one server apart.
        "CONFIG": {
            "hosts": [REDIS_URL],
            "prefix": f"rt:channels:{_redis_number(REDIS_URL)}",
        },
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [path for path in (BASE_DIR / "static",) if path.exists()]
if not IS_PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where there is none
MEDIA_ROOT = STATE_DIR / "media"
# Outside production files are served from where they lie, so that no step is needed after a change.
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
# A size remembered from the start would break the answer once the file was edited.
WHITENOISE_AUTOREFRESH = not IS_PRODUCTION
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
APPEND_SLASH = True

if EMAIL_URL:
    globals().update(environ.Env.email_url_config(EMAIL_URL))
else:
    # Nothing leaves the machine unless a mail server is named.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = STATE_DIR / "mail"

CSRF_TRUSTED_ORIGINS = (
    [f"{urlsplit(PUBLIC_BASE_URL).scheme}://{urlsplit(PUBLIC_BASE_URL).netloc}"]
    if PUBLIC_BASE_URL
    else []
)
# An upload goes to storage by its own signed address; what else comes in is small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
