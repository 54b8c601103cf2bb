from __future__ import annotations

from realtrack.core.errors import NotFound
from settings_app.definitions import CATEGORIES


class UnknownCategory(NotFound):
    """There is no such category of settings."""

    def __init__(self, category: str) -> None:
        super().__init__(
            f"There are no settings {category[:60]!r}; there are {', '.join(CATEGORIES)}."
        )
