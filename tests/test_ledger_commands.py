"""The commands of the ledger: what they print, what they change, how they end."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from postings.ingest import persist
from postings.models import ImportRecord, ImportRun, JobPosting
from tests.ingest.support import NOW, node

pytestmark = pytest.mark.django_db


def said(name: str, *arguments: Any, status: int = 0) -> str:
    """What a command prints; it must end with this exit status.

    An import works in this process unless told otherwise: starting others takes longer.
    """
    out = io.StringIO()
    if name == "import_postings" and "--jobs" not in arguments:
        arguments = (*arguments, "--jobs", 1)
    ended, sentence = 0, ""
    try:
        call_command(name, *map(str, arguments), stdout=out)
    except SystemExit as exit_:
        ended = int(exit_.code or 0)
    except CommandError as error:
        ended, sentence = error.returncode, str(error)
    assert ended == status
    return out.getvalue() + sentence


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return tmp_path / "feed.jsonl"


def write(feed: Path, *records: Any) -> Path:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
    feed.write_text("\n".join(lines))
    return feed


def test_runs_are_listed_and_shown(feed: Path) -> None:
    write(feed, node(), "{", node(identifier="2", datePosted="1970-01-01"))
    said("import_postings", feed, "--source", "acme", status=1)
    said("import_postings", feed, "--source", "acme", status=1)
    first, second = ImportRun.objects.order_by("pk")
    lines = said("import_runs").splitlines()
    assert lines[0].startswith(f"{second.pk}  ")
    assert lines[0].endswith("acme  finished  2 unchanged, 1 rejected")
    assert lines[1].endswith("acme  finished  2 created, 1 rejected")
    assert len(said("import_runs", "--last", 1).splitlines()) == 1
    shown = said("import_runs", first.pk)
    assert f"Run {first.pk} of acme: import" in shown
    assert "complete: no" in shown
    assert "rejected: bad-json: 1, first" in shown
    assert "ignored value: bad-date: 1, first" in shown
    assert "There is no run 999" in said("import_runs", 999, status=2)
    assert "known: acme" in said("import_runs", "--source", "nobody", status=2)
    assert said("import_runs", "--source", "acme").count("\n") == 2


def test_an_interrupted_run_is_listed_as_such() -> None:
    persist.begin("acme", now=NOW)
    assert "interrupted" in said("import_runs")


def test_a_killed_run_tells_what_it_stored_also_after_the_next(feed: Path) -> None:
    write(feed, node(), node(identifier="b", title="Brewer"), "{")
    said("import_postings", feed, "--source", "acme", status=1)
    killed = {"state": "running", "finished_at": None, "created": 0, "rejected": 0}
    ImportRun.objects.update(**killed)  # as kill -9 leaves it
    told = "acme  interrupted  2 created, 1 rejected"
    assert told in said("import_runs")
    said("import_postings", feed, "--source", "acme", status=1)
    assert told in said("import_runs")


def test_a_rejected_record_is_listed_shown_mended_and_gone(feed: Path) -> None:
    broken = '{"@context": "https://schema.org", "@type": "JobPosting", "title": "X"'
    write(feed, node(), broken)
    said("import_postings", feed, status=1)
    number = ImportRecord.objects.get(outcome="rejected").pk
    listed = said("import_runs", "--rejected")
    assert listed.startswith(f"{number}  run ")
    assert "feed.jsonl:2: bad-json: " in listed
    assert said("retry_rejected", number, "--show").strip() == broken
    assert "1 rejected" in said("retry_rejected", status=1)
    assert "Not waiting" in said("retry_rejected", number, status=2)
    number = ImportRecord.objects.filter(resolved_at=None).get(outcome="rejected").pk
    mended = feed.with_name("mended.json")
    mended.write_text(broken + "}")
    assert "created: X" in said("retry_rejected", number, "--with", mended)
    assert said("import_runs", "--rejected") == ""
    assert "Nothing waits" in said("retry_rejected")
    assert JobPosting.objects.count() == 2


def test_what_retrying_cannot_do_is_said(feed: Path) -> None:
    write(feed, node(), "{", "[")
    said("import_postings", feed, status=1)
    assert "mends one record" in said("retry_rejected", "--with", feed, status=2)
    number = ImportRecord.objects.filter(outcome="rejected")[0].pk
    missing = feed.with_name("missing")
    assert "No such file" in said("retry_rejected", number, "--with", missing, status=2)
    unknown = "--source nobody: there is no source of this name; known: files."
    for name in ("retry_rejected", "import_runs", "export_postings", "check_postings"):
        assert said(name, "--source", "nobody", status=2) == unknown


def test_a_record_without_a_text_goes_on_saying_what_rejected_it(feed: Path) -> None:
    """Such as an address that could not be reached: there is nothing to read."""
    address = "http://127.0.0.1:9/"
    said("import_postings", address, "--source", "files", status=1)  # is refused
    said("import_postings", write(feed, "{"), status=1)
    listed = said("import_runs", "--rejected").splitlines()
    told = said("retry_rejected", status=1)
    assert "1 read again, 1 rejected." in told
    assert "1 without a text to read again" in told
    assert listed[0] in said("import_runs", "--rejected").splitlines()
    number = ImportRecord.objects.filter(document=address)[0].pk
    said("retry_rejected", number, "--with", write(feed, node()))
    assert address not in said("import_runs", "--rejected")


def test_a_run_is_undone_by_its_number(feed: Path) -> None:
    said("import_postings", write(feed, node()))
    number = ImportRun.objects.get().pk
    dry = said("undo_import", number, "--dry-run")
    assert "1 withdrawn, 0 back to what they were, 0 open again." in dry
    assert "nothing was kept" in dry
    assert "withdrawn: Baker" in said("undo_import", number, "-v", 2)
    assert JobPosting.objects.get().withdrawn_at is not None
    assert "was undone by run" in said("undo_import", number, status=2)
    assert "There is no run 999" in said("undo_import", 999, status=2)


def test_old_entries_are_pruned(feed: Path) -> None:
    said("import_postings", write(feed, node()))
    assert said("prune_imports") == "0 records and 0 runs deleted.\n"
    assert "1 records and 0 runs would be" in said(
        "prune_imports", "--days", 0, "--dry-run"
    )
    assert "1 records and 0 runs deleted" in said("prune_imports", "--days", 0)


def test_closing_is_asked_for_and_refused_by_options(feed: Path) -> None:
    twenty = [node(identifier=str(n), title=f"Baker {n}") for n in range(20)]
    said("import_postings", write(feed, *twenty))
    write(feed, *twenty[:15])
    close = ("import_postings", feed, "--close-missing")
    assert "Missing postings that stay open: 5." in said(*close)
    assert "expected: 16 (" in said(*close, "--expect", 16)
    assert "more than 20 percent" in said(*close, "--max-share", 20)
    assert "5 withdrawn" in said(*close, "--dry-run")
    out = said(*close)
    assert "posting " in out
    assert "withdrawn: Baker 19" in out
    assert JobPosting.objects.filter(withdrawn_at=None).count() == 15
    write(feed, *twenty[:14])
    assert "1 withdrawn" in said(*close, "--misses", 1)


CLOSE_ALL = ("--close-missing", "--misses", 1, "--max-share", 100)


@pytest.mark.parametrize(
    "document", ["[]", '{"@graph": []}', '{"@type": "ItemList", "numberOfItems": 0}']
)
def test_a_file_can_say_that_a_source_is_empty(feed: Path, document: str) -> None:
    said("import_postings", write(feed, node()))
    close = ("import_postings", write(feed, document), *CLOSE_ALL)
    note = f"{feed}: passed over: empty-list: The document is a list of postings"
    report = feed.with_name("report.json")
    refused = said(*close, "--report", report).splitlines()
    assert refused[0].startswith(note)
    assert refused[1].startswith("1 documents, 0 records: 0 created")
    assert refused[2] == "  passed over: empty-list: 1"
    assert refused[3].startswith("Nothing was closed: the run held no record at all (-")
    told = json.loads(report.read_text())
    assert (told["state"], told["documents"], told["records"]) == ("finished", 1, 0)
    assert told["problems"] == [
        {"severity": "passed over", "code": "empty-list", "count": 1}
    ]
    assert "complete: no" in said("import_runs", told["run"])
    assert "1 withdrawn" in said(*close, "--allow-empty", "--dry-run")
    assert JobPosting.objects.get().withdrawn_at is None
    closed = said(*close, "--allow-empty", "--report", report)
    assert "1 withdrawn" in closed
    assert JobPosting.objects.get().withdrawn_at is not None
    number = json.loads(report.read_text())["run"]
    shown = said("import_runs", number)
    assert "complete: yes" in shown
    assert f"passed over: empty-list: 1, first {feed}" in shown


def test_a_quiet_import_says_nothing_of_an_empty_list(feed: Path) -> None:
    assert said("import_postings", write(feed, "[]"), "--quiet") == ""


def test_an_archive_standard_input_and_a_plan_can_say_that_a_source_is_empty(
    feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said("import_postings", write(feed, node()))
    close = (*CLOSE_ALL, "--allow-empty")
    archive, plan = tmp_path / "feed.zip", tmp_path / "feed.plan"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("jobs.json", "[]")
    assert "1 withdrawn" in said("import_postings", archive, *close, "--dry-run")
    stdin = io.TextIOWrapper(io.BytesIO(b"[]\n"))
    monkeypatch.setattr("sys.stdin", stdin)
    assert "1 withdrawn" in said("import_postings", "-", *close, "--dry-run")
    said("import_postings", archive, *CLOSE_ALL, "--plan", plan)
    assert "0 rejected" in said("import_postings", "--apply", plan)
    assert JobPosting.objects.get().withdrawn_at is None
    assert "1 withdrawn" in said("import_postings", archive, *close, "--plan", plan)
    assert "1 withdrawn" in said("import_postings", "--apply", plan)
    assert JobPosting.objects.get().withdrawn_at is not None


@pytest.mark.parametrize("document", ["", "\n", "null", "{}", "<html></html>", "[\n"])
def test_no_other_file_without_a_posting_says_so(feed: Path, document: str) -> None:
    said("import_postings", write(feed, node()))
    close = (*CLOSE_ALL, "--allow-empty")
    refused = said("import_postings", write(feed, document), *close, status=1)
    assert "Nothing was closed: the run was not complete: a record was" in refused
    assert JobPosting.objects.get().withdrawn_at is None


def test_a_quiet_import_says_that_it_refused_to_close_and_nothing_else(
    feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stays open as it should is no refusal: a cron job would tell of it daily."""
    ten = [node(identifier=str(n), title=f"Baker {n}") for n in range(10)]
    close = ("import_postings", feed, "--close-missing", "--quiet")
    write(feed, *ten)
    assert (said(*close), capsys.readouterr().err) == ("", "")
    for count, options, sentence in (
        (9, (), ""),
        (6, (), "Nothing was closed: more than 30 percent of the open postings "),
        (9, ("--expect", 20), "Nothing was closed: the run was not complete: records"),
    ):
        write(feed, *ten[:count])
        assert said(*close, *options, "--dry-run") == ""
        err = capsys.readouterr().err
        assert err.startswith(sentence)
        assert err.count("\n") == bool(sentence)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["prune_imports", "--days", "99999999999"], "from 0 to 100,000"),
        (["prune_imports", "--days", "100001"], "from 0 to 100,000"),
        (["purge_postings", "--days", "0"], "from 1 to 100,000"),
        (["prune_imports", "--days", "9" * 5000], "no whole number"),
        (["retry_rejected", "99999999999999999999"], "no whole number"),
        (["undo_import", "99999999999999999999"], "no whole number"),
        (["import_runs", "99999999999999999999"], "no whole number"),
        (["import_runs", "--last", "99999999999999999999"], "from 1 to 1,000,000,000"),
        (["import_postings", "f", "--misses", "1" + "0" * 20], "no whole number"),
        (["import_postings", "f", "--rate", "0"], "--rate: 0 is no number from 0.001"),
        (["import_postings", "f", "--rate", "1e-320"], "to 1,000,000"),
        (["fetch_logos", "--rate", "fast"], "fast is no number"),
    ],
)
def test_numbers_no_command_can_use_are_refused(
    command: list[str], sentence: str
) -> None:
    refused = said(*command, status=1)  # 2 from a shell
    assert sentence in refused
    assert len(refused) < 300


