"""Values to nodes: which of them are postings, and what they refer to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from postings import schemaorg
from postings.ingest.read import json_text, linked_data
from postings.ingest.read.document import (
    MAX_RAW,
    UNSTORABLE,
    Node,
    Unread,
    storable,
    unread,
)
from postings.ingest.read.json_text import MAX_DEPTH, Parsed, Repair
from postings.ingest.read.linked_data import Element, is_posting
from postings.ingest.report import (
    MAX_PROBLEMS,
    Code,
    Problem,
    Severity,
    sentence,
    shortened,
)

#: References are followed this far into one posting; real pages need two.
MAX_REFERENCES = 50

#: Nodes of one `@id` are put together up to this many.
MAX_PARTS = 20

#: What a posting may grow to by its references, counted in values.
_MAX_SIZE = 100_000

#: A node that says no more than these only names another.
_NAMING = {"@id", "@type", "@context"}


@dataclass(frozen=True, slots=True)
class Text:
    """One JSON text of a document, decoded: where it stood and its entries."""

    where: str
    raw: str
    parsed: Parsed
    elements: tuple[Element, ...]


def text(where: str, raw: str, parsed: Parsed, *, address: str) -> Text:
    entries = linked_data.elements(parsed, address=address)
    return Text(where, raw, parsed, tuple(entries))


class Index:
    """The nodes of one document by their `@id`, across its texts.

    Two nodes of one `@id` that contradict each other in nothing are one; of those
    that do, the first counts. Relative names are resolved against `address`; a blank
    node (`_:b0`) is known in its own text only, whose number is the `scope`.
    """

    def __init__(self, address: str) -> None:
        self.scope = 0
        self._address = address
        self._nodes: dict[str, Mapping[str, Any]] = {}
        self._parts: dict[str, int] = {}

    def add(self, value: Any) -> None:
        stack = [value]
        while stack:
            current = stack.pop()
            if isinstance(current, dict):
                name = current.get("@id")
                if isinstance(name, str) and current.keys() - _NAMING:
                    self._put(name, current)
                stack.extend(
                    child
                    for child in reversed(current.values())
                    if isinstance(child, dict | list)
                )
            elif isinstance(current, list):
                stack.extend(reversed(current))

    def _put(self, name: str, node: Mapping[str, Any]) -> None:
        name = self._absolute(name)
        known = self._nodes.setdefault(name, node)
        if known is node:
            return
        parts = self._parts[name] = self._parts.get(name, 1) + 1
        if parts <= MAX_PARTS and all(
            known[key] == node[key]
            for key in known.keys() & node.keys() - {"@id", "@context"}
        ):
            self._nodes[name] = {**node, **known}

    def get(self, name: str) -> Mapping[str, Any] | None:
        return self._nodes.get(self._absolute(name))

    def whole(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The node with what other texts say of the same `@id`."""
        name = node.get("@id")
        known = self.get(name) if isinstance(name, str) else None
        if known is None or any(
            known.get(key) != node[key] for key in node.keys() - _NAMING
        ):
            return node
        return known

    def _absolute(self, name: str) -> str:
        if name.startswith("_:"):
            return f"{self.scope} {name}"
        if not self._address or name.startswith(("http://", "https://")):
            return name
        try:
            return urljoin(self._address, name)
        except ValueError:
            return name


def lone(
    where: str, raw: str, parsed: Parsed, *, address: str, document: str = ""
) -> Node | None:
    """The node of a text that is one plain posting, the most common case by far."""
    value = parsed.value
    if (
        type(value) is dict
        and value.get("@type") == "JobPosting"
        and value.get("@context")
        and parsed.plain
        and parsed.clean
        and parsed.shallow
        and not parsed.ids
        and not parsed.repairs
    ):
        return Node(
            data=value,
            locator=where,
            address=address,
            raw=raw[:MAX_RAW],
            document=document,
        )
    return None


