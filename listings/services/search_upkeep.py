"""Upkeep of what the search keeps: counts of the unfiltered facets and the catalog's words."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from listings import facet_sql
from listings.models import ListingSearch

# Looked through again at each turn; longer than a worker's restart. The nightly turn takes all.
_RECENT = timedelta(minutes=15)


def search_fold(*, since: timedelta = _RECENT) -> int:
    """Make one row of each facet value's many and learn new words; returns words learned.

    Idempotent; any number may run at once. The counts are the same before and after.
    """
    edge = timezone.now() - since
    recent = ListingSearch.objects.filter(listing__updated_at__gte=edge)
    words, params = recent.order_by().values("words").query.sql_with_params()
    with connection.cursor() as cursor:
        # The inner statement is the ORM's own, with its parameters beside it.
        cursor.execute(facet_sql.words_of(words), params)
        learned = int(cursor.rowcount)
        cursor.execute(facet_sql.FOLD)
    return learned


def search_recount() -> None:
    """Count facets and gather words anew from the catalog itself, whatever was there; idempotent.

    Reads one snapshot, so nobody waits for it and what is written meanwhile is counted too.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # as the first of its transaction
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for statement in facet_sql.RECOUNT:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute(facet_sql.words_of("SELECT words FROM listing_search"))
