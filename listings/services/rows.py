"""Many rows in one statement with one parameter: what makes thousands of them affordable.

A statement with a placeholder for each value of each row costs more in this process than in the
database. Here the rows go as one JSON text, which the database takes apart; a value that all rows
share goes once.
"""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, models

_SIZE = re.compile(r"\([\d, ]+\)")


def rows_insert(instances: Sequence[models.Model]) -> None:
    """Insert unsaved instances of one model as `bulk_create` does; the database checks each value.

    Raises what the database raises; then none is stored.
    """
    if not instances:
        return
    columns = [field for field in _fields(type(instances[0])) if not field.generated]
    values = {
        field.attname: [field.pre_save(one, add=True) for one in instances] for field in columns
    }
    shared = [
        field for field in columns if not field.primary_key and _is_one(values[field.attname])
    ]
    own = [field for field in columns if field not in shared]
    taken = [
        *(f"new.{quoted(field)}" for field in own),
        *(f"%s::{kind_of(field)}" for field in shared),
    ]
    names = ", ".join(quoted(field) for field in (*own, *shared))
    rows = [
        dict(zip((str(field.column) for field in own), row, strict=True))
        for row in zip(*(values[field.attname] for field in own), strict=True)
    ]
    table = connection.ops.quote_name(type(instances[0])._meta.db_table)  # noqa: SLF001 - documented
    # The names are our models' own tables and columns; every value is a parameter.
    statement = f"INSERT INTO {table} ({names}) SELECT {', '.join(taken)} FROM {record_of(own)}"  # noqa: S608
    constants = [field.get_db_prep_save(values[field.attname][0], connection) for field in shared]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*constants, as_json(rows)])
    for one in instances:
        one._state.adding = False  # noqa: SLF001 - as bulk_create leaves them
        one._state.db = connection.alias  # noqa: SLF001 - as above


def record_of(columns: Sequence[models.Field[Any, Any]]) -> str:
    """The rows of one JSON parameter as a table `new` of these columns."""
    kinds = ", ".join(f"{quoted(field)} {kind_of(field)}" for field in columns)
    return f"json_to_recordset(%s::json) AS new({kinds})"


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as the parameter of `record_of`."""
    return json.dumps(rows, default=_plain, ensure_ascii=False)


def quoted(field: models.Field[Any, Any]) -> str:
    """The field's column as SQL names it."""
    return connection.ops.quote_name(str(field.column))


def kind_of(field: models.Field[Any, Any]) -> str:
    """The column's type without its size: a cast to `varchar(80)` would cut without a word."""
    return _SIZE.sub("", str(field.db_type(connection)))


def columns_of(model: type[models.Model], names: Sequence[str]) -> list[models.Field[Any, Any]]:
    """The model's columns of these names (as attributes have them), in this order."""
    known = {field.attname: field for field in _fields(model)}
    return [known[name] for name in names]


def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return list(model._meta.concrete_fields)  # noqa: SLF001 - Django's documented API of models


def _is_one(values: Sequence[object]) -> bool:
    first = values[0]
    return all(one is first or (type(one) is type(first) and one == first) for one in values)


def _plain(value: object) -> object:
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    message = f"{type(value).__name__} is no value of a row"
    raise TypeError(message)
