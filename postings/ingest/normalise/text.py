"""Texts, lists of texts, HTML, addresses, truth values and counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from postings import sanitise
from postings.ingest.report import Code, Notes, Sentence, sentence
from postings.schemaorg import MAX_TEXT, MAX_URL

#: The most values that are looked at of one property.
MAX_VALUES = 10_000

#: The longest list of texts one property may hold; the rest stays in the node.
MAX_LIST = 200

#: A comma list has parts of at most this many characters; longer ones are prose.
_MAX_PART = 40


_WRAPPERS = ("@value", "@list", "@set")


def values(value: Any) -> Iterator[Any]:
    """One property's values one by one; `null`, `""`, `[]` and `{}` are absent.

    `@value`, `@list` and `@set` wrappers are opened. At most `MAX_VALUES` come.
    """
    if type(value) is list and len(value) == 1 and type(value[0]) is not list:
        value = value[0]
    found = _values(value)
    return islice(found, MAX_VALUES) if type(value) is list else found


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item)
    elif isinstance(value, dict):
        for wrapper in _WRAPPERS:
            if wrapper in value:
                yield from values(value[wrapper])
                return
        if value:
            yield value
    elif isinstance(value, str):
        if value.strip():
            yield value
    elif value is not None:
        yield value


def first(value: Any) -> Any:
    """The first value a property has, or None."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, dict) and value.keys().isdisjoint(_WRAPPERS):
        return value or None
    return next(values(value), None)


def texts(value: Any, where: str, notes: Notes) -> tuple[str, ...]:
    """Plain texts without repeats; a Thing gives its name (DefinedTerm, Occupation)."""
    found: dict[str, None] = {}
    for item in values(value):
        text = _plain(item)
        if not text:
            continue
        if len(text) > MAX_TEXT:
            notes.ignored(
                Code.TOO_LONG,
                where,
                too_long(),
                text,
            )
            text = text[: MAX_TEXT - 1] + "…"
        found.setdefault(text)
        if len(found) == MAX_LIST:
            notes.ignored(Code.TOO_LONG, where, only_first())
            break
    return tuple(found)


def too_long() -> Sentence:
    return sentence(
        "The text is longer than {most} characters and was cut.", most=MAX_TEXT
    )


def only_first() -> Sentence:
    return sentence("Only the first {most} values were read.", most=MAX_LIST)


def text(value: Any, where: str, notes: Notes) -> str:
    """The first plain text of a property."""
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return sanitise.plain(value)
    found = texts(first(value), where, notes)
    return found[0] if found else ""


def named(value: Any, where: str, notes: Notes) -> tuple[str, ...]:
    """`texts`, where a value without any is reported."""
    _note_wordless(value, where, notes)
    return texts(value, where, notes)


def categories(value: Any, where: str, notes: Notes) -> tuple[str, ...]:
    """Texts of CategoryCodes: code and name of one that has both, as "15-1252 Baker"."""
    said = [_coded(item) for item in values(value)]
    return named(said, where, notes)


