"""bleach, the last to judge every text, with linkify as its filter."""

import re
import threading
from collections.abc import Iterator, MutableMapping
from typing import Any, Final

import bleach
from bleach.linkifier import LinkifyFilter

from postings.sanitise.policy import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_PROTOCOLS,
    ALLOWED_TAGS,
    BLOCK_TAGS,
    LINK_REL,
    VOID_TAGS,
)

MAX_LINKED: Final = 2000
"""A text with more addresses than this gets no links made for it."""

# A link is found only where what comes before and after it cannot belong to it, so
# that splitting a text at its links never makes another one appear; and its length
# is bounded, so that no text makes the search quadratic.
_STOP: Final = r"\s<>\"'`{}|\\^\[\]\ufffd"
URL: Final = re.compile(
    r"(?<![\w@/.+=-])(?:https?://|www\.(?=[^\W\d_]))(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24}"
    rf"(?::\d{{2,4}})?(?:[/?#][^{_STOP}]{{0,1000}}+(?![^{_STOP}])"
    rf"|(?=[.,;:!?)]*+(?![^{_STOP}])|[.,;:!?)]++(?:https?://|www\.)))",
    re.IGNORECASE,
)
EMAIL: Final = re.compile(
    r"(?<![\w.+/@:=?&%#~-])[a-z0-9_][a-z0-9_.+-]{0,63}"
    r"@(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?![\w@+-])",
    re.IGNORECASE | re.ASCII,
)
_NOTHING: Final = re.compile(r"(?!)")
_LINE_AFTER_END: Final = BLOCK_TAGS - {"td", "th", "caption", "dt"}
_LINE_AFTER_START: Final = frozenset({"ul", "ol", "dl", "table", "tbody", "thead"})
_NEW_LINE: Final = {"type": "Characters", "data": "\n"}


def _with_rel(
    attrs: MutableMapping[Any, str],
    new: bool = False,  # noqa: FBT001, FBT002 - bleach's signature
    /,
) -> MutableMapping[Any, str]:
    del new
    attrs[None, "rel"] = LINK_REL
    return attrs


class _Links(LinkifyFilter):
    """linkify with our patterns, and a new line after each block where asked for."""

    def __init__(self, source: Any) -> None:
        super().__init__(
            source,
            callbacks=[_with_rel],
            skip_tags=["pre", "code"],
            parse_email=True,
            url_re=URL if _local.linking else _NOTHING,
            email_re=EMAIL if _local.linking else _NOTHING,
        )

    def extract_entities(self, token: Any) -> Any:
        # The sanitising filter before this one has done it; a second time would turn
        # `&amp;lt;` into `&lt;`.
        yield token

    def __iter__(self) -> Iterator[Any]:
        tokens = super().__iter__() if _local.has_links else iter(self.source)
        return _with_new_lines(tokens) if _local.new_lines else tokens


def _with_new_lines(tokens: Iterator[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        kind = token["type"]
        if (kind == "EndTag" and token["name"] in _LINE_AFTER_END) or (
            kind == "StartTag" and token["name"] in _LINE_AFTER_START
        ):
            yield _NEW_LINE


def _walked(root: Any) -> Iterator[Any]:
    """A parsed text as html5lib's tokens, in time linear in its elements.

    html5lib's own walker finds its way up from an element by looking for it among all
    its siblings.
    """
    open_elements = [(root, iter(root))]
    if root.text:
        yield {"type": "Characters", "data": root.text}
    while open_elements:
        element, rest = open_elements[-1]
        child = next(rest, None)
        if child is None:
            open_elements.pop()
            if element is not root:
                yield {"type": "EndTag", "namespace": None, "name": element.tag}
        else:
            element = child
            kind = "EmptyTag" if child.tag in VOID_TAGS else "StartTag"
            data = {(None, name): value for name, value in child.attrib.items()}
            yield {"type": kind, "namespace": None, "name": child.tag, "data": data}
            if kind == "StartTag":
                open_elements.append((child, iter(child)))
                if child.text:
                    yield {"type": "Characters", "data": child.text}
                continue
        if element.tail and element is not root:
            yield {"type": "Characters", "data": element.tail}


class _Local(threading.local):
    """One Cleaner a thread: bleach's are not safe to share."""

    def __init__(self) -> None:
        self.has_links = self.linking = self.new_lines = False
        self.cleaner = bleach.Cleaner(
            tags=ALLOWED_TAGS,
            attributes={tag: list(names) for tag, names in ALLOWED_ATTRIBUTES.items()},
            protocols=ALLOWED_PROTOCOLS,
            strip=True,
            strip_comments=True,
            filters=[_Links],
        )
        self.cleaner.walker = _walked  # type: ignore[assignment] # called alike


_local = _Local()


def bleached(html: str, *, new_lines: bool) -> str:
    """The HTML as bleach lets it pass, bare web and mail addresses linked.

    Blocks come out on lines of their own if `new_lines`.
    """
    addresses = html.count("://") + html.count("@") + html.count("www.")
    _local.linking = 0 < addresses <= MAX_LINKED
    _local.has_links = _local.linking or "<a" in html
    _local.new_lines = new_lines
    cleaned: str = _local.cleaner.clean(html)
    return cleaned.rstrip("\n") if new_lines else cleaned
