"""Two values side by side, the words they differ in marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from postings import schemaorg
from postings.ingest import merge

#: Words of either side that are compared one by one; what differs between longer
#: texts is marked as a whole from the first such word to the last.
_MOST = 4000

_MARKUP = re.compile(r"<[^<>]*>")
_TOKEN = re.compile(r"<[^<>]*>\s*|[^\s<]+\s*|<\s*|\s+")
_BLOCK = re.compile(
    r"(?<!\s)\s*(?=<(?:p|h[1-6]|[uod]l|li|d[td]|table|tr|blockquote|pre|hr)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A property of which two sides say different things, ready for a page."""

    property: str
    ours: SafeString
    theirs: SafeString


def of_postings(
    before: schemaorg.Posting, after: schemaorg.Posting
) -> list[Difference]:
    """What differs between two postings, property by property."""
    found = []
    for name in schemaorg.PROPERTIES:
        attribute = schemaorg.attribute(name)
        one, other = getattr(before, attribute), getattr(after, attribute)
        if not merge.same(one, other):
            found.append(of_words(name, merge.words(one), merge.words(other)))
    return found


def of_words(name: str, ours: str, theirs: str) -> Difference:
    """Two values of a property in words, as `merge.words` gives them."""
    markup = name in schemaorg.HTML_PROPERTIES
    left, right = (_tokens(text, markup=markup) for text in (ours, theirs))
    mine, other = _unequal(
        [token.strip() for token in left], [token.strip() for token in right]
    )
    return Difference(
        name, _shown(left, mine, markup=markup), _shown(right, other, markup=markup)
    )


def _tokens(text: str, *, markup: bool) -> list[str]:
    if not markup:
        return re.findall(r"\S+\s*|\s+", text)
    return _TOKEN.findall(_BLOCK.sub("\n", text).strip())


def _unequal(left: Sequence[str], right: Sequence[str]) -> tuple[set[int], set[int]]:
    """The positions of what each side has and the other has not."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while (
        end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]
    ):
        end += 1
    one, other = left[start : len(left) - end], right[start : len(right) - end]
    if max(len(one), len(other)) > _MOST:
        return (
            set(range(start, start + len(one))),
            set(range(start, start + len(other))),
        )
    mine: set[int] = set()
    theirs: set[int] = set()
    matcher = SequenceMatcher(None, one, other)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            mine |= set(range(start + i, start + j))
            theirs |= set(range(start + k, start + m))
    return mine, theirs


def _shown(tokens: Sequence[str], marked: set[int], *, markup: bool) -> SafeString:
    def pieces() -> Iterator[tuple[SafeString]]:
        numbered = enumerate(tokens)
        for differs, group in groupby(numbered, key=lambda item: item[0] in marked):
            found = [token for _, token in group]
            last = found[-1].rstrip() if differs else found[-1]
            rest = found[-1][len(last) :]
            shown = [_piece(token, markup) for token in (*found[:-1], last)]
            inner = format_html_join("", "{}", ((piece,) for piece in shown))
            yield (format_html("<mark>{}</mark>{}", inner, rest) if differs else inner,)

    return format_html_join("", "{}", pieces())


def _piece(token: str, markup: bool) -> SafeString | str:  # noqa: FBT001 - private
    if markup and _MARKUP.match(token):
        return format_html('<span class="markup">{}</span>', token)
    return unescape(token) if markup else token
