"""Every migration is safe on a big table that others write to: its SQL is read, not its intent."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tests.architecture.test_wiring import APPS

pytestmark = pytest.mark.django_db(transaction=True)
OURS = ({*APPS} - {"realtrack"}) | {"core"}

# (app, migration, fault): what is safe there although the rule does not know it, with the reason.
EXCEPTIONS: dict[tuple[str, str, str], str] = {
    ("listings", "0006_kept_facets_filled", "moves data, not in batches"): (
        "counts from one snapshot into a table that is new: batches would see different moments"
    ),
}

_NAME = r'"?(?:public\.)?"?(\w+)"?'
_CREATE = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?{_NAME}", re.IGNORECASE)
_INDEX = re.compile(
    rf"CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?{_NAME} ON (?:ONLY )?{_NAME}",
    re.IGNORECASE,
)
_ALTER = re.compile(rf"ALTER TABLE (?:IF EXISTS )?(?:ONLY )?{_NAME}(.*)", re.IGNORECASE | re.DOTALL)
_MOVES = re.compile(rf"^\s*(?:UPDATE|DELETE FROM|INSERT INTO) {_NAME}", re.IGNORECASE)
_RULES: tuple[tuple[str, str], ...] = (
    (r"\bALTER COLUMN \S+ TYPE\b", "rewrites the table"),
    (r"\bALTER COLUMN \S+ SET NOT NULL", "reads the whole table under a lock"),
    (r"\bALTER COLUMN \S+ DROP DEFAULT", "NOT NULL whose default goes: the old code's rows fail"),
    (r"\bADD CONSTRAINT \S+ (?:UNIQUE|PRIMARY KEY|EXCLUDE)(?! USING INDEX)", "locks for an index"),
    (r"\bADD CONSTRAINT \S+ (?:CHECK|FOREIGN KEY)(?!.*\bNOT VALID)", "reads the table locked"),
    (r"\bADD COLUMN (?!.*\bDEFAULT\b).*\bNOT NULL\b", "NOT NULL without a default"),
    (r"\bADD COLUMN .*\bDEFAULT (?:\S*\(|now|clock_timestamp)", "a default that rewrites"),
    (
        r"\bADD COLUMN .*\b(?:UNIQUE|PRIMARY KEY|serial|IDENTITY)\b",
        "rewrites or locks for an index",
    ),
    (r"\bSET (?:LOGGED|UNLOGGED|TABLESPACE)\b", "rewrites the table"),
)


def _statements(migration: Any, state: ProjectState) -> list[str]:
    """Return the SQL of a migration as `sqlmigrate` does, comments left out."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state, editor, collect_sql=True)
    lines = [one for one in editor.collected_sql if not one.lstrip().startswith("--")]
    text = "\n".join(lines)
    # Bodies of functions are no statements of the migration.
    text = re.sub(r"\$(\w*)\$.*?\$\1\$", "''", text, flags=re.DOTALL)
    return [one.strip() for one in re.split(r";\s*(?:\n|$)", text) if one.strip()]


def _flat(operations: Sequence[Operation]) -> Iterator[Operation]:
    for one in operations:
        yield one
        if isinstance(one, migrations.SeparateDatabaseAndState):
            yield from _flat(one.database_operations)


def faults(migration: Any, state: ProjectState) -> list[str]:
    """Return what makes the migration unsafe."""
    found = [*_of_operations(migration)]
    new: set[str] = set()
    concurrent = plain = False
    for sql in _statements(migration, state):
        if made := _CREATE.search(sql):
            new.add(made.group(1).lower())
            continue
        concurrent |= "CONCURRENTLY" in sql.upper()
        found += _of_statement(sql, new)
        if (alter := _ALTER.search(sql)) and alter.group(1).lower() not in new:
            # What hangs on an index that was just made needs no time and may stand beside it.
            plain |= not re.search(r"USING INDEX|DROP CONSTRAINT", alter.group(2), re.IGNORECASE)
    if concurrent and (migration.atomic or plain or new):
        found.append("concurrent indexes stand neither alone nor outside a transaction")
    return list(dict.fromkeys(found))


def _of_operations(migration: Any) -> Iterator[str]:
    for one in _flat(migration.operations):
        if not one.reversible:
            yield f"{type(one).__name__} cannot be reversed"
        if isinstance(one, migrations.RunPython):
            if migration.atomic or len(list(_flat(migration.operations))) > 1:
                yield "moves data in a transaction of its own or beside other work"
            if "BATCH" not in inspect.getsource(one.code):
                yield "moves data, not in batches"


