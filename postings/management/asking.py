"""What commands about imports share: who asks, numbers, and a source that is taken."""

from __future__ import annotations

import getpass
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import CommandError

from postings.ingest import persist

#: The exit status of a command that could not do its work.
USAGE = 2


def who_asked() -> persist.Asked:
    """The command line of this process and who is logged in, for the ledger."""
    try:
        operator = getpass.getuser()
    except (KeyError, OSError):  # a user the machine has no name for
        operator = ""
    return persist.Asked(command_line=shlex.join(sys.argv), operator=operator[:150])


@contextmanager
def unshared() -> Iterator[None]:
    """Make a source that is being imported already a CommandError."""
    try:
        yield
    except persist.Held as held:
        raise CommandError(str(held), returncode=USAGE) from None


def at_least(least: int, *, at_most: int | None = None) -> Callable[[str], int]:
    """A whole number within bounds, for argparse."""

    def number(text: str) -> int:
        given = int(text)
        if given < least or (at_most is not None and given > at_most):
            raise ValueError(text)
        return given

    number.__name__ = f"whole number from {least}" + (
        f" to {at_most}" if at_most else " on"
    )  # as argparse names the type in its message
    return number
