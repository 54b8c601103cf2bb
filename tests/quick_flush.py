"""Empty the tables after a test that committed, in a twentieth of the time that TRUNCATE takes.

Django truncates every table after such a test, which writes a new file for each of some hundred
tables and their indexes (0.5 s), and then makes content types and permissions anew. Rows of a test
are few, so deleting them is the smaller work; what migrations put into those two tables stays.
"""

from __future__ import annotations

from django.db import connection
from django.test import TransactionTestCase

_KEPT = frozenset({"django_content_type", "auth_permission", "django_migrations"})
# Foreign keys and the triggers that keep logs append-only would stand in the way.
_EMPTY = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOREACH name IN ARRAY ARRAY[{names}] LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
END $$
"""


def empty_tables() -> None:
    """Delete every row of the project's tables, but for content types and permissions."""
    names = set(
        connection.introspection.django_table_names(only_existing=True, include_views=False)
    )
    quoted = ", ".join(f"'{name}'" for name in sorted(names - _KEPT))
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY.format(names=quoted))


def _fixture_teardown(self: TransactionTestCase) -> None:
    empty_tables()


def install() -> None:
    """Let every test with `transaction=True` be cleaned up so."""
    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[attr-defined]
