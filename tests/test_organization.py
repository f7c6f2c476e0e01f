"""An organization's page: what the list has, for its own jobs, at its own address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from postings.models import Organization
from postings.search import index
from postings.search.criteria import Criteria, Employer
from tests import factories as make
from tests.factories import PARIS
from tests.test_list import parsed, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def inn() -> Organization:
    """Two cooks, a waiter in Paris and a clerk who has gone, beside a bank's cook."""
    row = make.make_organization("Inn")
    pay: dict[str, Any] = {
        "base_salary_currency": "EUR",
        "base_salary_min_value": 60000,
        "base_salary_unit_text": "YEAR",
    }
    make.make_posting(title="Cook", organization=row, industry=["Food"], **pay)
    make.make_posting(title="Pastry cook", organization=row, industry=["Food"])
    make.make_posting(
        title="Waiter", organization=row, places=(PARIS,), employment_type=["INTERN"]
    )
    make.make_closed_posting(title="Clerk", organization=row)
    make.make_posting(title="Cook of the bank", organization="Bank", industry=["Money"])
    return row


def at(organization: Organization, query: str = "") -> str:
    return organization.get_absolute_url() + (f"?{query}" if query else "")


def titles(page: Any) -> list[str]:
    return [str(each.text_content()) for each in page.xpath("//ol[@class='cards']//h3")]


def heading(page: Any) -> str:
    return str(page.xpath("normalize-space(//h2[@class='sentence'])"))


def facets(page: Any) -> dict[str, list[tuple[str, str]]]:
    """Every group's options with their counts, as they are read."""
    return {
        group.get("id"): [
            (
                option.xpath("string(span)"),
                option.xpath("string(small)"),
            )
            for option in group.xpath(".//label")
        ]
        for group in page.xpath("//*[@id='filters']/details")
    }


# --- What is found --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found", "said"),
    [
        ("", {"Cook", "Pastry cook", "Waiter"}, "3 open jobs"),
        ("q=cook", {"Cook", "Pastry cook"}, "2 open jobs for cook"),
        ("q=cooks+-pastry", {"Cook"}, "1 open job for cooks -pastry"),
        ("where=Paris", {"Waiter"}, "1 open job within 25 km of Paris"),
        ("type=INTERN", {"Waiter"}, "1 open job"),
        ("place=DE&industry=Food", {"Cook", "Pastry cook"}, "2 open jobs"),
        ("paid=1", {"Cook"}, "1 open job"),
        (
            "closed=1",
            {"Cook", "Pastry cook", "Waiter", "Clerk"},
            "4 jobs, open and closed",
        ),
        ("q=clerk&closed=1", {"Clerk"}, "1 job, open or closed for clerk"),
        ("industry=Money", set(), "No open jobs"),
    ],
)
def test_words_and_filters_find_among_its_own_jobs(
    client: Client, inn: Organization, query: str, found: set[str], said: str
) -> None:
    page = parsed(client, at(inn, query))
    assert set(titles(page)) == found
    assert heading(page) == said
    assert page.xpath("string(//h1)") == "Inn"
    assert page.xpath("normalize-space(//title)") == "Inn · Open Postings"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=cook",
        "type=FULL_TIME",
        "place=FR&type=INTERN",
        "pay=EUR50000",
        "closed=1",
    ],
)
def test_filters_and_counts_are_the_list_s_for_this_organization(
    client: Client, inn: Organization, query: str
) -> None:
    own = facets(parsed(client, at(inn, query)))
    listed = facets(parsed(client, f"/?organization={inn.pk}&{query}"))
    assert "facet-organization" in listed
    del listed["facet-organization"]
    assert own == listed
    assert own["facet-type"]


@pytest.mark.parametrize(
    ("query", "found", "said"),
    [
        (
            "q=paiter",
            {"Waiter"},
            "Nothing here says paiter. Showing results for waiter.",
        ),
        ("q=pasty+cook", {"Pastry cook"}, "Nothing here says pasty cook. Showing"),
        ("q=past", {"Pastry cook"}, ""),
        ("q=painter", set(), ""),
        ("q=paintr", set(), ""),
        ("q=cook+painter", {"Cook", "Pastry cook"}, "No job has all of these words."),
        ("q=pasty&type=INTERN", set(), "Nothing here says pasty. Showing"),
        ("q=clark", set(), ""),
        ("q=clark&closed=1", {"Clerk"}, "Nothing here says clark. Showing"),
    ],
)
def test_words_are_mended_by_those_of_its_own_jobs(
    client: Client, inn: Organization, query: str, found: set[str], said: str
) -> None:
    make.make_posting(title="Painter", organization="Bank")
    make.make_posting(title="Painter", organization="Bank")
    page = parsed(client, at(inn, query))
    understood = " ".join(
        page.xpath("string(//*[contains(@class, 'understood')])").split()
    )
    assert set(titles(page)) == found
    assert understood.startswith(said)
    assert bool(understood) is bool(said)


def test_matched_words_are_marked(client: Client, inn: Organization) -> None:
    page = parsed(client, at(inn, "q=pastry"))
    assert page.xpath("//h3//mark/text()") == ["Pastry"]


