"""Demo users, and the shipping profile that a new installation begins with."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from realtrack.core.actors import Actor
from realtrack.core.registry import SeedResult
from settings_app.enums import CostType
from settings_app.models import ShippingProfile, User
from settings_app.services import user_create

DEMO_PASSWORD = "realtrack-demo"  # noqa: S105 - printed at the start; production refuses demo users
DEMO_USERS = (
    ("admin@demo.test", "Ana Admin", "admin"),
    ("manager@demo.test", "Marek Manager", "manager"),
    ("user@demo.test", "Uma User", "user"),
    ("viewer@demo.test", "Vic Viewer", "viewer"),
)


def seed_demo_users() -> SeedResult:
    """Make the four demo users where they are missing; those that exist stay as they are."""
    created = 0
    for email, name, role in DEMO_USERS:
        if User.objects.filter(email__iexact=email).exists():
            continue
        user_create(
            email=email,
            password=DEMO_PASSWORD,
            role=role,
            name=name,
            is_demo=True,
            actor=Actor.system("seed"),
        )
        created += 1
    return SeedResult(created=created, same=len(DEMO_USERS) - created)


def seed_shipping() -> SeedResult:
    """Make one default profile where there is none at all."""
    with transaction.atomic():
        if ShippingProfile.objects.exists():
            return SeedResult(same=1)
        ShippingProfile.objects.create(
            name="Ground",
            carrier="UPS",
            service="Ground",
            handling_time=1,
            cost_type=CostType.FLAT,
            flat_cost=Decimal("12.95"),
            is_default=True,
        )
    return SeedResult(created=1)
