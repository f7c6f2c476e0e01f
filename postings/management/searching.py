"""The search index as commands bring it up to date, and what they say of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import BaseCommand, OutputWrapper
from django.db import DatabaseError

from postings.management import progress
from postings.search import index


def keep_in_step(command: BaseCommand) -> None:
    """Adds what a command has stored to the index; call it outside of transactions.

    Trouble is a sentence and no error: what was stored is, and pages or refresh_search
    add it later, as does whoever is writing the index just now.
    """
    try:
        index.sync()
    except (OSError, DatabaseError) as error:
        trouble(command.stderr, " ".join(str(error).split()))
    except KeyboardInterrupt:
        trouble(command.stderr, "it was interrupted")


def trouble(err: OutputWrapper, said: str) -> None:
    err.write(
        f"The search index is not up to date ({said}). All else was done; pages or "
        "refresh_search bring it up to date."
    )


@contextmanager
def progressing(
    command: BaseCommand, *, quiet: bool
) -> Iterator[index.Progress | None]:
    """What shows how many postings are in the index, and of how many."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with progress.bar("postings") as said:
            yield said
    else:
        yield progress.Counted(command.stdout, "postings").update
