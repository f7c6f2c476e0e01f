"""More postings than anybody wants to import, by copies of rows that were."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from django.db.models import Max

from postings.models import JobLocation, JobPosting, JobPostingTexts


def multiply(size: int) -> None:
    """Copies the postings there are, their texts and places, until there are `size`.

    Copies differ in their ids alone: words, employers and places are as often theirs
    as they were. Revisions are those of the originals, so the index must be rebuilt.
    Cost: 4 KB of disk a posting; no node, key or ledger is copied.
    """
    originals = JobPosting.objects.count()
    step = JobPosting.objects.aggregate(Max("pk"))["pk__max"]
    for copy in range(1, -(-size // originals)):
        most = step if (copy + 1) * originals <= size else _last(size % originals)
        _copy(JobPosting, {"id": f"id + {copy * step}"}, f"id <= {most}")
        posting = {"posting_id": f"posting_id + {copy * step}"}
        _copy(JobPostingTexts, posting, f"posting_id <= {most}")
        _copy(JobLocation, {"id": None, **posting}, f"posting_id <= {most}")


def _last(count: int) -> int:
    return JobPosting.objects.order_by("pk").values_list("pk", flat=True)[count - 1]


def _copy(
    model: type[JobPosting | JobPostingTexts | JobLocation],
    changed: Mapping[str, str | None],
    those: str,
) -> None:
    """One statement; a changed column of None is left to the database."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = (str(field.column) for field in model._meta.concrete_fields)
    names = [name for name in columns if changed.get(name, "") is not None]
    to = ", ".join(map(connection.ops.quote_name, names))
    values = ", ".join(
        changed.get(name) or connection.ops.quote_name(name) for name in names
    )
    with connection.cursor() as cursor:
        # Names are those of the models.
        cursor.execute(
            f"INSERT INTO {table} ({to}) SELECT {values} FROM {table} WHERE {those}"  # noqa: S608
        )
