"""How fast postings come in, beside what could at best and would at worst be expected.

`BENCH_RECORDS` says how many postings (10,000), `BENCH_FEED` names a file of JSON lines
to take instead of generated ones.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from postings import sanitise
from postings.ingest import merge, pipeline, prepare, read, sources, work
from postings.ingest.normalise import READER_VERSION
from postings.ingest.read import Document
from postings.ingest.report import Outcome
from postings.models import (
    ImportRecord,
    ImportRun,
    JobLocation,
    JobPosting,
    JobPostingNode,
    JobPostingTexts,
    Organization,
    Source,
    SourceKey,
    columns,
)
from postings.search import index
from tests.bench.baseline import bleached
from tests.bench.conftest import Show
from tests.bench.generator import lines

COUNT = int(os.environ.get("BENCH_RECORDS", "10000"))

#: Records the loop with one `update_or_create` after the other is measured with.
LOOPED = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """Records and seconds of a step.

    On the clock, of this process's CPU, and of that of the processes it started.
    """

    step: str
    records: int
    clock: float
    own: float
    others: float

    @property
    def cpu(self) -> float:
        """Seconds a record, of all processes."""
        return (self.own + self.others) / self.records

    @property
    def rate(self) -> float:
        return self.records / self.clock


def spent(step: str, records: int, work_: Callable[[], None]) -> Spent:
    clock, own, others = time.perf_counter(), _cpu(RUSAGE_SELF), _cpu(RUSAGE_CHILDREN)
    work_()
    return Spent(
        step=step,
        records=records,
        clock=time.perf_counter() - clock,
        own=_cpu(RUSAGE_SELF) - own,
        others=_cpu(RUSAGE_CHILDREN) - others,
    )


def together(step: str, first: Spent, then: Spent) -> Spent:
    """Two steps of the same records, one after the other, as one."""
    return Spent(
        step=step,
        records=first.records,
        clock=first.clock + then.clock,
        own=first.own + then.own,
        others=first.others + then.others,
    )


def _cpu(whose: int) -> float:
    used = getrusage(whose)
    return used.ru_utime + used.ru_stime


def importing(path: Path, **expected: int) -> Callable[[], None]:
    """Imports a file in as many processes as there are processors."""

    def work_() -> None:
        report = pipeline.run(
            sources.documents([str(path)]),
            source="files",
            now=timezone.now(),
            jobs=work.cores(),
        )
        found = {str(o): report.outcomes[o] for o in Outcome if report.outcomes[o]}
        assert found == {name: count for name, count in expected.items() if count}

    return work_


def indexing(count: int) -> Callable[[], None]:
    """Builds the index as the import command does when all is stored."""

    def work_() -> None:
        assert index.sync(patience=60).postings == count

    return work_


def _texts(feed: Path) -> Iterator[str]:
    with feed.open("rb") as records:
        for record in records:
            yield unescape(json.loads(record)["description"])


def _written(folder: Path) -> Path:
    feed = folder / "feed.ndjson"
    with feed.open("wb") as out:
        if given := os.environ.get("BENCH_FEED"):
            with Path(given).open("rb") as records:
                out.writelines(islice(records, COUNT))
        else:
            today = timezone.localdate()
            out.writelines(line + b"\n" for line in lines(range(COUNT), today=today))
    return feed


def _changed(feed: Path) -> Path:
    """The same feed with other words in every hundredth description."""
    changed = feed.with_name("changed.ndjson")
    with feed.open("rb") as records, changed.open("wb") as out:
        for number, record in enumerate(records):
            if number % 100 == 0:
                node = json.loads(record)
                # At the start: some end in the middle of a tag, which takes what follows.
                node["description"] = "Baking starts at four. " + node["description"]
                record = json.dumps(node).encode() + b"\n"  # noqa: PLW2901
            out.write(record)
    return changed


def one_by_one(content: bytes) -> None:
    """What an import would be that asks the ORM for one row after the other."""
    source, _ = Source.objects.get_or_create(slug="loop")
    now = timezone.now()
    run = ImportRun.objects.create(
        source=source, started_at=now, reader_version=READER_VERSION
    )
    for found in read.nodes(Document(name="loop", content=content)):
        entry = prepare.complete(found, "UTC")
        assert isinstance(entry, prepare.Prepared)
        with transaction.atomic():
            _store(entry, source, run, now)


def _store(entry: prepare.Prepared, source: Source, run: ImportRun, now: Any) -> None:
    posting = entry.posting
    assert posting.hiring_organization is not None
    name = posting.hiring_organization.name
    employer, _ = Organization.objects.update_or_create(
        folded_name=merge.fold_name(name), defaults={"name": name}
    )
    key = entry.keys[0]
    known = SourceKey.objects.filter(source=source, kind=key.kind, value=key.value)
    row, created = JobPosting.objects.update_or_create(
        keys__in=known,
        defaults={
            **columns.row_columns(posting),
            **columns.card_columns(posting),
            "excerpt": sanitise.excerpt(posting.description),
            "hiring_organization": employer,
            "source": source,
            "node_hash": entry.node.digest,
            "reader_version": READER_VERSION,
            "first_seen": now,
            "posted_at": now,
            "published_at": now,
        },
    )
    JobPostingTexts.objects.update_or_create(
        posting=row,
        defaults={
            **columns.text_columns(posting),
            "policy_version": sanitise.POLICY_VERSION,
        },
    )
    JobPostingNode.objects.update_or_create(
        posting=row, defaults={"data": entry.node.data}
    )
    for position, place in enumerate(posting.job_location):
        JobLocation.objects.update_or_create(
            posting=row, position=position, defaults=columns.child_columns(place)
        )
    for key in entry.keys:
        SourceKey.objects.update_or_create(
            source=source,
            kind=key.kind.value,
            value=key.value,
            defaults={"posting": row, "last_run": run},
        )
    ImportRecord.objects.create(
        run=run,
        posting=row,
        outcome="created" if created else "updated",
        locator=entry.locator,
        problems=[problem.as_json() for problem in entry.problems],
    )


@pytest.mark.django_db(transaction=True)
def test_import_beside_bleach_alone_and_one_record_after_the_other(
    tmp_path: Path, show: Show
) -> None:
    feed = _written(tmp_path)
    changed = _changed(feed)
    with feed.open("rb") as records:
        some = list(islice(records, LOOPED))
        count = len(some) + sum(1 for _ in records)
    moved = -(-count // 100)
    processes = multiprocessing.get_context("spawn").Pool(work.cores())
    with processes:
        # Loaded before the clock runs, which the import is not spared.
        processes.map(bleached, ["<p>Bread.</p>"] * 100, chunksize=1)

        def bleaching() -> None:
            for _ in processes.imap(bleached, _texts(feed), chunksize=50):
                pass
            processes.close()
            processes.join()

        alone = spent("bleach alone, in as many processes", count, bleaching)
    first = spent("first import", count, importing(feed, created=count))
    indexed = spent("its search index, at the end", count, indexing(count))
    steps = (
        alone,
        first,
        indexed,
        together("first import with its index", first, indexed),
        spent("again, nothing changed", count, importing(feed, unchanged=count)),
        spent(
            "again, 1 % changed",
            count,
            importing(changed, updated=moved, unchanged=count - moved),
        ),
        spent(
            "update_or_create, one by one",
            len(some),
            lambda: one_by_one(b"".join(some)),
        ),
    )
    show(
        f"Import of {count:,} postings of {feed.stat().st_size / count:,.0f} bytes, "
        f"{work.cores()} processors",
        [
            (
                "step",
                "records a second",
                ": bleach alone",
                "CPU ms a record",
                "of it in this process",
                "CPU : bleach alone",
            ),
            *(
                (
                    step.step,
                    f"{step.rate:,.0f}",
                    f"{step.rate / alone.rate:.2f}",
                    f"{step.cpu * 1e3:.3f}",
                    f"{step.own / step.records * 1e3:.3f}",
                    f"{step.cpu / alone.cpu:.2f}",
                )
                for step in steps
            ),
        ],
    )
