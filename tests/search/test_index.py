"""The index keeps in step with the database, and heals from whatever is done to it."""

import io
import json
import multiprocessing
import os
import random
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import tantivy
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from postings.admin import posting as posting_admin
from postings.ingest import persist
from postings.management import apart, progress, searching
from postings.models import (
    DatabaseState,
    ImportRun,
    JobPosting,
    JobPostingTexts,
    Tombstone,
)
from postings.search import folder, index, marks, schema
from postings.search.criteria import Criteria
from postings.search.query import Results, ids_in_any_state, search
from tests import factories as make
from tests.factories import NOW
from tests.ingest.support import node

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.django_db

#: Tests whose threads and processes have to see what is in the database.
shared = pytest.mark.django_db(transaction=True)


def find(words: str = "", **criteria: Any) -> Results:
    return search(Criteria(words=words, **criteria), at=NOW)


def titles(words: str = "") -> set[str]:
    found = find(words)
    assert not found.waiting
    # Words nobody has find what is like them: only the words themselves count here.
    if words and (found.any_word or found.corrected):
        return set()
    return set(
        JobPosting.objects.filter(pk__in=found.ids).values_list("title", flat=True)
    )


def build() -> Path:
    path = Path(settings.SEARCH_DIR)
    return path / folder.in_use(path)


def in_use(part: str) -> Path:
    """A file of the last commit."""
    meta = json.loads((build() / "meta.json").read_text())
    named = [
        f"{segment['segment_id'].replace('-', '')}.{opstamp}{part}"
        for segment in meta["segments"]
        for opstamp in (
            [f"{segment['deletes']['opstamp']}."]
            if part == "del" and segment["deletes"]
            else [""] * (part != "del")
        )
    ]
    return build() / named[-1]


def drawn(row: JobPosting) -> JobPosting:
    """As if an import or an editor had written the row just now."""
    row.revision = DatabaseState.draw()
    row.save()
    return row


def posting(title: str, **columns: Any) -> JobPosting:
    with transaction.atomic():
        DatabaseState.lock()
        return drawn(make.make_posting(title=title, **columns))


def retitled(row: JobPosting, title: str) -> None:
    row.title = title
    persist.save_edit(row, changed=["title"], now=NOW)


def another_process() -> None:
    """What another process has open: nothing."""
    index.forget()


# --- Changes --------------------------------------------------------------------------


def test_a_posting_is_found_by_its_new_title_and_no_more_by_its_old_one() -> None:
    row = posting("Gardener")
    assert titles("gardener") == {"Gardener"}
    retitled(row, "Florist")
    assert titles("florist") == {"Florist"}
    assert titles("gardener") == set()


def test_a_change_is_added_to_the_index_in_use() -> None:
    row = posting("Gardener")
    assert titles() == {"Gardener"}
    before = build()
    retitled(row, "Florist")
    posting("Beekeeper")
    assert titles() == {"Florist", "Beekeeper"}
    assert build() == before


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "Moss Nurseries"),
        ("legal_name", "Moss Limited"),
        ("alternate_name", ["Mossy"]),
    ],
)
def test_postings_are_found_by_what_their_organization_is_called_now(
    column: str, value: Any
) -> None:
    organization = make.make_organization("Kew")
    posting("Gardener", organization=organization)
    assert titles("moss") == titles("mossy") == set()
    setattr(organization, column, value)
    persist.save_organization_edit(organization, changed=[column])
    assert titles("mossy" if column == "alternate_name" else "moss") == {"Gardener"}


def test_hidden_and_deleted_postings_are_not_found_until_they_are_back() -> None:
    row = posting("Gardener")
    rows = JobPosting.objects.filter(pk=row.pk)
    assert titles("gardener") == {"Gardener"}
    persist.set_hidden(rows, hidden=True)
    assert titles("gardener") == set()
    persist.set_hidden(rows, hidden=False)
    assert titles("gardener") == {"Gardener"}
    persist.set_deleted(rows, deleted=True, now=NOW)
    assert titles("gardener") == set()
    persist.set_deleted(rows, deleted=False, now=NOW)
    assert titles("gardener") == {"Gardener"}