def nodes(
    texts: list[Text], *, address: str, language: str = ""
) -> Iterator[Node | Unread]:
    """Every posting of a document's texts, references followed across them."""
    index = Index(address)
    for index.scope, each in enumerate(texts):
        if each.parsed.ids or not each.parsed.plain:
            for element in each.elements:
                index.add(element.value)
    seen: list[Mapping[str, Any]] = []
    for index.scope, each in enumerate(texts):
        said = [*each.parsed.repairs, *_short_lists(each)]
        for element in each.elements:
            said += element.repairs
            for pointer, value in _postings(element, deep=not each.parsed.shallow):
                where = f"{each.where}#{pointer}" if pointer else each.where
                if isinstance(value, Repair):
                    yield unread(where, value.code, value.message, raw=value.value)
                    continue
                whole = index.whole(value)
                if not _is_new(value, whole, index, seen):
                    continue
                problems = list(_problems(said, each.where))
                said = []
                data = dict(whole)
                if each.parsed.ids or not each.parsed.plain:
                    data = _resolved(data, index, where, problems)
                if not each.parsed.clean:
                    data = _storable(data, where, problems)
                yield Node(
                    data=data,
                    locator=where,
                    language=language,
                    address=address,
                    raw=storable(each.raw[:MAX_RAW]) if not pointer else "",
                    problems=tuple(problems),
                )


#: What an empty list may say besides: nothing that could mean that something failed.
_OF_A_LIST = frozenset(
    (
        *("@context", "@id", "@type", "itemListElement", "itemListOrder"),
        *("numberOfItems", *schemaorg.THING_PROPERTIES, *schemaorg.NODE_PROPERTIES),
    )
)


def is_empty_list(parsed: Parsed) -> bool:
    """Whether a text without any posting says itself that it is a list of none.

    So do `[]`, an empty `@graph`, an empty ItemList, and either of the first two that
    holds nothing but the last. To be asked only where no posting was found. A text
    that was repaired, or takes JSON-LD to be read, is not certain enough.
    """
    value = parsed.value
    if parsed.repairs or not parsed.plain:
        return False
    if isinstance(value, dict) and not value.keys() - {"@context", "@id", "@graph"}:
        value = value.get("@graph")
    if isinstance(value, list):
        return all(map(_is_empty_item_list, value))
    return _is_empty_item_list(value)


