"""One batch of records, stored inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import (
    models,
)
from django.db.models import prefetch_related_objects

from postings import sanitise, schemaorg
from postings.ingest import merge
from postings.ingest.merge import Key, KeyKind
from postings.ingest.normalise import READER_VERSION, Normalised
from postings.ingest.persist import employers
from postings.ingest.persist.run import Run
from postings.ingest.read import Node, Unread
from postings.ingest.report import (
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
    """Another writer changed what a batch was prepared with."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a stored posting was read from: its hash, and its node as it reads today.

    The posting is read where an editor changed something, the employer always.
    """

    node_hash: str
    edited: bool
    posting: Posting | None
    employer: schemaorg.Organization | None


@dataclass(slots=True)
class _Record:
    """One record on its way into the database."""

    normalised: Normalised
    posting: Posting
    keys: tuple[Key, ...]
    claim: merge.Claim
    row: JobPosting | None = None
    organization: Organization | None = None
    outcome: Outcome = Outcome.UNCHANGED
    reread: bool = False
    conflicts: tuple[merge.Conflict, ...] = ()
    agreed: tuple[str, ...] = ()
    replaced_node: dict[str, Any] | None = None

    @property
    def node(self) -> Node:
        return self.normalised.node

    def recorded(self) -> Recorded:
        return Recorded(
            outcome=self.outcome,
            locator=self.node.locator,
            title=self.posting.title,
            posting_id=self.row.pk if self.row else None,
            problems=self.normalised.problems,
            conflicts=tuple(conflict.property for conflict in self.conflicts),
        )


class Batch:
    """Stores one batch; lives as long as its transaction."""

    def __init__(
        self,
        run: Run,
        source: Source,
        befores: Mapping[int, Before],
    ) -> None:
        self.run = run
        self.source = source
        self.befores = befores
        self.owners: dict[Key, int] = {}
        self.owned: dict[int, dict[KeyKind, set[str]]] = {}
        self.replaced: dict[int, dict[str, Any] | None] = {}

    def reread(self, found: Mapping[int, Normalised]) -> list[Recorded]:
        """Stores what today's reader makes of kept nodes, by posting.

        Nothing is reopened or seen by this, and deleted postings are read like others.
        A key that has come to be another posting's stays with that.
        """
        rows = JobPosting.objects.select_related("hiring_organization").in_bulk(
            list(found)
        )
        keys = {
            pk: merge.keys(entry.posting, entry.node)
            for pk, entry in found.items()
            if entry.posting
        }
        self._find_keys({key for mine in keys.values() for key in mine}, set(found))
        owners = dict(self.owners)
        finished: list[Recorded] = []
        records: list[_Record] = []
        for pk, entry in found.items():
            if entry.posting is None:
                finished.append(_rejected(entry.node.locator, entry.problems))
                continue
            mine = tuple(key for key in keys[pk] if owners.setdefault(key, pk) == pk)
            claim = merge.Claim(merge.identity(entry.posting), "", mine)
            record = _Record(entry, entry.posting, mine, claim, rows[pk], reread=True)
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

    def store(self, batch: Sequence[Normalised | Unread]) -> list[Recorded]:
        entries = self._resolve(batch)
        records = [entry for entry in entries if isinstance(entry, _Record)]
        created = [record for record in records if record.row is None]
        changed = [record for record in records if self._is_changed(record)]
        self._check([*created, *changed])
        self._load([row for record in changed if (row := record.row)])
        self._merge(changed)
        self._find_employers([*created, *changed])
        self._create(created)
        self._update(changed)
        self._keep_keys(records)
        finished = [
            entry.recorded() if isinstance(entry, _Record) else entry
            for entry in entries
        ]
        self._write_ledger(batch, entries, finished)
        return finished

    # --- Which posting each record is

    def _resolve(
        self, batch: Sequence[Normalised | Unread]
    ) -> list[_Record | Recorded]:
        keyed = [
            merge.keys(entry.posting, entry.node)
            if isinstance(entry, Normalised) and entry.posting
            else ()
            for entry in batch
        ]
        self._find_keys({key for keys in keyed for key in keys})
        rows = JobPosting.objects.select_related("hiring_organization").in_bulk(
            set(self.owners.values())
        )
        claims = self.run.claims
        entries: list[_Record | Recorded] = []
        for entry, keys in zip(batch, keyed, strict=True):
            if isinstance(entry, Unread):
                entries.append(_rejected(entry.problem.locator, (entry.problem,)))
                continue
            if entry.posting is None:
                entries.append(_rejected(entry.node.locator, entry.problems))
                continue
            claim = merge.Claim(
                merge.identity(entry.posting), entry.node.data_digest, keys
            )
            found = merge.resolved(
                keys,
                claim.identity,
                claims=claims,
                owners=self.owners,
                owned=self.owned,
            )
            if found.earlier is not None:
                entries.append(_duplicate(entry, found.earlier))
                continue
            claims.take(claim)
            record = _Record(entry, entry.posting, found.keys, claim)
            if found.posting_id is not None:
                claims.postings[found.posting_id] = claim
                record.row = rows[found.posting_id]
            entries.append(record)
        return entries

    def _find_keys(
        self, wanted: Collection[Key], postings: Collection[int] = ()
    ) -> None:
        """Fills `owners` with the postings of these keys, `owned` with all of theirs.

        And of the `postings` named besides.
        """
        mine = SourceKey.objects.filter(source=self.source)
        for key in mine.filter(value__in={key.value for key in wanted}):
            self.owners[Key(KeyKind(key.kind), key.value)] = key.posting_id
        owning = {*self.owners.values(), *postings}
        for key in mine.filter(posting_id__in=owning):
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
        """Whether everything to be written was read completely, from what is stored."""
        for record in records:
            before = self.befores.get(record.row.pk) if record.row else None
            if not record.normalised.complete:
                raise Outrun
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
        for position, record in enumerate(records):
            posting = record.posting
            posted = posting.date_posted.at if posting.date_posted else now
            record.outcome = Outcome.CREATED
            record.row = JobPosting(
                **columns.row_columns(posting),
                **columns.card_columns(posting),
                excerpt=sanitise.excerpt(posting.description),
                hiring_organization=record.organization,
                source=self.source,
                node_hash=record.node.digest,
                reader_version=READER_VERSION,
                first_seen=now,
                posted_at=min(posted, now),
                published_at=now,
                revision=revision + position,
            )
        rows = [row for record in records if (row := record.row)]
        JobPosting.objects.bulk_create(rows)
        JobPostingTexts.objects.bulk_create(
            JobPostingTexts(
                posting=record.row,
                policy_version=sanitise.POLICY_VERSION,
                **columns.text_columns(record.posting),
            )
            for record in records
        )
        JobPostingNode.objects.bulk_create(
            JobPostingNode(posting=record.row, **_node_columns(record.node))
            for record in records
        )
        for name in columns.CHILDREN:
            self._write_children(name, records)
        for record, row in zip(records, rows, strict=True):
            self.run.claims.postings[row.pk] = record.claim

    def _update(self, records: Sequence[_Record]) -> None:
        """Writes only what differs; a posting that reads the same keeps its revision."""
        withdrawn = {
            row.pk: row.withdrawn_reason for record in records if (row := record.row)
        }
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
        rows = [row for _, row, _ in found]
        if rows:
            JobPosting.objects.bulk_update(rows, sorted(written))
        if nodes:
            JobPostingNode.objects.bulk_update(nodes, _NODE_COLUMNS)
        texts = [row.texts for _, row, differences in found if differences.texts]
        if texts:
            JobPostingTexts.objects.bulk_update(
                texts, (*columns.TEXT_COLUMNS.values(), "policy_version")
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
        added, moved, gone = [], [], []
        for record in records:
            left: dict[Any, list[Any]] = {}
            if record.outcome is not Outcome.CREATED and record.row is not None:
                for row in getattr(record.row, schemaorg.attribute(name)).all():
                    left.setdefault(columns.child_of(row), []).append(row)
            for position, child in enumerate(_children(record.posting, name)):
                if kept := left.get(child):
                    row = kept.pop(0)
                    if row.position != position:
                        row.position = position
                        moved.append(row)
                    continue
                values = columns.child_columns(child)
                added.append(model(posting=record.row, position=position, **values))
            gone += [row.pk for rows in left.values() for row in rows]
        if gone:
            model._default_manager.filter(pk__in=gone).delete()
        if moved:
            model._default_manager.bulk_update(moved, ("position",))
        model._default_manager.bulk_create(added)

    def _keep_keys(self, records: Iterable[_Record]) -> None:
        """Stores new keys, and on all keys of what was seen the run that saw it.

        A posting has one hash: what it was called before finds it no more.
        """
        seen = {
            record.row.pk: record
            for record in records
            if record.row and record.outcome is not Outcome.DELETED_BY_EDITOR
        }
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
        mine = SourceKey.objects.filter(source=self.source)
        if stale:
            mine.filter(kind=KeyKind.HASH.value, value__in=stale).delete()
        SourceKey.objects.bulk_create(
            SourceKey(
                source=self.source,
                kind=key.kind.value,
                value=key.value,
                posting=record.row,
                last_run=self.run.row,
            )
            for pk, record in seen.items()
            for key in record.keys
            if self.owners.get(key) != pk
        )
        if self.run.row is not None:
            mine.filter(posting_id__in=seen).exclude(last_run=self.run.row).update(
                last_run=self.run.row
            )

    def _write_ledger(
        self,
        batch: Sequence[Normalised | Unread],
        entries: Sequence[_Record | Recorded],
        finished: Sequence[Recorded],
    ) -> None:
        if self.run.row is None:
            return
        ledger: list[ImportRecord] = []
        conflicts: list[tuple[ImportRecord, int, merge.Conflict]] = []
        for arrived, entry, recorded in zip(batch, entries, finished, strict=True):
            if recorded.outcome is Outcome.UNCHANGED:
                continue
            record = ImportRecord(
                run=self.run.row,
                posting_id=recorded.posting_id,
                outcome=recorded.outcome.value,
                locator=recorded.locator[:MAX_LOCATOR],
                problems=[problem.as_json() for problem in recorded.problems],
                codes=sorted({problem.code.value for problem in recorded.problems}),
            )
            if isinstance(entry, _Record):
                record.replaced_node = entry.replaced_node
                pk = recorded.posting_id or 0  # what has conflicts is a posting
                conflicts += [(record, pk, conflict) for conflict in entry.conflicts]
            else:
                _keep(record, arrived)
            ledger.append(record)
        ImportRecord.objects.bulk_create(ledger)
        self._write_conflicts(entries, conflicts)

    def _write_conflicts(
        self,
        entries: Sequence[_Record | Recorded],
        conflicts: Sequence[tuple[ImportRecord, int, merge.Conflict]],
    ) -> None:
        """Opens new conflicts; closes those that are over or overtaken."""
        over: dict[str, dict[str, set[int]]] = {}
        for entry in entries:
            if isinstance(entry, _Record) and entry.row is not None:
                for name in entry.agreed:
                    ended = over.setdefault(ImportConflict.Resolution.AGREED, {})
                    ended.setdefault(name, set()).add(entry.row.pk)
        for _record, pk, conflict in conflicts:
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
                record=record,
                property=conflict.property,
                ours=conflict.ours,
                theirs=conflict.theirs,
            )
            for record, pk, conflict in conflicts
        )


#: Characters a locator or a document's name has in the ledger.
MAX_LOCATOR = 1000


def _keep(record: ImportRecord, arrived: Normalised | Unread) -> None:
    """Keeps of a rejected record what it takes to read it again, and to know it."""
    if isinstance(arrived, Unread):
        record.raw = arrived.raw
        record.document = arrived.document or arrived.problem.locator
        record.context = {"address": arrived.address} if arrived.address else {}
        keys = merge.guessed_keys(arrived.raw, arrived.address)
    else:
        node = arrived.node
        record.raw, record.document = node.text, node.document
        told = {"page": node.page, "language": node.language, "address": node.address}
        record.context = {name: value for name, value in told.items() if value}
        keys = (
            merge.keys(arrived.posting, node)
            if arrived.posting
            else merge.guessed_keys(node.text, node.page)
        )
    record.document = record.document[:MAX_LOCATOR]
    record.keys = [[key.kind.value, key.value] for key in keys]


def _rejected(locator: str, problems: tuple[Problem, ...]) -> Recorded:
    return Recorded(outcome=Outcome.REJECTED, locator=locator, problems=problems)


def _duplicate(entry: Normalised, earlier: merge.Claim) -> Recorded:
    """A second record of one job: harmless where it is the same node, else rejected."""
    harmless = earlier.digest == entry.node.data_digest
    problem = Problem(
        code=Code.DUPLICATE_IDENTITY,
        severity=Severity.REPAIRED if harmless else Severity.REJECTED,
        locator=entry.node.locator,
        message=(
            "The same record came before in this run."
            if harmless
            else "An earlier record of this run is the same job or has all its keys; "
            "this one was not written."
        ),
        value=entry.posting.title if entry.posting else "",
    )
    return Recorded(
        outcome=Outcome.UNCHANGED if harmless else Outcome.REJECTED,
        locator=entry.node.locator,
        title=entry.posting.title if entry.posting else "",
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
        values["excerpt"] = sanitise.excerpt(posting.description)
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
