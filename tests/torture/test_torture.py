"""Imports killed at any moment, and repeated: nothing is lost, doubled or half.

The suite kills 1,500 postings at five moments; `make torture` 20,000 at twenty.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.ingest.support import node

ROOT = Path(__file__).resolve().parents[2]
KILLING = Path(__file__).with_name("killing.py")
POSTINGS = int(os.environ.get("TORTURE_POSTINGS", "1500"))
MOMENTS = int(os.environ.get("TORTURE_MOMENTS", "5"))
SEED = int(os.environ.get("TORTURE_SEED", "20261125"))


class Site:
    """The project on a database of its own."""

    def __init__(self, folder: Path, database: str) -> None:
        self.env = os.environ | {
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": database,
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )

    def killing(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(KILLING), *arguments)

    def rows(self) -> Counter[str]:
        done = self.killing("rows")
        assert done.returncode == 0, done.stderr
        return Counter(done.stdout.splitlines())

    @contextmanager
    def served(self) -> Iterator[list[int]]:
        """The statuses of a visitor who reads the list for as long as it is open."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "jobsite.wsgi", "--threads=2"),
                *(f"--bind=127.0.0.1:{port}", "--log-level=critical"),
            ],
            cwd=ROOT,
            env=self.env,
        )
        statuses: list[int] = []
        over = threading.Event()

        def status() -> int:
            try:
                address = f"http://127.0.0.1:{port}/?q=bread"
                with urllib.request.urlopen(address, timeout=30) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                return error.code

        def visit() -> None:
            while not over.is_set():
                statuses.append(status())
                over.wait(0.2)

        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                try:
                    assert status() == 200
                    break
                except urllib.error.URLError:
                    over.wait(0.1)
            visitor = threading.Thread(target=visit)
            visitor.start()
            yield statuses
            over.set()
            visitor.join()
        finally:
            over.set()
            server.terminate()
            server.wait()


@pytest.fixture
def make_site(
    tmp_path: Path,
) -> Iterator[Callable[[], Site]]:
    """Sites on databases of their own, empty but for the tables."""
    with Files(tmp_path) if connection.vendor == "sqlite" else Server() as databases:
        first = Site(tmp_path, databases.first())
        assert first.run("manage.py", "migrate", "-v0").returncode == 0
        assert first.run("manage.py", "collectstatic", "--no-input").returncode == 0
        yield lambda: Site(tmp_path, databases.another())


class Files:
    """Databases of SQLite: a first one, and copies of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """They go with their folder."""

    def first(self) -> str:
        return f"sqlite:///{self.folder}/first.sqlite3"

    def another(self) -> str:
        self.made += 1
        path = self.folder / f"{self.made}.sqlite3"
        shutil.copy(self.folder / "first.sqlite3", path)
        return f"sqlite:///{path}"


class Server:
    """The same on the server the tests use."""

    def __init__(self) -> None:
        self.made = 0

    def __enter__(self) -> Self:
        return self

    def first(self) -> str:
        return self._create("torture", "template1")

    def another(self) -> str:
        self.made += 1
        return self._create(f"torture_{self.made}", "torture")

    def __exit__(self, *_: object) -> None:
        for number in range(self.made + 1):
            name = f"torture_{number}" if number else "torture"
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            self._execute(drop.format(sql.Identifier(name)))

    def _create(self, name: str, template: str) -> str:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        names = (sql.Identifier(name), sql.Identifier(template))
        self._execute(create.format(*names))
        address = urlsplit(os.environ["DATABASE_URL"])
        return urlunsplit(address._replace(path=f"/{name}"))

    def _execute(self, statement: sql.Composed) -> None:
        address = os.environ["DATABASE_URL"]
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute(statement)


@pytest.fixture
def feed(tmp_path: Path) -> str:
    path = tmp_path / "feed.ndjson"
    with path.open("w") as out:
        for number in range(POSTINGS):
            record = node(
                identifier=f"b-{number}",
                title=f"Baker {number}",
                description=f"<p>Bread and salt, {number} times.</p><ul><li>Flour</ul>",
                datePosted="2026-11-01",
                jobLocation=[{"address": "Ulm"}, {"address": {"addressCountry": "DE"}}],
                hiringOrganization={"name": f"Crumb {number % 40}"},
            )
            out.write(json.dumps(record) + "\n")
    return str(path)


def moments(commits: int, statements: int) -> list[tuple[str, int]]:
    """Before, inside and after commits, spread over the whole run."""
    drawn = random.Random(SEED)
    kinds = ["before", "inside", "after"]
    most = {"before": commits, "inside": statements, "after": commits}
    return [
        (kind, drawn.randint(1, most[kind]))
        for kind in (kinds[number % 3] for number in range(MOMENTS))
    ]


@pytest.mark.database
def test_an_import_killed_at_any_moment_and_repeated_is_as_if_it_had_not_been(
    make_site: Callable[[], Site], feed: str
) -> None:
    importing = ("import_postings", feed, "--source=acme")
    whole = make_site()
    done = whole.killing("never", "0", *importing)
    assert done.returncode == 0, done.stderr
    counts = re.search(r"(\d+) (\d+)\n\Z", done.stderr)
    assert counts
    expected = whole.rows()
    assert sum(line.startswith('["JobPosting"') for line in expected) == POSTINGS
    for kind, number in moments(int(counts[1]), int(counts[2])):
        site = make_site()
        with site.served() as statuses:
            killed = site.killing(kind, str(number), *importing)
            assert killed.returncode == -signal.SIGKILL, (kind, number, killed.stderr)
            # The first commits are of the run itself: then there may be none to list.
            assert "running" not in site.run("manage.py", "import_runs").stdout
            again = site.run("manage.py", *importing)
            assert again.returncode == 0, (kind, number, again.stderr)
        assert set(statuses) == {200}, (kind, number, Counter(statuses))
        assert len(statuses) > 3
        assert site.rows() == expected, (kind, number)
