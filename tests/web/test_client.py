"""The one client: what it sends, and what it takes no part of."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest

from postings.ingest.read import TooLarge
from postings.ingest.report import Code
from postings.ingest.web import Client, Failed, Limits, Pace, Validators
from tests.web.conftest import Connect
from tests.web.server import Reply, Server

BODY = b'{"@type": "JobPosting", "title": "Baker"}' * 100


def failed(client: Client, address: str, code: Code) -> Failed:
    with pytest.raises(Failed) as raised, client.get(address):
        pass
    assert raised.value.code is code
    return raised.value


def fault(client: Client, address: str) -> OSError:
    """How the body broke off."""
    with client.get(address) as answer:
        assert answer.fault is not None
        stream = answer.stream()
        read_on = iter(lambda: stream.read(10_000_000), b"")
        with pytest.raises(OSError, match=r".") as raised:
            list(read_on)
        assert raised.value is answer.fault
        return answer.fault


# --- What is sent


def test_a_request_says_who_asks_and_nothing_of_the_environment(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.replies["/?q=a b"] = server.replies["/?q=a%20b"] = Reply()
    with connect().get(server.at("/?q=a b#there")):
        pass
    [asked] = server.asked
    assert asked.headers["user-agent"] == "jobsite (+https://jobs.example.com)"
    assert asked.headers["accept-encoding"] == "gzip, br"
    assert set(asked.headers) == {
        *("host", "user-agent", "accept", "accept-encoding", "connection")
    }


def test_no_cookie_outlives_a_request(server: Server, connect: Connect) -> None:
    server.replies["/"] = Reply(
        status=302, headers={"Location": "/on", "Set-Cookie": "a=1; Path=/"}
    )
    server.replies["/on"] = Reply()
    client = connect()
    for _ in range(2):
        with client.get(server.at("/")):
            pass
    assert [asked.headers.get("cookie", "") for asked in server.asked] == [
        *("", "a=1", "", "a=1")
    ]


def test_validators_are_sent_and_a_304_says_unchanged(
    server: Server, connect: Connect
) -> None:
    server.replies["/"] = Reply(status=304)
    known = Validators(etag='"1"', last_modified="Mon, 23 Nov 2026 11:00:00 GMT")
    with connect().get(server.at("/"), validators=known) as answer:
        assert answer.unchanged
    assert server.asked[0].headers["if-none-match"] == '"1"'
    assert server.asked[0].headers["if-modified-since"] == known.last_modified


def test_a_304_nobody_asked_for_is_an_error(server: Server, connect: Connect) -> None:
    server.replies["/"] = Reply(status=304)
    for validators in (None, Validators()):
        with (
            pytest.raises(Failed, match="304 Not Modified"),
            connect().get(server.at("/"), validators=validators),
        ):
            pass


def test_an_answer_carries_where_it_came_from_and_its_version(
    server: Server, connect: Connect
) -> None:
    server.replies["/"] = Reply(status=301, headers={"Location": "/feed.json"})
    server.replies["/feed.json"] = Reply(
        body=BODY,
        type='Text/HTML; Charset="ISO-8859-1"',
        headers={"ETag": 'W/"x"', "Last-Modified": "yesterday"},
    )
    with connect().get(server.at("/")) as answer:
        assert answer.content() == BODY
        assert answer.address == server.at("/feed.json")
        assert answer.content_type == "text/html"
        assert answer.charset == "iso-8859-1"
        assert answer.validators == Validators(etag='W/"x"', last_modified="yesterday")


def test_a_validator_that_cannot_be_sent_again_is_none(
    server: Server, connect: Connect
) -> None:
    server.replies["/"] = Reply(headers={"ETag": "x" * 1001, "Last-Modified": "é"})
    with connect().get(server.at("/")) as answer:
        assert answer.validators == Validators()


# --- Addresses


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.com/feed.json",
        "file:///etc/passwd",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://:secret@example.com/",
        "https:///feed.json",
        "https://",
        "https://[::1/",
        "https://a:b/",
        "https://a:0/",
        "https://a:65536/",
        "https://a\nb/",
        "https://example.com/" + "x" * 2000,
        "https://example.com/" + "é" * 500,
    ],
)
def test_what_is_not_fetched_at_all(connect: Connect, address: str) -> None:
    failed(connect(), address, Code.REFUSED_ADDRESS)


def test_nobody_listening_is_said(server: Server, connect: Connect) -> None:
    server.close()
    said = str(failed(connect(), server.at("/"), Code.UNREACHABLE))
    assert "Connection refused" in said


# --- Statuses and redirects


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (201, "201 Created"),
        (202, "202 Accepted"),
        (204, "204 No Content"),
        (205, "205 Reset Content"),
        (206, "206 Partial Content"),
        (300, "300 Multiple Choices"),
        (304, "304 Not Modified"),
        (400, "400 Bad Request"),
        (401, "401 Unauthorized"),
        (403, "403 Forbidden"),
        (404, "404 Not Found"),
        (410, "410 Gone"),
        (429, "429 Too Many Requests"),
        (500, "500 Internal Server Error"),
        (503, "503 Service Unavailable"),
        (599, "599"),
    ],
)
def test_no_other_status_than_200_is_an_answer(
    server: Server, connect: Connect, status: int, said: str
) -> None:
    server.replies["/"] = Reply(status=status, body=BODY)
    found = failed(connect(), server.at("/"), Code.HTTP_STATUS)
    assert str(found) == f"The server answered {said}, not 200 OK."
    assert found.status == status


def test_redirects_have_an_end(server: Server, connect: Connect) -> None:
    for number in range(6):
        server.replies[f"/{number}"] = Reply(
            status=302, headers={"Location": f"/{number + 1}"}
        )
    server.replies["/6"] = Reply(body=BODY)
    with connect().get(server.at("/1")) as answer:
        assert answer.address == server.at("/6")
    said = str(failed(connect(), server.at("/0"), Code.HTTP_STATUS))
    assert said == "More than 5 redirects in a row."


def test_a_redirect_to_nowhere_is_an_error(server: Server, connect: Connect) -> None:
    server.replies["/"] = Reply(status=301)
    said = str(failed(connect(), server.at("/"), Code.HTTP_STATUS))
    assert said == ("The server answered 301 Moved Permanently and did not say where.")


# --- Time


QUICK = Limits(connect=5, read=0.2, total=0.4)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(raw=b"", hang=True),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-", hang=True),
        Reply(raw=b"HTTP/1.1 200 OK\r\n", drip=b"X: y\r\n"),
        Reply(raw=b"", drip=b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["silence", "half a header", "headers without end", "hints without end"],
)
def test_an_answer_that_does_not_begin_in_time_is_given_up(
    server: Server, connect: Connect, reply: Reply
) -> None:
    server.replies["/"] = reply
    said = str(failed(connect(limits=QUICK), server.at("/"), Code.TOO_SLOW))
    assert said == (
        "The server was silent for 0.2 seconds, or took longer than 0.4 for all of its "
        "answer."
    )


@pytest.mark.parametrize(
    "more", [{"hang": True}, {"drip": b"[],"}], ids=["silence", "a drip"]
)
def test_a_body_that_does_not_end_in_time_breaks_off(
    server: Server, connect: Connect, more: dict[str, bool | bytes]
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n[],"
    server.replies["/"] = Reply(raw=head, **more)  # type: ignore[arg-type]
    assert "silent for 0.2 seconds" in str(fault(connect(limits=QUICK), server.at("/")))


# --- Size


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("", bytes),
        ("identity", bytes),
        ("gzip", gzipped),
        ("x-gzip", gzipped),
        ("GZIP", gzipped),
        ("br", brotli.compress),
        ("gzip", lambda content: gzipped(content[:9]) + gzipped(content[9:])),
    ],
)
def test_a_body_is_read_as_it_was_before_it_was_encoded(
    server: Server, connect: Connect, coding: str, encode: Callable[[bytes], bytes]
) -> None:
    content = BODY * 1000  # more than is read at a time, and than is kept in memory
    server.replies["/"] = Reply(
        body=encode(content), headers={"Content-Encoding": coding}
    )
    with connect().get(server.at("/")) as answer:
        assert answer.content() == content
        assert answer.stream().read() == content


def test_an_empty_body_may_be_called_encoded(server: Server, connect: Connect) -> None:
    server.replies["/"] = Reply(headers={"Content-Encoding": "gzip"})
    with connect().get(server.at("/")) as answer:
        assert answer.content() == b""


SMALL = Limits(size=1000)


@pytest.mark.parametrize("announced", ["1001", "9" * 20, ""])
def test_a_body_larger_than_the_limit_breaks_off(
    server: Server, connect: Connect, announced: str
) -> None:
    headers = {"Content-Length": announced, "Connection": "close"}
    server.replies["/"] = Reply(body=b"x" * 1001, headers=headers)
    found = fault(connect(limits=SMALL), server.at("/"))
    assert isinstance(found, TooLarge)
    assert str(found) == (
        "the response has more than 1,000 bytes; fetch it by other means and import "
        "the file."
    )


def test_a_body_as_large_as_the_limit_is_taken(
    server: Server, connect: Connect
) -> None:
    server.replies["/"] = Reply(body=b"x" * 1000)
    with connect(limits=SMALL).get(server.at("/")) as answer:
        assert answer.content() == b"x" * 1000


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzipped), ("br", brotli.compress)],
)
def test_the_limit_holds_for_the_decoded_body_too(
    server: Server, connect: Connect, coding: str, encode: Callable[[bytes], bytes]
) -> None:
    body = encode(b"x" * 100_000)
    assert len(body) < 1000
    server.replies["/"] = Reply(body=body, headers={"Content-Encoding": coding})
    assert isinstance(fault(connect(limits=SMALL), server.at("/")), TooLarge)


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzipped), ("br", lambda content: brotli.compress(content, quality=5))],
)
def test_a_bomb_is_left_before_it_has_gone_off(
    server: Server, connect: Connect, coding: str, encode: Callable[[bytes], bytes]
) -> None:
    """What grows two hundredfold and past 64 MiB is no text, whatever may be stored."""
    body = encode(bytes(2**27))
    server.replies["/"] = Reply(body=body, headers={"Content-Encoding": coding})
    with connect().get(server.at("/")) as answer:
        assert isinstance(answer.fault, TooLarge)
        assert answer.file.seek(0, 2) <= 2**26


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        ("gzip", BODY, "something that is no gzip|damaged"),
        ("gzip", gzipped(BODY)[:-9], "the gzip data ends too early"),
        ("br", b"\xff" * 100, "the brotli data is damaged"),
        ("br", brotli.compress(BODY)[:-3], "the brotli data ends too early"),
        ("deflate", zlib.compress(BODY), "encoded as 'deflate', which was not asked"),
        ("gzip, br", gzipped(BODY), "encoded as 'gzip, br', which was not asked"),
    ],
)
def test_a_damaged_encoding_breaks_the_body_off(
    server: Server, connect: Connect, coding: str, body: bytes, said: str
) -> None:
    server.replies["/"] = Reply(body=body, headers={"Content-Encoding": coding})
    with pytest.raises(OSError, match=said):
        raise fault(connect(), server.at("/"))


# --- Bodies cut short


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Length: 100\r\n\r\nshort",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nFF\r\nno",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nzz\r\n",
    ],
    ids=["length", "no last chunk", "half a chunk", "no chunk"],
)
def test_a_body_cut_short_keeps_what_came_and_says_so(
    server: Server, connect: Connect, raw: bytes
) -> None:
    server.replies["/"] = Reply(raw=b"HTTP/1.1 200 OK\r\n" + raw)
    with connect().get(server.at("/")) as answer:
        assert answer.file.read() == b"short" or answer.file.seek(0, 2) >= 5
        assert str(answer.fault).startswith("the response broke off (")
        with pytest.raises(Failed, match="the response broke off"):
            answer.content()


@pytest.mark.parametrize(
    "raw", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\n", b"\0" * 100]
)
def test_what_is_no_http_is_unreachable(
    server: Server, connect: Connect, raw: bytes
) -> None:
    server.replies["/"] = Reply(raw=raw)
    failed(connect(), server.at("/"), Code.UNREACHABLE)


# --- Pace


class Waited:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def pace(self, rate: float) -> Pace:
        return Pace(rate=rate, sleep=self.sleep, clock=lambda: self.now)


def test_requests_to_one_host_keep_their_distance() -> None:
    time = Waited()
    pace = time.pace(2)
    for _ in range(3):
        pace.wait("a")
    pace.wait("b")
    assert time.waits == [0.5, 0.5]
    time.now += 10
    pace.wait("a")
    assert time.waits == [0.5, 0.5]


def test_a_host_may_ask_for_more_time_and_not_for_less() -> None:
    time = Waited()
    pace = time.pace(1)
    pace.slow_down("a", 5)
    pace.slow_down("b", 0.1)
    for host in "aabb":
        pace.wait(host)
    assert time.waits == [5, 1]


def test_redirects_keep_the_pace(server: Server, connect: Connect) -> None:
    server.replies["/"] = Reply(status=302, headers={"Location": "/on"})
    server.replies["/on"] = Reply()
    time = Waited()
    with connect(pace=time.pace(1)).get(server.at("/")):
        pass
    assert time.waits == [pytest.approx(1)]
