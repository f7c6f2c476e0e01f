"""Postings a visitor keeps without an account, and pages that know no cookie."""

from __future__ import annotations

import re
from http.cookies import Morsel
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from postings.models import JobPosting
from postings.shortlist import AGE, COOKIE, LIMIT
from tests import factories as make

pytestmark = pytest.mark.django_db

HERE = {"Origin": "http://testserver"}


def press(client: Client, **data: object) -> str:
    """Submit the form "keep" as a page of the site does; where it leads."""
    answer = client.post("/shortlist/", data, headers=HERE)
    assert answer.status_code == 302
    return answer["Location"]


def kept(client: Client) -> list[int]:
    return [each.pk for each in client.get("/shortlist/").context["kept"]]


def shown(client: Client) -> str:
    return client.get("/shortlist/").content.decode()


def cookie(client: Client) -> Morsel[str]:
    return client.cookies[COOKIE]


# --- Keeping and removing -------------------------------------------------------------


def test_the_last_kept_posting_stands_first(client: Client) -> None:
    keys = [make.make_posting(title=title).pk for title in ("Cook", "Clerk", "Guide")]
    for key in (keys[1], keys[0], keys[2], keys[1]):
        press(client, keep=key)
    assert kept(client) == [keys[2], keys[0], keys[1]]
    titles = re.findall(r"<h3><a[^>]*>(\w+)</a>", shown(client))
    assert titles == ["Guide", "Cook", "Clerk"]


def test_one_is_removed_and_all_are_cleared(client: Client) -> None:
    keys = [make.make_posting().pk for _number in range(3)]
    for key in keys:
        press(client, keep=key)
    press(client, remove=keys[1])
    assert kept(client) == [keys[2], keys[0]]
    press(client, clear="1")
    assert kept(client) == []
    assert cookie(client)["max-age"] == 0
    assert cookie(client)["path"] == "/shortlist/"
    assert "Nothing is kept yet" in shown(client)


@pytest.mark.parametrize("sent", ["", "abc", "0", "-1", "9" * 18, "9" * 40, "1.2", "²"])
def test_what_is_no_posting_is_not_kept(client: Client, sent: str) -> None:
    key = make.make_posting().pk
    press(client, keep=key)
    assert press(client, keep=sent, next="/?q=cook") == "/?q=cook"
    assert press(client, remove=sent, next="/?q=cook") == "/?q=cook"
    assert press(client) == "/shortlist/"
    assert kept(client) == [key]


@pytest.mark.parametrize(
    "columns",
    [
        {"hidden": True},
        {"published_at": None},
        {"published_at": make.FAR},
        {"deleted_at": make.NOW},
    ],
)
def test_what_has_no_page_cannot_be_kept_and_is_gone_once_kept(
    client: Client, columns: dict[str, Any]
) -> None:
    secret = make.make_posting(title="Secret", organization="Hidden Inn", **columns)
    press(client, keep=secret.pk)
    assert kept(client) == []
    posting = make.make_posting(title="Secret two", organization="Hidden Inn")
    press(client, keep=posting.pk)
    assert "Secret two" in shown(client)
    JobPosting.objects.filter(pk=posting.pk).update(**columns)
    page = shown(client)
    assert "A posting that is no longer here" in page
    assert "1 posting is no longer here." in page
    assert "Secret" not in page
    assert "Hidden" not in page
    assert f'name="remove" value="{posting.pk}"' in page
    press(client, remove=posting.pk)
    assert kept(client) == []


def test_a_purged_posting_is_gone_too(client: Client) -> None:
    posting = make.make_posting()
    press(client, keep=posting.pk)
    posting.delete()
    assert "A posting that is no longer here" in shown(client)


