"""Plan, review, apply: what a plan says is done exactly, or nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from postings.ingest import persist
from postings.models import ImportRecord, ImportRun, JobPosting, Organization, Source
from postings.models.columns import posting_of
from tests.ingest.support import NOW, node
from tests.ingest.test_import import everything
from tests.test_ledger_commands import said, write

pytestmark = pytest.mark.django_db

BAKER, BREWER, CLERK = (
    node(identifier=title.lower(), title=title, jobLocation={"address": "Ulm"})
    for title in ("Baker", "Brewer", "Clerk")
)
CHANGED = BAKER | {"title": "Bread baker", "workHours": "38"}


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return tmp_path / "feed.jsonl"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return tmp_path / "plan.jsonl"


def lines_of(plan: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in plan.read_text().splitlines()]


def test_a_dry_run_shows_how_each_posting_would_differ(feed: Path) -> None:
    said("import_postings", write(feed, BAKER, BREWER))
    before = everything()
    shown = said("import_postings", write(feed, CHANGED, BREWER), "--dry-run")
    assert shown.splitlines()[:3] == [
        f"{feed}:1: updated: Bread baker",
        "  title: Baker -> Bread baker",
        "  workHours: nothing -> 38",
    ]
    assert everything() == before
    assert ImportRun.objects.count() == 1


def test_an_edited_property_is_no_difference(feed: Path) -> None:
    said("import_postings", write(feed, BAKER))
    row = JobPosting.objects.get()
    row.title = "Master baker"
    persist.save_edit(row, changed=["title"], now=NOW)
    shown = said("import_postings", write(feed, CHANGED), "--dry-run")
    assert "title:" not in shown
    assert "workHours: nothing -> 38" in shown
    assert "1 conflict" in shown


def test_an_organization_editors_call_otherwise_is_no_difference(feed: Path) -> None:
    said("import_postings", write(feed, BAKER))
    row = Organization.objects.get()
    row.name = "Renamed"
    persist.save_organization_edit(row, changed=["name"])
    shown = said("import_postings", write(feed, CHANGED), "--dry-run")
    assert "hiringOrganization" not in shown
    assert "workHours: nothing -> 38" in shown
    elsewhere = CHANGED | {"hiringOrganization": {"name": "Another"}}
    shown = said("import_postings", write(feed, elsewhere), "--dry-run")
    assert "hiringOrganization: Renamed -> Another" in shown


def test_a_plan_is_carried_out_exactly(feed: Path, plan: Path) -> None:
    """Also when the feed is another, or gone, by then."""
    said("import_postings", write(feed, BAKER, BREWER), "--source", "acme")
    before = everything()
    close = ("--close-missing", "--misses", 1, "--max-share", 50)
    write(feed, CHANGED, CLERK)
    said("import_postings", feed, "--source", "acme", "--plan", plan, *close)
    assert everything() == before
    outcomes = [line["outcome"] for line in lines_of(plan)[1:-1]]
    assert outcomes == ["updated", "created", "withdrawn"]
    feed.unlink()
    shown = said("import_postings", "--apply", plan)
    assert "1 created, 1 updated, 0 unchanged, 0 rejected, 1 withdrawn" in shown
    rows = {row.title: row for row in JobPosting.objects.all()}
    assert set(rows) == {"Bread baker", "Brewer", "Clerk"}
    assert rows["Brewer"].withdrawn_at is not None
    assert {row.source.slug for row in rows.values()} == {"acme"}
    run = ImportRun.objects.latest("id")
    assert (run.state, run.closes_missing, run.complete) == ("finished", True, True)


def test_what_a_plan_leads_to_is_what_the_import_would_have(
    feed: Path, plan: Path
) -> None:
    page = (
        '<html lang="de"><link rel="canonical" href="https://jobs.example/7">'
        f'<script type="application/ld+json">{json.dumps(node(identifier="p"))}</script>'
    )
    other = feed.with_name("page.html")
    other.write_text(page)
    write(feed, BAKER, BREWER)
    said("import_postings", feed, other, "--source", "straight")
    said("import_postings", feed, other, "--source", "planned", "--plan", plan)
    said("import_postings", "--apply", plan, "--jobs", 2)
    found = {
        slug: {
            row.identifier: (posting_of(row), row.node_hash, row.url)
            for row in JobPosting.objects.filter(source__slug=slug)
        }
        for slug in ("straight", "planned")
    }
    assert found["straight"] == found["planned"]
    assert len(found["planned"]) == 3


def edit_it(_: Path) -> None:
    row = JobPosting.objects.get(title="Baker")
    row.work_hours = "20"
    persist.save_edit(row, changed=["work_hours"], now=NOW)


def import_it(feed: Path) -> None:
    said("import_postings", write(feed, BAKER | {"workHours": "20"}, BREWER))


def delete_it(_: Path) -> None:
    rows = JobPosting.objects.filter(title="Baker")
    persist.set_deleted(rows, deleted=True, now=NOW)


def bring_it(feed: Path) -> None:
    said("import_postings", write(feed, CLERK))


@pytest.mark.parametrize("move", [edit_it, import_it, delete_it, bring_it])
def test_a_plan_whose_base_has_moved_is_refused_whole(
    feed: Path, plan: Path, move: Callable[[Path], None]
) -> None:
    said("import_postings", write(feed, BAKER, BREWER))
    # The Brewer's change comes first, and must not be stored either.
    changed = (BREWER | {"workHours": "1"}, CHANGED, CLERK)
    said("import_postings", write(feed, *changed), "--plan", plan)
    move(feed)
    before, runs = everything(), ImportRun.objects.count()
    refused = said("import_postings", "--apply", plan, status=2)
    assert "what it was made on has moved" in refused
    assert "0 records were stored" in refused
    assert everything() == before
    assert ImportRun.objects.count() == runs


def test_a_plan_can_be_tried(feed: Path, plan: Path) -> None:
    said("import_postings", write(feed, BAKER), "--plan", plan)
    assert "nothing was kept" in said("import_postings", "--apply", plan, "--dry-run")
    assert not JobPosting.objects.exists()
    said("import_postings", "--apply", plan)
    assert JobPosting.objects.count() == 1


def test_rejected_records_are_part_of_a_plan(feed: Path, plan: Path) -> None:
    said("import_postings", write(feed, BAKER, "{"), "--plan", plan, status=1)
    said("import_postings", "--apply", plan, status=1)
    record = ImportRecord.objects.get(outcome="rejected")
    assert (record.raw, record.document) == ("{", str(feed))


def test_a_plan_keeps_the_sentences_of_problems_with_their_values(
    feed: Path, plan: Path
) -> None:
    """Told by what reading it by itself leaves in the ledger, and by the file."""
    said("import_postings", write(feed, BAKER, "{"), "--plan", plan, status=1)
    kept = lines_of(plan)[2]["record"]["problem"]
    assert kept["message"].startswith("The JSON is broken at column 2: ")
    assert kept["msgid"] == "The JSON is broken at column {column}: {cause}"
    assert kept["values"]["column"] == "2"
    said("import_postings", "--apply", plan, status=1)
    assert ImportRecord.objects.get(outcome="rejected").problems == [kept]
    said("import_postings", feed, "--source", "other", status=1)
    other = ImportRecord.objects.get(outcome="rejected", run__source__slug="other")
    assert other.problems == [kept]


def test_why_a_planned_run_is_incomplete_is_a_remark_when_it_is_carried_out(
    feed: Path, plan: Path
) -> None:
    write(feed, BAKER, "{")
    said("import_postings", feed, "--close-missing", "--plan", plan, status=1)
    assert lines_of(plan)[-1]["incomplete"]["msgid"].startswith("a record was rejected")
    refused = "Nothing was closed: the run was not complete: a record was rejected"
    assert refused in said("import_postings", "--apply", plan, status=1)
    (remark,) = ImportRun.objects.get().remarks
    assert remark["message"].startswith(refused)
    assert f"  {remark['message']}" in said("import_runs", ImportRun.objects.get().pk)


def test_a_plan_of_english_sentences_alone_is_carried_out(
    feed: Path, plan: Path
) -> None:
    """As the version before wrote it, and a remark of its ledger is still listed."""
    said("import_postings", write(feed, BAKER, "{"), "--plan", plan, status=1)
    lines = lines_of(plan)
    for name in ("msgid", "values"):
        del lines[2]["record"]["problem"][name]
    lines[-1]["incomplete"] = "a record was rejected (bad-json, f:2)"
    plan.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    said("import_postings", "--apply", plan, status=1)
    (problem,) = ImportRecord.objects.get(outcome="rejected").problems
    assert problem == lines[2]["record"]["problem"]
    ImportRun.objects.update(remarks=["Nothing was closed: it rained."])
    shown = said("import_runs", ImportRun.objects.get().pk)
    assert "  Nothing was closed: it rained." in shown


def cut(text: str) -> str:
    return text[: len(text) - 40]


def damaged(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([lines[0], lines[1][:-5], *lines[2:]])


def without_a_line(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([lines[0], *lines[2:]])


def of_another_version(text: str) -> str:
    return text.replace('"reader_version":', '"reader_version":9', 1)


def of_another_database(text: str) -> str:
    return text.replace('"database":"', '"database":"x', 1)


def with_an_odd_record(text: str) -> str:
    return text.replace('"data":{', '"data":7,"x":{', 1)


def with_an_odd_sentence(text: str) -> str:
    return text.replace('"values":{', '"values":7,"x":{', 1)


def closing(said: str) -> Callable[[str], str]:
    def spoil(text: str) -> str:
        return text.replace('"closing":null', f'"closing":{said}', 1)

    return spoil


def proof(**changed: Any) -> str:
    asked = {"misses": 2, "max_share": 30, "allow_empty": False, "expect": 0}
    return json.dumps(asked | changed)


def nested(text: str) -> str:
    header, _, *rest = text.splitlines()
    return "\n".join([header, "[" * 100_000, *rest])


def nested_first(text: str) -> str:
    return "[" * 100_000 + text


def withdrawing(posting: str) -> Callable[[str], str]:
    """In the place of its second record."""

    def spoil(text: str) -> str:
        lines = text.splitlines()
        lines[2] = (
            f'{{"outcome":"withdrawn","posting":{posting},"locator":"","title":"",'
            '"changes":[]}'
        )
        return "\n".join(lines)

    return spoil


def of_no_posting(text: str) -> str:
    return text.replace('"posting":null', '"posting":"7"', 1)


def incomplete(said: str) -> Callable[[str], str]:
    def spoil(text: str) -> str:
        *lines, end = text.splitlines()
        changed = json.dumps(json.loads(end) | {"incomplete": json.loads(said)})
        return "\n".join([*lines, changed])

    return spoil


def with_a_carriage_return(text: str) -> str:
    return text.replace('"record":', '"record":\r', 1)


def with_source(name: str) -> Callable[[str], str]:
    return lambda text: text.replace('"source":"files"', f'"source":"{name}"', 1)


def another_file(_: str) -> str:
    return "{}"


def emptied(_: str) -> str:
    return ""


def going_on(text: str) -> str:
    return text + "{}"


SPOILT = [
    (cut, "damaged at line"),
    (damaged, "damaged at line 2"),
    (without_a_line, "is not whole"),
    (of_another_version, "another version of the site"),
    (of_another_database, "made for another database"),
    (with_an_odd_record, "damaged at line 2"),
    (with_an_odd_sentence, "damaged at line 3"),
    *(
        (closing(said), "damaged at line 1")
        for said in (
            '"x"',
            "[]",
            "{}",
            '{"a":1}',
            proof(misses="x"),
            proof(misses=0),
            proof(max_share=101),
            proof(allow_empty=1),
            proof(expect=-1),
            proof(more=1),
        )
    ),
    (nested, "damaged at line 2 (RecursionError"),
    (nested_first, "is no plan"),
    *(
        (withdrawing(posting), "damaged at line 3")
        for posting in ("Infinity", "NaN", "null", '"7"', "true", "1.0")
    ),
    (of_no_posting, "damaged at line 2"),
    *(
        (incomplete(said), "damaged at line 4")
        for said in ('""', "0", "false", "[]", "{}", '{"x":1}', "7")
    ),
    (with_a_carriage_return, "damaged at line 2"),
    (another_file, "is no plan"),
    (emptied, "is no plan"),
    (with_source("editor"), "--source editor is kept"),
    (with_source("no slug!"), "is no name of a source"),
    (going_on, "goes on after its end"),
]


@pytest.mark.parametrize(("spoil", "sentence"), SPOILT, ids=range(len(SPOILT)))
def test_a_plan_that_is_not_whole_or_not_of_here_is_refused(
    feed: Path, plan: Path, spoil: Callable[[str], str], sentence: str
) -> None:
    said("import_postings", write(feed, BAKER, "{"), "--plan", plan, status=1)
    plan.write_text(spoil(plan.read_text()))
    assert sentence in said("import_postings", "--apply", plan, status=2)
    assert not JobPosting.objects.exists()


@pytest.mark.parametrize(
    "separators", [(" , ", " : "), (",", ":"), (",\t", ":  ")], ids=range(3)
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_plan_an_editor_has_laid_out_anew_is_the_same_plan(
    feed: Path, plan: Path, separators: tuple[str, str], ends: str
) -> None:
    said("import_postings", write(feed, BAKER, BREWER))
    write(feed, CHANGED, CLERK, "{")
    said("import_postings", feed, "--plan", plan, status=1)
    kept = [json.dumps(line, separators=separators) for line in lines_of(plan)]
    plan.write_bytes("".join(f"{line}{ends}" for line in kept).encode())
    shown = said("import_postings", "--apply", plan, status=1)
    assert "1 created, 1 updated, 0 unchanged, 1 rejected" in shown


def test_a_plan_takes_no_other_choices(feed: Path, plan: Path) -> None:
    said("import_postings", write(feed, BAKER), "--plan", plan)
    refused = said("import_postings", feed, "--apply", plan, "--source", "x", status=2)
    assert "leave out paths, source" in refused
    missing = plan.with_name("missing")
    assert "could not be read" in said("import_postings", "--apply", missing, status=2)
    nowhere = plan.with_name("no") / "plan"
    refused = said("import_postings", feed, "--plan", nowhere, status=2)
    assert "cannot be written" in refused


def test_a_plan_made_twice_replaces_the_first(feed: Path, plan: Path) -> None:
    said("import_postings", write(feed, BAKER, BREWER), "--plan", plan)
    said("import_postings", write(feed, BAKER), "--plan", plan)
    assert len(lines_of(plan)) == 3
    assert [path.name for path in plan.parent.iterdir() if "draft" in path.name] == []


def test_an_edit_that_comes_between_trial_and_storing_stops_there(
    feed: Path, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trial has passed by then; the batch that meets the edit is taken back."""
    said("import_postings", write(feed, BAKER))
    said("import_postings", write(feed, CHANGED), "--plan", plan)
    begin, calls = persist.begin, []

    def begin_late(*args: Any, **options: Any) -> persist.Run:
        calls.append(options["dry_run"])
        if not options["dry_run"]:
            edit_it(feed)
        return begin(*args, **options)

    monkeypatch.setattr(persist, "begin", begin_late)
    refused = said("import_postings", "--apply", plan, status=2)
    assert calls == [True, False]
    assert "has moved" in refused
    row = JobPosting.objects.get()
    assert (row.title, row.work_hours) == ("Baker", "20")
    assert ImportRun.objects.latest("id").state == "failed"
    assert connection.is_usable()
    assert Source.objects.get().slug == "files"
