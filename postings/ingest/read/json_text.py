"""JSON text to a value: strictly first, then by repairs whose meaning is certain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyjson5

from postings import schemaorg
from postings.ingest.report import Code, Sentence, Severity, sentence, shortened
from postings.sanitise import unescape

#: Containers nested deeper than this are not career data; deeper records are rejected
#: before anything recurses into them.
MAX_DEPTH = 100

#: Commas and opening brackets of one text, those inside strings too: as many values as
#: are held at once. Career data has one for every fourteen characters or more.
MAX_VALUES = 4_000_000

#: The most repeated keys that are said of one text.
_MAX_REPEATED = 100

#: Contexts that are schema.org's and nothing else.
_PLAIN_CONTEXTS = frozenset(
    f"{scheme}://{host}{slash}"
    for scheme in ("http", "https")
    for host in ("schema.org", "www.schema.org")
    for slash in ("", "/")
)


@dataclass(frozen=True, slots=True)
class Repair:
    """What was put right in a text, or left out; `pointer` is empty for all of it."""

    code: Code
    message: Sentence
    value: str = ""
    severity: Severity = Severity.REPAIRED
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value, and what a look at its keys while decoding has told.

    `plain`: no key is prefixed or a keyword beyond `@context`, `@type`, `@id` and
    `@graph`, no `@context` is anything but schema.org's, and `type` and `id` are not
    used for `@type` and `@id`. `ids`: some object has an `@id`. `clean`: no NUL and
    no surrogate is escaped in it. `shallow`: it can't be nested past `MAX_DEPTH`.
    """

    value: Any
    repairs: tuple[Repair, ...] = ()
    plain: bool = True
    ids: bool = False
    clean: bool = True
    shallow: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is no JSON, and the line where that shows, counted from 1.

    `more`: a whole value ended there, and more text follows it. `column` is counted
    from 1 too, and 0 where no place can be named; then there is no `cause` either.
    """

    code: Code
    message: Sentence
    line: int = 1
    more: bool = False
    column: int = 0
    cause: Sentence | None = None

    def in_its_line(self) -> Sentence:
        """The message for a text that is one line, whose number stands elsewhere."""
        if self.cause is None:
            return self.message
        return sentence(
            "The JSON is broken at column {column}: {cause}",
            column=str(self.column),
            cause=self.cause,
        )


def _known_names() -> frozenset[str]:
    return frozenset(
        (
            *schemaorg.OWN_PROPERTIES,
            *schemaorg.THING_PROPERTIES,
            *schemaorg.PROPERTIES,
            *map(schemaorg.property_name, schemaorg.Organization.__dataclass_fields__),
            *map(schemaorg.property_name, schemaorg.Place.__dataclass_fields__),
            *map(schemaorg.property_name, schemaorg.ContactPoint.__dataclass_fields__),
            *("geo", "currency", "value", "minValue", "maxValue", "unitText"),
            *("unitCode", "monthsOfExperience", "credentialCategory", "propertyID"),
            *("@context", "@type", "@id", "@graph"),
        )
    )


#: Keys that need no second look; every other one gets it.
_PLAIN_KEYS = _known_names()


class Decoder:
    """Decodes JSON texts one after the other; not for use by two threads at once."""

    def __init__(self) -> None:
        hooks: dict[str, Any] = {
            "object_pairs_hook": self._object,
            "parse_float": _finite,
            "parse_constant": _no_constant,
        }
        self._strict = json.JSONDecoder(**hooks)
        self._loose = json.JSONDecoder(strict=False, **hooks)
        self._begin()

    def _begin(self) -> None:
        self._plain = True
        self._ids = False
        self._objects = 0
        self._repeated: dict[str, bool] = {}

    def parse(self, text: str) -> Parsed | Fault:
        """The value of a text that is one JSON value, or can certainly be made one."""
        if len(text) > MAX_VALUES and sum(map(text.count, ",[{")) > MAX_VALUES:
            message = sentence(
                "The JSON has more than {most} commas and brackets.", most=MAX_VALUES
            )
            return Fault(Code.TOO_LARGE, message)
        self._begin()
        try:
            value = self._strict.decode(text)
        except json.JSONDecodeError as error:
            return self._repaired(text, error)
        except (ValueError, RecursionError) as error:
            return _fault(error)
        return self._parsed(value, text)

    def first(self, text: str, start: int) -> tuple[Parsed | Fault, int]:
        """The value that begins at `start`, and where it ends, or its fault shows."""
        for decoder in (self._strict, self._loose):
            self._begin()
            try:
                value, end = decoder.raw_decode(text, start)
            except json.JSONDecodeError as error:
                broken = error
            except (ValueError, RecursionError) as error:
                return _fault(error), len(text)
            else:
                said = (_controls(broken),) if decoder is self._loose else ()
                return self._parsed(value, text[start:end], *said), end
        return _fault(broken), broken.pos

    def _parsed(self, value: Any, text: str, *repairs: Repair) -> Parsed:
        if self._repeated:
            repairs = (*repairs, *self._duplicates())
        return Parsed(
            value,
            repairs,
            self._plain,
            self._ids,
            not repairs and ("\\u" not in text or _is_clean(text)),
            self._objects + text.count("[") <= MAX_DEPTH,
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        self._objects += 1
        if len(found) != len(pairs):
            self._repeats(pairs)
        if not found.keys() <= _PLAIN_KEYS and any(map(is_odd, found)):
            self._plain = False
        if "@id" in found:
            self._ids = True
        if "@context" in found and not is_plain_context(found["@context"]):
            self._plain = False
        return found

    def _repeats(self, pairs: list[tuple[str, Any]]) -> None:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen and len(self._repeated) < _MAX_REPEATED:
                equal = seen[key] == value
                self._repeated[key] = self._repeated.get(key, True) and equal
            seen[key] = value

    def _duplicates(self) -> Iterator[Repair]:
        for key, equal in self._repeated.items():
            if equal:
                message = sentence(
                    "A key stands twice with the same value; once is enough."
                )
                yield Repair(Code.DUPLICATE_KEY, message, shortened(key))
            else:
                message = sentence(
                    "A key stands twice with two values; the last one was read."
                )
                yield Repair(
                    Code.DUPLICATE_KEY, message, shortened(key), Severity.IGNORED
                )

    def _repaired(self, text: str, error: json.JSONDecodeError) -> Parsed | Fault:
        inside, repairs = _unwrapped(text)
        for given, decode, repaired in (
            (_as_is, self._strict.decode, None),
            (_as_is, self._loose.decode, _controls),
            (_from_json5, self._strict.decode, _json5),
            (_from_json5_with_controls, self._strict.decode, _json5),
        ):
            self._begin()
            try:
                plain = given(inside)
                value = decode(plain)
            except json.JSONDecodeError as broken:
                error = broken
            except pyjson5.Json5Exception:
                continue
            except (ValueError, RecursionError) as failure:
                return _fault(failure)
            else:
                said = (repaired(error),) if repaired else ()
                return self._parsed(value, plain, *repairs, *said)
        return _fault(error)


def _controls(_error: json.JSONDecodeError) -> Repair:
    message = sentence("Raw control characters inside strings were accepted.")
    return Repair(Code.CONTROL_CHARACTERS, message)


def _json5(error: json.JSONDecodeError) -> Repair:
    return Repair(
        Code.REPAIRED_JSON,
        sentence(
            "It was read as JSON5, for as JSON it is broken at line {line}, column "
            "{column}: {cause}",
            line=str(error.lineno),
            column=str(error.colno),
            cause=_cause(error),
        ),
    )


def _as_is(text: str) -> str:
    return text


def _from_json5(text: str) -> str:
    """JSON5 is a grammar of its own: what it accepts has one meaning."""
    return json.dumps(pyjson5.decode(text, MAX_DEPTH))


def _from_json5_with_controls(text: str) -> str:
    """Once raw controls in strings are escaped and HTML comments outside are gone."""
    return _from_json5(_TOKEN.sub(_escaped_controls, text))


def _is_clean(text: str) -> bool:
    """Whether no NUL and no surrogate is escaped in it, for sure."""
    return not ("\\u0000" in text or "\\ud" in text or "\\uD" in text)


_TOKEN = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|<!--(?:[^-]|-(?!->))*+(?:-->)?', re.DOTALL
)
_CONTROL = re.compile(r"[\x00-\x1f]")


def _escaped_controls(match: re.Match[str]) -> str:
    if match[0][0] != '"':
        return " "
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", match[0])


def is_odd(key: str) -> bool:
    """Whether a key means something only JSON-LD can tell."""
    if key in _PLAIN_KEYS:
        return False
    return key[:1] == "@" or ":" in key or key in {"type", "id"}


def is_plain_context(context: Any) -> bool:
    if isinstance(context, list):
        return bool(context) and all(map(is_plain_context, context))
    return isinstance(context, str) and context in _PLAIN_CONTEXTS


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(
            sentence("the number {number} is too large.", number=shortened(text))
        )
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(sentence("{name} is not JSON.", name=name))


def _fault(error: Exception) -> Fault:
    if isinstance(error, json.JSONDecodeError):
        if not error.doc.strip():
            return Fault(Code.BAD_JSON, sentence("There is nothing in it."))
        return Fault(
            Code.BAD_JSON,
            sentence(
                "The JSON is broken at line {line}, column {column}: {cause}",
                line=str(error.lineno),
                column=str(error.colno),
                cause=_cause(error),
            ),
            error.lineno,
            error.msg == "Extra data",
            error.colno,
            _cause(error),
        )
    if isinstance(error, RecursionError):
        return Fault(Code.TOO_DEEP, too_deep())
    why = error.args[0] if error.args else ""
    if not isinstance(why, Sentence):
        why = Sentence(f"{why}.")
    if "digits" in why.msgid:  # Python's own limit, against slow conversion
        why = sentence("a number has more than {most} digits.", most=4300)
    return Fault(Code.BAD_JSON, sentence("The JSON cannot be read: {cause}", cause=why))


def _cause(error: json.JSONDecodeError) -> Sentence:
    """What Python says of broken JSON; where it is new to say so, in its words."""
    words = error.msg.rstrip(": ")
    return _CAUSES.get(words) or Sentence(f"{words}.")


_CAUSES = {
    str(cause).removesuffix("."): cause
    for cause in (
        sentence("Expecting value."),
        sentence("Expecting ',' delimiter."),
        sentence("Expecting ':' delimiter."),
        sentence("Expecting property name enclosed in double quotes."),
        sentence("Illegal trailing comma before end of object."),
        sentence("Illegal trailing comma before end of array."),
        sentence("Unterminated string starting at."),
        sentence("Invalid control character at."),
        sentence("Invalid \\escape."),
        sentence("Invalid \\uXXXX escape."),
        sentence("Extra data."),
    )
}


def too_deep() -> Sentence:
    return sentence("The JSON is nested more than {most} levels deep.", most=MAX_DEPTH)


def is_too_deep(value: Any) -> bool:
    """Whether containers nest past `MAX_DEPTH`. Cost: one look at each of them."""
    level = [value] if isinstance(value, dict | list) else []
    for _depth in range(MAX_DEPTH + 1):
        level = [
            child
            for container in level
            for child in (
                container.values() if isinstance(container, dict) else container
            )
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


_EDGE = 200
_MARKS = {
    ";": sentence("The semicolon after the JSON was taken off."),
    ",": sentence("The comma after the JSON was taken off."),
}
_OPENING = re.compile(r"\s*(?:(?://|/\*)?\s*(?:<!\[CDATA\[|<!--)[ \t]*(?:\*/)?\s*)+")
_CLOSING = re.compile(r"(?:\s*(?://|/\*)?[ \t]*(?:\]\]>|-->)\s*(?:\*/)?)+\s*\Z")


_COMMENTS = re.compile(r"\s*+(?:<!--(?:[^-]|-(?!->))*+-->\s*+)++[{\[]")


def is_wrapped(text: str) -> bool:
    """Whether JSON stands inside a CDATA section or HTML comment, or after comments."""
    return _opening(text[:_EDGE]) is not None or _COMMENTS.match(text) is not None


def _opening(head: str) -> re.Match[str] | None:
    """What opens a CDATA section or HTML comment right before JSON."""
    opening = _OPENING.match(head)
    return opening if opening and head[opening.end() :][:1] in {"{", "["} else None


def without_wrapping(text: str) -> str:
    """The text that the places of its faults are counted in."""
    return _unwrapped(text)[0]


def _unwrapped(text: str) -> tuple[str, tuple[Repair, ...]]:
    """The text without what some templates put around and over it.

    A byte order mark, a CDATA section or HTML comment, a closing semicolon or comma,
    and HTML escapes where every quotation mark is one, which JSON cannot have meant.
    """
    repairs: list[Repair] = []
    if text.startswith("\ufeff"):
        text = " " + text[1:]
        message = sentence("A byte order mark before the JSON was taken off.")
        repairs.append(Repair(Code.WRAPPED_JSON, message))
    head, tail = text[:_EDGE], text[-_EDGE:].rstrip()
    opening, closing = _opening(head), _CLOSING.search(tail)
    if opening or closing:
        end = len(text.rstrip()) - (len(tail) - closing.start() if closing else 0)
        # Blanks keep lines and columns where they were.
        blank = re.sub(r"\S", " ", text[: opening.end()]) if opening else ""
        text = blank + text[len(blank) : end]
        message = sentence(
            "A CDATA section or HTML comment around the JSON was taken off."
        )
        repairs.append(Repair(Code.WRAPPED_JSON, message))
    if text.rstrip().endswith(("};", "];", "},", "],")):
        text = text.rstrip()
        message = _MARKS[text[-1]]
        text = text[:-1]
        repairs.append(Repair(Code.WRAPPED_JSON, message))
    if "&quot;" in text[:_EDGE] and '"' not in text:
        text = unescape(text)
        message = sentence("The whole JSON was HTML-escaped, which was undone once.")
        repairs.append(Repair(Code.WRAPPED_JSON, message))
    return text, tuple(repairs)