@pytest.mark.parametrize(
    "command",
    [
        ["prune_imports", "--days", "100000"],
        ["import_runs", "--last", "1000000000"],
        ["import_runs", "--rejected", "--last", "1000000000"],
    ],
)
def test_the_greatest_numbers_are_of_use(command: list[str]) -> None:
    said(*command)


@pytest.mark.parametrize("number", ["9223372036854775807", "1"])
def test_a_number_no_row_has_is_said(number: str) -> None:
    assert "There is no run" in said("import_runs", number, status=2)
    assert "There is no run" in said("undo_import", number, status=2)
    assert "Not waiting" in said("retry_rejected", number, status=2)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--misses", "0"),
        ("--max-share", "101"),
        ("--max-share", "-1"),
        ("--expect", "x"),
    ],
)
def test_numbers_out_of_bounds_are_refused(feed: Path, option: str, value: str) -> None:
    sentence = said("import_postings", write(feed, node()), option, value, status=1)
    assert "whole number" in sentence


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--allow-empty", ()),
        ("--expect", (5,)),
        ("--misses", (1,)),
        ("--max-share", (9,)),
    ],
)
def test_how_to_close_is_refused_where_nothing_is_to_be_closed(
    feed: Path, option: str, value: tuple[int, ...]
) -> None:
    """Whoever forgets --close-missing would wait for it in vain."""
    write(feed, node())
    sentence = f"{option} without --close-missing would do nothing"
    assert sentence in said("import_postings", feed, option, *value, status=2)
    assert not ImportRun.objects.exists()
    plan = feed.with_name("plan")
    said("import_postings", feed, "--plan", plan)
    refused = said("import_postings", "--apply", plan, option, *value, status=2)
    assert f"leave out {option.removeprefix('--')}." in refused


