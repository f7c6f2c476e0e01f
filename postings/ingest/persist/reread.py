"""Postings read again from their kept nodes, when the reader has learned something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from postings.ingest.normalise import READER_VERSION
from postings.ingest.persist.batch import Batch, Before, Prior
from postings.ingest.persist.run import Run
from postings.ingest.prepare import Prepared, Rejected
from postings.ingest.read import Node
from postings.ingest.report import Recorded
from postings.models import DatabaseState, JobPosting, Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A posting's source node as it was stored."""

    posting_id: int
    node_hash: str
    node: Node


def kept(source: Source, *, after: int, size: int, all_: bool = False) -> list[Kept]:
    """The next nodes of a source past a posting's id, in the order of ids.

    Without `all_` those an older reader read. Postings written in the admin have none.
    """
    rows = JobPosting.objects.filter(source=source, pk__gt=after)
    rows = rows.exclude(node_hash="").order_by("pk")
    if not all_:
        rows = rows.exclude(reader_version=READER_VERSION)
    return [kept_node(row) for row in rows.select_related("node")[:size]]


def kept_node(row: JobPosting) -> Kept:
    return Kept(posting_id=row.pk, node_hash=row.node_hash, node=node_of(row))


def node_of(row: JobPosting) -> Node:
    """The kept node of a row, given again what the reader was once told about it."""
    return Node(
        data=row.node.data,
        locator=f"posting {row.pk}",
        page=row.node.page,
        language=row.node.language,
        address=row.node.address,
    )


def reread(
    read: Sequence[tuple[Kept, Prepared | Rejected]], source: Source, *, now: datetime
) -> list[Recorded]:
    """Stores what today's reader makes of kept nodes, in one transaction.

    What an editor changed stays; nothing is reopened, nor counted as seen. A posting an
    import has written meanwhile is left out: it was read by today's reader.
    """
    with transaction.atomic():
        DatabaseState.lock()
        hashes = dict(
            JobPosting.objects.filter(
                pk__in=[was.posting_id for was, _ in read]
            ).values_list("pk", "node_hash")
        )
        found = {
            was.posting_id: entry
            for was, entry in read
            if hashes.get(was.posting_id) == was.node_hash
        }
        befores = {
            was.posting_id: Before(
                node_hash=was.node_hash,
                edited=True,
                posting=entry.posting,
                employer=entry.posting.hiring_organization,
            )
            for was, entry in read
            if isinstance(entry, Prepared)
        }
        run = Run(source_slug=source.slug, now=now, dry_run=False)
        return Batch(run, source, Prior(befores)).reread(found)
