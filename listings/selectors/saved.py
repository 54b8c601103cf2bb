"""Saved searches with what they find now."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.http import QueryDict

from listings.models import SavedSearch
from listings.selectors.address import search_of
from listings.selectors.search import COUNT_CAP, search_count

if TYPE_CHECKING:
    from settings_app.models import User

_COUNTED_MAX = 20  # tabs; nobody reads more numbers, and each costs a count
# Seconds: a number beside a name says about how much is there, the list itself is always true.
_FRESH = 60


def saved_counts(searches: Sequence[SavedSearch], *, user: User) -> dict[uuid.UUID, int]:
    """Hits of each search as this user sees them: `COUNT_CAP` + 1 stands for more than the cap.

    At most a minute old; the first twenty are counted.
    """
    keys = {
        one.pk: f"listings.saved-count:{user.pk}:{one.pk}:{one.updated_at.timestamp()}"
        for one in searches[:_COUNTED_MAX]
    }
    known = cache.get_many(list(keys.values()))
    found: dict[uuid.UUID, int] = {}
    for one in searches[:_COUNTED_MAX]:
        count = known.get(keys[one.pk])
        if count is None:
            count = search_count(search_of(QueryDict(one.query)), user=user)
            cache.set(keys[one.pk], count, _FRESH)
        found[one.pk] = int(count)
    return found


def count_text(count: int) -> str:
    """A count as people read it: `10,000+` above the cap."""
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"
