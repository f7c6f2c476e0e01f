"""Imports through the real pipeline: what is written, kept, skipped and reported."""

import json
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from postings import sanitise
from postings.ingest import persist, pipeline, prepare
from postings.ingest.read import Document, Node
from postings.ingest.report import Outcome
from postings.models import (
    ApplicantLocationRequirement,
    DatabaseState,
    ImportRecord,
    ImportRun,
    JobLocation,
    JobPosting,
    JobPostingNode,
    JobPostingTexts,
    Organization,
    SourceKey,
    State,
)
from postings.schemaorg import Identifier, Posting, Salary
from tests.ingest.support import NOW, node, outcomes, run_import

pytestmark = pytest.mark.django_db

CREATED, UPDATED, UNCHANGED = Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED
REJECTED, REOPENED = Outcome.REJECTED, Outcome.REOPENED

WRITTEN: tuple[type[Model], ...] = (
    JobPosting,
    JobPostingTexts,
    JobPostingNode,
    JobLocation,
    ApplicantLocationRequirement,
    Organization,
    DatabaseState,
)


def everything() -> dict[str, list[Any]]:
    """All rows a second import must not touch, with all their columns."""
    rows = {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in WRITTEN
    }
    columns = ("source_id", "kind", "value", "posting_id")
    rows["SourceKey"] = list(SourceKey.objects.order_by("pk").values(*columns))
    return rows


RICH = node(
    url="https://jobs.example/1",
    description="<p>Bread.</p>",
    jobLocation=[{"address": "Ulm"}, {"address": {"addressCountry": "DE"}}],
    applicantLocationRequirements={"@type": "Country", "name": "DE"},
    hiringOrganization={"name": "Crumb & Co", "url": "https://crumb.example/"},
)


def test_a_posting_is_stored_with_everything_that_belongs_to_it() -> None:
    assert outcomes(RICH) == [CREATED]
    row = JobPosting.objects.get()
    assert row.title == "Baker"
    assert row.texts.description == "<p>Bread.</p>"
    assert row.excerpt == "Bread."
    assert row.node.data == RICH
    assert [place.position for place in row.job_location.all()] == [0, 1]
    assert (row.places_label, row.places_count, row.areas_count) == ("Ulm", 2, 1)
    assert row.hiring_organization is not None
    assert row.hiring_organization.value_sources == {"url": "files"}
    assert {key.kind for key in row.keys.all()} == {"identifier", "url", "hash"}
    assert row.state(NOW) is State.OPEN
    assert row.revision > 0


def test_a_second_run_writes_nothing_and_moves_no_revision() -> None:
    other = node(
        identifier="b-2",
        hiringOrganization={"name": "Crumb", "logo": "https://l.example/2.png"},
    )
    broken = "{"
    run_import(RICH, other, broken)
    before = everything()
    later = NOW + timedelta(days=1)
    assert outcomes(RICH, other, broken, now=later) == [UNCHANGED, UNCHANGED, REJECTED]
    assert outcomes(RICH, other, broken, now=later) == [UNCHANGED, UNCHANGED, REJECTED]
    assert everything() == before


@pytest.mark.parametrize(
    ("posted", "closes", "counts"),
    [
        ("2026-01-01T12:00:00Z", "2026-03-01", "2026-01-01"),
        (None, "2020-06-30T12:00:00Z", "2020-06-30"),
        (None, "2999-01-01", NOW.date().isoformat()),
        (None, None, NOW.date().isoformat()),
        ("2999-01-01", None, NOW.date().isoformat()),
    ],
)
def test_a_posting_without_a_date_is_no_news_after_it_has_closed(
    posted: str | None, closes: str | None, counts: str
) -> None:
    run_import(RICH | {"datePosted": posted, "validThrough": closes})
    row = JobPosting.objects.get()
    assert row.posted_at.date().isoformat() == counts
    # The same from the other side: what was open closes in hindsight.
    run_import(RICH | {"datePosted": posted, "validThrough": "2999-01-01"})
    run_import(RICH | {"datePosted": posted, "validThrough": closes})
    row.refresh_from_db()
    assert row.posted_at.date().isoformat() == counts


def test_every_key_remembers_the_last_run_that_saw_it() -> None:
    run_import(RICH)
    run_import(RICH)
    last = ImportRun.objects.latest("id")
    assert {key.last_run_id for key in SourceKey.objects.all()} == {last.pk}


