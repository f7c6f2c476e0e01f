"""`import_postings` as an operator types it: what it says and how it exits."""

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper

from postings.ingest.report import Outcome, Report
from postings.management.progress import Lines
from postings.models import ImportRun, JobPosting, Source
from tests.ingest.support import node

ROOT = Path(__file__).resolve().parent.parent

Manage = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.django_db


def written(path: Path, *records: Any) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(record) for record in records))
    return str(path)


def imported(*arguments: str) -> tuple[int, list[str]]:
    """Exit status and lines of output, of this process alone."""
    out = io.StringIO()
    status: int | str | None = 0
    try:
        call_command("import_postings", "--jobs=1", *arguments, stdout=out)
    except SystemExit as stop:
        status = stop.code
    return int(status or 0), out.getvalue().splitlines()


def test_a_file_is_imported_and_the_second_run_says_unchanged(tmp_path: Path) -> None:
    feed = written(tmp_path / "feed.ndjson", node(), node(identifier="b-2"))
    status, lines = imported(feed)
    assert status == 0
    assert lines == [
        "1 documents, 2 records: 2 created, 0 updated, 0 unchanged, 0 rejected."
    ]
    status, lines = imported(feed)
    assert status == 0
    assert lines[0].endswith("0 created, 0 updated, 2 unchanged, 0 rejected.")


def test_a_rejected_record_is_named_with_its_line_and_reason(tmp_path: Path) -> None:
    feed = written(tmp_path / "feed.ndjson", node(), node(title=None))
    status, lines = imported(feed)
    assert status == 1
    assert lines[0] == (
        f"{feed}:2#/title: rejected: no-title: A posting needs a title; this one has "
        "none."
    )
    assert JobPosting.objects.count() == 1


def test_a_folder_is_read_with_all_below_and_other_files_are_passed_over(
    tmp_path: Path,
) -> None:
    written(tmp_path / "b" / "two.json", node(identifier="2"))
    written(tmp_path / "a.JSONLD", node(identifier="1"))
    (tmp_path / "notes.txt").write_text("not a feed")
    assert imported(str(tmp_path)) == (
        0,
        ["2 documents, 2 records: 2 created, 0 updated, 0 unchanged, 0 rejected."],
    )


def test_a_file_named_by_itself_is_read_whatever_its_name(tmp_path: Path) -> None:
    assert imported(written(tmp_path / "feed.txt", node()))[0] == 0


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(json.dumps(node()).encode()))
    monkeypatch.setattr(sys, "stdin", piped)
    assert imported("-")[0] == 0
    assert JobPosting.objects.get().title == "Baker"


def test_the_source_is_named_and_made(tmp_path: Path) -> None:
    imported(written(tmp_path / "f.json", node()), "--source", "crumb-feed")
    assert JobPosting.objects.get().source == Source.objects.get(slug="crumb-feed")
    assert ImportRun.objects.get().source.slug == "crumb-feed"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.json"], "missing.json does not exist"),
        (["x" * 300], "xxx"),
        (["a\0b"], "a\0b does not exist"),
        (["FEED", "EMPTY"], "EMPTY holds no file to read: "),
        (["FEED", "--source", "s" * 101], "--source 'sss"),
        (["FEED", "--source", "no slug!"], "--source 'no slug!' is no name"),
        (["FEED", "--source", "editor"], "--source editor is kept for"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("not a feed")
    names = {"FEED": written(tmp_path / "f.json", node()), "EMPTY": str(empty)}
    with pytest.raises(CommandError) as raised:
        call_command("import_postings", *(names.get(word, word) for word in arguments))
    assert raised.value.returncode == 2
    assert str(raised.value).startswith(sentence.replace("EMPTY", names["EMPTY"]))
    assert not JobPosting.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_closed_standard_input_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CommandError, match="- is standard input, which is closed") as r:
        call_command("import_postings", "-")
    assert r.value.returncode == 2
    assert not ImportRun.objects.exists()


