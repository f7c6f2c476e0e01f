"""Sources and runs: where an import belongs, and how it went."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Count

from postings.ingest.merge import Claims
from postings.ingest.normalise import READER_VERSION
from postings.ingest.persist.lock import is_free
from postings.ingest.report import Outcome, Report
from postings.models import (
    DatabaseState,
    ImportRecord,
    ImportRun,
    JobPosting,
    JobPostingQuerySet,
    Source,
    SourceKey,
)

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

    `row` is its ledger entry, absent in a dry run. `awaited` are the documents that
    open rejections of earlier runs stand in, `read` those of them this run has read to
    their end. One that `explains` says how each posting differs.
    """

    source_slug: str
    now: datetime
    dry_run: bool
    explains: bool = False
    row: ImportRun | None = None
    claims: Claims = field(default_factory=Claims)
    awaited: frozenset[str] = frozenset()
    read: set[str] = field(default_factory=set)

    def has_read(self, document: str) -> None:
        """Notes that a document was read to its end."""
        if document in self.awaited:
            self.read.add(document)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Who asked for a run, and how: for the ledger.

    `operator` is who is logged in on the machine, `user` who is in the admin.
    """

    command_line: str = ""
    operator: str = ""
    user: AbstractBaseUser | None = None
    kind: str = ImportRun.Kind.IMPORT
    undoes: ImportRun | None = None
    closes_missing: bool = False


def begin(
    source_slug: str,
    *,
    now: datetime,
    dry_run: bool = False,
    explains: bool = False,
    asked: Asked | None = None,
) -> Run:
    """Opens a run; a dry run leaves no trace.

    Whoever begins holds the source's lock, so that a run of the source that never
    closed was killed: it is shown as interrupted from here on, with what it stored.
    """
    run = Run(source_slug=source_slug, now=now, dry_run=dry_run, explains=explains)
    if dry_run:
        return run
    asked = asked or Asked()
    of = source(source_slug)
    for killed in ImportRun.objects.filter(source=of, state=ImportRun.State.RUNNING):
        for outcome, count in outcomes_of(killed).items():
            setattr(killed, outcome.name.lower(), count)
        killed.state, killed.finished_at = ImportRun.State.INTERRUPTED, now
        killed.save()
    run.row = ImportRun.objects.create(
        source=of,
        started_at=now,
        reader_version=READER_VERSION,
        **{part.name: getattr(asked, part.name) for part in fields(asked)},
    )
    if run.row.kind == ImportRun.Kind.IMPORT:
        waiting = ImportRecord.objects.waiting().filter(run__source=of)
        run.awaited = frozenset(waiting.values_list("document", flat=True).distinct())
    return run


def finish(run: Run, report: Report, *, state: str, now: datetime) -> None:
    """Closes a run with its counts, and settles what earlier ones had rejected."""
    if run.row is None:
        return
    row = run.row
    row.state, row.finished_at, row.documents = state, now, report.documents
    row.complete = state == ImportRun.State.FINISHED and report.incomplete is None
    row.problems = report.problems_by_code()
    row.remarks = [remark.as_json() for remark in report.remarks]
    for outcome in Outcome:
        setattr(row, outcome.name.lower(), report.outcomes[outcome])
    with transaction.atomic():
        DatabaseState.lock()
        row.save()
        _settle(run, row)


def state_of(run: ImportRun) -> str:
    """The state of a run, which is interrupted once nothing is importing its source.

    A killed run cannot say so itself; the next one of its source writes it down.
    """
    if run.state == ImportRun.State.RUNNING and is_free(run.source.slug):
        return ImportRun.State.INTERRUPTED.value
    return run.state


def outcomes_of(run: ImportRun) -> dict[Outcome, int]:
    """How often there was each outcome.

    Of a run that has not written its end down, be it killed or going on, what its
    records tell: there are none of what was unchanged.
    """
    if run.finished_at is not None:
        return {each: getattr(run, each.name.lower()) for each in Outcome}
    records = run.records.order_by().values_list("outcome").annotate(Count("pk"))
    counts = dict(records)
    return {each: counts.get(each.value, 0) for each in Outcome}


def settle(records: Collection[ImportRecord], *, run: Run) -> None:
    """Takes rejected records off the list: a run has read them again."""
    if run.row is None:
        return
    with transaction.atomic():
        DatabaseState.lock()
        ImportRecord.objects.filter(pk__in=[record.pk for record in records]).update(
            resolved_at=run.now, resolved_by=run.row
        )


def _settle(run: Run, row: ImportRun) -> None:
    """Settles rejections of earlier runs that this one has an answer to.

    Those of a document it has read to the end, which either came again and are in its
    own list or are gone; and those that say they are called what a posting it has seen
    is called.
    """
    earlier = ImportRecord.objects.waiting().filter(run__source=row.source, run__lt=row)
    settled = {"resolved_at": row.finished_at, "resolved_by": row}
    for document in run.read:
        earlier.filter(document=document).update(**settled)
    named: dict[tuple[str, str], set[int]] = {}
    for pk, keys in earlier.exclude(keys=[]).values_list("pk", "keys"):
        for kind, value in keys:
            named.setdefault((kind, value), set()).add(pk)
    if not named:
        return
    seen = SourceKey.objects.filter(
        source=row.source,
        kind__in={kind for kind, _ in named},
        value__among={value for _, value in named},
    )
    came = [
        pk
        for kind, value, last in seen.values_list("kind", "value", "last_run_id")
        if last == row.pk
        for pk in named.get((kind, value), ())
    ]
    earlier.filter(pk__among=came).update(**settled)


def known(source_slug: str) -> Iterator[str]:
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
