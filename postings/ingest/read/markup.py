"""Postings that a page states in microdata or RDFa, by extruct.

extruct gives the text of an element. Where its meaning is in the element's markup
(`HTML_PROPERTIES`, lists) or in the usual mistakes of pages, the value is made here and
extruct is left to tell what belongs to which item under which name.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.etree
import lxml.html

from postings.ingest.report import Sentence, sentence
from postings.schemaorg import HTML_PROPERTIES

#: What may be read of one page, in characters of text; an element, an item and each
#: character of an attribute count as some. Elements can be read over and over
#: (`itemref`, properties inside properties): real pages come to about their own length,
#: a hostile one is stopped after some seconds.
_MAX_EFFORT = 2**25
_ELEMENT, _ITEM, _ATTRIBUTES = 64, 1000, 8

#: Items inside items inside a posting; real pages have four.
_MAX_NESTING = 20

#: What pyRdfa takes for an element, a name in its attributes and a prefix, some 0.1 ms
#: each; and how deep elements with RDFa may be in one another, since it recurses.
_RDFA = 5000
_MAX_RDFA_NESTING = 100


@dataclass(frozen=True, slots=True)
class Found:
    """The postings of a page, and what is to be said of those that were not read."""

    items: tuple[dict[str, Any], ...] = ()
    problems: tuple[Sentence, ...] = ()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.items)


def items(tree: lxml.html.HtmlElement, *, address: str) -> Found:
    """Every JobPosting of a page as JSON-LD under schema.org's plain names.

    Microdata, else RDFa: a page that uses both says the same twice. Addresses are
    resolved against `address`; names of other vocabularies are left out. A posting
    inside another is one of its own. Cost: 0.3 ms for a page without, 1 ms with
    microdata, 5 ms with RDFa, 0.3 s once for extruct.
    """
    scopes: list[lxml.html.HtmlElement] = []
    has_rdfa = False
    for element in tree.iter("*"):
        if _is_posting(element.get("itemtype")):
            scopes.append(element)
        has_rdfa = has_rdfa or "jobposting" in element.get("typeof", "").lower()
    if scopes:
        effort = _Effort()
        reader = _reader()(tree, address, effort)
        return _found(scopes, reader.posting, effort)
    return _rdfa(tree, address) if has_rdfa else Found()


_SCHEMA = "https://schema.org/"
_ROOT = re.compile(r"(?:https?:)?//(?:www\.)?schema\.org/?#?", re.IGNORECASE)
_PREFIX = re.compile(
    r"^(?:(?:(?:https?:)?//)?(?:www\.)?schema\.org/#?|schema:)", re.IGNORECASE
)
_PLAIN = re.compile(r"[A-Za-z][\w-]*", re.ASCII)


def _name(iri: str) -> str:
    """A name without schema.org's address; "" for one of another vocabulary."""
    name = _PREFIX.sub("", iri)
    return name if _PLAIN.fullmatch(name) else ""


def _type(iri: str) -> str:
    name = _name(iri)
    return "JobPosting" if name.lower() == "jobposting" else name


def _is_posting(types: str | None) -> bool:
    return any(_type(each) == "JobPosting" for each in (types or "").split())


class _TooMuchError(Exception):
    """A page that takes more than `_MAX_EFFORT`."""


class _Effort:
    def __init__(self) -> None:
        self._left = _MAX_EFFORT
        self.was_too_deep = False

    def spend(self, amount: int) -> None:
        self._left -= amount
        if self._left < 0:
            raise _TooMuchError


def _found(
    sources: list[Any], read: Callable[[Any], dict[str, Any]], effort: _Effort
) -> Found:
    found: list[dict[str, Any]] = []
    problems: list[Sentence] = []
    try:
        for source in sources:
            found.append(read(source))  # noqa: PERF401 - keeps those before the last
    except _TooMuchError:
        problems.append(
            sentence(
                "The page takes too much effort to read; postings on it: {all}, of "
                "which only the first were read: {read}.",
                all=len(sources),
                read=len(found),
            )
        )
    if effort.was_too_deep:
        problems.append(
            sentence(
                "Items nested more than {most} deep were left out.", most=_MAX_NESTING
            )
        )
    return Found(tuple(found), tuple(problems))


# --- What an element says


#: Properties whose value is an address; for any other a link's words are the value.
_ADDRESSES = frozenset({
    "additionalType", "contentUrl", "hasMap", "image", "logo", "mainEntityOfPage",
    "map", "maps", "photo", "sameAs", "thumbnailUrl", "url",
})  # fmt: skip

