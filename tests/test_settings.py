import ast
import os
import re
import runpy
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.utils import ConnectionHandler
from django.test import Client

from postings.management.database import trouble

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "jobsite" / "settings.py"

Load = Callable[..., dict[str, Any]]


def variables_read() -> set[str]:
    """Every NAME of the module's ``env.kind("NAME", ...)`` calls."""
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(SETTINGS.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    """Run the settings module again, with nothing but the given variables set."""

    def run(**variables: str) -> dict[str, Any]:
        for name in variables_read():
            monkeypatch.delenv(name, raising=False)
        for name, value in ({"DATA_DIR": str(tmp_path)} | variables).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return run


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    table = (ROOT / "docs" / "settings.md").read_text()
    documented = re.findall(r"^\| `([A-Z_]+)` \| \S.* \| \S.* \|$", table, re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == variables_read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", "https://jobs.example.com"),
        ("DATA_DIR", ""),
        ("DATA_DIR", f"{SETTINGS}"),
        ("DATA_DIR", "~nosuch/x"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "jobs"),
        ("DATABASE_URL", "mysql://localhost/jobs"),
        ("DATABASE_URL", "sqlite:///jobs.db"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("DEBUG", "perhaps"),
        ("LANGUAGE_CODE", "it"),
        ("LANGUAGE_CODE", "english"),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "tooshort"),
        ("SECRET_KEY", "abab" * 20),
        ("SITE_NAME", "  "),
        ("SITE_URL", "jobs.example.com"),
        ("SITE_URL", "ftp://jobs.example.com"),
        ("SITE_URL", "https://jobs.example.com/careers"),
        ("SITE_URL", "https://"),
        ("SITE_URL", "http://.."),
        ("SITE_URL", "http://-a-"),
        ("SITE_URL", "https://a:99999"),
        ("SITE_URL", "https://a:0"),
        ("SITE_URL", "https://[:::]"),
        ("TIME_ZONE", "Berlin"),
        ("TIME_ZONE", "Europe"),
        ("TIME_ZONE", "../zone"),
        ("TIME_ZONE", "Factory"),
        ("TIME_ZONE", "localtime"),
        ("TIME_ZONE", "right/Europe/Berlin"),
        ("TRUST_PROXY", "nginx"),
    ],
)
def test_a_wrong_value_is_refused_by_name(load: Load, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"\A{name}: [^\n]+\Z"):
        load(**{name: value})


def test_all_wrong_values_are_named_together(load: Load) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"PORT: .*; TIME_ZONE: "):
        load(PORT="http", TIME_ZONE="Berlin")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["manage.py", "migrate"], 2),
        (["-c", "import jobsite.wsgi"], 3),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(
    command: list[str], status: int
) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"SITE_URL": "nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert done.stdout == ""
    assert re.fullmatch(r"SITE_URL: must be [^\n]+\n", done.stderr)


@pytest.mark.parametrize("given", ["de-at", "de-AT", "de_AT"])
def test_a_language_may_be_written_as_other_programs_do(load: Load, given: str) -> None:
    loaded = load(LANGUAGE_CODE=given)
    assert loaded["LANGUAGE_CODE"] == "de-at"
    assert ("de-at", "Deutsch") in loaded["LANGUAGES"]
    assert "de" not in dict(loaded["LANGUAGES"])


@pytest.mark.parametrize(
    "address",
    [
        "https://Jobs.Example.com",
        "http://a-b.example:65535/",
        "http://127.0.0.1:80",
        "http://[2001:db8::1]",
    ],
)
def test_an_address_without_a_path_is_taken(load: Load, address: str) -> None:
    assert load(SITE_URL=address)["SITE_URL"] == address.rstrip("/")


def test_defaults_serve_this_machine_over_http(load: Load, tmp_path: Path) -> None:
    loaded = load(PORT="8123")
    assert loaded["SITE_URL"] == "http://127.0.0.1:8123"
    assert set(loaded["ALLOWED_HOSTS"]) == {"localhost", "127.0.0.1", "[::1]"}
    assert loaded["DATABASES"]["default"]["NAME"] == str(tmp_path / "db.sqlite3")
    assert loaded["DEBUG"] is False
    assert loaded["SECURE_SSL_REDIRECT"] is False
    assert loaded["SECURE_HSTS_SECONDS"] == 0


