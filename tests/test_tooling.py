import errno
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()
LOCKS = ["requirements.txt", "requirements-dev.txt"]
PIN = re.compile(r"(?P<pin>[a-z0-9-]+==\S+( ; [^\\]+)?) \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")

needs_make = pytest.mark.skipif(not shutil.which("make"), reason="make is missing")


def hashes_by_pin(lock: str) -> dict[str, int]:
    """Return each ``name==version ; marker`` of a lock with its number of hashes."""
    pins: dict[str, int] = {}
    for line in (ROOT / lock).read_text().splitlines():
        if match := PIN.fullmatch(line):
            pins[match["pin"]] = 0
        elif HASH.fullmatch(line):
            pins[next(reversed(pins))] += 1
        else:  # no option, no address, no file
            assert line.lstrip().startswith("#"), line
    return pins


# --- Locks ----------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_a_hashed_pin(lock: str) -> None:
    pins = hashes_by_pin(lock)
    assert len(pins) > 10
    assert [pin for pin, hashes in pins.items() if not hashes] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_index_an_address_or_a_path(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert re.findall(r"(?i)index|find-links|https?:|file:|[\w.~]*[/\\]\w+", text) == []


def test_tests_run_on_the_versions_the_site_runs_on() -> None:
    assert set(hashes_by_pin(LOCKS[0])) < set(hashes_by_pin(LOCKS[1]))


# --- Commands that are documented -----------------------------------------------------


def test_every_make_target_explains_itself() -> None:
    public = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert public
    explained = set(re.findall(r"^([a-z]+):.* ## \S", MAKEFILE, re.MULTILINE))
    assert set(public[1].split()) - explained == {"check-locks"}
    assert explained >= {
        *("help", "setup", "run", "test", "check", "fix", "bench", "lock")
    }


def test_readme_names_only_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert {"run", "test"} <= set(re.findall(r"\bmake ([a-z]+)\b", readme)) <= targets
    assert set(re.findall(r"manage\.py ([a-z_]+)", readme)) <= {
        *(*get_commands(), "help")
    }


# --- What goes wrong on a fresh machine -----------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder as fresh as a clone, where make can go wrong without harm."""
    for name in ("Makefile", "manage.py", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    outside = {  # of the make that may be running this suite
        name: value for name, value in os.environ.items() if not name.startswith("MAKE")
    }
    return subprocess.run(
        ["make", *arguments],  # noqa: S607
        cwd=folder,
        env=outside | {"PYTHONPATH": str(ROOT), "DATA_DIR": str(folder / "data")},
        capture_output=True,
        text=True,
        check=False,
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The only line on stderr but for make's own closing one, which starts "make"."""
    assert done.returncode != 0
    [line] = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    return line


@needs_make
def test_make_alone_lists_the_commands(checkout: Path) -> None:
    done = make(checkout)
    assert done.returncode == 0
    assert re.search(r"^run +\w", done.stdout, re.MULTILINE)
    assert not (checkout / ".venv").exists()


@needs_make
@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 1", "fake-python is not one that runs here: install one and name it"),
        ('case "$2" in *ensurepip*) exit 1; esac', "apt install python3-venv"),
        ("test $1 = -c || { mkdir .venv; echo full >&2; exit 1; }", "full"),
    ],
    ids=["an old Python", "no venv module", "a venv that fails"],
)
def test_an_unfit_python_is_one_sentence_and_leaves_no_venv(
    checkout: Path, script: str, sentence: str
) -> None:
    python = checkout / "fake-python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    assert sentence in complaint(make(checkout, "setup", f"PYTHON={python}"))
    assert not (checkout / ".venv").exists()


@pytest.fixture
def installed(checkout: Path) -> Path:
    """A checkout whose .venv is the one the tests run in."""
    (checkout / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (checkout / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    (checkout / ".venv" / ".runtime-installed").touch()
    return checkout


@needs_make
@pytest.mark.parametrize("zero", ["", "0"])  # Python's literals start with none
def test_a_taken_port_is_one_sentence(installed: Path, zero: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"{zero}{server.getsockname()[1]}"
        done = make(installed, "run", f"PORT={port}")
    reason = os.strerror(errno.EADDRINUSE)
    assert complaint(done).startswith(f"Port {port} cannot be used ({reason}): ")
    assert not (installed / "data" / "db.sqlite3").exists()


@needs_make
@pytest.mark.skipif(os.geteuid() == 0, reason="root may serve on every port")
def test_a_port_kept_for_root_is_not_called_taken(installed: Path) -> None:
    reason = os.strerror(errno.EACCES)
    said = complaint(make(installed, "run", "PORT=1"))
    assert said.startswith(f"Port 1 cannot be used ({reason}): ")


@needs_make
def test_a_wrong_setting_is_one_sentence(installed: Path) -> None:
    assert complaint(make(installed, "run", "PORT=http")).startswith("PORT: ")


# --- Skips in continuous integration --------------------------------------------------

Suite = Callable[..., tuple[int, dict[str, int]]]


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """Run this project's conftest over a browser test and one that skips itself."""
    for name in ("tests/conftest.py", "docs/settings.md", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "tests" / "browser").mkdir()
    (tmp_path / "tests" / "browser" / "test_page.py").write_text(
        "def test_page(page): page.goto('about:blank')\n"
    )
    (tmp_path / "tests" / "test_corpus.py").write_text(
        "import pytest\ndef test_corpus(corpus_dir): pytest.skip('for no reason')\n"
    )

    def run(**variables: str) -> tuple[int, dict[str, int]]:
        done = subprocess.run(
            [sys.executable, "-m", "pytest"],
            cwd=tmp_path,
            env=os.environ
            | {"PYTHONPATH": str(ROOT), "CHROMIUM": str(tmp_path / "none")}
            | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        closing = done.stdout.splitlines()[-1]
        counts = re.findall(r"(\d+) (passed|failed|skipped|error)", closing)
        return done.returncode, {outcome: int(count) for count, outcome in counts}

    return run


def test_a_missing_browser_or_corpus_is_a_skip(suite: Suite, tmp_path: Path) -> None:
    assert suite(CI="", CORPUS_DIR=str(tmp_path / "none")) == (0, {"skipped": 2})


def test_a_skip_that_ci_forbids_fails(suite: Suite, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    outcome = suite(CI="true", CORPUS_DIR=str(tmp_path / "corpus"))
    assert outcome == (1, {"failed": 1, "error": 1})  # error: a fixture skipped it


def test_ci_without_the_corpus_skips_its_tests(suite: Suite, tmp_path: Path) -> None:
    outcome = suite(CI="true", CORPUS_DIR=str(tmp_path / "none"))
    assert outcome == (1, {"skipped": 1, "error": 1})
