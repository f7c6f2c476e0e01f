"""One import at a time a source; a killed one holds no lock."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from postings.ingest.report import Refusal, reason, sentence

#: PostgreSQL's first key of the two an advisory lock may have: which kind of lock.
_IMPORT = 0x4A6F62


#: What `fetch_logos` holds; no source can be called so.
LOGOS = "*logos"


class NoLock(Refusal):
    """A source's lock cannot be had."""


class Held(NoLock):
    """Another process is importing this source just now."""

    def __init__(self, source_slug: str) -> None:
        if source_slug == LOGOS:
            why = sentence(
                "Another fetch_logos is running; wait for it to end, or stop it."
            )
        else:
            why = sentence(
                "Another import of the source {source} is running; wait for it to end, "
                "or stop it.",
                source=repr(source_slug),
            )
        super().__init__(why)


class Unlockable(NoLock):
    """The file of a lock cannot be used, such as one that is another user's."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            sentence(
                "{path}, which keeps two imports apart, cannot be used: {reason}",
                path=str(path),
                reason=reason(error),
            )
        )


#: How often, and seconds apart, a lock is asked for: somebody may only be looking.
_ATTEMPTS, _PAUSE = 10, 0.1


@contextmanager
def held(source_slug: str) -> Iterator[None]:
    """Holds the source's lock while the block runs; raises `Held` where it is taken,
    and `Unlockable` where it cannot be asked for.

    On PostgreSQL it is the connection's, on SQLite that of a file in the data folder:
    either goes with the process that took it, however that ends.
    """
    with ExitStack() as stack:
        for _attempt in range(_ATTEMPTS - 1):
            try:
                stack.enter_context(_taken(source_slug))
                break
            except Held:
                time.sleep(_PAUSE)
        else:
            stack.enter_context(_taken(source_slug))
        yield


def is_free(source_slug: str) -> bool:
    """Whether no import of the source is running, in any process but this one."""
    try:
        with _taken(source_slug):
            return True
    except NoLock:
        return False


@contextmanager
def _taken(source_slug: str) -> Iterator[None]:
    if connection.vendor == "postgresql":
        if not _asked("pg_try_advisory_lock", source_slug):
            raise Held(source_slug)
        try:
            yield
        finally:
            if connection.is_usable():  # else the lock went with it
                _asked("pg_advisory_unlock", source_slug)
        return
    file = _opened(Path(settings.DATA_DIR) / "locks" / f"import-{source_slug}")
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(source_slug) from None
        yield
    finally:
        os.close(file)


def _opened(path: Path) -> int:
    """A descriptor of the file, which is only read: it may be another user's."""
    try:
        path.parent.mkdir(exist_ok=True)
        return os.open(path, os.O_RDONLY | os.O_CREAT, 0o666)
    except OSError as error:
        raise Unlockable(path, error) from None


def _asked(function: str, source_slug: str) -> bool:
    digest = hashlib.sha256(source_slug.encode()).digest()
    name = int.from_bytes(digest[:4], "big", signed=True)
    with connection.cursor() as cursor:
        # The function is one of the two above.
        cursor.execute(f"SELECT {function}(%s, %s)", (_IMPORT, name))
        return bool(cursor.fetchone()[0])