def test_an_https_address_switches_redirect_hsts_and_secure_cookies_on(
    load: Load,
) -> None:
    loaded = load(SITE_URL="https://jobs.example.com/")
    assert loaded["SITE_URL"] == "https://jobs.example.com"
    assert "jobs.example.com" in loaded["ALLOWED_HOSTS"]
    assert loaded["SECURE_SSL_REDIRECT"] is True
    assert loaded["SESSION_COOKIE_SECURE"] is True
    assert loaded["CSRF_COOKIE_SECURE"] is True
    assert loaded["SECURE_HSTS_SECONDS"] > 0
    assert "SECURE_PROXY_SSL_HEADER" not in loaded


def test_a_proxy_is_believed_only_when_told_to(load: Load) -> None:
    header = load(TRUST_PROXY="true")["SECURE_PROXY_SSL_HEADER"]
    assert header == ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        ({"SITE_URL": "http://[2001:db8::1]:80"}, {"[2001:db8::1]"}),
        ({"ALLOWED_HOSTS": "a.example, b.example"}, {"a.example", "b.example"}),
        ({"ALLOWED_HOSTS": "*"}, {"*"}),
    ],
)
def test_hosts_come_from_the_address_or_the_list(
    load: Load, given: dict[str, str], hosts: set[str]
) -> None:
    local = {"localhost", "127.0.0.1", "[::1]"}
    assert set(load(**given)["ALLOWED_HOSTS"]) - local == hosts


def test_postgresql_connections_are_kept_and_checked(load: Load) -> None:
    database = load(DATABASE_URL="postgresql://ann:s%40fe@db:5433/jobs")["DATABASES"]
    assert database["default"]["PASSWORD"] == "s@fe"  # noqa: S105
    assert database["default"]["CONN_MAX_AGE"] > 0
    assert database["default"]["CONN_HEALTH_CHECKS"] is True


@pytest.mark.usefixtures("db")
def test_sqlite_is_opened_for_one_writer_beside_readers(
    load: Load, tmp_path: Path
) -> None:
    folder = tmp_path / "a folder, 100% odd? #1"
    connection = ConnectionHandler(load(DATA_DIR=str(folder))["DATABASES"])["default"]
    pragmas = {}
    with connection.cursor() as cursor:
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = cursor.fetchone()[0]
    connection.close()
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 1,  # NORMAL
        "foreign_keys": 1,
        "busy_timeout": 20_000,
    }
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert (folder / "db.sqlite3").exists()


def test_an_option_in_the_database_address_wins(load: Load) -> None:
    options = load(DATABASE_URL="sqlite:////x?timeout=5")["DATABASES"]["default"]
    assert options["OPTIONS"]["timeout"] == 5
    assert options["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_the_secret_key_is_made_once_and_private(load: Load, tmp_path: Path) -> None:
    key = load()["SECRET_KEY"]
    file = tmp_path / "secret_key"
    assert load()["SECRET_KEY"] == key == file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_starts_at_the_same_time_agree_on_the_secret_key(
    load: Load, tmp_path: Path
) -> None:
    kept_secret = load()["kept_secret"]
    starts = 16
    for attempt in range(20):
        barrier = Barrier(starts)
        path = tmp_path / str(attempt) / "secret_key"
        path.parent.mkdir()

        def start(barrier: Barrier, path: Path) -> str:
            barrier.wait()
            return str(kept_secret(path))

        with ThreadPoolExecutor(starts) as pool:
            running = [pool.submit(start, barrier, path) for _ in range(starts)]
        assert {future.result() for future in running} == {path.read_text()}


def test_a_given_secret_key_is_not_written_down(load: Load, tmp_path: Path) -> None:
    key = "0123456789" * 5
    assert load(SECRET_KEY=key)["SECRET_KEY"] == key
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "50 characters"), (b"\xff" * 64, "no text file")]
)
def test_a_damaged_secret_key_file_is_refused(
    load: Load, tmp_path: Path, content: bytes, sentence: str
) -> None:
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=rf"\ASECRET_KEY[^\n]+{sentence}"):
        load()


def test_the_form_of_the_longest_posting_fits_a_request(load: Load) -> None:
    assert load()["DATA_UPLOAD_MAX_MEMORY_SIZE"] == 8 * 1024 * 1024


# --- A database that cannot be used ---------------------------------------------------


