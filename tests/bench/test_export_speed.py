"""How fast postings go out, and how much memory that takes as they grow."""

from __future__ import annotations

import io
import resource
import time
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


@pytest.mark.django_db(transaction=True)
def test_export_of_ever_more_postings(show: Show) -> None:
    rows = [["postings", "a second", "MB written", "MB of memory more"]]
    stored = 0
    for size in SIZES:
        store(range(stored, size))
        stored = size
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        out, start = Nowhere(), time.process_time()
        assert (
            write(
                export.exported(JobPosting.objects.all()),
                cast("BinaryIO", out),
                "ndjson",
            )
            == size
        )
        seconds = time.process_time() - start
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        rows.append(
            [
                f"{size:,}",
                f"{size / seconds:,.0f}",
                f"{out.size / 1e6:.0f}",
                f"{grown:.0f}",
            ]
        )
    show("Export as JSON lines", rows)