def test_the_facts_are_of_all_its_jobs_whatever_is_asked_for(
    client: Client, inn: Organization
) -> None:
    page = parsed(client, at(inn, "q=cook&type=FULL_TIME"))
    (about,) = page.xpath("//section[@class='about']")
    said = " ".join(about.text_content().split())
    assert said.startswith("Jobs 3 open jobs 1 closed job Places ")
    assert about.xpath(".//a/@href") == [at(inn, "closed=1")]


def test_while_there_is_no_index_its_newest_jobs_are_shown_and_no_other_s(
    client: Client, inn: Organization, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with override_settings(SEARCH_DIR=path):
        page = parsed(client, at(inn, "q=waiter"))
        index.forget()
    assert "The search is being prepared." in page.text_content()
    assert titles(page) == ["Waiter", "Pastry cook", "Cook"]


# --- Where its links lead -------------------------------------------------------------


def inside(page: Any) -> Iterator[str]:
    """Addresses that ask the page for something else."""
    for part in ("//*[@class='list-head']", "//*[@id='filters']", "//*[@id='results']"):
        for address in page.xpath(f"{part}//a/@href"):
            if not re.match(r"/(jobs/|shortlist/|feed\.)", address):
                yield address


@pytest.mark.parametrize(
    "query",
    ["q=cook&type=FULL_TIME&place=DE&pay=EUR1", "closed=1&sort=closing"],
)
def test_chips_orders_and_pages_stay_on_the_page(
    client: Client, inn: Organization, query: str
) -> None:
    for number in range(25):
        make.make_posting(title=f"Cook {number}", organization=inn)
    page = parsed(client, at(inn, query))
    addresses = list(inside(page))
    assert addresses
    for address in addresses:
        assert address.partition("?")[0] == inn.get_absolute_url()
        assert "organization=" not in address
    (form,) = page.xpath("//form[@id='search']")
    assert form.get("action") == inn.get_absolute_url()
    assert len(page.xpath("//*[@class='sorts']//li")) >= 3


def test_a_page_and_an_order_are_those_of_the_search(
    client: Client, inn: Organization
) -> None:
    for number in range(41):
        make.make_posting(title=f"Cook {number}", organization=inn)
    page = client.get(at(inn, "q=cook&sort=closing&page=2"))
    shown, links = page.context["results"], page.context["pagination"]
    assert (shown.page, shown.pages, shown.first, shown.last) == (2, 3, 21, 40)
    assert links.previous_url == at(inn, "q=cook&sort=closing")
    assert links.next_url == at(inn, "q=cook&sort=closing&page=3")
    last = client.get(at(inn, "q=cook&page=9"))
    assert last.context["results"].page == 3
    assert last.context["ignored"] == ["There is no page 9; this is the last, page 3."]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=cook&where=Berlin&within=50",
        "type=FULL_TIME&type=INTERN&workplace=on_site",
        "place=DE//Berlin&place=FR&sort=closing",
        "pay=EUR50000&paid=1&posted=30&closed=1",
    ],
)
def test_sent_again_unchanged_the_form_asks_for_the_same(
    client: Client, inn: Organization, query: str
) -> None:
    asked = sorted("=".join(pair) for pair in sent(parsed(client, at(inn, query))))
    assert asked == sorted(filter(None, query.split("&")))


def test_without_scripts_what_is_left_empty_is_dropped_by_a_redirect(
    client: Client, inn: Organization
) -> None:
    response = client.get(at(inn, "q=cook&where=&within=&type=&page=1"))
    assert (response.status_code, response.headers["Location"]) == (
        302,
        at(inn, "q=cook"),
    )


def test_a_wrong_slug_moves_with_all_that_was_asked_for(
    client: Client, inn: Organization
) -> None:
    response = client.get(f"/organizations/{inn.pk}/x/?q=cook&type=FULL_TIME")
    assert response.status_code == 301
    assert response.headers["Location"] == at(inn, "q=cook&type=FULL_TIME")


# --- What is ignored ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("organization=none", ["“none”"]),
        ("organization=999999&organization=none", ["“999999”", "“none”"]),
        ("organization=OWN", []),
        ("organization=BANK&organization=OWN", ["“BANK”"]),
        ("organization=%F0%9F%8F%A0", ["“🏠”"]),
    ],
)
def test_no_other_organization_can_be_asked_for(
    client: Client, inn: Organization, query: str, said: list[str]
) -> None:
    keys = {
        "OWN": str(inn.pk),
        "BANK": str(Organization.objects.get(name="Bank").pk),
    }
    for name, key in keys.items():
        query = query.replace(name, key)
        said = [each.replace(name, key) for each in said]
    page = client.get(at(inn, query))
    assert page.context["ignored"] == [
        f"Only jobs of this organization are here; {value} was ignored."
        for value in said
    ]
    assert page.context["chips"] == ()
    assert page.context["results"].total == 3
    assert page.context["canonical"].endswith(inn.get_absolute_url())


