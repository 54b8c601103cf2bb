"""Two people changed one part: three sides by field, and what was chosen of them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse

from listings import fields, selectors
from realtrack.core.errors import InvalidInput, VersionConflict
from realtrack.core.web.render import render_page


def conflict_dialog(
    request: HttpRequest, listing_id: uuid.UUID, conflict: VersionConflict
) -> HttpResponse:
    """Three sides by field; what does not collide is named and kept from both."""
    names = fields.names_by_api()
    collisions = set(conflict.extra["collisions"])
    rows: list[dict[str, object]] = []
    merged: list[dict[str, object]] = []
    for api_name, sides in conflict.extra["changes"].items():
        name = names.get(api_name, api_name)
        row = {
            "name": name,
            "label": fields.label(name),
            "typed": _typed(sides["yours"]),
            # Of what does not collide, only what this person typed goes along with the choice.
            "is_mine": sides["yours"] not in (sides["theirs"], sides["base"]),
            **{side: _shown(value) for side, value in sides.items()},
        }
        (rows if api_name in collisions else merged).append(row)
    last = selectors.revisions_of(listing_id).first()
    context = {
        "listing_id": listing_id,
        "rows": rows,
        "merged": merged,
        "current_version": conflict.extra["current_version"],
        "your_version": conflict.extra["your_version"],
        "who": last.actor_label if last else "Someone",
        "when": last.history_date if last else None,
    }
    return render_page(request, "listings/_conflict.html", context, status=409)


def chosen_of(form: Mapping[str, str]) -> dict[str, object]:
    """What a person chose in the dialog, as data for the service; raises `InvalidInput`."""
    data: dict[str, object] = {}
    for key, chosen in form.items():
        name = key.removeprefix("pick:")
        if not key.startswith("pick:") or chosen != "yours":
            continue
        typed = form.get(f"yours:{name}", "")
        if name == fields.ITEM_SPECIFICS:
            try:
                data[name] = json.loads(typed)
            except ValueError as error:
                raise InvalidInput(fields={name: "Choose again."}) from error
        elif name in fields.by_name():
            data[name] = typed if typed.strip() or name == "description" else None
    return data


def _typed(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {', '.join(map(str, v or []))}" for key, v in value.items())
    return "" if value is None else str(value)
