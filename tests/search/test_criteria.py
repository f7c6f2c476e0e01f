"""Criteria as readable parameters and addresses."""

import pytest

from postings.search.criteria import NOT_STATED, Criteria, Group

EVERYTHING = Criteria(
    words="python",
    where="Berlin",
    employment_types=("FULL_TIME", "INTERN"),
    workplaces=("remote_only",),
    places=("DE/02", NOT_STATED),
    organizations=("7",),
    include_closed=True,
)


@pytest.mark.parametrize(
    ("criteria", "url"),
    [
        (Criteria(), "/"),
        (Criteria(words="c++ & c#"), "/?q=c%2B%2B+%26+c%23"),
        (
            EVERYTHING,
            (
                "/?q=python&where=Berlin&type=FULL_TIME&type=INTERN&workplace=remote_only"
                "&place=DE/02&place=none&organization=7&closed=1"
            ),
        ),
    ],
)
def test_the_address_says_all_of_it_in_readable_parameters(
    criteria: Criteria, url: str
) -> None:
    assert criteria.url() == url


def test_the_first_page_has_no_number() -> None:
    assert Criteria(words="cook").url(page=1) == "/?q=cook"
    assert Criteria(words="cook").url(page=3) == "/?q=cook&page=3"


def test_a_value_is_taken_out_of_its_own_group_only() -> None:
    without = EVERYTHING.without(Group.TYPE, "INTERN")
    assert without.employment_types == ("FULL_TIME",)
    assert without.places == EVERYTHING.places


def test_a_group_is_taken_out_whole() -> None:
    assert EVERYTHING.without(Group.PLACE).places == ()


def test_clearing_the_filters_keeps_words_and_place() -> None:
    assert EVERYTHING.without_filters() == Criteria(words="python", where="Berlin")


def test_equal_criteria_are_one_key() -> None:
    assert len({Criteria(words="a"), Criteria(words="a"), Criteria()}) == 2
