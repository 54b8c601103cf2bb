"""Closed sets of values of the catalog."""

from __future__ import annotations

from django.db import models


class ListingStatus(models.TextChoices):
    """Where a listing stands in its life."""

    DRAFT = "draft", "Draft"
    READY = "ready", "Ready"
    PUBLISHED = "published", "Published"
    SOLD = "sold", "Sold"
    DELISTED = "delisted", "Delisted"
    ARCHIVED = "archived", "Archived"


class ChangeReason(models.TextChoices):
    """Why a revision was written."""

    CREATED = "created", "Created"
    MANUAL_EDIT = "manual_edit", "Edited"
    AI_UPDATE = "ai_update", "Read by AI"
    BULK_EDIT = "bulk_edit", "Bulk edit"
    IMPORT = "import", "Import"
    PRICING_RULE = "pricing_rule", "Price rule"
    MARKETPLACE_SYNC = "marketplace_sync", "Marketplace"
    STATUS_CHANGE = "status_change", "Status"
    PROPOSAL_TAKEN = "proposal_taken", "Proposal taken"
    RESTORE = "restore", "Restored"
    MERGE = "merge", "Merged"
    DELETE = "delete", "Deleted"


class ProposalState(models.TextChoices):
    """What became of a value that a machine proposed."""

    OPEN = "open", "Open"
    TAKEN = "taken", "Taken"
    DROPPED = "dropped", "Dropped"
    SUPERSEDED = "superseded", "Superseded"


class PartSource(models.TextChoices):
    """Where the part comes from. Never a part of the title, never the condition."""

    SALVAGE = "salvage", "Salvage"
    OEM = "oem", "OEM, new"
    AFTERMARKET = "aftermarket", "Aftermarket"
    REMANUFACTURED = "remanufactured", "Remanufactured"


class WeightUnit(models.TextChoices):
    """Unit of a package's weight."""

    POUND = "lb", "lb"
    KILOGRAM = "kg", "kg"


class SizeUnit(models.TextChoices):
    """Unit of a package's length, width and height."""

    INCH = "in", "in"
    CENTIMETRE = "cm", "cm"


class Condition(models.TextChoices):
    """Item conditions by eBay's numeric ids, with the words that staff read."""

    NEW = "1000", "New"
    NEW_OTHER = "1500", "New, other"
    NEW_DEFECTS = "1750", "New with defects"
    CERTIFIED_REFURBISHED = "2000", "Certified refurbished"
    EXCELLENT_REFURBISHED = "2010", "Refurbished, excellent"
    VERY_GOOD_REFURBISHED = "2020", "Refurbished, very good"
    GOOD_REFURBISHED = "2030", "Refurbished, good"
    SELLER_REFURBISHED = "2500", "Seller refurbished"
    LIKE_NEW = "2750", "Like new"
    USED = "3000", "Used"
    VERY_GOOD = "4000", "Used, very good"
    GOOD = "5000", "Used, good"
    ACCEPTABLE = "6000", "Used, acceptable"
    FOR_PARTS = "7000", "For parts or not working"


class FileAction(models.TextChoices):
    """Row instruction of eBay's upload file."""

    ADD = "Add", "Add"
    REVISE = "Revise", "Revise"
    RELIST = "Relist", "Relist"
    END = "End", "End"
    DELETE = "Delete", "Delete"
    DRAFT = "Draft", "Draft"
    VERIFY_ADD = "VerifyAdd", "Verify"


class Relationship(models.TextChoices):
    """Kind of a child row in eBay's upload file."""

    COMPATIBILITY = "Compatibility", "Compatibility"
    VARIATION = "Variation", "Variation"


class SellingFormat(models.TextChoices):
    """How the part is sold."""

    FIXED_PRICE = "FixedPrice", "Fixed price"
    AUCTION = "Auction", "Auction"


class Duration(models.TextChoices):
    """How long the listing runs, in days."""

    GOOD_TILL_CANCELLED = "GTC", "Good till cancelled"
    ONE = "1", "1 day"
    THREE = "3", "3 days"
    FIVE = "5", "5 days"
    SEVEN = "7", "7 days"
    TEN = "10", "10 days"


class ReturnsAccepted(models.TextChoices):
    """Whether returns are taken."""

    YES = "ReturnsAccepted", "Returns accepted"
    NO = "ReturnsNotAccepted", "No returns"


class ReturnsWithin(models.TextChoices):
    """Return window in calendar days."""

    DAYS_14 = "Days_14", "14 days"
    DAYS_30 = "Days_30", "30 days"
    DAYS_60 = "Days_60", "60 days"


class Refund(models.TextChoices):
    """How the buyer is made whole."""

    MONEY_BACK = "MoneyBack", "Money back"
    MONEY_BACK_OR_REPLACEMENT = "MoneyBackOrReplacement", "Money back or replacement"


class ReturnShippingPaidBy(models.TextChoices):
    """Who pays return postage."""

    BUYER = "Buyer", "Buyer"
    SELLER = "Seller", "Seller"


class ResponsiblePersonType(models.TextChoices):
    """Role of the responsible person under the EU's product safety rules."""

    EU = "EUResponsiblePerson", "EU responsible person"


class CatalogView(models.TextChoices):
    """How the catalog shows its hits."""

    ROWS = "rows", "Rows"
    CARDS = "cards", "Cards"


class CatalogDensity(models.TextChoices):
    """How much of a screen one row takes."""

    ROOMY = "roomy", "Roomy, with photos"
    TIGHT = "tight", "Tight, without photos"