def test_a_purged_posting_is_not_found() -> None:
    row = posting("Gardener")
    posting("Beekeeper")
    assert find().total == 2
    JobPostingTexts.objects.filter(posting=row).delete()
    number = row.pk
    row.delete()
    Tombstone.objects.create(posting_id=number, revision=DatabaseState.draw())
    assert find().total == 1
    assert titles() == {"Beekeeper"}


def test_what_changes_nothing_commits_nothing() -> None:
    posting("Gardener")
    index.sync()
    before = folder.state(Path(settings.SEARCH_DIR))
    revision = DatabaseState.objects.get().revision
    assert index.sync() == index.Synced(done=True, revision=revision)
    assert folder.state(Path(settings.SEARCH_DIR)) == before


def test_two_commits_at_the_same_instant_are_two() -> None:
    row = posting("Gardener")
    assert titles() == {"Gardener"}
    meta = build() / "meta.json"
    seen = meta.stat()
    opened = index.current()
    retitled(row, "Florist")
    index.sync()
    os.utime(meta, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert titles() == {"Florist"}
    assert index.current() is not opened


def test_an_open_index_stays_as_it_is_while_another_takes_its_place() -> None:
    posting("Gardener")
    opened = index.current()
    assert opened is not None
    before = build()
    posting("Beekeeper")
    index.rebuild()
    assert not before.exists()
    assert opened.searcher.num_docs == 2  # the mark is one
    assert titles() == {"Gardener", "Beekeeper"}


# --- Indexes that cannot be used ------------------------------------------------------


@pytest.fixture
def rows() -> list[JobPosting]:
    found = [posting(title) for title in ("Gardener", "Florist", "Beekeeper")]
    retitled(found[1], "Forester")  # so that there are deletions
    assert titles("forester") == {"Forester"}
    retitled(found[0], "Weaver")
    assert titles("weaver") == {"Weaver"}
    return found


def listed_titles(page: Any) -> set[str]:
    """Of the postings a page links to."""
    rows = JobPosting.objects.all()
    return {row.title for row in rows if row.get_absolute_url() in page.text}


def everything_is_found(client: Client) -> None:
    page = client.get(reverse("posting_list"), {"q": "weaver"})
    assert page.status_code == 200
    assert titles() == {"Weaver", "Forester", "Beekeeper"}
    page = client.get(reverse("posting_list"), {"q": "weaver"})
    assert page.status_code == 200
    assert listed_titles(page) == {"Weaver"}
    assert folder.damaged(build()) == []


def test_the_index_of_another_database_is_built_anew(
    rows: list[JobPosting], client: Client
) -> None:
    before = build()
    other = "00000000-0000-0000-0000-000000000001"
    DatabaseState.objects.update(database_id=other)
    everything_is_found(client)
    assert build() != before


def test_an_index_of_an_older_schema_is_built_anew(
    rows: list[JobPosting], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "FINGERPRINT", "older")
        index.rebuild()
    before = build()
    everything_is_found(client)
    assert build() != before


def test_an_index_ahead_of_a_restored_database_is_built_anew(
    rows: list[JobPosting], client: Client
) -> None:
    before = build()
    kept = DatabaseState.objects.get().revision
    retitled(rows[2], "Actuary")
    assert titles("actuary") == {"Actuary"}
    JobPosting.objects.filter(pk=rows[2].pk).update(title="Beekeeper", revision=3)
    DatabaseState.objects.update(revision=kept)
    everything_is_found(client)
    assert titles("actuary") == set()
    assert build() != before


def test_a_restored_database_that_went_on_past_the_mark_is_known_by_its_history(
    rows: list[JobPosting], client: Client
) -> None:
    kept = DatabaseState.objects.get().revision
    retitled(rows[2], "Actuary")
    assert titles("actuary") == {"Actuary"}
    before = build()
    # The backup is put back, and other changes get the same numbers and more.
    JobPosting.objects.filter(pk=rows[2].pk).update(title="Beekeeper", revision=3)
    DatabaseState.objects.update(revision=kept)
    retitled(rows[1], "Potter")
    retitled(rows[1], "Forester")
    everything_is_found(client)
    assert titles("actuary") == set()
    assert build() != before


def test_a_restored_database_whose_imports_ran_again_is_known_by_its_runs(
    rows: list[JobPosting], client: Client
) -> None:
    source = make.make_source()
    run = ImportRun.objects.create(source=source, started_at=NOW, reader_version=1)
    retitled(rows[0], "Weaver")
    posting("Actuary")
    assert titles("actuary") == {"Actuary"}
    before = build()
    ImportRun.objects.filter(pk=run.pk).update(started_at=NOW + timedelta(hours=1))
    JobPosting.objects.filter(title="Actuary").update(title="Astronomer")
    assert index.sync().rebuilt
    assert build() != before
    assert titles("astronomer") == {"Astronomer"}


# --- Damage ---------------------------------------------------------------------------

PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term", "del")


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    # Not in the footer of every file, which says what the rest should be.
    content[random.Random(7).randrange(max(1, len(content) // 16))] ^= 0x10
    path.write_bytes(content)


def removed(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [truncated, emptied, flipped, removed])
@pytest.mark.parametrize("part", PARTS)
def test_a_damaged_file_is_noticed_when_the_index_is_opened(
    rows: list[JobPosting], client: Client, part: str, harm: Callable[[Path], None]
) -> None:
    another_process()
    before = build()
    harm(in_use(part))
    everything_is_found(client)
    assert build() != before


@pytest.mark.parametrize("harm", [truncated, emptied, removed])
@pytest.mark.parametrize("name", ["meta.json", "../current"])
def test_an_index_that_does_not_say_what_it_is_is_built_anew(
    rows: list[JobPosting], client: Client, name: str, harm: Callable[[Path], None]
) -> None:
    another_process()
    harm(build() / name)
    everything_is_found(client)


@pytest.mark.parametrize("said", ["", "..", "../elsewhere", "index-", "\x00", "\xff"])
def test_a_pointer_to_anything_else_points_nowhere(
    rows: list[JobPosting], client: Client, said: str
) -> None:
    bystander = Path(settings.SEARCH_DIR).parent / "elsewhere"
    bystander.mkdir(exist_ok=True)
    (Path(settings.SEARCH_DIR) / "current").write_text(said, "latin-1")
    everything_is_found(client)
    assert bystander.is_dir()
    bystander.rmdir()


def test_the_folder_may_be_deleted_while_the_site_runs(
    rows: list[JobPosting], client: Client
) -> None:
    shutil.rmtree(settings.SEARCH_DIR)
    everything_is_found(client)


def test_the_build_in_use_may_be_deleted_while_the_site_runs(
    rows: list[JobPosting], client: Client
) -> None:
    shutil.rmtree(build())
    everything_is_found(client)


@pytest.mark.parametrize("part", PARTS)
def test_refresh_search_says_what_was_damaged_and_builds_it_anew(
    rows: list[JobPosting],
    client: Client,
    part: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = in_use(part)
    flipped(path)
    call_command("refresh_search")
    out, err = capsys.readouterr()
    assert f"was damaged ({path.name}) and has been built anew" in err
    assert "Search index: built from 3 postings, at revision" in out
    everything_is_found(client)


def test_refresh_search_notices_postings_that_are_not_there(
    rows: list[JobPosting], client: Client
) -> None:
    # Commits of the rows may still be merged beside.
    with index._turn(Path(settings.SEARCH_DIR), 20) as turn:  # noqa: SLF001
        assert turn is not None
        writer = index._open(build()).writer(15_000_000, 1)  # noqa: SLF001
        gone = tantivy.Query.term_query(schema.SCHEMA, schema.PK, rows[0].pk)
        writer.delete_documents_by_query(gone)
        writer.commit()
        writer.wait_merging_threads()
    assert titles("weaver") == set()
    call_command("refresh_search", quiet=True)
    everything_is_found(client)


@shared
def test_an_answer_that_fails_has_the_files_looked_at_and_built_anew(
    client: Client,
) -> None:
    rows = [posting("Gardener"), posting("Florist")]
    assert titles() == {"Gardener", "Florist"}
    index._reader().verified.clear()  # noqa: SLF001 - a minute has passed
    flipped(next(build().glob("*.fast")))

    def failing(_opened: index.Opened) -> str:
        raise ValueError("invalid data")

    before = build()
    assert index.ask(failing, lambda: "from the database") == "from the database"
    ended_beside()
    assert build() != before
    assert titles() == {row.title for row in rows}


@shared
def test_an_answer_that_fails_over_whole_files_builds_nothing() -> None:
    posting("Gardener")
    assert titles() == {"Gardener"}
    before = build()

    def failing(_opened: index.Opened) -> str:
        raise ValueError("a fault of the site's own")

    index._reader().verified.clear()  # noqa: SLF001 - a minute has passed
    for _ in range(3):
        assert index.ask(failing, lambda: "instead") == "instead"
        ended_beside()
    assert build() == before


def test_what_is_no_damage_is_an_error_as_any_other() -> None:
    posting("Gardener")

    def failing(_opened: index.Opened) -> str:
        raise KeyError("a fault of the site's own")

    with pytest.raises(KeyError):
        index.ask(failing, lambda: "instead")


def ended_beside() -> None:
    thread = index._reader().beside  # noqa: SLF001
    assert thread is not None
    thread.join(60)
    assert not thread.is_alive()


# --- A large database -----------------------------------------------------------------


@shared
def test_pages_answer_while_the_index_of_a_larger_database_is_built_beside(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "PAGE_POSTINGS", 2)
    for title in ("Gardener", "Florist", "Beekeeper"):
        posting(title)
    found = find("florist")
    assert found.waiting
    assert len(found.ids) == 3
    ended_beside()
    assert titles("florist") == {"Florist"}
    assert client.get(reverse("posting_list")).status_code == 200


@shared
def test_pages_answer_from_what_is_there_while_many_changes_are_added_beside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index, "PAGE_CHANGES", 2)
    monkeypatch.setattr(index, "GAP", 0.0)
    posting("Gardener")
    assert titles() == {"Gardener"}
    for title in ("Florist", "Beekeeper", "Forester"):
        posting(title)
    assert titles() == {"Gardener"}
    ended_beside()
    assert titles() == {"Gardener", "Florist", "Beekeeper", "Forester"}


# --- Trouble with the disk ------------------------------------------------------------


def mounted(path: Path, options: str) -> bool:
    path.mkdir(parents=True, exist_ok=True)
    return ran("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path))


def ran(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of two megabytes that holds the index of `rows`, and little more."""
    monkeypatch.setattr(index, "REST", 0.0)
    path = Path(settings.SEARCH_DIR)
    if os.geteuid() != 0 or not mounted(path, "size=2m"):
        pytest.skip("only root may mount a small disk, and not everywhere")
    yield path
    ran("umount", "-l", str(path))


def much(count: int) -> list[JobPosting]:
    words = random.Random(3)
    return [
        posting(
            f"Clerk {number}",
            description="".join(
                f"<p>{words.getrandbits(64):x} {words.getrandbits(64):x}</p>"
                for _ in range(900)
            ),
        )
        for number in range(count)
    ]


def test_a_full_disk_fails_no_page_and_no_edit_and_is_made_good(
    disk: Path, rows: list[JobPosting], client: Client
) -> None:
    many = much(60)
    page = client.get(reverse("posting_list"), {"q": "weaver"})
    assert page.status_code == 200
    assert listed_titles(page) == {"Weaver"}  # from the index as it was
    with pytest.raises(CommandError, match="could not be brought up to date") as said:
        call_command("refresh_search", quiet=True)
    assert said.value.returncode == 2
    with pytest.raises(CommandError, match="could not be built"):
        call_command("rebuild_search", quiet=True)
    retitled(rows[0], "Actuary")
    assert client.get(reverse("posting_list")).status_code == 200
    left = sum(path.stat().st_size for path in disk.rglob("*") if path.is_file())
    assert left < 300_000  # what was not committed does not fill the disk
    assert ran("mount", "-o", "remount,size=60m", str(disk))
    assert titles("actuary") == {"Actuary"}
    assert find().total == 3 + len(many)
    assert folder.damaged(build()) == []


def test_a_disk_that_cannot_be_written_fails_no_page_and_no_edit(
    disk: Path, rows: list[JobPosting], client: Client
) -> None:
    ended_beside()  # what still writes there would keep it from being remounted
    assert ran("mount", "-o", "remount,ro", str(disk))
    retitled(rows[0], "Actuary")
    page = client.get(reverse("posting_list"), {"q": "beekeeper"})
    assert page.status_code == 200
    assert listed_titles(page) == {"Beekeeper"}
    with pytest.raises(CommandError, match="could not be brought up to date"):
        call_command("refresh_search", quiet=True)
    another_process()  # tantivy opens nothing where it cannot lock
    assert find("beekeeper").waiting
    assert client.get(reverse("posting_list")).status_code == 200
    assert ran("mount", "-o", "remount,rw", str(disk))
    assert titles("actuary") == {"Actuary"}


@pytest.mark.parametrize("below", ["", "search"])
def test_a_file_where_the_folder_should_be_fails_no_page(
    client: Client, below: str, tmp_path: Path
) -> None:
    posting("Gardener")
    path = tmp_path / "file"
    path.write_text("")
    with override_settings(SEARCH_DIR=path / below):
        assert find("gardener").waiting
        assert client.get(reverse("posting_list")).status_code == 200
        with pytest.raises(CommandError, match="could not be brought up to date"):
            call_command("refresh_search", quiet=True)
        index.forget()


def test_an_import_says_in_a_sentence_that_search_is_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with override_settings(SEARCH_DIR=path):
        call_command("load_sample")
        index.forget()
    out, err = capsys.readouterr()
    assert out.startswith("Sample: ")
    assert err.startswith("The search index is not up to date (")
    assert err.count("\n") == 1


# --- Processes ------------------------------------------------------------------------


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a few postings make a large site, and are much to be added."""
    monkeypatch.setattr(searching, "LARGE", 2)
    monkeypatch.setattr(index, "PAGE_POSTINGS", 2)


def seconds_of_children() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


@shared
def test_a_command_leaves_the_index_of_a_large_site_to_another_process(
    large: None, capsys: pytest.CaptureFixture[str]
) -> None:
    before = seconds_of_children()
    call_command("load_sample")
    assert seconds_of_children() - before > 0.2
    assert capsys.readouterr().err == ""
    opened = index._opened(index._reader())  # noqa: SLF001 - before any page asks
    assert opened is not None
    assert opened.mark == marks.wanted()
    assert opened.searcher.num_docs - 1 == JobPosting.objects.count()


@shared
def test_another_process_that_cannot_write_is_a_sentence(
    large: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with override_settings(SEARCH_DIR=path):
        call_command("load_sample")
        index.forget()
    err = capsys.readouterr().err
    assert err.startswith("The search index is not up to date ([Errno 17] File exists")
    assert err.count("\n") == 1


@shared
def test_another_process_that_is_killed_is_a_sentence_too() -> None:
    posting("Gardener")
    turn = folder.Turn.taken(Path(settings.SEARCH_DIR), 1)
    assert turn is not None  # what the other process waits for

    def kill() -> None:
        while not (children := multiprocessing.active_children()):
            pass
        children[0].kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(OSError, match=r"wrote it ended with status -9$"):
        apart.sync(None)
    killer.join()
    turn.give_back()
    assert titles() == {"Gardener"}


@shared
def test_another_process_says_how_far_it_is() -> None:
    rows = [posting(f"Gardener {number}") for number in range(3)]
    said: list[tuple[int, int]] = []
    done = apart.sync(lambda *counts: said.append(counts))
    assert said == [(len(rows), len(rows))]
    assert (done.done, done.rebuilt, done.postings) == (True, True, len(rows))


def address() -> str:
    parts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{parts['NAME']}"
    return (
        f"postgresql://{parts['USER']}:{parts['PASSWORD']}@/{parts['NAME']}"
        f"?host={parts['OPTIONS'].get('host', parts['HOST'])}"
    )


PRELUDE = """
import os, sys
import django
django.setup()
from postings.models import JobPosting
from postings.search import index
from postings.search.criteria import Criteria
from postings.search.query import search
from tests.factories import NOW
def titles(words=""):
    ids = search(Criteria(words=words), at=NOW).ids
    return sorted(JobPosting.objects.filter(pk__in=ids).values_list("title", flat=True))
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """The data folder of other processes, whose index is this one's."""
    with override_settings(SEARCH_DIR=tmp_path / "search"):
        yield tmp_path
        index.forget()


def script(text: str, data: Path) -> subprocess.Popen[str]:
    """Another process of the site, on the test's database."""
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + text],
        cwd=ROOT,
        env=os.environ
        | {
            "DATA_DIR": str(data),
            "DATABASE_URL": address(),
            "DJANGO_SETTINGS_MODULE": "jobsite.settings",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str], asked: str) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{asked}\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


ANSWERING = """
import json
for line in sys.stdin:
    print(json.dumps(titles(line.strip())), flush=True)
"""


@shared
@pytest.mark.parametrize("hosts", ["one host", "two hosts"])
def test_another_process_finds_an_edit_in_its_next_search(
    data: Path, tmp_path: Path, hosts: str
) -> None:
    row = posting("Gardener")
    assert titles() == {"Gardener"}
    where = data if hosts == "one host" else tmp_path / "other"
    process = script(ANSWERING, where)
    try:
        assert answer(process, "gardener") == ["Gardener"]
        retitled(row, "Florist")
        assert answer(process, "florist") == ["Florist"]
        posting("Beekeeper")
        assert answer(process, "") == ["Beekeeper", "Florist"]
        assert titles("beekeeper") == {"Beekeeper"}
        index.rebuild()
        assert answer(process, "beekeeper") == ["Beekeeper"]
    finally:
        _, err = process.communicate(timeout=60)
    assert err == ""
    assert process.returncode == 0


@shared
def test_a_child_of_a_process_with_an_open_index_has_its_own(data: Path) -> None:
    posting("Gardener")
    process = script(
        """
from django.db import connections
assert titles() == ["Gardener"]
connections.close_all()
if not (child := os.fork()):
    found = titles("gardener")
    index.rebuild()
    os._exit(titles() != ["Gardener"] or found != ["Gardener"])
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert titles() == ["Gardener"]
""",
        data,
    )
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


@shared
def test_what_runs_beside_ends_quietly_with_its_process(data: Path) -> None:
    much(20)
    process = script(
        """
index.PAGE_POSTINGS = 2
assert search(Criteria(), at=NOW).waiting
""",
        data,
    )
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0
    assert find().total == 20


KILLED = """
print("begins", flush=True)
index.{work}()
print("ended", flush=True)
sys.stdin.read()
"""


@shared
@pytest.mark.parametrize("work", ["sync", "rebuild"])
def test_a_writer_may_be_killed_at_any_moment(data: Path, work: str) -> None:
    """At moments drawn from the time one takes, a little before and after too."""
    moments = random.Random(f"kill {work}")
    posting("Gardener")
    assert titles() == {"Gardener"}
    rows = much(40)
    for _ in range(6):
        process = script(KILLED.format(work=work), data)
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=moments.uniform(0.0, 0.6))
        process.kill()
        process.communicate()
        opened = index._opened(index._reader())  # noqa: SLF001 - as it was left
        assert opened is not None
        assert opened.searcher.num_docs - 1 in {1, 1 + len(rows)}
        assert find().total == 1 + len(rows)
        assert folder.damaged(build()) == []
        with transaction.atomic():  # all of them have changed
            DatabaseState.lock()
            for row in rows:
                drawn(row)
    index.rebuild()
    assert [path.name for path in build().parent.glob("index-*")] == [build().name]
    assert find().total == 1 + len(rows)


# --- Threads --------------------------------------------------------------------------


@shared
def test_threads_search_and_write_at_once() -> None:
    rows = [posting(f"Gardener {number}") for number in range(8)]
    assert find("gardener").total == 8

    def edited(row: JobPosting) -> None:
        try:
            for number in range(4):
                retitled(row, f"Florist {row.pk} {number}")
                assert find().total == 8
                if number == 2:
                    index.rebuild()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(edited, rows))
    index.sync(patience=30)
    assert find("florist").total == 8
    assert titles("gardener") == set()
    assert folder.damaged(build()) == []


@shared
def test_no_change_is_missed_between_two_writers() -> None:
    """The later one waits for the first: no higher revision is seen before a lower."""
    first, second = posting("Gardener"), posting("Florist")
    assert titles() == {"Gardener", "Florist"}
    begun, done = threading.Event(), threading.Event()

    def later() -> None:
        try:
            begun.set()
            retitled(second, "Weaver")
            done.set()
        finally:
            connection.close()

    thread = threading.Thread(target=later)
    with transaction.atomic():
        retitled(first, "Beekeeper")
        thread.start()
        assert begun.wait(30)
        assert not done.wait(0.3)

        def seen() -> set[str]:
            try:
                return titles()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:  # another connection, in between
            assert pool.submit(seen).result() == {"Gardener", "Florist"}
        assert not done.is_set()
    thread.join(60)
    assert done.is_set()
    assert titles() == {"Beekeeper", "Weaver"}
    revisions = JobPosting.objects.order_by("revision").values_list("pk", flat=True)
    assert list(revisions) == [first.pk, second.pk]


@shared
def test_an_editors_save_adds_itself_without_being_waited_for(
    admin_client: Client,
) -> None:
    row = posting("Gardener")
    assert titles() == {"Gardener"}
    before = folder.state(Path(settings.SEARCH_DIR))
    retitled(row, "Florist")
    ended_beside()
    assert folder.state(Path(settings.SEARCH_DIR)) != before
    opened = index._opened(index._reader())  # noqa: SLF001 - before anybody asks
    assert opened is not None
    assert opened.mark.revision == DatabaseState.objects.get().revision
    assert titles("florist") == {"Florist"}


# --- Commands -------------------------------------------------------------------------


def test_refresh_search_adds_what_is_missing_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = posting("Gardener")
    call_command("refresh_search")
    revision = row.revision
    assert capsys.readouterr() == (
        f"Search index: built from 1 postings, at revision {revision}.\n",
        "",
    )
    before = build()
    retitled(row, "Florist")
    call_command("refresh_search")
    revision = DatabaseState.objects.get().revision
    assert capsys.readouterr() == (
        f"Search index: up to date, with 1 postings added, at revision {revision}.\n",
        "",
    )
    assert build() == before
    call_command("refresh_search", quiet=True)
    assert capsys.readouterr() == ("", "")


def test_rebuild_search_takes_a_new_build_into_use(
    capsys: pytest.CaptureFixture[str],
) -> None:
    posting("Gardener")
    assert titles() == {"Gardener"}
    before = build()
    JobPosting.objects.update(title="Florist")  # as in a database put back
    assert titles("florist") == set()
    call_command("rebuild_search")
    assert "built from 1 postings" in capsys.readouterr().out
    assert titles("florist") == {"Florist"}
    assert not before.exists()


def test_commands_say_that_another_process_is_writing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(index, "PATIENCE", 0.0)
    turn = folder.Turn.taken(Path(settings.SEARCH_DIR), 0.0)
    assert turn is not None
    call_command("refresh_search")
    assert capsys.readouterr().out == "Another process is writing the search index.\n"
    with pytest.raises(CommandError, match="Another process") as said:
        call_command("rebuild_search")
    assert said.value.returncode == 2
    turn.give_back()
    call_command("rebuild_search", quiet=True)


@pytest.mark.parametrize("command", ["load_sample", "import_postings"])
def test_postings_are_in_the_index_when_their_import_has_ended(
    command: str, tmp_path: Path
) -> None:
    feed = tmp_path / "feed.json"
    feed.write_text(json.dumps(node(title="Actuary")))
    arguments = [str(feed), "--quiet"] if command == "import_postings" else []
    call_command(command, *arguments)
    opened = index._opened(index._reader())  # noqa: SLF001 - before anybody asks
    assert opened is not None
    assert opened.mark.revision == DatabaseState.objects.get().revision > 0
    assert opened.searcher.num_docs - 1 == JobPosting.objects.count() > 0


def test_a_dry_run_touches_no_index(tmp_path: Path) -> None:
    feed = tmp_path / "feed.json"
    feed.write_text(json.dumps(node(title="Actuary")))
    call_command("import_postings", str(feed), "--quiet", "--dry-run")
    assert not Path(settings.SEARCH_DIR).exists()


def test_a_long_build_tells_how_far_it_is() -> None:
    said = io.StringIO()
    times = iter([0.0, 10.0, 31.0, 40.0])
    counted = progress.Counted(
        OutputWrapper(said), "postings", clock=lambda: next(times)
    )
    for done in (10_000, 62_000, 80_000):
        counted.update(done, 1_000_000)
    assert said.getvalue() == "62,000 of 1,000,000 postings, 2,000 a second.\n"


# --- The admin's search ---------------------------------------------------------------


def test_editors_find_postings_in_any_state() -> None:
    shown = posting("Gardener")
    hidden = posting("Head gardener", hidden=True)
    deleted = posting("Gardener of old", deleted_at=NOW)
    draft = posting("Gardener to be", published_at=None)
    posting("Clerk")
    found = ids_in_any_state("gard", most=10)
    assert found is not None
    assert set(found) == {shown.pk, hidden.pk, deleted.pk, draft.pk}
    assert len(ids_in_any_state("gardener", most=3) or ()) == 3
    assert len(ids_in_any_state("-gardener", most=3) or ()) == 1
    assert ids_in_any_state("!!!", most=3) is None


def listed(client: Client, words: str) -> Any:
    return client.get(reverse("admin:postings_jobposting_changelist"), {"q": words})


def test_the_admin_says_when_it_shows_the_newest_of_many(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting_admin, "MOST_FOUND", 2)
    rows = [posting(f"Gardener {number}", hidden=True) for number in range(3)]
    page = listed(admin_client, "gardener")
    assert page.context["cl"].result_count == 2
    assert "More than 2 postings found: the newest are shown." in page.text
    page = listed(admin_client, "gardener 1")
    assert list(page.context["cl"].queryset) == [rows[1]]
    assert "More than" not in page.text


def test_the_admin_asks_the_database_where_there_is_no_index(
    admin_client: Client, tmp_path: Path
) -> None:
    row = posting("Gardener")
    path = tmp_path / "file"
    path.write_text("")
    with override_settings(SEARCH_DIR=path):
        page = listed(admin_client, "ardene")
        index.forget()
    assert list(page.context["cl"].queryset) == [row]
