"""A run with several workers migrates once; the other workers' databases are copies of the first.

Migrating takes one worker 14 s, and three of them on two cores longer. The first to come does it and
leaves a copy that nobody connects to, which PostgreSQL can use as a template.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from realtrack.embedded.locks import FileLock

_TEMPLATE = "migrated_template"
_WAIT_SECONDS = 300.0


class OneMigration:
    """The run's fixtures; `folder` is the state folder that all workers share."""

    def __init__(self, folder: Path) -> None:
        self._made = folder / "template.made"
        self._lock = FileLock(folder / "template.lock")

    @pytest.fixture(scope="session")
    def django_db_modify_db_settings(
        self, django_db_modify_db_settings: None, request: pytest.FixtureRequest
    ) -> None:
        """Wait for the template where another worker makes it, and use it."""
        if not hasattr(request.config, "workerinput"):
            return
        assert self._lock.take(seconds=_WAIT_SECONDS), "no worker came to an end with migrating"
        if self._made.exists():
            connection.settings_dict["TEST"]["TEMPLATE"] = _TEMPLATE

    @pytest.fixture(scope="session")
    def django_db_setup(self, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
        """Leave a copy of the first database to the others."""
        if self._lock.held:
            with django_db_blocker.unblock():
                if not self._made.exists():
                    self._copy()
            self._lock.drop()

    def _copy(self) -> None:
        name = connection.settings_dict["NAME"]
        connection.close()  # a template has no guests
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{_TEMPLATE}" TEMPLATE "{name}"')
        self._made.touch()
