"""A career site crawled along its sitemap: politely, on one host, going on when cut off."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from postings.ingest.read import Document, Unread
from postings.ingest.report import Code, sentence
from postings.ingest.web.client import Answer, Failed, fetchable, spelt
from postings.ingest.web.robots import Robots
from postings.ingest.web.sitemap import (
    MAX_SITEMAP,
    MAX_SITEMAPS,
    Listed,
    Sitemap,
    parsed,
)
from postings.ingest.web.visit import (
    Visit,
    failure,
    holds_postings,
    surely_unchanged,
)

#: How many sitemaps may stand above one. Indexes are not to name indexes, and some do.
MAX_DEPTH = 4

#: The largest page that is fetched, decoded, in bytes.
MAX_PAGE = 2**25

#: Requests in a row that fail until the site is left alone.
MAX_FAILURES = 10

_KEPT_OUT = frozenset({Code.ROBOTS, Code.OTHER_HOST})
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


def documents(
    visit: Visit, sitemap: str, *, max_pages: int
) -> Iterator[Document | Unread]:
    """The pages a sitemap lists that hold postings, or why they could not be read.

    `sitemap` is the address of one, or of a site, whose robots.txt names it. At most
    `max_pages` pages are fetched. A crawl that did not reach its end goes on when it
    is begun again: pages it has stored are not fetched twice.
    """
    yield from _Crawl(visit, sitemap, max_pages=max_pages).documents()


class _Crawl:
    def __init__(self, visit: Visit, sitemap: str, *, max_pages: int) -> None:
        self._visit = visit
        self._start = sitemap
        self._max_pages = max_pages
        self._robots = Robots(visit.client)
        self._host = self._key = ""
        self._seen: set[str] = set()
        self._pages = 0
        self._failures = 0

    def documents(self) -> Iterator[Document | Unread]:
        try:
            self._key = str(fetchable(self._start))
            self._host = _host(self._start)
            roots = self._roots()
        except Failed as failed:
            yield failure(self._start, failed)
            return
        began = self._visit.memory.crawl(self._key)
        for entry in self._listed(roots):
            if isinstance(entry, Unread):
                yield entry
                continue
            if self._pages >= self._max_pages:
                yield self._too_many()
                return
            yield from self._page(entry, began)
            if self._failures == MAX_FAILURES:
                yield self._given_up()
                return
        self._visit.reached_end(self._key)

    # --- Sitemaps

    def _roots(self) -> list[str]:
        """The sitemap itself; of a site, those its robots.txt names or the usual one."""
        url = fetchable(self._start)
        named = self._robots.sitemaps(self._start)
        if url.path not in {"", "/"} or url.query:
            return [str(url)]
        return named or [str(url.copy_with(path="/sitemap.xml"))]

    def _listed(self, roots: list[str]) -> Iterator[Listed | Unread]:
        """Every page once, sitemap after sitemap."""
        waiting = deque((address, 0) for address in roots)
        queued = set(roots)
        fetched = 0
        while waiting:
            address, depth = waiting.popleft()
            if fetched == MAX_SITEMAPS:
                message = sentence(
                    "There are more than {most} sitemaps.", most=MAX_SITEMAPS
                )
                yield failure(address, Failed(Code.TOO_LARGE, message))
                return
            fetched += 1
            try:
                found = self._sitemap(address, root=not depth)
            except Failed as failed:
                if depth and failed.code in _KEPT_OUT:
                    self._visit.passed_over(address, failed.code, failed.message)
                else:
                    yield failure(address, failed)
                continue
            if found.fault:
                message = sentence(
                    "The sitemap was read in part: {cause}", cause=found.fault
                )
                yield failure(address, Failed(Code.NOT_A_SITEMAP, message))
            for below in found.sitemaps:
                if below in queued:
                    continue
                queued.add(below)
                if depth == MAX_DEPTH:
                    message = sentence(
                        "More than {most} sitemaps stand above this one.",
                        most=MAX_DEPTH,
                    )
                    yield failure(below, Failed(Code.NOT_A_SITEMAP, message))
                else:
                    waiting.append((below, depth + 1))
            yield from found.pages

    def _sitemap(self, address: str, *, root: bool) -> Sitemap:
        check = None if root else self._check
        if root:
            self._check_host(address)
        with self._visit.client.get(address, size=MAX_SITEMAP, check=check) as answer:
            return parsed(answer)

    # --- Pages

    def _page(self, listed: Listed, began: datetime) -> Iterator[Document | Unread]:
        visit = self._visit
        try:
            address = str(fetchable(listed.address))
            if address in self._seen:
                return
            self._seen.add(address)
            self._check(address)
            known = None if visit.again else visit.memory.recall(address)
            if known is not None and known.read_at >= began:
                message = sentence("The crawl that goes on has read it already.")
                visit.passed_over(address, Code.READ_ALREADY, message)
                return
            if known is not None and surely_unchanged(known, listed.changed):
                visit.unchanged(address, known)
                return
            self._pages += 1
            with visit.client.get(
                address,
                size=MAX_PAGE,
                validators=known.validators if known else None,
                check=self._check,
            ) as answer:
                self._failures = 0
                if answer.unchanged and known is not None:
                    visit.unchanged(address, known)
                    visit.memory.remember(
                        address, validators=known.validators, listed=listed.changed
                    )
                else:
                    yield from self._answered(address, answer, listed)
        except Failed as failed:
            if self._passed_over(listed.address, failed):
                return
            self._failures += 1
            yield failure(listed.address, failed)

    def _answered(
        self, address: str, answer: Answer, listed: Listed
    ) -> Iterator[Document | Unread]:
        if answer.fault is None and not holds_postings(answer):
            message = sentence("The page holds no JobPosting.")
            self._visit.passed_over(address, Code.NO_POSTING, message)
            self._visit.memory.remember(
                address, validators=answer.validators, listed=listed.changed
            )
            return
        yield from self._visit.documents(
            address, answer, url=address, listed=listed.changed
        )

    def _passed_over(self, address: str, failed: Failed) -> bool:
        """Whether an address was not read for a reason that is no failure."""
        if failed.code in _KEPT_OUT:
            self._visit.passed_over(address, failed.code, failed.message)
            return True
        if failed.status in _GONE:
            self._failures += 1  # a site that has lost all its pages is out of order
            message = sentence(
                "The sitemap lists it, but the server answered {status}.",
                status=spelt(failed.status),
            )
            self._visit.passed_over(address, Code.GONE, message)
            return True
        return False

    def _check(self, address: str) -> None:
        self._check_host(address)
        self._robots.check(address)

    def _check_host(self, address: str) -> None:
        if _host(address) != self._host:
            raise Failed(
                Code.OTHER_HOST,
                sentence(
                    "It is on another host than {address}; crawl that one by itself.",
                    address=self._start,
                ),
            )

    def _too_many(self) -> Unread:
        message = sentence(
            "Pages that were fetched: {count}; there are more. The same command goes on "
            "where it stopped, for a day; --max-pages takes more at once.",
            count=self._max_pages,
        )
        return failure(self._start, Failed(Code.TOO_MANY_PAGES, message))

    def _given_up(self) -> Unread:
        message = sentence(
            "{count} pages in a row could not be fetched, so the site was left alone. "
            "The same command goes on where it stopped, for a day.",
            count=MAX_FAILURES,
        )
        return failure(self._start, Failed(Code.UNREACHABLE, message))


def _host(address: str) -> str:
    """A host as sites mean it: with and without www, http and https are one."""
    url = fetchable(address)
    host = url.host.removeprefix("www.").rstrip(".")
    port = urlsplit(str(url)).port
    return f"{host}:{port}" if port else host
