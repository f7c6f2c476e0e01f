"""Bytes to nodes: what a document holds of JobPostings, each with a locator.

Reads JSON, JSON lines, arrays, `@graph` and HTML pages with `application/ld+json`
blocks. Lenient and honest: whatever cannot be used comes out as a problem, whatever
was repaired is said, and a bad record never costs its neighbours.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

import lxml.etree
import lxml.html

from postings.ingest.report import Code, Problem, Severity, shortened
from postings.schemaorg import MAX_URL

#: Containers nested deeper than this are not career data; deeper documents are
#: rejected before anything recurses into them.
MAX_DEPTH = 100

_JOB_POSTING = re.compile(
    r"^(?:https?://(?:www\.)?schema\.org/|schema:)?JobPosting$", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """Bytes, and what is known of where they came from.

    `name` is for people (a path, `-`, an address); `address` is the http(s) address
    the document was read from, or empty.
    """

    name: str
    content: bytes
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Node:
    """One untrusted JobPosting node, references resolved, as a plain dict.

    `page` is the address of the page when it holds exactly this one posting,
    `language` the page's own, `raw` the text the record was read from.
    """

    data: Mapping[str, Any]
    locator: str
    page: str = ""
    language: str = ""
    raw: str = ""
    problems: tuple[Problem, ...] = field(default=())

    @cached_property
    def data_digest(self) -> str:
        """SHA-256 over the node's canonical JSON: sorted keys, no white space."""
        canonical = json.dumps(
            self.data, sort_keys=True, separators=(",", ":"), ensure_ascii=True
        )
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything the reader is given: node, page and language."""
        given = "\n".join((self.data_digest, self.page, self.language))
        return hashlib.sha256(given.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A record that could not be read at all, with its text for the ledger."""

    problem: Problem
    raw: str = ""


def nodes(document: Document) -> Iterator[Node | Unread]:
    """Every JobPosting of a document, or why there is none.

    Never raises for what the bytes hold. A document without any posting yields one
    `Unread`.
    """
    document = replace(document, name=storable(document.name))
    text, repairs = _decoded(document)
    if text is None:
        yield _unread(
            document.name,
            Code.BAD_ENCODING,
            "The document is neither UTF-8 nor UTF-16 text.",
        )
        return
    if text.lstrip()[:1] == "<":
        found = _page_nodes(document, text)
    else:
        found = _json_nodes(document, text)
    empty = True
    for entry in found:
        empty = False
        if isinstance(entry, Node) and repairs:
            yield replace(entry, problems=(*repairs, *entry.problems))
        else:
            yield entry
    if empty:
        yield _unread(
            document.name,
            Code.NO_POSTING,
            "No JobPosting in JSON-LD was found in this document.",
            raw=text,
        )


def _decoded(document: Document) -> tuple[str | None, tuple[Problem, ...]]:
    content = document.content
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding), ()
    except UnicodeDecodeError:
        pass
    if re.match(rb"\s*<", content):
        # A page may say its encoding itself, as lxml reads it; else as browsers do.
        declared = re.search(rb"""charset=["']?([\w-]{1,40})""", content[:4096])
        encoding = declared[1].decode("ascii") if declared else "windows-1252"
    else:
        encoding = "windows-1252"
    try:
        text = content.decode(encoding)
    except (UnicodeError, LookupError):
        return None, ()
    return text, (
        Problem(
            code=Code.BAD_ENCODING,
            severity=Severity.REPAIRED,
            locator=document.name,
            message=f"The document is not UTF-8; it was read as {encoding}.",
        ),
    )


def _json_nodes(document: Document, text: str) -> Iterator[Node | Unread]:
    parsed = _parsed(text)
    if isinstance(parsed, _Fault) and _looks_like_lines(text):
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                where = f"{document.name}:{number}"
                yield from _value_nodes(line, where, report_empty=True)
        return
    yield from _value_nodes(text, document.name, parsed=parsed)


def _looks_like_lines(text: str) -> bool:
    """Whether at least one of the first lines is a whole JSON object of its own."""
    lines = [line for line in text[:1_000_000].splitlines() if line.strip()][:5]
    return len(lines) > 1 and any(isinstance(_parsed(line), _Parsed) for line in lines)


