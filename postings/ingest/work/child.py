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
from postings.ingest.work.task import Part, Step, Task, certain

#: Entries that are handed over together.
_CHUNK = 50

#: What ends the entries of a task.
END = b""


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
            worked = _watched(task, settings, progress, seconds)
            while chunk := list(islice(worked, _CHUNK)):
                signal.setitimer(signal.ITIMER_PROF, 0)
                channel.send_bytes(pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL))
            channel.send_bytes(END)
    except (EOFError, OSError):
        return  # the parent ended, on purpose or not: nobody is there to tell


def _watched(
    task: Task, settings: Settings, progress: Any, seconds: float
) -> Iterator[Entry]:
    def at(step: Step) -> None:
        progress.value = step.as_number()
        allowed = seconds
        part = task.parts[step.part]
        if step.reading and isinstance(part, Part):
            allowed *= 1 + (len(part.portion.content) >> 20)
        signal.setitimer(signal.ITIMER_PROF, allowed)

    yield from certain(task, settings, at)
    signal.setitimer(signal.ITIMER_PROF, 0)
