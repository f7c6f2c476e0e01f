"""Lists that only their glyphs show: in one line, or in lines HTML does not know."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from postings.sanitise.blocks import Line

#: What is nothing but a bullet. Others (·, -, |) part what stands on one line.
GLYPHS: Final = "•●▪■➤►➢✓✔"

_BEFORE: Final = f"[{GLYPHS}]|&bull;|&#8226;"
_IN_LINES: Final = re.compile(rf"\n[^\S\n]*+({_BEFORE})[^\n<]*+\n\s{{0,100}}\1")
_MIN_ITEMS: Final = 3
_GLYPH: Final = re.compile(rf"(?:(?<=\s)|\A)[{GLYPHS}]")
_ANY_GLYPH: Final = re.compile(f"[{GLYPHS}]")
_WORD: Final = re.compile(r"\w")
_INTRODUCES: Final = (":", "…", "...")
_SENTENCE_END: Final = re.compile(r"(?<=[^\W\d_]{4})[.!?](?=\s+[^\W\d_])")
_PIECE: Final = re.compile(r"<[^>]*>|&\w+;|[^<&]+")


def in_lines(html: str) -> bool:
    """Whether two lines of one text begin with a glyph: its author saw them as lines."""
    return "\n" in html and _IN_LINES.search(html) is not None


def parted(line: Line) -> list[Line]:
    """The line, or what stands before its list, its items, and what comes after them.

    A list has three items or more. It begins its line, or a colon or dots before it
    say that one follows: in "Rye • Wheat • Oats • Spelt" the glyph parts words. Where
    no item before holds two sentences and the last one is far longer than they, it
    ends with its first sentence.
    """
    text = line.text
    starts = [found.start() for found in _GLYPH.finditer(text)]
    if len(starts) < _MIN_ITEMS or len(set(_ANY_GLYPH.findall(text))) > 1:
        return [line]
    ends = [*starts[1:], len(text)]
    items = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    head = text[: starts[0]].rstrip()
    if not all(map(_WORD.search, items)) or (head and not head.endswith(_INTRODUCES)):
        return [line]
    if after := _after_list(items):
        starts.append(len(text) - after)
    return list(_pieces(line, [0, *starts] if head else starts))


def _after_list(items: Sequence[str]) -> int:
    """How many characters at the end of the last item are none of it."""
    *others, last = items
    ended = _SENTENCE_END.search(last)
    if (
        ended is None
        or len(last) <= 2 * max(map(len, others))
        or any(map(_SENTENCE_END.search, others))
    ):
        return 0
    return len(last[ended.end() :].lstrip())


def _pieces(line: Line, starts: Sequence[int]) -> Iterator[Line]:
    """The line from each start to the next, elements closed and opened anew."""
    text = line.text
    ends = [*starts[1:], len(text)]
    spans = [
        (start, start + len(text[start:end].rstrip()))
        for start, end in zip(starts, ends, strict=True)
    ]
    wanted: list[str] = []
    written = _Written()
    number = at = 0
    for html in _PIECE.findall(line.html):
        if html[0] == "<":
            if html[1] == "/":
                wanted.pop()
            else:
                wanted.append(html)
            continue
        size = 1 if html[0] == "&" else len(html)
        while number < len(spans):
            start, end = spans[number]
            first, last = max(start - at, 0), min(end - at, size)
            if first < last:
                written.add(html if size == 1 else html[first:last], wanted)
            if end > at + size:
                break
            yield Line(written.ended(), text[start:end], bold=written.bold)
            written = _Written()
            number += 1
        at += size


class _Written:
    """The HTML of a piece as far as it is written."""

    __slots__ = ("open", "parts", "unbold")

    def __init__(self) -> None:
        self.open: list[str] = []
        self.parts: list[str] = []
        self.unbold = ""

    @property
    def bold(self) -> bool:
        return self.unbold.strip() in {"", ":"}

    def add(self, html: str, wanted: Sequence[str]) -> None:
        common = 0
        for is_open, tag in zip(self.open, wanted, strict=False):
            if is_open != tag:
                break
            common += 1
        self._close(common)
        self.parts.extend(wanted[common:])
        self.open.extend(wanted[common:])
        self.parts.append(html)
        if "<strong>" not in wanted:
            self.unbold += html[:2]

    def ended(self) -> str:
        self._close(0)
        return "".join(self.parts)

    def _close(self, height: int) -> None:
        while len(self.open) > height:
            name = self.open.pop()[1:].rstrip(">").split(" ", 1)[0]
            self.parts.append(f"</{name}>")
