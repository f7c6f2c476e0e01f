"""Blocks as they were found to blocks that mean something. Words stay as they are.

What is done, in this order:

- Lines that begin with a bullet become list items: one such line is enough for a
  glyph that is nothing else (•), two in a row for one that may be (-, *, a dash, ✓).
- Lines that hold a whole list, glyph by glyph, become what stands before it, its items
  and what comes after.
- Lines numbered 1, 2, ... become an ordered list.
- Lines that are bold and nothing else, up to 80 characters and no sentence, become
  headings, where something follows them and no more than two stand in a row.
- Headings are renumbered without gaps from h2.
- Under a heading, three or more lines set off by breaks alone, each up to 120
  characters, none a sentence, an address or a label with its value, become a list.
- Items that hold a list and no words are dissolved.

Every rule leaves its own result alone, so tidying twice is tidying once.
"""

import re
from typing import Final

from postings.sanitise.blocks import (
    HEADING,
    PARAGRAPH,
    RULE,
    Block,
    End,
    Line,
    Start,
)
from postings.sanitise.nesting import without_idle_items
from postings.sanitise.runs import parted

_MAX_BOLD_HEADING: Final = 80
_MAX_OWN_HEADING: Final = 200
_MAX_HEADINGS_IN_A_ROW: Final = 2
_MIN_NUMBERED: Final = 2
_MIN_PLAIN_ITEMS: Final = 3
_MAX_PLAIN_ITEM: Final = 120

_JOINERS: Final = "[\ufe0e\ufe0f\u200c-\u200f]*"
_SURE: Final = "[•●▪■➤►➢◦‣\u2043∙\uf0b7\uf0a7]"
# `·`, `-` and their like begin an item when white space follows; a hyphen also when
# a capital letter does.
_TICK: Final = "[✓✔]"
_UNSURE: Final = "[-\u2013—*·+]"
_BULLET: Final = re.compile(
    rf"(?:(?P<sure>{_SURE}){_JOINERS}\s*|{_TICK}{_JOINERS}\s*|{_UNSURE}{_JOINERS}\s+|[-\u2013](?=[^\W\d_a-z]))"
)
_BULLETS: Final = re.compile(f"(?:{_BULLET.pattern.replace('?P<sure>', '')})+")
_NUMBER: Final = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
_EMPTY_INLINE: Final = re.compile(r"<(strong|em|code|sub|sup|a)\b[^>]*>\s*</\1>\s*")
_LEADING_SPACE: Final = re.compile(r"\A((?:<[^>]+>)*)\s+")
_RULE: Final = re.compile(r"(?:[-_=*\u2013—•·]\s*){3,}")
_WORD: Final = re.compile(r"\w")
_LETTER: Final = re.compile(r"[^\W\d_]")
_SENTENCE_END: Final = (".", "!", "?", ";", ":", ",", "…", "。", "\uff01", "\uff1f")
_NO_ITEM: Final = re.compile(r"@|://|: |\d{4}|^\d")


def tidied(blocks: list[Block]) -> list[Block]:
    """The blocks rearranged; the list passed in is used up."""
    blocks = _lines_to_structure(blocks)
    _rank_headings(blocks)
    return without_idle_items(_plain_items(_without_idle_rules(blocks)))


def _lines_to_structure(blocks: list[Block]) -> list[Block]:
    out: list[Block] = []
    depth = 0
    at = 0
    size = len(blocks)
    while at < size:
        block = blocks[at]
        if block.kind == PARAGRAPH:
            end = at + 1
            while end < size and blocks[end].kind == PARAGRAPH:
                end += 1
            first_in_item = (
                bool(out) and isinstance(out[-1], Start) and out[-1].kind == "li"
            )
            out.extend(
                _section(
                    blocks[at:end],
                    top=not depth,
                    last=end == size,
                    item=first_in_item,
                )
            )
            at = end
            continue
        if isinstance(block, Start):
            depth += 1
        elif isinstance(block, End):
            depth -= 1
        elif block.kind == HEADING:
            if sum(len(line.text) for line in block.lines) > _MAX_OWN_HEADING:
                block.kind = PARAGRAPH
            else:
                block.lines = [_unbold(line) for line in block.lines]
        out.append(block)
        at += 1
    return out


