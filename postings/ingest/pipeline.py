"""The straight line: documents to nodes to postings to rows to a report."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, dropwhile, islice

from django.conf import settings
from django.utils import timezone

from postings.ingest import persist, plan, prepare, read, work
from postings.ingest.prepare import Digests, Entry, Settings
from postings.ingest.read import Document, Portion, Unread
from postings.ingest.report import Outcome, Problem, Recorded, Report, sentence
from postings.ingest.stopping import Stopping
from postings.ingest.web import Visit
from postings.models import ImportRecord, ImportRun, Source

#: Records a transaction writes; small enough that writers do not wait for each other.
BATCH = 500

#: Records a transaction looks at, most of which are held and take little.
MOST = 8 * BATCH

#: Bytes of documents that are kept for a batch until it is stored, and one task more.
MOST_BYTES = 32 * 2**20

#: Seconds after which what has been read is stored, however little: a crawl is slow.
PATIENCE = 5.0


def run(  # noqa: PLR0913 - the one door to an import, with all it may be asked
    documents: Iterable[Document | Unread],
    *,
    source: str,
    now: datetime,
    dry_run: bool = False,
    jobs: int = 1,
    live: bool = False,
    report: Report | None = None,
    tell: Callable[[Recorded], None] | None = None,
    note: Callable[[Problem], None] | None = None,
    beat: Callable[[], None] | None = None,
    asked: persist.Asked | None = None,
    closing: persist.Closing | None = None,
    visit: Visit | None = None,
    draft: plan.Draft | None = None,
) -> Report:
    """Imports documents into a source and returns the sum of what happened.

    `jobs` processes read and clean, this one stores; with one job it does both. Of
    `live` documents, which then come in a thread, what there is gets stored while no
    more of them come: see `sources.are_live`. `tell` hears of every record as it is
    stored, `note` of every problem that is of none; the sum so far is in `report`, where
    one is given. `beat` is called for every piece that is read, and each second in which
    of `live` documents none comes. A dry run is the same work with every batch rolled
    back. With `closing`, what the run did not hold is withdrawn where that is proven. A
    `visit` that documents came by hears of each that is stored. A dry run with a `draft`
    writes there what it would do, for `apply`.

    Raises `persist.Held` where another process is importing this source, `Interrupted`
    after the batch in hand where this one is asked to stop. Memory: a few portions and
    a batch; eight bytes a posting of the source.
    """
    report = Report() if report is None else report
    asked = replace(asked or persist.Asked(), closes_missing=closing is not None)
    with (
        Stopping() as stopping,
        nullcontext() if dry_run else persist.held(source),
        work.Pool(jobs) as pool,
        _opened(source, now, dry_run, asked, report, stopping) as current,
    ):
        importing = _Importing(
            current, report, tell, stopping, visit, beat=beat, note=note
        )
        if draft is not None:
            importing.check, importing.skips = draft.add, False
        portions = _portions(documents, report)
        if live:
            with work.ahead(portions) as found:
                importing.all(pool, found, jobs)
        else:
            importing.all(pool, portions, jobs)
        if visit is not None:
            visit.conclude(report)
        if closing is not None:
            for recorded in persist.withdraw_missing(current, report, closing, now=now):
                importing.say(recorded)
                if draft is not None:
                    draft.withdraw(recorded)
    return report


def apply(  # noqa: PLR0913 - as `run`
    planned: plan.Plan,
    *,
    now: datetime,
    dry_run: bool = False,
    jobs: int = 1,
    report: Report | None = None,
    tell: Callable[[Recorded], None] | None = None,
    beat: Callable[[], None] | None = None,
    asked: persist.Asked | None = None,
    closing: persist.Closing | None = None,
) -> Report:
    """Does exactly what a plan says, or refuses because what it was made on has moved.

    With `closing`, which the plan was made with, what was to be withdrawn is.

    All of it is tried first, as a dry run, while no other import of the source can run.
    An edit that comes between is found in its batch, which is then taken back and is
    the last. Raises `plan.Moved`, and what `run` raises.
    """
    report = Report() if report is None else report
    source = planned.header.source
    asked = replace(asked or persist.Asked(), closes_missing=closing is not None)
    with Stopping() as stopping, persist.held(source), work.Pool(jobs) as pool:

        def carry_out(said: Report, tell: Callable[[Recorded], None] | None) -> None:
            said.incomplete = planned.incomplete
            trial = dry_run or said is not report
            with _opened(
                source, now, trial, asked, said, stopping, explains=True
            ) as current:
                importing = _Importing(
                    current, said, tell, stopping, skips=False, beat=beat
                )
                importing.check = _agreeing(planned.expected())
                importing.all(pool, planned.portions(), jobs)
                if closing is not None:
                    for recorded in persist.withdraw_missing(
                        current, said, closing, now=now, planned=planned.withdrawn
                    ):
                        importing.say(recorded)

        if not dry_run:
            carry_out(Report(), None)
        carry_out(report, tell)
    return report


def _agreeing(expected: Iterator[plan.Expected]) -> persist.Check:
    def check(_entries: Sequence[Entry], stored: Sequence[Recorded]) -> None:
        for recorded in stored:
            next(expected).check(recorded)

    return check


def retry(
    records: Sequence[tuple[ImportRecord, str]],
    *,
    now: datetime,
    asked: persist.Asked | None = None,
    tell: Callable[[Recorded], None] | None = None,
) -> Report:
    """Reads rejected records of one source again, each with the text it is to have.

    As a run of its own. A record leaves the list: what is rejected once more stands
    there as a new one, with its new text. Raises `persist.Held` as `run` does.
    """
    source = records[0][0].run.source.slug
    asked = replace(asked or persist.Asked(), kind=ImportRun.Kind.RETRY)
    report = Report(incomplete=sentence("it was no import of all there is."))
    documents = (_again(*entry) for entry in records)
    with (
        Stopping() as stopping,
        work.Pool(1) as pool,
        persist.held(source),
        _opened(source, now, False, asked, report, stopping) as current,  # noqa: FBT003
    ):
        importing = _Importing(current, report, tell, stopping)
        importing.all(pool, _portions(documents, report), 1)
        persist.settle([record for record, _ in records], run=current)
    return report


@contextmanager
def _opened(
    source: str,
    now: datetime,
    dry_run: bool,  # noqa: FBT001
    asked: persist.Asked,
    report: Report,
    stopping: Stopping,
    *,
    explains: bool = False,
) -> Iterator[persist.Run]:
    """A run from its beginning to its end, however it ends."""
    current: persist.Run | None = None
    state = ImportRun.State.FAILED
    try:
        with stopping.deferred():
            current = persist.begin(
                source,
                now=now,
                dry_run=dry_run,
                explains=explains or dry_run,
                asked=asked,
            )
        report.run_id = current.row.pk if current.row else None
        yield current
        state = ImportRun.State.FINISHED
    except KeyboardInterrupt:
        state = ImportRun.State.INTERRUPTED
        raise
    finally:
        if current is not None:
            with stopping.deferred():
                persist.finish(current, report, state=state, now=timezone.now())


@dataclass(slots=True)
class _Importing:
    """What a run does with each batch: store it, count it, tell of it.

    `check` sees a batch before it is final; without `skips` records that are held as
    they are go the whole way too.
    """

    current: persist.Run
    report: Report
    tell: Callable[[Recorded], None] | None
    stopping: Stopping
    visit: Visit | None = None
    check: persist.Check | None = None
    skips: bool = True
    beat: Callable[[], None] | None = None
    note: Callable[[Problem], None] | None = None

    def all(
        self,
        pool: work.Pool,
        portions: Iterable[Portion | Unread | work.End | None],
        jobs: int,
    ) -> None:
        tasks = iter(work.tasks(self._heard(portions)))
        first = _first(tasks, jobs)
        pool.start(len(first))
        held = persist.known(self.current.source_slug) if self.skips else ()
        known = Settings(settings.TIME_ZONE, Digests(held))
        spoilt: set[str] = set()  # documents a record of which was rejected
        for batch in _batches(pool.work(chain(first, tasks), known), known):
            with self.stopping.deferred():
                stored = persist.save(
                    batch.entries,
                    run=self.current,
                    again=batch.again,
                    check=self.check,
                )
                batch.count(self.report)
                for recorded in stored:
                    self.report.add(recorded)
                spoilt |= batch.rejected(stored) if self.visit else set()
                for problem in batch.notes:
                    self.report.note(problem)
                self._end(batch.ends, spoilt)
                if self.note is not None:
                    for problem in batch.notes:
                        self.note(problem)
                for recorded in stored:  # last: it may fail, and all of it is stored
                    self._hear(recorded)

    def _heard(
        self, portions: Iterable[Portion | Unread | work.End | None]
    ) -> Iterator[Portion | Unread | work.End | None]:
        for portion in portions:
            if self.beat is not None:
                self.beat()
            yield portion

    def _end(self, documents: Iterable[str], spoilt: set[str]) -> None:
        for document in documents:
            self.current.has_read(document)
            if self.visit is not None:
                self.visit.stored(document, accepted=document not in spoilt)
                spoilt.discard(document)

    def say(self, recorded: Recorded) -> None:
        self.report.add(recorded)
        self._hear(recorded)

    def _hear(self, recorded: Recorded) -> None:
        if self.tell is not None:
            self.tell(recorded)


def _first(tasks: Iterator[work.Task | None], count: int) -> list[work.Task | None]:
    """So many tasks, or all there are; after the first a silence stands for a task."""
    found = dropwhile(lambda task: task is None, tasks)
    return list(islice(found, count))


def _portions(
    documents: Iterable[Document | Unread], report: Report
) -> Generator[Portion | Unread | work.End, None, None]:
    for document in documents:
        report.documents += 1
        if isinstance(document, Unread):
            yield document
        else:
            yield from read.portions(document)
            yield work.End(read.storable(document.name))


def _again(record: ImportRecord, text: str) -> Document:
    return Document(
        name=record.document or record.locator,
        content=text.encode(),
        **record.context,
    )


class _Batch:
    """Entries, and the tasks they came from: so many of each from a position on.

    `notes` are the problems met that are of no record, `ends` the documents that are
    read to their end with it.
    """

    def __init__(self, known: Settings) -> None:
        self.entries: list[Entry] = []
        self.notes: list[Problem] = []
        self._known = known
        self._tasks: list[tuple[int, work.Task, int]] = []
        self._written = 0
        self._size = 0
        self.ends: list[str] = []

    def take(self, worked: work.Worked, start: int) -> int:
        """Adds entries from a position of a task until full; how many."""
        self._tasks.append((len(self.entries), worked.task, start))
        self._size += worked.task.size
        before = len(self.entries)
        while not self.is_full() and (entry := next(worked.entries, None)):
            if isinstance(entry, Problem):
                self.notes.append(entry)
                continue
            self.entries.append(entry)
            self._written += not isinstance(entry, prepare.Held)
        return len(self.entries) - before

    def is_empty(self) -> bool:
        return not (self.entries or self.notes or self.ends)

    def is_full(self) -> bool:
        return self._written == BATCH or len(self.entries) == MOST

    def is_heavy(self) -> bool:
        """Whether it keeps so much that no other task should be added."""
        return self._size > MOST_BYTES

    def count(self, report: Report) -> None:
        """Adds the documents this batch begins with to what was dealt with."""
        for _, task, start in self._tasks:
            if start == 0:
                report.size += task.size
                report.document = task.document or report.document

    def rejected(self, stored: Sequence[Recorded]) -> set[str]:
        """The documents of records that were rejected."""
        return {
            entry.document
            for entry, recorded in zip(self.entries, stored, strict=True)
            if recorded.outcome is Outcome.REJECTED
        }

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


def _batches(
    results: Iterable[work.Worked | None], known: Settings
) -> Iterator[_Batch]:
    """Full batches, and one that is not where what is in it has waited long enough.

    Or where nothing comes for a while, which is None.
    """
    batch, began = _Batch(known), time.monotonic()
    for worked in results:
        start = 0
        while worked and (taken := batch.take(worked, start)):
            start += taken
            if batch.is_full():
                yield batch
                batch, began = _Batch(known), time.monotonic()
        batch.ends += worked.task.ends if worked else ()
        if batch.is_empty():
            continue
        late = worked is None or time.monotonic() - began > PATIENCE
        if late or batch.is_heavy():
            yield batch
            batch, began = _Batch(known), time.monotonic()
    if not batch.is_empty():
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
