"""What imports store: batches of records, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from django.conf import settings
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    transaction,
)

from postings import schemaorg
from postings.ingest import merge, normalise
from postings.ingest.persist import sightings
from postings.ingest.persist.batch import Batch, Before, Outrun, Prior, owners
from postings.ingest.persist.reread import node_of
from postings.ingest.persist.run import Run, source
from postings.ingest.prepare import Entry, Held, Prepared, Rejected
from postings.ingest.report import (
    Code,
    Notes,
    Problem,
    Recorded,
    Severity,
    sentence,
)
from postings.models import (
    DatabaseState,
    JobPosting,
)
from postings.schemaorg import Posting

#: How often a batch is begun again before giving up.
_ATTEMPTS = 10

#: Prepares the records at these positions of a batch that seemed to be held.
Again: TypeAlias = Callable[[Sequence[int]], Sequence[Entry]]


#: Looks at a batch and what became of it.
Check: TypeAlias = Callable[[Sequence[Entry], Sequence[Recorded]], None]


def _never(positions: Sequence[int]) -> Sequence[Entry]:
    raise ValueError(f"Nobody can read the records {positions} again.")


def _one(again: Again, position: int, _positions: Sequence[int]) -> Sequence[Entry]:
    return again([position])


def save(
    batch: Sequence[Entry],
    *,
    run: Run,
    again: Again = _never,
    check: Check | None = None,
) -> list[Recorded]:
    """Stores a batch in one transaction and says what became of each record.

    Where the database refuses the batch for a value in it, every record is tried by
    itself, so that a bad one costs no neighbour. A dry run rolls back. `again` is asked
    for records that are not held any more once the database is looked at. `check` sees
    what became of the records before that is final: what it raises takes it back.
    """
    mark = run.claims.mark()
    try:
        return _save(batch, run, again, check)
    except (DataError, IntegrityError) as error:
        run.claims.rewind(mark)
        if len(batch) > 1:
            found: list[Recorded] = []
            for position, entry in enumerate(batch):
                alone = partial(_one, again, position)
                found += save([entry], run=run, again=alone, check=check)
            return found
        entry = batch[0]
        refused = Problem(
            code=Code.NOT_STORED,
            severity=Severity.REJECTED,
            locator=entry.locator,
            message=sentence(
                "The database refused this record: {error}.",
                error=str(error).splitlines()[0],
            ),
        )
        if isinstance(entry, Held):
            (entry,) = again([0])
        if isinstance(entry, Prepared):
            rejected = entry.rejected((refused,))
        else:
            rejected = Rejected(locator=entry.locator, problems=(refused,))
        return _save([rejected], run, again, check)


def _save(
    batch: Sequence[Entry], run: Run, again: Again, check: Check | None
) -> list[Recorded]:
    """Nothing is read or cleaned while the database is locked.

    Should somebody have written meanwhile what this batch went by, it is begun again.
    """
    mark = run.claims.mark()
    entries = list(batch)
    for _attempt in range(_ATTEMPTS):
        try:
            return _stored(entries, run, check)
        except Outrun as outrun:
            run.claims.rewind(mark)
            if outrun.unheld:
                read = again(outrun.unheld)
                for position, entry in zip(outrun.unheld, read, strict=True):
                    entries[position] = entry
    raise OperationalError("Others write to postings of this source without a pause.")


def _stored(entries: Sequence[Entry], run: Run, check: Check | None) -> list[Recorded]:
    prior = _prior(entries, run)
    with transaction.atomic():
        DatabaseState.lock()
        batch = Batch(run, source(run.source_slug), prior)
        recorded = batch.store(entries)
        if check is not None:
            check(entries, recorded)
        if run.dry_run:
            transaction.set_rollback(True)
    batch.settle()
    return recorded


def _prior(entries: Sequence[Entry], run: Run) -> Prior:
    """What is stored of the postings this batch may touch. Cost: at most four queries."""
    wanted = {key for e in entries if isinstance(e, Prepared) for key in e.keys}
    if not wanted:
        return Prior()
    owning = set(owners(run.source_slug, wanted).values())
    if not owning:
        return Prior()
    held = {entry.digest for entry in entries if isinstance(entry, Held)}
    before = sightings.seen(owning, run)
    befores: dict[int, Before] = {}
    claims: dict[int, merge.Claim] = {}
    employers: dict[str, schemaorg.Organization | None] = {}

    def employer(row: JobPosting) -> schemaorg.Organization | None:
        named = row.node.data.get("hiringOrganization")
        text = json.dumps(named)
        if text not in employers:  # a feed says the same of one employer many times
            employers[text] = normalise.organization(named, Notes(""))
        return employers[text]

    for row in JobPosting.objects.filter(pk__among=owning).select_related("node"):
        if row.pk not in before and row.node_hash not in held:
            base = _base(row) if row.edited_fields else None
            edited = bool(row.edited_fields)
            befores[row.pk] = Before(row.node_hash, edited, base, employer(row))
        elif claim := _claim(row):
            claims[row.pk] = claim
    return Prior(befores, claims)


def _base(row: JobPosting) -> Posting | None:
    return normalise.posting(node_of(row), site_zone=settings.TIME_ZONE).posting


def _claim(row: JobPosting) -> merge.Claim | None:
    """The claim of the record a posting was last read from."""
    node = node_of(row)
    read = normalise.posting(node, site_zone=settings.TIME_ZONE, long_texts=False)
    return merge.claim(read.posting, node) if read.posting else None
