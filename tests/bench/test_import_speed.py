"""How fast postings come in, beside the two libraries that do most of the work."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import bleach
import pytest
from django.utils import timezone

from postings.ingest import pipeline, sources
from postings.ingest.report import Outcome
from postings.sanitise import ALLOWED_ATTRIBUTES, ALLOWED_PROTOCOLS, ALLOWED_TAGS
from tests.bench.conftest import Show
from tests.bench.generator import lines

COUNT = 2_000
CHANGED = range(0, COUNT, 100)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """Seconds a step took: on the clock, and of this process's CPU."""

    step: str
    clock: float
    cpu: float


def spent(step: str, work: Callable[[], None]) -> Spent:
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(
        step=step, clock=time.perf_counter() - clock, cpu=time.process_time() - cpu
    )


def importing(path: Path, **expected: int) -> Callable[[], None]:
    """Imports a file and expects these outcomes and no other."""

    def work() -> None:
        report = pipeline.run(
            sources.documents([str(path)]), source="files", now=timezone.now()
        )
        found = {str(o): report.outcomes[o] for o in Outcome if report.outcomes[o]}
        assert found == expected

    return work


@pytest.mark.django_db(transaction=True)
def test_import_beside_bleach_and_json_alone(tmp_path: Path, show: Show) -> None:
    today = timezone.localdate()
    feed, changed = tmp_path / "feed.ndjson", tmp_path / "changed.ndjson"
    records = list(lines(range(COUNT), today=today))
    feed.write_bytes(b"\n".join(records))
    changed.write_bytes(b"\n".join(lines(range(COUNT), today=today, changed=CHANGED)))
    texts = [unescape(json.loads(record)["description"]) for record in records]
    cleaner = bleach.Cleaner(
        tags=ALLOWED_TAGS,
        attributes={tag: list(names) for tag, names in ALLOWED_ATTRIBUTES.items()},
        protocols=ALLOWED_PROTOCOLS,
        strip=True,
    )

    def bleaching() -> None:
        for text in texts:
            cleaner.clean(text)

    def loading() -> None:
        for record in records:
            json.loads(record)

    steps = (
        spent("first import", importing(feed, created=COUNT)),
        spent("again, nothing changed", importing(feed, unchanged=COUNT)),
        spent(
            "again, 1 % changed",
            importing(changed, updated=len(CHANGED), unchanged=COUNT - len(CHANGED)),
        ),
        alone := spent("bleach alone", bleaching),
        spent("json.loads alone", loading),
    )
    show(
        f"Import of {COUNT:,} postings of {sum(map(len, records)) / COUNT:,.0f} bytes",
        [
            ("step", "records a second", "CPU ms a record", "CPU : bleach alone"),
            *(
                (
                    step.step,
                    f"{COUNT / step.clock:,.0f}",
                    f"{step.cpu / COUNT * 1000:.3f}",
                    f"{step.cpu / alone.cpu:.2f}",
                )
                for step in steps
            ),
        ],
    )
