"""The pages as a visitor meets them: status, content, links and costs."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from postings import schemaorg
from postings.models import JobPosting, Tombstone
from postings.search import index
from postings.templatetags.postings import monogram
from tests import factories as make
from tests.factories import FAR, GERMANY, PARIS

pytestmark = pytest.mark.django_db


@contextmanager
def without_index() -> Iterator[None]:
    """While the index cannot be written, as while it is built from a large database."""
    cache.clear()
    with override_settings(SEARCH_DIR="/dev/null"):
        yield
        index.forget()
    cache.clear()


def html(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def markup(page: str) -> dict[str, Any] | None:
    found = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL
    )
    return json.loads(found[1]) if found else None


# --- The list -------------------------------------------------------------------------


def test_the_list_shows_open_postings_newest_first(client: Client) -> None:
    make.make_posting(title="Older", posted_at=make.NOW - timedelta(days=20))
    make.make_posting(title="Newer")
    make.make_closed_posting(title="Closed one")
    page = client.get("/")
    cards = page.context["results"].cards
    assert [card.title for card in cards] == ["Newer", "Older"]
    assert page.context["sentence"].count == "2 open jobs"
    assert page.context["canonical"].endswith(":8000/")
    assert page.context["robots"] == ""
    assert "Closed one" not in page.content.decode()


def test_the_list_says_what_was_searched_for(client: Client) -> None:
    make.make_posting(title="Cook")
    make.make_posting(title="Clerk")
    page = client.get("/?q=cook&where=Berlin&type=FULL_TIME")
    assert [card.title for card in page.context["results"].cards] == ["Cook"]
    assert page.context["sentence"].what == "cook"
    assert page.context["sentence"].where == "Berlin"
    assert page.context["filter_count"] == 1
    assert page.context["clear_url"] == "/?q=cook&where=Berlin"
    assert page.context["robots"] == "noindex"


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ("/?q=&where=", "/"),
        ("/?q=cook&where=&type=", "/?q=cook"),
        ("/?page=1", "/"),
        ("/?type=&type=FULL_TIME&page=1", "/?type=FULL_TIME"),
        ("/?q=%00", "/"),
        ("/?utm_source=x&q=", "/?utm_source=x"),
    ],
)
def test_empty_parameters_are_dropped_by_a_redirect(
    client: Client, given: str, target: str
) -> None:
    response = client.get(given)
    assert (response.status_code, response.headers["Location"]) == (302, target)


@pytest.mark.parametrize(
    "query",
    [
        "page=abc",
        "page=0",
        "page=-1",
        f"page={10**9}",
        "page=999999999999999999999999999999",
        "type=x",
        "place=Atlantis",
        "organization=99999999999999999999",
        "workplace=%F0%9F%8F%A0",
        f"q={'word+' * 2000}",
        f"where={'x' * 2000}",
    ],
)
def test_a_bad_parameter_gets_a_working_page_that_says_so(
    client: Client, query: str
) -> None:
    make.make_posting()
    page = client.get(f"/?{query}")
    assert page.status_code == 200
    (sentence,) = page.context["ignored"]
    assert sentence in page.content.decode().replace("&quot;", '"')


@pytest.mark.parametrize("query", ["q=%00a", "nonsense=1", "q=%25", "q='%22<b>", "q=("])
def test_an_odd_parameter_is_harmless(client: Client, query: str) -> None:
    make.make_posting()
    page = client.get(f"/?{query}")
    assert page.status_code == 200
    assert page.context["ignored"] == []
    assert "<b>'" not in page.content.decode()


def test_the_list_is_cut_into_pages(client: Client) -> None:
    for _ in range(45):
        make.make_posting(title="Cook")
    page = client.get("/?q=cook&page=2")
    shown = page.context["results"]
    assert (shown.page, shown.pages, shown.first, shown.last) == (2, 3, 21, 40)
    links = page.context["pagination"]
    assert (links.previous_url, links.next_url) == ("/?q=cook", "/?q=cook&page=3")
    assert [link.number for link in links.numbers] == [1, 2, 3]
    last = client.get("/?q=cook&page=999999")
    assert last.context["results"].page == 3
    assert last.context["canonical"].endswith("/?q=cook&page=3")


def test_nothing_found_offers_changes_that_find_something(client: Client) -> None:
    make.make_posting(title="Cook")
    make.make_posting(title="Waiter", employment_type=["PART_TIME"])
    make.make_closed_posting(title="Waiter", employment_type=["INTERN"])
    page = client.get("/?q=waiter&type=INTERN")
    offers = {
        each.label: (each.url, each.count) for each in page.context["alternatives"]
    }
    assert offers == {
        "Remove Internship": ("/?q=waiter", 1),
        "Include closed jobs": ("/?q=waiter&type=INTERN&closed=1", 1),
        "All open jobs": ("/", 2),
    }


def test_nothing_found_offers_to_drop_a_word_or_the_place(client: Client) -> None:
    make.make_posting(title="Gardener")
    page = client.get("/?q=haskell+gardener&where=Ulm")
    labels = [each.label for each in page.context["alternatives"]]
    assert labels == ["All open jobs"]
    page = client.get("/?q=gardener&where=Ulm")
    labels = [each.label for each in page.context["alternatives"]]
    assert labels == ["Search gardener anywhere", "All open jobs"]


def test_what_only_closed_postings_say_is_offered_also_with_a_mistake(
    client: Client,
) -> None:
    make.make_posting(title="Cook")
    make.make_closed_posting(title="Sommelier")
    page = client.get("/?q=sommelir")
    offers = [(each.url, each.count) for each in page.context["alternatives"]]
    assert offers == [("/?q=sommelir&closed=1", 1), ("/", 1)]
    page = client.get("/?q=sommelir&closed=1")
    assert [card.title for card in page.context["results"].cards] == ["Sommelier"]


def test_how_many_state_no_pay_is_said_where_a_least_pay_is_chosen(
    client: Client,
) -> None:
    for amount in (40_000, 60_000, 70_000):
        make.make_posting(
            base_salary_currency="EUR",
            base_salary_yearly_min_value=amount,
            base_salary_yearly_max_value=amount,
        )
    make.make_posting()
    page = client.get("/?pay=EUR50000")
    assert "3 open jobs" in page.text
    assert "1 of these jobs states no pay in Euro (EUR)." in page.text
    only = '<a href="/?pay=EUR50000&amp;paid=1">Only with pay stated: 2</a>'
    assert only in page.text
    page = client.get("/?pay=EUR50000&paid=1")
    assert "2 open jobs" in page.text
    for address in ("/", "/?pay=EUR", "/?pay=EUR50000&paid=1", "/?paid=1"):
        assert "no pay in" not in client.get(address).text
    page = client.get("/?pay=EUR90000")
    assert "1 of these jobs states no pay in Euro (EUR)." in page.text
    assert "Only with pay stated: " not in page.text


def test_what_a_mistake_is_replaced_by_is_spelt_as_postings_spell_it(
    client: Client,
) -> None:
    make.make_posting(title="Köchin", in_language="de")
    page = client.get("/?q=Köchhin")
    assert "Showing results for <b>köchin</b>." in page.text
    assert page.context["sentence"].what == "köchin"


@pytest.mark.parametrize("where", ["Remote", "home office", "Télétravail"])
def test_remote_for_a_place_leads_to_remote_jobs(client: Client, where: str) -> None:
    make.make_posting(title="Cook")
    make.make_posting(title="Writer", job_location_type="TELECOMMUTE", places=())
    page = client.get("/", {"where": where, "type": "FULL_TIME", "within": "50"})
    assert page.context["understood"].unknown == where
    (other,) = page.context["understood"].others
    assert f'<a href="{other.url.replace("&", "&amp;")}">Remote jobs</a>' in page.text
    page = client.get(other.url)
    assert [card.title for card in page.context["results"].cards] == ["Writer"]


def test_other_places_that_may_be_meant_are_links(client: Client) -> None:
    springfields = [
        schemaorg.Place(
            address_locality="Springfield", address_region=region, address_country="US"
        )
        for region in ("IL", "IL", "MO")
    ]
    for place in springfields:
        make.make_posting(title=f"Cook in {place.address_region}", places=(place,))
    page = client.get("/?q=cook&where=Springfield")
    assert {card.title for card in page.context["results"].cards} == {"Cook in IL"}
    first = page.context["understood"].others[0]
    assert first.text == "Springfield, Missouri, United States"
    assert first.url.replace("&", "&amp;") in page.content.decode()
    page = client.get(first.url)
    assert {card.title for card in page.context["results"].cards} == {"Cook in MO"}


@pytest.mark.parametrize("where", ["Paris, Germany", "Paris Germany"])
def test_what_of_a_place_is_left_out_is_said_and_offered(
    client: Client, where: str
) -> None:
    make.make_posting(title="Cook")
    make.make_posting(title="Chef", places=(PARIS,))
    page = client.get("/", {"where": where})
    assert [card.title for card in page.context["results"].cards] == ["Cook"]
    assert "In <b>Germany</b>." in page.text
    assert "Not known there and left out: <i>Paris</i>." in page.text
    first = page.context["understood"].others[0]
    assert first.text == "Paris, France"
    assert f'<a href="{first.url}">Paris, France</a>' in page.text
    page = client.get(first.url)
    assert [card.title for card in page.context["results"].cards] == ["Chef"]
    assert "left out" not in page.text


def test_where_nothing_has_all_words_any_of_them_will_do(client: Client) -> None:
    make.make_posting(title="Gardener")
    page = client.get("/?q=haskell+gardener")
    assert page.context["understood"].any_word
    assert [card.title for card in page.context["results"].cards] == ["Gardener"]


def test_an_alternative_is_one_change_or_everything(client: Client) -> None:
    make.make_posting(title="Cook", employment_type=["INTERN"])
    make.make_posting(title="Clerk", places=(PARIS,))
    make.make_closed_posting(title="Old cook", places=(PARIS,))
    page = client.get("/?q=old+cook&where=Paris&type=INTERN&place=DE")
    assert [each.url for each in page.context["alternatives"]] == ["/"]
    page = client.get("/?where=Paris&type=INTERN")
    offers = [(each.label, each.url) for each in page.context["alternatives"]]
    assert offers == [
        ("Remove Internship", "/?where=Paris"),
        ("Remove Paris", "/?type=INTERN"),
        ("All open jobs", "/"),
    ]
    page = client.get("/?q=waiter&where=Paris&type=FULL_TIME")
    offers = [(each.label, each.url) for each in page.context["alternatives"]]
    assert offers == [
        ("Remove waiter", "/?where=Paris&type=FULL_TIME"),
        ("All open jobs", "/"),
    ]


def test_an_empty_site_says_how_to_load_postings(client: Client) -> None:
    page = client.get("/")
    assert page.context["site_empty"]
    assert "manage.py load_sample" in page.content.decode()


def test_a_site_with_closed_postings_only_says_so(client: Client) -> None:
    make.make_closed_posting()
    page = client.get("/")
    assert (page.context["site_empty"], page.context["only_closed"]) == (False, True)
    assert page.context["closed_url"] == "/?closed=1"
    assert [
        card.closed for card in client.get("/?closed=1").context["results"].cards
    ] == ["Closed 23 May 2025"]


def test_no_card_or_facet_has_empty_words(client: Client) -> None:
    make.make_posting(
        organization=None,
        places=(),
        employment_type=[],
        excerpt="",
        in_language="",
        date_posted=None,
    )
    page = client.get("/")
    (card,) = page.context["results"].cards
    assert (card.place, card.employment, card.pay, card.lang, card.dir) == (
        "",
        "",
        None,
        "",
        "auto",
    )
    assert "None" not in re.sub("<[^>]*>", "", page.content.decode())


#: One for the organizations' names, one for the cards, one for what the index is to be
#: in step with, two for the counts of the site, once a minute, and two for what is
#: suggested before anything is typed, once in ten; words take one for the texts they are
#: marked in, a place two for where it and what is near it are, and chosen organizations
#: one, which finds out whether they are any.
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 7),
        ("/?q=cook&where=Berlin", 11),
        ("/?type=FULL_TIME&closed=1", 7),
        ("/?organization=%s", 8),
        ("/?organization=%s&organization=none&organization=999999", 8),
    ],
)
def test_the_list_costs_few_queries(
    client: Client, address: str, queries: int, django_assert_num_queries: Any
) -> None:
    for number in range(25):
        posting = make.make_posting(title="Cook", organization=f"Inn {number}")
    index.current()
    with django_assert_num_queries(queries):
        html(client, address.replace("%s", str(posting.hiring_organization_id)))


# --- A posting ------------------------------------------------------------------------


def test_an_open_posting_has_its_facts_markup_and_canonical_address(
    client: Client,
) -> None:
    posting = make.make_posting(
        title="Cook",
        valid_through=FAR,
        url="https://careers.example/1?a=1&b=2",
        description="<h2>What</h2>\n<p>You <strong>cook</strong>.</p>",
    )
    page = html(client, posting.get_absolute_url())
    assert "<p>You <strong>cook</strong>.</p>" in page
    assert "Apply at careers.example" in page
    assert 'href="https://careers.example/1?a=1&amp;b=2" rel="nofollow noopener' in page
    address = f"http://127.0.0.1:8000{posting.get_absolute_url()}"
    assert f'<link rel="canonical" href="{address}">' in page
    assert "noindex" not in page
    node = markup(page)
    assert node is not None
    assert (node["@type"], node["title"]) == ("JobPosting", "Cook")


@pytest.mark.parametrize(
    "columns",
    [
        {"valid_through": make.NOW},
        {"withdrawn_at": make.NOW, "withdrawn_reason": "gone"},
    ],
)
def test_a_posting_that_is_over_is_kept_without_markup_or_a_way_to_apply(
    client: Client, columns: dict[str, Any]
) -> None:
    posting = make.make_posting(
        title="Cook",
        url="https://careers.example/1",
        application_contact_email="ada@a.example",
        **columns,
    )
    page = html(client, posting.get_absolute_url())
    assert "no longer takes applications" in page
    assert '<meta name="robots" content="noindex">' in page
    assert "ld+json" not in page
    assert "https://careers.example" not in page
    assert "mailto:" not in page


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"published_at": None}, 404),
        ({"published_at": FAR}, 404),
        ({"hidden": True}, 404),
        ({"deleted_at": make.NOW}, 410),
        ({"deleted_at": make.NOW, "hidden": True}, 410),
    ],
)
def test_what_is_not_visible_has_no_page(
    client: Client, columns: dict[str, Any], status: int
) -> None:
    posting = make.make_posting(title="Secret cook", **columns)
    page = html(client, posting.get_absolute_url(), status)
    assert "Secret cook" not in page
    assert html(client, f"/jobs/{posting.pk}/other/", status)
    assert "noindex" in page


def test_a_removed_posting_leads_to_open_ones_like_it(client: Client) -> None:
    removed = make.make_posting(title="Secret cook", deleted_at=make.NOW)
    for _number in range(4):
        make.make_posting(title="Cook")
    offer = "<span>Open jobs like it</span>"
    page = html(client, removed.get_absolute_url(), 410)
    assert re.search(rf'href="(/\?[^"]+)">{offer}\s*<b>4 jobs</b>', page)
    assert "Secret" not in page.replace("secret-cook", "")
    JobPosting.objects.filter(pk=removed.pk).update(hidden=True)
    assert offer not in html(client, removed.get_absolute_url(), 410)


def test_a_purged_posting_is_gone(client: Client) -> None:
    Tombstone.objects.create(posting_id=77, revision=1)
    assert "removed" in html(client, "/jobs/77/cook/", 410)


@pytest.mark.parametrize("pk", ["0", "99999", "9" * 30])
def test_an_unknown_posting_is_not_found(client: Client, pk: str) -> None:
    html(client, f"/jobs/{pk}/cook/", 404)
    html(client, f"/organizations/{pk}/inn/", 404)


def test_a_wrong_slug_moves_permanently_with_its_query(client: Client) -> None:
    posting = make.make_posting(title="Cook")
    response = client.get(f"/jobs/{posting.pk}/waiter/?a=1&b=%C3%A9")
    target = f"/jobs/{posting.pk}/cook/?a=1&b=%C3%A9"
    assert (response.status_code, response.headers["Location"]) == (301, target)
    organization = posting.hiring_organization
    assert organization is not None
    response = client.get(f"/organizations/{organization.pk}/x/?page=2")
    assert response.status_code == 301
    assert response.headers["Location"] == f"{organization.get_absolute_url()}?page=2"


def test_a_title_cannot_leave_its_place_in_the_markup(client: Client) -> None:
    title = "Cook </script><script>alert(1)</script> \u2028\u2029 & <!--"
    posting = make.make_posting(title=title)
    page = html(client, posting.get_absolute_url())
    assert "<script>alert" not in page
    assert "\u2028" not in page.split("</head>")[0].split("ld+json")[1]
    node = markup(page)
    assert node is not None
    assert node["title"] == title


def test_only_the_sanitised_text_is_not_escaped(client: Client) -> None:
    posting = make.make_posting(
        title="<i>Cook</i>",
        organization="<i>Inn</i>",
        places=(schemaorg.Place(address_locality="<i>Ulm</i>"),),
        skills=["<i>soup</i>"],
        description="<p><em>Soup</em></p>",
        excerpt="<i>x</i>",
        base_salary_text="<i>much</i>",
    )
    own = posting.hiring_organization
    assert own is not None
    for address in (
        "/",
        posting.get_absolute_url(),
        "/organizations/",
        "/?q=%3Ci%3E",
        own.get_absolute_url(),
        f"{own.get_absolute_url()}?q=%3Ci%3E+nothing&type=INTERN",
    ):
        assert "<i>" not in html(client, address)
    assert "<p><em>Soup</em></p>" in html(client, posting.get_absolute_url())


def test_no_address_of_a_picture_is_on_a_page(client: Client) -> None:
    organization = make.make_organization(
        "Inn", logo="https://media.example/l.png", image="https://media.example/i.png"
    )
    posting = make.make_posting(
        organization=organization,
        image="https://media.example/p.png",
        valid_through=FAR,
    )
    for address in ("/", organization.get_absolute_url()):
        assert "media.example" not in html(client, address)
    page = html(client, posting.get_absolute_url())
    assert "media.example" not in page.split("</head>")[1]
    assert "<img" not in page


def test_text_in_another_language_says_so(client: Client) -> None:
    posting = make.make_posting(title="طباخ", in_language="ar")
    page = html(client, posting.get_absolute_url())
    assert re.search(r'<h1 lang="ar" dir="rtl">\s*طباخ', page)


def test_similar_postings_are_open_and_others(client: Client) -> None:
    posting = make.make_closed_posting(title="Cook")
    for number in range(4):
        make.make_posting(title=f"Cook {number}")
    make.make_closed_posting(title="Old cook")
    page = client.get(posting.get_absolute_url())
    found = [card.title for card in page.context["similar"]]
    assert found == ["Cook 3", "Cook 2", "Cook 1", "Cook 0"]
    assert page.context["similar_url"] == "/?q=Cook&place=DE"
    assert page.context["similar_count"] == 4
    assert "See 4 open jobs like this" in page.content.decode()
    assert page.context["organization_counts"] == "4 open jobs"


def test_similar_postings_are_sought_more_widely_where_few_are_alike(
    client: Client,
) -> None:
    posting = make.make_posting(title="Vegan cook", organization="Inn")
    make.make_posting(title="Ship's cook", organization="Line")
    for number in range(3):
        make.make_posting(title="Smith", organization=f"Other {number}")
    page = client.get(posting.get_absolute_url())
    assert page.context["similar_url"] == "/?q=cook&place=DE"
    assert [card.title for card in page.context["similar"]] == ["Ship's cook"]


@pytest.mark.parametrize(
    ("title", "others", "words"),
    [
        (
            "Senior Python Engineer, Payments",
            ["Python Engineer"] * 3,
            "Python+Engineer",
        ),
        ("Bank Staff Nurse RMN/RNLD", ["Bank Nurse"], "Bank+Nurse"),
        ("Bank Staff Nurse RMN/RNLD", ["Registered Nurse"], "Nurse"),
        ("Baker (part-time)", ["Cook, part-time"], ""),
        ("Bussförare i Göteborg", ["Demenssjuksköterska, Göteborg"], ""),
        ("Cook", ["Baker", "Smith", "Clerk"], ""),
    ],
)
def test_alike_is_what_shares_words_of_the_job(
    client: Client, title: str, others: list[str], words: str
) -> None:
    posting = make.make_posting(title=title, organization=None, industry=[])
    for other in others:
        make.make_posting(title=other, organization=None, industry=[])
    page = client.get(posting.get_absolute_url())
    expected = f"/?q={words}&place=DE" if words else ""
    assert page.context["similar_url"] == expected
    assert len(page.context["similar"]) == (len(others) if words else 0)


def test_a_lonely_posting_has_no_similar_ones(client: Client) -> None:
    posting = make.make_posting()
    page = client.get(posting.get_absolute_url())
    assert (page.context["similar"], page.context["similar_url"]) == ([], "")


def test_a_posting_costs_few_queries(
    client: Client, django_assert_num_queries: Any
) -> None:
    posting = make.make_posting(
        places=[schemaorg.Place(address_locality=f"Town {n}") for n in range(9)],
        areas=[GERMANY],
        valid_through=FAR,
    )
    for number in range(9):
        make.make_posting(organization=f"Inn {number}")
    index.current()
    with django_assert_num_queries(10):
        html(client, posting.get_absolute_url())


# --- Tiles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("nordlicht", "N"),
        ("  „Eibe“", "E"),
        ("7 Düğme", "7"),
        ("مكتبة", "م"),
        ("ßoll", "ß"),
        ("e\u0301toile", "E\u0301"),
        ("…", "?"),
    ],
)
def test_a_tile_bears_the_first_letter(name: str, letter: str) -> None:
    tile = re.fullmatch(
        r'<span class="tile tile-(\d+)" aria-hidden="true">(.+)</span>',
        monogram(name).strip(),
    )
    assert tile
    assert tile[2] == letter
    assert int(tile[1]) in range(12)


def test_a_tile_without_a_name_has_no_colour() -> None:
    assert monogram(None).strip() == '<span class="tile" aria-hidden="true">?</span>'


# --- Organizations --------------------------------------------------------------------


def test_an_organization_shows_its_open_postings_and_counts_closed_ones(
    client: Client,
) -> None:
    inn = make.make_organization(
        "Inn", url="https://www.inn.example/", same_as=["javascript:alert(1)"]
    )
    make.make_posting(
        title="Cook", organization=inn, industry=["Food"], places=(PARIS,)
    )
    make.make_closed_posting(title="Waiter", organization=inn)
    make.make_posting(title="Elsewhere", organization="Bank")
    page = client.get(inn.get_absolute_url())
    assert [card.title for card in page.context["results"].cards] == ["Cook"]
    assert (page.context["counts"]["open"], page.context["counts"]["closed"]) == (1, 1)
    assert page.context["counts"]["closed_url"] == f"{inn.get_absolute_url()}?closed=1"
    assert (page.context["places"], page.context["industries"]) == ("Paris", "Food")
    assert [link.text for link in page.context["links"]] == ["inn.example"]
    assert page.context["robots"] == ""


def test_an_organization_without_open_postings_is_not_for_indexes(
    client: Client,
) -> None:
    posting = make.make_closed_posting(organization="Inn")
    organization = posting.hiring_organization
    assert organization is not None
    assert "noindex" in html(client, organization.get_absolute_url())


def test_an_organization_nobody_may_see_postings_of_is_not_found(
    client: Client,
) -> None:
    posting = make.make_posting(organization="Inn", hidden=True)
    organization = posting.hiring_organization
    assert organization is not None
    html(client, organization.get_absolute_url(), 404)


def test_the_organizations_are_those_with_open_postings(client: Client) -> None:
    make.make_posting(organization="Inn", places=(PARIS, make.BERLIN))
    make.make_posting(organization="Inn")
    make.make_posting(organization="Bank")
    make.make_closed_posting(organization="Mill")
    found = client.get("/organizations/").context["organizations"]
    expected = [("Bank", 1), ("Inn", 2)]
    assert [(row.name, count) for row, count in found] == expected
    with without_index():
        found = client.get("/organizations/").context["organizations"]
        names = [(name, None) for name, _count in expected]
        assert [(row.name, count) for row, count in found] == names


@pytest.mark.parametrize("page", ["abc", "0", "-1", "999999999"])
def test_a_wrong_page_of_organizations_is_one_that_works(
    client: Client, page: str
) -> None:
    posting = make.make_posting(organization="Inn")
    html(client, f"/organizations/?page={page}")
    assert posting.hiring_organization is not None
    html(client, f"{posting.hiring_organization.get_absolute_url()}?page={page}")


# --- Every page -----------------------------------------------------------------------


def test_pages_answer_get_and_head_and_nothing_else(client: Client) -> None:
    posting = make.make_posting()
    assert posting.hiring_organization is not None
    for address in (
        "/",
        "/organizations/",
        posting.get_absolute_url(),
        posting.hiring_organization.get_absolute_url(),
    ):
        head = client.head(address)
        assert (head.status_code, head.content) == (200, b"")
        for method in ("post", "put", "delete", "patch"):
            assert getattr(client, method)(address).status_code == 405


def test_pages_query_no_row_twice(
    client: Client, request: pytest.FixtureRequest
) -> None:
    posting = make.make_posting(organization="Inn")
    for number in range(8):
        make.make_posting(organization=f"Inn {number}")
    own = posting.hiring_organization
    assert own is not None
    for number in range(8):
        make.make_posting(title=f"Cook {number}", organization=own)
    request.getfixturevalue("no_repeated_queries")
    for address in (
        "/",
        posting.get_absolute_url(),
        "/organizations/",
        f"{own.get_absolute_url()}?q=cook",
    ):
        html(client, address)


def speaking(language: str) -> override_settings:
    """A site in this language: dates and names of countries are, words without a
    catalogue stay English."""
    return override_settings(LANGUAGE_CODE=language, LANGUAGES=[(language, language)])


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_pages_work_in_every_language(client: Client, language: str) -> None:
    posting = make.make_posting(
        valid_through=timezone.now() + timedelta(days=2),
        base_salary_min_value=30000,
        base_salary_max_value=40000,
        base_salary_currency="EUR",
        base_salary_unit_text="YEAR",
    )
    names = {"de": "Deutschland", "fr": "Allemagne", "es": "Alemania"}
    for address in ("/", posting.get_absolute_url(), "/?page=abc"):
        with speaking(language):
            response = client.get(address)
        assert response.status_code == 200
        assert names[language] in response.content.decode()


def test_every_page_of_the_sample_works_in_every_language(client: Client) -> None:
    call_command("load_sample", stdout=io.StringIO())
    rows = JobPosting.objects.visible(timezone.now()).select_related(
        "hiring_organization"
    )
    asked = "?q=nothing+here&type=INTERN&type=OTHER"
    addresses = ["/", "/organizations/", f"/{asked}"]
    addresses += [row.get_absolute_url() for row in rows]
    addresses += sorted(
        {
            row.hiring_organization.get_absolute_url()
            for row in rows
            if row.hiring_organization is not None
        }
    )
    assert len(addresses) > 60
    client.raise_request_exception = False
    failed = []
    for language in ("en", "de", "fr", "es", "de-at", "es-mx"):
        with speaking(language):
            failed += [
                f"{language} {address}"
                for address in addresses
                if client.get(address).status_code != 200
            ]
    assert failed == []


def test_the_words_of_a_source_bear_their_language(client: Client) -> None:
    posting = make.make_posting(
        in_language="de",
        base_salary_min_value=30000,
        base_salary_currency="EUR",
        base_salary_unit_text="YEAR",
        base_salary_text="ab 30.000 Euro, je nach Erfahrung",
        employment_type_text=["unbefristet"],
        job_immediate_start=True,
    )
    page = html(client, posting.get_absolute_url())
    for words in ("ab 30.000 Euro, je nach Erfahrung", "unbefristet"):
        assert f'As written: <span lang="de" dir="auto">{words}</span>' in page
    with speaking("de"):
        page = html(client, posting.get_absolute_url())
    assert '<span dir="auto">unbefristet</span>' in page


def test_the_site_counts_what_is_open(client: Client) -> None:
    make.make_posting(organization="Inn")
    make.make_posting(organization="Inn")
    make.make_closed_posting(organization="Mill")
    site = client.get("/").context["site"]
    assert (site.open_count, site.organization_count) == (2, 1)
    assert (site.name, site.url) == ("Open Postings", "http://127.0.0.1:8000")


def test_without_an_index_pages_say_no_number_the_database_takes_long_to_count(
    client: Client,
) -> None:
    row = make.make_posting(organization="Inn")
    make.make_closed_posting(organization="Inn")
    assert row.hiring_organization is not None
    inn = row.hiring_organization.get_absolute_url()
    footer = '<a href="/">1 open job</a>'
    assert footer in " ".join(html(client, "/").split()).replace("> ", ">").replace(
        " <", "<"
    )
    with without_index():
        answer = client.get("/")
        assert answer.context["site"].open_count is None
        assert answer.context["results"].total == 1
        text = answer.content.decode()
        assert re.search(r'<footer.*<a href="/">All open jobs</a>', text, re.DOTALL)
        found = client.get(inn).context
        assert (found["counts"]["open"], found["counts"]["closed"]) == (1, 1)
        assert "1 open job" in html(client, row.get_absolute_url())


def test_a_posting_without_a_description_is_described_to_search_engines(
    client: Client,
) -> None:
    row = make.make_posting(
        title="Stone Mason", organization=None, places=(), description=""
    )
    page = client.get(row.get_absolute_url()).content.decode()
    found = re.search(r'<meta name="description" content="([^"]+)">', page)
    assert found
    assert found[1].startswith("Stone Mason")