def test_a_source_may_have_a_name_as_long_as_its_column(tmp_path: Path) -> None:
    feed = written(tmp_path / "f.json", node())
    assert imported(feed, "--source", "s" * 100)[0] == 0


# --- What the terminal or the pipe cannot take ----------------------------------------


@pytest.fixture
def manage(tmp_path: Path) -> Manage:
    """Run manage.py on a database of its own, migrated, in a shell's line."""
    variables = os.environ | {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
    }

    def run(line: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", f'manage() {{ "$PYTHON" manage.py "$@"; }}; {line}'],  # noqa: S607
            cwd=ROOT,
            env=variables | {"PYTHON": sys.executable} | more,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("manage migrate -v0").returncode == 0
    return run


def test_a_title_the_terminal_cannot_show_is_told_in_escapes(
    manage: Manage, tmp_path: Path
) -> None:
    feed = written(tmp_path / "f.json", node(title="Bäcker"))
    done = manage(f"manage import_postings -v2 {feed}", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert r"created: B\xe4cker" in done.stdout


def test_standard_input_that_cannot_be_read_is_one_sentence(
    manage: Manage, tmp_path: Path
) -> None:
    done = manage(f"manage import_postings - 0>{tmp_path}/written")
    assert done.returncode == 2
    assert done.stderr.startswith("CommandError: No more could be read: ")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_stops_reading_stops_the_command_quietly(
    manage: Manage, tmp_path: Path
) -> None:
    records = (node(title=None, identifier=f"i-{number}") for number in range(400))
    feed = written(tmp_path / "f.ndjson", *records)
    status = tmp_path / "status"
    done = manage(
        f"{{ manage import_postings -v2 {feed}; echo $? >{status}; }} | head -1",
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    assert status.read_text() == "141\n"


def test_a_report_and_an_export_go_on_with_a_log_that_is_the_output(
    manage: Manage, tmp_path: Path
) -> None:
    """Put in its place, the log and all later lines would be gone."""
    feed, log = written(tmp_path / "f.json", node()), tmp_path / "log"
    done = manage(
        f"{{ echo before; manage import_postings --report /dev/stdout {feed}; "
        f"manage export_postings -o /dev/stdout; echo after; }} >>{log}"
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = log.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert '  "state": "finished",' in lines
    assert "1 documents, 1 records: " in log.read_text()
    assert lines[-3].startswith('{"@context"')
    assert lines[-2] == "1 postings written to /dev/stdout."


@pytest.mark.parametrize(
    ("arguments", "source", "remark"),
    [
        (["missing.json", "--source", "acme"], "acme", "missing.json does not exist"),
        ([], None, "Nothing to import: "),
        (["--apply", "missing"], None, "--apply missing could not be read"),
        (["FEED", "--plan", "no/plan"], None, "--plan no/plan cannot be written"),
    ],
)
def test_a_report_is_written_however_the_command_ends(
    tmp_path: Path, arguments: list[str], source: str | None, remark: str
) -> None:
    report = tmp_path / "report.json"
    report.write_text("of yesterday")
    feed = written(tmp_path / "f.json", node())
    named = [feed if word == "FEED" else word for word in arguments]
    with pytest.raises(CommandError):
        call_command("import_postings", *named, "--report", str(report))
    found = json.loads(report.read_text())
    assert (found["source"], found["run"], found["state"]) == (source, None, "failed")
    assert found["records"] == 0
    assert found["remarks"][0].startswith(remark)
    assert not (tmp_path / "no").exists()


def test_a_command_that_is_refused_leaves_no_empty_files(tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    with pytest.raises(CommandError, match=r"missing\.json does not exist"):
        call_command("import_postings", "missing.json", "--plan", str(plan))
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_put_in_its_place_at_the_end_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    feed = written(tmp_path / "f.json", node())
    status, lines = imported(feed, "--report", str(full))
    assert status == 2
    assert "1 created" in lines[0]
    assert capsys.readouterr().err == (
        f"--report {full} cannot be written: No space left on device.\n"
    )
    with pytest.raises(CommandError, match=r"--plan .*: No space left on device"):
        imported(feed, "--plan", str(full))
    assert full.is_symlink()


def test_a_dry_run_says_so_and_keeps_nothing(tmp_path: Path) -> None:
    status, lines = imported(written(tmp_path / "f.json", node()), "--dry-run")
    assert status == 0
    assert lines[-1] == "Dry run: nothing was kept."
    assert "1 created" in lines[0]
    assert not JobPosting.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_line_every_half_minute_also_while_nothing_comes() -> None:
    """Without the name of a document where none has come yet."""
    out, now = io.StringIO(), 100.0
    report = Report()
    shown = Lines(OutputWrapper(out), report, None, clock=lambda: now)
    for now in (129.0, 130.0, 159.0, 161.0):  # noqa: B007 - the clock reads it
        shown.update()
    report.document = "-"
    report.outcomes[Outcome.CREATED] = 465
    now = 193.0
    shown.update()
    assert out.getvalue().splitlines() == [
        "0 records, 0 a second.",
        "0 records, 0 a second.",
        "-: 465 records, 5 a second.",
    ]


def test_with_more_words_every_record_and_problem_is_told(tmp_path: Path) -> None:
    feed = written(tmp_path / "f.json", node(employmentType="Permanent"))
    assert imported(feed, "-v2") == (
        0,
        [
            f"{feed}: created: Baker",
            (
                f"  {feed}#/employmentType: ignored value: unknown-value: Not one of "
                "Google's values; kept as text. (Permanent)"
            ),
            "1 documents, 1 records: 1 created, 0 updated, 0 unchanged, 0 rejected.",
            "  ignored value: unknown-value: 1",
        ],
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_costs_itself(tmp_path: Path) -> None:
    locked = Path(written(tmp_path / "a.json", node(identifier="1")))
    written(tmp_path / "b.json", node(identifier="2"))
    locked.chmod(stat.S_IWUSR)
    status, lines = imported(str(tmp_path))
    assert status == 1
    assert lines[0].startswith("a.json: rejected: unreadable:")
    assert JobPosting.objects.count() == 1


HOSTILE = [
    b"",
    b"\xff\xfe\x00\xd8",
    b"\x80\x81",
    b"<script type='application/ld+json'>",
    b"<script type='application/ld+json'>{</script>",
    b"[" * 100_000,
    b'{"@graph":' * 20_000,
    b'{"@type":"JobPosting","title":"x","description":"' + b"<b>" * 50_000 + b'"}',
    b'{"@type":"JobPosting","title":{"@value":{"@value":{"@value":"x"}}}}',
    b'{"@type":"JobPosting","title":"x","title":["y"],"datePosted":1e999}',
    b'{"@type":"JobPosting","title":"\\ud800","url":"http://["}',
    b'{"@type":["JobPosting",{}],"title":"x","jobLocation":{"latitude":1e400}}',
    b'{"@type":"JobPosting","title":"x","baseSalary":{"value":1e300}}',
    b'{"@type":"JobPosting","title":"x","totalJobOpenings":99999999999999999999}',
    b'{"@type":"JobPosting","title":"x","validThrough":"2021-08-14T25:61:00"}',
    b'{"@type":"JobPosting","title":"x","datePosted":"2021-08-14T10:00:00+99:99"}',
    b'{"@type":"JobPosting","title":"x","identifier":' + b'["' + b"i" * 9000 + b'"]}',
    b'{"@id":"a","@graph":[{"@type":"JobPosting","title":"x","x":{"@id":"a"}}]}',
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_in_a_file_raises_or_harms_its_neighbours(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "a.json").write_bytes(content)
    written(tmp_path / "b.json", node(title="Neighbour", identifier="n"))
    imported(str(tmp_path), "-v2")
    assert JobPosting.objects.filter(title="Neighbour").exists()
