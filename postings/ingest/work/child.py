"""What a worker process does: it knows no Django, no database and no network."""

from __future__ import annotations

import gc
import pickle
import signal
from collections.abc import Iterator
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

from postings.ingest.prepare import Entry, Settings
from postings.ingest.report import Problem
from postings.ingest.work.task import Part, Step, Task, entries, failed

#: Entries that are handed over together.
_CHUNK = 50

#: What ends the entries of a task, and what begins word of a failure; no pickle does.
END, FAILED = b"", b"!"


def main(channel: Connection, progress: Any, seconds: float) -> None:
    """Works on tasks, by the settings that came last, until the other side is gone.

    `progress` holds the number of the step being made. A step that takes more CPU time
    than `seconds`, for each MiB where a document is read, ends the process by SIGPROF.
    """
    # What is loaded stays; collecting so often would cost an eighth of the time.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    try:
        settings = Settings(site_zone="UTC", held=())
        while True:
            task: Task | Settings = channel.recv()
            if isinstance(task, Settings):
                settings = task
                continue
            for chunk in _chunks(_watched(task, settings, progress, seconds)):
                channel.send_bytes(chunk)
            channel.send_bytes(END)
    except (EOFError, OSError):
        return  # the parent ended, on purpose or not: nobody is there to tell


def _chunks(worked: Iterator[Entry | Problem]) -> Iterator[bytes]:
    """Entries, pickled, and at last what failed at the step that `progress` holds.

    The parent sets that record aside and hands the task over again: it alone counts the
    parts of a task, so that both mean the same by a step.
    """
    while True:
        try:
            chunk = list(islice(worked, _CHUNK))
        except Exception as error:  # noqa: BLE001 - any: it must cost no neighbour
            yield FAILED + pickle.dumps(failed(error), pickle.HIGHEST_PROTOCOL)
            return
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if not chunk:
            return
        yield pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL)


def _watched(
    task: Task, settings: Settings, progress: Any, seconds: float
) -> Iterator[Entry | Problem]:
    def at(step: Step) -> None:
        progress.value = step.as_number()
        allowed = seconds
        part = task.parts[step.part]
        if step.reading and isinstance(part, Part):
            allowed *= 1 + (len(part.portion.content) >> 20)
        signal.setitimer(signal.ITIMER_PROF, allowed)

    return entries(task, settings, at)