class _Place:
    """A line, the paragraph it stands in, and what it is to become."""

    __slots__ = ("block", "line", "role")

    def __init__(self, line: Line, block: Block, role: str) -> None:
        self.line = line
        self.block = block
        self.role = role


def _role(line: Line, *, top: bool) -> str:
    text = line.text
    lead = text[0]
    if lead.isalpha():
        return "title" if top and line.bold and _is_title(text) else ""
    if top and _RULE.fullmatch(text):
        return "rule"
    if (bullet := _BULLET.match(text)) and _WORD.search(text):
        return "sure" if bullet["sure"] else "maybe"
    if top and line.bold and _is_title(text):
        return "title"
    return "number" if _NUMBER.match(text) else ""


def _is_title(text: str) -> bool:
    return (
        len(text) <= _MAX_BOLD_HEADING
        and not text.endswith((".", ",", ";"))
        and _LETTER.search(text) is not None
    )


def _section(
    paragraphs: list[Block], *, top: bool, last: bool, item: bool
) -> list[Block]:
    """Neighbouring paragraphs, no tag but their own between them."""
    places = [
        _Place(line, block, _role(line, top=top))
        for block in paragraphs
        for whole in block.lines
        for line in (parted(whole) if top else (whole,))
    ]
    if not any(place.role for place in places):
        return paragraphs
    _settle(places, last=last)
    if item and places[0].role in {"bullet", ""}:
        _strip_item(places)
    out: list[Block] = []
    at = 0
    while at < len(places):
        place = places[at]
        end = at + 1
        if place.role == "title":
            out.append(_heading(place))
        elif place.role == "rule":
            out.append(Block(RULE))
        else:
            while end < len(places) and _continues(places[end], place):
                end += 1
            if place.role:
                out.extend(_list(places[at:end]))
            else:
                out.append(
                    Block(
                        PARAGRAPH,
                        lines=[other.line for other in places[at:end]],
                        attrs=place.block.attrs,
                        loose=place.block.loose,
                    )
                )
        at = end
    return out


def _continues(place: _Place, first: _Place) -> bool:
    if first.role:
        return place.role == first.role
    return not place.role and place.block is first.block


def _settle(places: list[_Place], *, last: bool) -> None:  # noqa: PLR0912
    """Take back what stands alone: a lone dash, a stray number, bold at the end."""
    at = 0
    size = len(places)
    while at < size:
        role = places[at].role
        end = at + 1
        if role in {"sure", "maybe"}:
            while end < size and places[end].role in {"sure", "maybe"}:
                end += 1
            sure = any(place.role == "sure" for place in places[at:end])
            settled = "bullet" if sure or end - at > 1 else ""
            for place in places[at:end]:
                place.role = settled
        elif role == "number":
            expected = 1
            while end < size and places[end].role == "number":
                end += 1
            for place in places[at:end]:
                found = _NUMBER.match(place.line.text)
                if not found or int(found[1]) != expected:
                    expected = 0
                    break
                expected += 1
            if expected <= _MIN_NUMBERED:
                for place in places[at:end]:
                    place.role = ""
        elif role == "title":
            while end < size and places[end].role == "title":
                end += 1
            if end - at > _MAX_HEADINGS_IN_A_ROW or (last and end == size):
                for place in places[at:end]:
                    place.role = ""
        at = end


def _strip_item(places: list[_Place]) -> None:
    """A bullet typed inside a list item says what the item already says."""
    bullets = sum(place.role == "bullet" for place in places)
    first = places[0]
    text = first.line.text
    if (bullets <= 1 or not first.role) and _BULLET.match(text) and _WORD.search(text):
        line = _without_marker(first.line, _BULLETS)
        if line is not None:
            first.line = line
            first.role = ""