def test_a_visitor_is_told_what_has_closed(client: Client) -> None:
    for title in ("Cook", "Clerk", "Guide"):
        press(client, keep=make.make_posting(title=title).pk)
    assert "Not everything here is still open" not in shown(client)
    JobPosting.objects.filter(title="Cook").update(
        valid_through=make.NOW, valid_through_zone="Europe/Berlin"
    )
    JobPosting.objects.filter(title="Clerk").update(withdrawn_at=make.NOW)
    page = shown(client)
    assert "Not everything here is still open" in page
    assert "2 postings have closed and no longer take applications." in page
    assert page.count("<b>Closed 2 June 2025</b>") == 1
    assert page.count("<b>No longer offered</b>") == 1


def test_a_full_shortlist_keeps_what_it_holds_and_says_so(client: Client) -> None:
    rows = [make.make_posting(organization=None) for _number in range(LIMIT + 1)]
    for row in rows[:LIMIT]:
        press(client, keep=row.pk)
    before = kept(client)
    assert len(before) == LIMIT
    assert press(client, keep=rows[-1].pk, next="/") == "/shortlist/"
    assert kept(client) == before
    assert "It holds 100 postings: remove one to keep another." in shown(client)
    assert press(client, keep=rows[0].pk, next="/") == f"/#kept-{rows[0].pk}"


def test_the_fullest_cookie_fits_into_a_browser(client: Client) -> None:
    key = 10**18 - 1
    pk = make.make_posting().pk
    JobPosting.objects.filter(pk=pk).delete()
    rows = [make.make_posting(pk=key - number) for number in range(LIMIT)]
    for row in rows:
        press(client, keep=row.pk)
    assert len(kept(client)) == LIMIT
    # RFC 6265 section 6.1: 4,096 bytes for name, value and attributes.
    assert len(cookie(client).OutputString()) < 4096


def test_the_shortlist_costs_one_query_however_long(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        press(client, keep=make.make_posting(organization=f"Inn {number}").pk)
    shown(client)  # counts what the foot of the page says
    with django_assert_num_queries(1):
        shown(client)


# --- The cookie -----------------------------------------------------------------------


def test_the_cookie_is_for_the_shortlist_alone(client: Client) -> None:
    press(client, keep=make.make_posting().pk)
    given = cookie(client)
    assert given["path"] == "/shortlist/"
    assert given["httponly"] is True
    assert given["samesite"] == "Lax"
    assert given["secure"] == ""
    assert given["max-age"] == AGE.total_seconds()


@override_settings(SESSION_COOKIE_SECURE=True)
def test_the_cookie_of_a_site_with_https_is_secure(client: Client) -> None:
    press(client, keep=make.make_posting().pk)
    assert cookie(client)["secure"] is True


@pytest.mark.parametrize("forged", ["", "1", "1:a:b", "1.2:1xWCJe:" + "x" * 43, "\xff"])
def test_a_forged_cookie_holds_nothing(client: Client, forged: str) -> None:
    make.make_posting(pk=1)
    client.cookies[COOKIE] = forged
    assert kept(client) == []


# --- The way back ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        ("/", "/#kept-{}"),
        ("/?q=cook&page=2", "/?q=cook&page=2#kept-{}"),
        ("/jobs/1/cook/#facts", "/jobs/1/cook/#kept-{}"),
        ("/?q=%C3%A9t%C3%A9", "/?q=%C3%A9t%C3%A9#kept-{}"),
        ("", "/shortlist/#kept-{}"),
        ("/?q=" + "x" * 3000, "/shortlist/#kept-{}"),
        ("https://elsewhere.example/", "/shortlist/#kept-{}"),
        ("//elsewhere.example/", "/shortlist/#kept-{}"),
        ("/\\elsewhere.example/", "/shortlist/#kept-{}"),
        ("///elsewhere.example/", "/shortlist/#kept-{}"),
        ("/\n/elsewhere.example/", "/shortlist/#kept-{}"),
        ("javascript:alert(1)", "/shortlist/#kept-{}"),
        ("http://testserver/", "/shortlist/#kept-{}"),
    ],
)
def test_the_way_back_stays_on_this_site(
    client: Client, sent: str, target: str
) -> None:
    key = make.make_posting().pk
    assert press(client, keep=key, next=sent) == target.format(key)


