"""A search as a feed: what programs that read feeds are given."""

import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from postings.models import JobPosting
from postings.search import index
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "https://jobs.example.com"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE
    settings.SITE_NAME = "Works"


def atom(client: Client, query: str = "") -> ElementTree.Element:
    response = client.get(f"/feed.atom{query}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314 - our own


def json_feed(client: Client, query: str = "") -> dict[str, Any]:
    response = client.get(f"/feed.json{query}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/feed+json"
    found: dict[str, Any] = json.loads(response.content)
    return found


def titles(client: Client, query: str = "") -> list[str]:
    """Of the JSON feed, which are those of the Atom feed."""
    found = [item["title"] for item in json_feed(client, query)["items"]]
    entries = atom(client, query).findall(f"{ATOM}entry/{ATOM}title")
    assert found == [entry.text for entry in entries]
    return found


def link(element: ElementTree.Element, rel: str = "alternate") -> str | None:
    return next(
        each.get("href")
        for each in element.findall(f"{ATOM}link")
        if each.get("rel") == rel
    )


def test_a_feed_holds_what_is_open_and_fits_the_newest_first(client: Client) -> None:
    make.make_posting(title="Older cook", date_posted=NOW - timedelta(days=9))
    make.make_posting(title="Cook")
    make.make_posting(title="Brewer", employment_type=["INTERN"])
    make.make_closed_posting(title="Closed cook")
    make.make_posting(title="Hidden cook", hidden=True)
    assert titles(client) == ["Brewer", "Cook", "Older cook"]
    assert titles(client, "?q=cook") == ["Cook", "Older cook"]
    assert titles(client, "?type=INTERN&closed=1&sort=pay&page=7") == ["Brewer"]
    assert titles(client, "?q=nothing") == []


def test_an_entry_says_in_plain_text_what_a_card_says(client: Client) -> None:
    posting = make.make_posting(
        title="R&D <b>cook</b>",
        organization="Fern & Co",
        excerpt="You cook & <i>bake</i>.",
    )
    (item,) = json_feed(client)["items"]
    assert item["id"] == f"{SITE}/jobs/{posting.pk}/"
    assert item["url"] == f"{SITE}{posting.get_absolute_url()}"
    assert item["title"] == "R&D <b>cook</b>"
    assert item["authors"] == [{"name": "Fern & Co"}]
    assert item["tags"] == ["Full-time"]
    assert item["content_text"] == (
        "Fern & Co · Berlin, Germany · Full-time\nYou cook & <i>bake</i>."
    )
    assert posting.date_posted is not None
    assert item["date_published"] == posting.date_posted.isoformat()
    (entry,) = atom(client).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == item["id"]
    assert link(entry) == item["url"]
    assert entry.findtext(f"{ATOM}title") == item["title"]
    summary = entry.find(f"{ATOM}summary")
    assert summary is not None
    assert summary.get("type") == "html"
    assert summary.text == (
        "Fern &amp; Co · Berlin, Germany · Full-time<br>You cook &amp; "
        "&lt;i&gt;bake&lt;/i&gt;."
    )


def test_a_posting_keeps_its_id_when_its_title_changes(client: Client) -> None:
    make.make_posting(title="Cook")
    (before,) = json_feed(client)["items"]
    JobPosting.objects.update(title="Chef")
    (after,) = json_feed(client)["items"]
    assert (before["id"], before["url"]) == (
        after["id"],
        after["url"].replace("chef", "cook"),
    )


def test_a_feed_is_called_what_was_asked_for_and_leads_to_its_list(
    client: Client,
) -> None:
    row = make.make_posting(title="Cook", organization="Fern")
    query = f"?q=cook&type=FULL_TIME&organization={row.hiring_organization_id}"
    feed = json_feed(client, query)
    assert feed["title"] == "cook · Full-time · Fern · Works"
    assert feed["home_page_url"] == f"{SITE}/{query}"
    assert feed["feed_url"] == f"{SITE}/feed.json{query}"
    root = atom(client, query)
    assert root.findtext(f"{ATOM}title") == feed["title"]
    assert link(root) == feed["home_page_url"]
    assert link(root, "self") == f"{SITE}/feed.atom{query}"
    assert json_feed(client)["title"] == "All open jobs · Works"


@pytest.mark.parametrize("kind", ["atom", "json"])
def test_lists_and_organizations_name_their_feeds(client: Client, kind: str) -> None:
    row = make.make_posting(title="Cook", organization="Fern")
    employer = row.hiring_organization
    assert employer is not None
    wanted = {
        "/?q=cook&sort=newest&closed=1": f"/feed.{kind}?q=cook",
        "/": f"/feed.{kind}",
        "/?q=nothing": f"/feed.{kind}?q=nothing",
        f"{employer.get_absolute_url()}?q=cook": (
            f"/feed.{kind}?q=cook&amp;organization={employer.pk}"
        ),
    }
    for page, feed in wanted.items():
        html = client.get(page).content.decode()
        assert html.count(f'href="{feed}"') == 2, page
        assert client.get(feed.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("name", ["feed.atom", "feed.json"])
def test_who_has_a_feed_is_told_that_nothing_changed(client: Client, name: str) -> None:
    make.make_posting(title="Cook")
    first = client.get(f"/{name}")
    assert "public" in first.headers["Cache-Control"]
    again = client.get(f"/{name}", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make.make_posting(title="Brewer")
    changed = client.get(f"/{name}", headers={"if-none-match": first.headers["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize("name", ["feed.atom", "feed.json"])
def test_while_there_is_no_index_a_feed_is_not_empty_but_asked_for_later(
    client: Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_posting(title="Cook")
    monkeypatch.setattr(index, "current", lambda: None)
    response = client.get(f"/{name}")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"


def test_control_characters_break_no_feed(client: Client) -> None:
    make.make_posting(
        title="Cook\x0b and \x1fbaker", excerpt="A\x00 line".replace("\x00", "\x01")
    )
    assert titles(client) == ["Cook and baker"]
    assert titles(client, "?q=%0B%1Fcook") == ["Cook and baker"]


def test_feeds_ask_the_database_as_often_however_many_they_hold(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        make.make_posting(title=f"Cook {number}", organization=f"Inn {number}")
    assert len(titles(client)) == 12
    with django_assert_max_num_queries(3):
        client.get("/feed.json")
