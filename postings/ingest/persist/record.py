"""One record of a batch, and what it changes of its posting's row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import models

from postings import sanitise, schemaorg
from postings.ingest import merge
from postings.ingest.merge import Key
from postings.ingest.prepare import Prepared
from postings.ingest.read import Node
from postings.ingest.report import Change, Outcome, Recorded
from postings.models import JobPosting, JobPostingNode, Organization, columns
from postings.schemaorg import Posting


@dataclass(slots=True)
class Record:
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


NODE_COLUMNS = ("data", "page", "language", "address")


def node_columns(node: Node | JobPostingNode) -> dict[str, Any]:
    return {name: getattr(node, name) for name in NODE_COLUMNS}


def children_in(posting: Posting, name: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] = getattr(posting, schemaorg.attribute(name))
    return found


@dataclass(frozen=True, slots=True)
class Differences:
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


def compared(record: Record, row: JobPosting, now: datetime) -> Differences:
    """Sets on a row and its texts what the record says, and names what differed."""
    posting = record.posting
    texts = assign(row.texts, columns.text_columns(posting))
    if texts:
        row.texts.policy_version = sanitise.POLICY_VERSION
    values = columns.row_columns(posting) | columns.card_columns(posting)
    values["hiring_organization_id"] = key_of(record.organization)
    if _is_said_now(row, posting.in_language):
        values["in_language_source"] = row.in_language_source
    if "description" in texts:
        values["excerpt"] = record.prepared.excerpt
    dates = values["date_posted"], values["valid_through"]
    if dates != (row.date_posted, row.valid_through):
        values["posted_at"] = columns.posted_at(*dates, row.first_seen, now)
    if row.withdrawn_at is not None and not record.reread:
        values |= {"withdrawn_at": None, "withdrawn_reason": ""}
    changed = {
        name.removesuffix("_id") if name == "hiring_organization_id" else name
        for name in assign(row, values)
    }
    children = {
        name
        for name in columns.CHILDREN
        if columns.children_of(row, name) != children_in(posting, name)
    }
    return Differences(frozenset(changed), frozenset(texts), frozenset(children))


def changes_of(record: Record, row: JobPosting) -> tuple[Change, ...]:
    """How a record makes its posting differ, to be asked before the row is changed.

    An organization that stays the posting's is no difference, whatever editors call it.
    """
    before, after = columns.posting_of(row), record.posting
    own = row.hiring_organization_id
    if own is not None and own == key_of(record.organization):
        after = replace(after, hiring_organization=before.hiring_organization)
    if _is_said_now(row, after.in_language):
        source = schemaorg.LanguageSource(row.in_language_source)
        language = replace(after.in_language, source=source)
        after = replace(after, in_language=language)
    return merge.changes(before, after)


def _is_said_now(row: JobPosting, language: schemaorg.Language) -> bool:
    """Whether a record states the language its page was known to be in.

    That is how an export says it, and no news.
    """
    return (
        language.code == row.in_language
        and language.source is schemaorg.LanguageSource.STATED
        and row.in_language_source == schemaorg.LanguageSource.DOCUMENT
    )


def assign(row: models.Model, values: Mapping[str, Any]) -> set[str]:
    """Sets columns and names those that changed."""
    changed = {name for name, value in values.items() if getattr(row, name) != value}
    for name in changed:
        setattr(row, name, values[name])
    return changed


def key_of(row: models.Model | None) -> Any:
    return row.pk if row is not None else None
