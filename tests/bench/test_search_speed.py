"""The list beside what else could show it: SQL with FTS5, and Datasette.

`BENCH_POSTINGS` says how many postings; what is over `IMPORTED` are copies of rows
(`multiplied`). All is measured in one process's CPU, the requests by a client's clock.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from postings.search import index, query
from tests.bench.conftest import Show
from tests.bench.generator import TITLE_WORD
from tests.bench.multiplied import multiply
from tests.bench.site import visit
from tests.bench.test_page_speed import grow

SIZE = int(os.environ.get("BENCH_POSTINGS", "4000"))
IMPORTED = min(SIZE, 5_000)
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))

#: Of the largest site Datasette is asked with; its facets take seconds beyond.
DATASETTE_MOST = 100_000
REQUESTS_SECONDS = 10.0

#: The commonest words of the generator, and one of a title in a hundred.
COMMON, COMMONER = "bababa", "bababa babadri"

PAGES = {
    "no words": "/",
    "page 2": "/?page=2",
    "a rare word": f"/?q={TITLE_WORD}",
    "a common word": f"/?q={COMMON}",
    "two common words": f"/?q={COMMONER.replace(' ', '+')}",
    "a common word, two filters": f"/?q={COMMON}&type=FULL_TIME&place=DE",
    "a common word, closing soon": f"/?q={COMMON}&sort=closing",
    "around a place": "/?where=Berlin&within=50",
}

#: The same groups as the list's, over a flat table of the same rows.
FACETS = (
    "type", "remote", "country", "organization", "industry", "education", "language",
    "currency",
)  # fmt: skip
FLAT = """
CREATE TABLE flat AS SELECT p.id, p.title, t.description AS text,
  p.posted_at AS posted, coalesce(o.name, '') AS organization,
  coalesce(json_extract(p.employment_type, '$[0]'), '') AS type,
  p.job_location_type AS remote, p.places_country AS country,
  coalesce(json_extract(p.industry, '$[0]'), '') AS industry,
  coalesce(json_extract(p.credential_category, '$[0]'), '') AS education,
  p.in_language AS language, p.base_salary_currency AS currency,
  p.valid_through AS closes
FROM postings_jobposting p JOIN postings_jobpostingtexts t ON t.posting_id = p.id
LEFT JOIN postings_organization o ON o.id = p.hiring_organization_id;
CREATE UNIQUE INDEX flat_id ON flat (id);
CREATE INDEX flat_posted ON flat (posted);
CREATE VIRTUAL TABLE flat_fts USING fts5 (title, text, content='flat',
  content_rowid='id');
INSERT INTO flat_fts (flat_fts) VALUES ('rebuild');
"""


def median_cpu(work: Callable[[], object]) -> float:
    """Of a piece of work done once before, in milliseconds."""
    work()
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken) * 1000


def page(address: str, *, kept: bool) -> Callable[[], None]:
    def get() -> None:
        if not kept:
            query._kept.opened = None  # noqa: SLF001 - counts of another index are forgotten
        visit(address)

    return get


def by_sql(database: sqlite3.Connection, words: str) -> Callable[[], None]:
    """Twenty results, their number and all facets, as somebody would write it."""
    now = timezone.now().strftime("%Y-%m-%d %H:%M:%S")
    where, values = "(closes IS NULL OR closes >= ?)", [now]
    source, order = "flat", "posted DESC"
    if words:
        source = "flat JOIN flat_fts ON flat_fts.rowid = flat.id"
        where, values = f"flat_fts MATCH ? AND {where}", [words, now]
        order = "bm25(flat_fts)"

    def ask() -> None:
        found = f"FROM {source} WHERE {where}"
        for select in (
            f"SELECT flat.id {found} ORDER BY {order} LIMIT 20",
            f"SELECT count(*) {found}",
            *(
                f"SELECT flat.{each}, count(*) {found} GROUP BY 1 ORDER BY 2 DESC LIMIT 30"
                for each in FACETS
            ),
        ):
            database.execute(select, values).fetchall()

    return ask


@contextmanager
def on_one_core() -> Iterator[None]:
    """Threads that are begun inside are held to the same core."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system holds no process to one core")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def size_of(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def serving(command: list[str], port: int, env: Mapping[str, str]) -> Iterator[str]:
    """A server of its own, from its first answer on."""
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, env={**os.environ, **env})
    try:
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(address, timeout=60)
                break
            except httpx.TransportError:
                assert process.poll() is None, command
                assert time.monotonic() < until, command
        yield address
    finally:
        process.terminate()
        process.wait(30)


