"""When a source was last seen to hold a posting: the `last_run` of its keys."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from postings.fields import among
from postings.ingest.persist.run import Run
from postings.models import SourceKey


def mark(ids: Collection[int], run: Run) -> set[int]:
    """Notes on every key of these postings that a run has seen it.

    Returns the postings it had not seen before. One statement, and no entry of an index
    moves; a dry run notes nothing.
    """
    if run.row is None or not ids:
        return set()
    test, given = among(ids, connection)
    statement = f"""
        UPDATE postings_sourcekey SET last_run_id = %s
        WHERE posting_id {test} AND (last_run_id <> %s OR last_run_id IS NULL)
        RETURNING posting_id
    """  # noqa: S608 - no word of it is a stranger's
    with connection.cursor() as cursor:
        cursor.execute(statement, (run.row.pk, given, run.row.pk))
        return {pk for (pk,) in cursor.fetchall()}


def seen(ids: Collection[int], run: Run) -> set[int]:
    """Those of these postings that a run has seen in an earlier batch."""
    if run.row is None:
        return {pk for pk in ids if pk in run.claims.seen or pk in run.claims.postings}
    if not ids:
        return set()
    keys = SourceKey.objects.filter(posting_id__among=ids, last_run=run.row)
    return set(keys.values_list("posting_id", flat=True))
