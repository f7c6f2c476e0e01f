"""All that can be done for a record before the database is asked; no Django."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, NamedTuple, TypeAlias

from postings import packing, sanitise
from postings.ingest import merge, normalise
from postings.ingest.merge import Key
from postings.ingest.read import Node, Unread
from postings.ingest.report import (
    Code,
    Outcome,
    Problem,
    Recorded,
    Sentence,
    Severity,
)
from postings.schemaorg import Posting


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A record read, cleaned and named: what is left is to store it.

    `packed` is its node as it is kept, `excerpt` the first words of its description.
    """

    node: Node
    posting: Posting
    problems: tuple[Problem, ...]
    claim: merge.Claim
    packed: bytes
    excerpt: str

    @property
    def locator(self) -> str:
        return self.node.locator

    @property
    def document(self) -> str:
        return self.node.document

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.claim.keys

    def rejected(self, problems: tuple[Problem, ...]) -> Rejected:
        """The record as one that is not to be stored after all."""
        return replace(_refused(self.node, problems), keys=self.keys)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """A record that can't be stored, with what it takes to read it again.

    That is its text, the document it stood in and what else the reader was told of it
    (page, language, address); `keys` are what it says it is called.
    """

    locator: str
    problems: tuple[Problem, ...]
    raw: str = ""
    document: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[Key, ...] = ()
    posting: ClassVar[None] = None  # as others have one

    def recorded(self) -> Recorded:
        return Recorded(
            outcome=Outcome.REJECTED, locator=self.locator, problems=self.problems
        )


class Held(NamedTuple):
    """A record the source seems to hold as it is, so that nothing was done for it.

    `problems` are those of its text, not of its values, which nobody looked at.
    """

    digest: str
    locator: str
    document: str
    problems: tuple[Problem, ...]


#: What becomes of a record on its way to the database.
Entry: TypeAlias = Prepared | Rejected | Held


class Digests:
    """Digests of nodes, so many that only a part of each is kept: eight bytes.

    One that is not among them may, very rarely, seem to be.
    """

    def __init__(self, digests: Iterable[str] = ()) -> None:
        self._parts = array("Q", sorted(int(digest[:16], 16) for digest in digests))

    def __contains__(self, digest: object) -> bool:
        if not isinstance(digest, str):
            return False
        part = int(digest[:16], 16)
        found = bisect_left(self._parts, part)
        return found < len(self._parts) and self._parts[found] == part


@dataclass(frozen=True, slots=True)
class Settings:
    """What preparing goes by: the site's time zone, and what the source holds."""

    site_zone: str
    held: Container[str]


def entry(read: Node | Unread, settings: Settings) -> Entry | Problem:
    """What becomes of what was read; never raises for what strangers wrote.

    A problem that is of no record comes as it is.
    """
    if isinstance(read, Unread) and read.is_note:
        return read.problem
    if isinstance(read, Node) and read.digest in settings.held:
        return Held(read.digest, read.locator, read.document, read.problems)
    return complete(read, settings.site_zone)


def complete(read: Node | Unread, site_zone: str) -> Prepared | Rejected:
    """A record prepared whether it is held or not."""
    if isinstance(read, Unread):
        return _unread(read)
    found = normalise.posting(read, site_zone=site_zone)
    if found.posting is None:
        return _refused(read, found.problems)
    return of(read, found.posting, found.problems)


def _unread(read: Unread) -> Rejected:
    return Rejected(
        locator=read.problem.locator,
        problems=(read.problem,),
        raw=read.raw,
        document=read.document or read.problem.locator,
        context={"address": read.address} if read.address else {},
        keys=merge.guessed_keys(read.raw, read.address),
    )


def _refused(node: Node, problems: tuple[Problem, ...]) -> Rejected:
    return Rejected(
        locator=node.locator,
        problems=problems,
        raw=node.text,
        document=node.document,
        context=_context(node),
        keys=merge.guessed_keys(node.text, node.page),
    )


def _context(node: Node) -> dict[str, str]:
    told = {"page": node.page, "language": node.language, "address": node.address}
    return {name: value for name, value in told.items() if value}


def of(node: Node, posting: Posting, problems: tuple[Problem, ...] = ()) -> Prepared:
    """A posting as it was read from a node, prepared."""
    return Prepared(
        node=node,
        posting=posting,
        problems=problems,
        claim=merge.claim(posting, node),
        packed=packing.packed(node.data),
        excerpt=sanitise.excerpt(posting.description),
    )


def lost(read: Node | Unread, code: Code, message: Sentence) -> Rejected:
    """A record that could not be worked on once it was read."""
    where = read.locator if isinstance(read, Node) else read.problem.locator
    problem = Problem(
        code=code, severity=Severity.REJECTED, locator=where, message=message
    )
    if isinstance(read, Unread):
        return _unread(replace(read, problem=problem))
    return _refused(read, (problem,))
