"""Sources and runs: where an import belongs, and how it went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from postings.ingest.merge import Claims
from postings.ingest.normalise import READER_VERSION
from postings.ingest.report import Outcome, Report
from postings.models import ImportRun, JobPosting, JobPostingQuerySet, Source

_BUILT_IN = {
    Source.EDITOR: "Editors",
    Source.FILES: "Files",
    Source.SAMPLE: "Sample",
}


def source(slug: str) -> Source:
    """The source of this slug, made on first use."""
    found, _made = Source.objects.get_or_create(
        slug=slug, defaults={"name": _BUILT_IN.get(slug, slug)}
    )
    return found


@dataclass(kw_only=True, slots=True)
class Run:
    """One run of an import, from `begin` to `finish`.

    `row` is its ledger entry, absent in a dry run.
    """

    source_slug: str
    now: datetime
    dry_run: bool
    row: ImportRun | None = None
    claims: Claims = field(default_factory=Claims)


def begin(
    source_slug: str,
    *,
    now: datetime,
    dry_run: bool = False,
    command_line: str = "",
) -> Run:
    """Opens a run; a dry run leaves no trace.

    A run of the source that never closed is shown as interrupted from here on; should
    it be going on after all, it says so itself when it ends.
    """
    run = Run(source_slug=source_slug, now=now, dry_run=dry_run)
    if not dry_run:
        of = source(source_slug)
        ImportRun.objects.filter(source=of, state=ImportRun.State.RUNNING).update(
            state=ImportRun.State.INTERRUPTED, finished_at=now
        )
        run.row = ImportRun.objects.create(
            source=of,
            started_at=now,
            reader_version=READER_VERSION,
            command_line=command_line,
        )
    return run


def finish(run: Run, report: Report, *, state: str, now: datetime) -> None:
    """Closes a run with its counts."""
    if run.row is None:
        return
    row = run.row
    row.state, row.finished_at, row.documents = state, now, report.documents
    for outcome in Outcome:
        setattr(row, outcome.name.lower(), report.outcomes[outcome])
    row.save()


def held(source_slug: str) -> Iterator[str]:
    """The digests of the nodes a source holds as today's reader reads them."""
    rows = holding(source_slug)
    yield from rows.values_list("node_hash", flat=True).iterator(chunk_size=10_000)


def holding(source_slug: str) -> JobPostingQuerySet:
    """The postings of a source whose node need not be read again to be unchanged."""
    return JobPosting.objects.filter(
        source__slug=source_slug,
        reader_version=READER_VERSION,
        withdrawn_at__isnull=True,
        deleted_at__isnull=True,
    ).exclude(node_hash="")
