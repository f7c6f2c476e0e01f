"""Kept nodes read again: every column rebuilt, no edit lost, nothing else moved."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from postings.ingest import normalise, persist, pipeline
from postings.ingest.normalise import READER_VERSION
from postings.models import (
    DatabaseState,
    ImportRun,
    JobLocation,
    JobPosting,
    JobPostingNode,
    JobPostingTexts,
    Organization,
    SourceKey,
    columns,
)
from postings.schemaorg import Posting
from tests.ingest.support import NOW, node, outcomes, run_import

pytestmark = pytest.mark.django_db

RICH = node(
    description="<p>Bread.</p>",
    datePosted="2026-11-02",
    validThrough="2026-12-02",
    employmentType=["FULL_TIME", "PART_TIME"],
    jobLocation=[
        {"address": {"addressLocality": "Berlin", "addressCountry": "DE"}},
        {"address": {"addressLocality": "Wien", "addressCountry": "AT"}},
    ],
    baseSalary={
        "currency": "EUR",
        "value": {"minValue": 30000, "maxValue": 40000, "unitText": "YEAR"},
    },
    skills=["flour", "water"],
    directApply=True,
)


def read_again(*arguments: str) -> str:
    out = io.StringIO()
    call_command("reread_postings", *arguments, stdout=out)
    return out.getvalue()


def postings() -> dict[int, Posting]:
    return {row.pk: columns.posting_of(row) for row in JobPosting.objects.all()}


def misread(**values: Any) -> None:
    """Leaves the rows as an older reader could have left them."""
    JobPosting.objects.update(reader_version=READER_VERSION - 1, **values)


def test_every_column_is_rebuilt_from_the_kept_node() -> None:
    run_import(RICH)
    before = postings()
    misread(
        title="Misread",
        date_posted=None,
        valid_through=None,
        employment_type=[],
        base_salary_min_value=None,
        skills=[],
        direct_apply=None,
    )
    JobPostingTexts.objects.update(description="<p>Misread.</p>")
    JobLocation.objects.filter(position=1).delete()
    JobLocation.objects.update(address_locality="Misread")
    said = read_again()
    assert "1 postings read again: 1 updated, 0 unchanged, 0 left" in said
    assert postings() == before
    row = JobPosting.objects.get()
    assert row.reader_version == READER_VERSION
    assert row.excerpt == "Bread."
    assert (row.places_count, row.posted_at) == (2, row.date_posted)


def test_what_reads_the_same_keeps_its_revision_and_is_not_read_twice() -> None:
    run_import(RICH, node(identifier="2"))
    misread()
    mark = DatabaseState.objects.get().revision
    assert "2 postings read again: 0 updated, 2 unchanged" in read_again()
    assert DatabaseState.objects.get().revision == mark
    assert "0 postings read again" in read_again()
    assert "2 postings read again: 0 updated, 2 unchanged" in read_again("--all")


def test_what_an_editor_changed_stays_and_the_rest_is_rebuilt() -> None:
    run_import(RICH)
    row = JobPosting.objects.get()
    row.title = "An editor's title"
    persist.save_edit(row, changed=["title"], now=timezone.now())
    misread(base_salary_min_value=1)
    JobPostingTexts.objects.update(description="<p>Misread.</p>")
    assert "1 updated" in read_again()
    row = JobPosting.objects.get()
    assert (row.title, row.edited_fields) == ("An editor's title", ["title"])
    assert row.base_salary_min_value == 30000
    assert row.texts.description == "<p>Bread.</p>"
    assert outcomes(RICH)[0] == "unchanged"


def test_nothing_is_reopened_closed_or_seen_by_it() -> None:
    run_import(RICH)
    JobPosting.objects.update(withdrawn_at=NOW, withdrawn_reason="gone", hidden=True)
    seen = SourceKey.objects.values_list("last_run", flat=True)[0]
    runs = ImportRun.objects.count()
    misread(title="Misread")
    read_again()
    row = JobPosting.objects.get()
    assert (row.title, row.withdrawn_at, row.hidden) == ("Baker", NOW, True)
    assert SourceKey.objects.values_list("last_run", flat=True)[0] == seen
    assert ImportRun.objects.count() == runs


def test_a_deleted_posting_is_rebuilt_and_stays_deleted() -> None:
    run_import(RICH)
    persist.set_deleted(JobPosting.objects.all(), deleted=True, now=NOW)
    misread(title="Misread")
    read_again()
    row = JobPosting.objects.get()
    assert row.title == "Baker"
    assert row.deleted_at is not None


def test_a_node_that_can_be_read_no_more_is_reported_and_left() -> None:
    run_import(RICH, node(identifier="2", title="Cook"))
    broken = JobPosting.objects.get(title="Baker")
    JobPostingNode.objects.filter(posting=broken).update(data={"@type": "JobPosting"})
    misread()
    said = read_again()
    assert f"posting {broken.pk}#/title: rejected: no-title" in said
    assert "2 postings read again: 0 updated, 1 unchanged, 1 left as they were" in said
    broken.refresh_from_db()
    assert broken.title == "Baker"


def test_a_key_the_reader_now_makes_otherwise_finds_the_posting() -> None:
    record = node(identifier=None, datePosted="2026-11-01")
    run_import(record)
    SourceKey.objects.filter(kind="hash").update(value="as an older reader made it")
    misread()
    read_again()
    assert outcomes(record)[0] == "unchanged"
    assert JobPosting.objects.count() == 1
    assert SourceKey.objects.filter(kind="hash").count() == 1


def test_two_postings_that_come_to_have_one_key_both_stay() -> None:
    run_import(node(identifier="1"), node(identifier="2", title="Cook"))
    row = JobPosting.objects.get(title="Cook")
    JobPostingNode.objects.filter(posting=row).update(data=node(identifier="1"))
    misread()
    assert "2 postings read again: 1 updated" in read_again()
    assert JobPosting.objects.filter(title="Baker").count() == 2
    assert SourceKey.objects.filter(posting=row).exists()


def test_an_employer_once_overlooked_is_found() -> None:
    run_import(RICH)
    misread(hiring_organization=None)
    read_again()
    row = JobPosting.objects.select_related("hiring_organization").get()
    assert row.hiring_organization == Organization.objects.get()


def test_postings_written_in_the_admin_are_left_alone() -> None:
    row = JobPosting(title="By hand", published_at=NOW)
    persist.save_edit(row, changed=["title"], now=NOW)
    run_import(RICH)
    misread()
    assert "1 postings read again" in read_again("--all")


def test_an_import_in_between_wins() -> None:
    run_import(RICH)
    misread()
    source = JobPosting.objects.get().source
    kept = persist.kept(source, after=0, size=10)
    run_import(RICH | {"title": "Cook"}, now=NOW + timedelta(hours=1))
    entries = [(entry, _read(entry)) for entry in kept]
    assert persist.reread(entries, source, now=NOW) == []
    assert JobPosting.objects.get().title == "Cook"


def _read(entry: persist.Kept) -> Any:
    return normalise.posting(entry.node)


def test_more_than_a_batch_is_read_to_the_end() -> None:
    count = pipeline.BATCH + 3
    run_import(*(node(identifier=str(n), title=f"Job {n}") for n in range(count)))
    misread()
    assert f"{count} postings read again: 0 updated" in read_again()
    assert "0 postings read again" in read_again()