def test_only_what_changed_is_updated() -> None:
    run_import(RICH)
    before = JobPosting.objects.get()
    changed = RICH | {"description": "<p>Cake.</p>", "jobLocation": {"address": "Bonn"}}
    assert outcomes(changed, now=NOW + timedelta(hours=1)) == [UPDATED]
    after = JobPosting.objects.get()
    assert after.texts.description == "<p>Cake.</p>"
    assert after.excerpt == "Cake."
    assert (after.places_label, after.places_count) == ("Bonn", 1)
    assert [str(place) for place in after.job_location.all()] == ["Bonn"]
    assert after.revision > before.revision
    assert after.first_seen == before.first_seen
    replaced = ImportRecord.objects.latest("id").replaced_node
    assert replaced is not None
    assert replaced["data"] == RICH


def test_a_node_that_reads_the_same_is_kept_without_a_new_revision() -> None:
    run_import(RICH)
    before = JobPosting.objects.get()
    unknown = RICH | {"x-internal": 1}
    assert outcomes(unknown) == [UNCHANGED]
    after = JobPosting.objects.get()
    assert after.revision == before.revision
    assert after.node.data == unknown
    assert outcomes(unknown) == [UNCHANGED]


def test_a_new_reader_reads_kept_nodes_again() -> None:
    run_import(RICH)
    JobPosting.objects.update(reader_version=0, title="Misread")
    assert outcomes(RICH) == [UPDATED]
    assert JobPosting.objects.get().title == "Baker"


def test_a_bad_record_costs_no_neighbour() -> None:
    good = [node(identifier=f"g-{number}") for number in range(3)]
    said = outcomes(good[0], "{", node(title=""), good[1], "[1]", good[2])
    assert said == [CREATED, REJECTED, REJECTED, CREATED, REJECTED, CREATED]
    assert JobPosting.objects.count() == 3


def test_a_value_the_database_refuses_costs_its_record_alone() -> None:
    wrong = Salary(min_value=Decimal(2), max_value=Decimal(1))
    batch = [
        prepare.of(
            Node(data=node(identifier=title), locator=title),
            Posting(
                title=title,
                identifier=Identifier(value=title),
                base_salary=wrong if title == "bad" else Salary(),
            ),
        )
        for title in ("one", "bad", "two")
    ]
    run = persist.begin("files", now=NOW)
    said = persist.save(batch, run=run)
    assert [recorded.outcome for recorded in said] == [CREATED, REJECTED, CREATED]
    assert [str(problem.code) for problem in said[1].problems] == ["not-stored"]
    assert JobPosting.objects.count() == 2
    assert ImportRecord.objects.get(outcome="rejected").locator == "bad"


def test_the_ledger_tells_of_every_record_that_was_not_simply_unchanged() -> None:
    run_import(RICH)
    run_import(RICH, "{oops", source="files")
    run = ImportRun.objects.latest("id")
    assert (run.state, run.documents, run.unchanged, run.rejected) == (
        ImportRun.State.FINISHED,
        2,
        1,
        1,
    )
    (record,) = run.records.all()
    assert (record.outcome, record.raw, record.locator) == (
        "rejected",
        "{oops",
        "1.json:1",
    )
    assert record.problems[0]["code"] == "bad-json"


def test_a_run_that_was_killed_is_shown_as_interrupted_by_the_next() -> None:
    persist.begin("files", now=NOW)
    persist.begin("other", now=NOW)
    run_import(RICH)
    states = ImportRun.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["interrupted", "running", "finished"]


def test_a_dry_run_says_the_same_and_keeps_nothing() -> None:
    run_import(RICH)
    before = everything()
    runs = ImportRun.objects.count()
    records = [
        RICH | {"title": "Cook"},
        node(identifier="n"),
        node(identifier="n"),
        "{",
    ]
    expected = [UPDATED, CREATED, UNCHANGED, REJECTED]
    assert outcomes(*records, dry_run=True) == expected
    assert everything() == before
    assert ImportRun.objects.count() == runs
    assert outcomes(*records) == expected


def test_a_dry_run_into_a_new_source_leaves_no_source() -> None:
    run_import(RICH, source="new", dry_run=True)
    assert not JobPosting.objects.filter(source__slug="new").exists()
    assert not SourceKey.objects.filter(source__slug="new").exists()


def test_two_sources_with_one_identifier_are_two_postings() -> None:
    assert outcomes(RICH, source="one") == [CREATED]
    assert outcomes(RICH, source="two") == [CREATED]
    assert outcomes(RICH, source="one") == [UNCHANGED]


def test_one_identifier_on_two_jobs_is_two_postings_in_every_run() -> None:
    one = node(title="Baker", url="https://jobs.example/1")
    two = node(title="Brewer", url="https://jobs.example/2")
    assert outcomes(one, two) == [CREATED, CREATED]
    assert outcomes(one, two) == [UNCHANGED, UNCHANGED]
    changed = two | {"description": "<p>Beer.</p>"}
    assert outcomes(one, changed) == [UNCHANGED, UPDATED]
    assert JobPosting.objects.get(title="Brewer").texts.description == "<p>Beer.</p>"


