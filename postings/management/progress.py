"""What an operator sees of a long run: a live line on a terminal, else plain lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO, TypeAlias

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

Watch: TypeAlias = Callable[[], None]


class _Writer(Protocol):
    def write(self, line: str) -> object: ...


@contextmanager
def shown(
    report: Report,
    *,
    total: int | None,
    terminal: TextIO | None,
    lines: _Writer | None,
    interval: float = INTERVAL,
) -> Iterator[Watch]:
    """Gives what to call whenever the report may have grown; it takes no time.

    On a `terminal` file, records, rate and, where the `total` bytes of all documents
    are known, a bar and what remains; else a line to `lines` every so many seconds.
    """
    if terminal is not None:
        with _live(report, total, terminal) as watch:
            yield watch
    else:
        yield _plain(report, total, lines, interval)


def rate(records: int, seconds: float) -> str:
    return f"{records / seconds:,.0f} a second" if seconds > 0 else "at once"


@contextmanager
def _live(report: Report, total: int | None, terminal: TextIO) -> Iterator[Watch]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.fields[document]}", markup=False),
        TextColumn("{task.fields[records]:,} records"),
        TextColumn("{task.fields[rate]}"),
        *((BarColumn(), TimeRemainingColumn()) if total else (TimeElapsedColumn(),)),
    )
    began = time.monotonic()
    console = Console(file=terminal)
    with Progress(
        *columns, console=console, transient=True, refresh_per_second=_REFRESHES
    ) as progress:
        task = progress.add_task(
            "", total=total, document="starting", records=0, rate=""
        )

        said = 0.0

        def watch() -> None:
            nonlocal said
            now = time.monotonic()
            if now - said < 1 / _REFRESHES:
                return
            said = now
            progress.update(
                task,
                completed=report.size,
                document=_shortened(report.document),
                records=report.records,
                rate=rate(report.records, now - began),
            )

        yield watch


def _plain(
    report: Report, total: int | None, lines: _Writer | None, interval: float
) -> Watch:
    began = said = time.monotonic()

    def watch() -> None:
        nonlocal said
        now = time.monotonic()
        if lines is None or now - said < interval:
            return
        said = now
        done = f", {report.size / total:.0%} of all bytes" if total else ""
        lines.write(
            f"{report.document}: {report.records} records, "
            f"{rate(report.records, now - began)}{done}."
        )

    return watch


def _shortened(name: str) -> str:
    """The end of a long name, which tells files of one folder apart."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in name)
    return shown if len(shown) <= _NAME else f"…{shown[1 - _NAME :]}"


_NAME = 40
