"""Append-only tables: no UPDATE, DELETE or TRUNCATE, whoever asks.

TRUNCATE is let by in test databases alone (their names begin with `test_`), because the test
runner empties tables between tests.
"""

from __future__ import annotations

import pgtrigger

_TRUNCATE_GUARD = """
IF current_database() LIKE 'test\\_%%' THEN
    RETURN NULL;
END IF;
RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
""".replace("%%", "%")


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Return the triggers for `Meta.triggers` of an append-only model.

    A change raises SQLSTATE 23001 (restrict_violation), an IntegrityError in Django.
    """
    refuse = (
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';"
    )
    return [
        pgtrigger.Trigger(
            name=f"{name}_no_change",
            operation=pgtrigger.Update | pgtrigger.Delete,
            when=pgtrigger.Before,
            func=refuse,
        ),
        pgtrigger.Trigger(
            name=f"{name}_no_truncate",
            operation=pgtrigger.Truncate,
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            func=_TRUNCATE_GUARD,
        ),
    ]