_LINKS = {
    "a": "href", "area": "href", "link": "href", "object": "data", "audio": "src",
    "embed": "src", "iframe": "src", "img": "src", "source": "src", "track": "src",
    "video": "src",
}  # fmt: skip

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre",
    "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_SILENT = {"noscript", "script", "style", "template"}
#: Elements without which their contents would mean something else.
_FRAMES = {"blockquote", "dl", "ol", "pre", "table", "ul"}

_SPACE = re.compile("[ \t\n\r\f]+")
_PREFORMATTED = re.compile(
    r"<(?:pre|textarea)\b|white-space:\s{0,9}(?:pre|break)", re.IGNORECASE
)


def _address(element: lxml.html.HtmlElement) -> str:
    """What an element links to, as it stands there."""
    attribute = _LINKS.get(element.tag)
    return str(element.get(attribute, "")).strip() if attribute else ""


def _said(element: lxml.html.HtmlElement, name: str, effort: _Effort) -> list[str]:
    """The texts a property has by its element: several where that is a list.

    `content` counts on any element and comes before `datetime` and `value`, as in
    RDFa. HTML properties keep the markup inside their element.
    """
    stated = element.get("content")
    if not stated and element.tag == "time":
        stated = element.get("datetime")
    if not stated and element.tag in {"data", "meter", "input"}:
        stated = element.get("value")
    if stated and stated.strip():
        effort.spend(len(stated))
        return [stated.strip() if name in HTML_PROPERTIES else _folded(stated)]
    if name in HTML_PROPERTIES:
        return [_inner_html(element, effort)]
    if element.tag in {"ul", "ol"}:
        effort.spend(_ELEMENT * len(element))
        entries = [_text(each, effort) for each in element if each.tag == "li"]
        if any(entries):
            return entries
    return [_text(element, effort)]


def _text(element: lxml.html.HtmlElement, effort: _Effort) -> str:
    """The text on one line, as it is read: blocks are apart, scripts are not read."""
    parts: list[str] = []
    stack: list[lxml.html.HtmlElement | str] = [element]
    while stack:
        current = stack.pop()
        if isinstance(current, str):
            parts.append(current)
            continue
        effort.spend(_ELEMENT)
        if current is not element and current.tail:
            stack.append(current.tail)
        if current.tag in _SILENT or not isinstance(current.tag, str):
            continue
        if current.tag in _BLOCKS:
            parts.append(" ")
            stack.append(" ")
        parts.append(current.text or "")
        stack.extend(reversed(current))
    text = "".join(parts)
    effort.spend(len(text))
    return _folded(text)


def _inner_html(element: lxml.html.HtmlElement, effort: _Effort) -> str:
    """The markup inside an element, with the element where it gives that its sense.

    Line ends count for as much as in a browser: nothing, unless they are preformatted.
    """
    text = element.text or ""
    style = element.get("style") or ""
    is_plain = len(element) == 0 and "<" not in text
    parts = [text if is_plain else html.escape(text, quote=False)]
    effort.spend(len(text) + _ELEMENT)
    for child in element:
        parts.append(lxml.html.tostring(child, encoding="unicode"))
        effort.spend(len(parts[-1]) + _ELEMENT)
    inner = "".join(parts).strip()
    if inner and element.tag in _FRAMES:
        inner = f"<{element.tag}>{inner}</{element.tag}>"
    if _PREFORMATTED.search(style) or _PREFORMATTED.search(inner):
        return inner
    return _SPACE.sub(" ", inner)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _several(values: Iterable[Any]) -> Any:
    """Values without repeats and empty ones: one alone, several as a list, or None."""
    found = {v if isinstance(v, str) else id(v): v for v in values if v}
    several = list(found.values())
    return several if len(several) > 1 else next(iter(several), None)


def _absolute(reference: str, address: str) -> str:
    """The whole address; "" of one that is none."""
    try:
        absolute = urljoin(address, reference.strip())
        urlsplit(absolute)
    except ValueError:
        return ""
    return absolute


# --- Microdata


