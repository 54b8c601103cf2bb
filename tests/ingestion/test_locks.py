from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from ingestion import services
from ingestion.models import AiResult
from listings.models import Listing
from tests.ingestion import pictures
from tests.ingestion.factories import one_result, person, processed, read_job
from tests.listings.factories import make_listing


@pytest.mark.django_db
def test_approval_locks_job_then_result_before_it_writes() -> None:
    # given
    result = one_result(read_job([pictures.PHOTOS / "zx_ean13-1-24.png"]))
    # when
    with CaptureQueriesContext(
        connection,
    ) as queries:
        services.result_approve(result_id=result.pk, fields={"brand": "Denso"}, actor=person())
    # then
    statements = [one["sql"] for one in queries.captured_queries]
    locked = [sql for sql in statements if "FOR UPDATE" in sql]
    assert '"ingestion_jobs"' in locked[0]
    assert '"ai_results"' in locked[1]
    first_write = next(
        i for i, sql in enumerate(statements) if sql.startswith(("INSERT", "UPDATE"))
    )
    assert statements.index(locked[1]) < first_write


@pytest.mark.django_db
def test_photo_is_locked_after_its_listing() -> None:
    asset = processed(listing_id=make_listing().pk)
    with CaptureQueriesContext(connection) as queries:
        services.asset_delete(asset_id=asset.pk, actor=person())
    locked = [one["sql"] for one in queries.captured_queries if "FOR UPDATE" in one["sql"]]
    assert '"listings"' in locked[0]
    assert '"image_assets"' in locked[1]


@pytest.mark.django_db(transaction=True)
def test_twenty_approvals_at_once_make_one_draft() -> None:
    # given
    result = one_result(read_job([pictures.PHOTOS / "zx_ean13-1-24.png"]))

    def approve(_: int) -> uuid.UUID:
        try:
            listing = services.result_approve(
                result_id=result.pk, fields={"part_type": "Hood"}, actor=person()
            )[1]
            return listing.pk
        finally:
            connections.close_all()

    # when
    with ThreadPoolExecutor(10) as pool:
        ids = set(pool.map(approve, range(20)))
    # then
    assert len(ids) == 1
    assert Listing.objects.count() == 1
    assert AiResult.objects.get().listing_id == ids.pop()
