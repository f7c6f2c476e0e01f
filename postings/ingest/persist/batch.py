"""One batch of records, stored inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet, prefetch_related_objects

from postings import sanitise, schemaorg
from postings.ingest import merge
from postings.ingest.merge import Key, KeyKind
from postings.ingest.normalise import READER_VERSION
from postings.ingest.persist import employers, rows
from postings.ingest.persist.run import Run, holding
from postings.ingest.prepare import Entry, Held, Prepared, Rejected
from postings.ingest.read import Node
from postings.ingest.report import (
    Change,
    Code,
    Outcome,
    Problem,
    Recorded,
    Severity,
)
from postings.models import (
    DatabaseState,
    ImportConflict,
    ImportRecord,
    JobPosting,
    JobPostingNode,
    JobPostingTexts,
    Organization,
    Source,
    SourceKey,
    columns,
)
from postings.schemaorg import Posting


class Outrun(Exception):  # noqa: N818 - no error: the batch is begun again
    """Another writer changed what a batch was prepared with.

    `unheld` are the positions of records that are not held as they seemed to be.
    """

    def __init__(self, unheld: Sequence[int] = ()) -> None:
        self.unheld = unheld


@dataclass(frozen=True, slots=True)
class Before:
    """What a stored posting was read from: its hash, and its node as it reads today.

    The posting is read where an editor changed something, the employer always.
    """

    node_hash: str
    edited: bool
    posting: Posting | None
    employer: schemaorg.Organization | None


@dataclass(frozen=True, slots=True)
class Prior:
    """What was read before the database was locked, by posting.

    `befores` of postings a batch may change; `claims` of those it may touch and which
    the run has seen before, or sees in this batch without reading them.
    """

    befores: Mapping[int, Before] = field(default_factory=dict)
    claims: Mapping[int, merge.Claim] = field(default_factory=dict)


@dataclass(slots=True)
class _Record:
    """One record on its way into the database."""

    prepared: Prepared
    posting: Posting
    keys: tuple[Key, ...]
    claim: merge.Claim
    posting_id: int | None = None
    row: JobPosting | None = None
    organization: Organization | None = None
    outcome: Outcome = Outcome.UNCHANGED
    reread: bool = False
    conflicts: tuple[merge.Conflict, ...] = ()
    agreed: tuple[str, ...] = ()
    replaced_node: dict[str, Any] | None = None
    changes: tuple[Change, ...] = ()

    @property
    def node(self) -> Node:
        return self.prepared.node

    def recorded(self) -> Recorded:
        return Recorded(
            outcome=self.outcome,
            locator=self.node.locator,
            title=self.posting.title,
            posting_id=self.posting_id,
            problems=self.prepared.problems,
            conflicts=tuple(conflict.property for conflict in self.conflicts),
            changes=self.changes,
        )


class Batch:
    """Stores one batch; lives as long as its transaction."""

    def __init__(
        self,
        run: Run,
        source: Source,
        prior: Prior,
    ) -> None:
        self.run = run
        self.source = source
        self.befores = prior.befores
        self.recalled = prior.claims
        self.owners: dict[Key, int] = {}
        self.owned: dict[int, dict[KeyKind, set[str]]] = {}
        self.seen: set[int] = set()
        self.held: set[int] = set()
        self.records: list[_Record] = []
        self.mark = run.claims.mark()
        self.replaced: dict[int, dict[str, Any] | None] = {}

    def reread(self, found: Mapping[int, Prepared | Rejected]) -> list[Recorded]:
        """Stores what today's reader makes of kept nodes, by posting.

        Nothing is reopened or seen by this, and deleted postings are read like others.
        A key that has come to be another posting's stays with that.
        """
        stored = self._rows(found)
        read = {pk: entry for pk, entry in found.items() if isinstance(entry, Prepared)}
        self._find_keys({key for e in read.values() for key in e.keys}, set(found))
        owners = dict(self.owners)
        finished = [
            entry.recorded() for entry in found.values() if isinstance(entry, Rejected)
        ]
        records: list[_Record] = []
        for pk, entry in read.items():
            mine = tuple(key for key in entry.keys if owners.setdefault(key, pk) == pk)
            claim = entry.claim._replace(keys=mine)
            record = _Record(
                entry, entry.posting, mine, claim, pk, stored[pk], reread=True
            )
            records.append(record)
        self._load([row for record in records if (row := record.row)])
        self._merge(records)
        self._find_employers(records)
        self._update(records)
        self._keep_keys(records)
        self.replaced = {
            row.pk: record.replaced_node for record in records if (row := record.row)
        }
        return [*finished, *(record.recorded() for record in records)]

    def store(self, batch: Sequence[Entry]) -> list[Recorded]:
        held = self._find_held(batch)
        entries = self._resolve(batch, held)
        self.held = {row.pk for row in held.values()}
        records = [entry for entry in entries if isinstance(entry, _Record)]
        self.records = records
        created = [record for record in records if record.posting_id is None]
        changed = [record for record in records if self._is_changed(record)]
        self._check(changed)
        self._load([row for record in changed if (row := record.row)])
        self._merge(changed)
        self._find_employers([*created, *changed])
        self._create(created)
        self._update(changed)
        self._keep_keys(records)
        self._see(records, held)
        finished = [
            entry.recorded() if isinstance(entry, _Record) else entry
            for entry in entries
        ]
        self._write_ledger(batch, entries, finished)
        return finished

    def settle(self) -> None:
        """To be called once the transaction has ended."""
        claims = self.run.claims
        if self.run.row is None:
            claims.seen |= self.held
            return
        taken = [
            (
                record.posting_id,
                record.claim,
                () if record.outcome is Outcome.DELETED_BY_EDITOR else record.keys,
            )
            for record in self.records
            if record.posting_id is not None
        ]
        claims.keep(self.mark, taken)

    # --- Which posting each record is

    def _find_held(self, batch: Sequence[Entry]) -> dict[int, JobPosting]:
        """The posting of each record that is held as it is, by position.

        Of a posting only its id, title and hash are loaded. Raises Outrun where a
        record is not held after all.
        """
        digests = {
            position: entry.digest
            for position, entry in enumerate(batch)
            if isinstance(entry, Held)
        }
        if not digests:
            return {}
        found = {
            row.node_hash: row
            for row in holding(self.source.slug)
            .filter(node_hash__in=set(digests.values()))
            .only("title", "node_hash")
        }
        unheld = [position for position, d in digests.items() if d not in found]
        if unheld:
            raise Outrun(unheld)
        return {position: found[digest] for position, digest in digests.items()}

    def _resolve(
        self, batch: Sequence[Entry], held: Mapping[int, JobPosting]
    ) -> list[_Record | Recorded]:
        self._find_keys(
            {key for e in batch if isinstance(e, Prepared) for key in e.keys}
        )
        stored = self._rows(self.owners.values())
        claims = self.run.claims
        ids = {row.pk for row in held.values()}
        self.seen = seen({*stored, *ids}, self.run)
        if (
            stored.keys()
            & (self.seen | ids) - self.recalled.keys() - claims.postings.keys()
        ):
            raise Outrun
        for pk in stored.keys() & self.seen:
            self._recall(pk)
        entries: list[_Record | Recorded] = []
        for position, entry in enumerate(batch):
            if isinstance(entry, Rejected):
                entries.append(entry.recorded())
            elif isinstance(entry, Held):
                row = held[position]
                if self._is_taken(row.pk):
                    raise Outrun([position])
                entries.append(_unchanged(entry, row, again=row.pk in self.seen))
                self.seen.add(row.pk)
                if row.pk in stored:
                    self._recall(row.pk)
            else:
                entries.append(self._resolved(entry, stored))
        return entries

    def _resolved(
        self, entry: Prepared, stored: Mapping[int, JobPosting]
    ) -> _Record | Recorded:
        claims = self.run.claims
        found = merge.resolved(
            entry.keys,
            entry.claim.identity,
            claims=claims,
            owners=self.owners,
            owned=self.owned,
        )
        if found.earlier is not None:
            return _duplicate(entry, found.earlier)
        claims.take(entry.claim)
        record = _Record(
            entry, entry.posting, found.keys, entry.claim, found.posting_id
        )
        if found.posting_id is not None:
            claims.postings[found.posting_id] = entry.claim
            record.row = stored[found.posting_id]
        return record

    def _is_taken(self, pk: int) -> bool:
        """Whether a record that was read has come to be this posting."""
        claims = self.run.claims
        return (
            pk in claims.postings
            and pk not in claims.seen
            and claims.postings[pk] is not self.recalled.get(pk)
        )

    def _recall(self, pk: int) -> None:
        """Lays the claims of a record of this run that was not kept in memory."""
        claims = self.run.claims
        if pk in self.recalled and pk not in claims.postings:
            claim = claims.postings[pk] = self.recalled[pk]
            for key in claim.keys:
                if self.owners.get(key) == pk:
                    claims.keys.setdefault(key, claim)

    def _rows(self, ids: Collection[int]) -> dict[int, JobPosting]:
        rows = JobPosting.objects.select_related("hiring_organization")
        return rows.in_bulk(set(ids)) if ids else {}

    def _find_keys(
        self, wanted: Collection[Key], postings: Collection[int] = ()
    ) -> None:
        """Fills `owners` with the postings of these keys, `owned` with all of theirs.

        And of the `postings` named besides.
        """
        if wanted:
            for key in of_keys(self.source.slug, wanted):
                self.owners[Key(KeyKind(key.kind), key.value)] = key.posting_id
        owning = {*self.owners.values(), *postings}
        if not owning:
            return
        mine = SourceKey.objects.filter(source=self.source, posting_id__in=owning)
        for key in mine:
            kind = KeyKind(key.kind)
            kinds = self.owned.setdefault(key.posting_id, {})
            kinds.setdefault(kind, set()).add(key.value)
            self.owners.setdefault(Key(kind, key.value), key.posting_id)

    # --- What it should be

    def _is_changed(self, record: _Record) -> bool:
        row = record.row
        if row is None:
            return False
        if row.deleted_at is not None:
            record.outcome = Outcome.DELETED_BY_EDITOR
            return False
        return (
            row.node_hash != record.node.digest
            or row.reader_version != READER_VERSION
            or row.withdrawn_at is not None
        )

    def _check(self, records: Iterable[_Record]) -> None:
        """Whether what is to be changed is still what was read before."""
        for record in records:
            before = self.befores.get(record.row.pk) if record.row else None
            if record.row and (
                before is None
                or before.node_hash != record.row.node_hash
                or before.edited != bool(record.row.edited_fields)
            ):
                raise Outrun

    def _load(self, rows: Sequence[JobPosting]) -> None:
        prefetch_related_objects(
            rows, "texts", "node", "job_location", "applicant_location_requirements"
        )

    def _merge(self, records: Iterable[_Record]) -> None:
        for record in records:
            row = record.row
            if row is None or not row.edited_fields:
                continue
            merged = merge.merged(
                self.befores[row.pk].posting,
                columns.posting_of(row),
                record.posting,
                row.edited_fields,
            )
            record.posting, record.conflicts = merged.posting, merged.conflicts
            record.agreed = merged.agreed

    def _find_employers(self, records: Iterable[_Record]) -> None:
        """Gives each record its organization's row; an editor's choice stays."""
        named: list[_Record] = []
        mentions: list[employers.Mention] = []
        for record in records:
            row, employer = record.row, record.posting.hiring_organization
            if row is not None and "hiringOrganization" in row.edited_fields:
                record.organization = row.hiring_organization
            elif employer is not None:
                named.append(record)
                before = self.befores[row.pk].employer if row is not None else None
                addresses = merge.employer_addresses(employer, record.posting)
                mentions.append(employers.Mention(employer, before, addresses))
        rows = employers.rows(mentions, source=self.source)
        for record, found in zip(named, rows, strict=True):
            record.organization = found

    # --- Writing

    def _create(self, records: Sequence[_Record]) -> None:
        if not records:
            return
        now = self.run.now
        revision = DatabaseState.draw(len(records))
        ids = rows.reserve(JobPosting, len(records))
        postings: list[rows.Values] = []
        for position, (record, pk) in enumerate(zip(records, ids, strict=True)):
            posting = record.posting
            posted = posting.date_posted.at if posting.date_posted else now
            record.outcome, record.posting_id = Outcome.CREATED, pk
            values = columns.row_columns(posting) | columns.card_columns(posting)
            values |= {
                "id": pk,
                "excerpt": record.prepared.excerpt,
                "hiring_organization_id": _key(record.organization),
                "source_id": self.source.pk,
                "node_hash": record.node.digest,
                "reader_version": READER_VERSION,
                "first_seen": now,
                "posted_at": min(posted, now),
                "published_at": now,
                "revision": revision + position,
            }
            postings.append(values)
        rows.insert(JobPosting, postings)
        texts = [
            columns.text_columns(record.posting)
            | {
                "posting_id": record.posting_id,
                "policy_version": sanitise.POLICY_VERSION,
            }
            for record in records
        ]
        rows.insert(JobPostingTexts, texts)
        nodes = [
            {
                "posting_id": record.posting_id,
                "data": record.prepared.packed,
                "page": record.node.page,
                "language": record.node.language,
                "address": record.node.address,
            }
            for record in records
        ]
        rows.insert(JobPostingNode, nodes)
        for name in columns.CHILDREN:
            self._write_children(name, records)
        for record in records:
            if record.posting_id is not None:
                self.run.claims.postings[record.posting_id] = record.claim

    def _update(self, records: Sequence[_Record]) -> None:
        """Writes only what differs; a posting that reads the same keeps its revision."""
        withdrawn = {
            row.pk: row.withdrawn_reason for record in records if (row := record.row)
        }
        if self.run.explains:
            for record in records:
                if record.row is not None:
                    record.changes = _changes(record, record.row)
        found = [
            (record, row, _differences(record, row, self.run.now))
            for record in records
            if (row := record.row) is not None
        ]
        moved = [row for _, row, differences in found if differences.any()]
        revision = DatabaseState.draw(len(moved)) if moved else 0
        for position, row in enumerate(moved):
            row.revision = revision + position
        written = {"node_hash", "reader_version", "revision"}
        nodes: list[JobPostingNode] = []
        for record, row, differences in found:
            record.outcome = differences.outcome(record.conflicts)
            if record.outcome is not Outcome.UNCHANGED:
                record.replaced_node = _node_columns(row.node)
                if "withdrawn_at" in differences.columns:
                    record.replaced_node["withdrawn_reason"] = withdrawn[row.pk]
            written |= differences.columns
            row.node_hash, row.reader_version = record.node.digest, READER_VERSION
            if _assign(row.node, _node_columns(record.node)):
                nodes.append(row.node)
        rows.update(JobPosting, sorted(written), [row for _, row, _ in found])
        rows.update(JobPostingNode, _NODE_COLUMNS, nodes)
        rows.update(
            JobPostingTexts,
            (*columns.TEXT_COLUMNS.values(), "policy_version"),
            [row.texts for _, row, differences in found if differences.texts],
        )
        for name in columns.CHILDREN:
            changed = [r for r, _, differences in found if name in differences.children]
            if changed:
                self._write_children(name, changed)

    def _write_children(self, name: str, records: Iterable[_Record]) -> None:
        """Makes the child rows what the records say; a row that says it stays.

        An editor's open form then goes on knowing the rows it shows.
        """
        model: type[models.Model] = columns.CHILDREN[name]
        added: list[rows.Values] = []
        moved, gone = [], []
        for record in records:
            left: dict[Any, list[Any]] = {}
            if record.outcome is not Outcome.CREATED and record.row is not None:
                for row in getattr(record.row, schemaorg.attribute(name)).all():
                    left.setdefault(columns.child_of(row), []).append(row)
            for position, child in enumerate(_children(record.posting, name)):
                if same := left.get(child):
                    row = same.pop(0)
                    if row.position != position:
                        row.position = position
                        moved.append(row)
                    continue
                values = columns.child_columns(child)
                values |= {"posting_id": record.posting_id, "position": position}
                added.append(values)
            gone += [row.pk for kept in left.values() for row in kept]
        if gone:
            model._default_manager.filter(pk__in=gone).delete()
        rows.update(model, ("position",), moved)
        rows.insert(model, added)

    def _keep_keys(self, records: Iterable[_Record]) -> None:
        """Stores new keys; a posting has one hash: it is no more found by an old one."""
        seen = _by_posting(records)
        hashes = {
            pk: {key.value for key in record.claim.keys if key.kind is KeyKind.HASH}
            for pk, record in seen.items()
        }
        stale = {
            value
            for pk, current in hashes.items()
            if current  # read again, it may have come to be another posting's
            for value in self.owned.get(pk, {}).get(KeyKind.HASH, set()) - current
        }
        if stale:
            SourceKey.objects.filter(
                source=self.source, kind=KeyKind.HASH.value, value__in=stale
            ).delete()
        new: list[rows.Values] = [
            {
                "source_id": self.source.pk,
                "kind": key.kind.value,
                "value": key.value,
                "posting_id": pk,
                "last_run_id": _key(self.run.row),
            }
            for pk, record in seen.items()
            for key in record.keys
            if self.owners.get(key) != pk
        ]
        rows.insert(SourceKey, new)

    def _see(self, records: Iterable[_Record], held: Mapping[int, JobPosting]) -> None:
        """Marks every key of what was seen with the run that saw it."""
        if self.run.row is None:
            return
        known = {row.pk for row in held.values()}
        known |= {pk for pk, record in _by_posting(records).items() if record.row}
        if known:
            SourceKey.objects.filter(posting_id__in=known).exclude(
                last_run=self.run.row
            ).update(last_run=self.run.row)

    def _write_ledger(
        self,
        batch: Sequence[Entry],
        entries: Sequence[_Record | Recorded],
        finished: Sequence[Recorded],
    ) -> None:
        if self.run.row is None:
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
                "run_id": self.run.row.pk,
                "posting_id": recorded.posting_id,
                "outcome": recorded.outcome.value,
                "locator": recorded.locator[:MAX_LOCATOR],
                "problems": [problem.as_json() for problem in recorded.problems],
                "codes": sorted({problem.code.value for problem in recorded.problems}),
            }
            if isinstance(entry, _Record):
                values["replaced_node"] = entry.replaced_node
                posting_id = recorded.posting_id or 0  # what has conflicts is a posting
                conflicts += [(pk, posting_id, each) for each in entry.conflicts]
            elif not isinstance(arrived, Held):
                values |= _kept(arrived)
            ledger.append(values)
        rows.insert(ImportRecord, ledger)
        self._write_conflicts(entries, conflicts)

    def _write_conflicts(
        self,
        entries: Sequence[_Record | Recorded],
        conflicts: Sequence[tuple[int, int, merge.Conflict]],
    ) -> None:
        """Opens new conflicts; closes those that are over or overtaken."""
        over: dict[str, dict[str, set[int]]] = {}
        for entry in entries:
            if isinstance(entry, _Record) and entry.row is not None:
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
                ).update(resolution=resolution, resolved_at=self.run.now)
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


#: Characters a locator or a document's name has in the ledger.
MAX_LOCATOR = 1000


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


def seen(ids: Collection[int], run: Run) -> set[int]:
    """Those of these postings that a run has seen in an earlier batch."""
    if run.row is None:
        return {pk for pk in ids if pk in run.claims.seen or pk in run.claims.postings}
    if not ids:
        return set()
    keys = SourceKey.objects.filter(posting_id__in=ids, last_run=run.row)
    return set(keys.values_list("posting_id", flat=True))


def of_keys(source_slug: str, keys: Collection[Key]) -> QuerySet[SourceKey]:
    """The stored ones among these keys; by kind, as their index is."""
    condition = Q()
    for kind in KeyKind:
        if values := [key.value for key in keys if key.kind is kind]:
            condition |= Q(kind=kind.value, value__in=values)
    return SourceKey.objects.filter(condition, source__slug=source_slug)


def _by_posting(records: Iterable[_Record]) -> dict[int, _Record]:
    """The records that were seen, by posting: those an editor deleted are not."""
    return {
        record.posting_id: record
        for record in records
        if record.posting_id is not None
        and record.outcome is not Outcome.DELETED_BY_EDITOR
    }


def _unchanged(entry: Held, row: JobPosting, *, again: bool) -> Recorded:
    repeated = (_repeated(entry.locator, row.title),) if again else ()
    return Recorded(
        outcome=Outcome.UNCHANGED,
        locator=entry.locator,
        title=row.title,
        posting_id=None if again else row.pk,
        problems=(*entry.problems, *repeated),
    )


def _repeated(locator: str, title: str) -> Problem:
    return Problem(
        code=Code.DUPLICATE_IDENTITY,
        severity=Severity.REPAIRED,
        locator=locator,
        message="The same record came before in this run.",
        value=title,
    )


def _duplicate(entry: Prepared, earlier: merge.Claim) -> Recorded:
    """A second record of one job: harmless where it is the same node, else rejected."""
    harmless = earlier.digest == entry.node.data_digest
    problem = _repeated(entry.locator, entry.posting.title)
    if not harmless:
        message = (
            "An earlier record of this run is the same job or has all its keys; this "
            "one was not written."
        )
        problem = replace(problem, severity=Severity.REJECTED, message=message)
    return Recorded(
        outcome=Outcome.UNCHANGED if harmless else Outcome.REJECTED,
        locator=entry.locator,
        title=entry.posting.title,
        problems=(*entry.problems, problem),
    )


_NODE_COLUMNS = ("data", "page", "language", "address")


def _node_columns(node: Node | JobPostingNode) -> dict[str, Any]:
    return {name: getattr(node, name) for name in _NODE_COLUMNS}


def _children(posting: Posting, name: str) -> tuple[Any, ...]:
    children: tuple[Any, ...] = getattr(posting, schemaorg.attribute(name))
    return children


@dataclass(frozen=True, slots=True)
class _Differences:
    """What of a row an import changes; the values are already set on it."""

    columns: frozenset[str]
    texts: frozenset[str]
    children: frozenset[str]

    def any(self) -> bool:
        return bool(self.columns or self.texts or self.children)

    def outcome(self, conflicts: Collection[merge.Conflict]) -> Outcome:
        if conflicts:
            return Outcome.CONFLICT
        if "withdrawn_at" in self.columns:
            return Outcome.REOPENED
        return Outcome.UPDATED if self.any() else Outcome.UNCHANGED


def _differences(record: _Record, row: JobPosting, now: datetime) -> _Differences:
    """Sets on a row and its texts what the record says, and names what differed."""
    posting = record.posting
    texts = _assign(row.texts, columns.text_columns(posting))
    if texts:
        row.texts.policy_version = sanitise.POLICY_VERSION
    values = columns.row_columns(posting) | columns.card_columns(posting)
    values["hiring_organization_id"] = _key(record.organization)
    if _is_said_now(row, posting.in_language):
        values["in_language_source"] = row.in_language_source
    if "description" in texts:
        values["excerpt"] = record.prepared.excerpt
    if values["date_posted"] != row.date_posted:
        values["posted_at"] = min(values["date_posted"] or row.first_seen, now)
    if row.withdrawn_at is not None and not record.reread:
        values |= {"withdrawn_at": None, "withdrawn_reason": ""}
    changed = {
        name.removesuffix("_id") if name == "hiring_organization_id" else name
        for name in _assign(row, values)
    }
    children = {
        name
        for name in columns.CHILDREN
        if columns.children_of(row, name) != _children(posting, name)
    }
    return _Differences(frozenset(changed), frozenset(texts), frozenset(children))


def _changes(record: _Record, row: JobPosting) -> tuple[Change, ...]:
    """How a record makes its posting differ, to be asked before the row is changed."""
    after = record.posting
    if _is_said_now(row, after.in_language):
        source = schemaorg.LanguageSource(row.in_language_source)
        language = replace(after.in_language, source=source)
        after = replace(after, in_language=language)
    return merge.changes(columns.posting_of(row), after)


def _is_said_now(row: JobPosting, language: schemaorg.Language) -> bool:
    """Whether a record states the language its page was known to be in.

    That is how an export says it, and no news.
    """
    return (
        language.code == row.in_language
        and language.source is schemaorg.LanguageSource.STATED
        and row.in_language_source == schemaorg.LanguageSource.DOCUMENT
    )


def _assign(row: models.Model, values: Mapping[str, Any]) -> set[str]:
    """Sets columns and names those that changed."""
    changed = {name for name, value in values.items() if getattr(row, name) != value}
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _key(row: models.Model | None) -> Any:
    return row.pk if row is not None else None
