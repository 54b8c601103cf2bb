"""Categories that parts use: kept with name and leaf, held against the marketplace, looked at."""

from __future__ import annotations

import uuid

import structlog
from django.db import transaction
from django.utils import timezone

from channels_app import events
from channels_app.adapters.base import CategoryHit, ChannelError, Session
from channels_app.adapters.registry import adapter_for
from channels_app.adapters.store import TableStore
from channels_app.enums import ConnectionStatus
from channels_app.models import ChannelCache, ChannelCategory, ChannelConnection
from channels_app.services.sessions import session_of
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, NotFound
from realtrack.core.events import emit

logger = structlog.get_logger(__name__)

# A page does not wait longer for each call of a proposal, and after a failure not at all for a while.
PAGE_PATIENCE = 2.0
QUIET_SECONDS = 60.0
_QUIET = "ebay:category-proposals:quiet"


def category_confirm(connection: ChannelConnection, category_id: str) -> None:
    """Note that a part went live in this category under its present name. Reads only; a
    marketplace that does not answer leaves things as they are."""
    if not category_id:
        return
    try:
        node = adapter_for(connection.channel).category(session_of(connection), category_id)
    except ChannelError:
        logger.info("category_not_confirmed", category_id=category_id)
        return
    if node is None:
        return
    ChannelCategory.objects.get_or_create(
        channel=connection.channel,
        tree=_tree(connection),
        category_id=category_id,
        defaults={"name": node.name, "is_leaf": node.is_leaf, "verified_at": timezone.now()},
    )


def categories_verify() -> int:
    """Hold every kept category against the marketplace; returns how many drifted now."""
    drifted = 0
    accounts = ChannelConnection.objects.filter(
        status=ConnectionStatus.ACTIVE, disconnected_at__isnull=True
    ).order_by("created_at")
    done: set[tuple[str, str]] = set()
    for account in accounts:
        tree = (account.channel, _tree(account))
        if tree in done:
            continue
        rows = ChannelCategory.objects.filter(channel=tree[0], tree=tree[1]).order_by("verified_at")
        try:
            drifted += sum(_verify(row, session_of(account)) for row in rows)
        except ChannelError as error:
            # Another account of the same site may still be asked.
            logger.warning("categories_not_verified", reason=error.first.reason)
            continue
        done.add(tree)
    return drifted


def _verify(row: ChannelCategory, session: Session) -> bool:
    node = adapter_for(row.channel).category(session, row.category_id)
    now = timezone.now()
    drift, name = "", ""
    if node is None:
        drift = "gone"
    elif not node.is_leaf:
        drift, name = "branch", node.name
    elif node.name.casefold() != row.name.casefold():
        drift, name = "renamed", node.name
    is_new = bool(drift) and (drift, name) != (row.drift, row.drift_name)
    with transaction.atomic():
        row.is_leaf = bool(node and node.is_leaf)
        row.drift, row.drift_name = drift, name
        row.drift_at = (now if is_new else row.drift_at) if drift else None
        row.verified_at = now
        row.save()
        if is_new:
            emit(
                events.ChannelCategoryDrifted(
                    entity_id=str(row.pk),
                    category_id=row.category_id,
                    known_name=row.name,
                    present_name=name,
                    drift=drift,
                ),
                actor=Actor.system("channels.categories"),
            )
    return is_new


def category_accept(*, row_id: int, actor: Actor) -> ChannelCategory:
    """Take a category's new name as right: parts may be published in it again.

    Raises NotFound, Conflict where it is no leaf any more: its parts need another category.
    """
    with transaction.atomic():
        row = ChannelCategory.objects.select_for_update().filter(pk=row_id).first()
        if row is None:
            raise NotFound("This category is not kept here.")
        if row.drift != "renamed":
            raise Conflict("Nothing can be listed in this category any more; choose another one.")
        before, row.name = row.name, row.drift_name
        row.drift = row.drift_name = ""
        row.drift_at = None
        row.verified_at = timezone.now()
        row.save()
        emit(
            events.ChannelCategoryAccepted(
                entity_id=str(row.pk),
                category_id=row.category_id,
                changes={"name": [before, row.name]},
            ),
            actor=actor,
        )
    return row


def category_suggest(*, words: str, patience: float | None = None) -> list[CategoryHit]:
    """Ask the marketplace for categories that fit words; none without an account.

    With `patience` no call takes longer than so many seconds. Raises ChannelError.
    """
    account = (
        ChannelConnection.objects.filter(
            status=ConnectionStatus.ACTIVE, disconnected_at__isnull=True
        )
        .order_by("created_at")
        .first()
    )
    if account is None or not words.strip():
        return []
    adapter = adapter_for(account.channel)
    return adapter.category_suggest(session_of(account), words, patience=patience)


def categories_proposed(listing_id: uuid.UUID) -> list[dict[str, object]]:
    """Return categories (id, name, path) that fit a part's type, best first.

    The slot `category_proposers`: read while a person waits for a page. What was asked before is
    kept; a marketplace that is slow or away proposes nothing and is left alone for a minute.
    """
    part = Listing.objects.filter(pk=listing_id).values("c_type", "title").first()
    words = (part["c_type"] or part["title"] or "").strip() if part else ""
    if not words or ChannelCache.objects.filter(pk=_QUIET, expires_at__gt=timezone.now()).exists():
        return []
    try:
        hits = category_suggest(words=words, patience=PAGE_PATIENCE)
    except ChannelError as error:
        logger.info("no_category_proposed", reason=error.first.reason)
        TableStore().put(_QUIET, True, seconds=QUIET_SECONDS)
        return []
    return [{"id": one.id, "name": one.name, "path": list(one.path)} for one in hits]


def _tree(connection: ChannelConnection) -> str:
    return str(connection.settings.get("categoryTreeId") or connection.marketplace_site_id)
