"""The ledger: who ran what, what was rejected and what became of it, what is pruned."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from postings.ingest import persist, pipeline
from postings.ingest.read import Document
from postings.ingest.report import Outcome
from postings.models import (
    ImportConflict,
    ImportRecord,
    ImportRun,
    JobPosting,
    SourceKey,
)
from tests.ingest.support import NOW, node, run_import
from tests.ingest.test_import import everything

pytestmark = pytest.mark.django_db

GOOD = json.dumps(node())
LATER = NOW + timedelta(days=100)


def read(name: str, *lines: str, source: str = "files", address: str = "") -> None:
    content = "\n".join(lines).encode()
    document = Document(name=name, content=content, address=address)
    pipeline.run([document], source=source, now=NOW)


def waiting() -> list[ImportRecord]:
    return list(
        ImportRecord.objects.filter(outcome="rejected", resolved_at=None).order_by("pk")
    )


def retry(*texts: str) -> Any:
    records = waiting()
    pairs = list(zip(records, texts or [r.raw for r in records], strict=True))
    return pipeline.retry(pairs, now=NOW)


def test_a_run_says_who_asked_how_it_went_and_what_it_met() -> None:
    user = User.objects.create(username="ed")
    asked = persist.Asked(command_line="import x", operator="root", user=user)
    feed = [GOOD, "{", json.dumps(node(identifier="2", datePosted="1970-01-01"))]
    document = Document(name="feed", content="\n".join(feed).encode())
    pipeline.run([document], source="acme", now=NOW, asked=asked)
    run = ImportRun.objects.get()
    assert (run.source.slug, run.kind, run.state) == ("acme", "import", "finished")
    assert (run.command_line, run.operator, run.user) == ("import x", "root", user)
    assert (run.documents, run.created, run.rejected) == (1, 2, 1)
    assert run.finished_at is not None
    assert not run.complete
    assert [
        (item["severity"], item["code"], item["count"]) for item in run.problems
    ] == [
        ("ignored value", "bad-date", 1),
        ("rejected", "bad-json", 1),
    ]
    assert run.problems[1]["first"]["locator"].startswith("feed:2")


def test_a_run_with_nothing_rejected_is_complete() -> None:
    run_import(node())
    assert ImportRun.objects.get().complete


def test_a_run_that_fails_is_failed_and_what_it_stored_stays() -> None:
    def documents() -> Any:
        yield Document(name="one", content=GOOD.encode())
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        pipeline.run(documents(), source="files", now=NOW)
    run = ImportRun.objects.get()
    assert (run.state, run.complete) == ("failed", False)
    pipeline.run([], source="files", now=NOW)
    assert persist.is_free("files")


# --- Rejected records


def test_a_rejected_record_keeps_what_it_takes_to_read_it_again() -> None:
    page = (
        '<html lang="de"><link rel="canonical" href="https://jobs.example/7">'
        '<script type="application/ld+json">{"@context": "https://schema.org",'
        '"@type": "JobPosting", "hiringOrganization": "Crumb"}</script></html>'
    )
    read("page.html", page, address="https://jobs.example/7?utm=1")
    [record] = waiting()
    assert json.loads(record.raw)["hiringOrganization"] == "Crumb"
    assert record.document == "page.html"
    assert record.context == {
        "page": "https://jobs.example/7",
        "language": "de",
        "address": "https://jobs.example/7",
    }
    assert record.codes == ["no-title"]
    report = retry(record.raw.replace("{", '{"title": "Bäcker",', 1))
    assert report.outcomes == {Outcome.CREATED: 1}
    row = JobPosting.objects.get()
    assert (row.title, row.url) == ("Bäcker", "https://jobs.example/7")
    assert (row.in_language, row.in_language_source) == ("de", "document")
    assert waiting() == []


def test_a_mended_record_leaves_the_list_and_says_which_run_settled_it() -> None:
    read("feed", GOOD, '{"@type": "JobPosting", "title": "Brewer"')
    report = retry('{"@type": "JobPosting", "title": "Brewer"}')
    assert report.accepted
    assert waiting() == []
    settled = ImportRecord.objects.get(outcome="rejected")
    assert settled.resolved_by == ImportRun.objects.get(kind="retry")
    assert JobPosting.objects.count() == 2


def test_a_record_rejected_once_more_stands_there_once_with_its_new_text() -> None:
    read("feed", GOOD, "{")
    assert not retry('{"@type": "JobPosting"}').accepted
    [record] = waiting()
    assert record.raw == '{"@type": "JobPosting"}'
    assert record.document == "feed"
    assert record.run.kind == "retry"


def test_retrying_one_record_settles_no_other_of_its_document() -> None:
    read("feed", GOOD, "{", "[")
    first, second = waiting()
    pipeline.retry([(first, json.dumps(node(identifier="2")))], now=NOW)
    assert waiting() == [second]


def test_a_feed_that_is_mended_at_its_source_settles_what_it_had_rejected() -> None:
    read("feed", GOOD, "{")
    read("feed", GOOD, json.dumps(node(identifier="2")))
    assert waiting() == []


def test_the_same_broken_record_every_day_is_one_entry_of_the_list() -> None:
    for _ in range(3):
        read("feed", GOOD, "{")
    [record] = waiting()
    assert record.run == ImportRun.objects.latest("id")


def test_a_file_that_breaks_off_settles_what_it_was_rejected_for_only_when_read() -> (
    None
):
    read("feed", GOOD, "{")
    read("another", GOOD)
    assert len(waiting()) == 1


BROKEN = {
    "identifier": '{"@type": "JobPosting", "title": "Brewer", "identifier": "77",',
    "issuer and identifier": (
        '{"title": "Brewer", "identifier": {"@type": "PropertyValue", "name": "Crumb",'
        ' "value": 77}, "hiring'
    ),
    "address": '{"title": "Brewer", "url": "https://jobs.example/77", "x": ',
    "@id": '{"@id": "https://jobs.example/77#job", "title": "Brewer", ',
}
MENDED: dict[str, dict[str, Any]] = {
    "identifier": node(identifier="77"),
    "issuer and identifier": node(identifier={"name": "Crumb", "value": 77}),
    "address": node(url="https://jobs.example/77"),
    "@id": node(**{"@id": "https://jobs.example/77#job"}),
}


@pytest.mark.parametrize("named", BROKEN)
def test_a_record_that_comes_in_under_one_of_its_names_leaves_the_list(
    named: str,
) -> None:
    """From whichever run and document: feeds are known whose names hold the day."""
    read("feed-2026-11-01", GOOD, BROKEN[named])
    read("feed-2026-11-02", json.dumps(node(identifier="other", title="Other")))
    assert len(waiting()) == 1
    read("feed-2026-11-03", json.dumps(MENDED[named]))
    assert waiting() == []


def test_a_name_in_another_source_settles_nothing() -> None:
    read("feed", GOOD, BROKEN["identifier"])
    read("other", json.dumps(MENDED["identifier"]), source="other")
    assert len(waiting()) == 1


def test_an_unchanged_posting_settles_a_broken_record_of_itself() -> None:
    """The feed was right, then broken for a day, and is right again."""
    good = json.dumps(MENDED["identifier"])
    read("monday", good)
    read("tuesday", BROKEN["identifier"], GOOD)
    read("wednesday", good)
    assert waiting() == []


# --- Killed runs and locks


def test_a_killed_run_shows_as_interrupted_and_can_be_repeated() -> None:
    persist.begin("files", now=NOW)
    run = ImportRun.objects.get()
    assert run.state == "running"
    assert persist.state_of(run) == "interrupted"
    run_import(node())
    run.refresh_from_db()
    assert run.state == "interrupted"
    assert ImportRun.objects.latest("id").state == "finished"


def test_a_run_that_is_going_on_is_running() -> None:
    states: list[str] = []

    def documents() -> Any:
        if connection.vendor == "sqlite":  # PostgreSQL's is this connection's own
            states.append(persist.state_of(ImportRun.objects.get()))
        yield Document(name="one", content=GOOD.encode())

    pipeline.run(documents(), source="files", now=NOW)
    assert states in (["running"], [])


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL's lock is this connection's own"
)
def test_whoever_only_looks_keeps_no_import_from_starting() -> None:
    """Looking takes the lock for an instant."""
    began, over = threading.Event(), threading.Event()

    def look() -> None:
        with persist.held("files"):
            began.set()
            over.wait(0.3)

    looking = threading.Thread(target=look)
    looking.start()
    began.wait()
    assert not persist.is_free("files")
    run_import(node())
    looking.join()
    assert JobPosting.objects.count() == 1


# --- Pruning


def test_pruning_keeps_what_waits_for_somebody_and_where_postings_were_seen() -> None:
    run_import(node(), "{")  # run 1: a rejection
    run_import(node(workHours="38"), "{")  # run 2: supersedes it
    row = JobPosting.objects.get()
    row.title = "Master baker"
    persist.save_edit(row, changed=["title"], now=NOW)
    run_import(node(title="Bread baker", workHours="38"))  # run 3: an open conflict
    before = persist.prune(LATER, dry_run=True)
    pruned = persist.prune(LATER)
    assert before == pruned
    kept = {record.outcome for record in ImportRecord.objects.all()}
    assert kept == {"rejected", "conflict"}
    assert ImportConflict.objects.get().record is not None
    seen = SourceKey.objects.latest("id").last_run
    assert seen in ImportRun.objects.all()
    assert (pruned.records, pruned.runs) == (3, 1)
    assert persist.prune(LATER) == persist.Pruned(0, 0)


def test_what_is_recent_is_kept() -> None:
    run_import(node())
    assert persist.prune(NOW) == persist.Pruned(0, 0)


# --- Nothing flaps


FEEDS: dict[str, list[tuple[str, list[Any]]]] = {
    "the same feed": [("a", [node(), node(identifier="2", title="Brewer")])],
    "two sources with the same identifiers": [
        (
            "a",
            [node(hiringOrganization={"name": "Crumb", "url": "https://a.example/"})],
        ),
        (
            "b",
            [node(hiringOrganization={"name": "Crumb", "url": "https://b.example/"})],
        ),
    ],
    "one source with one identifier twice": [
        ("a", [node(), node(title="Brewer"), node(title="Brewer", workHours="38")]),
    ],
    "two spellings of one employer": [
        (
            "a",
            [
                node(
                    hiringOrganization={
                        "name": "Crumb GmbH",
                        "logo": "https://l.example/1",
                    }
                ),
                node(
                    identifier="2",
                    hiringOrganization={"name": "CRUMB", "logo": "https://l.example/2"},
                ),
            ],
        ),
    ],
    "two names with one profile": [
        (
            "a",
            [
                node(
                    hiringOrganization={
                        "name": name,
                        "sameAs": "https://www.linkedin.com/company/crumb",
                    },
                    identifier=name,
                )
                for name in ("Crumb", "Crumb Bakeries of Ulm", "The Crumb")
            ],
        ),
        ("b", [node(hiringOrganization="Crumb Bakeries of Ulm")]),
    ],
}


@pytest.mark.parametrize("name", FEEDS)
def test_a_third_run_writes_nothing_and_moves_no_revision(name: str) -> None:
    for _ in range(2):
        for source, records in FEEDS[name]:
            run_import(*records, source=source)
    before = everything()
    for source, records in FEEDS[name]:
        run_import(*records, source=source)
    assert everything() == before
