"""Log-in, passwords, cookies, content security policy, cross-origin rules."""

from __future__ import annotations

from datetime import timedelta

from csp.constants import NONE, SELF

from realtrack.settings.environment import CORS_ORIGIN, IS_PRODUCTION, PUBLIC_BASE_URL
from realtrack.settings.photo_hosts import picture_hosts, upload_hosts
from realtrack.settings.services import (
    AWS_CLOUDFRONT_DOMAIN,
    AWS_S3_ACCELERATE,
    AWS_S3_BUCKET,
    AWS_S3_ENDPOINT_URL,
    AWS_S3_REGION,
)

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

# By the pair of e-mail and address: a stranger cannot lock the staff out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "email"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
# The socket's peer; proxies are believed in realtrack.asgi, and only the trusted ones.
AXES_IPWARE_PROXY_COUNT = 0
AXES_IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]

_HTTPS = PUBLIC_BASE_URL.startswith("https://")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # the way back from a marketplace's consent page needs it
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_AGE = 14 * 86400
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _HTTPS
CSRF_FAILURE_VIEW = "realtrack.core.web.failures.csrf_failed"
AXES_LOCKOUT_CALLABLE = "realtrack.core.web.failures.locked_out"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_PRODUCTION and _HTTPS
SECURE_HSTS_SECONDS = 365 * 86400 if IS_PRODUCTION and _HTTPS else 0
# Health checks come over plain HTTP from inside.
SECURE_REDIRECT_EXEMPT = [r"^api/health"]
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [
            SELF,
            "data:",
            "blob:",
            *picture_hosts(bucket=AWS_S3_BUCKET, cdn=AWS_CLOUDFRONT_DOMAIN),
        ],
        "font-src": [SELF],
        # Browsers send photos to the bucket themselves.
        "connect-src": [
            SELF,
            *upload_hosts(
                bucket=AWS_S3_BUCKET,
                region=AWS_S3_REGION,
                endpoint=AWS_S3_ENDPOINT_URL,
                accelerate=AWS_S3_ACCELERATE,
            ),
        ],
        "form-action": [SELF],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

CORS_ALLOWED_ORIGINS = CORS_ORIGIN
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = False  # other origins come with a bearer token, never with a session
CORS_ALLOW_HEADERS = (
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "x-request-id",
)
CORS_EXPOSE_HEADERS = ("ETag", "Retry-After", "X-Request-ID")
