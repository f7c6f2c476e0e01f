"""What an operator sees of a long run: a live line on a terminal, else plain lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from postings.ingest.report import Report

#: Seconds between two plain lines; a shorter run has none.
INTERVAL = 30.0

#: How often a second the live line changes.
_REFRESHES = 4

#: The longest name of a document on the live line.
_NAME = 40


class Shown:
    """Where a run's lines go, and what is to hear that its report may have grown."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out

    def write(self, line: str) -> None:
        self._out.write(line)

    def update(self) -> None:
        """Costs nearly nothing, however often it is called."""


class Lines(Shown):
    """A line every so many seconds."""

    def __init__(
        self,
        out: OutputWrapper,
        report: Report,
        total: int | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(out)
        self._report, self._total, self._clock = report, total, clock
        self._began = self._said = clock()

    def update(self) -> None:
        now = self._clock()
        if now - self._said < INTERVAL:
            return
        self._said = now
        report = self._report
        share = f", {report.size / self._total:.0%} of all bytes" if self._total else ""
        where = f"{report.document}: " if report.document else ""
        self.write(
            f"{where}{report.records} records, "
            f"{rate(report.records, now - self._began)}{share}."
        )


class _Live(Shown):
    """A line that changes; others are written above it."""

    def __init__(self, out: OutputWrapper, report: Report, bar: Progress) -> None:
        super().__init__(out)
        self._report, self._bar = report, bar
        self._task = bar.tasks[0].id
        self._began, self._said = time.monotonic(), 0.0

    def write(self, line: str) -> None:
        if self._out.isatty():
            self._bar.console.print(line, markup=False, highlight=False)
        else:
            super().write(line)

    def update(self) -> None:
        now = time.monotonic()
        if now - self._said < 1 / _REFRESHES:
            return
        self._said = now
        self._bar.update(
            self._task,
            completed=self._report.size,
            document=_shortened(self._report.document),
            records=self._report.records,
            rate=rate(self._report.records, now - self._began),
        )


@contextmanager
def live(report: Report, total: int | None, *, out: OutputWrapper) -> Iterator[Shown]:
    """File, records, rate, and where `total` bytes are known a bar and what remains.

    On standard error, which has to be a terminal; gone when the run has ended.
    """
    ends = (BarColumn(), TimeRemainingColumn()) if total else (TimeElapsedColumn(),)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.fields[document]}", markup=False),
        TextColumn("{task.fields[records]:,} records"),
        TextColumn("{task.fields[rate]}"),
        *ends,
        console=Console(file=sys.stderr),
        transient=True,
        refresh_per_second=_REFRESHES,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:
        bar.add_task("", total=total, document="starting", records=0, rate="")
        yield _Live(out, report, bar)


def rate(records: int, seconds: float) -> str:
    return f"{records / seconds:,.0f} a second" if seconds > 0 else "at once"


def _shortened(name: str) -> str:
    """The end of a long name, which tells files of one folder apart."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in name)
    return shown if len(shown) <= _NAME else f"…{shown[1 - _NAME :]}"


class Counted:
    """A line every so many seconds of how many are done, where the sum is known."""

    def __init__(
        self,
        out: OutputWrapper,
        what: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out, self._what, self._clock = out, what, clock
        self._began = self._said = clock()

    def update(self, done: int, total: int) -> None:
        now = self._clock()
        if now - self._said >= INTERVAL:
            self._said = now
            self._out.write(
                f"{done:,} of {total:,} {self._what}, {rate(done, now - self._began)}."
            )


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A line on standard error, a terminal, of how many are done and what remains."""
    with Progress(
        TextColumn("{task.completed:,} of {task.total:,} {task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
        refresh_per_second=_REFRESHES,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as shown:
        task = shown.add_task(what, total=0)

        def update(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        yield update