def _page_nodes(document: Document, text: str) -> Iterator[Node | Unread]:
    try:
        tree = lxml.html.document_fromstring(
            text.encode("utf-8", "replace"),
            parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True),
        )
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        yield _unread(
            document.name,
            Code.UNREADABLE,
            "The page could not be read as HTML.",
            raw=text,
        )
        return
    language = tree.get("lang") or ""
    blocks = [
        block.text or ""
        for block in tree.iter("script")
        if (block.get("type") or "").split(";")[0].strip().lower()
        == "application/ld+json"
    ]
    parsed = [_parsed(block) for block in blocks]
    index: dict[str, Mapping[str, Any]] = {}
    for entry in parsed:
        if isinstance(entry, _Parsed):
            _index_ids(entry.value, index)
    found: list[Node | Unread] = []
    for number, (block, entry) in enumerate(zip(blocks, parsed, strict=True), start=1):
        where = f"{document.name} block {number}"
        found.extend(_value_nodes(block, where, parsed=entry, index=index))
    page = _page_address(document, tree)
    single = sum(isinstance(entry, Node) for entry in found) == 1
    for result in found:
        if isinstance(result, Node):
            yield replace(
                result, page=page if single else "", language=language.strip()[:35]
            )
        else:
            yield result


def _page_address(document: Document, tree: lxml.html.HtmlElement) -> str:
    """The page's canonical address, else the one it was fetched from."""
    for link in tree.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            canonical = urljoin(document.address, str(link.get("href")).strip())
            if canonical.startswith(("http://", "https://")):
                return storable(canonical) if len(canonical) <= MAX_URL else ""
    return document.address


@dataclass(frozen=True, slots=True)
class _Parsed:
    value: Any
    repairs: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fault:
    code: Code
    message: str


