"""`import_postings` as its own process: stopped, short of space, kept from writing."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from postings.ingest.pipeline import BATCH
from tests.ingest.support import node

ROOT = Path(__file__).resolve().parent.parent

#: Postings of several batches, and of more bytes than the small disk holds. Told one by
#: one they fill a pipe nobody reads well before the last batch: an import then waits.
COUNT = 4 * BATCH + 700

Started = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Started:
    """Start manage.py on a database and data folder below a folder."""

    def starting(
        folder: Path, *arguments: str, database: str = ""
    ) -> subprocess.Popen[str]:
        # A suite in the background is kept from SIGINT, and so would be what it starts.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return begun(folder, arguments, database)
        finally:
            signal.signal(signal.SIGINT, before)

    def begun(
        folder: Path, arguments: tuple[str, ...], database: str
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=os.environ
            | {
                "DATA_DIR": str(tmp_path / "data"),
                "DATABASE_URL": database or f"sqlite:///{folder}/db.sqlite3",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return starting


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def feed(path: Path, count: int) -> str:
    text = "<p>Bread and salt.</p>" * 20
    with path.open("w") as out:
        for number in range(count):
            record = node(identifier=f"f-{number}", description=text)
            out.write(json.dumps(record) + "\n")
    return str(path)


def sum_of(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.mark.parametrize(
    ("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_stops_an_import_after_the_batch_and_the_next_goes_on(
    start: Started, tmp_path: Path, signum: int, status: int
) -> None:
    path, report = feed(tmp_path / "feed.ndjson", COUNT), tmp_path / "report.json"
    assert ended(start(tmp_path, "migrate", "-v0"))[0] == 0
    arguments = ("import_postings", path, "--jobs=2", f"--report={report}")
    process = start(tmp_path, *arguments, "-v2")
    assert process.stdout is not None
    assert process.stdout.readline()  # something was stored
    process.send_signal(signum)
    code, _, err = ended(process)
    assert code == status
    assert "Traceback" not in err
    assert err.startswith(f"Stopped by {signal.Signals(signum).name} after ")
    stopped = sum_of(report)
    assert stopped["state"] == "interrupted"
    assert 0 < stopped["records"] < COUNT
    assert stopped["outcomes"]["created"] == stopped["records"]
    code, _, err = ended(start(tmp_path, *arguments))
    assert (code, err) == (0, "")
    again = sum_of(report)
    assert again["state"] == "finished"
    assert again["outcomes"]["unchanged"] == stopped["records"]
    assert again["outcomes"]["created"] == COUNT - stopped["records"]


# --- Disks --------------------------------------------------------------------------


class Disk:
    """A file system of its own in memory, whose size and state can be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mount(self, options: str) -> bool:
        return _ran("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder))

    def remount(self, options: str) -> None:
        assert _ran("mount", "-o", f"remount,{options}", str(self.folder))


def _ran(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if connection.vendor != "sqlite":
        pytest.skip("what a server does with its disk is the server's")
    found = Disk(tmp_path / "disk")
    found.folder.mkdir()
    if os.geteuid() != 0 or not found.mount("size=4m"):
        pytest.skip("only root may mount a small disk, and not everywhere")
    yield found
    _ran("umount", "-l", str(found.folder))


def test_a_full_disk_is_a_sentence_and_loses_nothing(
    start: Started, disk: Disk, tmp_path: Path
) -> None:
    path, report = feed(tmp_path / "feed.ndjson", COUNT), tmp_path / "report.json"
    assert ended(start(disk.folder, "migrate", "-v0"))[0] == 0
    arguments = ("import_postings", path, "--jobs=2", f"--report={report}")
    code, _, err = ended(start(disk.folder, *arguments))
    assert code == 2
    assert "Traceback" not in err
    assert "cannot be used (database or disk is full)" in err
    failed = sum_of(report)
    assert failed["state"] == "failed"
    assert failed["outcomes"]["created"] == failed["records"] > 0
    disk.remount("size=200m")
    code, _, err = ended(start(disk.folder, *arguments))
    assert (code, err) == (0, "")
    again = sum_of(report)
    assert again["outcomes"]["unchanged"] == failed["records"]
    assert again["outcomes"]["created"] == COUNT - failed["records"]


def test_a_read_only_disk_is_a_sentence_and_loses_nothing(
    start: Started, disk: Disk, tmp_path: Path
) -> None:
    path = feed(tmp_path / "feed.ndjson", 20)
    assert ended(start(disk.folder, "migrate", "-v0"))[0] == 0
    arguments = ("import_postings", path, "--jobs=2")
    disk.remount("ro")
    code, _, err = ended(start(disk.folder, *arguments))
    assert code == 2
    assert "Traceback" not in err
    assert err.startswith("CommandError: DATABASE_URL: the database ")
    assert err.count("\n") == 1
    disk.remount("rw")
    code, out, _ = ended(start(disk.folder, *arguments))
    assert code == 0
    assert "20 created" in out


@pytest.mark.django_db
def test_a_server_that_only_reads_is_a_sentence(
    start: Started, tmp_path: Path, django_db_setup: None
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's files are read-only with their disk")
    parts = connection.settings_dict
    address = (
        f"postgresql://{parts['USER']}:{parts['PASSWORD']}@/{parts['NAME']}"
        f"?host={parts['OPTIONS'].get('host', parts['HOST'])}"
        "&options=-c%20default_transaction_read_only%3Don"
    )
    path = feed(tmp_path / "feed.ndjson", 20)
    process = start(tmp_path, "import_postings", path, "--jobs=2", database=address)
    code, _, err = ended(process)
    assert code == 2
    assert "Traceback" not in err
    assert "read-only transaction" in err


# --- What is seen -------------------------------------------------------------------


def test_quiet_says_only_what_was_rejected(start: Started, tmp_path: Path) -> None:
    path = tmp_path / "feed.ndjson"
    path.write_text(f"{json.dumps(node())}\n{json.dumps(node(title=None))}\n")
    assert ended(start(tmp_path, "migrate", "-v0"))[0] == 0
    code, out, err = ended(start(tmp_path, "import_postings", str(path), "--quiet"))
    assert (code, err) == (1, "")
    assert out.count("\n") == 1
    assert ": rejected: no-title: " in out


def test_a_terminal_sees_a_live_line_and_a_table(tmp_path: Path) -> None:
    if not Path("/usr/bin/script").exists():
        pytest.skip("the program script, which gives a command a terminal, is missing")
    path = feed(tmp_path / "feed.ndjson", 300)
    environment = os.environ | {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "COLUMNS": "120",
        "TERM": "xterm",
    }
    manage = f"{shlex.quote(sys.executable)} manage.py"
    line = f"{manage} migrate -v0 && {manage} import_postings {path} --jobs 2"
    done = subprocess.run(
        ["/usr/bin/script", "-qec", line, str(tmp_path / "typescript")],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=300,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "records" in done.stdout
    assert "a second" in done.stdout
    table = done.stdout.rpartition("files: 300 records of 1 documents in ")[2]
    assert "created" in table
    assert "300" in table


def test_a_report_that_cannot_be_written_is_said_before_the_import(
    start: Started, tmp_path: Path
) -> None:
    path = feed(tmp_path / "feed.ndjson", 1)
    assert ended(start(tmp_path, "migrate", "-v0"))[0] == 0
    target = tmp_path / "no" / "report.json"
    process = start(tmp_path, "import_postings", path, f"--report={target}")
    code, _, err = ended(process)
    assert code == 2
    assert err == (
        f"CommandError: --report {target} cannot be written: No such file or "
        "directory.\n"
    )
