"""What an index holds of a database, and what is missing: marks and their history."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import QuerySet

from postings.models import (
    DatabaseState,
    ImportRun,
    JobPosting,
    Organization,
    Tombstone,
)
from postings.search import schema

#: Postings a commit remembers, and their revisions, to know its history again.
_WITNESSES = 8


class Mark(NamedTuple):
    """What an index holds: the postings of a database up to a revision."""

    database: str
    schema: str
    revision: int


class Witness(NamedTuple):
    """What was last in the database at a mark, by which its history is known again.

    A database put back to an older state counts its revisions on from there: the same
    numbers then stand for other changes.
    """

    postings: tuple[tuple[int, int], ...] = ()
    run: int = 0
    began: str = ""


def wanted() -> Mark:
    """What an index in step with the database holds. Cost: one query."""
    state = DatabaseState.objects.filter(pk=1).values_list("database_id", "revision")
    database, revision = state.first() or (DatabaseState.identity(), 0)
    return Mark(str(database), schema.FINGERPRINT, revision)


def follows(mark: Mark, wanted: Mark) -> bool:
    """Whether adding changes to what the mark says can lead to what is wanted."""
    return mark[:2] == wanted[:2] and mark.revision <= wanted.revision


def is_same_history(mark: Mark, witness: Witness) -> bool:
    """Whether what was last in the database at the mark is there, or changed since."""
    began = ImportRun.objects.filter(pk=witness.run).values_list(
        "started_at", flat=True
    )
    if any(instant.isoformat() != witness.began for instant in began):
        return False
    ids = [pk for pk, _revision in witness.postings]
    now = dict(Tombstone.objects.filter(pk__in=ids).values_list("pk", "revision"))
    now |= JobPosting.objects.filter(pk__in=ids).values_list("pk", "revision")
    return all(
        pk in now and (now[pk] == revision or now[pk] > mark.revision)
        for pk, revision in witness.postings
    )


def witness_of(mark: Mark) -> Witness:
    """Call it soon after the mark was read. Cost: two queries."""
    last = JobPosting.objects.filter(revision__lte=mark.revision).order_by("-revision")
    run = ImportRun.objects.order_by("-pk").values_list("pk", "started_at").first()
    return Witness(
        tuple(last.values_list("pk", "revision")[:_WITNESSES]),
        run[0] if run else 0,
        run[1].isoformat() if run else "",
    )


def changed_since(mark: Mark, most: int | None = None) -> list[int]:
    """Postings that changed since a mark, or whose organization did; the first `most`."""
    own = JobPosting.objects.filter(revision__gt=mark.revision)
    renamed = Organization.objects.filter(revision__gt=mark.revision)
    theirs = JobPosting.objects.filter(hiring_organization__in=renamed)
    found: dict[int, None] = {}
    for rows in (own.order_by("revision"), theirs.order_by("pk")):
        found |= dict.fromkeys(rows.values_list("pk", flat=True)[:most])
    return list(found)


def purged_since(mark: Mark) -> QuerySet[Tombstone]:
    """What purged postings left behind since a mark."""
    return Tombstone.objects.filter(revision__gt=mark.revision)
