"""How fast postings go out, and how much memory that takes as they grow."""

from __future__ import annotations

import io
import time
import tracemalloc
from typing import BinaryIO, cast

import pytest
from django.utils import timezone

from postings.ingest import export, normalise
from postings.ingest.read import Node
from postings.management.commands.export_postings import write
from postings.models import JobPosting, JobPostingNode, JobPostingTexts, columns
from postings.sanitise import POLICY_VERSION
from tests.bench.conftest import Show
from tests.bench.generator import posting
from tests.factories import make_source

SIZES = (10_000, 100_000)
_BATCH = 2_000


class Nowhere(io.RawIOBase):
    """Counts what is written and keeps nothing of it."""

    size = 0

    def write(self, data: object) -> int:
        length = len(data)  # type: ignore[arg-type]
        self.size += length
        return length


def store(numbers: range) -> None:
    """Postings as an import leaves them, their texts left out: none is exported."""
    source, now = make_source("bench"), timezone.now()
    for start in range(numbers.start, numbers.stop, _BATCH):
        made = []
        for number in range(start, min(start + _BATCH, numbers.stop)):
            node = Node(data=posting(number, today=now.date()), locator="")
            read = normalise.posting(node, long_texts=False).posting
            assert read is not None
            row = JobPosting(
                **columns.row_columns(read),
                source=source,
                node_hash=node.digest,
                reader_version=normalise.READER_VERSION,
                first_seen=now,
                posted_at=now,
                published_at=now,
            )
            made.append((row, node))
        JobPosting.objects.bulk_create(row for row, _ in made)
        JobPostingNode.objects.bulk_create(
            JobPostingNode(posting=row, data=node.data) for row, node in made
        )
        JobPostingTexts.objects.bulk_create(
            JobPostingTexts(posting=row, policy_version=POLICY_VERSION)
            for row, _ in made
        )


def exporting() -> tuple[int, int, float]:
    """Exports all postings: how many, bytes written, seconds of CPU."""
    out, began = Nowhere(), time.process_time()
    nodes = export.exported(JobPosting.objects.all())
    count = write(nodes, cast("BinaryIO", out), "ndjson")
    return count, out.size, time.process_time() - began


@pytest.mark.django_db(transaction=True)
def test_export_of_ever_more_postings(show: Show) -> None:
    """Memory is the most that Python's objects took at a time, in a run of its own."""
    rows = [["postings", "a second", "MB written", "MB of memory"]]
    stored = 0
    for size in SIZES:
        store(range(stored, size))
        stored = size
        count, written, seconds = exporting()
        assert count == size
        tracemalloc.start()
        exporting()
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        rows.append(
            [
                f"{size:,}",
                f"{size / seconds:,.0f}",
                f"{written / 1e6:.0f}",
                f"{memory / 1e6:.1f}",
            ]
        )
    show("Export as JSON lines", rows)
