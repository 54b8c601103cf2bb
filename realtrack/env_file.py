"""`.env` beside manage.py: names given there count where the environment itself is silent."""

from __future__ import annotations

import os
from pathlib import Path

import environ

_PATH = Path(__file__).resolve().parents[1] / ".env"


def load(path: Path = _PATH) -> None:
    """Read `.env` into the environment; tests are left alone by it."""
    if os.environ.get("REALTRACK_ENV") != "test" and path.is_file():
        environ.Env.read_env(str(path))