def _is_empty_item_list(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() - _OF_A_LIST:
        return False
    kinds = value.get("@type")
    if (kinds[:1] if isinstance(kinds, list) else [kinds]) not in _ITEM_LISTS:
        return False
    items, total = value.get("itemListElement"), value.get("numberOfItems")
    if items is None:
        return _declared(total) == 0
    return items == [] and (total is None or _declared(total) == 0)


_ITEM_LISTS = (
    ["ItemList"],
    ["http://schema.org/ItemList"],
    ["https://schema.org/ItemList"],
)


def _declared(total: Any) -> int | None:
    """A `numberOfItems` as a number, where it is one."""
    first = total[0] if isinstance(total, list) and total else total
    found = re.fullmatch(r"(\d{1,9})(\.0)?", str(first))
    return int(found[1]) if found else None


def _short_lists(each: Text) -> Iterator[Repair]:
    """Lists that declare more items (schema.org `numberOfItems`) than they hold."""
    if "numberOfItems" not in each.raw:
        return
    stack: list[tuple[str, Any]] = [(e.pointer, e.value) for e in each.elements]
    while stack:
        pointer, current = stack.pop()
        if isinstance(current, dict):
            items = current.get("itemListElement")
            declared = _declared(current.get("numberOfItems"))
            held = len(items) if isinstance(items, list) else int(items is not None)
            if declared is not None and declared > held:
                yield Repair(
                    Code.SHORT_LIST,
                    sentence(
                        "Items this list declares: {declared}; items it holds: {held}.",
                        declared=declared,
                        held=held,
                    ),
                    severity=Severity.IGNORED,
                    pointer=f"{pointer}/numberOfItems",
                )
            stack += [(f"{pointer}/{_escaped(key)}", v) for key, v in current.items()]
        elif isinstance(current, list):
            stack += [(f"{pointer}/{number}", v) for number, v in enumerate(current)]


def _is_new(
    value: Mapping[str, Any],
    whole: Mapping[str, Any],
    index: Index,
    seen: list[Mapping[str, Any]],
) -> bool:
    """Whether a posting is neither a mere reference nor a part of one that came before."""
    name = value.get("@id")
    if not isinstance(name, str):
        return True
    if not value.keys() - _NAMING and index.get(name) is not None:
        return False
    if whole is not value:
        if any(whole is one for one in seen):
            return False
        seen.append(whole)
    return True


def _problems(repairs: list[Repair], where: str) -> Iterator[Problem]:
    for repair in repairs:
        pointer = f"#{repair.pointer}" if repair.pointer else ""
        yield Problem(
            code=repair.code,
            severity=repair.severity,
            locator=f"{where}{pointer}",
            message=repair.message,
            value=repair.value,
        )


def _postings(
    element: Element, *, deep: bool
) -> Iterator[tuple[str, Mapping[str, Any] | Repair]]:
    """JSON pointer and node of every JobPosting, in document order.

    What is too deep, and an entry of a list of nodes that is no object, comes as the
    reason why it can't be one.
    """
    if deep and json_text.is_too_deep(element.value):
        message = json_text.too_deep()
        yield element.pointer, Repair(Code.TOO_DEEP, message)
        return
    stack: list[tuple[str, Any, bool]] = [(element.pointer, element.value, True)]
    while stack:
        pointer, current, listed = stack.pop()
        if isinstance(current, dict):
            if is_posting(current):
                yield pointer, current
                continue
            children = [
                (f"{pointer}/{_escaped(key)}", child, key == "@graph")
                for key, child in current.items()
                if isinstance(child, dict | list)
            ]
            stack.extend(reversed(children))
        elif isinstance(current, list):
            stack.extend(
                (f"{pointer}/{position}", child, listed)
                for position, child in reversed(list(enumerate(current)))
                if isinstance(child, dict | list) or listed
            )
        else:
            message = sentence("An object was expected in this list.")
            yield pointer, Repair(Code.NOT_AN_OBJECT, message, json.dumps(current))


def _escaped(key: str) -> str:
    """A key as a reference token of a JSON pointer (RFC 6901), storable."""
    return storable(key.replace("~", "~0").replace("/", "~1"))


def _resolved(
    data: dict[str, Any], index: Index, where: str, problems: list[Problem]
) -> dict[str, Any]:
    """The node with references to others replaced by what they name.

    A reference inside its own target stays as it is, and so does any past the first
    50, deeper than `MAX_DEPTH` or once the posting has grown beyond reason.
    """
    references, size = MAX_REFERENCES, _MAX_SIZE
    separator = "" if "#" in where else "#"

    def resolve(value: Any, pointer: str, depth: int, inside: tuple[str, ...]) -> Any:
        nonlocal references, size
        size -= 1
        if isinstance(value, list):
            return [
                resolve(item, f"{pointer}/{position}", depth + 1, inside)
                if isinstance(item, dict | list)
                else item
                for position, item in enumerate(value)
            ]
        if depth > MAX_DEPTH or size < 0:
            return value
        name = value.get("@id")
        if isinstance(name, str) and not value.keys() - _NAMING:
            target = index.get(name)
            if target is None:
                if (
                    len(value) == 1
                    and not _is_elsewhere(name)
                    and len(problems) < MAX_PROBLEMS
                ):
                    problems.append(
                        Problem(
                            code=Code.MISSING_REFERENCE,
                            severity=Severity.IGNORED,
                            locator=f"{where}{separator}{pointer}",
                            value=shortened(name),
                            message=sentence(
                                "The node this refers to is not in the document."
                            ),
                        )
                    )
                return value
            if name in inside or references <= 0 or is_posting(target):
                return value
            references -= 1
            value, inside = target, (*inside, name)
        return {
            key: resolve(child, f"{pointer}/{_escaped(key)}", depth + 1, inside)
            if isinstance(child, dict | list)
            else child
            for key, child in value.items()
        }

    own = data.get("@id")
    inside = (own,) if isinstance(own, str) else ()
    return {
        key: resolve(child, f"/{_escaped(key)}", 1, inside)
        if isinstance(child, dict | list)
        else child
        for key, child in data.items()
    }


def _is_elsewhere(name: str) -> bool:
    """Whether an `@id` names a thing of the world rather than a node of the document."""
    return name.startswith(("http://", "https://")) and "#" not in name


def _storable(
    data: dict[str, Any], where: str, problems: list[Problem]
) -> dict[str, Any]:
    """The node without NUL and lone surrogates, which are said.

    PostgreSQL refuses NUL in text, UTF-8 lone surrogates.
    """
    dirty = False

    def cleaned(item: Any) -> Any:
        nonlocal dirty
        if isinstance(item, str):
            if UNSTORABLE.search(item):
                dirty = True
                return UNSTORABLE.sub("\ufffd", item)
            return item
        if isinstance(item, dict):
            return {cleaned(key): cleaned(child) for key, child in item.items()}
        if isinstance(item, list):
            return [cleaned(child) for child in item]
        return item

    found: dict[str, Any] = cleaned(data)
    if dirty:
        problems.append(
            Problem(
                code=Code.CONTROL_CHARACTERS,
                severity=Severity.REPAIRED,
                locator=where,
                message=sentence("NUL characters or lone surrogates were replaced."),
            )
        )
    return found
