"""Files that are whole when they are there: written beside their place, then put in."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self, cast

#: The descriptors of standard output and standard error.
_OUTPUT = (1, 2)


class NotWritten(Exception):  # noqa: N818 - says what is, as LookupError does
    """A file that cannot be written; says which, and why."""


class Draft:
    """A file being written: in its place once `keep` is called, and never before.

    A symbolic link stays, and what it leads to is replaced. Into what is no file, such as
    a device or a pipe, and into this process's own output, what comes is written as it
    comes. Raises `NotWritten` for every OSError.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._draft: Path | None = None
        with _explained(target):
            found = _found(target)
            if found is not None and _is_straight(found):
                self._file = _opened(target, found)
                return
            self._place = Path(os.path.realpath(target))
            draft = self._place.with_name(f".{self._place.name}.{os.getpid()}.draft")
            draft.unlink(missing_ok=True)  # left by a process that was killed
            self._file = draft.open("xb")
            self._draft = draft

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._file.close()
        if self._draft is not None:
            with suppress(OSError):
                self._draft.unlink()

    def write(self, content: bytes) -> None:
        with _explained(self._target):
            self._file.write(content)

    def keep(self) -> None:
        """Puts all that was written in its place."""
        with _explained(self._target):
            self._file.close()
            if self._draft is not None:
                self._draft.replace(self._place)
                self._draft = None


def check(target: Path) -> None:
    """Raises `NotWritten` where a draft could not be begun. Changes nothing there.

    What is no file is not opened, for a pipe would wait until somebody reads it.
    """
    with _explained(target):
        found = _found(target)
        if found is None or not _is_straight(found):
            with Draft(target):
                return
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(21, "Is a directory")
        if not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied")


def _found(target: Path) -> os.stat_result | None:
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _is_straight(found: os.stat_result) -> bool:
    """Whether what is there has to stay, and is written into."""
    return not stat.S_ISREG(found.st_mode) or _descriptor(found) is not None


def _descriptor(found: os.stat_result) -> int | None:
    """Which of this process's outputs goes there, if one does."""
    for descriptor in _OUTPUT:
        with suppress(OSError):  # closed
            if os.path.samestat(os.fstat(descriptor), found):
                return descriptor
    return None


def _opened(target: Path, found: os.stat_result) -> BinaryIO:
    descriptor = _descriptor(found)
    if descriptor is None:
        return target.open("wb")
    # Opened anew, a file would be written from its beginning.
    return cast("BinaryIO", os.fdopen(os.dup(descriptor), "wb"))


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name no file system can hold
        reason = getattr(error, "strerror", None) or error
        raise NotWritten(f"{target} cannot be written: {reason}.") from error
