"""What commands about imports share: who asks, numbers, and sources known or taken."""

from __future__ import annotations

import getpass
import shlex
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import CommandError

from postings.ingest import persist
from postings.ingest.report import shortened
from postings.models import Source

#: The exit status of a command that could not do its work.
USAGE = 2

#: What no number of an option needs to be above.
MOST = 1_000_000_000


def who_asked() -> persist.Asked:
    """The command line of this process and who is logged in, for the ledger."""
    try:
        operator = getpass.getuser()
    except (KeyError, OSError):  # a user the machine has no name for
        operator = ""
    return persist.Asked(command_line=shlex.join(sys.argv), operator=operator[:150])


@contextmanager
def unshared() -> Iterator[None]:
    """Make a source that is being imported already, or cannot be locked, a CommandError."""
    try:
        yield
    except persist.NoLock as refusal:
        raise CommandError(str(refusal), returncode=USAGE) from None


def at_least(least: int, *, at_most: int = MOST) -> Callable[[str], int]:
    """A whole number within bounds, for argparse."""

    def number(text: str) -> int:
        try:
            given = int(text)
        except ValueError:
            given = least - 1
        if not least <= given <= at_most:
            raise ArgumentTypeError(
                f"{shortened(text)} is no whole number from {least:,} to {at_most:,}"
            )
        return given

    return number


def given(text: str) -> str:
    """A word that says something, for argparse: a path of none is the folder one is in."""
    if not text:
        raise ArgumentTypeError("an empty word, as of a variable that is not set")
    return text


def given_path(text: str) -> Path:
    return Path(given(text))


#: Days back: three lifetimes; many more would be before the first day there is.
MOST_DAYS = 100_000
days_back = at_least(0, at_most=MOST_DAYS)

#: The number of a row, as databases count them.
row_number = at_least(1, at_most=2**63 - 1)


def known_source(slug: str) -> Source:
    """A misspelt name is a CommandError, and not a source that holds nothing."""
    found = Source.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Source.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(
            f"--source {slug}: there is no source of this name; known: {known}.",
            returncode=USAGE,
        )
    return found
