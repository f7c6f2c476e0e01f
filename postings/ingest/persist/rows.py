"""Many new rows in one statement, as fast as each database takes them.

Django's `bulk_create` makes an instance of each row and asks each of its fields what to
do with each value, which took longer than the database. Here each column is asked once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, TypeAlias

from django.db import connection, models

from postings.fields import CompressedJSONField
from postings.packing import packed

Values: TypeAlias = Mapping[str, Any]


def reserve(model: type[models.Model], count: int) -> range | list[int]:
    """Ids for new rows that no other writer will use; call within a transaction.

    On SQLite nobody else writes before it ends.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
                " FROM generate_series(1, %s)",
                (table, count),
            )
            return [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", (table,))
        row = cursor.fetchone()
    first = row[0] + 1 if row else 1
    return range(first, first + count)


def insert(model: type[models.Model], rows: Sequence[Values]) -> None:
    """Adds rows, given as values by column; a column no row names has its default.

    All rows name the same columns. Raises what the database says of values it refuses.
    """
    if not rows:
        return
    columns = [
        (field, _converter(field))
        for field in model._meta.concrete_fields
        if not (field.primary_key and field.attname not in rows[0])
    ]
    readers = [
        (field.attname, convert, _stored(convert, field.get_default()))
        for field, convert in columns
    ]
    names = ", ".join(
        connection.ops.quote_name(str(field.column)) for field, _ in columns
    )
    table = connection.ops.quote_name(model._meta.db_table)
    tuples = [
        tuple(
            [
                default
                if (value := row.get(name, _UNNAMED)) is _UNNAMED
                else (value if convert is None or value is None else convert(value))
                for name, convert, default in readers
            ]
        )
        for row in rows
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
            ):
                for values in tuples:
                    copy.write_row(values)
        else:
            places = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - names of our own
            cursor.executemany(statement, tuples)


def update(
    model: type[models.Model], names: Collection[str], rows: Sequence[models.Model]
) -> None:
    """Writes these columns (by attribute) of rows as their instances have them."""
    if not rows or not names:
        return
    fields = [field for field in model._meta.concrete_fields if field.name in names]
    readers = [(field.attname, _converter(field)) for field in fields]
    quoted = connection.ops.quote_name
    assigned = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields)
    key = quoted(str(model._meta.pk.column))
    statement = f"UPDATE {quoted(model._meta.db_table)} SET {assigned} WHERE {key} = %s"  # noqa: S608 - names of our own
    tuples = [
        (*(_stored(convert, getattr(row, name)) for name, convert in readers), row.pk)
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, tuples)


_UNNAMED: Any = object()
_Convert: TypeAlias = Callable[[Any], Any]


def _stored(convert: _Convert | None, value: Any) -> Any:
    return value if convert is None or value is None else convert(value)


def _converter(field: models.Field[Any, Any]) -> _Convert | None:
    """How a value of a column is made one the database's driver takes; None: it is."""
    ops: Any = connection.ops
    convert: _Convert | None = None
    if isinstance(field, CompressedJSONField):
        convert = _packed
    elif isinstance(field, models.JSONField):
        convert = _as_json
    elif isinstance(field, models.DateTimeField):
        convert = lru_cache(100)(ops.adapt_datetimefield_value)
    elif isinstance(field, models.DateField):
        convert = ops.adapt_datefield_value
    elif isinstance(field, models.DecimalField):
        convert = partial(
            ops.adapt_decimalfield_value,
            max_digits=field.max_digits,
            decimal_places=field.decimal_places,
        )
    return convert


def _packed(value: Any) -> bytes:
    return value if isinstance(value, bytes) else packed(value)


def _as_json(value: Any) -> str:
    return "[]" if value == [] else json.dumps(value)
