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


class AcesFileKind(models.TextChoices):
    """What an uploaded file holds."""

    ACES = "aces", "ACES file"
    MAPPING = "mapping", "Table of ids"
    NAMES = "names", "Vehicles by name"
    LIST = "list", "A marketplace's vehicles"


class AcesUploadState(models.TextChoices):
    """How far a file is; only the rows of an applied one count."""

    READING = "reading", "Being read"
    ASKING = "asking", "Waits for an answer"
    APPLIED = "applied", "Applied"
    REFUSED = "refused", "Refused"
    DISCARDED = "discarded", "Put aside"


class AcesAnswer(models.TextChoices):
    """What a person decided about a file that asks."""

    REPLACE = "replace", "Replace what is not in the file"
    KEEP = "keep", "Add, and keep what is not in the file"


class AcesRowState(models.TextChoices):
    """A row's verdict; they add up to the rows of the file."""

    IMPORTED = "imported", "Imported"
    UNRESOLVED = "unresolved", "Waits for an id"
    REJECTED = "rejected", "Rejected"
    DUPLICATE = "duplicate", "Known already"
    UNSUPPORTED = "unsupported", "Not for cars"


class FindingKind(models.TextChoices):
    """What a check looks for."""

    DUPLICATE = "duplicate", "The same car twice"
    COMMENT = "comment", "With and without a comment"
    LIFE = "life", "Years outside the model's life"
    TITLE = "title", "The title names other cars"
    OVERLAP = "overlap", "Two part numbers in one place"
    MARKET = "market", "Not in the marketplace's list"


class MergeKind(models.TextChoices):
    """What the staff merge."""

    MAKE = "make", "Make"
    MODEL = "model", "Model"
    ENGINE = "engine", "Engine"
    SUBMODEL = "submodel", "Submodel"


class InterchangeSource(models.TextChoices):
    """Who says that numbers are equal."""

    OWN = "own", "Own"
    IMPORTED = "imported", "Imported"


class InterchangeSide(models.TextChoices):
    """The side of the car that a number is for; a left part never stands for a right one."""

    LEFT = "left", "Left"
    RIGHT = "right", "Right"


class InterchangeAction(models.TextChoices):
    """What was done to groups of equal numbers."""

    CREATE = "create", "Made"
    ADD = "add", "Numbers added"
    REMOVE = "remove", "Number taken out"
    REPLACE = "replace", "Replacement noted"
    IMPORT = "import", "Imported"
    MERGE = "merge", "Merged"
    SPLIT = "split", "Split"
    DELETE = "delete", "Deleted"
