"""What a sitemap lists: pages, and sitemaps below it.

Each is parsed by ultimate-sitemap-parser, which is given the text and no way to fetch.
"""

from __future__ import annotations

import xml.parsers.expat
from collections.abc import Iterator
from dataclasses import dataclass

from usp.exceptions import SitemapException
from usp.objects.sitemap import AbstractSitemap, IndexXMLSitemap, InvalidSitemap
from usp.tree import sitemap_from_str

from postings.ingest.read.document import Document, Unread
from postings.ingest.report import Code, Sentence, reason, sentence
from postings.ingest.unpack import documents
from postings.ingest.web.client import Answer, Failed

#: The largest sitemap, unpacked, in bytes, and the most addresses in it, as
#: sitemaps.org has them.
MAX_SITEMAP = 50 * 2**20
MAX_PAGES = 50_000

#: Sitemaps one index may name. The protocol's bound is 50,000, of 50,000 pages each.
MAX_SITEMAPS = 2_000

#: The longest text in one element, in characters.
_MAX_TEXT = 2**16


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of a sitemap; `changed` is ISO 8601 or ""."""

    address: str
    changed: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitemap:
    """What one sitemap says; `fault` is why it may not be all of it."""

    pages: tuple[Listed, ...] = ()
    sitemaps: tuple[str, ...] = ()
    fault: Sentence | None = None


def parsed(answer: Answer) -> Sitemap:
    """The sitemap in an answer: XML, RSS, Atom or plain text, packed or not.

    Broken XML gives what stands before the break, and says so. Raises Failed for what
    is no sitemap or too large to be one.
    """
    text = _unpacked(answer).decode("utf-8-sig", "replace")
    fault = _Xml().fault(text) if text.lstrip()[:1] == "<" else None
    try:
        found = sitemap_from_str(text.lstrip())
        if not isinstance(found, InvalidSitemap):
            sitemap = Sitemap(
                pages=tuple(_pages(found)),
                sitemaps=tuple(below.url for below in _below(found)),
                fault=fault,
            )
            if sitemap.pages or sitemap.sitemaps or text.lstrip()[:1] == "<":
                return sitemap
    except (SitemapException, ValueError, ArithmeticError, LookupError) as error:
        fault = fault or sentence(
            "something in it cannot be read ({error}).", error=str(error)[:200]
        )
    if fault is None:
        raise Failed(Code.NOT_A_SITEMAP, sentence("The document is no sitemap."))
    raise Failed(
        Code.NOT_A_SITEMAP,
        sentence("The document is no sitemap: {cause}", cause=fault),
    )


def _pages(found: AbstractSitemap) -> Iterator[Listed]:
    if isinstance(found, IndexXMLSitemap):
        return
    for page in found.pages:
        changed = page.last_modified
        yield Listed(address=page.url, changed=changed.isoformat() if changed else "")


def _below(found: AbstractSitemap) -> list[AbstractSitemap]:
    return found.sub_sitemaps if isinstance(found, IndexXMLSitemap) else []


def _unpacked(answer: Answer) -> bytes:
    if answer.fault is not None:
        answer.content()  # raises
    for entry in documents(
        Document(name="sitemap", address=answer.address, stream=answer.stream())
    ):
        if isinstance(entry, Unread):
            raise Failed(entry.problem.code, entry.problem.message)
        try:
            content = entry.open().read(MAX_SITEMAP + 1)
        except OSError as error:
            message = sentence("Unpacking stopped: {cause}", cause=reason(error))
            raise Failed(Code.UNREADABLE, message) from error
        if len(content) > MAX_SITEMAP:
            message = sentence(
                "A sitemap may have {size}.", size=f"{MAX_SITEMAP >> 20} MiB"
            )
            raise Failed(Code.TOO_LARGE, message)
        return content
    return b""


class _Xml:
    """Looks a sitemap through before it is parsed.

    The parser keeps quiet about XML that breaks off, and takes time that grows with
    the square of what no sitemap holds.
    """

    def __init__(self) -> None:
        self._text = self._pages = self._sitemaps = 0
        self._parser = xml.parsers.expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def fault(self, text: str) -> Sentence | None:
        """Why the XML cannot be read to its end. Raises Failed for too much."""
        try:
            self._parser.Parse(text.lstrip(), True)  # noqa: FBT003 - its own signature
        except xml.parsers.expat.ExpatError as error:
            return sentence(
                "its XML is broken at line {line} ({error}).",
                line=str(error.lineno),
                error=xml.parsers.expat.ErrorString(error.code),
            )
        return None

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._text = 0
        local = name.rpartition(":")[2]
        self._pages += local in {"url", "item", "entry"}
        self._sitemaps += local == "sitemap"
        if self._pages > MAX_PAGES:
            raise Failed(
                Code.TOO_LARGE,
                sentence("The sitemap has more than {most} pages.", most=MAX_PAGES),
            )
        if self._sitemaps > MAX_SITEMAPS:
            raise Failed(
                Code.TOO_LARGE,
                sentence(
                    "The sitemap has more than {most} sitemaps.", most=MAX_SITEMAPS
                ),
            )

    def _end(self, _name: str) -> None:
        self._text = 0

    def _characters(self, data: str) -> None:
        self._text += len(data)
        if self._text > _MAX_TEXT:
            raise Failed(
                Code.TOO_LARGE,
                sentence(
                    "The sitemap has more than {most} characters in one element.",
                    most=_MAX_TEXT,
                ),
            )

    def _doctype(self, *_: object) -> None:
        raise Failed(
            Code.NOT_A_SITEMAP,
            sentence("The document is no sitemap: it has a DOCTYPE."),
        )
