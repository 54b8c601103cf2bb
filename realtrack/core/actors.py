"""Who did it: carried by every service call, event and revision."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settings_app.models import User


class ActorKind(StrEnum):
    """`PERSON` owns what it writes; every other kind writes only what no person owns."""

    PERSON = "person"
    SYSTEM = "system"
    RULE = "rule"
    AI = "ai"
    IMPORT = "import"
    MARKETPLACE = "marketplace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, for the log. `user_id` is the person, also where a machine acts for that person."""

    kind: ActorKind
    user_id: uuid.UUID | None = None
    label: str = ""
    run_id: uuid.UUID | None = None
    ip: str | None = None
    role: str = ""

    @classmethod
    def person(cls, user: User, *, ip: str | None = None) -> Actor:
        """The signed-in person; `ip` is the address as believed from trusted proxies."""
        return cls(
            kind=ActorKind.PERSON,
            user_id=user.pk,
            label=user.label,
            ip=ip,
            role=user.role,
        )

    @classmethod
    def system(cls, label: str) -> Actor:
        """A schedule or a handler; `label` names it, such as `beat` or `orders.import`."""
        return cls(kind=ActorKind.SYSTEM, label=label)

    @classmethod
    def marketplace(cls, label: str) -> Actor:
        """A marketplace, by its connection's label."""
        return cls(kind=ActorKind.MARKETPLACE, label=label)

    @property
    def is_machine(self) -> bool:
        """True when it may write only fields that no person owns."""
        return self.kind is not ActorKind.PERSON

    def in_run(self, run_id: uuid.UUID) -> Actor:
        """The same actor, acting within a run."""
        return replace(self, run_id=run_id)
