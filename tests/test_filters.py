"""Query parameters to criteria; what is wrong with them is said and left out."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.utils import translation

from postings.choices import FacetOption, chips, facet_groups
from postings.filters import (
    MAX_CHOSEN,
    MAX_IGNORED,
    MAX_LENGTH,
    MAX_WORDS,
    PostingFilter,
    last_page_sentence,
    one_line,
)
from postings.search.criteria import NOT_STATED, Criteria, Group
from postings.search.facets import Counted, Facets
from postings.search.query import Results
from postings.wording import country_codes
from tests import factories as make

UNMEASURED = "Distances are measured from a known town or postal code"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def read(query: str) -> PostingFilter:
    return PostingFilter(QueryDict(query))


# --- Parsing --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "criteria"),
    [
        ("", {}),
        ("q=+senior++cook+&where=Berlin", {"words": "senior cook", "where": "Berlin"}),
        ("type=FULL_TIME&type=none", {"employment_types": ("FULL_TIME", NOT_STATED)}),
        ("type=INTERN&type=INTERN", {"employment_types": ("INTERN",)}),
        ("workplace=remote_only", {"workplaces": ("remote_only",)}),
        ("place=DE&place=none", {"places": ("DE", NOT_STATED)}),
        ("place=IT&place=IT", {"places": ("IT",)}),
        ("organization=none", {"organizations": (NOT_STATED,)}),
        ("closed=1", {"include_closed": True}),
        ("q=a%00b%07c%1b", {"words": "abc"}),
        ("q=a%0Ab%09c", {"words": "a b c"}),
        ("q=%00", {}),
        ("q=%ED%A0%80", {"words": "\N{REPLACEMENT CHARACTER}" * 3}),
        ("utm_source=x&radius=50&nonsense", {}),
        ("type=&place=&organization=&closed=", {}),
    ],
)
def test_parameters_are_read(query: str, criteria: dict[str, Any]) -> None:
    found = read(query)
    assert found.criteria == Criteria(**criteria)
    assert found.ignored == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("type=x", "“x” is not an employment type; it was ignored."),
        ("type=full_time", "“full_time” is not an employment type; it was ignored."),
        ("workplace=none", "“none” is not a workplace; it was ignored."),
        ("place=Atlantis", "“Atlantis” is not a place; it was ignored."),
        ("place=ZZ", "“ZZ” is not a place; it was ignored."),
        ("organization=abc", "“abc” is not an organization here; it was ignored."),
        ("organization=-1", "“-1” is not an organization here; it was ignored."),
        ("closed=yes", "“yes” does not say whether to include closed jobs."),
        (
            "within=50",
            f"{UNMEASURED}; “50 km” was ignored.",
        ),
        (
            "sort=nearest",
            f"{UNMEASURED}; “Nearest” was ignored.",
        ),
        ("page=abc", "“abc” is not a page; this is the first."),
        ("page=0", "“0” is not a page; this is the first."),
        ("page=-1", "“-1” is not a page; this is the first."),
        ("page=1.5", "“1.5” is not a page; this is the first."),
        ("page=%D9%A3", "“٣” is not a page; this is the first."),
    ],
)
def test_a_wrong_value_is_ignored_and_said(query: str, sentence: str) -> None:
    found = read(query)
    assert found.criteria == Criteria()
    assert found.page == 1
    assert found.ignored == [sentence]


def test_the_right_values_of_a_group_outlive_a_wrong_one() -> None:
    found = read("type=FULL_TIME&type=x&type=INTERN&place=DE&place=QQ")
    assert found.criteria.employment_types == ("FULL_TIME", "INTERN")
    assert found.criteria.places == ("DE",)
    assert len(found.ignored) == 2


@pytest.mark.parametrize("name", ["q", "where"])
def test_a_long_text_is_cut_and_that_is_said(name: str) -> None:
    found = read(f"{name}={'x' * 2000}")
    assert found.ignored == ["Only the first 200 characters were searched for."]
    assert found.form[name].value() == "x" * MAX_LENGTH
    assert found.criteria.params() == [(name, "x" * MAX_LENGTH)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("word " * 2000, " ".join(["word"] * MAX_WORDS)),
        ("a " * MAX_WORDS + "b", " ".join("a" * MAX_WORDS)),
        ("a," * MAX_WORDS + "b", ",".join("a" * MAX_WORDS)),
    ],
)
@pytest.mark.parametrize("name", ["q", "where"])
def test_words_past_the_twelfth_are_left_out_and_that_is_said(
    name: str, given: str, kept: str
) -> None:
    found = read(urlencode({name: given}))
    assert found.ignored == ["Only the first 12 words were searched for."]
    assert found.criteria.params() == [(name, kept)]
    again = read(urlencode(found.criteria.params()))
    assert (again.criteria, again.ignored) == (found.criteria, [])


def test_values_past_the_thirtieth_are_left_out_and_that_is_said() -> None:
    codes = sorted(country_codes())
    found = read(urlencode([("place", code) for code in ("QQ", *codes)]))
    assert found.criteria.places == tuple(codes[:MAX_CHOSEN])
    assert found.ignored == [
        "“QQ” is not a place; it was ignored.",
        "Place: only the first 30 chosen values were searched for.",
    ]
    found = read(urlencode([("place", code) for code in codes[:MAX_CHOSEN]]))
    assert (len(found.criteria.places), found.ignored) == (MAX_CHOSEN, [])


def test_a_long_wrong_value_is_said_shortly() -> None:
    (sentence,) = read(f"type={'x' * 5000}").ignored
    assert len(sentence) < 100


def test_many_wrong_values_are_counted() -> None:
    query = "&".join(f"type=x{number}" for number in range(50))
    found = read(query)
    assert len(found.ignored) == MAX_IGNORED + 1
    assert found.ignored[-1] == "45 more values were ignored."


@pytest.mark.parametrize(
    ("given", "page"),
    [("2", 2), ("007", 7), (str(10**9), 10**9), ("9" * 5000, 10**9)],
)
def test_a_page_number_may_be_any_size(given: str, page: int) -> None:
    found = read(f"page={given}")
    assert (found.page, found.ignored) == (page, [])


@pytest.mark.django_db
def test_an_organization_is_one_of_the_database() -> None:
    organization = make.make_organization("Inn")
    found = read(f"organization={organization.pk}&organization=999999")
    assert found.criteria.organizations == (str(organization.pk),)
    assert found.ignored == ["“999999” is not an organization here; it was ignored."]


@pytest.mark.django_db
def test_chosen_organizations_are_named_and_at_most_thirty() -> None:
    keys = [make.make_organization(f"Inn {n}").pk for n in range(MAX_CHOSEN + 1)]
    found = read(urlencode([("organization", key) for key in keys]))
    assert found.criteria.organizations == tuple(map(str, keys[:MAX_CHOSEN]))
    assert found.organizations[str(keys[0])] == "Inn 0"
    assert found.ignored == [
        "Organization: only the first 30 chosen values were searched for."
    ]


@pytest.mark.django_db
def test_a_key_too_large_for_a_database_is_no_organization() -> None:
    assert read(f"organization={'9' * 18}").criteria == Criteria()
    assert read(f"organization={'9' * 40}").criteria == Criteria()


def test_the_form_labels_its_fields() -> None:
    form = read("q=cook&where=Ulm").form
    assert [str(form[name].label) for name in ("q", "where")] == ["What", "Where"]
    assert form["where"].value() == "Ulm"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\u200bb", "ab"),
        ("\ud800a", "a"),
        ("\u00a0a\u2028b ", "a b"),
        ("日本 語", "日本 語"),
    ],
)
def test_a_text_becomes_one_printable_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("asked", "pages", "sentence"),
    [
        (2, 2, ""),
        (3, 2, "There is no page 3; this is the last, page 2."),
        (10**9, 1, "There is no page 1,000,000,000; this is the only one."),
    ],
)
def test_a_page_past_the_end_is_said(asked: int, pages: int, sentence: str) -> None:
    results = Results(ids=(), total=0, page=pages, pages=pages)
    assert last_page_sentence(results, asked) == sentence


# --- What the page offers -------------------------------------------------------------


def results(**facets: dict[str, int]) -> Results:
    return Results(
        ids=(),
        total=0,
        page=1,
        pages=1,
        facets=Facets(
            groups={
                Group(name): tuple(
                    Counted(value=value, count=count) for value, count in counts.items()
                )
                for name, counts in facets.items()
            }
        ),
    )


def labels(options: tuple[FacetOption, ...]) -> list[str]:
    return [option.label for option in options]


def test_a_fixed_list_keeps_its_order_with_not_stated_last() -> None:
    (group,) = facet_groups(
        Criteria(), results(type={NOT_STATED: 9, "FULL_TIME": 1, "INTERN": 5}), {}
    )
    assert (group.name, group.label, group.open) == ("type", "Employment type", True)
    assert labels(group.options) == ["Full-time", "Internship", "Not stated"]


def test_countries_and_organizations_stand_by_count_then_name() -> None:
    country, organization = facet_groups(
        Criteria(),
        results(
            place={"FR": 1, "DE": 1, "JP": 4, NOT_STATED: 9},
            organization={"1": 1, "2": 3},
        ),
        {"1": "Inn", "2": "Bank"},
    )
    assert labels(country.options) == ["Japan", "France", "Germany", "Not stated"]
    assert labels(organization.options) == ["Bank", "Inn"]
    assert not organization.open


def test_values_past_ten_are_folded_but_never_a_chosen_one() -> None:
    counts = {str(number): 20 - number for number in range(12)}
    names = {key: f"Employer {key}" for key in counts}
    (group,) = facet_groups(
        Criteria(organizations=("11",)), results(organization=counts), names
    )
    assert len(group.options) == 11
    assert labels(group.more) == ["Employer 10"]
    assert (group.chosen, group.open, group.options[-1].chosen) == (1, True, True)


def test_every_chosen_value_is_a_chip_that_takes_it_away() -> None:
    criteria = Criteria(
        words="cook",
        employment_types=("FULL_TIME",),
        organizations=("7",),
        include_closed=True,
    )
    found = [
        (each.group, each.label, each.remove_url)
        for each in chips(criteria, {"7": "Inn"})
    ]
    assert found == [
        ("Type", "Full-time", "/?q=cook&organization=7&closed=1"),
        ("Organization", "Inn", "/?q=cook&type=FULL_TIME&closed=1"),
        ("Status", "Open and closed", "/?q=cook&type=FULL_TIME&organization=7"),
    ]
