"""The fixed words of fitment."""

from __future__ import annotations

from django.db import models


class ReferenceSource(models.TextChoices):
    """Who a reference row comes from; the seed never writes over the staff."""

    SEED = "seed", "Seed"
    STAFF = "staff", "Staff"
    IMPORT = "import", "Import"


class AliasKind(models.TextChoices):
    """How an alias differs from the name it stands for."""

    ALIAS = "alias", "Alias"
    SPELLING = "spelling", "Spelling"
    VARIANT = "variant", "Variant"
    MISSPELLING = "misspelling", "Misspelling"
    BADGE = "badge", "Badge"


class FitmentSource(models.TextChoices):
    """What a fitment row rests on."""

    PERSON = "person", "A person"
    TEXT = "text", "Words of the listing"
    VIN = "vin", "VIN"
    IMPORT = "import", "Import"
    DONOR = "donor", "Donor car"
    AI = "ai", "AI"