def _coded(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    codes = (first(item.get(key)) for key in ("codeValue", "termCode"))
    code = next((_raw(code) for code in codes if code is not None), "")
    name = _raw(item)
    return f"{code} {name}" if code and name and code not in name else code or item


def reachable(value: Any, where: str, notes: Notes) -> str:
    """An e-mail address or telephone number, which may stand in an address of its own."""
    return re.sub(r"^(?:mailto|tel):\s*", "", text(value, where, notes), flags=re.I)


def _note_wordless(value: Any, where: str, notes: Notes) -> None:
    """Reports what of a property has no text at all."""
    if isinstance(value, str):
        return
    for item in values(value):
        if not isinstance(item, str) and not _raw(item) and says_something(item):
            notes.ignored(
                Code.BAD_VALUE, where, sentence("There is no text in it."), item
            )


def says_something(value: Any) -> bool:
    """Whether a value has anything but types, names of nodes, blanks and zeros."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack += item
        elif isinstance(item, Mapping):
            name = item.get("@id") if len(item) == 1 else None
            if isinstance(name, str) and name.startswith(("http://", "https://")):
                return "#" not in name
            stack += [item[key] for key in item if key[:1] != "@" or key in _WRAPPERS]
        elif item and (not isinstance(item, str) or sanitise.plain(item[:1000])):
            return True
    return False


def listed(value: Any, where: str, notes: Notes) -> tuple[str, ...]:
    """Texts of a property where one text may hold several, parted by commas.

    Only a value that is one text with commas between short parts is parted, and no
    sentence; before it is cut, since such a list may be long.
    """
    if type(value) is list and len(value) == 1:
        value = value[0]
    if isinstance(value, str) and len(value) <= _LONGEST:
        only = sanitise.plain(value)
        if parts := _parts(only):
            if len(parts) > MAX_LIST:
                notes.ignored(Code.TOO_LONG, where, only_first())
            return parts[:MAX_LIST]
        if len(only) <= MAX_TEXT:
            return (only,) if only else ()
    found = named(value, where, notes)
    return (_parts(found[0]) or found) if len(found) == 1 else found


def _parts(only: str) -> tuple[str, ...]:
    """What a comma list lists, each once; nothing for what is none."""
    if "," not in only or re.search(r"[.;:!?](\s|$)", only):
        return ()
    parts = [part.strip() for part in only.split(",")]
    if not all(0 < len(part) <= _MAX_PART for part in parts):
        return ()
    return tuple(dict.fromkeys(parts))


_REMOVED: Mapping[sanitise.RemovalCode, Sentence] = {
    sanitise.RemovalCode.ELEMENT: sentence("An element was dropped with all it held."),
    sanitise.RemovalCode.TAG: sentence("A tag was dropped; the text inside it stayed."),
    sanitise.RemovalCode.ATTRIBUTE: sentence("A script in an attribute was dropped."),
    sanitise.RemovalCode.LINK: sentence("A link without a usable address became text."),
    sanitise.RemovalCode.NESTING: sentence(
        "Nesting too deep was flattened; the text stayed."
    ),
}


def _note_removed(removal: sanitise.Removal, where: str, notes: Notes) -> None:
    value: str | None = removal.detail
    if removal.code is sanitise.RemovalCode.LENGTH:
        value = None
        message = sentence(
            "The text was cut at 256 KB; characters left out: {count}.",
            count=removal.count,
        )
    elif removal.count > 1:
        message = sentence(
            "{count} times: {what}", count=removal.count, what=_REMOVED[removal.code]
        )
    else:
        message = _REMOVED[removal.code]
    notes.repaired(Code.REMOVED_MARKUP, where, message, value)


def html(value: Any, where: str, notes: Notes) -> str:
    """Strangers' HTML, decoded, tidied and sanitised; a list becomes a list.

    What the sanitiser dropped is reported.
    """
    found = [item for entry in values(value) if (item := _raw(entry))]
    _note_wordless(value, where, notes)
    if not found:
        return ""
    if len(found) == 1:
        raw = found[0]
    elif any(re.search(r"<\w|&lt;\w", item) for item in found):
        raw = "\n".join(found)
    else:
        items = "".join(f"<li>{escape(item)}</li>" for item in found)
        raw = f"<ul>{items}</ul>"
    cleaned = sanitise.clean(raw)
    for removal in cleaned.removed:
        _note_removed(removal, where, notes)
    return cleaned.html


def url(value: Any, where: str, notes: Notes, *, start: str = "") -> str:
    """The first http(s) address of a property; `&amp;` is undone once.

    A relative one starts from `start`, where that is known.
    """
    found = urls(value, where, notes, start=start)
    return found[0] if found else ""


def urls(value: Any, where: str, notes: Notes, *, start: str = "") -> tuple[str, ...]:
    if type(value) is str and ";" not in value and _USUAL_ADDRESS.fullmatch(value):
        return (value,) if len(value) <= MAX_URL else _no_address(value, where, notes)
    found: dict[str, None] = {}
    for item in values(value):
        raw = _address(item).strip()
        if not raw:
            if says_something(item):
                notes.ignored(
                    Code.BAD_ADDRESS, where, sentence("There is none in it."), item
                )
            continue
        address = sanitise.resolved(raw) if ";" in raw else raw
        if start and address.startswith(_RELATIVE):
            address = _joined(start, address)
        if is_web_address(address):
            found.setdefault(address)
        else:
            _no_address(raw, where, notes)
    return tuple(found)[:MAX_LIST]


def _no_address(raw: str, where: str, notes: Notes) -> tuple[str, ...]:
    notes.ignored(
        Code.BAD_ADDRESS,
        where,
        sentence(
            "Not an absolute http or https address of at most {most} characters.",
            most=MAX_URL,
        ),
        raw,
    )
    return ()


#: What begins a relative address and no host, word or code.
_RELATIVE = ("/", "./", "../", "?")


def _joined(start: str, reference: str) -> str:
    try:
        return urljoin(start, reference)
    except ValueError:
        return reference


#: What nearly every address looks like, which needs no second look.
_USUAL_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9-]++\.)++[a-z]{2,}(?:[/?#][^\s<>\"\\\x00-\x20\x7f]*+)?",
    re.IGNORECASE,
)


def is_web_address(address: str) -> bool:
    """An absolute http(s) address with a host, no white space, not overlong."""
    if len(address) <= MAX_URL and _USUAL_ADDRESS.fullmatch(address):
        return True
    if len(address) > MAX_URL or re.search(r"[\s<>\"\x00-\x20\x7f\\]", address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and bool(host) and "." in str(host)


_TRUE = {"true", "yes", "1", "y"}
_FALSE = {"false", "no", "0", "n"}


def boolean(value: Any, where: str, notes: Notes) -> bool | None:
    """`true`, `"True"`, `https://schema.org/True` and the like."""
    if isinstance(value, bool):
        return value
    item = first(value)
    if item is None or isinstance(item, bool):
        return item
    if isinstance(item, str | int):
        word = str(item).strip().rsplit("/", 1)[-1].lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
    notes.ignored(Code.BAD_VALUE, where, sentence("Expected true or false."), item)
    return None


def count(value: Any, where: str, notes: Notes) -> int | None:
    """A positive whole number below two thousand million, as number or text."""
    item = first(value)
    if item is None:
        return None
    if isinstance(item, str) and re.fullmatch(r"\s*\d{1,9}\s*", item):
        item = int(item)
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    if isinstance(item, int) and not isinstance(item, bool) and 0 < item < 2 * 10**9:
        return item
    notes.ignored(
        Code.BAD_VALUE, where, sentence("Expected a positive whole number."), item
    )
    return None


def _plain(item: Any) -> str:
    return sanitise.plain(_raw(item)[:_LONGEST])


#: More of a text than this is never looked at where `MAX_TEXT` of it are kept.
_LONGEST = 2**15


def _raw(item: Any) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, bool):
        return ""
    if isinstance(item, int | float):
        return _digits(item)
    if isinstance(item, Mapping):
        for key in _NAMES:
            inner = first(item.get(key))
            if isinstance(inner, str):
                return inner
            if isinstance(inner, int | float) and not isinstance(inner, bool):
                return _digits(inner)
    return ""


#: Where a Thing has its wording, best first.
_NAMES = (
    "name", "description", "text", "value", "label", "alternateName", "termCode",
    "credentialCategory",
)  # fmt: skip


def _digits(number: float) -> str:
    try:
        return str(number)
    except ValueError:  # more digits than Python writes
        return ""


def _address(item: Any) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, Mapping):
        for key in ("@id", "url", "contentUrl"):
            inner = first(item.get(key))
            if isinstance(inner, str):
                return inner
            if isinstance(inner, Mapping) and isinstance(inner.get("@id"), str):
                return str(inner["@id"])
    return ""
