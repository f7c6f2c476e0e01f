"""Going through what comes in another thread, so that its silence can be noticed."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")

#: Seconds without anything after which a source is silent.
QUIET = 1.0

#: Seconds a thread may take to end that nobody waits for any more.
_END = 1.0


@contextmanager
def ahead(
    found: Generator[T, None, None], *, quiet: float = QUIET
) -> Iterator[Iterator[T | None]]:
    """What a generator yields, and None for every `quiet` seconds it yields nothing.

    It runs in a thread, one step ahead, and what it raises is raised here. One that
    waits for a silent pipe when nobody wants more is left waiting; it holds up no exit.
    """
    reading = _Reading(found)
    reading.start()
    try:
        yield reading.found(quiet)
    finally:
        reading.end()


class _Over:
    """Nothing more comes, or it ended in an error."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Reading(Thread, Generic[T]):
    def __init__(self, found: Generator[T, None, None]) -> None:
        super().__init__(name="reading", daemon=True)
        self._found = found
        self._queue: Queue[T | _Over] = Queue(1)
        self._unwanted = False

    def run(self) -> None:
        over = _Over()
        try:
            for each in self._found:
                self._queue.put(each)
                if self._unwanted:
                    break
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            over = _Over(error)
        finally:
            self._found.close()
        if not self._unwanted:
            self._queue.put(over)

    def found(self, quiet: float) -> Iterator[T | None]:
        while True:
            try:
                each = self._queue.get(timeout=quiet)
            except Empty:
                yield None
                continue
            if isinstance(each, _Over):
                if each.error is not None:
                    raise each.error
                return
            yield each

    def end(self) -> None:
        self._unwanted = True
        while self.is_alive():
            try:
                self._queue.get_nowait()
            except Empty:
                self.join(_END)
                if self._queue.empty():
                    return
