"""What is really JSON-LD, brought to schema.org's plain names by PyLD.

Plain documents never come here: their keys mean what they say. No context is ever
fetched; schema.org's is answered from here, every other is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyld import jsonld

from postings.ingest.read import json_text
from postings.ingest.read.json_text import Parsed, Repair
from postings.ingest.report import Code, Sentence, Severity, sentence, shortened

#: The largest record given to PyLD, as JSON: it takes up to a thousand times as long
#: as decoding, so this much is some seconds.
MAX_RECORD = 2**20

#: The longest context a record may bring along, as JSON; a context is looked at again
#: wherever it applies.
MAX_CONTEXT = 2**14

#: What PyLD raises besides its own of what has no meaning; numbers too large are one.
_NO_MEANING = (ValueError, TypeError, KeyError, RecursionError, OverflowError)

_SCHEMA = "http://schema.org/"

#: What schema.org's own context means to a reader of values: its terms are the
#: vocabulary's, `type` and `id` are aliases. Its coercions are left out, as schema.org
#: itself is about to.
_TERMS = {"@vocab": _SCHEMA, "schema": _SCHEMA, "type": "@type", "id": "@id"}

_SCHEMA_CONTEXT = re.compile(
    r"\s*(?:https?:)?(?://)?(?:www\.)?schema\.org/?#?"
    r"(?:docs/jsonldcontext\.json(?:ld)?)?\s*",
    re.IGNORECASE,
)
_SCHEMA_NAME = re.compile(r"https?://(?:www\.)?schema\.org/#?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Element:
    """One entry of a document: where it stood, its plain value, what was repaired."""

    pointer: str
    value: Any
    repairs: tuple[Repair, ...] = ()


def elements(parsed: Parsed, *, address: str) -> Iterator[Element]:
    """The entries of a decoded text, keys and types under schema.org's plain names.

    A top-level array comes entry by entry, and so does a `@graph` that is not plain.
    """
    value = parsed.value
    entries = (
        ((f"/{position}", entry) for position, entry in enumerate(value))
        if isinstance(value, list)
        else [("", value)]
    )
    for pointer, entry in entries:
        if not isinstance(entry, dict):
            yield Element(pointer, entry)
        elif parsed.plain:
            yield Element(pointer, entry, _missing(entry))
        elif not parsed.shallow and json_text.is_too_deep(entry):
            yield Element(pointer, entry)  # for the caller to reject
        else:
            yield from _entry(pointer, entry, address)


_NO_CONTEXT = (
    Repair(
        Code.MISSING_CONTEXT,
        sentence("There is no @context; it was read as schema.org's."),
    ),
)


def _missing(entry: Mapping[str, Any]) -> tuple[Repair, ...]:
    """That a posting has no context, neither its own nor one from around it.

    One in expanded form, with all names in full, needs none.
    """
    if entry.get("@context"):
        return ()
    stack: list[Any] = [entry]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict) and not current.get("@context"):
            if is_posting(current):
                if any(key[:1] != "@" and "://" not in key for key in current):
                    return _NO_CONTEXT
            else:
                stack.extend(current.values())
    return ()


def _entry(pointer: str, entry: dict[str, Any], address: str) -> Iterator[Element]:
    foreign: dict[str, None] = {}
    cleaned = _with_known_contexts(entry, foreign)
    repairs = list(_missing(entry))
    for name in foreign:
        message = sentence(
            "This @context is not schema.org's and was not fetched; keys were read as "
            "schema.org's."
        )
        repairs.append(
            Repair(Code.FOREIGN_CONTEXT, message, shortened(name), Severity.IGNORED)
        )
    if is_plain(cleaned):
        yield Element(pointer, _with_keywords(cleaned), tuple(repairs))
        return
    graph = cleaned.get("@graph")
    if isinstance(graph, list) and not cleaned.keys() - {"@context", "@graph", "@id"}:
        context = cleaned.get("@context")
        for position, node in enumerate(graph):
            where = f"{pointer}/@graph/{position}"
            if isinstance(node, dict):
                own = {"@context": [*_listed(context), *_listed(node.get("@context"))]}
                yield _linked(where, {**node, **own}, node, repairs, address)
            else:
                yield Element(where, node, tuple(repairs))
        return
    yield _linked(pointer, cleaned, cleaned, repairs, address)


def _linked(
    pointer: str,
    entry: dict[str, Any],
    bare: dict[str, Any],
    repairs: list[Repair],
    address: str,
) -> Element:
    """The entry as PyLD reads it; its plain keys where that comes to nothing."""
    try:
        plain = _expanded(entry, address)
    except (jsonld.JsonLdError, *_NO_MEANING) as why:
        cause = _cause(why)
    else:
        if names_posting(plain) or not names_posting(bare):
            return Element(pointer, plain, tuple(repairs))
        cause = sentence("its @context makes no JobPosting of what it calls one.")
    message = sentence(
        "Its plain keys were read, for it cannot be read as JSON-LD: {cause}",
        cause=cause,
    )
    problem = Repair(Code.BAD_LINKED_DATA, message, severity=Severity.IGNORED)
    return Element(pointer, _with_keywords(bare), (*repairs, problem))


def _cause(why: Exception) -> Sentence:
    """In our words where it is ours, else in PyLD's."""
    if why.args and isinstance(why.args[0], Sentence):
        return why.args[0]
    if isinstance(why, jsonld.JsonLdError) and why.code:
        return Sentence(f"{shortened(str(why.code))}.")
    return Sentence(f"{shortened(str(why)) or type(why).__name__}.")


