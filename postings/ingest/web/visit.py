"""One run's dealings with the web: addresses in, documents out, nothing lost between."""

from __future__ import annotations

import codecs
import io
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, cast

from postings.ingest import unpack
from postings.ingest.read import (
    MAX_BYTES,
    Document,
    Unread,
    nodes,
    storable,
    unread,
)
from postings.ingest.report import Code, Problem, Report, Sentence, Severity, sentence
from postings.ingest.unpack.streams import PIECE, Chunks
from postings.ingest.web.client import Answer, Client, Failed, fetchable
from postings.ingest.web.memory import Fetched, Memory, Remembered

#: Kinds of content that hold no postings, whatever their bytes.
_FOREIGN = ("image/", "audio/", "video/", "font/", "application/pdf", "text/css")

#: Codes of addresses whose postings were not read, though there may be some.
_UNREAD = (Code.UNCHANGED, Code.READ_ALREADY, Code.ROBOTS)

#: Codes of documents without postings, be it said or not.
_NOTHING = (Code.NO_POSTING, Code.EMPTY_LIST)

#: Kinds of content whose character set a server may know better than its bytes do.
_TEXTS = ("text/html", "application/xhtml+xml", "application/json", "text/json")

#: Codecs there is nothing to do for, and those of Python's that are no character set;
#: one of them takes time that grows with the square of a text.
_NO_CHARSETS = frozenset(
    {"utf-8", "ascii", "idna", "punycode", "unicode-escape", "raw-unicode-escape"}
)

#: How long a sitemap's word is taken that a page has not changed.
TRUSTED = timedelta(days=7)


class Visit:
    """Fetches what one run imports, and remembers what was stored.

    `stored` has to be called for each document once its records are; `conclude` once
    the run has stored all. `tell` hears of each address that was not read for a reason
    that is no failure.
    """

    def __init__(
        self,
        client: Client,
        memory: Memory,
        *,
        again: bool = False,
        tell: Callable[[Problem], None] | None = None,
    ) -> None:
        """With `again` everything is fetched and read, also what has not changed."""
        self.client = client
        self.memory = memory
        self.again = again
        self._passed: Counter[Code] = Counter()
        self._firsts: dict[Code, Problem] = {}
        self._tell = tell
        self._fetched: dict[str, Fetched] = {}
        self._crawls: list[str] = []

    def feed(self, address: str) -> Iterator[Document | Unread]:
        """The documents at an address, unpacked, or why there are none.

        Streams: each is read before the next is asked for.
        """
        try:
            yield from self._feed(address)
        except Failed as failed:
            yield failure(address, failed)

    def stored(self, document: str, *, accepted: bool) -> None:
        """Every record of a document is stored; `accepted` where none was rejected."""
        fetched = self._fetched.pop(document, None)
        if fetched is not None:
            fetched.stored(accepted=accepted)

    def reached_end(self, sitemap: str) -> None:
        """A crawl is done once the run is."""
        self._crawls.append(sitemap)

    def conclude(self, report: Report) -> None:
        """Says what was passed over, and that everything fetched is stored.

        A posting of an unchanged document, or of a page that a crawl had read before it
        was interrupted, has not vanished though this run has not seen it.
        """
        for sitemap in self._crawls:
            self.memory.finish_crawl(sitemap)
        for code, count in self._passed.items():
            report.codes[Severity.PASSED, code] += count
            report.firsts.setdefault((Severity.PASSED, code), self._firsts[code])
            if code in _UNREAD and not report.incomplete:
                report.incomplete = sentence(
                    "addresses were not read: {count} ({code}, {where}).",
                    count=count,
                    code=str(code),
                    where=self._firsts[code].locator,
                )

    def passed_over(self, address: str, code: Code, message: Sentence) -> None:
        problem = Problem(
            code=code,
            severity=Severity.PASSED,
            locator=storable(address),
            message=message,
        )
        self._passed[code] += 1
        self._firsts.setdefault(code, problem)
        if self._tell is not None:
            self._tell(problem)

    def _feed(self, address: str) -> Iterator[Document | Unread]:
        url = str(fetchable(address))
        known = None if self.again else self.memory.recall(url)
        validators = known.validators if known else None
        with self.client.get(url, validators=validators) as answer:
            if answer.unchanged and known:
                self.unchanged(address, known)
                return
            if answer.content_type.startswith(_FOREIGN):
                message = sentence(
                    "The address answers with {type}, which holds no postings. Check "
                    "that it is the address of the feed.",
                    type=answer.content_type,
                )
                raise Failed(Code.NOT_A_FEED, message)
            if answer.fault is None and is_page(answer) and not holds_postings(answer):
                message = sentence(
                    "The address answers with a page that holds no JobPosting: an "
                    "error page, or not the feed. Open it in a browser to see."
                )
                raise Failed(Code.NOT_A_FEED, message)
            yield from self.documents(address, answer, url=url)

    def unchanged(self, address: str, known: Remembered) -> None:
        self.passed_over(
            address,
            Code.UNCHANGED,
            sentence(
                "Unchanged since it was read on {when}.",
                when=f"{known.read_at:%Y-%m-%d %H:%M} UTC",
            ),
        )

    def documents(
        self, name: str, answer: Answer, *, url: str, listed: str = ""
    ) -> Iterator[Document | Unread]:
        """What an answer holds, remembered once it is stored."""

        def remember() -> None:
            self.memory.remember(url, validators=answer.validators, listed=listed)

        fetched = Fetched(remember)
        if answer.fault is not None:
            fetched.spoilt()
        document = Document(name=name, address=answer.address, stream=_text(answer))
        for found in unpack.documents(document):
            if isinstance(found, Unread):
                fetched.spoilt()
            else:
                fetched.given()
                self._fetched[storable(found.name)] = fetched
            yield found
        fetched.ended()


