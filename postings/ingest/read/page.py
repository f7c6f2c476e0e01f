"""HTML pages: their JSON-LD blocks, else the microdata or RDFa in their markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from urllib.parse import urljoin

import lxml.etree
import lxml.html

from postings.ingest.read import graph, markup, pieces
from postings.ingest.read.document import Node, Unread, no_object, storable, unread
from postings.ingest.read.json_text import Decoder, Parsed
from postings.ingest.report import Code, sentence
from postings.schemaorg import CONTEXT, MAX_URL

#: The largest page that is read, in characters; its tree takes forty times as much.
MAX_PAGE = 2**23

_BLOCK = re.compile(r"\s*application/(?:ld\+json|json\+ld)\s*(?:;.*)?", re.IGNORECASE)


def nodes(
    name: str, text: str, *, address: str, decoder: Decoder
) -> Iterator[Node | Unread]:
    """Every posting of a page; the page is the address of one that stands alone."""
    if len(text) > MAX_PAGE:
        message = sentence("The page has more than {most} characters.", most=MAX_PAGE)
        yield unread(name, Code.TOO_LARGE, message)
        return
    try:
        tree, is_cut = _tree(text)
        shallow = _tree(_shallow(text))[0] if is_cut else tree
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        message = sentence("The page could not be read as HTML.")
        yield unread(name, Code.UNREADABLE, message, raw=text)
        return
    page = _canonical(shallow, address)
    base = _absolute(_attribute(shallow, "base", "href"), page) or page
    language = (tree.get("lang") or tree.get("xml:lang") or "").strip()[:35]
    found = list(_blocks(name, shallow, base, decoder, text))
    if not any(isinstance(entry, Node) for entry in found):
        found += _items(name, tree, base)
    if is_cut:
        found.append(unread(name, Code.TOO_DEEP, _CUT, raw=text))
    single = sum(isinstance(entry, Node) for entry in found) == 1
    for entry in found:
        if isinstance(entry, Node):
            where = page if single else ""
            yield replace(entry, page=where, language=storable(language))
        else:
            yield entry


#: How libxml2 says that it stopped: elements nested 2,048 deep.
_LIMIT = lxml.etree.ErrorTypes.ERR_RESOURCE_LIMIT
_CUT = sentence(
    "The page's elements are nested too deep; of what lies deeper, only JSON-LD was read."
)


def _tree(text: str) -> tuple[lxml.html.HtmlElement, bool]:
    """The elements of a page, and whether it is nested so deep that the end is missing.

    Raises LxmlError, ValueError or AssertionError for what is no page at all.
    """
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    last = parser.error_log.last_error
    return tree, last is not None and last.type == _LIMIT


def _shallow(text: str) -> str:
    """The parts of a page that need no nesting, each in its line; linear."""
    parts = ["<html>"]
    position = 0
    while found := _PART.search(text, position):
        parts.append("\n" * text.count("\n", position, found.start()))
        position = found.end()
        if ends := _ENDS.get((found[1] or found[2]).lower()):
            end = ends.search(text, position)
            if end is None:
                break
            position = end.end()
        parts.append(text[found.start() : position])
    return "".join(parts)


_PART = re.compile(
    r"<(?:(!--)|(script|style|link|base)(?=[\s/>])[^>]{0,2000}>)", re.IGNORECASE
)
_ENDS = {
    "!--": re.compile("-->"),
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
}


def _blocks(
    name: str, tree: lxml.html.HtmlElement, base: str, decoder: Decoder, text: str
) -> Iterator[Node | Unread]:
    texts: list[graph.Text] = []
    blocks = (
        block
        for block in tree.iter("script")
        if _BLOCK.fullmatch(block.get("type") or "")
    )
    for number, block in enumerate(blocks, start=1):
        where, raw = f"{name} block {number}", block.text or ""
        if not raw.strip():
            continue
        parsed = decoder.parse(raw)
        if isinstance(parsed, Parsed):
            if isinstance(parsed.value, dict | list):
                texts.append(graph.text(where, raw, parsed, address=base))
            else:
                yield no_object(where, raw, parsed.value)
            continue
        before = _line(block, raw, text) - 1
        parts, faults = pieces.sound(
            raw,
            parsed,
            decoder,
            locate=partial(_located, where, before),
            address=base,
        )
        texts += parts
        for fault in faults:
            yield _moved(fault, before)
        if not parts:
            at = _located(where, before, parsed.line)
            yield _moved(unread(at, parsed.code, parsed.message, raw=raw), before)
    yield from graph.nodes(texts, address=base)


def _located(where: str, before: int, line: int) -> str:
    return f"{where}:{before + line}"


def _moved(fault: Unread, before: int) -> Unread:
    """A fault whose message names a line of the block, as a line of the page."""
    message = fault.problem.message
    line = message.values.get("line")
    if not isinstance(line, str):
        return fault
    moved = {**message.values, "line": str(int(line) + before)}
    message = message._replace(values=moved)
    return replace(fault, problem=replace(fault.problem, message=message))


def _line(block: lxml.html.HtmlElement, raw: str, text: str) -> int:
    """The line of the page in which a block's text begins."""
    line = block.sourceline or 1
    if line >= _LAST_LINE and (found := text.find(raw)) >= 0:
        line = text.count("\n", 0, found) + 1
    return line


#: libxml2 counts no further.
_LAST_LINE = 2**16 - 1


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