def _expanded(entry: dict[str, Any], address: str) -> Any:
    """Raises JsonLdError or ValueError where there is no meaning to be had."""
    if len(json.dumps(entry)) > MAX_RECORD:
        raise ValueError(
            sentence("a record has more than {most} characters.", most=MAX_RECORD)
        )
    if sum(len(json.dumps(each)) for each in _contexts(entry)) > MAX_CONTEXT:
        raise ValueError(
            sentence("contexts have more than {most} characters.", most=MAX_CONTEXT)
        )
    own = _listed(entry.get("@context"))
    expanded = jsonld.expand(
        {**entry, "@context": [_SCHEMA, *own]},
        {"base": address or _NOWHERE, "documentLoader": _schema_only},
    )
    return _plain(expanded)


def _schema_only(url: str, _options: Any = None) -> dict[str, Any]:
    if not _SCHEMA_CONTEXT.fullmatch(url):
        raise jsonld.JsonLdError(
            "Only schema.org's context is known.", "", code="loading a context"
        )
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": _SCHEMA,
        "document": {"@context": _TERMS},
        "tag": "static",  # lets PyLD keep the processed context
    }


def _plain(value: Any) -> Any:
    """Expanded JSON-LD with plain names: single values alone, literals bare.

    Texts that say their language keep it. A node that names others by `@reverse`
    carries them there, each with itself in the property that was reversed.
    """
    if isinstance(value, list):
        items = [_plain(item) for item in value]
        return items[0] if len(items) == 1 else items
    if not isinstance(value, dict):
        return value
    if "@value" in value:
        if "@language" in value:
            return {key: value[key] for key in ("@value", "@language")}
        return value["@value"]
    for wrapper in ("@list", "@set"):
        if wrapper in value:
            return _plain(value[wrapper])
    found: dict[str, Any] = {}
    for key, child in value.items():
        if key == "@type":
            found[key] = _plain([_name(kind) for kind in child])
        elif key == "@id":
            found[key] = _relative(child)
        elif key != "@reverse":
            name = _name(key)
            plain = _plain(child)
            if name in found:  # http://schema.org/ and https://schema.org/
                plain = [*_listed(found[name]), *_listed(plain)]
            found[name] = plain
    reversed_ = value.get("@reverse")
    if isinstance(reversed_, dict):
        itself = dict(found)
        found["@reverse"] = [
            {**node, _name(key): itself}
            for key, nodes in reversed_.items()
            for node in _listed(_plain(nodes))
            if isinstance(node, dict)
        ]
    return found


#: PyLD must have a base; a document of unknown address has this one, which goes again.
_NOWHERE = "http://unknown.invalid/-/"


def _relative(iri: Any) -> Any:
    if not isinstance(iri, str):
        return iri
    return iri.removeprefix(_NOWHERE).removeprefix("http://unknown.invalid")


def _name(iri: str) -> str:
    return _SCHEMA_NAME.sub("", iri, count=1)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def is_plain(value: Any) -> bool:
    """Whether keys mean what they say, wherever in the value they stand."""
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            context = current.get("@context", _SCHEMA)
            if not json_text.is_plain_context(context) or any(
                json_text.is_odd(key) for key in current if key not in {"type", "id"}
            ):
                return False
            stack.extend(current.values())
    return True


def _with_keywords(value: Any) -> Any:
    """`type` and `id` as schema.org's context has them: `@type` and `@id`."""
    if isinstance(value, list):
        return [_with_keywords(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _with_keywords(child) for key, child in value.items()}
    kind = found.get("type")
    if "@type" not in found and kind and all(isinstance(k, str) for k in _listed(kind)):
        found["@type"] = found.pop("type")
    if "@id" not in found and isinstance(found.get("id"), str):
        found["@id"] = found.pop("id")
    return found


def _with_known_contexts(value: Any, foreign: dict[str, None]) -> Any:
    """The value with schema.org's contexts in one spelling and no foreign one."""
    if isinstance(value, list):
        return [_with_known_contexts(item, foreign) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, child in value.items():
        if key != "@context":
            found[key] = _with_known_contexts(child, foreign)
            continue
        contexts: list[Any] = []
        for context in _listed(child):
            if isinstance(context, dict):
                contexts.append(context)
            elif isinstance(context, str) and _SCHEMA_CONTEXT.fullmatch(context):
                contexts.append(_SCHEMA)
            elif context is not None and context != "":
                foreign.setdefault(str(context)[:200])
        if contexts:
            found[key] = contexts
    return found


def _contexts(value: Any) -> Iterator[Any]:
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if "@context" in current:
                yield current["@context"]
            stack.extend(current.values())


def names_posting(value: Any) -> bool:
    """Whether a JobPosting stands anywhere in a value."""
    stack = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if is_posting(current):
                return True
            stack.extend(current.values())
    return False


_JOB_POSTING = re.compile(
    r"\s*(?:https?://(?:www\.)?schema\.org/#?|schema:)?JobPosting\s*", re.IGNORECASE
)


def is_posting(value: Mapping[str, Any]) -> bool:
    """Whether a node names JobPosting among its types, in any usual spelling."""
    kinds = value.get("@type", value.get("type"))
    if kinds == "JobPosting":
        return True
    return any(
        isinstance(kind, str) and _JOB_POSTING.fullmatch(kind) is not None
        for kind in _listed(kinds)
    )
