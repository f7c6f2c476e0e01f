"""HTML pages: their JSON-LD blocks, else the microdata or RDFa in their markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin

import lxml.etree
import lxml.html

from postings.ingest.read import graph, markup
from postings.ingest.read.document import Node, Unread, storable, unread
from postings.ingest.read.json_text import Decoder, Fault, Parsed
from postings.ingest.report import Code
from postings.schemaorg import CONTEXT, MAX_URL

#: The largest page that is read, in characters; its tree takes forty times as much.
MAX_PAGE = 2**23

_BLOCK = re.compile(r"\s*application/(?:ld\+json|json\+ld)\s*(?:;.*)?", re.IGNORECASE)


def nodes(
    name: str, text: str, *, address: str, decoder: Decoder
) -> Iterator[Node | Unread]:
    """Every posting of a page; the page is the address of one that stands alone."""
    if len(text) > MAX_PAGE:
        message = f"The page has more than {MAX_PAGE:,} characters."
        yield unread(name, Code.TOO_LARGE, message)
        return
    try:
        tree = lxml.html.document_fromstring(
            text.encode("utf-8", "replace"),
            parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True),
        )
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        message = "The page could not be read as HTML."
        yield unread(name, Code.UNREADABLE, message, raw=text)
        return
    page = _canonical(tree, address)
    base = _absolute(_attribute(tree, "base", "href"), page) or page
    language = (tree.get("lang") or "").strip()[:35]
    found = list(_blocks(name, tree, base, decoder))
    if not any(isinstance(entry, Node) for entry in found):
        found += _items(name, tree, base)
    single = sum(isinstance(entry, Node) for entry in found) == 1
    for entry in found:
        if isinstance(entry, Node):
            where = page if single else ""
            yield replace(entry, page=where, language=storable(language))
        else:
            yield entry


def _blocks(
    name: str, tree: lxml.html.HtmlElement, base: str, decoder: Decoder
) -> Iterator[Node | Unread]:
    texts: list[graph.Text] = []
    blocks = (
        block
        for block in tree.iter("script")
        if _BLOCK.fullmatch(block.get("type") or "")
    )
    for number, block in enumerate(blocks, start=1):
        where, raw = f"{name} block {number}", block.text or ""
        parsed = decoder.parse(raw)
        if isinstance(parsed, Fault):
            line = (block.sourceline or 1) + parsed.line - 1
            message = re.sub(r"line \d+", f"line {line}", parsed.message, count=1)
            yield unread(f"{where}:{line}", parsed.code, message, raw=raw)
        elif isinstance(parsed.value, dict | list):
            texts.append(graph.text(where, raw, parsed, address=base))
        else:
            message = "A JSON object or array was expected."
            yield unread(
                where, Code.NOT_AN_OBJECT, message, raw=raw, value=parsed.value
            )
    yield from graph.nodes(texts, address=base)


def _items(
    name: str, tree: lxml.html.HtmlElement, base: str
) -> Iterator[Node | Unread]:
    found = markup.items(tree, address=base)
    for number, item in enumerate(found.items, start=1):
        where = f"{name} item {number}"
        parsed = Parsed({"@context": CONTEXT, **item}, clean=False)
        text = graph.text(where, "", parsed, address=base)
        yield from graph.nodes([text], address=base)
    for message in found.problems:
        yield unread(name, Code.TOO_LARGE, message)


def _canonical(tree: lxml.html.HtmlElement, address: str) -> str:
    """The page's canonical address, else the one it was fetched from."""
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            canonical = _absolute(link.get("href"), address)
            if canonical:
                return canonical
    return address


def _attribute(tree: lxml.html.HtmlElement, tag: str, name: str) -> str | None:
    return next((each.get(name) for each in tree.iter(tag) if each.get(name)), None)


def _absolute(reference: str | None, address: str) -> str:
    """An http(s) address of bearable length, or ""."""
    try:
        absolute = urljoin(address, (reference or "").strip())
    except ValueError:
        return ""
    if not reference or not absolute.startswith(("http://", "https://")):
        return ""
    return storable(absolute) if len(absolute) <= MAX_URL else ""
