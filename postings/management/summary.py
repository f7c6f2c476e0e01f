"""The sum of a run: a table on a terminal, lines in a pipe, JSON in a file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.table import Table

from postings.ingest import drafts
from postings.ingest.report import Outcome, Report, Severity
from postings.management.progress import rate

#: Outcomes that are named though there were none.
_ALWAYS = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.REJECTED)


@dataclass(kw_only=True, slots=True)
class Summary:
    """How a run of a source went; it failed unless somebody says otherwise.

    The source is None where the run failed before that was known.
    """

    source: str | None
    dry_run: bool
    began: datetime
    ended: datetime
    state: str = "failed"
    report: Report = field(default_factory=Report)

    @property
    def seconds(self) -> float:
        return (self.ended - self.began).total_seconds()

    def as_json(self) -> dict[str, Any]:
        """As docs/operating.md describes it."""
        report = self.report
        return {
            "source": self.source,
            "run": report.run_id,
            "dry_run": self.dry_run,
            "state": self.state,
            "started_at": self.began.isoformat(),
            "finished_at": self.ended.isoformat(),
            "seconds": round(self.seconds, 3),
            "documents": report.documents,
            "records": report.records,
            "outcomes": {
                outcome.name.lower(): report.outcomes[outcome] for outcome in Outcome
            },
            "problems": [
                {"severity": str(severity), "code": str(code), "count": count}
                for (severity, code), count in sorted(report.codes.items())
            ],
            "remarks": [str(remark) for remark in report.remarks],
        }

    def write(self, target: Path) -> None:
        """Whole or not at all: who reads it meanwhile sees what was there before.

        Raises `drafts.NotWritten`.
        """
        with drafts.Draft(target) as draft:
            draft.write(json.dumps(self.as_json(), indent=2).encode() + b"\n")
            draft.keep()

    def show(self, out: OutputWrapper) -> None:
        if out.isatty():
            self._table(out)
        else:
            self._lines(out)
        for remark in self.report.remarks:
            out.write(str(remark))
        if self.dry_run:
            out.write("Dry run: nothing was kept.")

    def _lines(self, out: OutputWrapper) -> None:
        outcomes = ", ".join(
            f"{self.report.outcomes[outcome]} {outcome}" for outcome in self._told()
        )
        out.write(
            f"{self.report.documents} documents, {self.report.records} records: "
            f"{outcomes}."
        )
        for severity, code, count in self._problems():
            out.write(f"  {severity}: {code}: {count}")

    def _table(self, out: OutputWrapper) -> None:
        report = self.report
        table = Table(
            title=f"{self.source}: {report.records:,} records of "
            f"{report.documents:,} documents in {self.seconds:,.1f} s, "
            f"{rate(report.records, self.seconds)}",
            title_justify="left",
        )
        table.add_column("outcome or problem")
        table.add_column("records", justify="right")
        for outcome in self._told():
            table.add_row(str(outcome), f"{report.outcomes[outcome]:,}")
        table.add_section()
        for severity, code, count in self._problems():
            table.add_row(f"{severity}: {code}", f"{count:,}")
        Console(file=cast("TextIO", out)).print(table)

    def _told(self) -> list[Outcome]:
        return [
            outcome
            for outcome in Outcome
            if self.report.outcomes[outcome] or outcome in _ALWAYS
        ]

    def _problems(self) -> list[tuple[str, str, int]]:
        return [
            (str(severity), str(code), count)
            for (severity, code), count in sorted(self.report.codes.items())
            if severity is not Severity.REJECTED
        ]
