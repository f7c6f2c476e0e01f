"""manage.py where a command cannot say what it did, or somebody presses Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ingest.support import node

ROOT = Path(__file__).resolve().parent.parent

Shell = Callable[..., subprocess.CompletedProcess[str]]

FULL = "Standard output cannot be written: No space left on device.\n"
CLOSED = "Standard output cannot be written: it is closed.\n"


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "PYTHON": sys.executable,
    }


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs a line of shell in which `manage` works on a migrated database."""

    def run(line: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", f'manage() {{ "$PYTHON" manage.py "$@"; }}; {line}'],  # noqa: S607
            cwd=ROOT,
            env=environment(tmp_path) | more,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("manage migrate -v0").returncode == 0
    return run


def feed(path: Path, count: int) -> str:
    records = (node(identifier=f"i-{number}") for number in range(count))
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return str(path)


@pytest.mark.parametrize(
    ("redirection", "sentence"), [(">/dev/full", FULL), (">&-", CLOSED)]
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_import_that_cannot_say_its_sum_is_stored_and_found(
    shell: Shell, tmp_path: Path, redirection: str, sentence: str, unbuffered: str
) -> None:
    path = feed(tmp_path / "feed.ndjson", 3)
    done = shell(
        f"manage import_postings --jobs 1 {path} {redirection}",
        PYTHONUNBUFFERED=unbuffered,
    )
    assert (done.returncode, done.stderr) == (2, sentence)
    assert "with 0 postings added" in shell("manage refresh_search").stdout


def test_an_import_that_cannot_say_what_it_met_stops_and_is_found(
    shell: Shell, tmp_path: Path
) -> None:
    """Here before the sum: lines by the hundred fill what is kept of them at once."""
    path = feed(tmp_path / "feed.ndjson", 600)
    done = shell(f"manage import_postings --jobs 1 -v2 {path} >/dev/full")
    assert (done.returncode, done.stderr) == (2, FULL)
    assert "failed  500 created" in shell("manage import_runs").stdout
    assert "with 0 postings added" in shell("manage refresh_search").stdout


@pytest.mark.parametrize("command", ["export_postings", "check_postings", "help"])
def test_no_command_shows_a_traceback_on_a_full_disk(
    shell: Shell, tmp_path: Path, command: str
) -> None:
    assert shell(f"manage import_postings {feed(tmp_path / 'f', 1)}").returncode == 0
    for redirection, sentence in ((">/dev/full", FULL), (">&-", CLOSED)):
        done = shell(f"manage {command} {redirection}")
        assert (done.returncode, done.stderr) == (2, sentence)


def test_what_nothing_has_to_be_said_of_needs_no_output(
    shell: Shell, tmp_path: Path
) -> None:
    path = feed(tmp_path / "feed.ndjson", 1)
    done = shell(f"manage import_postings --quiet {path} >&-")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("redirection", [">/dev/full 2>&1", ">&- 2>&-"])
def test_the_status_is_right_though_nothing_can_be_said(
    shell: Shell, tmp_path: Path, redirection: str
) -> None:
    path = feed(tmp_path / "feed.ndjson", 1)
    assert shell(f"manage import_postings {path} {redirection}").returncode == 2
    assert shell(f"manage import_postings nothing {redirection}").returncode == 2
    assert (
        shell(f"manage import_postings -v0 --quiet {path} {redirection}").stdout == ""
    )


# --- Ctrl-C -------------------------------------------------------------------------


def test_ctrl_c_while_a_command_starts_is_a_line(tmp_path: Path) -> None:
    """Pressed as soon as Django reads its settings."""
    (tmp_path / "slow.py").write_text(
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.raise_signal(signal.SIGINT)\n"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "help"],
        cwd=ROOT,
        env=environment(tmp_path)
        | {"DJANGO_SETTINGS_MODULE": "slow", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "Stopped by SIGINT.\n")


def begun(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    # A suite in the background is kept from SIGINT, and so would be what it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_stops_a_check_with_a_line(shell: Shell, tmp_path: Path) -> None:
    process = begun(tmp_path, "check_postings", "-", "-v0")
    assert process.stdin is not None
    # More than a pipe holds: what is written is being read.
    process.stdin.write("".join(f"{json.dumps(node())}\n" for _ in range(2000)))
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "Stopped by SIGINT.\n")


def test_ctrl_c_stops_an_export_with_a_line(shell: Shell, tmp_path: Path) -> None:
    path = feed(tmp_path / "feed.ndjson", 1000)
    assert shell(f"manage import_postings --quiet {path}").returncode == 0
    process = begun(tmp_path, "export_postings")
    assert process.stdout is not None
    assert process.stdout.read(1)  # more than a pipe holds: it waits to write the rest
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "Stopped by SIGINT.\n")


@pytest.mark.parametrize(
    ("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_stops_an_export_to_a_file_and_leaves_nothing_beside_it(
    shell: Shell, tmp_path: Path, signum: signal.Signals, status: int
) -> None:
    path = feed(tmp_path / "feed.ndjson", 3000)
    assert shell(f"manage import_postings --quiet {path}").returncode == 0
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "jobs.ndjson").write_text("old")
    process = begun(tmp_path, "export_postings", "-o", str(folder / "jobs.ndjson"))
    while len(list(folder.iterdir())) == 1 and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signum)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (status, f"Stopped by {signum.name}.\n")
    assert [entry.name for entry in folder.iterdir()] == ["jobs.ndjson"]
    assert (folder / "jobs.ndjson").read_text() == "old"
