"""What is offered to somebody who types: of open postings, the commonest first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from postings.schemaorg import Place
from postings.search import index, schema, suggestions
from postings.search.document import PARTED
from postings.search.known import Known
from postings.search.located import label
from postings.search.places.names import Kind
from postings.search.places.where import resolve
from postings.wording import country_name
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def place(country: str, town: str, region: str = "") -> Place:
    return Place(address_locality=town, address_region=region, address_country=country)


def test_titles_skills_and_employers_that_begin_so_come_by_their_number() -> None:
    for _each in range(2):
        make.make_posting(title="Pipe fitter", skills=["Piano tuning"])
    make.make_posting(title="Cook", organization="Pickle & Sons")
    assert suggestions.what("pi", NOW) == [
        "Piano tuning", "Pipe fitter", "Pickle & Sons",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ingé", ["Ingénieur son"]),
        ("INGE", ["Ingénieur son"]),
        ("ソフト", ["ソフトウェアエンジニア"]),
        ("c++ d", ["C++ developer"]),
        ("son", ["Ingénieur son"]),
        ("son inge", ["Ingénieur son"]),
        ("i", []),
        ("", []),
        ("ingénieur lumière", []),
        ("x" * 5000, []),
        ('"-(', []),
    ],
)
def test_what_is_typed_is_read_as_a_search_is(typed: str, offered: list[str]) -> None:
    for title in ("Ingénieur son", "ソフトウェアエンジニア", "C++ developer"):
        make.make_posting(title=title, organization=None)
    assert suggestions.what(typed, NOW) == offered


def test_one_title_in_several_cases_is_offered_once_as_most_write_it() -> None:
    for title in ("COOK", "Cook", "Cook"):
        make.make_posting(title=title)
    assert suggestions.what("co", NOW) == ["Cook"]


def test_only_what_is_open_and_shown_is_offered() -> None:
    make.make_closed_posting(title="Cook", places=[place("FR", "Cognac")])
    make.make_posting(title="Cooper", hidden=True)
    make.make_posting(title="Cobbler", published_at=NOW + timedelta(days=1))
    assert suggestions.what("co", NOW) == []
    assert suggestions.where("cog", NOW) == []
    assert suggestions.common(NOW) == suggestions.Common()


def test_at_most_eight_are_offered() -> None:
    for number in range(12):
        make.make_posting(title=f"Cook {number}", places=[place("DE", f"Cott{number}")])
    assert len(suggestions.what("coo", NOW)) == suggestions.MOST
    assert len(suggestions.where("cott", NOW)) == suggestions.MOST


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("mun", ["München, Germany"]),
        ("münchen, g", ["München, Germany"]),
        ("münchen, f", []),
        ("aus", ["Austin, Texas, United States"]),
        ("united s", ["United States"]),
        ("spring", [
            "Springfield, Illinois, United States",
            "Springfield, Massachusetts, United States",
        ]),
        ("", []),
        (",", []),
        ("x" * 5000, []),
    ],
)  # fmt: skip
def test_places_are_offered_with_what_tells_them_apart(
    typed: str, offered: list[str]
) -> None:
    make.make_posting(places=[place("DE", "München", "Bayern")])
    make.make_posting(places=[place("US", "Austin", "TX")])
    make.make_posting(places=[place("US", "Springfield", "IL")])
    make.make_posting(places=[place("US", "Springfield", "MA")])
    assert sorted(suggestions.where(typed, NOW)) == offered


def test_every_town_of_the_sample_is_offered_and_understood_again() -> None:
    call_command("load_sample", verbosity=0)
    at = timezone.now()
    opened = index.current()
    assert opened is not None
    known = Known(opened.searcher)
    terms = opened.searcher.terms_with_prefix(schema.SUGGEST_WHERE, "")
    open_towns = 0
    for term, _count in terms:
        folded, _, path = term.partition(PARTED)
        country, *inner = path.split("/")
        for offered in suggestions.where(folded, at):
            if not offered.startswith(label(path)):
                continue
            found = resolve(offered, known, "en")
            area = found.chosen
            assert area is not None, offered
            assert not found.left_out, offered
            assert area.country == country, offered
            if len(inner) > 1 and area.kind is Kind.TOWN:
                assert area.town == label(path), offered
                open_towns += 1
            assert country_name(country) in offered
    assert open_towns > 20


def test_the_commonest_are_in_the_page_before_anything_is_typed(client: Client) -> None:
    make.make_posting(title="Cook", skills=["Soups"], organization=None)
    html = client.get("/").content.decode()
    assert "<option>Soups</option>" in html
    assert "<option>Berlin, Germany</option>" in html


def test_suggestions_are_a_list_of_texts_anybody_may_keep(client: Client) -> None:
    make.make_posting(title="Cook", organization=None)
    address = reverse("suggest")
    answer = client.get(address, {"what": " cook\n"})
    assert answer.json() == ["Cook"]
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert client.get(address, {"where": "berl"}).json() == ["Berlin, Germany"]
    assert client.get(address).json() == []
    assert client.post(address).status_code == 405
