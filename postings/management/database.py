"""What commands say of a database that cannot be used."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections

#: The exit status of a command that could not do its work.
NOT_DONE = 2

#: PostgreSQL's undefined_table and undefined_column.
_MISSING_STATES = frozenset({"42P01", "42703"})

#: PostgreSQL's read_only_sql_transaction, which is no OperationalError to it.
_READ_ONLY = "25006"

#: SQLite's words for what is missing; it numbers them no differently from errors of syntax.
_MISSING = re.compile(r"no such (table|column): |table \S+ has no column named ")


def trouble(error: BaseException) -> str:
    """The operator's part in an error, as a sentence; empty for one of the program's.

    The operator's are a database that cannot be opened, one that lacks a migration, and
    one that is locked, full, gone or broken. Nothing is while DEBUG is on: its reader
    wants the traceback.
    """
    if settings.DEBUG:
        return ""
    name = connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]
    said = " ".join(str(error).split()).rstrip(".")
    if _while_connecting(
        error
    ):  # of any type: drivers raise what they like for options
        return f"DATABASE_URL: the database {str(name)!r} cannot be opened ({said})."
    if not isinstance(error, DatabaseError):
        return ""
    state = getattr(error.__cause__, "sqlstate", None)
    code = getattr(error.__cause__, "sqlite_errorname", None)
    if state in _MISSING_STATES or (code == "SQLITE_ERROR" and _MISSING.match(said)):
        return (
            f"DATABASE_URL: the database {str(name)!r} lacks a migration ({said}): run "
            "'python manage.py migrate' first."
        )
    if (
        state == _READ_ONLY
        or code in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
        or (isinstance(error, OperationalError) and code != "SQLITE_ERROR")
    ):
        return f"DATABASE_URL: the database {str(name)!r} cannot be used ({said})."
    return ""


@contextmanager
def explained() -> Iterator[None]:
    """Make the operator's troubles with the database a CommandError."""
    try:
        yield
    except Exception as error:
        if sentence := trouble(error):
            raise CommandError(sentence, returncode=NOT_DONE) from error
        raise


def _while_connecting(error: BaseException) -> bool:
    return any(
        frame.f_code.co_name in {"connect", "pool"}
        and frame.f_globals.get("__name__", "").startswith("django.db.backends.")
        for frame, _ in traceback.walk_tb(error.__traceback__)
    )
