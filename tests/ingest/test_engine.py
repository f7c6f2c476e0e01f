"""Imports in several processes and batches: what is held, seen again or changed meanwhile."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from postings.ingest import persist, pipeline, prepare, read, sources, work
from postings.ingest.read import Document
from postings.ingest.report import Outcome, Recorded, Report
from postings.models import (
    ImportRecord,
    JobLocation,
    JobPosting,
    JobPostingNode,
    JobPostingTexts,
    Organization,
    SourceKey,
)
from tests.ingest.support import NOW, importing, node

CREATED, UPDATED, UNCHANGED = Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED
REJECTED, REOPENED = Outcome.REJECTED, Outcome.REOPENED

#: More than a batch, so that what comes last is in another one than what comes first.
MANY = pipeline.MOST + 20


def feed(count: int, **properties: Any) -> list[dict[str, Any]]:
    return [
        node(identifier=f"f-{number}", title=f"Baker {number}", **properties)
        for number in range(count)
    ]


def lines(records: Iterable[Any]) -> bytes:
    return b"\n".join(json.dumps(record).encode() for record in records)


def imported(
    *documents: bytes, jobs: int = 1, dry_run: bool = False
) -> tuple[Report, list[Recorded]]:
    said: list[Recorded] = []
    report = pipeline.run(
        (
            Document(name=f"{number}.ndjson", content=content)
            for number, content in enumerate(documents)
        ),
        source="files",
        now=NOW,
        jobs=jobs,
        dry_run=dry_run,
        tell=said.append,
    )
    return report, said


def counts(report: Report) -> dict[Outcome, int]:
    return {outcome: n for outcome, n in report.outcomes.items() if n}


def tables() -> dict[str, list[Any]]:
    models: tuple[type[Model], ...] = (
        JobPosting,
        JobPostingTexts,
        JobPostingNode,
        JobLocation,
        Organization,
    )
    rows = {
        model.__name__: [
            {key: value for key, value in row.items() if key not in _NOT_COMPARED}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
    }
    keys = SourceKey.objects.order_by("posting", "kind").values_list("kind", "value")
    return rows | {"SourceKey": list(keys)}


_NOT_COMPARED = {"id", "posting_id", "hiring_organization_id", "source_id", "revision"}


@pytest.mark.django_db
def test_several_processes_store_what_one_stores() -> None:
    content = lines(
        feed(MANY, jobLocation="Ulm", description="<p>Bread &amp; salt</p>")
    )
    report, alone = imported(content, b"{", jobs=1)
    assert counts(report) == {CREATED: MANY, REJECTED: 1}
    before = tables()
    for model in (JobPosting, Organization):
        ImportRecord.objects.all().delete()
        SourceKey.objects.all().delete()
        model._default_manager.all().delete()
    report, together = imported(content, b"{", jobs=2)
    assert counts(report) == {CREATED: MANY, REJECTED: 1}
    assert [(r.outcome, r.locator) for r in together] == [
        (r.outcome, r.locator) for r in alone
    ]
    assert tables() == before
    report, _ = imported(content, b"{", jobs=2)
    assert counts(report) == {UNCHANGED: MANY, REJECTED: 1}
    assert tables() == before


@pytest.mark.django_db
@pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry"])
def test_a_record_that_comes_twice_is_known_across_batches(*, dry_run: bool) -> None:
    records = feed(MANY)
    twin = records[1] | {"description": "<p>Other words.</p>"}
    content = lines([*records, records[0], twin])
    for first in (CREATED, CREATED if dry_run else UNCHANGED):
        report, said = imported(content, dry_run=dry_run)
        assert counts(report) == {first: MANY} | (
            {UNCHANGED: 1, REJECTED: 1}
            if first is CREATED
            else {UNCHANGED: MANY + 1, REJECTED: 1}
        )
        assert [str(each.problems[-1].code) for each in said[-2:]] == [
            "duplicate-identity"
        ] * 2


@pytest.mark.django_db
def test_a_dry_run_over_what_is_held_says_the_same_as_the_real_one() -> None:
    records = feed(MANY)
    imported(lines(records))
    changed = records[3] | {"description": "<p>New.</p>"}
    content = lines([*records[:3], changed, *records[4:], records[3], records[0]])
    dry, said = imported(content, dry_run=True)
    real, done = imported(content)
    assert counts(dry) == counts(real)
    assert [r.outcome for r in said] == [r.outcome for r in done]
    assert (done[3].outcome, done[-2].outcome, done[-1].outcome) == (
        UPDATED,
        REJECTED,
        UNCHANGED,
    )


def meanwhile(change: Any, *then: bytes) -> Iterator[Document]:
    """Documents, of which the second is read only after a change to the database."""
    blank = b"\n" * (2 * work.task.SIZE)
    yield Document(name="a", content=lines(feed(2)) + blank)
    yield Document(name="b", content=b"{}" + blank)
    change()
    for number, content in enumerate(then):
        yield Document(name=f"c{number}", content=content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"withdrawn_at": NOW}, REOPENED),
        ({"deleted_at": NOW}, Outcome.DELETED_BY_EDITOR),
        ({"reader_version": 0, "title": "Misread"}, UPDATED),
        ({"node_hash": "0" * 64, "title": "Written by somebody else"}, UPDATED),
    ],
)
def test_a_posting_that_changes_during_the_run_is_not_taken_for_held(
    change: dict[str, Any], outcome: Outcome
) -> None:
    late = node(identifier="late", title="Brewer")
    imported(lines([late]))
    said: list[Recorded] = []
    pipeline.run(
        meanwhile(lambda: JobPosting.objects.update(**change), lines([late])),
        source="files",
        now=NOW,
        tell=said.append,
    )
    assert said[-1].outcome is outcome


@pytest.mark.django_db
def test_a_run_keeps_nothing_in_memory_of_what_it_has_stored() -> None:
    run = persist.begin("files", now=NOW)
    content = lines(feed(30))
    entries = [
        prepare.complete(found, "UTC")
        for found in read.nodes(Document(name="d", content=content))
    ]
    persist.save(entries, run=run)
    assert (run.claims.keys, run.claims.postings) == ({}, {})
    again = persist.save(entries, run=run)
    assert {recorded.outcome for recorded in again} == {UNCHANGED}
    assert {str(r.problems[-1].code) for r in again} == {"duplicate-identity"}


@pytest.mark.django_db
def test_a_batch_takes_a_handful_of_statements_whatever_it_does(
    django_assert_max_num_queries: Any,
) -> None:
    records = feed(400, jobLocation="Ulm")
    with django_assert_max_num_queries(45):
        imported(lines(records))
    with django_assert_max_num_queries(25):
        imported(lines(records))
    changed = [record | {"description": "<p>New.</p>"} for record in records[:40]]
    with django_assert_max_num_queries(55):
        imported(lines([*changed, *records[40:]]))


@pytest.mark.django_db
def test_no_statement_of_a_batch_reads_a_whole_table() -> None:
    """Or all keys of a source or run: what grows with the site must not cost a batch."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by what it knows of tables, and here is little")
    records = feed(
        5,
        jobLocation="Ulm",
        hiringOrganization={"name": "Crumb", "url": "https://crumb.example/"},
    )
    imported(lines(records))
    changed = records[0] | {"description": "<p>New.</p>"}
    with CaptureQueriesContext(connection) as captured:
        imported(lines([changed, *records[1:], records[2], node(identifier="new")]))
    plans = []
    for query in captured.captured_queries:
        if _GROWS.search(query["sql"]) and query["sql"].startswith(
            ("SELECT", "UPDATE")
        ):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN QUERY PLAN " + query["sql"].replace("%", "%%"))
                plans += [(step[3], query["sql"]) for step in cursor.fetchall()]
    steps = [plan for plan, _ in plans if _GROWS.search(plan)]
    assert len(steps) > 10
    whole = [sql for plan, sql in plans if _WHOLE.search(plan)]
    # Once a run: the digests of what the source holds.
    assert [sql.split(" FROM ")[0] for sql in whole] == [
        'SELECT "postings_jobposting"."node_hash" AS "node_hash"'
    ]


