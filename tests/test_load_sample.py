"""The bundled sample: lively on any day, safe to load again."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from postings.ingest import persist
from postings.management.commands.load_sample import documents, shifted
from postings.models import JobPosting, State

pytestmark = pytest.mark.django_db

DAY = date(2027, 3, 1)


def loaded(day: date) -> dict[str, int]:
    """The outcomes of loading the sample on a day, by name."""
    return loaded_on(day.isoformat())


def loaded_on(text: str) -> dict[str, int]:
    out = io.StringIO()
    call_command("load_sample", "--today", text, stdout=out)
    return {
        name: int(count)
        for count, name in re.findall(r"(\d+) ([a-z ]+)[,.]", out.getvalue())
    }


def test_the_sample_is_some_forty_postings_most_of_them_open() -> None:
    assert loaded(DAY)["created"] >= 40
    noon = datetime.combine(DAY, datetime.min.time(), UTC) + timedelta(hours=12)
    states = [row.state(noon) for row in JobPosting.objects.all()]
    # Published when it was loaded, which is the test's today and not DAY.
    assert states.count(State.DRAFT) in (0, len(states))
    JobPosting.objects.update(published_at=noon)
    assert JobPosting.objects.open(noon).count() >= 30
    newest = max(row.date_posted for row in JobPosting.objects.all() if row.date_posted)
    assert newest.date() in (DAY, DAY - timedelta(days=1))


def test_the_same_day_again_changes_nothing() -> None:
    created = loaded(DAY)["created"]
    again = loaded(DAY)
    assert again.pop("unchanged") == created
    assert not any(again.values())


def test_the_next_day_creates_nothing_and_keeps_edits() -> None:
    created = loaded(DAY)["created"]
    row = JobPosting.objects.exclude(date_posted=None).filter(hidden=False)[0]
    row.title = "An editor's title"
    persist.save_edit(row, changed=["title"], now=timezone.now())
    next_day = loaded(DAY + timedelta(days=1))
    assert (next_day["created"], next_day["rejected"]) == (0, 0)
    assert next_day["updated"] + next_day["unchanged"] == created
    row.refresh_from_db()
    assert row.title == "An editor's title"


@pytest.mark.parametrize("first_or_last", [date(2000, 1, 1), date(2099, 12, 31)])
def test_the_sample_can_be_dated_by_any_day_of_the_century(first_or_last: date) -> None:
    outcomes = loaded(first_or_last)
    assert outcomes["created"] >= 40
    assert outcomes["rejected"] == 0


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31", "tomorrow"]
)
def test_another_day_is_wrong_usage(text: str) -> None:
    with pytest.raises(CommandError, match=f"--today: '{text}' is no day of the years"):
        loaded_on(text)
    assert not JobPosting.objects.exists()


def test_the_seed_is_never_shifted() -> None:
    one, other = (
        {document.name: document.content for document in documents(day)}
        for day in (DAY, DAY + timedelta(days=9))
    )
    assert one["seed.jsonld"] == other["seed.jsonld"]
    assert b"2021-08-14T08:32:52.000Z" in one["seed.jsonld"]
    assert sum(one[name] != other[name] for name in one) == len(one) - 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"2026-11-20"', '"2026-11-22"'),
        ('"2026-11-20T08:00:00+01:00"', '"2026-11-22T08:00:00+01:00"'),
        ('"2026-12-31 08:30:00 UTC"', '"2027-01-02 08:30:00 UTC"'),
        ('"NL-2026-11-20"', '"NL-2026-11-20"'),
        ("/jobs/2026-11-20/", "/jobs/2026-11-20/"),
    ],
)
def test_dates_move_by_whole_days_and_identifiers_do_not(
    text: str, expected: str
) -> None:
    assert shifted(text, timedelta(days=2)) == expected
