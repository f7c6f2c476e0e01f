"""What a posting is at an instant, and what the database refuses."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from postings.cards import cards
from postings.models import DatabaseState, JobPosting, State
from tests.factories import NOW, make_organization, make_posting

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)

# Every way each of the facts that decide can stand, relative to now.
FACTS: dict[str, tuple[Any, ...]] = {
    "deleted_at": (None, NOW - HOUR),
    "hidden": (False, True),
    "published_at": (None, NOW - HOUR, NOW, NOW + HOUR),
    "withdrawn_at": (None, NOW - HOUR),
    "valid_through": (None, NOW - HOUR, NOW, NOW + HOUR),
}


def test_state_and_its_query_agree_on_every_combination_of_facts() -> None:
    organization = make_organization()
    for values in product(*FACTS.values()):
        make_posting(
            organization=organization,
            places=(),
            **dict(zip(FACTS, values, strict=True)),
        )
    by_method = {row.pk: row.state(NOW) for row in JobPosting.objects.all()}
    for state in State:
        found = JobPosting.objects.in_state(state, NOW).values_list("pk", flat=True)
        assert found, state
        assert set(found) == {pk for pk, own in by_method.items() if own is state}
    open_ids = set(JobPosting.objects.open(NOW).values_list("pk", flat=True))
    assert open_ids == {pk for pk, state in by_method.items() if state is State.OPEN}
    visible = set(JobPosting.objects.visible(NOW).values_list("pk", flat=True))
    shown = {State.OPEN, State.CLOSED, State.WITHDRAWN}
    assert visible == {pk for pk, state in by_method.items() if state in shown}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, State.OPEN),
        ({"valid_through": NOW}, State.OPEN),
        ({"valid_through": NOW - timedelta(microseconds=1)}, State.CLOSED),
        ({"published_at": NOW + HOUR}, State.DRAFT),
        ({"date_posted": NOW + HOUR}, State.OPEN),
        ({"withdrawn_at": NOW, "valid_through": NOW - HOUR}, State.WITHDRAWN),
        ({"hidden": True, "published_at": None}, State.HIDDEN),
        ({"hidden": True, "deleted_at": NOW}, State.DELETED),
    ],
)
def test_the_first_state_that_applies_wins(
    facts: dict[str, Any], expected: State
) -> None:
    assert make_posting(**facts).state(NOW) is expected


@pytest.mark.parametrize(
    "values",
    [
        {"title": ""},
        {"base_salary_min_value": 2, "base_salary_max_value": 1},
        {"estimated_salary_min_value": 2, "estimated_salary_max_value": 1},
        {"total_job_openings": 0},
        {"withdrawn_reason": "gone", "withdrawn_at": None},
        {"job_location_type": "HYBRID"},
        {"estimated_salary_unit_text": "EON"},
    ],
)
def test_the_database_refuses(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_posting(**values)


def test_lists_are_searched_for_whole_texts() -> None:
    one = make_posting(skills=["Go", 'C++ "fast" 100%'])
    make_posting(skills=["Golang"])
    make_posting(skills=[])
    assert list(JobPosting.objects.filter(skills__has="Go")) == [one]
    assert list(JobPosting.objects.filter(skills__has='C++ "fast" 100%')) == [one]
    assert not JobPosting.objects.filter(skills__has="G_")


def test_revisions_are_drawn_once_each() -> None:
    with transaction.atomic():
        DatabaseState.lock()
        first = DatabaseState.draw(3)
        second = DatabaseState.draw()
    assert second == first + 3
    assert DatabaseState.objects.get().revision == second


def test_cards_come_in_the_order_of_their_ids_with_one_query(
    django_assert_num_queries: Any,
) -> None:
    ids = [make_posting(title=title).pk for title in "abc"]
    wanted = [ids[2], ids[0], 10**9, ids[1]]
    with django_assert_num_queries(1):  # and none for what a card says beside
        found = cards(JobPosting.objects.for_cards(wanted), NOW)
        assert [card.title for card in found] == ["c", "a", "b"]
        assert all(card.organization and card.organization.name for card in found)
