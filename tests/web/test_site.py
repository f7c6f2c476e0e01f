"""Career sites along their sitemaps: politely, on one host, going on when cut off."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from django.utils import timezone

from postings.ingest import pipeline
from postings.ingest.persist import Addresses
from postings.ingest.read import Document, Unread
from postings.ingest.web import Pace, Visit, site
from postings.ingest.work import task
from postings.models import ImportRun, JobPosting, WebAddress
from tests.ingest.support import NOW
from tests.web.conftest import Connect
from tests.web.server import Asked, Reply, Server
from tests.web.support import ERROR_PAGE, imported, page

pytestmark = pytest.mark.django_db

XML = "application/xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(addresses: Iterable[str], changed: str = "") -> bytes:
    more = f"<lastmod>{changed}</lastmod>" if changed else ""
    inside = "".join(f"<url><loc>{each}</loc>{more}</url>" for each in addresses)
    return f"<?xml version='1.0'?><urlset {NAMESPACE}>{inside}</urlset>".encode()


def index(addresses: Iterable[str]) -> bytes:
    inside = "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in addresses)
    return (
        f"<?xml version='1.0'?><sitemapindex {NAMESPACE}>{inside}</sitemapindex>"
    ).encode()


def careers(server: Server, count: int = 3, changed: str = "") -> str:
    """A site of job pages /1, /2, ... and the address of its sitemap."""
    paths = [f"/{number}" for number in range(1, count + 1)]
    for path in paths:
        body = page(title=f"Baker {path}", identifier=path)
        server.replies[path] = Reply(body=body, type="text/html")
    listed = urlset(map(server.at, paths), changed)
    server.replies["/sitemap.xml"] = Reply(body=listed, type=XML)
    return server.at("/sitemap.xml")


def crawled(address: str, *arguments: str) -> tuple[int, list[str]]:
    return imported("--sitemap", address, *arguments)


def passed(lines: list[str]) -> dict[str, int]:
    """How many addresses were passed over, by code."""
    found = [line.split(": ") for line in lines if line.startswith("  passed over: ")]
    return {code: int(count) for _, code, count in found}


# --- What is crawled


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_pages_of_a_sitemap_are_imported(server: Server, jobs: int) -> None:
    status, lines = crawled(careers(server), f"--jobs={jobs}")
    assert (status, lines) == (
        0,
        ["3 documents, 3 records: 3 created, 0 updated, 0 unchanged, 0 rejected."],
    )
    assert server.paths() == ["/robots.txt", "/sitemap.xml", "/1", "/2", "/3"]
    assert set(JobPosting.objects.values_list("source__slug", flat=True)) == {
        "127-0-0-1"
    }


def test_a_site_s_robots_txt_names_its_sitemaps(server: Server) -> None:
    server.replies["/robots.txt"] = Reply(
        body=f"Sitemap: {server.at('/here.xml')}\n"
        f"Sitemap: {server.at('/too.xml')}".encode(),
    )
    careers(server, 2)
    server.replies["/here.xml"] = Reply(body=urlset([server.at("/1")]), type=XML)
    server.replies["/too.xml"] = Reply(body=urlset([server.at("/2")]), type=XML)
    assert crawled(server.at(""))[0] == 0
    assert server.paths() == ["/robots.txt", "/here.xml", "/1", "/too.xml", "/2"]


def test_a_site_that_names_none_has_it_where_it_usually_is(server: Server) -> None:
    careers(server, 1)
    assert crawled(server.at("/"))[0] == 0
    assert server.paths() == ["/robots.txt", "/sitemap.xml", "/1"]


def test_indexes_packed_and_plain_sitemaps_are_followed(server: Server) -> None:
    careers(server, 4)
    below = ["/a.xml.gz", "/b.txt", "/c.xml", "/d"]
    server.replies["/sitemap.xml"] = Reply(body=index(map(server.at, below)), type=XML)
    server.replies["/a.xml.gz"] = Reply(
        body=gzip.compress(urlset([server.at("/1")])), type="application/gzip"
    )
    server.replies["/b.txt"] = Reply(body=f"{server.at('/2')}\n\n".encode())
    server.replies["/c.xml"] = Reply(body=index([server.at("/sitemap.xml")]), type=XML)
    feed = f"<rss><channel><item><link>{server.at('/3')}</link><title>t</title></item>"
    server.replies["/d"] = Reply(body=f"{feed}</channel></rss>".encode())
    status, lines = crawled(server.at("/sitemap.xml"))
    assert (status, lines[0][:24]) == (0, "3 documents, 3 records: ")
    assert server.paths().count("/sitemap.xml") == 1


def test_a_page_listed_twice_is_fetched_once(server: Server) -> None:
    careers(server, 1)
    listed = [server.at("/1"), server.at("/1#apply"), server.at("/1")]
    server.replies["/sitemap.xml"] = Reply(body=urlset(listed), type=XML)
    assert crawled(server.at("/sitemap.xml"))[0] == 0
    assert server.paths().count("/1") == 1


def test_pages_without_markup_are_counted_and_no_failure(server: Server) -> None:
    sitemap = careers(server)
    server.replies["/2"] = Reply(body=ERROR_PAGE, type="text/html")
    status, lines = crawled(sitemap)
    assert status == 0
    assert lines[0].startswith("2 documents, 2 records: 2 created")
    assert passed(lines) == {"no-posting": 1}
    status, lines = crawled(sitemap, "-v2")
    assert (
        f"{server.at('/2')}: passed over: no-posting: The page holds no JobPosting."
        in lines
    )


def test_a_page_with_broken_markup_is_rejected(server: Server) -> None:
    sitemap = careers(server, 1)
    body = b'<script type="application/ld+json">{"@type": "JobPosting",</script>'
    server.replies["/1"] = Reply(body=body, type="text/html")
    status, lines = crawled(sitemap)
    assert status == 1
    assert "bad-json" in lines[0]


def test_pages_that_are_gone_are_counted_and_no_failure(server: Server) -> None:
    sitemap = careers(server)
    server.replies["/1"] = Reply(status=410)
    del server.replies["/3"]
    status, lines = crawled(sitemap)
    assert status == 0
    assert passed(lines) == {"gone": 2}


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=500), "http-status"),
        (Reply(status=204), "http-status"),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), "other-h"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<htm"), "unreadable"),
    ],
)
def test_a_page_that_fails_costs_itself(
    server: Server, reply: Reply, code: str
) -> None:
    sitemap = careers(server)
    server.replies["/2"] = reply
    status, lines = crawled(sitemap, "-v2")
    [said] = [line for line in lines if line.startswith(server.at("/2"))]
    assert code in said
    assert status == (0 if code == "other-h" else 1)
    assert JobPosting.objects.count() == 2


# --- One host


def test_other_hosts_are_reported_and_not_asked(
    server: Server, elsewhere: Server
) -> None:
    careers(server, 2)
    server.replies["/2"] = Reply(
        status=302, headers={"Location": elsewhere.at("/there")}
    )
    pages = [server.at("/1"), server.at("/2"), elsewhere.at("/1"), "https://a.example/"]
    server.replies["/pages.xml"] = Reply(body=urlset(pages), type=XML)
    server.replies["/sitemap.xml"] = Reply(
        body=index([server.at("/pages.xml"), elsewhere.at("/sitemap.xml")]), type=XML
    )
    status, lines = crawled(server.at("/sitemap.xml"))
    assert status == 0
    assert passed(lines) == {"other-host": 4}
    assert elsewhere.asked == []


def test_a_site_whose_only_sitemap_is_elsewhere_is_an_error(
    server: Server, elsewhere: Server
) -> None:
    server.replies["/robots.txt"] = Reply(
        body=f"Sitemap: {elsewhere.at('/sitemap.xml')}".encode()
    )
    status, lines = crawled(server.at("/"))
    assert status == 1
    assert lines[0].startswith(f"{elsewhere.at('/sitemap.xml')}: rejected: other-host")
    assert elsewhere.asked == []


def test_a_host_and_its_www_are_one(server: Server, connect: Connect) -> None:
    careers(server, 1)
    listed = [server.at("/1", host="www.example.test")]
    server.replies["/sitemap.xml"] = Reply(body=urlset(listed), type=XML)
    visit = Visit(
        connect(resolver=lambda host, port: ["127.0.0.1"]), Addresses("files")
    )
    sitemap = server.at("/sitemap.xml", host="example.test")
    [found] = site(visit, sitemap, max_pages=9)
    assert isinstance(found, Document)
    assert found.address == listed[0]


# --- robots.txt


def test_what_robots_txt_keeps_programs_out_of_is_not_fetched(server: Server) -> None:
    sitemap = careers(server)
    server.replies["/robots.txt"] = Reply(
        body=b"User-agent: *\nDisallow: /\n\n"
        b"User-agent: jobsite\nDisallow: /2\nAllow: /",
    )
    server.replies["/3"] = Reply(status=302, headers={"Location": "/2"})
    status, lines = crawled(sitemap)
    assert status == 0
    assert passed(lines) == {"robots": 2}
    assert server.paths() == ["/robots.txt", "/sitemap.xml", "/1", "/3"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_rules_that_cannot_be_read_keep_everything_out(
    server: Server, status: int
) -> None:
    sitemap = careers(server)
    server.replies["/robots.txt"] = Reply(status=status)
    done, lines = crawled(sitemap)
    assert done == 1
    assert lines[0].startswith(
        f"{sitemap}: rejected: http-status: {server.at('/robots.txt')} could not be "
        "read, so nothing may be fetched: "
    )
    assert server.paths() == ["/robots.txt"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_rules_keep_nothing_out(server: Server, status: int) -> None:
    sitemap = careers(server, 1)
    server.replies["/robots.txt"] = Reply(status=status, body=b"Disallow: /")
    assert crawled(sitemap)[0] == 0


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("", 1),
        ("Crawl-delay: 3", 3),
        ("Crawl-delay: 0.1", 1),
        ("Crawl-delay: 99999999", 60),
        ("Crawl-delay: nan", 1),
        ("Request-rate: 1/5", 5),
        ("Request-rate: 1/1m", 60),
    ],
)
def test_the_pace_is_the_slower_of_what_both_sides_ask_for(
    server: Server, connect: Connect, rules: str, expected: float
) -> None:
    server.replies["/robots.txt"] = Reply(body=f"User-agent: *\n{rules}".encode())
    waits: list[float] = []
    pace = Pace(rate=1, sleep=waits.append, clock=lambda: sum(waits))
    visit = Visit(connect(pace=pace), Addresses("files"))
    assert len(list(site(visit, careers(server), max_pages=9))) == 3
    # The time before the sitemap is what it was before the rules were known.
    assert waits[1:] == [pytest.approx(expected)] * 3


# --- Sitemaps that are none, or more than one


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (ERROR_PAGE, "not-a-sitemap"),
        (b"", "not-a-sitemap"),
        (b"{}", "not-a-sitemap"),
        (b"<?xml version='1.0'?><jobs/>", "not-a-sitemap"),
        (b"<!DOCTYPE urlset [<!ENTITY a 'b'>]>" + urlset(["&a;"]), "not-a-sitemap"),
        (gzip.compress(urlset([]))[:-9], "unreadable"),
        (gzip.compress(bytes(2**27)), "too-large"),
        (urlset(f"http://a.example/{number}" for number in range(50_001)), "too-large"),
        (index(f"http://a.example/{number}" for number in range(2_001)), "too-large"),
        (urlset(["http://a.example/" + "\n" * 70_000]), "too-large"),
        (urlset(["http://a.example/"], "99999999999999999999-1-1"), "not-a-sitemap"),
    ],
    ids=range(11),
)
def test_a_sitemap_that_is_none_is_an_error(
    server: Server, body: bytes, code: str
) -> None:
    server.replies["/sitemap.xml"] = Reply(body=body, type=XML)
    status, lines = crawled(server.at("/sitemap.xml"))
    assert (status, lines[0].split(": ")[2]) == (1, code)


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_sitemap_that_is_not_there_is_an_error(server: Server, status: int) -> None:
    server.replies["/sitemap.xml"] = Reply(status=status)
    done, lines = crawled(server.at("/sitemap.xml"))
    assert (done, lines[0].split(": ")[2]) == (1, "http-status")


def test_a_sitemap_cut_short_gives_what_it_has_and_says_so(server: Server) -> None:
    sitemap = careers(server)
    server.replies["/sitemap.xml"] = Reply(
        body=urlset(map(server.at, ("/1", "/2")))[:-20], type=XML
    )
    status, lines = crawled(sitemap)
    assert status == 1
    assert lines[0].startswith(
        f"{sitemap}: rejected: not-a-sitemap: The sitemap was read in part: its XML is "
        "broken at line 1 ("
    )
    assert JobPosting.objects.filter(title="Baker /1").exists()


def test_a_sitemap_below_that_fails_costs_itself(server: Server) -> None:
    careers(server, 1)
    server.replies["/index.xml"] = Reply(
        body=index(map(server.at, ("/none.xml", "/sitemap.xml"))), type=XML
    )
    status, lines = crawled(server.at("/index.xml"))
    assert status == 1
    assert lines[0].startswith(f"{server.at('/none.xml')}: rejected: http-status")
    assert JobPosting.objects.count() == 1


def test_indexes_below_indexes_have_an_end(server: Server) -> None:
    for number in range(9):
        server.replies[f"/{number}.xml"] = Reply(
            body=index([server.at(f"/{number + 1}.xml")]), type=XML
        )
    status, lines = crawled(server.at("/0.xml"))
    assert status == 1
    assert lines[0] == (
        f"{server.at('/5.xml')}: rejected: not-a-sitemap: More than 4 sitemaps stand "
        "above this one."
    )


# --- Going on


def unfinished() -> bool:
    return WebAddress.objects.filter(crawl_began_at__isnull=False).exists()


def test_a_finished_crawl_begins_anew(server: Server) -> None:
    sitemap = careers(server)
    crawled(sitemap)
    assert not unfinished()
    _, lines = crawled(sitemap)
    assert lines[0].startswith("3 documents, 3 records: 0 created, 0 updated, 3 unch")
    assert server.paths().count("/1") == 2


def test_more_pages_than_are_allowed_are_said_and_the_next_run_goes_on(
    server: Server,
) -> None:
    sitemap = careers(server, 5)
    status, lines = crawled(sitemap, "--max-pages=2")
    assert status == 1
    assert lines[0].startswith(f"{sitemap}: rejected: too-many-pages: Pages that")
    assert unfinished()
    status, lines = crawled(sitemap, "--max-pages=2")
    assert (status, passed(lines)) == (1, {"read-already": 2})
    status, lines = crawled(sitemap, "--max-pages=2")
    assert (status, passed(lines)) == (0, {"read-already": 4})
    pages = [path for path in server.paths() if path[1:].isdigit()]
    assert pages == ["/1", "/2", "/3", "/4", "/5"]
    assert JobPosting.objects.count() == 5
    assert not unfinished()


def test_an_interrupted_crawl_goes_on_after_what_it_has_stored(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site is slow: what was read is stored after a while, however little."""
    monkeypatch.setattr(pipeline, "PATIENCE", 0)
    monkeypatch.setattr(task, "PATIENCE", 0)
    sitemap = careers(server, 30)
    visit = Visit(connect(), Addresses("127-0-0-1"))

    def interrupted() -> Iterator[Document | Unread]:
        yield from islice(site(visit, sitemap, max_pages=999), 25)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.run(interrupted(), source="127-0-0-1", now=NOW, visit=visit)
    stored = JobPosting.objects.count()
    assert 20 <= stored < 25  # the last ones were in hand
    server.asked.clear()
    status, lines = crawled(sitemap)
    assert (status, passed(lines)) == (0, {"read-already": stored})
    assert server.paths()[2:] == [f"/{number}" for number in range(stored + 1, 31)]
    assert JobPosting.objects.count() == 30


