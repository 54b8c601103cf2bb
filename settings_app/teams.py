"""Teams: a part may carry one; people of teams see only theirs and what has none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet

from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.events import emit
from settings_app import events
from settings_app.models import Team, User


def teams() -> QuerySet[Team]:
    """Return all teams by name, with their members."""
    return Team.objects.prefetch_related("members").order_by("name", "id")


def team_get(team_id: uuid.UUID) -> Team:
    """Return the team; raises NotFound."""
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        raise NotFound("This team does not exist.")
    return team


def team_save(
    *,
    team_id: uuid.UUID | None,
    name: str,
    actor: Actor,
    member_ids: Sequence[uuid.UUID] | None = None,
) -> Team:
    """Make or change a team; `member_ids` replaces its members, None leaves them.

    Raises NotFound, InvalidInput for a name that is taken or a person who does not exist.
    """
    name = name.strip()
    if not name:
        raise InvalidInput(fields={"name": "A team needs a name."})
    members = None
    if member_ids is not None:
        members = list(User.objects.filter(pk__in=member_ids))
        if len(members) != len(set(member_ids)):
            raise InvalidInput(fields={"member_ids": "One of these people does not exist."})
    try:
        with transaction.atomic():
            team = Team() if team_id is None else _locked(team_id)
            team.name = name
            team.save()
            if members is not None:
                team.members.set(members)
            emit(events.TeamChanged(entity_id=team.pk, metadata={"name": name}), actor=actor)
    except IntegrityError as error:
        raise InvalidInput(fields={"name": "There is a team of this name."}) from error
    return team


def team_delete(*, team_id: uuid.UUID, actor: Actor) -> None:
    """Delete a team that no part carries; raises NotFound, Conflict."""
    try:
        with transaction.atomic():
            team = _locked(team_id)
            team.delete()
            emit(events.TeamChanged(entity_id=team_id, metadata={"deleted": True}), actor=actor)
    except ProtectedError as error:
        count = len(error.protected_objects)
        noun = "part carries" if count == 1 else "parts carry"
        raise Conflict(f"{count} {noun} this team; give them another one first.") from error


def _locked(team_id: uuid.UUID) -> Team:
    team = Team.objects.select_for_update(of=("self",)).filter(pk=team_id).first()
    if team is None:
        raise NotFound("This team does not exist.")
    return team
