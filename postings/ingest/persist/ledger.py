"""The ledger is kept for a while, and what still waits for somebody for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from postings.ingest.report import Outcome
from postings.models import ImportConflict, ImportRecord, ImportRun, SourceKey

#: Rows a transaction deletes.
_BATCH = 500


@dataclass(slots=True)
class Pruned:
    """How many rows of the ledger went, or would go."""

    records: int = 0
    runs: int = 0


def prune(before: datetime, *, dry_run: bool = False) -> Pruned:
    """Deletes records of runs begun before an instant, and runs nothing refers to.

    What stays: records with an open conflict, rejections nobody has settled, runs that
    such a record is of, that a posting was last seen in, or that are still going on.
    A run without its records can no longer be undone.
    """
    open_conflict = ImportConflict.objects.filter(
        record=OuterRef("pk"), resolution=ImportConflict.Resolution.OPEN
    )
    records = ImportRecord.objects.filter(run__started_at__lt=before).exclude(
        Q(outcome=Outcome.REJECTED.value, resolved_at__isnull=True)
        | Q(Exists(open_conflict))
    )
    over = ImportRun.objects.filter(started_at__lt=before).exclude(
        state=ImportRun.State.RUNNING
    )
    # After what is over, which no key comes to name any more; all keys, but only once.
    old = set(over.values_list("pk", flat=True))
    last_seen = SourceKey.objects.order_by().values_list("last_run_id", flat=True)
    runs = ImportRun.objects.filter(pk__among=old.difference(last_seen.distinct()))
    if dry_run:
        kept = ImportRecord.objects.filter(run=OuterRef("pk")).exclude(pk__in=records)
        return Pruned(records.count(), runs.exclude(Exists(kept)).count())
    pruned = Pruned()
    while ids := list(records.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            ImportRecord.objects.filter(pk__in=ids).delete()
        pruned.records += len(ids)
    runs = runs.exclude(Exists(ImportRecord.objects.filter(run=OuterRef("pk"))))
    while ids := list(runs.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            ImportRun.objects.filter(pk__in=ids).delete()
        pruned.runs += len(ids)
    return pruned