def managed(folder: Path, *words: str, **variables: str) -> tuple[int, str]:
    """Exit status and standard error of manage.py with its data in a folder."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(folder / "data")} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


UNUSABLE = {
    "an option SQLite lacks": ("sqlite:///FOLDER/x?foo=bar", "'foo' is an invalid"),
    "no number": ("sqlite:///FOLDER/x?timeout=abc", "must be real number"),
    "no such folder": ("sqlite:///FOLDER/none/x", "unable to open database file"),
    "no database": ("sqlite:///FOLDER/text", "file is not a database"),
    "no server": ("postgresql://127.0.0.1:1/x", "refused"),
    "an option PostgreSQL lacks": ("postgresql://127.0.0.1:1/x?foo=bar", "option"),
    "a pool": ("postgresql://127.0.0.1:1/x?pool=true", "Pooling"),
    "a long name": (f"postgresql://127.0.0.1:1/{'x' * 70}", "longer than"),
}


@pytest.mark.parametrize(("address", "reason"), UNUSABLE.values(), ids=list(UNUSABLE))
def test_a_database_that_cannot_be_opened_is_one_sentence(
    tmp_path: Path, address: str, reason: str
) -> None:
    (tmp_path / "text").write_text("words " * 1000)
    address = address.replace("FOLDER", str(tmp_path))
    status, said = managed(tmp_path, "migrate", DATABASE_URL=address)
    assert status == 2
    assert re.fullmatch(
        rf"DATABASE_URL: the database '.*' cannot be opened \(.*{reason}.*\)\.\n", said
    )


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--database", "default"],
        ["load_sample"],
        ["import_postings", "README.md"],
    ],
    ids=["check", "load_sample", "import_postings"],
)
def test_every_command_says_it_of_the_database(
    tmp_path: Path, words: list[str]
) -> None:
    address = f"sqlite:///{tmp_path}/x?foo=bar"
    done = managed(tmp_path, *words, DATABASE_URL=address)
    assert done[0] == 2
    assert re.fullmatch(r"(CommandError: )?DATABASE_URL: [^\n]+\n", done[1])


@pytest.mark.parametrize(
    "words",
    [["load_sample"], ["import_postings", "README.md"], ["clearsessions"]],
    ids=["load_sample", "import_postings", "clearsessions"],
)
def test_a_database_without_tables_is_to_be_migrated(
    tmp_path: Path, words: list[str]
) -> None:
    done = managed(tmp_path, *words, DATABASE_URL=f"sqlite:///{tmp_path}/x")
    assert done[0] == 2
    assert re.fullmatch(
        r"(CommandError: )?DATABASE_URL: the database '.*' lacks a migration "
        r"\(no such table: \w+\): run 'python manage\.py migrate' first\.\n",
        done[1],
    )


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (["migrate"], {"DEBUG": "true"}),
        (["migrate", "--traceback"], {}),
        (["load_sample"], {"DEBUG": "true"}),
        (["load_sample", "--traceback"], {}),
    ],
)
def test_who_looks_for_the_cause_gets_the_traceback(
    tmp_path: Path, words: list[str], variables: dict[str, str]
) -> None:
    address = f"sqlite:///{tmp_path}/none/x"
    status, said = managed(tmp_path, *words, DATABASE_URL=address, **variables)
    assert status == 1
    assert said.startswith("Traceback ")


def broken_program() -> None:
    raise TypeError("no number")


def broken_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELEC")


def missing_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nowhere")


def stopped_server() -> None:
    raise OperationalError("server closed the connection unexpectedly")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (broken_program, None),
        (broken_statement, None),
        (missing_table, "lacks a migration"),
        (stopped_server, "cannot be used"),
    ],
)
def test_only_the_operators_part_in_an_error_is_a_sentence(
    attempt: Callable[[], None], sentence: str | None
) -> None:
    with pytest.raises(Exception, match=r"\w") as raised:
        attempt()
    said = trouble(raised.value)
    assert (sentence in said) if sentence else said == ""


@pytest.mark.django_db
def test_pages_allow_nothing_inline_and_no_other_host(client: Client) -> None:
    headers = client.get("/admin/login/").headers
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_static_files_are_named_by_hash_compressed_and_kept(client: Client) -> None:
    page = client.get("/admin/login/").text
    [sheet] = re.findall(r'href="(/static/admin/css/base\.[0-9a-f]+\.css)"', page)
    response = client.get(sheet, headers={"accept-encoding": "br"})
    response.close()
    assert response.headers["Content-Encoding"] == "br"
    assert "immutable" in response.headers["Cache-Control"]
