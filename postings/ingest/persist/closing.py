"""Postings that are gone from their source are withdrawn, where that is proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from postings.ingest.persist.edits import touch
from postings.ingest.persist.run import Run, source
from postings.ingest.plan import Moved
from postings.ingest.report import Outcome, Recorded, Report, Sentence, sentence
from postings.models import (
    DatabaseState,
    ImportRecord,
    ImportRun,
    JobPosting,
    JobPostingQuerySet,
    Source,
    SourceKey,
)

#: Postings a transaction withdraws.
_BATCH = 200

GONE = str(sentence("Gone from its source."))


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """What proof it takes that a posting is gone.

    It was missing from `misses` complete runs in a row that were asked to close, this
    one among them. Neither what this run was the first to miss nor what it would close
    is more than `max_share` percent of the open postings of the source. A run
    without any record proves nothing unless `allow_empty`. `expect`: how many records
    there are at least, as the operator knows.
    """

    misses: int = 2
    max_share: int = 30
    allow_empty: bool = False
    expect: int = 0


def withdraw_missing(
    run: Run,
    report: Report,
    closing: Closing,
    *,
    now: datetime,
    planned: Sequence[int] | None = None,
) -> Iterator[Recorded]:
    """Withdraws what is gone, or says in the report why nothing is.

    To be called after everything was read. A refused run counts as no miss. Withdrawn
    postings keep row, address and keys, so that coming back opens them again. Raises
    `plan.Moved` where those are not the `planned` ones.
    """
    of = source(run.source_slug) if run.row else _existing(run.source_slug)
    refusal = _unproven(of, report, closing)
    due: list[int] = []
    waiting = 0
    if not refusal:
        counted = _counted(run, of, closing.misses - 1)
        missing = _missing(run, of, now)
        first_missed = [
            pk for pk, last in missing.items() if not counted or last >= counted[0]
        ]
        if len(counted) == closing.misses - 1:
            due = [
                pk for pk, last in missing.items() if not counted or last < counted[-1]
            ]
        waiting = len(missing) - len(due)
        total = JobPosting.objects.filter(source=of).open(now).count()
        most = total * closing.max_share
        figures = {"total": total, "share": closing.max_share}
        if len(due) * 100 > most:
            refusal = sentence(
                "more than {share} percent of the open postings of the source would be "
                "closed, {count} of {total} (--max-share).",
                count=len(due),
                **figures,
            )
        elif len(first_missed) * 100 > most:
            refusal = sentence(
                "more than {share} percent of the open postings of the source are "
                "missing for the first time, {count} of {total} (--max-share).",
                count=len(first_missed),
                **figures,
            )
    if planned is not None and set(planned) != set(due if not refusal else ()):
        raise Moved(
            f"{len(planned)} postings were planned to be withdrawn, and now it would be "
            f"{0 if refusal else len(due)}, or others."
        )
    if refusal:
        report.incomplete = report.incomplete or refusal
        report.remarks.append(sentence("Nothing was closed: {cause}", cause=refusal))
        return
    if waiting:
        report.remarks.append(
            sentence(
                "Missing postings that stay open: {count}. They are closed once complete "
                "runs in a row have missed them as often as --misses says, {misses} times.",
                count=waiting,
                misses=closing.misses,
            )
        )
    for start in range(0, len(due), _BATCH):
        yield from _withdraw(due[start : start + _BATCH], run, now)


def _existing(slug: str) -> Source | None:
    return Source.objects.filter(slug=slug).first()


def _unproven(of: Source | None, report: Report, closing: Closing) -> Sentence | None:
    """Why this run proves nothing about what it does not hold; None where it does."""
    if of is not None and of.vanished_policy == Source.VanishedPolicy.KEEP:
        return sentence("the source is set to keep vanished postings open.")
    if report.incomplete:
        return sentence("the run was not complete: {cause}", cause=report.incomplete)
    if report.records < closing.expect:
        return sentence(
            "the run was not complete: records that came: {count}, expected: {expected} "
            "(--expect).",
            count=report.records,
            expected=closing.expect,
        )
    if not report.records and not closing.allow_empty:
        return sentence(
            "the run held no record at all (--allow-empty where that is right)."
        )
    return None


def _counted(run: Run, of: Source | None, count: int) -> list[int]:
    """The ids of the latest runs that misses are counted in, newest first."""
    runs = ImportRun.objects.filter(
        source=of, state=ImportRun.State.FINISHED, complete=True, closes_missing=True
    )
    if run.row is not None:
        runs = runs.filter(pk__lt=run.row.pk)
    return list(runs.order_by("-pk").values_list("pk", flat=True)[:count])


def _listed(of: Source | None, now: datetime) -> JobPostingQuerySet:
    """What could be closed: neither deleted, nor withdrawn, nor past its date."""
    return JobPosting.objects.filter(
        Q(valid_through__isnull=True) | Q(valid_through__gte=now),
        source=of,
        deleted_at__isnull=True,
        withdrawn_at__isnull=True,
    )


def _missing(run: Run, of: Source | None, now: datetime) -> dict[int, int]:
    """What could be closed and this run has not seen, and the last run that saw it.

    Zero where that run is no longer in the ledger.
    """
    keys = SourceKey.objects.filter(source=of, posting__in=_listed(of, now))
    last_seen = keys.values("posting").annotate(last=Max("last_run"))
    if run.row is not None:
        last_seen = last_seen.filter(Q(last__isnull=True) | Q(last__lt=run.row.pk))
    return {
        pk: last or 0
        for pk, last in last_seen.order_by("posting").values_list("posting", "last")
        if run.row is not None
        or not (pk in run.claims.postings or pk in run.claims.seen)
    }


def _withdraw(ids: Sequence[int], run: Run, now: datetime) -> list[Recorded]:
    of = JobPosting.objects.get(pk=ids[0]).source
    with transaction.atomic():
        DatabaseState.lock()
        rows = list(_listed(of, now).filter(pk__in=ids).only("pk", "title"))
        found = JobPosting.objects.filter(pk__in=[row.pk for row in rows])
        recorded = [
            Recorded(
                outcome=Outcome.WITHDRAWN,
                locator=f"posting {row.pk}",
                title=row.title,
                posting_id=row.pk,
            )
            for row in rows
        ]
        if run.row is not None:
            found.update(withdrawn_at=now, withdrawn_reason=GONE)
            touch(found)
            ImportRecord.objects.bulk_create(
                ImportRecord(
                    run=run.row,
                    posting_id=entry.posting_id,
                    outcome=entry.outcome.value,
                    locator=entry.locator,
                )
                for entry in recorded
            )
    return recorded