def requests_a_second(address: str) -> float:
    """One client that asks again as soon as it has the answer."""
    with httpx.Client(timeout=120) as client:
        client.get(address).raise_for_status()
        begun, asked = time.perf_counter(), 0
        while (taken := time.perf_counter() - begun) < REQUESTS_SECONDS or not asked:
            client.get(address).raise_for_status()
            asked += 1
    return asked / taken


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("static_files")
def test_searches(show: Show, tmp_path: Path) -> None:
    grow(0, IMPORTED)
    multiply(SIZE)
    index.forget()
    clock, cpu = time.perf_counter(), time.process_time()
    with on_one_core():
        done = index.rebuild(patience=60)
    cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
    assert done.postings == SIZE
    show(
        f"An index of {SIZE:,} postings, on one core",
        [
            ("postings a second of CPU", "of clock", "bytes of disk each"),
            (
                f"{SIZE / cpu:,.0f}",
                f"{SIZE / clock:,.0f}",
                f"{size_of(Path(settings.SEARCH_DIR)) / SIZE:,.0f}",
            ),
        ],
    )
    costs = {
        name: (
            median_cpu(page(address, kept=False)),
            median_cpu(page(address, kept=True)),
        )
        for name, address in PAGES.items()
    }
    show(
        f"A list page of {SIZE:,} postings, CPU in ms, medians of {ROUNDS}",
        [
            ("page", "first of a minute", "later"),
            *(
                (name, f"{new:.1f}", f"{kept:.1f}")
                for name, (new, kept) in costs.items()
            ),
        ],
    )
    if connection.vendor == "sqlite":
        beside(show, tmp_path, costs)


def beside(show: Show, folder: Path, costs: Mapping[str, tuple[float, float]]) -> None:
    copy, flat = folder / "db.sqlite3", folder / "flat.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
        cursor.execute("VACUUM INTO %s", [str(flat)])
    with sqlite3.connect(flat) as database:
        database.executescript(FLAT)
        asked = {
            "no words": "",
            "a rare word": TITLE_WORD,
            "a common word": COMMON,
            "two common words": COMMONER,
        }
        show(
            f"The same searches in SQL, {SIZE:,} postings, CPU in ms",
            [
                ("search", "FTS5 and GROUP BY", "the whole page here"),
                *(
                    (
                        name,
                        f"{median_cpu(by_sql(database, words)):,.1f}",
                        f"{costs[name][0]:.1f}",
                    )
                    for name, words in asked.items()
                ),
            ],
        )
    datasette = Path(sys.executable).with_name("datasette")
    if SIZE > DATASETTE_MOST or not datasette.exists():
        return
    env = {"DATA_DIR": str(folder)}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
        check=True,
        env={**os.environ, **env},
    )
    (folder / "search").symlink_to(settings.SEARCH_DIR)
    port, other = free_port(), free_port()
    rates: dict[str, tuple[float, float]] = {}
    with (
        serving(
            [
                sys.executable, "-m", "gunicorn", "jobsite.wsgi", "--workers=1",
                f"--bind=127.0.0.1:{port}", "--log-level=critical",
            ],
            port,
            env,
        ) as site,
        serving(
            [
                str(datasette), "serve", str(flat), f"--port={other}",
                "--setting", "facet_time_limit_ms", "100000",
                "--setting", "sql_time_limit_ms", "100000",
            ],
            other,
            {},
        ) as its,
    ):  # fmt: skip
        facets = "&".join(f"_facet={each}" for each in FACETS)
        for name, words in asked.items():
            rates[name] = (
                requests_a_second(site + PAGES[name]),
                requests_a_second(
                    f"{its}/flat/flat?_size=20&{facets}"
                    + (f"&_search={words}" if words else "&_sort_desc=posted")
                ),
            )
    show(
        f"Requests a second, one after the other, {SIZE:,} postings",
        [
            ("page", "here, one worker", "Datasette", "ratio"),
            *(
                (name, f"{here:.1f}", f"{there:.2f}", f"x {here / there:.0f}")
                for name, (here, there) in rates.items()
            ),
        ],
    )
