"""`identifier`: text, number, URL, PropertyValue or DefinedTerm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from postings.ingest.normalise import text as texts
from postings.ingest.report import Code, Notes, sentence
from postings.schemaorg import Identifier

#: What publishers' programs write where there is no identifier.
_NOTHING = frozenset({
    *("null", "none", "nil", "undefined", "nan", "n/a", "na", "n.a.", "tbd", "tba"),
    *("id", "jobid", "job_id", "job id", "identifier", "string", "value", "true"),
    *("false", "unknown", "not available", "not applicable", "keine", "-1"),
})  # fmt: skip

#: Zeros or punctuation alone, a variable a template left as it was, and what
#: JavaScript makes of an object. A GUID in braces is an identifier.
_RESIDUE = re.compile(
    r"0+(?:\.0+)?|[\W_]+|.*(?:\{\{|\}\}|\$\{|#\{|%\{|<%|%>|\[object ).*"
    r"|[{\[%$@#]+[\s_.a-z]+[}\]%$]*",
    re.IGNORECASE | re.DOTALL,
)

#: What nearly every identifier looks like: no markup, no space, a digit but zero.
_USUAL = re.compile(r"\w{0,60}[1-9][\w./:-]{0,200}")

#: Where a Thing has its code, best first, and its address where it has no code.
_CODES = ("value", "identifier", "termCode")
_ADDRESSES = ("@id", "url")

#: The keys of the form Google asks for.
_PLAIN = {"@type", "name", "value"}

#: How many objects deep a code may stand.
_DEPTH = 4

#: Beyond this a float does not hold every whole number.
_EXACT = 2**53

#: A whole number of more digits is none that anyone gave out.
_LARGEST = 10**40


def identifier(value: Any, notes: Notes) -> Identifier:
    """The first identifier that has a value; numbers are texts from here on.

    What identifies nothing ("0", "N/A", a template's variable, the issuer's own name)
    is reported and is no identifier, so that it never makes two jobs one.
    """
    if isinstance(value, str) and _USUAL.fullmatch(value):
        return Identifier(value=value)
    if isinstance(value, dict) and value.keys() == _PLAIN:
        code, name = value["value"], value["name"]
        if isinstance(code, str) and _USUAL.fullmatch(code):
            return Identifier(value=code, name=texts.text(name, "identifier", notes))
    for item in texts.values(value):
        if not isinstance(item, Mapping):
            code, name, scheme = _code(item, notes), "", ""
        else:
            code, name = _thing(item, notes, _DEPTH)
            scheme = item.get("propertyID") or item.get("inDefinedTermSet") or ""
        if not _identifies(code, name):
            message = sentence("It identifies nothing, so it is no identifier.")
            notes.ignored(Code.BAD_VALUE, "identifier", message, item)
            continue
        if scheme:
            scheme = _scheme(scheme, notes)
        return Identifier(value=code, name=name, property_id=scheme)
    return Identifier()


def _identifies(code: str, name: str) -> bool:
    """Whether a code can tell one job from another."""
    if _USUAL.fullmatch(code):
        return True
    if not code or code.casefold() in _NOTHING or _RESIDUE.fullmatch(code):
        return False
    return code != name or any(char.isdigit() for char in code)


def _code(value: Any, notes: Notes) -> str:
    if isinstance(value, str):
        usual = _USUAL.fullmatch(value)
        return value if usual else texts.text(value, "identifier", notes)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value < _LARGEST else ""
    return ""


def _thing(item: Mapping[str, Any], notes: Notes, depth: int) -> tuple[str, str]:
    """Code and name of a PropertyValue, a DefinedTerm or a reference.

    The `@id` of one that has a `value`, if only null, is the node's own name.
    """
    said = item.get("name")
    name = texts.text(said, "identifier/name", notes) if said else ""
    for key in _CODES:
        for inner in texts.values(item.get(key)):
            if not isinstance(inner, Mapping):
                code, issuer = _code(inner, notes), ""
            elif depth:
                code, issuer = _thing(inner, notes, depth - 1)
            else:
                continue
            if _identifies(code, name):
                return code, name or issuer
    if "value" not in item:
        for key in _ADDRESSES:
            address = texts.first(item.get(key))
            if isinstance(address, str) and (
                texts.is_web_address(address) or address.lower().startswith("urn:")
            ):
                return texts.text(address, "identifier", notes), name
    return "", name


def _scheme(value: Any, notes: Notes) -> str:
    """A `propertyID` as text, or the name or address of a DefinedTermSet."""
    found = texts.first(value)
    if isinstance(found, Mapping):
        named = texts.text(found, "identifier/propertyID", notes)
        found = named or found.get("@id") or found.get("url")
    return texts.text(found, "identifier/propertyID", notes)
