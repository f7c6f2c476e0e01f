"""What a batch leaves in the ledger: records that were not unchanged, and conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from postings.ingest import merge
from postings.ingest.persist import rows
from postings.ingest.persist.record import Record
from postings.ingest.persist.run import Run
from postings.ingest.prepare import Entry, Held, Prepared, Rejected
from postings.ingest.report import Outcome, Recorded
from postings.models import ImportConflict, ImportRecord

#: Characters a locator or a document's name has in the ledger.
MAX_LOCATOR = 1000


def write(
    run: Run,
    batch: Sequence[Entry],
    entries: Sequence[Record | Recorded],
    finished: Sequence[Recorded],
) -> None:
    """An entry for each record of a batch that was not simply unchanged."""
    if run.row is None:
        return
    told = [
        (arrived, entry, recorded)
        for arrived, entry, recorded in zip(batch, entries, finished, strict=True)
        if recorded.outcome is not Outcome.UNCHANGED
    ]
    ledger: list[rows.Values] = []
    conflicts: list[tuple[int, int, merge.Conflict]] = []
    ids = rows.reserve(ImportRecord, len(told))
    for pk, (arrived, entry, recorded) in zip(ids, told, strict=True):
        values: dict[str, Any] = {
            "id": pk,
            "run_id": run.row.pk,
            "posting_id": recorded.posting_id,
            "outcome": recorded.outcome.value,
            "locator": recorded.locator[:MAX_LOCATOR],
            "problems": [problem.as_json() for problem in recorded.problems],
            "codes": sorted({problem.code.value for problem in recorded.problems}),
        }
        if isinstance(entry, Record):
            values["replaced_node"] = entry.replaced_node
            posting_id = recorded.posting_id or 0  # what has conflicts is a posting
            conflicts += [(pk, posting_id, each) for each in entry.conflicts]
        elif not isinstance(arrived, Held):
            values |= _kept(arrived)
        ledger.append(values)
    rows.insert(ImportRecord, ledger)
    _write_conflicts(run, entries, conflicts)


def _write_conflicts(
    run: Run,
    entries: Sequence[Record | Recorded],
    conflicts: Sequence[tuple[int, int, merge.Conflict]],
) -> None:
    """Opens new conflicts; closes those that are over or overtaken."""
    over: dict[str, dict[str, set[int]]] = {}
    for entry in entries:
        if isinstance(entry, Record) and entry.row is not None:
            for name in entry.agreed:
                ended = over.setdefault(ImportConflict.Resolution.AGREED, {})
                ended.setdefault(name, set()).add(entry.row.pk)
    for _, pk, conflict in conflicts:
        ended = over.setdefault(ImportConflict.Resolution.SUPERSEDED, {})
        ended.setdefault(conflict.property, set()).add(pk)
    for resolution, by_property in over.items():
        for name, postings in by_property.items():
            ImportConflict.objects.filter(
                posting_id__in=postings,
                property=name,
                resolution=ImportConflict.Resolution.OPEN,
            ).update(resolution=resolution, resolved_at=run.now)
    ImportConflict.objects.bulk_create(
        ImportConflict(
            posting_id=pk,
            record_id=record_id,
            property=conflict.property,
            ours=conflict.ours,
            theirs=conflict.theirs,
        )
        for record_id, pk, conflict in conflicts
    )


def _kept(arrived: Prepared | Rejected) -> dict[str, Any]:
    """What the ledger keeps of a rejected record, to read it again and to know it."""
    if isinstance(arrived, Prepared):
        arrived = arrived.rejected(arrived.problems)
    return {
        "raw": arrived.raw,
        "document": arrived.document[:MAX_LOCATOR],
        "context": dict(arrived.context),
        "keys": [[key.kind.value, key.value] for key in arrived.keys],
    }
