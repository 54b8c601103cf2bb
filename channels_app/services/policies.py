"""Policies by name, for several accounts at once: each gets its own id of that name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels_app.services.connections import connection_configure
from channels_app.services.publishing import accounts_named
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput

KINDS = ("fulfillment", "payment", "return", "location")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVerdict:
    """What became of one account: empty `problem` means that all named choices are kept."""

    connection_id: uuid.UUID
    label: str
    problem: str = ""


def policies_choose(
    *, connection_ids: Sequence[uuid.UUID], names: Mapping[str, str], actor: Actor
) -> list[PolicyVerdict]:
    """Choose policies (kind → name) for several accounts; an account without one says so.

    An account takes all that is named or nothing; a kind without a name is left as it is. Ids of
    one account are never used for another. Raises InvalidInput, NotFound.
    """
    wanted = {kind: name.strip() for kind, name in names.items() if name.strip()}
    unknown = [kind for kind in wanted if kind not in KINDS]
    if unknown or not wanted:
        raise InvalidInput(fields={"names": "Choose a policy to set."})
    verdicts = []
    for account in accounts_named(connection_ids):
        kinds = account.options.get("kinds") or {}
        chosen: dict[str, str] = {}
        problem = ""
        for kind, name in wanted.items():
            ids = [
                one["id"]
                for one in kinds.get(kind, ())
                if " ".join(str(one["name"]).split()).casefold()
                == " ".join(name.split()).casefold()
            ]
            if len(ids) == 1:
                chosen[kind] = ids[0]
                continue
            word = "location" if kind == "location" else f"{kind} policy"
            count = "no" if not ids else "more than one"
            problem = f"{account.label} has {count} {word} named “{name}”."
        if not problem:
            location = chosen.pop("location", None)
            connection_configure(
                connection_id=account.pk, actor=actor, policies=chosen, location_key=location
            )
        verdicts.append(
            PolicyVerdict(connection_id=account.pk, label=account.label, problem=problem)
        )
    return verdicts
