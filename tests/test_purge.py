"""What editors deleted long ago goes for good, and never comes back by an import."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import models
from django.test import Client

from postings.ingest import persist, pipeline
from postings.ingest.read import Document
from postings.models import (
    DatabaseState,
    ImportConflict,
    ImportRecord,
    ImportRun,
    JobLocation,
    JobPosting,
    JobPostingNode,
    JobPostingTexts,
    Organization,
    Source,
    SourceKey,
    Tombstone,
)
from postings.search import index
from postings.search.criteria import Criteria
from postings.search.query import search
from tests import factories as make
from tests.ingest.support import NOW, importing, node
from tests.test_ledger_commands import said

pytestmark = pytest.mark.django_db

#: Deleted postings are due a hundred days later.
LATER = NOW + timedelta(days=100)
BEFORE = LATER - timedelta(days=90)
SURE = persist.Closing(misses=1, max_share=100)


def run(
    *numbers: int, day: int = 0, closing: persist.Closing | None = SURE, more: str = ""
) -> None:
    records = [node(identifier=f"b-{n}", title=f"Baker {n}") for n in numbers]
    feed = "\n".join([*map(json.dumps, records), more])
    pipeline.run(
        [Document(name="feed", content=feed.encode())],
        source="acme",
        now=NOW + timedelta(days=day),
        closing=closing,
    )


def delete(*numbers: int) -> None:
    rows = JobPosting.objects.filter(title__in=[f"Baker {n}" for n in numbers])
    assert persist.set_deleted(rows, deleted=True, now=NOW) == len(numbers)


def numbers() -> list[int]:
    rows = JobPosting.objects.order_by("pk").values_list("title", flat=True)
    return [int(title.split()[-1]) for title in rows]


def purge(**options: Any) -> tuple[int, int, int]:
    purged = persist.purge(BEFORE, **options)
    return purged.postings, purged.listed, purged.unproven


def test_what_its_source_no_longer_lists_goes_with_all_that_is_its_own(
    client: Client,
) -> None:
    run(1, 2)
    row = JobPosting.objects.get(title="Baker 2")
    address = row.get_absolute_url()
    delete(2)
    run(1, day=99)
    assert search(Criteria(), at=NOW).total == 1
    before = DatabaseState.objects.get().revision
    assert purge() == (1, 0, 0)
    assert numbers() == [1]
    owned: tuple[type[models.Model], ...] = (
        *(JobPostingNode, JobPostingTexts, JobLocation, SourceKey),
        *(ImportRecord, ImportConflict),
    )
    for model in owned:
        assert not model._default_manager.filter(posting_id=row.pk).exists()
    tombstone = Tombstone.objects.get()
    assert (tombstone.posting_id, tombstone.revision) == (row.pk, before + 1)
    assert Organization.objects.exists()
    assert client.get(address).status_code == 410
    index.sync()
    assert search(Criteria(), at=NOW).total == 1


def test_what_an_import_still_meets_stays_whatever_is_asked_for() -> None:
    run(1, 2)
    delete(2)
    run(1, 2, day=99, closing=None)
    assert purge() == (0, 1, 0)
    assert purge(without_proof=True) == (0, 1, 0)
    run(1, 2, day=101)
    assert numbers() == [1, 2]  # the next import goes on leaving it alone
    assert JobPosting.objects.get(title="Baker 2").deleted_at is not None


def test_one_that_comes_in_anew_after_all_has_an_address_of_its_own() -> None:
    run(1, 2)
    pk = JobPosting.objects.get(title="Baker 2").pk
    delete(2)
    run(1, day=99)
    purge()
    run(1, 2, day=101)
    assert numbers() == [1, 2]
    assert JobPosting.objects.get(title="Baker 2").pk > pk
    assert Tombstone.objects.get().posting_id == pk


@pytest.mark.parametrize(
    ("day", "closing", "more"),
    [
        (5, SURE, ""),  # too long ago
        (99, None, ""),  # perhaps a part of the feed
        (99, SURE, "{"),  # a broken record may be any posting
    ],
)
def test_without_proof_it_stays_unless_that_is_asked_for(
    day: int, closing: persist.Closing | None, more: str
) -> None:
    run(1, 2)
    delete(2)
    run(1, day=day, closing=closing, more=more)
    assert purge() == (0, 0, 1)
    assert purge(without_proof=True, dry_run=True) == (1, 0, 0)
    assert purge(without_proof=True) == (1, 0, 0)
    assert numbers() == [1]


def test_a_run_whose_records_were_pruned_is_no_proof() -> None:
    run(1, 2)
    delete(2)
    run(1, 2, day=50)
    persist.prune(NOW + timedelta(days=60))
    assert ImportRun.objects.filter(closes_missing=True).exists()
    assert purge() == (0, 0, 1)


def test_only_what_an_editor_deleted_so_long_ago_goes() -> None:
    run(1, 2, 3)
    row = JobPosting.objects.get(title="Baker 1")
    row.title = "Master baker 1"
    persist.save_edit(row, changed=["title"], now=NOW)
    persist.set_hidden(JobPosting.objects.filter(title="Baker 2"), hidden=True)
    run(day=1, more=json.dumps(node(identifier="b-4", title="Baker 4")))  # withdrawn
    late = JobPosting.objects.filter(title="Baker 3")
    persist.set_deleted(late, deleted=True, now=BEFORE)
    run(4, day=99)
    assert purge() == (0, 0, 0)
    assert numbers() == [1, 2, 3, 4]


def test_what_editors_wrote_and_deleted_goes_without_any_import() -> None:
    editors = persist.source(Source.EDITOR)
    kept = make.make_posting(title="Cook", source=editors)
    make.make_posting(title="Waiter", source=editors, deleted_at=NOW)
    assert purge() == (1, 0, 0)
    assert JobPosting.objects.get() == kept


def test_very_many_go_in_batches_each_with_its_revision(
    django_assert_max_num_queries: Any,
) -> None:
    run(*range(450))
    delete(*range(1, 450))
    run(0, day=99)
    with django_assert_max_num_queries(100):
        assert purge() == (449, 0, 0)
    revisions = Tombstone.objects.values_list("revision", flat=True)
    assert len(set(revisions)) == 449
    assert numbers() == [0]


@pytest.mark.django_db(transaction=True)
def test_a_source_that_is_being_imported_is_left_alone() -> None:
    run(1, 2)
    delete(2)
    run(1, day=99)
    with importing("acme"):
        purged = persist.purge(BEFORE)
    assert (purged.postings, purged.busy) == (0, ["acme"])
    assert numbers() == [1, 2]


def test_the_command_says_what_went_and_what_stays() -> None:
    rows = [make.make_posting(title="Cook") for _ in range(3)]
    long_ago = NOW - timedelta(days=3000)
    listed, kept, fresh = rows
    for row in (listed, kept):
        JobPosting.objects.filter(pk=row.pk).update(deleted_at=long_ago)
    source = kept.source.slug
    stays = (
        " stay: no complete import with --close-missing within these days shows that "
        "their source has them no longer (--without-proof)."
    )
    assert said("purge_postings").splitlines() == [
        "0 postings removed for good.",
        f"2{stays}",
    ]
    met = persist.begin(source, now=make.NOW).row
    assert met is not None
    ImportRecord.objects.create(
        run=met,
        posting=listed,
        outcome="deleted by editor",
    )
    asked = ("purge_postings", "--days", 2000, "--source", source)
    dry = said(*asked, "--without-proof", "--dry-run").splitlines()
    assert dry == [
        "1 postings would be removed for good.",
        "1 stay: an import has met them within these days.",
    ]
    assert JobPosting.objects.count() == 3
    assert said(*asked, "--without-proof").startswith("1 postings removed for good.")
    assert set(JobPosting.objects.all()) == {listed, fresh}
    assert "there is no source" in said("purge_postings", "--source", "x", status=2)
