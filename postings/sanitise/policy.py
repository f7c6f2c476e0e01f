"""What a sanitised text may hold, as data, and how a removal is reported."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

POLICY_VERSION: Final = 4
"""Raised whenever the same text would come out differently; stored texts keep it."""

MAX_LENGTH: Final = 256 * 1024
"""Characters of a text that are read, and the most its HTML may hold."""

MAX_DEPTH: Final = 32

INLINE_TAGS: Final = frozenset({"a", "strong", "em", "code", "sub", "sup"})
HEADING_TAGS: Final = frozenset({"h2", "h3", "h4", "h5", "h6"})
LIST_TAGS: Final = frozenset({"ul", "ol"})
TABLE_TAGS: Final = frozenset({"table", "caption", "thead", "tbody", "tr", "th", "td"})
BLOCK_TAGS: Final = (
    frozenset({"p", "blockquote", "pre", "li", "dl", "dt", "dd"})
    | HEADING_TAGS
    | LIST_TAGS
    | TABLE_TAGS
)

VOID_TAGS: Final = frozenset({"br", "hr"})

ALLOWED_TAGS: Final[frozenset[str]] = INLINE_TAGS | BLOCK_TAGS | VOID_TAGS
"""Tags of the output; `b`, `i` and `h1` are renamed to one of them."""

ALLOWED_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "a": ("href",),
    **dict.fromkeys(sorted(BLOCK_TAGS - {"td", "th"}), ("lang", "dir")),
    "td": ("lang", "dir", "colspan", "rowspan"),
    "th": ("lang", "dir", "colspan", "rowspan", "scope"),
}
"""Attributes kept; `rel` is added to every link and never taken over."""

ALLOWED_PROTOCOLS: Final[frozenset[str]] = frozenset({"http", "https", "mailto", "tel"})

LINK_REL: Final = "nofollow ugc noopener noreferrer"

ATTRIBUTE_VALUES: Final[Mapping[str, re.Pattern[str]]] = {
    "lang": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}"),
    "dir": re.compile(r"rtl|ltr|auto"),
    "colspan": re.compile(r"[1-9][0-9]?"),
    "rowspan": re.compile(r"[1-9][0-9]?"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
}


class RemovalCode(StrEnum):
    """Why something of a text is not in what came out."""

    ELEMENT = "element"
    """An element with all it held (`script`, `style`, `svg`, ...)."""
    TAG = "tag"
    """A tag alone (`img`, `form`, ...); the text inside it stayed."""
    ATTRIBUTE = "attribute"
    """An event handler (`onclick`, ...). Looks (`class`, `style`) go unreported."""
    LINK = "link"
    """A link without a usable address; its text stayed. The detail is the scheme."""
    NESTING = "nesting"
    """A tag inside more than 32 others, or a table in a table; its text stayed."""
    LENGTH = "length"
    """Characters past 256 KB; the count says how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """One kind of thing that was dropped, and how often."""

    code: RemovalCode
    detail: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleaned:
    """Safe HTML, and what was dropped to get it, ordered by code and detail."""

    html: str
    removed: tuple[Removal, ...]


class Removals:
    """A tally of what is dropped while a text is read."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[tuple[RemovalCode, str], int] = {}

    def add(self, code: RemovalCode, detail: str, count: int = 1) -> None:
        key = code, detail
        self._counts[key] = self._counts.get(key, 0) + count

    def as_tuple(self) -> tuple[Removal, ...]:
        return tuple(
            Removal(code=code, detail=detail, count=count)
            for (code, detail), count in sorted(self._counts.items())
        )
