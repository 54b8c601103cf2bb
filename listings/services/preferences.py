"""How one person's catalog looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from listings.enums import CatalogDensity, CatalogView
from listings.models import CatalogPreference
from realtrack.core.errors import InvalidInput

if TYPE_CHECKING:
    from settings_app.models import User

_COLUMNS_MAX = 20  # more do not fit on a screen


def catalog_preference_set(
    *,
    user: User,
    columns: Sequence[str] | None = None,
    density: str | None = None,
    view: str | None = None,
    known: Sequence[str] = (),
) -> CatalogPreference:
    """Keep what is given and leave the rest; one statement per call, idempotent.

    `columns` are names out of `known`, in the order in which they are shown. Raises `InvalidInput`.
    """
    values: dict[str, object] = {}
    if columns is not None:
        wanted = list(dict.fromkeys(columns))
        if not wanted or len(wanted) > _COLUMNS_MAX or not set(wanted) <= set(known):
            raise InvalidInput(fields={"columns": "Choose at least one of the columns named here."})
        values["columns"] = wanted
    if density is not None:
        if density not in CatalogDensity.values:
            raise InvalidInput(fields={"density": f"One of: {', '.join(CatalogDensity.values)}."})
        values["density"] = density
    if view is not None:
        if view not in CatalogView.values:
            raise InvalidInput(fields={"view": f"One of: {', '.join(CatalogView.values)}."})
        values["view"] = view
    row, _ = CatalogPreference.objects.update_or_create(user=user, defaults=values)
    return row