def _of_statement(sql: str, new: set[str]) -> Iterator[str]:
    index = _INDEX.search(sql)
    if index and not index.group(1) and index.group(3).lower() not in new:
        yield f"an index on {index.group(3)} that blocks its writers"
    if (moved := _MOVES.match(sql)) and moved.group(1).lower() not in new:
        yield f"moves the data of {moved.group(1)} in one statement"
    alter = _ALTER.search(sql)
    if alter and alter.group(1).lower() not in new:
        for pattern, words in _RULES:
            if re.search(pattern, alter.group(2), re.IGNORECASE | re.DOTALL):
                yield f"{alter.group(1)}: {words}"


def test_every_migration_is_safe_on_a_big_table_that_others_write_to() -> None:
    loader = MigrationLoader(connection)
    keys = sorted(key for key in loader.disk_migrations if key[0] in OURS)
    assert len(keys) >= 12
    found = {}
    for key in keys:
        state = loader.project_state(key, at_end=False)
        bad = [
            one for one in faults(loader.disk_migrations[key], state)
            if (*key, one) not in EXCEPTIONS
        ]  # fmt: skip
        if bad:
            found[key] = bad
    assert found == {}


def test_every_migration_is_named_by_intent_and_in_one_line() -> None:
    loader = MigrationLoader(connection)
    for app in OURS:
        names = sorted(name for label, name in loader.disk_migrations if label == app)
        assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)], app
        assert not [name for name in names if re.search(r"_(auto|initial)(_|$)", name)], app
        assert len(loader.graph.leaf_nodes(app)) == 1


def _move(apps: Any, editor: Any) -> None:
    apps.get_model("settings_app", "Team").objects.update(name="x")


def _nothing(apps: Any, editor: Any) -> None:
    del apps, editor


_FIELD = models.CharField(max_length=5, default="")
_BAD: tuple[tuple[list[Operation], bool, str], ...] = (
    ([migrations.AddField("team", "x", _FIELD)], True, "whose default goes"),
    ([migrations.AddIndex("team", models.Index(fields=["created_at"], name="bad"))], True,
     "blocks its writers"),
    ([AddIndexConcurrently("team", models.Index(fields=["created_at"], name="bad")),
      migrations.AddField("team", "x", models.IntegerField(null=True))], False, "neither alone"),
    ([migrations.AlterField("team", "name", models.TextField())], True, "rewrites the table"),
    ([migrations.AlterField("usersession", "last_used_at", models.DateTimeField())], True,
     "under a lock"),
    ([migrations.AddConstraint("team", models.UniqueConstraint(fields=["created_at"], name="u"))],
     True, "locks for an index"),
    ([migrations.AddConstraint("team", models.CheckConstraint(
        condition=models.Q(name__gt=""), name="c"))], True, "reads the table locked"),
    ([migrations.RunPython(_move)], False, "cannot be reversed"),
    ([migrations.RunPython(_move, _nothing)], False, "not in batches"),
    ([migrations.RunPython(_move, _nothing)], True, "in a transaction of its own"),
    ([migrations.RunSQL("UPDATE users SET name = ''", "")], True, "in one statement"),
    ([migrations.RunSQL("ALTER TABLE users ADD COLUMN x int NOT NULL", "")], True,
     "without a default"),
    ([migrations.RunSQL("ALTER TABLE users ADD COLUMN x uuid DEFAULT gen_random_uuid()", "")],
     True, "a default that rewrites"),
)  # fmt: skip


def _migration(operations: list[Operation], *, atomic: bool) -> migrations.Migration:
    made = type("Migration", (migrations.Migration,), {"operations": operations, "atomic": atomic})
    found: migrations.Migration = made("x", "settings_app")
    return found


@pytest.mark.parametrize(("operations", "atomic", "words"), _BAD)
def test_what_is_unsafe_is_found(operations: list[Operation], atomic: bool, words: str) -> None:
    state = MigrationLoader(connection).project_state()
    migration = _migration(operations, atomic=atomic)
    assert words in "; ".join(faults(migration, state))


def test_what_is_safe_is_let_through() -> None:
    state = MigrationLoader(connection).project_state()
    migration = _migration(
        [
            migrations.AddField("team", "x", models.IntegerField(null=True)),
            migrations.AddField(
                "team", "y", models.CharField(max_length=5, default="", db_default="")
            ),
        ],
        atomic=True,
    )
    assert faults(migration, state) == []
