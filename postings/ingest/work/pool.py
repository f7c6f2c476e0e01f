"""Worker processes, one for each thread of a pool, and what comes back from them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.sharedctypes import RawValue
from queue import SimpleQueue
from typing import Any, NamedTuple, Self

from postings.ingest.prepare import Entry, Settings
from postings.ingest.report import Code, Problem, sentence
from postings.ingest.work import child
from postings.ingest.work.task import Fault, Step, Task, certain

#: Seconds of CPU a record may take.
SECONDS = 60.0

#: How often a task is begun again for workers that ended for no reason in it.
_ATTEMPTS = 5

#: Bytes of tasks that are in flight, and one task more.
_MOST_BYTES = 64 * 2**20

_CONTEXT = multiprocessing.get_context("spawn")


class WorkerFailed(RuntimeError):  # noqa: N818 - says what is wrong, as OSError's do
    """Worker processes end again and again before they begin with anything."""


class Worked(NamedTuple):
    """A task as it was worked on in the end, and its entries in their order.

    Problems among them are of no record.
    """

    task: Task
    entries: Iterator[Entry | Problem]


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pool:
    """Up to `jobs` worker processes; with one job all is done in this process.

    A worker that dies, or takes longer than `seconds` of CPU for a record, is replaced
    and its task done again; the record that was at fault is reported instead.
    """

    def __init__(self, jobs: int, *, seconds: float = SECONDS) -> None:
        self._jobs = jobs
        self._seconds = seconds
        self._workers: list[_Worker] = []
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)

    def start(self, tasks: int) -> None:
        """Starts the processes for so many tasks, or a long run of more than `jobs`."""
        if self._jobs == 1 or not tasks or self._threads is not None:
            return
        for _ in range(min(tasks, self._jobs)):
            worker = _Worker(self._seconds)
            self._workers.append(worker)
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(len(self._workers), "worker")

    def work(
        self, tasks: Iterable[Task | None], settings: Settings
    ) -> Iterator[Worked | None]:
        """Results in the order of the tasks, which are taken as workers need them.

        Where no task comes for a while, which is None, the results there are, and None.
        Memory: the tasks in flight, and their results as bytes.
        """
        if self._threads is None:
            for task in tasks:
                yield Worked(task, certain(task, settings)) if task else None
            return
        most = max(2 * self._jobs, min(32 * self._jobs, 64))
        waiting: deque[tuple[int, Future[tuple[Task, list[bytes]]]]] = deque()
        size = 0
        for task in tasks:
            if task is not None:
                future = self._threads.submit(self._do, task, settings)
                waiting.append((task.size, future))
                size += task.size
            while waiting and (
                len(waiting) > most or size > _MOST_BYTES or waiting[0][1].done()
            ):
                done, future = waiting.popleft()
                size -= done
                yield _worked(future)
            if task is None:
                yield None
        while waiting:
            yield _worked(waiting.popleft()[1])

    def _do(self, task: Task, settings: Settings) -> tuple[Task, list[bytes]]:
        worker = self._idle.get()
        try:
            return worker.work(task, settings)
        finally:
            self._idle.put(worker)


def _worked(future: Future[tuple[Task, list[bytes]]]) -> Worked:
    task, chunks = future.result()
    return Worked(task, (entry for chunk in chunks for entry in pickle.loads(chunk)))  # noqa: S301 - from our own worker


class _Failed(Exception):  # noqa: N818 - says what happened
    """The program failed at a record, and the worker goes on."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _Worker:
    """One worker process after another, for one task after another."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ended = False
        self._told: Settings | None = None
        self._progress: Any = RawValue("q", -1)
        self._start()

    def _start(self) -> None:
        self._channel, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(
            target=child.main, args=(theirs, self._progress, self._seconds), daemon=True
        )
        self._told = None
        # Signals are for this process, which then ends the others.
        ignored = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ignored)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()

    def end(self) -> None:
        self._ended = True
        self._process.kill()
        self._process.join()

    def work(self, task: Task, settings: Settings) -> tuple[Task, list[bytes]]:
        """The task as it could be worked on, and its entries, pickled in chunks."""
        deaths: list[int] = []
        while True:
            self._progress.value = -1
            try:
                return task, self._entries(task, settings)
            except _Failed as failed:
                task = task.past(Step.of_number(self._progress.value), failed.fault)
                deaths.clear()
            except (EOFError, OSError):
                if self._ended:
                    raise
                self._process.join()
                number, status = self._progress.value, self._process.exitcode
                self._start()
                overtime = status == -signal.SIGPROF
                # Who was killed from outside is innocent the first time.
                again = number >= 0 and number in deaths
                certain = overtime or again or len(deaths) == _ATTEMPTS
                deaths.append(number)
                if certain and number < 0:
                    message = "Worker processes end as soon as they begin"
                    raise WorkerFailed(f"{message} (status {status}).") from None
                if certain:
                    fault = self._overtime() if overtime else _died(status)
                    task = task.past(Step.of_number(number), fault)
                    deaths.clear()

    def _entries(self, task: Task, settings: Settings) -> list[bytes]:
        if self._told is not settings:
            self._channel.send(settings)
            self._told = settings
        self._channel.send(task)
        chunks = []
        failures: list[Fault] = []
        while (chunk := self._channel.recv_bytes()) != child.END:
            if chunk.startswith(child.FAILED):
                fault: Fault = pickle.loads(chunk.removeprefix(child.FAILED))  # noqa: S301 - from our own worker
                failures.append(fault)
            else:
                chunks.append(chunk)
        if failures:
            raise _Failed(failures[0])
        return chunks

    def _overtime(self) -> Fault:
        message = sentence(
            "Reading it took more than {seconds} seconds and was stopped.",
            seconds=f"{self._seconds:g}",
        )
        return Fault(Code.OVERTIME, message)


def _died(status: int | None) -> Fault:
    how = f"status {status}"
    if status is not None and status < 0:
        how = signal.Signals(-status).name
    message = sentence("The process that read it was ended by it ({how}).", how=how)
    return Fault(Code.READER_FAILED, message)
