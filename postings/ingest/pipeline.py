"""The straight line: documents to nodes to postings to rows to a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from postings.ingest import normalise, persist, read
from postings.ingest.normalise import Normalised
from postings.ingest.read import Document, Unread
from postings.ingest.report import Outcome, Recorded, Report
from postings.ingest.web import Visit
from postings.models import ImportRecord, ImportRun, Source

#: Records a transaction holds; small enough that writers do not wait for each other.
BATCH = 200


@dataclass(kw_only=True, slots=True)
class _Reading:
    """A document of a visit, and how many of its records are read and not yet stored."""

    document: Document
    visit: Visit
    waiting: int = 0
    ended: bool = False
    accepted: bool = True

    def end(self) -> None:
        self.ended = True
        self._settle()

    def stored(self, recorded: Recorded) -> None:
        self.waiting -= 1
        self.accepted &= recorded.outcome is not Outcome.REJECTED
        self._settle()

    def _settle(self) -> None:
        if self.ended and not self.waiting:
            self.visit.stored(self.document, accepted=self.accepted)


def run(
    documents: Iterable[Document | Unread],
    *,
    source: str,
    now: datetime,
    dry_run: bool = False,
    tell: Callable[[Recorded], None] | None = None,
    asked: persist.Asked | None = None,
    closing: persist.Closing | None = None,
    visit: Visit | None = None,
) -> Report:
    """Imports documents into a source and returns the sum of what happened.

    `tell` hears of every record as it is stored. Cleaning happens outside of
    transactions; a dry run is the same work with every batch rolled back. With
    `closing`, what the run did not hold is withdrawn where that is proven. A `visit`
    that documents came by hears of each that is stored. Raises `persist.Held` where another process is importing this source.
    """
    with nullcontext() if dry_run else persist.held(source):
        asked = replace(asked or persist.Asked(), closes_missing=closing is not None)
        current = persist.begin(source, now=now, dry_run=dry_run, asked=asked)
        report = Report()
        state = ImportRun.State.FAILED
        try:
            _read(documents, current, report, tell, visit)
            if visit is not None:
                visit.conclude(report)
            if closing is not None:
                for recorded in persist.withdraw_missing(
                    current, report, closing, now=now
                ):
                    _say(recorded, report, tell)
            state = ImportRun.State.FINISHED
        except KeyboardInterrupt:
            state = ImportRun.State.INTERRUPTED
            raise
        finally:
            persist.finish(current, report, state=state, now=timezone.now())
    return report


def _read(
    documents: Iterable[Document | Unread],
    current: persist.Run,
    report: Report,
    tell: Callable[[Recorded], None] | None,
    visit: Visit | None = None,
) -> None:
    batch: list[read.Node | Unread] = []
    readings: list[_Reading | None] = []
    for document in documents:
        report.documents += 1
        found = [document] if isinstance(document, Unread) else read.nodes(document)
        reading = None
        if visit is not None and isinstance(document, Document):
            reading = _Reading(document=document, visit=visit)
        for entry in found:
            batch.append(entry)
            readings.append(reading)
            if reading is not None:
                reading.waiting += 1
            if len(batch) == BATCH:
                _store(batch, readings, current, report, tell)
                batch, readings = [], []
        if isinstance(document, Document):
            current.has_read(read.storable(document.name))
        if reading is not None:
            reading.end()
    _store(batch, readings, current, report, tell)


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
    report = Report()
    with persist.held(source):
        current = persist.begin(source, now=now, asked=asked)
        state = ImportRun.State.FAILED
        try:
            _read((_again(*entry) for entry in records), current, report, tell)
            persist.settle([record for record, _ in records], run=current)
            state = ImportRun.State.FINISHED
        except KeyboardInterrupt:
            state = ImportRun.State.INTERRUPTED
            raise
        finally:
            report.incomplete = "it was no import of all there is"
            persist.finish(current, report, state=state, now=timezone.now())
    return report


def _again(record: ImportRecord, text: str) -> Document:
    return Document(
        name=record.document or record.locator,
        content=text.encode(),
        **record.context,
    )


def _say(
    recorded: Recorded, report: Report, tell: Callable[[Recorded], None] | None
) -> None:
    report.add(recorded)
    if tell is not None:
        tell(recorded)


def _store(
    batch: list[read.Node | Unread],
    readings: list[_Reading | None],
    current: persist.Run,
    report: Report,
    tell: Callable[[Recorded], None] | None,
) -> None:
    digests = {entry.digest for entry in batch if isinstance(entry, read.Node)}
    known = persist.known(digests, run=current)
    arrived: list[Normalised | Unread] = [
        entry
        if isinstance(entry, Unread)
        else normalise.posting(
            entry,
            site_zone=settings.TIME_ZONE,
            long_texts=entry.digest not in known,
        )
        for entry in batch
    ]
    saved = persist.save(arrived, run=current)
    for recorded, reading in zip(saved, readings, strict=True):
        _say(recorded, report, tell)
        if reading is not None:
            reading.stored(recorded)


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
                (entry, normalise.posting(entry.node, site_zone=settings.TIME_ZONE))
                for entry in kept
            ]
            for recorded in persist.reread(read_again, source, now=now):
                _say(recorded, report, tell)
    return report
