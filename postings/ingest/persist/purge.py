"""What an editor deleted long ago goes for good, once no import can bring it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from postings.ingest.persist.lock import Held, held
from postings.ingest.report import Outcome
from postings.models import (
    DatabaseState,
    ImportRecord,
    ImportRun,
    JobPosting,
    JobPostingQuerySet,
    Source,
    Tombstone,
)

#: Postings a transaction deletes, with all that is theirs.
_BATCH = 200


@dataclass(slots=True)
class Purged:
    """How many postings went, or would go, and how many stay though they are due.

    `listed`: an import met them lately. `unproven`: no import shows that their source
    has them no longer. `busy` are the sources that were being imported.
    """

    postings: int = 0
    listed: int = 0
    unproven: int = 0
    busy: list[str] = field(default_factory=list)


def purge(
    before: datetime,
    *,
    source: Source | None = None,
    without_proof: bool = False,
    dry_run: bool = False,
) -> Purged:
    """Deletes the rows and keys of postings that editors deleted before an instant.

    A tombstone stays, so that the address goes on answering 410. With the keys goes the
    memory that an editor deleted it: a source that still had it would bring it in anew.
    So a posting stays which an import has met since the instant, and, unless
    `without_proof`, one of a source that no complete run that closes what is missing
    was of since. What editors wrote has no source that could bring it back.
    """
    purged = Purged()
    deleted = JobPosting.objects.filter(deleted_at__lt=before)
    sources = Source.objects.filter(pk__in=deleted.values("source")).order_by("slug")
    for each in sources.filter(pk=source.pk) if source else sources:
        due = deleted.filter(source=each)
        if each.slug != Source.EDITOR:
            met = ImportRecord.objects.filter(
                posting=OuterRef("pk"),
                outcome=Outcome.DELETED_BY_EDITOR.value,
                run__started_at__gte=before,
            )
            listed = due.filter(Exists(met)).count()
            purged.listed += listed
            if not (without_proof or _is_proven(each, before)):
                purged.unproven += due.count() - listed
                continue
            due = due.exclude(Exists(met))
        if dry_run:
            purged.postings += due.count()
            continue
        try:
            with held(each.slug):
                purged.postings += _purge(due)
        except Held:
            purged.busy.append(each.slug)
    return purged


def _is_proven(source: Source, since: datetime) -> bool:
    """Whether a run has shown what the source has, and its records still tell of it."""
    met = ImportRecord.objects.filter(
        run=OuterRef("pk"), outcome=Outcome.DELETED_BY_EDITOR.value
    )
    return ImportRun.objects.filter(
        Q(deleted_by_editor=0) | Exists(met),
        source=source,
        kind=ImportRun.Kind.IMPORT,
        state=ImportRun.State.FINISHED,
        complete=True,
        closes_missing=True,
        started_at__gte=since,
    ).exists()


def _purge(due: JobPostingQuerySet) -> int:
    count = 0
    while ids := _first(due):
        with transaction.atomic():
            DatabaseState.lock()
            # An editor may have taken a deletion back meanwhile.
            gone = _first(due.filter(pk__in=ids))
            first = DatabaseState.draw(len(gone))
            Tombstone.objects.bulk_create(
                Tombstone(posting_id=pk, revision=first + number)
                for number, pk in enumerate(gone)
            )
            JobPosting.objects.filter(pk__in=gone).delete()
        count += len(gone)
    return count


def _first(due: JobPostingQuerySet) -> list[int]:
    return list(due.order_by("pk").values_list("pk", flat=True)[:_BATCH])
