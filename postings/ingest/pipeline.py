"""The straight line: documents to nodes to postings to rows to a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice

from django.conf import settings
from django.utils import timezone

from postings.ingest import persist, prepare, read, work
from postings.ingest.prepare import Digests, Entry, Settings
from postings.ingest.read import Document, Portion, Unread
from postings.ingest.report import Recorded, Report
from postings.ingest.stopping import Stopping
from postings.models import ImportRun, Source

#: Records a transaction holds; small enough that writers do not wait for each other.
BATCH = 500


def run(
    documents: Iterable[Document | Unread],
    *,
    source: str,
    now: datetime,
    dry_run: bool = False,
    jobs: int = 1,
    report: Report | None = None,
    tell: Callable[[Recorded], None] | None = None,
    command_line: str = "",
) -> Report:
    """Imports documents into a source and returns the sum of what happened.

    `jobs` processes read and clean, this one stores; with one job it does both. `tell`
    hears of every record as it is stored; the sum so far is in `report`, where one is
    given. A dry run is the same work with every batch rolled back. Raises `Interrupted` after the batch in hand where the process is
    asked to stop. Memory: a few portions and a batch; eight bytes a posting of the
    source.
    """
    report = Report() if report is None else report
    current: persist.Run | None = None
    state = ImportRun.State.FAILED
    with Stopping() as stopping, work.Pool(jobs) as pool:
        tasks = iter(work.tasks(_portions(documents, report)))
        first = list(islice(tasks, jobs))
        pool.start(len(first))  # before there is a connection to the database
        try:
            with stopping.deferred():
                current = persist.begin(
                    source, now=now, dry_run=dry_run, command_line=command_line
                )
            report.run_id = current.row.pk if current.row else None
            known = Settings(settings.TIME_ZONE, Digests(persist.held(source)))
            for batch in _batches(pool.work(chain(first, tasks), known), known):
                with stopping.deferred():
                    stored = persist.save(batch.entries, run=current, again=batch.again)
                    batch.count(report)
                    for recorded in stored:
                        report.add(recorded)
                        if tell is not None:
                            tell(recorded)
            state = ImportRun.State.FINISHED
        except KeyboardInterrupt:
            state = ImportRun.State.INTERRUPTED
            raise
        finally:
            if current is not None:
                with stopping.deferred():
                    persist.finish(current, report, state=state, now=timezone.now())
    return report


def _portions(
    documents: Iterable[Document | Unread], report: Report
) -> Iterator[Portion | Unread]:
    for document in documents:
        report.documents += 1
        if isinstance(document, Unread):
            yield document
        else:
            yield from read.portions(document)


class _Batch:
    """Entries, and the tasks they came from: so many of each from a position on."""

    def __init__(self, known: Settings) -> None:
        self.entries: list[Entry] = []
        self._known = known
        self._tasks: list[tuple[int, work.Task, int]] = []

    def take(self, worked: work.Worked, start: int) -> int:
        """Adds entries from a position of a task until full; how many."""
        self._tasks.append((len(self.entries), worked.task, start))
        taken = list(islice(worked.entries, BATCH - len(self.entries)))
        self.entries += taken
        return len(taken)

    def count(self, report: Report) -> None:
        """Adds the documents this batch begins with to what was dealt with."""
        for _, task, start in self._tasks:
            if start == 0:
                report.size += task.size
                report.document = task.document or report.document

    def again(self, positions: Sequence[int]) -> list[Entry]:
        """The entries at these positions, prepared though they seemed to be held."""
        found: dict[int, Entry] = {}
        for number, (begins, task, start) in enumerate(self._tasks):
            later = self._tasks[number + 1 :]
            ends = later[0][0] if later else len(self.entries)
            mine = [position for position in positions if begins <= position < ends]
            if mine:
                digests = {
                    entry.digest
                    for position in mine
                    if isinstance(entry := self.entries[position], prepare.Held)
                }
                read_again = work.again(task, digests, self._known)
                found |= {at: read_again[at - begins + start] for at in mine}
        return [found[position] for position in positions]


def _batches(results: Iterable[work.Worked], known: Settings) -> Iterator[_Batch]:
    batch = _Batch(known)
    for worked in results:
        start = 0
        while taken := batch.take(worked, start):
            start += taken
            if len(batch.entries) == BATCH:
                yield batch
                batch = _Batch(known)
    if batch.entries:
        yield batch


def reread(
    *, now: datetime, all_: bool = False, tell: Callable[[Recorded], None] | None = None
) -> Report:
    """Reads kept nodes again and rebuilds the columns of their postings.

    Those of an older `READER_VERSION`, or all of them. What an editor changed stays.
    Interrupted, it goes on where it was when it is begun again.
    """
    report = Report()
    for source in Source.objects.order_by("slug"):
        after = 0
        while kept := persist.kept(source, after=after, size=BATCH, all_=all_):
            after = kept[-1].posting_id
            read_again = [
                (entry, prepare.complete(entry.node, settings.TIME_ZONE))
                for entry in kept
            ]
            for recorded in persist.reread(read_again, source, now=now):
                report.add(recorded)
                if tell is not None:
                    tell(recorded)
    return report