def _unbold(line: Line) -> Line:
    html = line.html
    if "<strong>" in html:
        html = html.replace("<strong>", "").replace("</strong>", "")
        for tag in ("em", "code", "sub", "sup"):
            html = html.replace(f"</{tag}><{tag}>", "")
            html = html.replace(f"</{tag}> <{tag}>", " ")
    return Line(html, line.text, bold=False)


def _heading(place: _Place) -> Block:
    return Block(
        HEADING,
        lines=[_unbold(place.line)],
        level=0,
        attrs=place.block.attrs,
    )


def _list(places: list[_Place]) -> list[Block]:
    ordered = places[0].role == "number"
    tag = "ol" if ordered else "ul"
    out: list[Block] = [Start(tag)]
    for place in places:
        line = _without_marker(place.line, _NUMBER if ordered else _BULLETS)
        if line is not None:
            out.extend(
                (Start("li"), Block(PARAGRAPH, lines=[line]), End("li")),
            )
    out.append(End(tag))
    return out if out[1:-1] else []


def _without_marker(line: Line, marker: re.Pattern[str]) -> Line | None:
    """The line without its bullets or its number; None where nothing else is there."""
    found = marker.match(line.text)
    if found is None:
        return line
    text = line.text[found.end() :]
    return (
        Line(_without_start(line.html, found[0]), text, bold=line.bold)
        if text
        else None
    )


def _without_start(html: str, start: str) -> str:
    """HTML without the text it starts with, nor the elements that leaves empty."""
    if html.startswith(start):
        return html[len(start) :]
    tags: list[str] = []
    at = 0
    left = len(start)
    while left:
        if html[at] == "<":
            end = html.index(">", at) + 1
            tags.append(html[at:end])
            at = end
        else:
            at += 1
            left -= 1
    html = "".join(tags) + html[at:]
    while (fuller := _EMPTY_INLINE.sub("", html)) != html:
        html = fuller
    return _LEADING_SPACE.sub(r"\1", html)


def _rank_headings(blocks: list[Block]) -> None:
    """Levels without gaps from 2; a bold line counts as one below the last heading."""
    own = sorted({block.level for block in blocks if block.kind == HEADING} - {0})
    rank = {level: min(2 + place, 6) for place, level in enumerate(own)}
    current = 1
    for block in blocks:
        if block.kind == HEADING:
            if block.level:
                block.level = current = rank[block.level]
            else:
                block.level = min(current + 1, 6)


def _without_idle_rules(blocks: list[Block]) -> list[Block]:
    """Rules only between other blocks, one at a time."""
    if not any(block.kind == RULE for block in blocks):
        return blocks
    out: list[Block] = []
    for block in blocks:
        if block.kind == RULE and (not out or out[-1].kind == RULE):
            continue
        out.append(block)
    while out and out[-1].kind == RULE:
        out.pop()
    return out


def _plain_items(blocks: list[Block]) -> list[Block]:
    out: list[Block] = []
    at = 0
    size = len(blocks)
    while at < size:
        block = blocks[at]
        out.append(block)
        at += 1
        if block.kind != HEADING:
            continue
        end = at
        while end < size and blocks[end].kind == PARAGRAPH:
            end += 1
        section = blocks[at:end]
        closed = end == size or blocks[end].kind in {HEADING, RULE}
        lines = [line for paragraph in section for line in paragraph.lines]
        if (
            closed
            and len(lines) >= _MIN_PLAIN_ITEMS
            and all(paragraph.loose for paragraph in section[1:])
            and all(_is_item(line) for line in lines)
        ):
            out.append(Start("ul"))
            for line in lines:
                out.extend((Start("li"), Block(PARAGRAPH, lines=[line]), End("li")))
            out.append(End("ul"))
            at = end
    return out


def _is_item(line: Line) -> bool:
    text = line.text
    return (
        len(text) <= _MAX_PLAIN_ITEM
        and not line.bold
        and not text.endswith(_SENTENCE_END)
        and not _NO_ITEM.search(text)
        and not _BULLET.match(text)
    )
