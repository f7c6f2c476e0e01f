"""Where an editor and a source disagree: the one's value or the other's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import OperationalError, transaction
from django.db.models import QuerySet

from postings import schemaorg
from postings.ingest import merge, prepare
from postings.ingest.persist.reread import kept_node, reread
from postings.ingest.prepare import Rejected
from postings.ingest.report import Refusal, sentence
from postings.models import DatabaseState, ImportConflict, JobPosting, columns
from postings.search import index

#: How often an edit is given back while imports replace the node, before giving up.
_ATTEMPTS = 10


class NothingToTake(Refusal):
    """The posting has no source, or its node cannot be read."""


def give_back(
    posting_id: int,
    names: Collection[str],
    *,
    now: datetime,
    user: AbstractBaseUser | None = None,
) -> None:
    """Takes the feed's values of edited properties, and their marks off.

    From then on imports write them again. Open conflicts over them are resolved. Raises
    `NothingToTake` where there is no feed to take from.
    """
    for _attempt in range(_ATTEMPTS):
        row = JobPosting.objects.select_related("node", "source").get(pk=posting_id)
        if not row.node_hash:
            raise NothingToTake(
                sentence("This posting was written here; no feed has it.")
            )
        was = kept_node(row)
        read = prepare.complete(was.node, settings.TIME_ZONE)
        if isinstance(read, Rejected):
            raise NothingToTake(
                sentence("What the feed said last can no longer be read.")
            )
        with transaction.atomic():
            DatabaseState.lock()
            stored = JobPosting.objects.get(pk=posting_id)
            left = [name for name in stored.edited_fields if name not in names]
            JobPosting.objects.filter(pk=posting_id).update(edited_fields=left)
            if reread([(was, read)], row.source, now=now):
                _open(posting_id, names).update(
                    resolution=ImportConflict.Resolution.TAKEN,
                    resolved_at=now,
                    resolved_by=user,
                )
                index.sync_soon()
                return
            transaction.set_rollback(True)  # an import came between
    raise OperationalError("Imports write this posting without a pause.")


def keep_edits(
    conflicts: QuerySet[ImportConflict],
    *,
    now: datetime,
    user: AbstractBaseUser | None = None,
) -> int:
    """Resolves conflicts in favour of what the editor wrote; how many were open."""
    return conflicts.filter(resolution=ImportConflict.Resolution.OPEN).update(
        resolution=ImportConflict.Resolution.KEPT, resolved_at=now, resolved_by=user
    )


def edited_again(row: JobPosting, names: Iterable[str], *, now: datetime) -> None:
    """Brings open conflicts up to date with what an editor just wrote.

    Cost: one query where there is no open conflict.
    """
    conflicts = list(_open(row.pk, list(names)))
    if not conflicts:
        return
    posting = columns.posting_of(JobPosting.objects.get(pk=row.pk))
    for conflict in conflicts:
        value = getattr(posting, schemaorg.attribute(conflict.property))
        conflict.ours = merge.words(value)
        if conflict.ours == conflict.theirs:
            conflict.resolution = ImportConflict.Resolution.AGREED
            conflict.resolved_at = now
        conflict.save(update_fields=("ours", "resolution", "resolved_at"))


def _open(posting_id: int, names: Collection[str]) -> QuerySet[ImportConflict]:
    return ImportConflict.objects.filter(
        posting_id=posting_id,
        property__in=names,
        resolution=ImportConflict.Resolution.OPEN,
    )
