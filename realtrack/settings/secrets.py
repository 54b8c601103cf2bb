"""Secrets of a development folder: made once, kept for the owner's eyes only."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentSecrets:
    """What `production` must be given and development makes itself."""

    secret_key: str
    jwt_secret: str
    encryption_key: str
    email_hash_key: str
    ebay_verification_token: str


def development_secrets(folder: Path) -> DevelopmentSecrets:
    """Return the secrets of this folder, made now if there are none; safe among several starters."""
    path = folder / "development.json"
    if not path.exists():
        _make(path)
    stored: dict[str, str] = json.loads(path.read_text(encoding="ascii"))
    return DevelopmentSecrets(**stored)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = {
        "secret_key": secrets.token_urlsafe(48),
        "jwt_secret": secrets.token_urlsafe(48),
        "encryption_key": secrets.token_hex(32),
        "email_hash_key": secrets.token_hex(32),
        "ebay_verification_token": secrets.token_urlsafe(36),
    }
    # mkstemp makes it 0600; the link fails for all but the first, so that nobody overwrites it.
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        json.dump(fresh, stream)
    try:
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
