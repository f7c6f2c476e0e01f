"""One feed, one editor, one operator: the whole of it, by commands and in the admin."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from postings.models import ImportConflict, ImportRun, JobPosting, State
from tests.editing import edit
from tests.ingest.support import node
from tests.test_ledger_commands import said, write

pytestmark = pytest.mark.django_db

JOBS = [
    node(
        identifier=f"job-{number}",
        title=f"Baker {number}",
        description="<p>Bread.</p>",
        workHours="38",
        jobLocation={"address": "Ulm"},
    )
    for number in range(1, 11)
]
IMPORT = ("import_postings",)


def row(number: int) -> JobPosting:
    return JobPosting.objects.get(identifier=f"job-{number}")


def state(number: int) -> State:
    return row(number).state(timezone.now())


def page_of(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.text, "html.parser")


def test_the_story_of_a_feed(  # noqa: PLR0915  a story is told in one go
    client: Client, admin_client: Client, tmp_path: Path
) -> None:
    feed = tmp_path / "feed.jsonl"
    acme = (feed, "--source", "acme")

    # The operator imports a feed; a visitor reads it.
    assert "10 created" in said(*IMPORT, *write_and(acme, *JOBS))
    assert "Baker 1" in page_of(client, row(1).get_absolute_url()).text

    # An editor corrects three fields, the places among them.
    edit(
        admin_client,
        row(1),
        title="Master baker",
        description="<p>Fine bread.</p>",
        **{"job_location-0-address_locality": "Kiel", "job_location-0-address": ""},
    )
    assert row(1).edited_fields == ["description", "jobLocation", "title"]

    # The feed comes again, with the same title and two of the edited fields changed.
    changed = JOBS[0] | {
        "description": "<p>Bread and cake.</p>",
        "jobLocation": {"address": "Bonn"},
        "workHours": "40",
    }
    shown = said(*IMPORT, *write_and(acme, changed, *JOBS[1:]))
    assert "1 conflict" in shown
    assert "9 unchanged" in shown
    after = row(1)
    assert (after.title, after.work_hours) == ("Master baker", "40")
    assert after.texts.description == "<p>Fine bread.</p>"
    assert [place.address_locality for place in after.job_location.all()] == ["Kiel"]

    # Both conflicts stand in the admin with both texts; the editor takes one.
    conflicts = reverse("admin:postings_importconflict_changelist")
    listed = page_of(admin_client, conflicts).text
    assert "Bread and cake." in listed
    assert "Bonn" in listed
    taken = ImportConflict.objects.get(property="description")
    response = admin_client.post(
        reverse("admin:postings_importconflict_take", args=(taken.pk,))
    )
    assert response.status_code == 302
    after = row(1)
    assert after.texts.description == "<p>Bread and cake.</p>"
    assert after.edited_fields == ["jobLocation", "title"]
    assert "Bread and cake." in page_of(client, after.get_absolute_url()).text
    assert [c.property for c in ImportConflict.objects.filter(resolution="")] == [
        "jobLocation"
    ]

    # A truncated feed closes nothing, however often it comes.
    closing = ("--close-missing", "--misses", 2)
    write(feed, changed, *JOBS[1:4])
    feed.write_text(feed.read_text()[:-30])
    for _ in range(3):
        assert "Nothing was closed" in said(*IMPORT, *acme, *closing, status=1)
    assert JobPosting.objects.open(timezone.now()).count() == 10

    # Neither does a whole one that holds far too little.
    write(feed, changed, *JOBS[1:4])
    assert "--max-share" in said(*IMPORT, *acme, *closing)

    # Good ones close what they do not hold, the second time they do not.
    write(feed, changed, *JOBS[1:9])
    assert "stay open" in said(*IMPORT, *acme, *closing)
    assert state(10) is State.OPEN
    assert "withdrawn: Baker 10" in said(*IMPORT, *acme, *closing)
    assert state(10) is State.WITHDRAWN
    gone = page_of(client, row(10).get_absolute_url())
    assert not gone.select('script[type="application/ld+json"]')

    # It returns, at the address it had.
    address_of_10 = row(10).get_absolute_url()
    assert "1 reopened" in said(*IMPORT, *write_and(acme, changed, *JOBS[1:]))
    assert row(10).get_absolute_url() == address_of_10
    assert state(10) is State.OPEN

    # A bad feed spoils everything; the editor has edited on; the run is undone.
    spoilt = [job | {"title": "SPAM", "description": "<p>Buy!</p>"} for job in JOBS]
    new = node(identifier="new", title="SPAM too")
    said(*IMPORT, *write_and(acme, *spoilt, new))
    bad = ImportRun.objects.latest("id")
    edit(admin_client, row(2), work_hours="20")
    confirm = page_of(
        admin_client, reverse("admin:postings_importrun_undo", args=(bad.pk,))
    )
    assert confirm.select("form")
    undone = said("undo_import", bad.pk)
    assert "keeps its edits of workHours" in undone
    assert state(2) is State.OPEN
    assert (row(2).title, row(2).work_hours) == ("Baker 2", "20")
    assert (row(1).title, row(3).title) == ("Master baker", "Baker 3")
    assert row(1).texts.description == "<p>Bread and cake.</p>"
    assert JobPosting.objects.get(identifier="new").withdrawn_at is not None

    # The mended feed changes nothing more than the editor has.
    shown = said(*IMPORT, *write_and(acme, changed, *JOBS[1:]))
    assert "10 unchanged" in shown


def write_and(arguments: tuple[object, ...], *records: object) -> tuple[object, ...]:
    """Writes the feed that the arguments name."""
    feed = arguments[0]
    assert isinstance(feed, Path)
    write(feed, *records)
    return arguments
