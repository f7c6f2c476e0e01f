"""The search index as commands bring it up to date, and what they say of it."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    OutputWrapper,
)
from django.db import DatabaseError

from postings.management import apart, progress
from postings.management.asking import USAGE
from postings.management.database import explained
from postings.management.output import NotSaid
from postings.models import JobPosting
from postings.search import index


class IndexCommand(BaseCommand):
    """A command whose work is the index: its exit status, and what it says."""

    #: What "The search index could not be", where it cannot be written.
    done: ClassVar[str]

    @abstractmethod
    def write(self, progress: index.Progress | None) -> index.Synced:
        """Do the work. `OSError` and troubles with the database become sentences."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--quiet", action="store_true", help="say nothing but what went wrong"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        quiet = options["quiet"]
        try:
            with (
                explained(),
                _progressing(self, quiet=quiet) as progress,
            ):
                synced = self.write(progress)
        except OSError as error:
            raise CommandError(
                f"The search index could not be {self.done} ({error}).",
                returncode=USAGE,
            ) from error
        if synced.damaged:
            self.stderr.write(
                f"The search index was damaged ({', '.join(synced.damaged)}) and has "
                "been built anew."
            )
        if not quiet:
            self.stdout.write(said(synced))


def said(synced: index.Synced) -> str:
    if not synced.done:
        return "Another process is writing the search index."
    done = "built from" if synced.rebuilt else "up to date, with"
    added = "" if synced.rebuilt else " added"
    return (
        f"Search index: {done} {synced.postings} postings{added}, at revision "
        f"{synced.revision}."
    )


#: Postings of a site from which on much is added in a process of its own: below, the
#: parts of an index are not yet merged.
LARGE = 100_000


@contextmanager
def in_step(command: BaseCommand, *, quiet: bool = False) -> Iterator[None]:
    """Adds what a command stores meanwhile to the index; enter it outside transactions.

    Also where the command had to stop because it could not say what it did. Trouble is
    a sentence and no error: what was stored is, and pages or refresh_search add it
    later, as does whoever is writing the index just now.
    """
    try:
        yield
        _sync(command, quiet=quiet)
    except NotSaid:
        _sync(command, quiet=True)
        raise


def _sync(command: BaseCommand, *, quiet: bool) -> None:
    try:
        with _progressing(command, quiet=quiet) as progress:
            if index.takes_long() and JobPosting.objects.count() > LARGE:
                apart.sync(progress)
            else:
                index.sync(progress=progress)
    except (OSError, DatabaseError) as error:
        trouble(command.stderr, " ".join(str(error).split()))
    except KeyboardInterrupt:
        trouble(command.stderr, "it was interrupted")


def trouble(err: OutputWrapper, said: str) -> None:
    err.write(
        f"The search index is not up to date ({said}). All else was done; pages or "
        "refresh_search bring it up to date."
    )


_WHAT = "postings in the search index"


@contextmanager
def _progressing(
    command: BaseCommand, *, quiet: bool
) -> Iterator[index.Progress | None]:
    """What shows how many postings are in the index, and of how many."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with progress.bar(_WHAT) as said:
            yield said
    else:
        yield progress.Counted(command.stdout, _WHAT).update