@cache
def _reader() -> Any:
    """The class that reads; made at first use, since extruct takes long to import."""
    from extruct.w3cmicrodata import MicrodataExtractor  # noqa: PLC0415

    class Reader(MicrodataExtractor):  # type: ignore[misc]
        """extruct's rules for the parts of an item, with values and walks of our own.

        `items_seen` are the items around the present one: those after it may use the
        same ones by `itemref`.
        """

        def __init__(self, tree: Any, address: str, effort: _Effort) -> None:
            super().__init__(strict=True)  # lists of types and values, always
            self._tree = tree
            self._address = address
            self._effort = effort

        def posting(self, scope: Any) -> Any:
            return self._node(self._extract_item(scope, set(), self._address, None))

        @cached_property
        def _by_id(self) -> dict[str, lxml.html.HtmlElement]:
            backwards = reversed(list(self._tree.iter("*")))
            return {each.get("id", ""): each for each in backwards}

        def _extract_item(
            self, node: Any, items_seen: set[Any], base_url: str, itemids: Any
        ) -> Any:
            if node in items_seen:
                return None
            if len(items_seen) >= _MAX_NESTING:
                self._effort.was_too_deep = True
                return None
            self._effort.spend(_ITEM)
            try:
                return super()._extract_item(node, items_seen, base_url, itemids)
            finally:
                items_seen.discard(node)

        def get_docid(self, node: Any, itemids: Any) -> Any:
            return node

        def _extract_properties(self, node: Any, **around: Any) -> Iterator[Any]:
            return self._stated(reversed(node), around)

        def _extract_property_refs(
            self, node: Any, refid: str, **around: Any
        ) -> Iterator[Any]:
            self._effort.spend(_ELEMENT)
            target = self._by_id.get(refid)
            return self._stated([] if target is None else [target], around)

        def _stated(
            self, starts: Iterable[Any], around: dict[str, Any]
        ) -> Iterator[tuple[str, Any]]:
            """The properties of one item under the elements, nested items closed.

            What stands in an HTML property once more under the same name is part of it.
            """
            stack: list[tuple[Any, frozenset[str]]]
            stack = [(start, frozenset()) for start in starts]
            while stack:
                element, inside = stack.pop()
                self._effort.spend(_ELEMENT)
                if not isinstance(element.tag, str):
                    continue
                names: set[str] = set()
                if "itemprop" in element.attrib:
                    self._effort.spend(_ATTRIBUTES * sum(map(len, element.values())))
                    named = dict.fromkeys(map(_name, element.get("itemprop").split()))
                    names = named.keys() - {""}
                    for name in named:
                        if name and name not in inside:
                            for value in self._values(element, name, around):
                                yield name, value
                if not _is_scope(element):
                    if names:
                        inside |= names.intersection(HTML_PROPERTIES)
                    stack.extend((child, inside) for child in reversed(element))

        def _values(self, element: Any, name: str, around: dict[str, Any]) -> list[Any]:
            if _is_scope(element):
                if _is_posting(element.get("itemtype")):
                    return []
                item = self._extract_item(element, **around)
                return [self._node(item)] if item else []
            links = bool(_address(element))
            by_words = element.tag in {"a", "area"} and name not in _ADDRESSES
            said = _said(element, name, self._effort) if by_words or not links else []
            if links and not any(said):
                return [self._extract_property_value(element, **around)]
            return said

        def _extract_property_value(self, node: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return super()._extract_property_value(node, *args, **kwargs)
            except ValueError:  # an address that is none
                return _address(node)

        def _extract_textContent(self, node: Any) -> str:  # noqa: N802
            return _text(node, self._effort)

        def _node(self, item: dict[str, Any]) -> Any:
            """An item as JSON-LD; one without properties is its text."""
            types = [_type(each) for each in item.get("type", ())]
            found = {"@type": _several(types)}
            if item.get("id"):
                found["@id"] = _absolute(item["id"], self._address)
            for name, values in item.get("properties", {}).items():
                found[name] = _several(values)
            found = {name: value for name, value in found.items() if value}
            if "JobPosting" in types or found.keys() - {"@type"}:
                return found
            return _folded(item.get("value", ""))

    return Reader


def _is_scope(element: lxml.html.HtmlElement) -> bool:
    """Whether an element is an item: many a page gives it a type and no `itemscope`."""
    return "itemscope" in element.attrib or "itemtype" in element.attrib


# --- RDFa


#: HTML's own link types, which say nothing of the posting.
_LINK_TYPES = frozenset({
    "alternate", "author", "bookmark", "canonical", "external", "help", "icon",
    "license", "manifest", "next", "nofollow", "noopener", "noreferrer", "opener",
    "prefetch", "preload", "prev", "publisher", "search", "shortcut", "sponsored",
    "stylesheet", "tag", "ugc",
})  # fmt: skip

#: What an item is called that has no name of its own; the number is its place.
_UNNAMED = "urn:x-item:"
_REFERENCES = ("resource", "href", "src")

#: What lxml takes in no attribute.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _rdfa(tree: lxml.html.HtmlElement, address: str) -> Found:
    from extruct.rdfa import RDFaExtractor  # noqa: PLC0415

    try:
        outline = _Outline(tree, address)
        nodes = RDFaExtractor().extract_items(outline.root, base_url=address)
        return _Graph(nodes, outline.order).postings()
    except _TooMuchError:
        problem = sentence("The page has more RDFa than is read.")
    except Exception as why:  # noqa: BLE001 - pyRdfa and rdflib raise what they like
        problem = sentence(
            "The page's RDFa could not be read ({error}).", error=type(why).__name__
        )
    return Found(problems=(problem,))


class _Outline:
    """The elements of a page that carry RDFa, as a tree of its own for pyRdfa.

    pyRdfa recurses and takes its time: it is given nothing else. The texts stand in
    `content`, without language and data type, so that they come out as they go in; an
    item without a name gets one, since blank nodes lose their order. `order` is the
    place of each text and address in the page.
    """

    def __init__(self, tree: lxml.html.HtmlElement, address: str) -> None:
        from extruct.xmldom import XmlDomHTMLParser  # noqa: PLC0415

        self.order: dict[str, int] = {}
        self._items: set[str] = set()
        self._address = address
        self._effort = _Effort()
        self.root = XmlDomHTMLParser().makeelement("html", {"vocab": _SCHEMA})
        self._copy(tree)

    def _copy(self, tree: lxml.html.HtmlElement) -> None:
        stating = {each for each in tree.iter("*") if _states(each)}
        holding: set[lxml.html.HtmlElement] = set()
        for each in stating:
            for name in {"about", "resource"}.intersection(each.attrib):
                self._items.add(_absolute(each.get(name, ""), self._address))
            parent = each.getparent()
            while parent is not None and parent not in holding:
                holding.add(parent)
                parent = parent.getparent()
        copies: dict[Any, tuple[Any, int]] = {tree.getparent(): (self.root, 1)}
        for element in tree.iter("*"):
            if element not in stating and element not in holding:
                continue
            parent, depth = copies[element.getparent()]
            kept = self._attributes(element)
            if not kept:
                copies[element] = parent, depth
                continue
            if depth > _MAX_RDFA_NESTING:
                raise _TooMuchError
            first, *others = self._texts(element, kept, holds=element in holding)
            copies[element] = self._add(parent, first), depth + 1
            for other in others:
                self._add(parent, other)

    def _add(self, parent: Any, attributes: dict[str, str]) -> Any:
        clean = {name: _CONTROLS.sub("", value) for name, value in attributes.items()}
        names = ("property", "typeof", "rel", "rev", "prefix")
        words = sum(len(clean.get(name, "").split()) for name in names)
        self._effort.spend(_RDFA * (1 + words))
        for name in ("content", "about", *_REFERENCES):
            if name in clean:
                self.order.setdefault(clean[name], len(self.order))
        return lxml.etree.SubElement(parent, "span", clean)

    def _attributes(self, element: lxml.html.HtmlElement) -> dict[str, str]:
        kept: dict[str, str] = {}
        prefixes = [element.get("prefix", "")]
        for name, value in element.items():
            if name in {"property", "typeof", "rev", "vocab"}:
                kept[name] = _iris(value)
            elif name == "content":
                kept[name] = value
            elif name in {"about", *_REFERENCES}:
                is_curie = value.startswith(("_:", "[")) and value != "[]"
                if found := value if is_curie else _absolute(value, self._address):
                    kept[name] = found
            elif name.startswith("xmlns:"):
                prefixes.insert(0, f"{name[6:]}: {value}")
        if relations := _relations(element):
            kept["rel"] = _iris(relations)
        if prefix := _iris(" ".join(prefixes)):
            kept["prefix"] = prefix
        return kept

    def _texts(
        self, element: lxml.html.HtmlElement, kept: dict[str, str], *, holds: bool
    ) -> list[dict[str, str]]:
        """The attributes with the text they are to stand for: once for each text."""
        words = kept.get("property", "").split()
        names = [re.split("[:/#]", word)[-1] for word in words]
        refers = not kept.keys().isdisjoint(_REFERENCES)
        if "typeof" in kept and not refers and "about" not in kept:
            if names and not holds:
                del kept["typeof"]  # an Organization that is nothing but its name
            else:
                kept["resource"] = f"{_UNNAMED}{len(self.order)}"
                refers = True
        if "rel" in kept or {"content", "datatype", "rev"}.intersection(element.attrib):
            refers = False
        is_link = element.tag in {"a", "area"} and _ADDRESSES.isdisjoint(names)
        is_bare = kept.keys().isdisjoint({"typeof", "resource"})
        by_words = is_link and is_bare and kept.get("href") not in self._items
        if not names or (refers and not by_words):
            return [kept]
        name = next((each for each in names if each in HTML_PROPERTIES), names[0])
        texts = _said(element, name, self._effort)
        said = [{"content": text} for text in texts if text]
        if not said:
            if not refers:
                del kept["property"]
            return [kept]
        for name in ("href", "src") if refers else ():
            kept.pop(name, None)
        alone = {name: kept[name] for name in ("property", "about") if name in kept}
        return [kept | said[0], *(alone | each for each in said[1:])]


def _states(element: lxml.html.HtmlElement) -> bool:
    names = ("property", "typeof", "rev")
    return bool(_relations(element)) or any(map(element.get, names))


def _relations(element: lxml.html.HtmlElement) -> str:
    words = element.get("rel", "").split()
    return " ".join(each for each in words if each.lower() not in _LINK_TYPES)


def _iris(text: str) -> str:
    """Names pyRdfa can read: "http://schema.org" needs its slash, blank ones fail."""
    names = (_SCHEMA if _ROOT.fullmatch(each) else each for each in text.split())
    return " ".join(
        each if _absolute(each, "") and not each.startswith("_:") else _UNNAMED
        for each in names
    )


class _Graph:
    """extruct's flat list of nodes, put into one another where they are referred to."""

    def __init__(self, nodes: list[dict[str, Any]], order: dict[str, int]) -> None:
        self._nodes = {node["@id"]: node for node in nodes if "@id" in node}
        self._order = order
        self._effort = _Effort()

    def postings(self) -> Found:
        named = [name for name in self._nodes if self._is_posting(name)]
        named.sort(key=lambda name: (self._order.get(name, math.inf), name))
        return _found(named, self._node, self._effort)

    def _is_posting(self, name: str) -> bool:
        return _is_posting(" ".join(self._nodes[name].get("@type", ())))

    def _node(self, name: str, around: tuple[str, ...] = ()) -> dict[str, Any]:
        self._effort.spend(_ITEM)
        node = self._nodes[name]
        values: dict[str, list[tuple[float, str, Any]]] = {}
        for iri, entries in node.items():
            plain = "" if iri.startswith("@") else _name(iri)
            if plain:
                ranked = values.setdefault(plain, [])
                ranked += [self._ranked(each, (*around, name)) for each in entries]
        types = map(_type, sorted(node.get("@type", ())))
        found = {"@type": _several(types), "@id": _own(name)}
        for plain, ranked in sorted(values.items()):
            ranked.sort(key=lambda each: each[:2])
            found[plain] = _several(value for _, _, value in ranked)
        return {key: value for key, value in found.items() if value}

    def _ranked(
        self, entry: dict[str, Any], around: tuple[str, ...]
    ) -> tuple[float, str, Any]:
        """Place in the page, what decides where that is unknown, and the value."""
        raw = str(entry.get("@value", entry.get("@id", "")))
        self._effort.spend(_ELEMENT + len(raw))
        value = raw if "@value" in entry else self._referred(raw, around)
        if raw in self._order:
            return self._order[raw], "", value
        return math.inf, json.dumps(value, sort_keys=True), value

    def _referred(self, name: str, around: tuple[str, ...]) -> Any:
        """The node of a name, or the name where there is none or this is inside it."""
        if name not in self._nodes or name in around or self._is_posting(name):
            return _own(name)
        if len(around) >= _MAX_NESTING:
            self._effort.was_too_deep = True
            return _own(name)
        found = self._node(name, around)
        return found if found.keys() - {"@type", "@id"} else _own(name)


def _own(name: str) -> str | None:
    """An item's name unless it was made up here or by pyRdfa."""
    return None if name.startswith((_UNNAMED, "_:")) else name