@pytest.mark.parametrize(
    "command",
    [
        ["import_postings", ""],
        ["import_postings", "README.md", "--source", ""],
        ["import_postings", "README.md", "--report", ""],
        ["import_postings", "--sitemap", ""],
        ["import_postings", "--apply", ""],
        ["check_postings", ""],
        ["check_postings", "--source", ""],
        ["export_postings", "--source", ""],
        ["export_postings", "--output", ""],
        ["import_runs", "--source", ""],
        ["purge_postings", "--source", ""],
        ["retry_rejected", "--source", ""],
        ["retry_rejected", "1", "--with", ""],
    ],
    ids=" ".join,
)
def test_an_empty_word_is_no_folder_and_no_source(command: list[str]) -> None:
    """As cron gives it for a variable that is not set: "$FEED"."""
    assert "an empty word" in said(*command, status=1)


def test_two_imports_of_one_source_do_not_overlap(feed: Path) -> None:
    write(feed, node())
    with persist.held("acme"):
        if not persist.is_free("acme"):  # PostgreSQL's lock is this connection's own
            refused = said("import_postings", feed, "--source", "acme", status=2)
            assert "Another import of the source 'acme' is running" in refused
        said("import_postings", feed, "--source", "other")
    said("import_postings", feed, "--source", "acme")


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL's locks are no files"
)
@pytest.mark.parametrize(
    "command", ["import_postings", "undo_import", "retry_rejected"]
)
def test_a_lock_that_cannot_be_taken_is_a_sentence(
    feed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    said("import_postings", write(feed, node(), "{"), status=1)
    run = ImportRun.objects.get()
    words: dict[str, list[Any]] = {
        "import_postings": ["README.md"],
        "undo_import": [run.pk],
    }
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    (tmp_path / "locks").write_text("")
    sentence = said(command, *words.get(command, []), status=2)
    assert "import-files, which keeps two imports apart, cannot be used: " in sentence
    assert persist.is_free("files") is False


def test_a_lock_needs_no_right_to_write_its_file() -> None:
    """Root ran the first import and somebody else runs the next."""
    with persist.held("acme"):
        for path in (Path(settings.DATA_DIR) / "locks").glob("import-acme"):
            path.chmod(0o444)
    with persist.held("acme"):
        pass


def test_the_sample_is_not_loaded_twice_at_once() -> None:
    with persist.held("sample"):
        if not persist.is_free("sample"):  # PostgreSQL's is this connection's own
            assert "Another import of" in said("load_sample", status=2)