def test_the_same_job_twice_in_a_run_is_written_once() -> None:
    twin = node(description="<p>Other words.</p>")
    report, said = run_import(node(), node(), twin)
    assert [recorded.outcome for recorded in said] == [CREATED, UNCHANGED, REJECTED]
    assert [str(said[2].problems[-1].code)] == ["duplicate-identity"]
    assert JobPosting.objects.count() == 1
    assert not report.accepted


def test_a_posting_is_found_again_when_its_feed_starts_to_number_it() -> None:
    nameless = node(identifier=None, datePosted="2026-11-01")
    assert outcomes(nameless) == [CREATED]
    assert outcomes(nameless | {"identifier": "x-1"}) == [UPDATED]
    assert outcomes(nameless | {"identifier": "x-1", "title": "Chef"}) == [UPDATED]
    assert JobPosting.objects.count() == 1


def test_a_withdrawn_posting_that_comes_back_is_open_at_its_old_address() -> None:
    run_import(RICH)
    row = JobPosting.objects.get()
    JobPosting.objects.update(withdrawn_at=NOW, withdrawn_reason="gone")
    assert outcomes(RICH) == [REOPENED]
    again = JobPosting.objects.get()
    assert again.pk == row.pk
    assert again.state(NOW) is State.OPEN
    assert again.revision > row.revision


def test_what_an_editor_deleted_stays_deleted_and_is_reported() -> None:
    run_import(RICH)
    persist.set_deleted(JobPosting.objects.all(), deleted=True, now=NOW)
    before = everything()
    changed = RICH | {"title": "Cook"}
    assert outcomes(RICH) == [Outcome.DELETED_BY_EDITOR]
    assert outcomes(changed) == [Outcome.DELETED_BY_EDITOR]
    assert everything() == before
    persist.set_deleted(JobPosting.objects.all(), deleted=False, now=NOW)
    assert outcomes(changed) == [UPDATED]


def test_spellings_of_one_employer_share_a_row_and_feeds_do_not_flap() -> None:
    one = node(
        hiringOrganization={"name": "Crumb GmbH", "logo": "https://l.example/1.png"}
    )
    two = node(
        identifier="b-2",
        hiringOrganization={
            "name": "CRUMB",
            "logo": "https://l.example/2.png",
            "telephone": "1",
        },
    )
    run_import(one, two, source="one")
    run_import(two, source="two")
    organization = Organization.objects.get()
    assert organization.name == "Crumb GmbH"
    assert organization.logo == "https://l.example/1.png"
    assert organization.telephone == "1"
    assert organization.value_sources == {"logo": "one", "telephone": "one"}
    new_logo = {"name": "Crumb GmbH", "logo": "https://l.example/3.png"}
    run_import(one | {"hiringOrganization": new_logo}, two, source="one")
    assert Organization.objects.get().logo == "https://l.example/3.png"
    run_import(two | {"title": "Cook"}, source="two")
    run_import(two | {"title": "Chef"}, source="one")
    assert Organization.objects.get().logo == "https://l.example/3.png"


def test_a_batch_takes_a_handful_of_statements_however_many_records(
    django_assert_max_num_queries: Any,
) -> None:
    def records(count: int) -> list[Any]:
        return [
            RICH | {"identifier": f"{count}-{n}", "url": None} for n in range(count)
        ]

    with django_assert_max_num_queries(50):
        run_import(*records(5))
    with django_assert_max_num_queries(50):
        run_import(*records(150))
    with django_assert_max_num_queries(30):
        run_import(*records(150))


def test_the_order_of_two_jobs_that_share_an_identifier_does_not_matter() -> None:
    one = node(title="Baker", description="<p>Bread.</p>")
    two = node(title="Brewer", description="<p>Beer.</p>")
    assert outcomes(one, two) == [CREATED, CREATED]
    before = everything()
    assert outcomes(two, one) == [UNCHANGED, UNCHANGED]
    assert outcomes(one, two) == [UNCHANGED, UNCHANGED]
    assert everything() == before


def test_a_duplicate_is_one_in_every_run_whatever_its_keys_found_meanwhile() -> None:
    feed = [
        node(identifier=None),
        node(identifier=None, url="https://x.example/b", description="<p>2</p>"),
        node(identifier=None, title="Other", url="https://x.example/b"),
    ]
    assert outcomes(*feed) == [CREATED, REJECTED, CREATED]
    before = everything()
    assert outcomes(*feed) == [UNCHANGED, REJECTED, UNCHANGED]
    assert everything() == before


