"""How much CPU and how many queries pages cost as the site grows."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from itertools import pairwise

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from postings.ingest import pipeline
from postings.ingest.read import Document
from postings.ingest.report import Outcome
from postings.models import JobPosting
from tests.bench.conftest import Show
from tests.bench.generator import TITLE_WORD, lines
from tests.bench.site import visit

SIZES = (2_000, 10_000, 20_000)
ROUNDS = 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """Of one page: medians in milliseconds, and queries, those for the footer too.

    The CPU is this process's: SQLite works in it, PostgreSQL does not.
    """

    cpu: float
    clock: float
    queries: int


def cost(address: str) -> Cost:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        visit(address)
        queries = len(captured)
    clocks, cpus = [], []
    for _ in range(ROUNDS):
        clock, cpu = time.perf_counter(), time.process_time()
        visit(address)
        clocks.append(time.perf_counter() - clock)
        cpus.append(time.process_time() - cpu)
    return Cost(
        cpu=statistics.median(cpus) * 1000,
        clock=statistics.median(clocks) * 1000,
        queries=queries,
    )


def grow(start: int, end: int) -> None:
    """Imports the postings of these numbers."""
    records = lines(range(start, end), today=timezone.localdate())
    document = Document(name="feed.ndjson", content=b"\n".join(records))
    report = pipeline.run([document], source="files", now=timezone.now())
    assert report.outcomes[Outcome.CREATED] == end - start
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # what autovacuum does within a minute
            cursor.execute("ANALYZE")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("static_files")
def test_pages_of_a_site_that_grows(client: Client, show: Show) -> None:
    costs: list[dict[str, Cost]] = []
    basis = "clock" if connection.vendor == "postgresql" else "cpu"
    for start, end in pairwise((0, *SIZES)):
        grow(start, end)
        newest = JobPosting.objects.open(timezone.now()).newest_first()[0]
        found = client.get("/", {"q": TITLE_WORD}).context["results"].total
        assert 0 < found < end / 20
        pages = {
            "list": "/",
            "list, a rare word": f"/?q={TITLE_WORD}",
            "list, two facets": "/?type=FULL_TIME&country=DE",
            "a posting": newest.get_absolute_url(),
        }
        costs.append({name: cost(pages[name]) for name in pages})
    show(
        f"A page by postings on the site, CPU / clock in ms, medians of {ROUNDS}",
        [
            (
                "page",
                *(f"{size:,}" for size in SIZES),
                f"{basis} at x {SIZES[-1] / SIZES[0]:.0f}",
                "queries",
            ),
            *(
                (
                    name,
                    *(f"{of[name].cpu:.0f} / {of[name].clock:.0f}" for of in costs),
                    f"x {getattr(last, basis) / getattr(costs[0][name], basis):.1f}",
                    f"{last.queries}",
                )
                for name, last in costs[-1].items()
            ),
        ],
    )
