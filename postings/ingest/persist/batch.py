"""One batch of records, stored inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.db import models
from django.db.models import prefetch_related_objects

from postings import sanitise, schemaorg
from postings.ingest import merge
from postings.ingest.merge import Key, KeyKind
from postings.ingest.normalise import READER_VERSION
from postings.ingest.persist import employers, rows, sightings
from postings.ingest.persist import entries as ledger
from postings.ingest.persist.record import (
    NODE_COLUMNS,
    Record,
    assign,
    changes_of,
    children_in,
    compared,
    key_of,
    node_columns,
)
from postings.ingest.persist.run import Run, holding
from postings.ingest.prepare import Entry, Held, Prepared, Rejected
from postings.ingest.report import (
    Code,
    Outcome,
    Problem,
    Recorded,
    Severity,
    sentence,
)
from postings.models import (
    DatabaseState,
    JobPosting,
    JobPostingNode,
    JobPostingTexts,
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


class _Title(NamedTuple):
    """As much of a posting as it takes to say that it is unchanged."""

    pk: int
    title: str


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
        self.records: list[Record] = []
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
        records: list[Record] = []
        for pk, entry in read.items():
            mine = tuple(key for key in entry.keys if owners.setdefault(key, pk) == pk)
            claim = entry.claim._replace(keys=mine)
            record = Record(
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
        records = [entry for entry in entries if isinstance(entry, Record)]
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
        known = {pk for pk, record in _by_posting(records).items() if record.row}
        sightings.mark(known - self.held, self.run)
        finished = [
            entry.recorded() if isinstance(entry, Record) else entry
            for entry in entries
        ]
        ledger.write(self.run, batch, entries, finished)
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

    def _find_held(self, batch: Sequence[Entry]) -> dict[int, _Title]:
        """The posting of each record that is held as it is, by position.

        Of a posting only its id and title are loaded. Raises Outrun where a record is
        not held after all.
        """
        digests = {
            position: entry.digest
            for position, entry in enumerate(batch)
            if isinstance(entry, Held)
        }
        if not digests:
            return {}
        rows = holding(self.source.slug).filter(node_hash__among=set(digests.values()))
        found = {
            digest: _Title(pk, title)
            for pk, title, digest in rows.values_list("pk", "title", "node_hash")
        }
        unheld = [position for position, d in digests.items() if d not in found]
        if unheld:
            raise Outrun(unheld)
        return {position: found[digest] for position, digest in digests.items()}

    def _resolve(
        self, batch: Sequence[Entry], held: Mapping[int, _Title]
    ) -> list[Record | Recorded]:
        self._find_keys(
            {key for e in batch if isinstance(e, Prepared) for key in e.keys}
        )
        stored = self._rows(self.owners.values())
        claims = self.run.claims
        ids = {row.pk for row in held.values()}
        first = sightings.mark(ids, self.run)
        self.seen = sightings.seen({*stored, *ids} - first, self.run)
        if (
            stored.keys()
            & (self.seen | ids) - self.recalled.keys() - claims.postings.keys()
        ):
            raise Outrun
        for pk in stored.keys() & self.seen:
            self._recall(pk)
        entries: list[Record | Recorded] = []
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
    ) -> Record | Recorded:
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
        record = Record(entry, entry.posting, found.keys, entry.claim, found.posting_id)
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
        if not ids:
            return {}
        rows = JobPosting.objects.select_related("hiring_organization")
        return {row.pk: row for row in rows.filter(pk__among=set(ids))}

    def _find_keys(
        self, wanted: Collection[Key], postings: Collection[int] = ()
    ) -> None:
        """Fills `owners` with the postings of these keys, `owned` with all of theirs.

        And of the `postings` named besides.
        """
        if wanted:
            self.owners |= owners(self.source.slug, wanted)
        owning = {*self.owners.values(), *postings}
        if not owning:
            return
        for key in SourceKey.objects.filter(posting_id__among=owning):
            if key.source_id != self.source.pk:
                continue
            kind = KeyKind(key.kind)
            kinds = self.owned.setdefault(key.posting_id, {})
            kinds.setdefault(kind, set()).add(key.value)
            self.owners.setdefault(Key(kind, key.value), key.posting_id)

    # --- What it should be

    def _is_changed(self, record: Record) -> bool:
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

    def _check(self, records: Iterable[Record]) -> None:
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

    def _merge(self, records: Iterable[Record]) -> None:
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

    def _find_employers(self, records: Iterable[Record]) -> None:
        """Gives each record its organization's row; an editor's choice stays."""
        named: list[Record] = []
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

    def _create(self, records: Sequence[Record]) -> None:
        if not records:
            return
        now = self.run.now
        revision = DatabaseState.draw(len(records))
        ids = rows.reserve(JobPosting, len(records))
        postings: list[rows.Values] = []
        for position, (record, pk) in enumerate(zip(records, ids, strict=True)):
            posting = record.posting
            record.outcome, record.posting_id = Outcome.CREATED, pk
            values = columns.row_columns(posting) | columns.card_columns(posting)
            values |= {
                "id": pk,
                "excerpt": record.prepared.excerpt,
                "hiring_organization_id": key_of(record.organization),
                "source_id": self.source.pk,
                "node_hash": record.node.digest,
                "reader_version": READER_VERSION,
                "first_seen": now,
                "posted_at": columns.posted_at(
                    values["date_posted"], values["valid_through"], now, now
                ),
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

    def _update(self, records: Sequence[Record]) -> None:
        """Writes only what differs; a posting that reads the same keeps its revision."""
        withdrawn = {
            row.pk: row.withdrawn_reason for record in records if (row := record.row)
        }
        if self.run.explains:
            for record in records:
                if record.row is not None:
                    record.changes = changes_of(record, record.row)
        found = [
            (record, row, compared(record, row, self.run.now))
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
                record.replaced_node = node_columns(row.node)
                if "withdrawn_at" in differences.columns:
                    record.replaced_node["withdrawn_reason"] = withdrawn[row.pk]
            written |= differences.columns
            row.node_hash, row.reader_version = record.node.digest, READER_VERSION
            if assign(row.node, node_columns(record.node)):
                nodes.append(row.node)
        rows.update(JobPosting, sorted(written), [row for _, row, _ in found])
        rows.update(JobPostingNode, NODE_COLUMNS, nodes)
        rows.update(
            JobPostingTexts,
            (*columns.TEXT_COLUMNS.values(), "policy_version"),
            [row.texts for _, row, differences in found if differences.texts],
        )
        for name in columns.CHILDREN:
            changed = [r for r, _, differences in found if name in differences.children]
            if changed:
                self._write_children(name, changed)

    def _write_children(self, name: str, records: Iterable[Record]) -> None:
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
            for position, child in enumerate(children_in(record.posting, name)):
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

    def _keep_keys(self, records: Iterable[Record]) -> None:
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
                "last_run_id": key_of(self.run.row),
            }
            for pk, record in seen.items()
            for key in record.keys
            if self.owners.get(key) != pk
        ]
        rows.insert(SourceKey, new)


# SQLite keeps no statistics unless asked to: a query has to name the columns of the one
# index that fits, and none that would let it choose another.


def owners(source_slug: str, keys: Collection[Key]) -> dict[Key, int]:
    """The posting of each of these keys that is stored."""
    found = SourceKey.objects.filter(
        source__slug=source_slug,
        kind__in={key.kind.value for key in keys},
        value__among={key.value for key in keys},
    ).values_list("kind", "value", "posting_id")
    wanted = frozenset(keys)
    owned = ((Key(KeyKind(kind), value), pk) for kind, value, pk in found)
    return {key: pk for key, pk in owned if key in wanted}


def _by_posting(records: Iterable[Record]) -> dict[int, Record]:
    """The records that were seen, by posting: those an editor deleted are not."""
    return {
        record.posting_id: record
        for record in records
        if record.posting_id is not None
        and record.outcome is not Outcome.DELETED_BY_EDITOR
    }


def _unchanged(entry: Held, row: _Title, *, again: bool) -> Recorded:
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
        message=sentence("The same record came before in this run."),
        value=title,
    )


def _duplicate(entry: Prepared, earlier: merge.Claim) -> Recorded:
    """A second record of one job: harmless where it is the same node, else rejected."""
    harmless = earlier.digest == entry.node.data_digest
    problem = _repeated(entry.locator, entry.posting.title)
    if not harmless:
        message = sentence(
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
