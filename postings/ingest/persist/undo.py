"""A run taken back: what it brought goes, what it changed is as before, edits stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from postings.ingest import normalise, prepare
from postings.ingest.persist.batch import Batch, Before, Prior
from postings.ingest.persist.edits import touch
from postings.ingest.persist.lock import held
from postings.ingest.persist.reread import node_of
from postings.ingest.persist.run import Asked, Run, begin, finish
from postings.ingest.prepare import Prepared, Rejected
from postings.ingest.read import Node
from postings.ingest.report import (
    Outcome,
    Recorded,
    Refusal,
    Report,
    Sentence,
    sentence,
)
from postings.models import (
    DatabaseState,
    ImportConflict,
    ImportRecord,
    ImportRun,
    JobPosting,
)

#: Records a transaction takes back.
_BATCH = 100

#: How many postings the remarks of a run name; the rest are counted.
_NAMED = 500

UNDONE = str(sentence("The import that brought it was undone."))

#: Outcomes that changed a posting.
_WRITTEN = tuple(
    outcome.value
    for outcome in (
        Outcome.CREATED,
        Outcome.UPDATED,
        Outcome.REOPENED,
        Outcome.CONFLICT,
        Outcome.WITHDRAWN,
    )
)


#: Of runs that undo: those that found something to take back.
_TOOK_BACK = Q(withdrawn__gt=0) | Q(updated__gt=0) | Q(reopened__gt=0)


class CannotUndo(Refusal):
    """There is nothing to take back."""


def undo(
    of: ImportRun,
    *,
    now: datetime,
    asked: Asked | None = None,
    dry_run: bool = False,
    tell: Callable[[Recorded], None] | None = None,
) -> Report:
    """Takes back what a run wrote, as a run of its own that can be undone in turn.

    Postings it created are withdrawn, updated ones get the node it replaced, withdrawn
    ones are open again. A posting that a later run changed too is left as it is, unless
    that run was undone. What editors changed stays; both are named in the remarks.
    Raises `CannotUndo`, and `Held` while the source is being imported.
    """
    slug = of.source.slug
    with nullcontext() if dry_run else held(slug):
        _refuse(of)
        asked = replace(asked or Asked(), kind=ImportRun.Kind.UNDO, undoes=of)
        run = begin(slug, now=now, dry_run=dry_run, asked=asked)
        report = Report()
        state = ImportRun.State.FAILED
        undoing = _Undoing(of, run)
        try:
            for recorded in undoing.all():
                report.add(recorded)
                if tell is not None:
                    tell(recorded)
            state = ImportRun.State.FINISHED
        except KeyboardInterrupt:
            state = ImportRun.State.INTERRUPTED
            raise
        finally:
            report.remarks += undoing.remarks()
            report.incomplete = sentence("it was no import.")
            finish(run, report, state=state, now=timezone.now())
    return report


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """What undoing a run would do, in numbers of postings.

    `restored` get back what was read before, where that differs; `edited` are those of
    all these that keep edits. `left` stay as later runs made them; `named` are the
    first of these.
    """

    withdrawn: int
    restored: int
    reopened: int
    edited: int
    left: int
    named: tuple[JobPosting, ...]


def foreseen(of: ImportRun) -> Foreseen:
    """What `undo` would do just now, without reading or writing a posting.

    Raises `CannotUndo` as it does. Cost: at most nine queries, whatever the run wrote.
    """
    _refuse(of)
    later = Exists(_later(of, _void(of, None)).filter(posting=OuterRef("posting")))
    written = _changed_by(of)
    mine = written.exclude(later)
    counts = dict(mine.values_list("outcome").annotate(Count("pk")))
    withdrawn, reopened = (
        counts.pop(outcome.value, 0) for outcome in (Outcome.CREATED, Outcome.WITHDRAWN)
    )
    left = written.filter(later)
    return Foreseen(
        withdrawn=withdrawn,
        restored=sum(counts.values()),
        reopened=reopened,
        edited=mine.exclude(posting__edited_fields=[]).count(),
        left=left.count(),
        named=tuple(
            JobPosting.objects.filter(pk__in=left.values("posting")).order_by("pk")[
                :_SAMPLE
            ]
        ),
    )


#: How many postings a foresight names.
_SAMPLE = 20


def _refuse(of: ImportRun) -> None:
    finished = ImportRun.State.FINISHED
    undone = of.undone_by.filter(_TOOK_BACK, state=finished)
    by = undone.exclude(undone_by__state=finished).first()
    if by is not None:
        raise CannotUndo(
            sentence(
                "Run {run} was undone by run {by}, which can be undone.",
                run=str(of.pk),
                by=str(by.pk),
            )
        )
    later, written = _later(of, _void(of, None)), _changed_by(of)
    if written.exclude(Exists(later.filter(posting=OuterRef("posting")))).exists():
        return
    run = str(of.pk)
    again = later.filter(posting__in=written.values("posting")).order_by("-run").first()
    if again is not None:
        why = sentence(
            "All that run {run} changed was changed again by later runs, the last of "
            "them {by}: undo the newest first.",
            run=run,
            by=str(again.run_id),
        )
    elif of.created + of.updated + of.reopened + of.conflict + of.withdrawn:
        why = sentence(
            "Run {run} can no longer be undone: its records were pruned.", run=run
        )
    else:
        why = sentence("Run {run} changed no posting.", run=run)
    raise CannotUndo(why)


@dataclass(slots=True)
class _Step:
    """One posting the run wrote, and the node it is to have again, read."""

    record: ImportRecord
    row: JobPosting
    read: Prepared | None


class _Undoing:
    """One run being taken back, newest record first."""

    def __init__(self, of: ImportRun, run: Run) -> None:
        self._of = of
        self._run = run
        self._void = _void(of, run)
        self.edited: list[Sentence] = []
        self.left: list[Sentence] = []

    def all(self) -> Iterator[Recorded]:
        before = None
        while records := self._records(before):
            before = records[-1].pk
            yield from self._take_back(records)
        if not self._run.dry_run:
            ImportConflict.objects.filter(
                record__run=self._of, resolution=ImportConflict.Resolution.OPEN
            ).update(
                resolution=ImportConflict.Resolution.UNDONE, resolved_at=self._run.now
            )

    def remarks(self) -> list[Sentence]:
        found = [*self.edited[:_NAMED], *self.left[:_NAMED]]
        if (more := len(self.edited) - _NAMED) > 0:
            found.append(
                sentence("More postings that keep edits: {count}.", count=more)
            )
        if (more := len(self.left) - _NAMED) > 0:
            found.append(
                sentence(
                    "More postings that were left as they are: {count}.", count=more
                )
            )
        return found

    def _records(self, before: int | None) -> list[ImportRecord]:
        records = _changed_by(self._of).order_by("-pk")
        if before is not None:
            records = records.filter(pk__lt=before)
        return list(records[:_BATCH])

    def _take_back(self, records: Sequence[ImportRecord]) -> list[Recorded]:
        """Reads what is needed first; nothing is read while the database is locked."""
        steps = list(self._steps(records))
        befores = {step.row.pk: _before(step.row) for step in steps if step.read}
        with transaction.atomic():
            DatabaseState.lock()
            recorded = self._store(steps, befores)
            if self._run.dry_run:
                transaction.set_rollback(True)
        return recorded

    def _steps(self, records: Sequence[ImportRecord]) -> Iterator[_Step]:
        rows = JobPosting.objects.select_related("node").in_bulk(
            [pk for record in records if (pk := record.posting_id)]
        )
        later = dict(
            _later(self._of, self._void)
            .filter(posting__in=rows)
            .values_list("posting", "run")
        )
        for record in records:
            row = rows[record.posting_id or 0]
            named = {"number": str(row.pk), "title": row.title}
            read = replaced(record)
            if row.pk in later:
                self.left.append(
                    sentence(
                        "Posting {number} ({title}) was changed again by run {run} and "
                        "left as it is.",
                        run=str(later[row.pk]),
                        **named,
                    )
                )
            elif isinstance(read, Rejected):
                self.left.append(
                    sentence(
                        "Posting {number} ({title}) was left as it is: what it was read "
                        "from before can no longer be read.",
                        **named,
                    )
                )
            else:
                if row.edited_fields:
                    edits = ", ".join(row.edited_fields)
                    self.edited.append(
                        sentence(
                            "Posting {number} ({title}) keeps its edits of {edits}.",
                            edits=edits,
                            **named,
                        )
                    )
                yield _Step(record, row, read)

    def _store(
        self, steps: Sequence[_Step], befores: Mapping[int, Before]
    ) -> list[Recorded]:
        run = Run(source_slug=self._run.source_slug, now=self._run.now, dry_run=False)
        batch = Batch(run, self._of.source, Prior(befores))
        moved = {
            entry.posting_id
            for entry in batch.reread({s.row.pk: s.read for s in steps if s.read})
            if entry.outcome is not Outcome.UNCHANGED
        }
        ledger: list[ImportRecord] = []
        turned: dict[str | None, list[int]] = {}
        for step in steps:
            pk, kept = step.row.pk, batch.replaced.get(step.row.pk)
            outcome = Outcome.UPDATED if pk in moved else Outcome.UNCHANGED
            reason = _reason(step.record)
            if reason != "":
                turned.setdefault(reason, []).append(pk)
                outcome = Outcome.WITHDRAWN if reason else Outcome.REOPENED
            if reason is None:
                kept = {**(kept or {}), "withdrawn_reason": step.row.withdrawn_reason}
            ledger.append(
                ImportRecord(
                    run=self._run.row,
                    posting_id=pk,
                    outcome=outcome.value,
                    locator=f"posting {pk}",
                    replaced_node=kept,
                )
            )
        for reason, ids in turned.items():
            rows = JobPosting.objects.filter(pk__in=ids)
            rows.update(
                withdrawn_at=self._run.now if reason else None,
                withdrawn_reason=reason or "",
            )
            touch(rows)
        if self._run.row is not None:
            ImportRecord.objects.bulk_create(
                record for record in ledger if record.outcome != Outcome.UNCHANGED.value
            )
        return [
            Recorded(
                outcome=Outcome(record.outcome),
                locator=record.locator,
                title=step.row.title,
                posting_id=step.row.pk,
            )
            for record, step in zip(ledger, steps, strict=True)
        ]


def _changed_by(of: ImportRun) -> QuerySet[ImportRecord]:
    """What a run wrote of postings that are still there."""
    return of.records.filter(outcome__in=_WRITTEN, posting__isnull=False).order_by()


def _later(of: ImportRun, void: set[int]) -> QuerySet[ImportRecord]:
    """What runs after this one wrote, all but those that count for nothing."""
    return ImportRecord.objects.filter(run__gt=of, outcome__in=_WRITTEN).exclude(
        run__in=void
    )


def _void(of: ImportRun, run: Run | None) -> set[int]:
    """Later runs that count for nothing: undone ones, what undid them, and this one.

    So do earlier attempts at this one that did not come to their end.
    """
    finished = Q(state=ImportRun.State.FINISHED)
    pairs = ImportRun.objects.filter(
        (_TOOK_BACK & finished & Q(undoes__gt=of)) | (~finished & Q(undoes=of)),
        source=of.source,
        kind=ImportRun.Kind.UNDO,
    ).values_list("pk", "undoes")
    void = {pk for pair in pairs for pk in pair if pk is not None}
    return void | ({run.row.pk} if run and run.row else set())


def replaced(record: ImportRecord) -> Prepared | Rejected | None:
    """The node a record replaced, as today's code reads it; None where it kept none."""
    was = record.replaced_node
    if was is None or "data" not in was:
        return None
    node = Node(
        data=was["data"],
        locator=f"posting {record.posting_id}",
        **{name: was.get(name, "") for name in ("page", "language", "address")},
    )
    return prepare.complete(node, settings.TIME_ZONE)


def _before(row: JobPosting) -> Before:
    now = normalise.posting(node_of(row), site_zone=settings.TIME_ZONE).posting
    return Before(
        node_hash=row.node_hash,
        edited=bool(row.edited_fields),
        posting=now,
        employer=now.hiring_organization if now else None,
    )


def _reason(record: ImportRecord) -> str | None:
    """Why the posting is to be withdrawn; None: it is to be open, "": as it is."""
    match record.outcome:
        case Outcome.CREATED:
            return UNDONE
        case Outcome.WITHDRAWN:
            return None
        case _:
            return str((record.replaced_node or {}).get("withdrawn_reason", ""))