def _parsed(text: str) -> _Parsed | _Fault:
    """JSON text as a value no deeper than `MAX_DEPTH`, or what is wrong with it."""
    if _too_deep(text):
        return _Fault(
            Code.TOO_DEEP, f"The JSON is nested more than {MAX_DEPTH} levels deep."
        )
    repairs: tuple[Code, ...] = ()
    try:
        try:
            value = json.loads(text, parse_constant=_no_constant)
        except json.JSONDecodeError:
            # Real career sites put raw newlines and tabs inside strings.
            value = json.loads(text, strict=False, parse_constant=_no_constant)
            repairs = (Code.CONTROL_CHARACTERS,)
    except json.JSONDecodeError as error:
        return _Fault(
            Code.BAD_JSON,
            f"The JSON is broken at line {error.lineno}, column {error.colno}: "
            f"{error.msg}.",
        )
    except (ValueError, RecursionError) as error:
        return _Fault(Code.BAD_JSON, f"The JSON cannot be read: {error}.")
    return _Parsed(value, repairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _too_deep(text: str) -> bool:
    """Whether brackets outside strings nest past `MAX_DEPTH`. Cost: one pass.

    Counted only where there are enough brackets for it to be possible.
    """
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        mark = token[0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def _value_nodes(
    text: str,
    where: str,
    *,
    parsed: _Parsed | _Fault | None = None,
    index: dict[str, Mapping[str, Any]] | None = None,
    report_empty: bool = False,
) -> Iterator[Node | Unread]:
    """The postings of one JSON text, wherever in it they stand."""
    parsed = parsed or _parsed(text)
    if isinstance(parsed, _Fault):
        yield _unread(where, parsed.code, parsed.message, raw=text)
        return
    if not isinstance(parsed.value, dict | list):
        yield _unread(
            where,
            Code.NOT_AN_OBJECT,
            "A JSON object or array was expected.",
            raw=text,
            value=parsed.value,
        )
        return
    repairs = tuple(
        Problem(
            code=code,
            severity=Severity.REPAIRED,
            locator=where,
            message="Raw control characters inside strings were accepted.",
        )
        for code in parsed.repairs
    )
    if index is None:
        index = {}
        _index_ids(parsed.value, index)
    empty = True
    for pointer, found in _postings(parsed.value):
        empty = False
        locator = f"{where}#{pointer}" if pointer else where
        if isinstance(found, Unread):
            yield _unread(
                locator, found.problem.code, found.problem.message, raw=found.raw
            )
            continue
        data, missing = _resolved(found, index, locator)
        # Digests and storage need text that UTF-8 and PostgreSQL can hold.
        data, dirty = _storable(data)
        problems = [*repairs, *missing]
        if dirty:
            problems.append(
                Problem(
                    code=Code.CONTROL_CHARACTERS,
                    severity=Severity.REPAIRED,
                    locator=locator,
                    message="NUL characters or lone surrogates were replaced.",
                )
            )
        yield Node(
            data=data,
            locator=locator,
            raw=storable(text) if not pointer else json.dumps(found),
            problems=tuple(problems),
        )
    if empty and report_empty:
        yield _unread(where, Code.NO_POSTING, "No JobPosting in this line.", raw=text)


def _postings(value: Any) -> Iterator[tuple[str, Mapping[str, Any] | Unread]]:
    """JSON pointer and node of every JobPosting, in document order.

    An entry of a top-level array or `@graph` that is no object is reported.
    """
    stack: list[tuple[str, Any, bool]] = [("", value, False)]
    while stack:
        pointer, current, listed = stack.pop()
        if isinstance(current, dict):
            if is_posting(current):
                yield pointer, current
                continue
            children: list[tuple[str, Any, bool]] = [
                (f"{pointer}/{_escaped(key)}", child, key == "@graph")
                for key, child in current.items()
                if isinstance(child, dict | list)
            ]
            stack.extend(reversed(children))
        elif isinstance(current, list):
            top = listed or not pointer
            stack.extend(
                (f"{pointer}/{position}", child, False)
                for position, child in reversed(list(enumerate(current)))
                if isinstance(child, dict | list) or top
            )
        else:
            yield (
                pointer,
                Unread(
                    problem=Problem(
                        code=Code.NOT_AN_OBJECT,
                        severity=Severity.REJECTED,
                        message="An object was expected in this list.",
                    ),
                    raw=json.dumps(current),
                ),
            )


def is_posting(value: Mapping[str, Any]) -> bool:
    """Whether a node names JobPosting among its types, in any usual spelling."""
    kinds = value.get("@type", value.get("type"))
    return any(
        isinstance(kind, str) and _JOB_POSTING.match(kind.strip())
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def _escaped(key: str) -> str:
    """A key as a reference token of a JSON pointer (RFC 6901), storable."""
    return storable(key.replace("~", "~0").replace("/", "~1"))


def _index_ids(value: Any, index: dict[str, Mapping[str, Any]]) -> None:
    """Every node with an `@id` and something to say, by that `@id`; the first wins."""
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            name = current.get("@id")
            if isinstance(name, str) and len(current) > 1:
                index.setdefault(name, current)
            stack.extend(reversed(list(current.values())))
        elif isinstance(current, list):
            stack.extend(reversed(current))


#: References are followed this far into one posting; real pages need two.
_MAX_REFERENCES = 50


def _resolved(
    data: Mapping[str, Any], index: Mapping[str, Mapping[str, Any]], locator: str
) -> tuple[dict[str, Any], list[Problem]]:
    """The node with `{"@id": …}` references replaced by what they name.

    A reference inside its own target stays as it is, and so does any past the first
    50 or deeper than `MAX_DEPTH`.
    """
    problems: list[Problem] = []
    budget = _MAX_REFERENCES

    def resolve(value: Any, pointer: str, inside: tuple[str, ...]) -> Any:
        nonlocal budget
        if isinstance(value, list):
            return [
                resolve(item, f"{pointer}/{i}", inside) for i, item in enumerate(value)
            ]
        if not isinstance(value, dict) or pointer.count("/") > MAX_DEPTH:
            return value
        name = value.get("@id")
        if len(value) == 1 and isinstance(name, str):
            target = index.get(name)
            if target is None:
                problems.append(
                    Problem(
                        code=Code.MISSING_REFERENCE,
                        severity=Severity.IGNORED,
                        locator=f"{locator}{pointer}",
                        value=shortened(name),
                        message="The node this refers to is not in the document.",
                    )
                )
                return value
            if name in inside or budget <= 0 or is_posting(target):
                return value
            budget -= 1
            value, inside = dict(target), (*inside, name)
        return {
            key: resolve(child, f"{pointer}/{_escaped(key)}", inside)
            for key, child in value.items()
        }

    own = data.get("@id")
    start = (own,) if isinstance(own, str) else ()
    separator = "" if "#" in locator else "#"
    resolved = {
        key: resolve(child, f"{separator}/{_escaped(key)}", start)
        if isinstance(child, dict | list)
        else child
        for key, child in data.items()
    }
    return resolved, problems


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without NUL, which PostgreSQL refuses, and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", text)


def _storable(value: Any) -> tuple[Any, bool]:
    """The value without NUL and lone surrogates, and whether there were any.

    PostgreSQL refuses NUL in text, UTF-8 lone surrogates.
    """
    dirty = False

    def cleaned(item: Any) -> Any:
        nonlocal dirty
        if isinstance(item, str):
            if _UNSTORABLE.search(item):
                dirty = True
                return _UNSTORABLE.sub("\ufffd", item)
            return item
        if isinstance(item, dict):
            return {cleaned(key): cleaned(child) for key, child in item.items()}
        if isinstance(item, list):
            return [cleaned(child) for child in item]
        return item

    return cleaned(value), dirty


def _unread(
    where: str, code: Code, message: str, *, raw: str = "", value: Any = None
) -> Unread:
    return Unread(
        problem=Problem(
            code=code,
            severity=Severity.REJECTED,
            locator=where,
            message=message,
            value="" if value is None else shortened(value),
        ),
        raw=storable(raw),
    )
