"""`migrate` on 200,000 parts while clients write: no write is lost, none waits for a second."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
from django.conf import settings

from realtrack.embedded.layout import PROJECT_ROOT
from tests.architecture.test_migrations_lint import OURS

pytestmark = pytest.mark.drill
ROWS = int(os.environ.get("ROWS", "200000"))
MOST_SECONDS = 1.0
DATABASE = "rt_migration_drill"
# The first row by the models of the first release; the others are copies of it.
_FILL = """
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
for app in OURS:
    call_command("migrate", app, "0001", verbosity=0)
loader = MigrationLoader(connection)
firsts = [key for key in loader.graph.nodes if key[0] in OURS and key[1].startswith("0001")]
apps = loader.project_state(firsts).apps
user = apps.get_model("settings_app", "User").objects.create(
    email="drill@test.example", password="x", role="user")
Listing = apps.get_model("listings", "Listing")
Search = apps.get_model("listings", "ListingSearch")
first = Listing.objects.create(title="Part", custom_label_sku="D-0", start_price="50.00")
Search.objects.create(
    listing=first, sku_key="d-0", price="50.00", health=0, created_at=timezone.now(),
    updated_at=timezone.now())
own = {"id": "md5(n::text)::uuid", "custom_label_sku": "'D-' || n"}
search = {"listing_id": own["id"], "sku_key": "'d-' || n"}
with connection.cursor() as cursor:
    for model, values, key in ((Listing, own, "id"), (Search, search, "listing_id")):
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND table_schema = 'public' AND is_generated = 'NEVER'", [model._meta.db_table])
        names = [row[0] for row in cursor.fetchall() if row[0] != "document"]
        taken = ", ".join(values.get(name, f't."{name}"') for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        table = model._meta.db_table
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {taken} FROM {table} t,"
            f" generate_series(1, %s) n WHERE t.{key} = %s", [ROWS - 1, first.pk])
    cursor.execute("ANALYZE")
"""


@dataclass
class Writer:
    """A client that writes as fast as it is let; it counts what the server said is written."""

    name: str
    sql: str
    stop: threading.Event
    written: list[str] = field(default_factory=list)
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Write until told to stop; each write is a transaction of its own."""
        with _connection(DATABASE) as connection:
            number = 0
            while not self.stop.is_set():
                number += 1
                key = str(uuid.uuid4())
                begun = time.monotonic()
                try:
                    connection.execute(self.sql, {"key": key, "n": number, "rows": ROWS})
                except psycopg.Error as error:
                    self.failures.append(f"{self.name}: {error}")
                else:
                    self.written.append(key)
                self.slowest = max(self.slowest, time.monotonic() - begun)


def _connection(name: str) -> psycopg.Connection:
    here = settings.DATABASES["default"]
    return psycopg.connect(
        host=here["HOST"], port=here["PORT"] or None, user=here["USER"],
        password=here["PASSWORD"] or None, dbname=name, autocommit=True,
    )  # fmt: skip


def _manage(*arguments: str, code: str = "") -> str:
    start = (
        "from tests import conftest; import django; django.setup();"
        "from django.db import connection; import sys;"
        f"connection.settings_dict['NAME'] = {DATABASE!r};"
        f"OURS = {sorted(OURS)!r}; ROWS = {ROWS};"
    )
    body = code or f"from django.core.management import call_command; call_command(*{arguments!r})"
    done = subprocess.run(
        [sys.executable, "-c", f"{start}\nexec({body!r})"],
        cwd=PROJECT_ROOT, env=dict(os.environ), check=False, capture_output=True, text=True,
        timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def first_release() -> Iterator[None]:
    """A database of the first release with many parts."""
    with _connection("postgres") as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    try:
        _manage(code=_FILL)
        yield
    finally:
        with _connection("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


# The same tables as the migrations change; only columns that the first release had.
_WRITES = {
    "parts": "UPDATE listings SET title = %(key)s, version = version + 1"
             " WHERE custom_label_sku = 'D-' || (1 + %(n)s %% (%(rows)s - 1))",
    "prices": "UPDATE listing_search SET price = 1 + %(n)s %% 900"
              " WHERE sku_key = 'd-' || (1 + %(n)s * 7 %% (%(rows)s - 1))",
    "people": "INSERT INTO users (id, email, password_hash, role, name, active, is_demo,"
              " token_version, created_at) VALUES (%(key)s::uuid, %(key)s::text || '@test.example', 'x',"
              " 'user', '', true, false, 1, now())",
    "rules": "INSERT INTO pricing_rules (id, name, rule_type, channel, category_id, brand,"
             " parameters, priority, active, created_at) VALUES (%(key)s::uuid, 'r', 'markup', '', '',"
             " '', '{}', 0, false, now())",
}  # fmt: skip
_COUNTS = {"people": "users", "rules": "pricing_rules"}


def test_migrating_a_big_database_loses_no_write_and_blocks_none(first_release: None) -> None:
    # given clients that write, as the code of the first release does
    del first_release
    stop = threading.Event()
    writers = [Writer(name=name, sql=sql, stop=stop) for name, sql in _WRITES.items()]
    threads = [threading.Thread(target=one.run) for one in writers]
    versions = "SELECT sum(version) FROM listings"
    with _connection(DATABASE) as connection:
        before = connection.execute(versions).fetchone()
    for thread in threads:
        thread.start()
    # when
    try:
        _manage("migrate", "-v", "0")
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    # then
    assert [one for writer in writers for one in writer.failures] == []
    slowest = {one.name: round(one.slowest, 3) for one in writers}
    counts = {one.name: len(one.written) for one in writers}
    print(f"{ROWS:,} rows; writes {counts}; slowest {slowest} s")  # noqa: T201 - the drill's figures
    assert min(counts.values()) > 50
    with _connection(DATABASE) as connection:
        after = connection.execute(versions).fetchone()
        assert before is not None
        assert after is not None
        assert after[0] - before[0] == counts["parts"]
        for name, table in _COUNTS.items():
            written = next(one.written for one in writers if one.name == name)
            found = connection.execute(
                f"SELECT count(*) FROM {table} WHERE id = ANY(%s)",  # noqa: S608 - ours
                [[uuid.UUID(key) for key in written]],
            ).fetchone()
            assert found == (len(written),), name
    assert max(slowest.values()) < MOST_SECONDS, slowest
