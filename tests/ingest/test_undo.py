"""A run taken back: what it brought goes, what it changed is as before, edits stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from postings.ingest import persist
from postings.ingest.report import Outcome, Report
from postings.models import (
    ImportConflict,
    ImportRecord,
    ImportRun,
    JobPosting,
    SourceKey,
    State,
)
from postings.models.columns import posting_of
from postings.schemaorg import Posting
from tests.ingest.support import NOW, node, run_import
from tests.ingest.test_closing import SURE, jobs, run

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def latest() -> ImportRun:
    return ImportRun.objects.latest("id")


def undo(of: ImportRun | None = None, *, dry_run: bool = False) -> Report:
    return persist.undo(of or latest(), now=LATER, dry_run=dry_run)


def postings() -> dict[int, Posting]:
    return {row.pk: posting_of(row) for row in JobPosting.objects.all()}


def states() -> dict[str, State]:
    return {row.title: row.state(NOW) for row in JobPosting.objects.all()}


def numbers() -> list[Any]:
    """Everything of postings but what only grows or says when."""
    skipped = ("revision", "withdrawn_at", "withdrawn_reason")
    rows = JobPosting.objects.order_by("pk").values()
    return [{k: v for k, v in row.items() if k not in skipped} for row in rows]


A = node(
    identifier="a",
    description="<p>Bread.</p>",
    jobLocation=[{"address": "Ulm"}, {"address": "Bonn"}],
    hiringOrganization={"name": "Crumb", "url": "https://crumb.example/"},
)
B = node(identifier="b", title="Brewer")


def test_what_a_run_created_is_withdrawn() -> None:
    run_import(A)
    run_import(A, B)
    report = undo()
    assert report.outcomes[Outcome.WITHDRAWN] == 1
    assert states() == {"Baker": State.OPEN, "Brewer": State.WITHDRAWN}
    reason = JobPosting.objects.get(title="Brewer").withdrawn_reason
    assert reason == "The import that brought it was undone."


def test_what_a_run_updated_is_as_it_was_before_every_property_and_key() -> None:
    run_import(A, B)
    before, rows = postings(), numbers()
    keys = set(SourceKey.objects.values_list("kind", "value", "posting"))
    changed = A | {
        "title": "Bread baker",
        "description": "<p>Cake.</p>",
        "jobLocation": {"address": "Mainz"},
        "workHours": "38",
        "hiringOrganization": {"name": "Crumb", "url": "https://new.example/"},
    }
    run_import(changed, B)
    assert postings() != before
    report = undo()
    assert report.outcomes[Outcome.UPDATED] == 1
    assert postings() == before
    assert numbers() == rows
    assert set(SourceKey.objects.values_list("kind", "value", "posting")) == keys
    assert run_import(A, B)[0].outcomes == {Outcome.UNCHANGED: 2}


def test_what_a_run_closed_is_open_again() -> None:
    run(jobs(1, 2, 3))
    run(jobs(1))
    report = undo()
    assert report.outcomes[Outcome.REOPENED] == 2
    assert set(states().values()) == {State.OPEN}


def test_what_a_run_reopened_is_withdrawn_again_for_the_old_reason() -> None:
    run(jobs(1, 2))
    run(jobs(1))
    run(jobs(1, 2))
    undo()
    row = JobPosting.objects.get(title="Baker 2")
    assert row.state(NOW) is State.WITHDRAWN
    assert row.withdrawn_reason == "Gone from its source."


def test_edits_made_since_survive_and_are_named() -> None:
    run_import(A)
    run_import(A | {"workHours": "38", "name": "news"}, B)
    for title in ("Baker", "Brewer"):
        row = JobPosting.objects.get(title=title)
        row.title = f"Master {title}"
        persist.save_edit(row, changed=["title"], now=LATER)
    report = undo()
    after = {row.title: row for row in JobPosting.objects.all()}
    assert set(after) == {"Master Baker", "Master Brewer"}
    assert after["Master Baker"].work_hours == ""
    assert after["Master Brewer"].withdrawn_at is not None
    assert len(report.remarks) == 2
    assert all("keeps its edits of title" in str(line) for line in report.remarks)
    assert latest().remarks == [line.as_json() for line in report.remarks]


def test_a_conflict_of_the_run_ends_with_it() -> None:
    run_import(A)
    row = JobPosting.objects.get()
    row.title = "Master baker"
    persist.save_edit(row, changed=["title"], now=NOW)
    run_import(A | {"title": "Bread baker"})
    undo()
    assert ImportConflict.objects.get().resolution == "undone"
    assert JobPosting.objects.get().title == "Master baker"


def test_what_a_later_run_changed_too_is_left_as_it_is_and_named() -> None:
    run_import(A, B)
    run_import(A | {"workHours": "38"}, B | {"workHours": "20"})
    second = latest()
    run_import(A | {"workHours": "40"}, B | {"workHours": "20"})
    report = undo(second)
    hours = {row.title: row.work_hours for row in JobPosting.objects.all()}
    assert hours == {"Baker": "40", "Brewer": ""}
    assert f"was changed again by run {second.pk + 1}" in str(report.remarks[0])


def test_a_run_all_of_which_was_changed_again_is_undone_after_the_later_one() -> None:
    """Nothing is taken back, and no run says that it was."""
    run_import(A)
    first = latest()
    run_import(A | {"title": "Cook"})
    second = latest()
    for dry_run in (True, False):
        with pytest.raises(persist.CannotUndo, match=f"the last of them {second.pk}:"):
            undo(first, dry_run=dry_run)
    assert latest() == second
    undo(second)
    undo(first)
    assert states() == {"Baker": State.WITHDRAWN}


def test_an_undoing_that_was_interrupted_is_done_again_whole() -> None:
    run_import(A, B)
    first = latest()

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        persist.undo(first, now=LATER, tell=stop)
    assert latest().state == "interrupted"
    report = undo(first)
    assert report.remarks == []
    assert set(states().values()) == {State.WITHDRAWN}
    undo()  # and can be undone as one
    assert set(states().values()) == {State.OPEN}


def test_an_undoing_that_took_nothing_back_is_in_nobodys_way() -> None:
    """As older versions of the site made them."""
    run_import(A)
    first = latest()
    ImportRun.objects.create(
        source=first.source,
        kind=ImportRun.Kind.UNDO,
        undoes=first,
        state=ImportRun.State.FINISHED,
        started_at=LATER,
        finished_at=LATER,
        reader_version=first.reader_version,
    )
    undo(first)
    assert states() == {"Baker": State.WITHDRAWN}


def test_runs_undone_newest_first_lead_back_to_the_beginning() -> None:
    run_import(A)
    before = postings()
    runs = []
    for hours in ("38", "40", "42"):
        run_import(A | {"workHours": hours})
        runs.append(latest())
    for each in reversed(runs):
        assert undo(each).remarks == []
    assert postings() == before


def test_undoing_can_be_undone_and_done_again() -> None:
    run_import(A)
    run_import(A | {"workHours": "38"}, B)
    bad, after = latest(), (postings(), states())
    undo(bad)
    undo(latest())
    assert (postings(), states()) == after
    undo(bad)
    assert states() == {"Baker": State.OPEN, "Brewer": State.WITHDRAWN}
    assert JobPosting.objects.get(title="Baker").work_hours == ""


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    run_import(A)
    run_import(A | {"workHours": "38"}, B)
    before = (postings(), states(), ImportRun.objects.count())
    records = ImportRecord.objects.count()
    said = undo(dry_run=True)
    assert (postings(), states(), ImportRun.objects.count()) == before
    assert ImportRecord.objects.count() == records
    assert said.outcomes == undo().outcomes


def test_what_cannot_be_undone_is_said() -> None:
    run_import(A)
    first = latest()
    run_import(A)
    with pytest.raises(persist.CannotUndo, match="changed no posting"):
        undo()
    undo(first)
    with pytest.raises(persist.CannotUndo, match="was undone by run"):
        undo(first)
    persist.prune(LATER)
    run_import(B)
    pruned = latest()
    ImportRecord.objects.filter(run=pruned).delete()
    with pytest.raises(persist.CannotUndo, match="pruned"):
        undo(pruned)


def test_undoing_an_interrupted_run_takes_back_what_it_did() -> None:
    run_import(A)
    ImportRun.objects.update(state="interrupted")
    undo()
    assert states() == {"Baker": State.WITHDRAWN}


def test_an_undone_import_that_comes_again_is_open_again() -> None:
    run_import(A)
    undo()
    assert run_import(A)[0].outcomes == {Outcome.REOPENED: 1}
    assert states() == {"Baker": State.OPEN}


def test_undoing_is_no_run_that_misses_are_counted_in() -> None:
    twice = persist.Closing(misses=2, max_share=100)
    run(jobs(1, 2), twice)
    run(jobs(1), twice)
    run(jobs(1, 3), None)
    undo()
    assert not latest().complete
    assert states()["Baker 2"] is State.OPEN
    run(jobs(1), SURE)
    assert states()["Baker 2"] is State.WITHDRAWN
