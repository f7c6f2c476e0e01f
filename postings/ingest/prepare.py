"""All that can be done for a record before the database is asked; no Django."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from postings import packing, sanitise
from postings.ingest import merge, normalise
from postings.ingest.merge import Key
from postings.ingest.read import Node, Unread
from postings.ingest.report import Code, Outcome, Problem, Recorded, Severity
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
    def keys(self) -> tuple[Key, ...]:
        return self.claim.keys

    @property
    def raw(self) -> str:
        """The record as text, for the ledger."""
        return self.node.text


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """A record that can't be stored, with its text for the ledger."""

    locator: str
    problems: tuple[Problem, ...]
    raw: str = ""

    def recorded(self) -> Recorded:
        return Recorded(
            outcome=Outcome.REJECTED, locator=self.locator, problems=self.problems
        )


class Held(NamedTuple):
    """A record the source seems to hold as it is, so that nothing was done for it."""

    digest: str
    locator: str


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


def entry(read: Node | Unread, settings: Settings) -> Entry:
    """What becomes of what was read; never raises for what strangers wrote."""
    if isinstance(read, Node) and read.digest in settings.held:
        return Held(read.digest, read.locator)
    return complete(read, settings.site_zone)


def complete(read: Node | Unread, site_zone: str) -> Prepared | Rejected:
    """A record prepared whether it is held or not."""
    if isinstance(read, Unread):
        return Rejected(
            locator=read.problem.locator, problems=(read.problem,), raw=read.raw
        )
    found = normalise.posting(read, site_zone=site_zone)
    if found.posting is None:
        return Rejected(locator=read.locator, problems=found.problems, raw=read.text)
    return of(read, found.posting, found.problems)


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


def lost(
    read: Node | Unread | str, code: Code, message: str, raw: str = ""
) -> Rejected:
    """A record that could not be worked on, by what was read of it or its locator."""
    if isinstance(read, Unread):
        locator, raw = read.problem.locator, read.raw
    elif isinstance(read, Node):
        locator, raw = read.locator, read.text
    else:
        locator = read
    problem = Problem(
        code=code, severity=Severity.REJECTED, locator=locator, message=message
    )
    return Rejected(locator=locator, problems=(problem,), raw=raw)
