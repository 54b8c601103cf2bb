"""What decides whether migrations and seeds have anything to do, told without loading Django."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from realtrack.embedded.layout import PROJECT_ROOT

_PREFIX = "realtrack bootstrap "
_PATTERNS = (
    "*/migrations/*.py",
    "realtrack/*/migrations/*.py",
    "*/data/**/*",
    "*/seed*.py",
    "*/seeds/**/*.py",
    "realtrack/core/seed*.py",
    "requirements.txt",
)


def of_project(root: Path = PROJECT_ROOT, *, demo: bool) -> str:
    """Return a digest of every file that migrations and seeds are made of, and of their choice."""
    digest = hashlib.sha256(b"demo" if demo else b"plain")
    found = {path for pattern in _PATTERNS for path in root.glob(pattern) if path.is_file()}
    for path in sorted(found):
        relative = path.relative_to(root)
        if relative.parts[0] in {"tests", "var", ".venv"} or "__pycache__" in relative.parts:
            continue
        digest.update(str(relative).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def stored(database_url: str) -> str:
    """Return the digest that the database was last brought to, or an empty string.

    It is kept as the database's comment, so that it comes and goes with the database itself.
    """
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
    text = str(row[0] or "") if row else ""
    return text.removeprefix(_PREFIX) if text.startswith(_PREFIX) else ""


def store(database_url: str, digest: str) -> None:
    """Note that the database is at `digest`."""
    with psycopg.connect(database_url, connect_timeout=5, autocommit=True) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
        name = str(row[0]) if row else ""
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(name), sql.Literal(_PREFIX + digest)
            )
        )
