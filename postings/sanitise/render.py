"""Blocks to HTML: the one place that writes tags."""

from html import escape

from postings.sanitise.blocks import (
    HEADING,
    PARAGRAPH,
    PRE,
    RULE,
    Block,
    End,
    Line,
    Start,
)
from postings.sanitise.engine import EMAIL, URL
from postings.sanitise.policy import LINK_REL, MAX_LENGTH, RemovalCode, Removals

_INLINE_PARENTS = frozenset({"li", "td", "th", "dt", "dd", "caption"})
# What the tag of a block that is cut may take, attributes and all.
_TAG_ROOM = 120
# What one found address grows by when it becomes a link, beside itself.
_LINK_GROWTH = len(f'<a href="mailto:" rel="{LINK_REL}"></a>')


def _weight(html: str) -> int:
    """At most how long a piece of HTML will be once bleach has linked its addresses."""
    weight = len(html) + html.count("<a ") * _LINK_GROWTH
    if "@" in html or "://" in html:
        for pattern in (URL, EMAIL):
            for found in pattern.finditer(html):
                weight += 3 * (found.end() - found.start()) + _LINK_GROWTH
    return weight


def rendered(blocks: list[Block], removed: Removals, *, tidy: bool) -> str:
    """The HTML of the blocks, cut where it would outgrow MAX_LENGTH."""
    pieces = _pieces(blocks, tidy=tidy)
    html = "".join(pieces)
    links = html.count("<a ") + html.count("://") + html.count("@")
    if 4 * len(html) + 2 * links * _LINK_GROWTH > MAX_LENGTH:
        html = "".join(_cut(blocks, pieces, removed, tidy=tidy))
    return html


def _cut(
    blocks: list[Block], pieces: list[str], removed: Removals, *, tidy: bool
) -> list[str]:
    """The pieces that fit; end tags of what they leave open come as pieces too."""
    out: list[str] = []
    open_tags: list[str] = []
    room = MAX_LENGTH
    for at, (block, html) in enumerate(zip(blocks, pieces, strict=True)):
        if isinstance(block, End):
            open_tags.pop()
            out.append(html)
            continue
        # A start tag pays for its end tag, and each tag for its new line.
        weight = _weight(html) + 2
        if isinstance(block, Start):
            weight += len(block.kind) + 4
        if weight > room:
            left = sum(len(line.text) for rest in blocks[at:] for line in rest.lines)
            if block.lines and (kept := _fitting(block, room - _TAG_ROOM)):
                left -= sum(len(line.text) for line in kept)
                block.lines = kept
                out.append(_pieces(blocks[: at + 1], tidy=tidy)[-1])
            if left:
                removed.add(RemovalCode.LENGTH, "characters", left)
            if open_tags:
                out.append("".join(f"</{tag}>" for tag in reversed(open_tags)))
            break
        room -= weight
        if isinstance(block, Start):
            open_tags.append(block.kind)
        out.append(html)
    return out


def _fitting(block: Block, room: int) -> list[Line]:
    """The first lines of a block, the last one cut at a word, that weigh `room`."""
    kept: list[Line] = []
    for line in block.lines:
        weight = _weight(line.html) + 4
        if weight <= room:
            kept.append(line)
            room -= weight
            continue
        low = len(line.text) * max(room, 0) // weight
        while low and _weight(escape(line.text[:low], quote=False)) > room:
            low = low * 9 // 10
        text = line.text[:low]
        if low < len(line.text) and " " in text:
            text = text[: text.rindex(" ")]
        if text := text.strip():
            kept.append(Line(escape(text, quote=False), text, bold=False))
        break
    return kept


def _pieces(blocks: list[Block], *, tidy: bool) -> list[str]:
    """A piece of HTML for each block."""
    out: list[str] = []
    parents: list[str] = []
    size = len(blocks)
    for at, block in enumerate(blocks):
        kind = block.kind
        if isinstance(block, Start):
            parents.append(kind)
            html = f"<{kind}{block.attrs}>"
        elif isinstance(block, End):
            parents.pop()
            html = f"</{kind}>"
        elif kind == PARAGRAPH:
            html = "<br>".join([line.html for line in block.lines])
            bare = (
                block.loose
                if not tidy
                else (
                    bool(parents)
                    and parents[-1] in _INLINE_PARENTS
                    and not block.attrs
                    and isinstance(blocks[at - 1], Start)
                    and (at + 1 == size or blocks[at + 1].kind != PARAGRAPH)
                )
            )
            if not bare:
                html = f"<p{block.attrs}>{html}</p>"
        elif kind == HEADING:
            html = " ".join([line.html for line in block.lines])
            html = f"<h{block.level}{block.attrs}>{html}</h{block.level}>"
        elif kind == PRE:
            html = "".join([line.html for line in block.lines]).lstrip("\n")
            html = f"<pre>{html}</pre>"
        else:
            html = "<hr>" if kind == RULE else block.attrs
        out.append(html)
    return out