# --- Who may ask ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 302),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 302),
        ({"Origin": "http://testserver"}, 302),
        ({"Origin": "https://jobs.example.com"}, 302),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "http://testserver.elsewhere.example"}, 403),
        ({"Origin": "http://testserver:81"}, 403),
        ({"Origin": "https://testserver"}, 403),
        ({"Referer": "http://testserver/"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
    ],
)
@override_settings(SITE_URL="https://jobs.example.com")
def test_only_pages_of_this_site_change_a_shortlist(
    headers: dict[str, str], status: int
) -> None:
    client = Client(enforce_csrf_checks=True)
    key = make.make_posting().pk
    answer = client.post("/shortlist/", {"keep": key}, headers=headers)
    assert answer.status_code == status
    assert (COOKIE in answer.cookies) == (status == 302)
    assert kept(client) == ([key] if status == 302 else [])


def test_the_shortlist_takes_no_other_method(client: Client) -> None:
    for method in ("put", "delete", "patch"):
        assert getattr(client, method)("/shortlist/", headers=HERE).status_code == 405
    assert client.head("/shortlist/").status_code == 200


# --- What a shared cache may keep -----------------------------------------------------


def public_addresses() -> list[str]:
    posting = make.make_posting(title="Cook", valid_through=make.FAR)
    closed = make.make_closed_posting(title="Guide")
    assert posting.hiring_organization is not None
    return [
        "/",
        "/?q=cook",
        "/?q=nothing",
        "/organizations/",
        posting.get_absolute_url(),
        closed.get_absolute_url(),
        posting.hiring_organization.get_absolute_url(),
    ]


def test_public_pages_are_the_same_with_every_cookie_and_without(
    client: Client, admin_client: Client
) -> None:
    addresses = public_addresses()
    visitor = Client()
    for row in JobPosting.objects.all():
        press(visitor, keep=row.pk)
        press(admin_client, keep=row.pk)
    for address in addresses:
        cache.clear()
        plain = client.get(address)
        for other in (visitor, admin_client):
            answer = other.get(address)
            assert answer.content == plain.content, address
            assert not answer.cookies, address
            assert "Cookie" not in answer.get("Vary", ""), address
        assert plain["Cache-Control"] == "public, max-age=60"
        page = plain.content.decode()
        assert "csrfmiddlewaretoken" not in page
        assert 'form="keep" name="keep"' in page or address in (
            "/?q=nothing",
            "/organizations/",
        )


def test_the_shortlist_is_kept_by_no_cache(client: Client) -> None:
    press(client, keep=make.make_posting().pk)
    answers = [
        client.get("/shortlist/"),
        client.post("/shortlist/", {"clear": "1"}, headers=HERE),
    ]
    for answer in answers:
        directives = set(answer["Cache-Control"].split(", "))
        assert directives == {"private", "no-store"}


def test_a_page_that_is_not_there_is_kept_by_no_cache(client: Client) -> None:
    answer = client.get("/jobs/99/cook/")
    assert answer.status_code == 404
    assert "Cache-Control" not in answer


def test_the_form_leads_back_to_the_page_it_stands_on(client: Client) -> None:
    posting = make.make_posting(title="Cook")
    page = client.get("/?q=cook&type=FULL_TIME").content.decode()
    assert 'name="next" value="/?q=cook&amp;type=FULL_TIME"' in page
    assert f'id="kept-{posting.pk}"' in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_closed_postings_are_counted_at_the_time_of_the_visit(client: Client) -> None:
    posting = make.make_posting(valid_through=timezone.now() + AGE)
    press(client, keep=posting.pk)
    assert client.get("/shortlist/").context["changes"] == []
