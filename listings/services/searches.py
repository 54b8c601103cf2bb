"""Saved searches: by name, of one person, shared or not."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.db import transaction

from listings.events import SearchForgotten, SearchSaved
from listings.models import SavedSearch
from realtrack.core import events as core_events
from realtrack.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from realtrack.core.actors import Actor
    from settings_app.models import User

_NAME_MAX = 80
_QUERY_MAX = 2000  # of an address; longer ones are cut off by some servers on the way
_NOT_KEPT = frozenset({"page", "offset"})


def saved_search_save(
    *, owner: User, name: str, query: str, is_shared: bool, actor: Actor
) -> SavedSearch:
    """Keep a search; the same name again replaces it. Raises `InvalidInput`."""
    cleaned = _name_clean(name)
    if len(query) > _QUERY_MAX:
        raise InvalidInput(fields={"name": "This search is too long to be kept."})
    kept = urlencode([(key, value) for key, value in parse_qsl(query) if key not in _NOT_KEPT])
    with transaction.atomic():
        row, _ = SavedSearch.objects.update_or_create(
            owner=owner, name=cleaned, defaults={"query": kept, "is_shared": is_shared}
        )
        core_events.emit(SearchSaved(entity_id=row.pk, search_name=cleaned), actor=actor)
    return row


def saved_search_change(
    *,
    search_id: uuid.UUID,
    owner: User,
    actor: Actor,
    name: str | None = None,
    is_shared: bool | None = None,
) -> SavedSearch:
    """Give one's own saved search another name, or share it or not; what is None stays.

    Raises `NotFound` for anyone else's, `InvalidInput` where another of one's own has the name.
    """
    with transaction.atomic():
        row = SavedSearch.objects.select_for_update().filter(pk=search_id, owner=owner).first()
        if row is None:
            raise NotFound
        if name is not None:
            row.name = _name_clean(name)
            if SavedSearch.objects.filter(owner=owner, name=row.name).exclude(pk=row.pk).exists():
                raise InvalidInput(fields={"name": "You have another view of this name."})
        if is_shared is not None:
            row.is_shared = is_shared
        row.save(update_fields=["name", "is_shared", "updated_at"])
        core_events.emit(SearchSaved(entity_id=row.pk, search_name=row.name), actor=actor)
    return row


def _name_clean(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 0 < len(cleaned) <= _NAME_MAX:
        raise InvalidInput(fields={"name": f"Type a name of 1 to {_NAME_MAX} characters."})
    return cleaned


def saved_search_delete(*, search_id: uuid.UUID, owner: User, actor: Actor) -> None:
    """Forget one's own saved search; raises `NotFound` for anyone else's."""
    with transaction.atomic():
        row = SavedSearch.objects.filter(pk=search_id, owner=owner).first()
        if row is None:
            raise NotFound
        core_events.emit(SearchForgotten(entity_id=row.pk, search_name=row.name), actor=actor)
        row.delete()
