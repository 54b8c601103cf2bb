"""The harness itself: real servers, of this run alone."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_database_is_embedded_postgresql_18() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        (version,) = cursor.fetchone()
        cursor.execute("SHOW unix_socket_directories")
        (folder,) = cursor.fetchone()
    assert version.startswith("18")
    assert folder.startswith(os.environ["REALTRACK_TEST_VAR"])


def test_cache_is_the_run_s_own_valkey() -> None:
    cache.set("harness", "here", 5)
    assert cache.get("harness") == "here"
    assert str(settings.STATE_DIR) == os.environ["REALTRACK_TEST_VAR"]
    assert settings.REDIS_URL.endswith(f"?db={os.environ['REDIS_DB']}")
