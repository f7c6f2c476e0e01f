"""Postings gone from their source: withdrawn with proof, and with nothing less."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postings.ingest import persist, pipeline
from postings.ingest.read import Document
from postings.ingest.report import Outcome, Report
from postings.models import ImportRecord, ImportRun, JobPosting, Source, State
from tests.ingest.support import NOW, node

pytestmark = pytest.mark.django_db

SURE = persist.Closing(misses=1, max_share=100)


def job(number: int, **properties: Any) -> dict[str, Any]:
    return node(identifier=f"b-{number}", title=f"Baker {number}", **properties)


def jobs(*numbers: int) -> str:
    return "\n".join(json.dumps(job(number)) for number in numbers)


def run(
    feed: str | bytes,
    closing: persist.Closing | None = SURE,
    *,
    source: str = "acme",
    dry_run: bool = False,
    day: int = 0,
) -> Report:
    content = feed.encode() if isinstance(feed, str) else feed
    return pipeline.run(
        [Document(name="feed", content=content)],
        source=source,
        now=NOW + timedelta(days=day),
        dry_run=dry_run,
        closing=closing,
    )


def open_numbers(source: str = "acme") -> list[int]:
    rows = JobPosting.objects.filter(source__slug=source).open(NOW)
    return sorted(int(row.title.split()[-1]) for row in rows)


def test_without_being_asked_nothing_is_closed() -> None:
    run(jobs(1, 2))
    assert run(jobs(1), None).outcomes[Outcome.WITHDRAWN] == 0
    assert open_numbers() == [1, 2]


def test_what_is_gone_is_withdrawn_not_deleted_and_says_why() -> None:
    run(jobs(1, 2, 3))
    report = run(jobs(1, 3))
    assert report.outcomes[Outcome.WITHDRAWN] == 1
    row = JobPosting.objects.get(title="Baker 2")
    assert row.state(NOW) is State.WITHDRAWN
    assert row.withdrawn_reason == "Gone from its source."
    assert ImportRecord.objects.get(outcome="withdrawn").posting == row
    assert ImportRun.objects.latest("id").withdrawn == 1


def test_what_comes_back_is_open_again_at_the_same_address() -> None:
    run(jobs(1, 2))
    row = JobPosting.objects.get(title="Baker 2")
    run(jobs(1))
    report = run(jobs(1, 2))
    assert report.outcomes[Outcome.REOPENED] == 1
    again = JobPosting.objects.get(title="Baker 2")
    assert (again.pk, again.state(NOW)) == (row.pk, State.OPEN)
    assert again.get_absolute_url() == row.get_absolute_url()
    assert again.revision > row.revision


def test_only_what_was_missed_so_often_in_a_row_is_closed() -> None:
    twice = persist.Closing(misses=2, max_share=100)
    run(jobs(1, 2), twice)
    report = run(jobs(1), twice)
    assert report.outcomes[Outcome.WITHDRAWN] == 0
    assert "postings that stay open: 1." in str(report.remarks[0])
    run(jobs(1, 2), twice)  # back: it begins anew
    run(jobs(1), twice)
    assert open_numbers() == [1, 2]
    run(jobs(1), twice)
    assert open_numbers() == [1]


def test_a_run_that_was_not_asked_to_close_is_no_miss_but_one_that_saw_is_seen() -> (
    None
):
    twice = persist.Closing(misses=2, max_share=100)
    run(jobs(1, 2, 3), twice)
    run(jobs(1, 3), twice)
    run(jobs(1), None)  # a part of the feed, imported by hand
    assert open_numbers() == [1, 2, 3]
    run(jobs(2), None)
    run(jobs(1, 3), twice)
    assert open_numbers() == [1, 2, 3]


def test_three_misses_take_three_complete_runs() -> None:
    thrice = persist.Closing(misses=3, max_share=100)
    run(jobs(1, 2), thrice)
    for _ in range(2):
        run(jobs(1), thrice)
        assert open_numbers() == [1, 2]
    run(jobs(1), thrice)
    assert open_numbers() == [1]


BROKEN: dict[str, tuple[str | bytes, str]] = {
    "an error page": ("<html><h1>502 Bad Gateway</h1></html>", "no-posting"),
    "a record broken among good ones": (jobs(1) + "\n{\n" + jobs(2, 3), "bad-json"),
    "a record without a title": (
        jobs(1, 2) + '\n{"@type": "JobPosting", "identifier": "b-3"}',
        "no-title",
    ),
    "a feed cut in the middle": (
        json.dumps([job(n) for n in (1, 2, 3, 4)])[:-200],
        "bad-json",
    ),
    "an array cut between two records": (
        json.dumps([job(n) for n in (1, 2, 3, 4)]).rpartition(", {")[0],
        "bad-json",
    ),
    "an array cut after a comma": (
        json.dumps([job(n) for n in (1, 2, 3, 4)]).rpartition("{")[0],
        "bad-json",
    ),
    "a graph cut behind its list": (
        json.dumps({"@graph": [job(n) for n in (1, 2, 3)]})[:-1],
        "bad-json",
    ),
    "a gzip file cut in the middle": (
        gzip.compress(jobs(*range(1, 400)).encode())[:-300],
        "",
    ),
    "nothing at all": ("", ""),
    "null": ("null", "not-an-object"),
    "an empty array that was cut": ("[", "bad-json"),
    "an empty array with something after it": ("[]\n{}", "no-posting"),
    "an empty graph that says what failed": (
        '{"@graph": [], "error": "rate limit"}',
        "no-posting",
    ),
    "a list without its items": (
        '{"@type": "ItemList", "numberOfItems": 4, "itemListElement": []}',
        "no-posting",
    ),
    "a page with an empty list": (
        '<script type="application/ld+json">{"@graph": []}</script>',
        "no-posting",
    ),
    "an object of another kind": ('{"error": "rate limit"}', "no-posting"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_feed_closes_nothing_and_is_said(name: str) -> None:
    feed, code = BROKEN[name]
    run(jobs(1, 2, 3, 4))
    for _ in range(3):
        report = run(feed, replace(SURE, allow_empty=True))
        assert report.outcomes[Outcome.WITHDRAWN] == 0
        [refusal] = [line for line in map(str, report.remarks) if "Nothing was" in line]
        assert code in refusal
    assert set(open_numbers()) >= {1, 2, 3, 4}
    assert not ImportRun.objects.latest("id").complete


def test_a_refused_run_is_no_miss() -> None:
    twice = persist.Closing(misses=2, max_share=100)
    run(jobs(1, 2), twice)
    run(jobs(1) + "\n{", twice)
    run(jobs(1), twice)
    assert open_numbers() == [1, 2]


def test_a_second_record_of_the_same_job_does_not_make_a_run_incomplete() -> None:
    run(jobs(1, 2))
    twice = jobs(1) + "\n" + json.dumps(job(1, description="<p>Other</p>"))
    report = run(twice)
    assert report.outcomes[Outcome.REJECTED] == 1
    assert open_numbers() == [1]


def test_more_than_the_share_is_refused() -> None:
    careful = persist.Closing(misses=1, max_share=30)
    run(jobs(*range(10)))
    report = run(jobs(*range(6)), careful)
    [remark] = report.remarks
    assert str(remark) == (
        "Nothing was closed: more than 30 percent of the open postings of the source "
        "would be closed, 4 of 10 (--max-share)."
    )
    assert len(open_numbers()) == 10
    assert run(jobs(*range(7)), careful).outcomes[Outcome.WITHDRAWN] == 3


def test_a_truncated_feed_of_two_days_closes_nothing() -> None:
    careful = persist.Closing(misses=2, max_share=30)
    run(jobs(*range(10)), careful)
    for _ in range(3):
        run(jobs(0, 1), careful)
    assert len(open_numbers()) == 10


def test_what_goes_day_by_day_within_the_share_is_closed_day_by_day() -> None:
    careful = persist.Closing(misses=2, max_share=30)
    for day in range(6):
        report = run(jobs(*range(day * 2, 20)), careful, day=day)
        assert not [line for line in map(str, report.remarks) if "Nothing" in line]
    assert open_numbers() == list(range(8, 20))  # the last two were missed only once


def test_an_empty_feed_has_to_be_allowed_and_its_share_too() -> None:
    run(jobs(1, 2))
    allowed = persist.Closing(misses=1, allow_empty=True)
    nothing = pipeline.run([], source="acme", now=NOW, closing=SURE)
    assert "--allow-empty" in str(nothing.remarks[0])
    half = pipeline.run([], source="acme", now=NOW, closing=allowed)
    assert "--max-share" in str(half.remarks[0])
    assert open_numbers() == [1, 2]
    whole = persist.Closing(misses=1, max_share=100, allow_empty=True)
    report = pipeline.run([], source="acme", now=NOW, closing=whole)
    assert report.outcomes[Outcome.WITHDRAWN] == 2


EMPTY = ["[]", '{"@graph": []}', '{"@type": "ItemList", "numberOfItems": 0}']


@pytest.mark.parametrize("feed", EMPTY)
def test_a_feed_that_says_it_is_empty_closes_where_that_is_allowed(feed: str) -> None:
    run(jobs(1, 2))
    allowed = persist.Closing(misses=2, max_share=100, allow_empty=True)
    refused = run(feed, persist.Closing(misses=1, max_share=100))
    assert "--allow-empty" in str(refused.remarks[0])
    first = run(feed, allowed)
    assert (first.documents, first.records, first.accepted) == (1, 0, True)
    assert first.incomplete is None
    assert open_numbers() == [1, 2]  # the refused run was no miss
    careful = persist.Closing(misses=1, allow_empty=True)
    assert "--max-share" in str(run(feed, careful).remarks[0])
    assert run(feed, allowed, dry_run=True).outcomes[Outcome.WITHDRAWN] == 2
    assert open_numbers() == [1, 2]
    assert run(feed, allowed).outcomes[Outcome.WITHDRAWN] == 2
    assert open_numbers() == []


def test_without_being_asked_an_empty_feed_closes_nothing() -> None:
    run(jobs(1, 2))
    report = run("[]", None)
    assert (report.accepted, report.incomplete, report.remarks) == (True, None, [])
    assert open_numbers() == [1, 2]


@pytest.mark.parametrize(
    ("others", "left"), [(("[]", jobs(1)), [1]), (("[]", "{"), [1, 2])]
)
def test_beside_an_empty_file_it_is_the_others_that_count(
    others: tuple[str, ...], left: list[int]
) -> None:
    run(jobs(1, 2))
    report = pipeline.run(
        [Document(name=text, content=text.encode()) for text in others],
        source="acme",
        now=NOW,
        closing=replace(SURE, allow_empty=True),
    )
    assert (report.incomplete is None) == (left == [1])
    assert open_numbers() == left


def test_a_feed_that_says_it_is_empty_settles_what_it_had_rejected() -> None:
    run("{")
    assert ImportRecord.objects.get().resolved_at is None
    run("[]", None)
    assert ImportRecord.objects.get().resolved_at is not None
    assert ImportRun.objects.latest("id").problems[0]["code"] == "empty-list"


def test_fewer_records_than_expected_are_refused() -> None:
    run(jobs(1, 2))
    report = run(jobs(1), persist.Closing(misses=1, max_share=100, expect=2))
    assert "records that came: 1, expected: 2" in str(report.remarks[0])
    assert open_numbers() == [1, 2]


def listed(total: Any, *numbers: int) -> str:
    items = [{"@type": "ListItem", "item": job(number)} for number in numbers]
    return json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "ItemList",
            "numberOfItems": total,
            "itemListElement": items,
        }
    )


@pytest.mark.parametrize("total", [3, "3", 3.0, [3]], ids=repr)
def test_a_list_that_holds_fewer_than_it_declares_is_refused(total: Any) -> None:
    run(listed(3, 1, 2, 3))
    report = run(listed(total, 1, 2))
    assert "a list declares more items than it holds" in str(report.remarks[0])
    assert open_numbers() == [1, 2, 3]


@pytest.mark.parametrize("total", [2, "many", None, -1, {"a": 1}, 1], ids=repr)
def test_a_list_that_holds_what_it_declares_or_declares_nothing_is_complete(
    total: Any,
) -> None:
    run(listed(3, 1, 2, 3))
    run(listed(total, 1, 2))
    assert open_numbers() == [1, 2]


def test_another_source_is_never_touched() -> None:
    run(jobs(1, 2), source="other")
    run(jobs(1, 2))
    run(jobs(1))
    assert open_numbers("other") == [1, 2]
    assert open_numbers() == [1]


def test_a_source_set_to_keep_is_kept() -> None:
    run(jobs(1, 2))
    Source.objects.update(vanished_policy=Source.VanishedPolicy.KEEP)
    report = run(jobs(1))
    assert "set to keep" in str(report.remarks[0])
    assert open_numbers() == [1, 2]


def test_closed_hidden_and_deleted_postings_are_left_as_they_are() -> None:
    past = json.dumps(job(2, validThrough="2026-01-01", datePosted="2025-01-01"))
    run(jobs(1, 3, 4) + "\n" + past)
    persist.set_deleted(
        JobPosting.objects.filter(title="Baker 3"), deleted=True, now=NOW
    )
    persist.set_hidden(JobPosting.objects.filter(title="Baker 4"), hidden=True)
    run(jobs(1))
    rows = {row.title: row for row in JobPosting.objects.all()}
    assert rows["Baker 2"].withdrawn_at is None
    assert rows["Baker 3"].withdrawn_at is None
    assert (
        rows["Baker 4"].withdrawn_at is not None
    )  # so that showing it shows the truth
    assert rows["Baker 4"].state(NOW) is State.HIDDEN


def test_edits_survive_being_withdrawn_and_coming_back() -> None:
    run(jobs(1, 2))
    row = JobPosting.objects.get(title="Baker 2")
    row.title = "Master baker 2"
    persist.save_edit(row, changed=["title"], now=NOW)
    run(jobs(1))
    run(jobs(1, 2))
    after = JobPosting.objects.get(pk=row.pk)
    assert (after.title, after.edited_fields) == ("Master baker 2", ["title"])
    assert after.state(NOW) is State.OPEN


def test_a_dry_run_says_what_would_be_closed_and_closes_nothing() -> None:
    run(jobs(1, 2))
    report = run(jobs(1), dry_run=True)
    assert report.outcomes[Outcome.WITHDRAWN] == 1
    assert open_numbers() == [1, 2]
    assert ImportRun.objects.count() == 1
    assert run(jobs(1), dry_run=True, source="nobody").outcomes[Outcome.WITHDRAWN] == 0


def test_very_many_are_closed_in_batches(django_assert_max_num_queries: Any) -> None:
    run(jobs(*range(450)))
    with django_assert_max_num_queries(90):
        report = run(jobs(0))
    assert report.outcomes[Outcome.WITHDRAWN] == 449
    assert len(set(JobPosting.objects.values_list("revision", flat=True))) == 450
