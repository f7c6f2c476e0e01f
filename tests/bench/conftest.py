"""Tables of measurements, printed when all benchmarks are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import pytest

Show: TypeAlias = Callable[[str, Sequence[Sequence[str]]], None]

_TABLES = pytest.StashKey[list[str]]()


@pytest.fixture
def show(pytestconfig: pytest.Config) -> Show:
    """Keeps a title and rows, the first of them the heads, as a Markdown table."""
    tables = pytestconfig.stash.setdefault(_TABLES, [])

    def keep(title: str, rows: Sequence[Sequence[str]]) -> None:
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        body = [rows[0], rule, *rows[1:]]
        text = "\n".join(
            f"| {row[0]:<{widths[0]}} | "
            + " | ".join(
                f"{cell:>{width}}"
                for cell, width in zip(row[1:], widths[1:], strict=True)
            )
            + " |"
            for row in body
        )
        tables.append(f"{title}\n\n{text}\n")

    return keep


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for table in config.stash.get(_TABLES, []):
        terminalreporter.write_line(f"\n{table}")