def test_a_name_a_posting_no_longer_has_is_free_for_another() -> None:
    run_import(node(identifier="a", title="Baker"))
    renamed = node(identifier="a", title="Brewer")
    newcomer = node(identifier=None, title="Baker")
    assert outcomes(renamed, newcomer) == [UPDATED, CREATED]
    assert outcomes(renamed, newcomer) == [UNCHANGED, UNCHANGED]


@pytest.mark.parametrize("seed", range(40))
def test_any_feed_imported_twice_is_unchanged_the_second_time(seed: int) -> None:
    choose = random.Random(seed)
    feed = [
        node(
            identifier=choose.choice([None, "a", "b", "c"]),
            title=choose.choice(["Baker", "Brewer"]),
            url=choose.choice([None, "https://x.example/1", "https://x.example/2"]),
            description=choose.choice(["<p>One.</p>", "<p>Two.</p>"]),
            hiringOrganization=choose.choice([None, "Crumb", {"name": "Crumb", "url": f"https://c.example/{choose.random()}"}]),
        )
        for _ in range(choose.randint(2, 6))
    ]  # fmt: skip
    first = outcomes(*feed)
    before = everything()
    again = outcomes(*feed)
    assert everything() == before
    assert [outcome is REJECTED for outcome in again] == [
        outcome is REJECTED for outcome in first
    ]
    assert set(again) <= {UNCHANGED, REJECTED}


def test_places_that_stay_keep_their_rows() -> None:
    run_import(RICH | {"jobLocation": ["Ulm", "Bonn", "Kiel"]})
    row = JobPosting.objects.get()
    before = {place.address: place.pk for place in row.job_location.all()}
    run_import(RICH | {"jobLocation": ["Kiel", "Ulm", "Jena", "Ulm"]})
    after = [(place.address, place.pk) for place in row.job_location.all()]
    assert [address for address, _ in after] == ["Kiel", "Ulm", "Jena"]
    assert dict(after)["Ulm"] == before["Ulm"]
    assert dict(after)["Kiel"] == before["Kiel"]


def test_strangers_html_is_cleaned_before_the_database_is_locked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    employer = {"name": "Crumb", "description": "<p>Old <i>house</i>.</p>"}
    feed = [
        RICH | {"identifier": str(n), "url": None, "hiringOrganization": employer}
        for n in range(3)
    ]
    run_import(*feed)
    persist.save_edit(JobPosting.objects.all()[0], changed=["title"], now=NOW)
    locked: list[bool] = []
    real = sanitise.clean

    def watched(text: str) -> sanitise.Cleaned:
        locked.append(len(connection.savepoint_ids) > 0)
        return real(text)

    monkeypatch.setattr(sanitise, "clean", watched)
    run_import(*(record | {"description": "<p>New.</p>"} for record in feed))
    assert len(locked) > 3
    assert not any(locked)
    JobPosting.objects.update(withdrawn_at=NOW)
    run_import(*(record | {"description": "<p>New.</p>"} for record in feed))
    assert not any(locked)


HOSTILE: list[bytes] = [
    b'<html><meta charset=undefined>\xff<script type="application/ld+json">{}</script>',
    b'{"a\\ud800b": {"@type": "JobPosting", "title": "x"}}',
    b'{"a\\u0000b": {"@type": "JobPosting", "title": ""}}',
    b'{"@type": "JobPosting", "description": "a\x00b"}',
    b'{"@type": "JobPosting", "title": "x", "\\ud800": {"@id": "gone"}}',
    b'{"@type": "JobPosting", "title": "x", "a\\u0000": {"@id": "gone"}}',
    b'{"@type": "JobPosting", "title": "x", "skills": {"@id": "\\u0000"}}',
    b'{"@type": "JobPosting", "title": "x", "totalJobOpenings": 1999999999}',
    b'{"@type": "JobPosting", "title": "x", "inLanguage": "' + b"x" * 99 + b'"}',
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_in_a_record_stops_its_neighbour_on_either_database(
    content: bytes,
) -> None:
    documents = [
        Document(name="a\udcff.json", content=content),
        Document(name="b.json", content=json.dumps(node()).encode()),
    ]
    report = pipeline.run(documents, source="files", now=NOW)
    assert JobPosting.objects.filter(title="Baker").exists()
    assert report.records >= 2


def test_a_page_with_an_endless_canonical_address_is_imported() -> None:
    page = (
        f'<link rel="canonical" href="https://j.example/{"x" * 3000}">'
        f'<script type="application/ld+json">{json.dumps(node())}</script>'
    )
    assert outcomes(page) == [CREATED]
    assert JobPosting.objects.get().node.page == ""
