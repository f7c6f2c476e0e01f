"""manage.py in a process that kills itself at a chosen moment of its writing.

    python tests/torture/killing.py KIND NUMBER COMMAND [ARGUMENT ...]

KIND is `before` or `after` (the commit of this number), `inside` (the statement of this
number inside a transaction) or `never`, which prints how many commits and statements
there were. As `python tests/torture/killing.py rows` it prints all that an import
stores, but for what differs between any two runs.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.core.management import execute_from_command_line
from django.db import connection, models

#: What no two runs have in common: surrogate ids, revisions, times, and the ledger.
LEFT_OUT = {"id", "revision", "last_run", "first_seen", "published_at", "database_id"}
LEDGER = {"ImportRun", "ImportRecord"}


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Moment:
    """Counts what is written, and kills when it is time."""

    def __init__(self, kind: str, number: int) -> None:
        self.kind, self.number = kind, number
        self.commits = self.statements = 0

    def watch(self) -> None:
        wrapper: Any = connection
        committed = wrapper._commit  # noqa: SLF001  where all commits pass

        def commit() -> None:
            self.commits += 1
            self.at("before", self.commits)
            committed()
            self.at("after", self.commits)

        wrapper._commit = commit  # noqa: SLF001  as above
        connection.execute_wrappers.append(self.statement)

    def statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        if connection.in_atomic_block:
            self.statements += 1
            self.at("inside", self.statements)
        return execute(*arguments)

    def at(self, kind: str, number: int) -> None:
        if (kind, number) == (self.kind, self.number):
            kill()


def rows() -> None:
    """A line a row, in an order of their own."""
    found = [
        json.dumps([model.__name__, *said(row)], sort_keys=True, default=str)
        for model in apps.get_app_config("postings").get_models()
        if model.__name__ not in LEDGER
        for row in model._default_manager.iterator(chunk_size=500)
    ]
    sys.stdout.write("\n".join(sorted(found)))


def said(row: models.Model) -> list[Any]:
    return [
        (field.name, named(field.related_model, getattr(row, field.attname)))
        if isinstance(field, models.ForeignKey)
        else (field.name, field.value_from_object(row))
        for field in row._meta.concrete_fields
        if field.name not in LEFT_OUT
    ]


def named(model: Any, pk: Any) -> Any:
    """What a row is called without its id: a posting as its source calls it."""
    return None if pk is None else names(model)[pk]


@cache
def names(model: Any) -> dict[Any, Any]:
    rows_of = model._default_manager
    if model.__name__ == "JobPosting":
        called: dict[Any, list[str]] = {}
        for pk, value in rows_of.values_list("pk", "keys__value"):
            called.setdefault(pk, []).append(value)
        return {pk: sorted(values) for pk, values in called.items()}
    column = {"Organization": "folded_name", "Source": "slug"}[model.__name__]
    return dict(rows_of.values_list("pk", column))


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    os.environ["DJANGO_SETTINGS_MODULE"] = "jobsite.settings"
    django.setup()
    if sys.argv[1] == "rows":
        rows()
        return
    kind, number, *command = sys.argv[1:]
    moment = Moment(kind, int(number))
    moment.watch()
    try:
        execute_from_command_line(["manage.py", *command])
    finally:
        sys.stderr.write(f"{moment.commits} {moment.statements}\n")


if __name__ == "__main__":
    main()
