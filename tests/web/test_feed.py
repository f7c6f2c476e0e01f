"""Feeds at addresses, as an operator imports them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from postings.ingest import pipeline
from postings.ingest.persist import Addresses
from postings.ingest.read import Document, Unread
from postings.ingest.web import Visit, source_of
from postings.models import (
    ImportRecord,
    ImportRun,
    JobPosting,
    Source,
    SourceKey,
    WebAddress,
)
from tests.ingest.support import NOW, node
from tests.web.conftest import Connect
from tests.web.server import Asked, Reply, Server
from tests.web.support import ERROR_PAGE, FEED, imported, page

pytestmark = pytest.mark.django_db

ALL_WELL = "1 documents, 1 records: 1 created, 0 updated, 0 unchanged, 0 rejected."


def code_of(server: Server, path: str = "/feed.json") -> str:
    """The code of the one rejection an import of an address comes to."""
    status, lines = imported(server.at(path))
    assert status == 1
    assert not JobPosting.objects.exists()
    [record] = ImportRecord.objects.all()
    assert lines[0].startswith(f"{server.at(path)}")
    return str(record.problems[0]["code"])


# --- What is a feed


def numbered(count: int, name: str = "n") -> bytes:
    """A feed of so many records."""
    return b"\n".join(
        json.dumps(node(identifier=f"{name}{number}", title=f"Baker {number}")).encode()
        for number in range(count)
    )


def test_a_feed_is_imported_under_its_host(server: Server) -> None:
    server.replies["/feed.json"] = Reply(body=FEED)
    assert imported(server.at("/feed.json")) == (0, [ALL_WELL])
    source = JobPosting.objects.get().source
    assert (source.slug, source.name) == ("127-0-0-1", "127.0.0.1")
    assert source.url == server.at("/feed.json")


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "", "text/html", "x/y; z=1"]
)
def test_json_is_a_feed_whatever_the_server_calls_it(
    server: Server, content_type: str
) -> None:
    server.replies["/feed"] = Reply(body=FEED, type=content_type)
    assert imported(server.at("/feed"))[0] == 0


@pytest.mark.parametrize("content_type", ["text/html", "application/json", ""])
def test_a_page_with_markup_is_fine_and_is_its_postings_address(
    server: Server, content_type: str
) -> None:
    server.replies["/jobs/1"] = Reply(
        status=302, headers={"Location": "/jobs/one?from=1"}
    )
    server.replies["/jobs/one?from=1"] = Reply(
        body=page(identifier=None) + b"<a href=apply.html>", type=content_type
    )
    assert imported(server.at("/jobs/1"))[0] == 0
    assert JobPosting.objects.get().url == server.at("/jobs/one?from=1")


def test_relative_addresses_of_a_page_start_from_where_it_was_fetched(
    server: Server,
) -> None:
    server.replies["/jobs/1"] = Reply(status=302, headers={"Location": "/en/jobs/1"})
    server.replies["/en/jobs/1"] = Reply(
        body=b"<div itemscope itemtype='https://schema.org/JobPosting'>"
        b"<b itemprop=title>Baker</b><a itemprop=url href=one>more</a></div>",
        type="text/html",
    )
    assert imported(server.at("/jobs/1"))[0] == 0
    assert JobPosting.objects.get().url == server.at("/en/jobs/one")
    keys = dict(SourceKey.objects.values_list("kind", "value"))
    assert keys["page"] == server.at("/en/jobs/1").removeprefix("http:")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (ERROR_PAGE, "text/html"),
        (ERROR_PAGE, "application/json"),
        (b"\xef\xbb\xbf \n" + ERROR_PAGE, "text/html; charset=utf-8"),
        (b"<rss><channel><item><title>JobPosting</title></item></channel></rss>", ""),
        (FEED, "image/png"),
        (b"%PDF-1.7", "application/pdf"),
    ],
)
def test_an_error_page_is_no_feed(
    server: Server, body: bytes, content_type: str
) -> None:
    server.replies["/feed.json"] = Reply(body=body, type=content_type)
    assert code_of(server) == "not-a-feed"


@pytest.mark.parametrize("body", [b"null", b"{}", b'{"error": "over quota"}'])
def test_a_feed_without_a_posting_is_an_error(server: Server, body: bytes) -> None:
    server.replies["/feed.json"] = Reply(body=body)
    assert code_of(server) in {"no-posting", "not-an-object"}


def test_a_feed_can_say_that_it_is_empty(server: Server) -> None:
    server.replies["/feed.json"] = Reply(body=FEED)
    address = server.at("/feed.json")
    assert imported(address)[0] == 0
    server.replies["/feed.json"] = Reply(body=b"[]")
    status, lines = imported(address)
    assert status == 0
    assert lines[0].startswith(f"{address}: passed over: empty-list: The document is")
    close = ("--close-missing", "--misses=1", "--max-share=100")
    assert imported(address, *close)[1][-1].startswith("Nothing was closed: the run ")
    assert JobPosting.objects.get().withdrawn_at is None
    for reply in (
        Reply(status=503, body=b"[]"),
        Reply(status=204),
        Reply(body=b""),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[]"),
    ):
        server.replies["/feed.json"] = reply
        assert imported(address, *close, "--allow-empty")[0] == 1
    assert JobPosting.objects.get().withdrawn_at is None
    server.replies["/feed.json"] = Reply(body=b"[]")
    assert imported(address, *close, "--allow-empty")[0] == 0
    assert JobPosting.objects.get().withdrawn_at is not None


@pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 500])
def test_an_error_by_its_status_is_one_whatever_its_body(
    server: Server, status: int
) -> None:
    server.replies["/feed.json"] = Reply(status=status, body=FEED)
    assert code_of(server) == "http-status"


def test_a_private_address_is_refused_without_the_flag(server: Server) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("import_postings", server.at("/feed.json"), stdout=out)
    assert stop.value.code == 1
    assert out.getvalue().startswith(
        f"{server.at('/feed.json')}: rejected: refused-address: 127.0.0.1 is connected "
        "to with --allow-private only: it is a loopback address.\n"
    )
    assert server.asked == []


def test_records_before_the_break_are_imported_and_the_break_is_said(
    server: Server,
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"
    server.replies["/feed.ndjson"] = Reply(raw=head + numbered(3) + b"\n")
    status, said = imported(server.at("/feed.ndjson"))
    assert status == 1
    assert said[0].startswith(
        f"{server.at('/feed.ndjson')}:4: rejected: unreadable: Reading stopped here: "
        "the response broke off ("
    )
    assert JobPosting.objects.count() == 3
    assert not WebAddress.objects.exists()


def test_archives_are_unpacked_and_encodings_taken_off(server: Server) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.json", json.dumps(node(identifier="a")))
        archive.writestr("b.json.gz", gzip.compress(json.dumps(node()).encode()))
    server.replies["/feed.zip"] = Reply(body=file.getvalue(), type="application/zip")
    server.replies["/feed.json.gz"] = Reply(
        body=gzip.compress(gzip.compress(json.dumps(node(identifier="c")).encode())),
        headers={"Content-Encoding": "gzip"},
    )
    status, said = imported(server.at("/feed.zip"), server.at("/feed.json.gz"))
    assert status == 0
    assert said[0].startswith("3 documents, 3 records: 3 created")
    assert WebAddress.objects.count() == 2


def test_a_packed_feed_cut_short_is_an_error(server: Server) -> None:
    server.replies["/feed.json"] = Reply(body=gzip.compress(FEED * 999)[:-20])
    assert code_of(server) == "unreadable"


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_the_server_s_word_for_the_character_set_is_taken(
    server: Server, kind: str
) -> None:
    text = json.dumps(node(title="求人"), ensure_ascii=False)
    body = f'<script type="application/ld+json">{text}</script>'
    server.replies["/job"] = Reply(
        body=(body if kind == "text/html" else text).encode("shift_jis"),
        type=f"{kind}; charset=Shift_JIS",
    )
    imported(server.at("/job"))
    assert JobPosting.objects.get().title == "求人"


@pytest.mark.parametrize(
    "charset",
    ["iso-8859-1", "nonsense", "base64", "utf-16", "punycode", "unicode_escape"],
)
def test_a_wrong_word_for_it_harms_no_utf_8(server: Server, charset: str) -> None:
    server.replies["/job"] = Reply(
        body=json.dumps(node(title="Bäcker"), ensure_ascii=False).encode(),
        type=f"application/json; charset={charset}",
    )
    imported(server.at("/job"))
    assert JobPosting.objects.get().title == "Bäcker"


# --- What has not changed


def versioned(etag: str, body: bytes = FEED) -> Callable[[Asked], Reply]:
    """A feed that answers 304 to who knows its version."""

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == etag:
            return Reply(status=304, headers={"ETag": etag})
        return Reply(body=body, headers={"ETag": etag, "Last-Modified": "now"})

    return answer


UNCHANGED = "0 documents, 0 records: 0 created, 0 updated, 0 unchanged, 0 rejected."


def test_an_unchanged_document_is_said_and_is_no_failure(server: Server) -> None:
    server.replies["/feed.json"] = versioned('"1"')
    assert imported(server.at("/feed.json")) == (0, [ALL_WELL])
    row = WebAddress.objects.get()
    assert (row.etag, row.last_modified) == ('"1"', "now")
    status, lines = imported(server.at("/feed.json"))
    assert status == 0
    assert row.read_at is not None
    assert lines == [
        (
            f"{server.at('/feed.json')}: passed over: unchanged: Unchanged since it "
            f"was read on {row.read_at:%Y-%m-%d %H:%M} UTC."
        ),
        UNCHANGED,
        "  passed over: unchanged: 1",
    ]
    assert server.asked[1].headers["if-modified-since"] == "now"


def test_a_run_that_did_not_read_all_again_is_not_complete(server: Server) -> None:
    """Its postings are still there though the run has not seen them."""
    server.replies["/feed.json"] = versioned('"1"')
    imported(server.at("/feed.json"))
    imported(server.at("/feed.json"))
    again, first = ImportRun.objects.all()
    assert (first.complete, again.complete) == (True, False)
    assert again.state == "finished"
    [problem] = again.problems
    assert (problem["code"], problem["first"]["locator"]) == (
        "unchanged",
        server.at("/feed.json"),
    )


def test_closing_what_is_missing_reads_all_again(server: Server) -> None:
    server.replies["/feed.json"] = versioned('"1"', numbered(5))
    imported(server.at("/feed.json"))
    assert asks_anew(server, "--close-missing")
    server.replies["/feed.json"] = versioned('"2"', numbered(4))
    imported(server.at("/feed.json"), "--close-missing", "--misses=1")
    assert JobPosting.objects.filter(withdrawn_at__isnull=False).count() == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(body=ERROR_PAGE, type="text/html"),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[]"),
        Reply(body=b"{}"),
    ],
    ids=["an error", "an error page", "cut short", "an object"],
)
def test_a_broken_feed_closes_nothing(server: Server, reply: Reply) -> None:
    server.replies["/feed.json"] = Reply(body=FEED)
    imported(server.at("/feed.json"))
    server.replies["/feed.json"] = reply
    status, _ = imported(
        server.at("/feed.json"), "--close-missing", "--misses=1", "--max-share=100"
    )
    assert status == 1
    assert JobPosting.objects.get().withdrawn_at is None


def test_a_changed_document_is_read_and_its_new_version_remembered(
    server: Server,
) -> None:
    server.replies["/feed.json"] = versioned('"1"')
    imported(server.at("/feed.json"))
    changed = json.dumps(node(title="Chef")).encode()
    server.replies["/feed.json"] = versioned('"2"', changed)
    _, lines = imported(server.at("/feed.json"))
    assert "1 updated" in lines[0]
    assert WebAddress.objects.get().etag == '"2"'


def asks_anew(server: Server, *arguments: str) -> bool:
    """Whether the next import asks for the document without conditions."""
    imported(server.at("/feed.json"), *arguments)
    return "if-none-match" not in server.asked[-1].headers


def test_what_is_remembered_is_one_source_s_own(server: Server) -> None:
    server.replies["/feed.json"] = versioned('"1"')
    imported(server.at("/feed.json"))
    assert asks_anew(server, "--source", "other")
    assert not asks_anew(server)


def test_a_new_reader_reads_again(server: Server) -> None:
    server.replies["/feed.json"] = versioned('"1"')
    imported(server.at("/feed.json"))
    WebAddress.objects.update(reader_version=F("reader_version") - 1)
    assert asks_anew(server)
    assert not asks_anew(server)


def test_everything_is_read_again_when_it_is_asked_for(server: Server) -> None:
    server.replies["/feed.json"] = versioned('"1"')
    imported(server.at("/feed.json"))
    assert asks_anew(server, "--again")


def test_withdrawn_postings_can_come_back(server: Server) -> None:
    server.replies["/feed.json"] = versioned('"1"')
    imported(server.at("/feed.json"))
    JobPosting.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="vanished")
    assert asks_anew(server)
    assert JobPosting.objects.get().withdrawn_at is None
    assert not asks_anew(server)


def test_a_document_with_a_rejected_record_is_read_and_reported_again(
    server: Server,
) -> None:
    body = b"\n".join([FEED, json.dumps(node(title=None, identifier="2")).encode()])
    server.replies["/feed.json"] = versioned('"1"', body)
    assert imported(server.at("/feed.json"))[0] == 1
    assert imported(server.at("/feed.json"))[0] == 1
    assert not WebAddress.objects.exists()


def test_a_dry_run_remembers_nothing(server: Server) -> None:
    server.replies["/feed.json"] = versioned('"1"')
    imported(server.at("/feed.json"), "--dry-run")
    assert not WebAddress.objects.exists()
    assert not Source.objects.filter(slug="127-0-0-1").exists()
    imported(server.at("/feed.json"))
    before = WebAddress.objects.values().get()
    _, lines = imported(server.at("/feed.json"), "--dry-run")
    assert lines[-2:] == [
        "  passed over: unchanged: 1",
        "Dry run: nothing was kept.",
    ]
    assert WebAddress.objects.values().get() == before


def test_a_document_is_remembered_once_its_records_are_stored_and_not_before(
    server: Server, connect: Connect
) -> None:
    """Records are stored in batches; a crawl may be killed at any moment."""
    server.replies["/a.json"] = Reply(body=numbered(1, "a"))
    server.replies["/b.json"] = Reply(body=numbered(2000, "b"))
    server.replies["/c.json"] = Reply(body=numbered(2000, "c"))
    visit = Visit(connect(), Addresses("files"))
    remembered: list[str] = []

    def watched() -> Iterator[Document | Unread]:
        yield from visit.feed(server.at("/a.json"))
        yield from visit.feed(server.at("/b.json"))
        yield from visit.feed(server.at("/c.json"))
        remembered.extend(WebAddress.objects.values_list("address", flat=True))

    pipeline.run(watched(), source="files", now=NOW, visit=visit)
    assert server.at("/a.json") in remembered
    assert server.at("/c.json") not in remembered
    assert WebAddress.objects.count() == 3


def test_nothing_is_remembered_of_what_an_interrupted_run_did_not_store(
    server: Server, connect: Connect
) -> None:
    server.replies["/a.json"] = versioned('"1"')
    visit = Visit(connect(), Addresses("files"))

    def interrupted() -> Iterator[Document | Unread]:
        yield from visit.feed(server.at("/a.json"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.run(interrupted(), source="files", now=NOW, visit=visit)
    assert server.paths() == ["/a.json"]
    assert not WebAddress.objects.exists()


# --- Usage


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("https://jobs.example.com/feed.json", "jobs-example-com"),
        ("HTTPS://Jobs.Example.COM:8443/", "jobs-example-com"),
        ("https://my-jobs.example.com./", "my--jobs-example-com"),
        ("https://my.jobs.example.com/", "my-jobs-example-com"),
        ("https://bücher.example/", "xn----bcher--kva-example"),
        ("http://[2001:db8::1]/", "2001-db8--1"),
    ],
)
def test_the_default_source_of_an_address_is_its_host(address: str, slug: str) -> None:
    assert source_of(address)[0] == slug


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Nothing to import: name files"),
        (["ftp://a.example/f.json"], "ftp://a.example/f.json: Only http and https"),
        (["https://u:p@a.example/"], "https://u:p@a.example/: Addresses with a user"),
        (["--sitemap", "sitemap.xml"], "sitemap.xml: Only http and https"),
        (
            ["https://a.example/", "https://b.example/"],
            "These belong to different sources (a-example, b-example): ",
        ),
        (
            ["-", "https://a.example/"],
            "These belong to different sources (a-example, f",
        ),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(
    arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError) as raised:
        call_command("import_postings", *arguments)
    assert raised.value.returncode == 2
    assert str(raised.value).startswith(sentence)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("wrong", ["--rate=0", "--rate=nan", "--max-pages=0"])
def test_bounds_have_to_be_some(wrong: str) -> None:
    with pytest.raises(CommandError):
        call_command("import_postings", "https://a.example/", wrong)


def test_files_and_addresses_may_be_named_together_for_one_source(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("f") / "a.json"
    path.write_text(json.dumps(node(identifier="a")))
    server.replies["/feed.json"] = Reply(body=FEED)
    feed = server.at("/feed.json")
    status, lines = imported(str(path), feed, feed, "--source=both")
    assert (status, lines[0][:24]) == (0, "2 documents, 2 records: ")
    assert len(server.asked) == 1
    assert Source.objects.get(slug="both").name == "both"
