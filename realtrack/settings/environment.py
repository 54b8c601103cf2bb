"""Every variable of the environment, read once and typed; `.env.example` explains each."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import environ

from realtrack.embedded.layout import PROJECT_ROOT, Layout, state_dir_from_environment
from realtrack.settings.reader import Reader
from realtrack.settings.secrets import DevelopmentSecrets, development_secrets

read = Reader(environ.Env())

REALTRACK_ENV = read.choice(
    "REALTRACK_ENV", ("development", "production", "test"), default="development"
)
IS_PRODUCTION = REALTRACK_ENV == "production"
BASE_DIR = PROJECT_ROOT
STATE_DIR: Path = state_dir_from_environment()
EMBEDDED = Layout(STATE_DIR)

DEBUG = read.flag("DEBUG", default=False)
PORT = read.integer("PORT", 8000, least=1, most=65535)
SANDBOX_PORT = read.integer("SANDBOX_PORT", 8900, least=1, most=65535)
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
PUBLIC_BASE_URL = read.url("PUBLIC_BASE_URL", None if IS_PRODUCTION else f"http://127.0.0.1:{PORT}")

DATABASE_URL = read.url("DATABASE_URL", "", schemes=("postgres", "postgresql"))
# Which of the embedded Valkey's numbered databases; each worker of the tests takes its own.
REDIS_DB = read.integer("REDIS_DB", 0, most=63)
REDIS_URL = read.url(
    "REDIS_URL", EMBEDDED.redis_url_of(REDIS_DB), schemes=("redis", "rediss", "unix")
)

# Never any host, not even in development: a foreign page could reach us by a name of its own.
_OWN_HOSTS = ("localhost", "127.0.0.1", "[::1]", urlsplit(PUBLIC_BASE_URL).hostname or "localhost")
ALLOWED_HOSTS = read.items("ALLOWED_HOSTS", () if IS_PRODUCTION else _OWN_HOSTS)
TRUSTED_PROXIES = read.items("TRUSTED_PROXIES")
CORS_ORIGIN = read.items("CORS_ORIGIN")

THROTTLE_SHORT = read.rate("THROTTLE_SHORT", "10/second")
THROTTLE_MEDIUM = read.rate("THROTTLE_MEDIUM", "100/minute")
THROTTLE_LONG = read.rate("THROTTLE_LONG", "1000/hour")

# In production every secret is given; elsewhere a folder makes its own, once.
_own: DevelopmentSecrets | None = (
    None if IS_PRODUCTION else development_secrets(STATE_DIR / "secrets")
)
SECRET_KEY = read.text("SECRET_KEY", _own.secret_key if _own else None)
# What older sessions and links were signed with, while a new key is being brought in.
SECRET_KEY_FALLBACKS = read.items("SECRET_KEY_FALLBACKS")
JWT_SECRET = read.text("JWT_SECRET", _own.jwt_secret if _own else None)
JWT_EXPIRY = read.seconds("JWT_EXPIRY", 15 * 60)
JWT_REFRESH_EXPIRY = read.seconds("JWT_REFRESH_EXPIRY", 7 * 86400)

# The older names CHANNEL_ENCRYPTION_KEY and COLUMN_ENCRYPTION_KEY hold one key each and only open.
ENCRYPTION_KEYS = read.keys(
    "ENCRYPTION_KEYS", {"dev": bytes.fromhex(_own.encryption_key)} if _own else {}
)
for _alias, _key_id in (("CHANNEL_ENCRYPTION_KEY", "channel"), ("COLUMN_ENCRYPTION_KEY", "column")):
    _older = read.raw_bytes(_alias, b"")
    if _older:
        ENCRYPTION_KEYS.setdefault(_key_id, _older[:32])
if not ENCRYPTION_KEYS and not read.has_fault("ENCRYPTION_KEYS"):
    read.refuse("ENCRYPTION_KEYS is missing")
EMAIL_HASH_KEY = read.raw_bytes(
    "EMAIL_HASH_KEY", bytes.fromhex(_own.email_hash_key) if _own else None
)

if IS_PRODUCTION:
    if DEBUG:
        read.refuse("DEBUG must be off in production")
    if "*" in ALLOWED_HOSTS:
        read.refuse("ALLOWED_HOSTS must not be * in production")
    if not ALLOWED_HOSTS:
        read.refuse("ALLOWED_HOSTS is missing")
    # Fewer characters than a generated key has, or one that was copied from an example.
    for _name, _secret in (("SECRET_KEY", SECRET_KEY), ("JWT_SECRET", JWT_SECRET)):
        if _secret and (len(_secret) < 40 or _secret.startswith(("django-insecure", "change"))):
            read.refuse(f"{_name} is a default or too short: take 40 random characters or more")
    if SECRET_KEY and SECRET_KEY == JWT_SECRET:
        read.refuse("JWT_SECRET must differ from SECRET_KEY")
if EMAIL_HASH_KEY and EMAIL_HASH_KEY in ENCRYPTION_KEYS.values():
    read.refuse("EMAIL_HASH_KEY must differ from every key of ENCRYPTION_KEYS")

DEFAULT_FROM_EMAIL = read.text("DEFAULT_FROM_EMAIL", "realtrack@localhost")
EMAIL_URL = read.url("EMAIL_URL", "", schemes=("smtp", "smtps", "smtp+tls"))
SENTRY_DSN = read.url("SENTRY_DSN", "")
METRICS_TOKEN = read.text("METRICS_TOKEN", "")
LOG_LEVEL = read.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
