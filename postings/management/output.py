"""Standard output and error as commands are given them: what happens where they fail.

Nothing of Django's is imported here, for manage.py needs it before that.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class NotSaid(Exception):  # noqa: N818 - says what is, as LookupError does
    """Standard output takes no more, for instance on a full disk; says why.

    No OSError, which commands take for trouble with what they read or store.
    """


class _Output(io.FileIO):
    def write(self, content: ReadableBuffer, /) -> int:
        try:
            return super().write(content)
        except BrokenPipeError:  # its reader has seen enough
            raise
        except OSError as error:
            closed = error.errno == errno.EBADF
            reason = "it is closed" if closed else error.strerror
            raise NotSaid(f"Standard output cannot be written: {reason}.") from error


class _Error(io.FileIO):
    """What it cannot take is lost: the exit status still says how a command ended."""

    def write(self, content: ReadableBuffer, /) -> int:
        try:
            return super().write(content)
        except OSError:
            return memoryview(content).nbytes


def open_streams() -> None:
    """Puts streams that fail as this module says in the place of Python's own.

    Titles come in every script, and a terminal or cron's mail may know ASCII: what a
    stream cannot show is escaped. A stream that is closed is one that fails.
    """
    sys.stdout = _opened(sys.stdout, _Output, 1)
    sys.stderr = _opened(sys.stderr, _Error, 2)


def close_output() -> None:
    """What is still to be written would fail again when Python exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _opened(
    before: TextIO | None, kind: type[_Output | _Error], descriptor: int
) -> TextIO:
    if before is None:
        # Else the next file to be opened, the database say, would have its number.
        os.dup2(os.open(os.devnull, os.O_RDONLY), descriptor)
    raw = kind(descriptor, "w", closefd=False)
    unbuffered = isinstance(before, io.TextIOWrapper) and before.write_through
    return io.TextIOWrapper(
        raw if unbuffered else io.BufferedWriter(raw),
        encoding=before.encoding if before is not None else "utf-8",
        errors="backslashreplace",
        line_buffering=kind is _Error or raw.isatty(),
        write_through=unbuffered,
    )