def test_a_crawl_left_for_a_day_begins_anew(server: Server) -> None:
    sitemap = careers(server)
    crawled(sitemap, "--max-pages=2")
    began = timezone.now() - timedelta(hours=23)
    row = WebAddress.objects.filter(crawl_began_at__isnull=False)
    row.update(crawl_began_at=began)
    crawled(sitemap, "--max-pages=1")
    assert server.paths()[-1] == "/3"
    crawled(sitemap, "--max-pages=2")
    row.update(crawl_began_at=began - timedelta(hours=1, minutes=1))
    server.asked.clear()
    crawled(sitemap, "--max-pages=1")
    assert server.paths()[-1] == "/1"


def test_a_site_that_answers_nothing_any_more_is_left_alone(server: Server) -> None:
    sitemap = careers(server, 30)
    for number in range(5, 31):
        server.replies[f"/{number}"] = Reply(status=503)
    status, lines = crawled(sitemap)
    assert status == 1
    assert lines[10].startswith(f"{sitemap}: rejected: unreachable: 10 pages in a row")
    assert server.paths()[-1] == "/14"
    assert unfinished()


# --- What has not changed


def test_pages_are_asked_for_with_their_version(server: Server) -> None:
    sitemap = careers(server, 2)

    def one(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == '"1"':
            return Reply(status=304)
        return Reply(
            body=page(identifier="1"), type="text/html", headers={"ETag": '"1"'}
        )

    server.replies["/1"] = one
    crawled(sitemap)
    _, lines = crawled(sitemap)
    assert passed(lines) == {"unchanged": 1}
    _, lines = crawled(sitemap, "--again")
    assert passed(lines) == {}


@pytest.mark.parametrize(
    ("listed", "read", "spared"),
    [
        (timedelta(days=30), timedelta(days=2), True),
        (timedelta(days=3), timedelta(days=1.5), True),
        (timedelta(days=2), timedelta(days=1.5), False),
        (timedelta(days=30), timedelta(days=8), False),
    ],
    ids=["long ago", "a day before", "about when it was read", "read a week ago"],
)
def test_a_sitemap_s_word_for_an_unchanged_page_spares_the_request(
    server: Server,
    listed: timedelta,
    read: timedelta,
    spared: bool,  # noqa: FBT001
) -> None:
    changed = (datetime.now(UTC) - listed).isoformat(timespec="seconds")
    sitemap = careers(server, 1, changed)
    crawled(sitemap)
    WebAddress.objects.filter(read_at__isnull=False).update(
        read_at=timezone.now() - read
    )
    server.asked.clear()
    _, lines = crawled(sitemap)
    assert ("/1" not in server.paths()) is spared
    assert passed(lines) == ({"unchanged": 1} if spared else {})


def test_a_page_whose_time_of_change_has_moved_is_fetched(server: Server) -> None:
    crawled(careers(server, 1, "2026-01-01"))
    server.asked.clear()
    crawled(careers(server, 1, "2026-01-02"))
    assert server.paths()[-1] == "/1"


def test_a_crawl_that_goes_on_is_not_complete_and_one_from_the_start_is(
    server: Server,
) -> None:
    sitemap = careers(server, 2)
    crawled(sitemap, "--max-pages=1")
    crawled(sitemap)
    crawled(sitemap)
    complete = ImportRun.objects.order_by("id").values_list("complete", flat=True)
    assert list(complete) == [False, False, True]


def test_a_posting_whose_page_is_gone_can_be_withdrawn(server: Server) -> None:
    sitemap = careers(server, 4)
    crawled(sitemap)
    del server.replies["/2"]
    status, lines = crawled(sitemap, "--close-missing", "--misses=1")
    assert (status, passed(lines)) == (0, {"gone": 1})
    assert JobPosting.objects.get(withdrawn_at__isnull=False).title == "Baker /2"


@pytest.mark.parametrize("left", [(), ("/plain",), ("/none",), ("/1",)])
def test_a_sitemap_without_a_posting_can_mean_that_all_are_gone(
    server: Server, left: tuple[str, ...]
) -> None:
    """With --allow-empty: it lists nothing, a page without any, or one that is gone."""
    sitemap = careers(server, 1)
    close = ("--close-missing", "--misses=1", "--max-share=100")
    assert crawled(sitemap, *close)[0] == 0
    server.replies["/plain"] = Reply(body=ERROR_PAGE, type="text/html")
    server.replies["/none"] = Reply(body=b"[]")
    del server.replies["/1"]
    listed = urlset(map(server.at, left))
    server.replies["/sitemap.xml"] = Reply(body=listed, type=XML)
    status, lines = crawled(sitemap, *close)
    assert status == 0
    assert lines[-1].startswith("Nothing was closed: the run held no record at all ")
    assert crawled(sitemap, *close, "--allow-empty")[0] == 0
    assert JobPosting.objects.get().withdrawn_at is not None


def test_a_dry_run_crawls_and_remembers_nothing(server: Server) -> None:
    status, lines = crawled(careers(server), "--dry-run")
    assert (status, lines[-1]) == (0, "Dry run: nothing was kept.")
    assert "3 created" in lines[0]
    assert not WebAddress.objects.exists()
    assert not ImportRun.objects.exists()