@pytest.mark.parametrize(
    "query", ["type=x", "sort=x", "page=abc", "place=Atlantis", f"q={'word+' * 2000}"]
)
def test_a_bad_parameter_gets_a_working_page_that_says_so(
    client: Client, inn: Organization, query: str
) -> None:
    page = client.get(at(inn, query))
    assert page.status_code == 200
    (sentence,) = page.context["ignored"]
    assert sentence in page.content.decode().replace("&quot;", '"')


# --- Nothing found, and nothing open --------------------------------------------------


def test_nothing_found_offers_ways_out_here_and_among_all_organizations(
    client: Client, inn: Organization
) -> None:
    page = client.get(at(inn, "q=bank&type=FULL_TIME"))
    offers = [
        (each.label, each.url, each.count) for each in page.context["alternatives"]
    ]
    assert offers == [
        ("Remove bank", at(inn, "type=FULL_TIME"), 2),
        ("Search all organizations", "/?q=bank&type=FULL_TIME", 1),
        ("All open jobs of Inn", at(inn), 3),
    ]


def test_an_organization_whose_jobs_have_closed_says_so_and_shows_them(
    client: Client,
) -> None:
    mill = make.make_organization("Mill")
    make.make_closed_posting(title="Miller", organization=mill)
    make.make_posting(title="Cook", organization="Inn")
    page = parsed(client, at(mill))
    assert heading(page) == "No open jobs"
    assert "Every job here has closed" in page.text_content()
    ways = page.xpath("//*[@class='alternatives']//a/@href")
    assert ways == [at(mill, "closed=1"), "/", "/organizations/"]
    assert titles(parsed(client, at(mill, "closed=1"))) == ["Miller"]


# --- For search engines, and what it costs --------------------------------------------


@pytest.mark.parametrize(
    ("query", "canonical", "robots"),
    [
        ("", "", ""),
        ("page=2", "page=2", ""),
        ("page=99", "page=2", ""),
        ("utm_source=x", "", ""),
        ("sort=closing", "sort=closing", "noindex"),
        ("type=FULL_TIME&q=cook", "q=cook&type=FULL_TIME", "noindex"),
        ("closed=1&page=2", "closed=1&page=2", "noindex"),
    ],
)
def test_search_engines_are_told_as_on_the_list(
    client: Client, inn: Organization, query: str, canonical: str, robots: str
) -> None:
    for number in range(20):
        make.make_posting(title=f"Cook {number}", organization=inn)
    page = client.get(at(inn, query))
    assert page.context["canonical"] == f"http://127.0.0.1:8000{at(inn, canonical)}"
    assert page.context["robots"] == robots


#: The organization, its postings and its open ones counted, what the index is to be in
#: step with, the cards, the places and the industries, and the counts of the site, once
#: a minute. Words take one for the texts they are marked in, a place two for where it
#: and what is near it are; organizations are named by none.
@pytest.mark.parametrize(
    ("query", "queries"),
    [
        ("", 8),
        ("page=2", 8),
        ("type=FULL_TIME&closed=1&sort=pay", 8),
        ("organization=1&organization=none&organization=999999", 8),
        ("q=cook", 9),
        ("q=cook&where=Berlin", 12),
    ],
)
def test_the_page_costs_few_queries(
    client: Client,
    inn: Organization,
    query: str,
    queries: int,
    django_assert_num_queries: Any,
) -> None:
    for number in range(25):
        make.make_posting(title=f"Cook {number}", organization=inn)
    index.current()
    with django_assert_num_queries(queries):
        assert client.get(at(inn, query)).status_code == 200


# --- Suggestions ----------------------------------------------------------------------


def test_what_is_typed_is_completed_from_its_own_jobs(
    client: Client, inn: Organization
) -> None:
    address = reverse("suggest")
    assert client.get(address, {"what": "co"}).json() == [
        "Cook",
        "Cook of the bank",
        "Pastry cook",
    ]
    own = f"{address}?organization={inn.pk}"
    assert client.get(f"{own}&what=co").json() == ["Cook", "Pastry cook"]
    assert client.get(f"{own}&where=par").json() == ["Paris, France"]
    bank = Organization.objects.get(name="Bank").pk
    assert client.get(f"{address}?organization={bank}&where=par").json() == []
    assert client.get(f"{address}?organization=%F0%9F%8F%A0&what=co").json() == []
    (form,) = parsed(client, at(inn)).xpath("//form[@id='search']")
    assert form.get("data-suggest") == own


# --- Criteria -------------------------------------------------------------------------


def test_criteria_of_an_employer_s_own_page_never_leave_it() -> None:
    inn = Employer(key="7", name="Inn", url="/organizations/7/inn/")
    asked = Criteria(words="cook", employment_types=("INTERN",), employer=inn)
    assert asked.params() == [("q", "cook"), ("type", "INTERN")]
    assert asked.url(page=2) == "/organizations/7/inn/?q=cook&type=INTERN&page=2"
    assert asked.without_filters().url() == "/organizations/7/inn/?q=cook"
    assert asked.everything().url() == "/organizations/7/inn/"
    assert asked.everything().is_everything
    assert not asked.is_everything
    assert asked.everything() != Criteria()
