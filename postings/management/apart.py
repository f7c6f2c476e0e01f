"""The index of a large site, brought up to date in a process of its own.

To merge its parts maps them into memory, as much as they have; that is over when the
process is, and whatever ends it ends no import. Nothing of Django's is imported before
that process has set it up.
"""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings

if TYPE_CHECKING:
    from postings.search.index import Progress, Synced

_CONTEXT = multiprocessing.get_context("spawn")


def sync(progress: Progress | None) -> Synced:
    """As `postings.search.index.sync` does. Cost: two seconds until it begins.

    Raises OSError where the index cannot be written, and where the process ends early.
    """
    from django.db import connection  # noqa: PLC0415 - as the module says

    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(
        target=_main,
        args=(connection.settings_dict, settings.SEARCH_DIR, theirs),
        daemon=True,
    )
    process.start()
    theirs.close()
    try:
        while True:
            said: tuple[int, int] | Synced | OSError = ours.recv()
            if isinstance(said, OSError):
                raise said
            if not isinstance(said, tuple):
                return said
            if progress is not None:
                progress(*said)
    except EOFError:
        process.join()
        raise OSError(
            f"the process that wrote it ended with status {process.exitcode}"
        ) from None
    finally:
        ours.close()
        process.terminate()
        process.join()


def _main(database: dict[str, Any], folder: Path, channel: Connection) -> None:
    """Syncs the index in a folder with a database, and says how it goes.

    What interrupts a terminal's processes is for the parent, who then ends this one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    from django.db import DatabaseError, connection  # noqa: PLC0415

    from postings.search import index  # noqa: PLC0415

    connection.settings_dict.update(database)
    settings.SEARCH_DIR = folder

    def tell(done: int, total: int) -> None:
        channel.send((done, total))

    try:
        channel.send(index.sync(progress=tell))
    except (OSError, DatabaseError) as error:
        channel.send(OSError(str(error)))