def failure(address: str, failed: Failed) -> Unread:
    return unread(storable(address), failed.code, failed.message)


def is_page(answer: Answer) -> bool:
    """Whether the bytes are HTML (or XML); what the server calls them is no matter."""
    return answer.stream().read(512).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def holds_postings(answer: Answer) -> bool:
    """Whether there is anything to import or to report in a page. It is read for it."""
    stream = _text(answer)
    chunks = Chunks(iter(lambda: stream.read(PIECE), b""))  # whose end closes no file
    document = Document(
        name=answer.address,
        address=answer.address,
        stream=cast("BinaryIO", chunks),
    )
    first = next(nodes(document), None)
    return not (isinstance(first, Unread) and first.problem.code in _NOTHING)


def _text(answer: Answer) -> BinaryIO:
    """The body, in UTF-8 where the server names another character set it is in."""
    stream = answer.stream()
    if answer.content_type not in _TEXTS or answer.fault is not None:
        return stream
    try:
        codec = codecs.lookup(answer.charset).name if answer.charset else "utf-8"
    except (LookupError, ValueError):
        return stream
    content = stream.read(MAX_BYTES + 1) if codec not in _NO_CHARSETS else b""
    if content.lstrip()[:1] not in {b"<", b"{", b"["} or len(content) > MAX_BYTES:
        return answer.stream()
    try:
        content.decode()
    except UnicodeDecodeError:
        try:
            return io.BytesIO(content.decode(codec, "replace").encode())
        except (LookupError, ValueError):  # no codec of texts
            return answer.stream()
    return answer.stream()


def surely_unchanged(known: Remembered, changed: str) -> bool:
    """Whether a sitemap's word for it spares a request.

    It does when it gives the same time as when the page was read, that time is a day
    older than the reading (many give days only), and the reading is not a week ago.
    """
    if not changed or changed != known.listed:
        return False
    try:
        at = datetime.fromisoformat(changed)
    except ValueError:
        return False
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if datetime.now(UTC) - known.read_at > TRUSTED:
        return False
    return at < known.read_at - timedelta(days=1)