_GROWS = re.compile("postings_(jobposting|sourcekey|organization|joblocation)")
_WHOLE = re.compile(rf"SCAN {_GROWS.pattern}|{_GROWS.pattern}.*\(source_id=\?\)")


@pytest.mark.django_db
def test_to_be_seen_moves_no_entry_of_an_index() -> None:
    """Which PostgreSQL would do for every key of every posting of every run."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(
            cursor, SourceKey._meta.db_table
        )
    covered = {
        column
        for constraint in found.values()
        if constraint["index"] or constraint["unique"] or constraint["foreign_key"]
        for column in constraint["columns"]
    }
    assert "posting_id" in covered
    assert "last_run_id" not in covered


@pytest.mark.django_db
def test_a_posting_without_a_key_is_as_good_as_any_when_it_is_held() -> None:
    """It lost its keys to others; a record that came once has not come twice."""
    imported(lines([node()]))
    SourceKey.objects.all().delete()
    _, (recorded,) = imported(lines([node()]))
    assert recorded.outcome is UNCHANGED
    assert recorded.problems == ()
    assert recorded.posting_id is not None


@pytest.mark.django_db
def test_rows_are_found_among_many_values() -> None:
    imported(lines(feed(3)))
    ids = list(JobPosting.objects.order_by("title").values_list("pk", flat=True))
    postings = JobPosting.objects.order_by("title")
    keys = SourceKey.objects.filter(kind="identifier").order_by("value")
    many = range(ids[0], ids[0] + 100_000)
    assert list(postings.filter(pk__among=many).values_list("pk", flat=True)) == ids
    assert not postings.filter(pk__among=set()).exists()
    assert postings.exclude(pk__among=ids[:2]).get().pk == ids[2]
    assert keys.filter(posting_id__among=ids[1:]).count() == 2
    strange = ["Baker 1", "'); --", "{a,b}", 'NULL", "', "Bäcker ☃", "", "%s"]
    assert [row.title for row in postings.filter(title__among=strange)] == ["Baker 1"]
    postings.filter(pk=ids[0]).update(title='NULL", "')
    assert postings.filter(title__among=strange).count() == 2


# --- Others at the same time --------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_eight_readers_see_no_error_while_an_import_runs() -> None:
    content = lines(feed(MANY, jobLocation="Ulm"))
    over = Event()
    errors: list[BaseException] = []
    reads = [0] * 8

    def look(number: int) -> None:
        try:
            while not over.is_set():
                rows = JobPosting.objects.open(NOW).newest_first()
                for row in rows.select_related("hiring_organization")[:20]:
                    assert row.title
                JobPosting.objects.count()
                reads[number] += 1
        except BaseException as error:  # noqa: BLE001 - told in the main thread
            errors.append(error)
        finally:
            connection.close()

    readers = [Thread(target=look, args=(number,)) for number in range(8)]
    for reader in readers:
        reader.start()
    try:
        report, _ = imported(content, jobs=2)
        again, _ = imported(content, jobs=2)
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert errors == []
    assert all(reads)
    assert counts(report) == {CREATED: MANY}
    assert counts(again) == {UNCHANGED: MANY}


@pytest.mark.django_db(transaction=True)
def test_a_second_import_of_a_source_says_so_and_exits_with_2(tmp_path: Any) -> None:
    path = tmp_path / "f.json"
    path.write_text(json.dumps(node()))
    with (
        importing("files"),
        pytest.raises(CommandError, match="Another import of the source") as raised,
    ):
        call_command("import_postings", str(path), "--jobs=1")
    assert raised.value.returncode == 2
    assert not JobPosting.objects.exists()
    call_command("import_postings", str(path), "--jobs=1", "--quiet")
    assert JobPosting.objects.count() == 1


# --- A source that falls silent -------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_what_came_through_a_pipe_is_stored_though_no_more_comes(jobs: int) -> None:
    """The pipe stays open: its writer goes on once what it wrote before is stored."""
    reading, writing = os.pipe()
    stored = Event()
    said: list[Outcome] = []
    in_time: list[bool] = []

    def tell(recorded: Recorded) -> None:
        said.append(recorded.outcome)
        if len(said) == 3:
            stored.set()

    def write() -> None:
        with os.fdopen(writing, "wb") as out:
            out.write(lines(feed(3, description="<p>Bread.</p>" * 50)) + b"\n")
            out.flush()
            in_time.append(stored.wait(120))
            out.write(lines([node(identifier="late", title="Brewer")]))

    writer = Thread(target=write)
    writer.start()
    try:
        path = f"/dev/fd/{reading}"
        assert sources.are_live([path])
        report = pipeline.run(
            sources.documents([path]),
            source="files",
            now=NOW,
            jobs=jobs,
            live=True,
            tell=tell,
        )
    finally:
        os.close(reading)
        writer.join()
    assert in_time == [True]
    assert said == [CREATED] * 4
    assert counts(report) == {CREATED: 4}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_pipe_that_is_silent_from_the_first_is_heard_of(jobs: int) -> None:
    """Whoever shows how far an import is can say that it waits."""
    reading, writing = os.pipe()
    beats: list[int] = []

    def beat() -> None:
        beats.append(report.records)
        if len(beats) == 2:
            with os.fdopen(writing, "wb") as out:
                out.write(lines([node()]))

    report = Report()
    try:
        pipeline.run(
            sources.documents([f"/dev/fd/{reading}"]),
            source="files",
            now=NOW,
            jobs=jobs,
            live=True,
            report=report,
            beat=beat,
        )
    finally:
        os.close(reading)
    assert beats[:2] == [0, 0]
    assert report.records == 1
