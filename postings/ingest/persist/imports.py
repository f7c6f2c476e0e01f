"""What imports store: batches of records, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.conf import settings
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    transaction,
)

from postings import schemaorg
from postings.ingest import merge, normalise
from postings.ingest.normalise import Normalised
from postings.ingest.persist.batch import Batch, Before, Outrun
from postings.ingest.persist.reread import node_of
from postings.ingest.persist.run import Run, source
from postings.ingest.read import Unread
from postings.ingest.report import (
    Code,
    Notes,
    Problem,
    Recorded,
    Severity,
)
from postings.models import (
    DatabaseState,
    JobPosting,
    SourceKey,
)
from postings.schemaorg import Posting

#: How often a batch is begun again before giving up.
_ATTEMPTS = 10


def save(batch: Sequence[Normalised | Unread], *, run: Run) -> list[Recorded]:
    """Stores a batch in one transaction and says what became of each record.

    Where the database refuses the batch for a value in it, every record is tried by
    itself, so that a bad one costs no neighbour. A dry run rolls back.
    """
    mark = run.claims.mark()
    try:
        return _save(batch, run)
    except (DataError, IntegrityError) as error:
        run.claims.rewind(mark)
        if len(batch) > 1:
            return [found for entry in batch for found in save([entry], run=run)]
        entry = batch[0]
        refused = Problem(
            code=Code.NOT_STORED,
            severity=Severity.REJECTED,
            locator=_locator(entry),
            message=f"The database refused this record: {str(error).splitlines()[0]}.",
        )
        raw = entry.raw if isinstance(entry, Unread) else entry.node.text
        return _save([Unread(problem=refused, raw=raw)], run)


def _save(batch: Sequence[Normalised | Unread], run: Run) -> list[Recorded]:
    """Nothing is read or cleaned while the database is locked.

    Should another import have written meanwhile what this one went by, the batch
    is begun again with all its texts.
    """
    mark = run.claims.mark()
    for _attempt in range(_ATTEMPTS):
        try:
            return _stored(batch, run)
        except Outrun:
            run.claims.rewind(mark)
            batch = [_complete(entry) for entry in batch]
    raise OperationalError("Other imports of this source write without a pause.")


def _stored(batch: Sequence[Normalised | Unread], run: Run) -> list[Recorded]:
    befores = _befores(batch, run)
    with transaction.atomic():
        DatabaseState.lock()
        recorded = Batch(run, source(run.source_slug), befores).store(batch)
        if run.dry_run:
            transaction.set_rollback(True)
    return recorded


def _complete(entry: Normalised | Unread) -> Normalised | Unread:
    if isinstance(entry, Unread) or entry.complete:
        return entry
    return normalise.posting(entry.node, site_zone=settings.TIME_ZONE)


def _befores(batch: Sequence[Normalised | Unread], run: Run) -> dict[int, Before]:
    """The previous nodes of what this batch may change, by posting. Cost: one query."""
    values = {
        key.value
        for entry in batch
        if isinstance(entry, Normalised) and entry.posting and entry.complete
        for key in merge.keys(entry.posting, entry.node)
    }
    keys = SourceKey.objects.filter(source__slug=run.source_slug, value__in=values)
    rows = JobPosting.objects.filter(pk__in=keys.values("posting"))
    employers: dict[str, schemaorg.Organization | None] = {}

    def employer(row: JobPosting) -> schemaorg.Organization | None:
        named = row.node.data.get("hiringOrganization")
        text = json.dumps(named)
        if text not in employers:  # a feed says the same of one employer many times
            employers[text] = normalise.organization(named, Notes(""))
        return employers[text]

    return {
        row.pk: Before(
            row.node_hash,
            bool(row.edited_fields),
            _base(row) if row.edited_fields else None,
            employer(row),
        )
        for row in rows.select_related("node")
    }


def _base(row: JobPosting) -> Posting | None:
    return normalise.posting(node_of(row), site_zone=settings.TIME_ZONE).posting


def _locator(entry: Normalised | Unread) -> str:
    if isinstance(entry, Unread):
        return entry.problem.locator
    return entry.node.locator
