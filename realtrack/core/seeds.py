"""Reference and demo data of all apps, through the registry."""

from __future__ import annotations

from django.conf import settings

from realtrack.core import registry
from realtrack.core.errors import NotAllowed
from realtrack.core.models import SeedMark
from realtrack.core.registry import SeedResult


def seed_reference() -> list[tuple[str, SeedResult]]:
    """Run every reference seeder, in the order of the apps; each owns its transaction."""
    return [(name, seeder()) for name, seeder in registry.reference_seeders.items()]


def seed_demo() -> list[tuple[str, SeedResult]]:
    """Run every demo seeder; raises NotAllowed in production."""
    if settings.REALTRACK_ENV == "production":
        raise NotAllowed("Demo data is never loaded in production.")
    return [(name, seeder()) for name, seeder in registry.demo_seeders.items()]


def is_seeded(key: str, fingerprint: str) -> bool:
    """Say whether this very version of a seed was loaded already."""
    return SeedMark.objects.filter(key=key, fingerprint=fingerprint).exists()


def mark_seeded(key: str, fingerprint: str) -> None:
    """Note that this version of a seed is loaded; call it in the seed's own transaction."""
    SeedMark.objects.update_or_create(key=key, defaults={"fingerprint": fingerprint})
