from __future__ import annotations

from django.db import models


class UserRole(models.TextChoices):
    """The values of `realtrack.core.rights.Role`, as choices."""

    VIEWER = "viewer", "Viewer"
    USER = "user", "User"
    MANAGER = "manager", "Manager"
    ADMIN = "admin", "Admin"


class CostType(models.TextChoices):
    FLAT = "flat", "Flat"
    CALCULATED = "calculated", "Calculated"
    FREE = "free", "Free"


class RuleType(models.TextChoices):
    MARKUP = "markup", "Markup"
    MARKDOWN = "markdown", "Markdown"
    ROUND = "round", "Rounding"
    MIN_MARGIN = "min_margin", "Least margin"
    COMPETITIVE = "competitive", "Competitive"


class LinkKind(models.TextChoices):
    INVITE = "invite", "Invitation"
    RESET = "reset", "New password"
