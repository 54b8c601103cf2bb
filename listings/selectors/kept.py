"""Counts of the unfiltered catalog, which triggers keep (`FacetCount`): no scan of the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model, Sum

from listings.models import FacetCount
from settings_app.enums import UserRole

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from settings_app.models import User

Row = TypeVar("Row", bound=Model)


def seen_only(rows: QuerySet[Row], user: User) -> QuerySet[Row]:
    """Narrow rows with a `team_id` to what this user may see: a team's are its members' and admins'.

    The one rule for hits and for counts, so that no count tells of parts that the list hides.
    """
    if user.role == UserRole.ADMIN:
        return rows
    team_ids = list(user.teams.values_list("pk", flat=True))
    no_team = rows.filter(team_id__isnull=True)
    return (no_team | rows.filter(team_id__in=team_ids)) if team_ids else no_team


def kept_rows(user: User) -> QuerySet[FacetCount]:
    """The counts of the parts that this user may see; several rows of a value are to be added."""
    return seen_only(FacetCount.objects.order_by(), user)


def kept_total(user: User) -> int:
    """How many live parts this user may see: each has one status."""
    return kept_rows(user).filter(facet="status").aggregate(n=Sum("number"))["n"] or 0
