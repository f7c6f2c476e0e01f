"""Tokens to a flat list of well-formed blocks, never nested too deep.

One reading serves both ways in: tidying folds white space and gathers lines, so that
`tidy` can see paragraphs and lists in them; otherwise text stays as it was typed and
only its tags are put right. Either way the result holds allowed tags alone, each
closed, so that bleach (quadratic on deep or misnested input) has an easy time.
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Final

from postings.sanitise.attributes import attributes, kept_attributes, safe_href
from postings.sanitise.blocks import (
    HEADING,
    PARAGRAPH,
    PRE,
    RAW,
    RULE,
    Block,
    End,
    Line,
    Start,
)
from postings.sanitise.policy import (
    INLINE_TAGS,
    LIST_TAGS,
    MAX_DEPTH,
    RemovalCode,
    Removals,
)
from postings.sanitise.runs import GLYPHS
from postings.sanitise.tokens import CLOSE, OPEN, TEXT, Token

_RENAMED: Final = {
    "b": "strong",
    "i": "em",
    "menu": "ul",
    "dir": "ul",
    "tfoot": "tbody",
    "h1": "h2",
    "listing": "pre",
    "xmp": "pre",
    "plaintext": "pre",
}
_BREAKING: Final = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "aside",
        "header",
        "footer",
        "nav",
        "address",
        "center",
        "figure",
        "figcaption",
        "fieldset",
        "form",
        "details",
        "summary",
        "body",
        "html",
        "hgroup",
        "legend",
        "dialog",
        "optgroup",
        "option",
        "select",
        "textarea",
        "button",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "caption",
        "table",
    ]
)
_HEADINGS: Final = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_CELLS: Final = ("td", "th")
_SECTIONS: Final = ("thead", "tbody")
# An inline element left open is reopened in every block that follows; after so many
# it is taken for one that was never closed.
_MAX_REOPENED: Final = 400
# A tag escaped once more than the text around it. A style is what tells it from words.
_PASTED_STYLE: Final = re.compile(
    r"<(span|font)\s{1,3}style=[^<>]{0,300}>([^<>]*+)(?:</\1>)?", re.IGNORECASE
)


class Builder:
    """Gathers blocks; `blocks` is complete after `read`.

    `newlines` says that each ends a line, `glyphs` that one before a glyph does.
    """

    def __init__(
        self, removed: Removals, *, tidy: bool, newlines: bool, glyphs: bool = False
    ) -> None:
        self.removed = removed
        self.tidy = tidy
        self.newlines = newlines
        self.glyphs = glyphs
        self.blocks: list[Block] = []
        self.whole = 0  # blocks that are not brackets, ever
        self.stack: list[tuple[str, int, int, tuple[str, ...]]] = []
        self.implied = -1  # where in the stack a list without a tag is
        self.ignored: dict[str, int] = {}
        # The block being gathered.
        self.kind = PARAGRAPH
        self.level = 0
        self.attrs = ""
        self.loose = True
        self.explicit = False
        self.lines: list[Line] = []
        self.wanted_at_block: tuple[str, ...] = ()
        # The line being gathered.
        self.parts: list[str] = []
        self.plain: list[str] = []
        self.unbold = ""
        self.space = False
        # Inline elements: those that should be open, and those that are.
        self.wanted: list[str] = []
        self.depth: dict[str, int] = {}
        self.open: list[str] = []
        self.href = ""
        self.reopened = 0

    def read(self, stream: Iterable[Token]) -> list[Block]:
        for kind, name, raw in stream:
            if kind == TEXT:
                self._text(name)
            elif kind == OPEN:
                self._start(_RENAMED.get(name, name), name, raw)
            elif kind == CLOSE:
                self._end(_RENAMED.get(name, name))
        self._flush()
        self._pop_to(0)
        return self.blocks

    # Text and lines

    def _text(self, text: str) -> None:
        if self.kind is PRE or not self.tidy:
            self._verbatim(text)
        elif self.newlines and "\n" in text:
            first, *rest = text.split("\n")
            self._run(first)
            for line in rest:
                self._end_line()
                self._run(line)
        elif self.glyphs and "\n" in text and self.kind is PARAGRAPH:
            self._glyph_lines(text)
        else:
            self._run(text)

    def _glyph_lines(self, text: str) -> None:
        """A glyph begins a line, and in text without a block of its own a blank line
        ends a paragraph; other new lines are spaces, as in all HTML."""
        loose = not self.stack and not self.explicit
        first, *rest = text.split("\n")
        self._run(first)
        for at, line in enumerate(rest, 1):
            begun = line.lstrip()
            if begun and begun[0] in GLYPHS:
                self._end_line()
            if not begun and loose and at < len(rest):
                self._end_line()
                self._end_line()
            else:
                self.space = True
                self._run(line)

    def _run(self, text: str) -> None:
        if "style=" in text and "code" not in self.wanted:
            text = _PASTED_STYLE.sub(r"\2", text)
        folded = " ".join(text.split())
        if not folded:
            self.space = self.space or bool(text)
            return
        if self.parts:
            space = self.space or text[0].isspace()
        else:
            space = False
            if self.stack:
                self._ensure_flow()
        if self.wanted or self.open:
            self._sync(space=space)
        elif space:
            self.parts.append(" ")
        if space:
            self.plain.append(" ")
        if "&" in folded or "<" in folded or ">" in folded:
            self.parts.append(escape(folded, quote=False))
        else:
            self.parts.append(folded)
        self.plain.append(folded)
        if "strong" not in self.wanted and not self.unbold[1:]:
            self.unbold += folded[:2]
        self.space = text[-1].isspace()

    def _verbatim(self, text: str) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", " ")
        if not self.parts and self.kind is not PRE:
            rest = text.lstrip(" \t\n")
            if len(rest) < len(text):
                self._raw(text[: len(text) - len(rest)])
            text = rest
        if not text:
            return
        if not self.parts and self.stack:
            self._ensure_flow()
        if self.wanted or self.open:
            self._sync(space=False)
        self.parts.append(escape(text, quote=False))
        self.plain.append(text)

    def _raw(self, text: str) -> None:
        self.blocks.append(Block(RAW, attrs=text))

    def _sync(self, *, space: bool) -> None:
        """Close and open inline elements until those open are those wanted."""
        common = 0
        for is_open, wanted in zip(self.open, self.wanted, strict=False):
            if is_open != wanted:
                break
            common += 1
        while len(self.open) > common:
            self._close_inline()
        if space:
            self.parts.append(" ")
        for wanted in self.wanted[common:]:
            self.open.append(wanted)
            self.parts.append(
                f'<a href="{self.href}">' if wanted == "a" else f"<{wanted}>"
            )
            self.reopened += 1

    def _close_inline(self) -> None:
        self.parts.append(f"</{self.open.pop()}>")

    def _end_line(self) -> None:
        """What was gathered becomes a line; an empty one ends the paragraph."""
        while self.open:
            self._close_inline()
        self.space = False
        if not self.plain:
            if self.lines:
                self._emit()
                self.loose = True
            return
        text = "".join(self.plain)
        if self.kind is not PRE or text.strip():
            self.lines.append(
                Line("".join(self.parts), text, bold=self.unbold in {"", ":"})
            )
        self.parts = []
        self.plain = []
        self.unbold = ""
        if self.reopened > _MAX_REOPENED:
            self._drop_inline(())
            self.reopened = 0

    def _emit(self) -> None:
        if not self.tidy and not self.explicit and self.kind is PARAGRAPH:
            last = self.blocks[-1] if self.blocks else None
            if last is not None and last.kind is PARAGRAPH and last.loose:
                self.blocks.append(Block(RAW, attrs="\n"))
        self.blocks.append(
            Block(
                self.kind,
                lines=self.lines,
                level=self.level,
                attrs=self.attrs,
                loose=self.loose if self.tidy else not self.explicit,
            )
        )
        self.whole += 1
        self.lines = []

    def _flush(self) -> None:
        """End the block being gathered, if there is one."""
        if self.parts or self.open:
            self._end_line()
        self.space = False
        if self.lines:
            self._emit()
        self.loose = False

    def _begin(self, kind: str, level: int = 0, attrs: str = "") -> None:
        self.kind = kind
        self.level = level
        self.attrs = attrs
        self.explicit = False
        self.wanted_at_block = tuple(self.wanted)

    def _drop_inline(self, kept: tuple[str, ...]) -> None:
        """Forget inline elements opened since `kept` were the wanted ones."""
        if self.wanted and tuple(self.wanted) != kept:
            self.wanted = [name for name in self.wanted if name in kept]
            self.depth = dict.fromkeys(self.wanted, 1)

    # Containers

    def _push(self, name: str, attrs: str = "") -> bool:
        if len(self.stack) >= MAX_DEPTH:
            self.removed.add(RemovalCode.NESTING, name)
            self.ignored[name] = self.ignored.get(name, 0) + 1
            return False
        self.stack.append((name, len(self.blocks), self.whole, tuple(self.wanted)))
        self.blocks.append(Start(name, attrs=attrs))
        return True

    def _pop(self) -> None:
        name, at, whole, wanted = self.stack.pop()
        if len(self.stack) == self.implied:
            self.implied = -1
        self._drop_inline(wanted)
        if self.whole == whole and name not in _CELLS:
            del self.blocks[at:]
        else:
            self.blocks.append(End(name))

    def _pop_to(self, height: int) -> None:
        while len(self.stack) > height:
            self._pop()

    def _find(self, names: Iterable[str], *, barrier: Iterable[str] = ()) -> int:
        """The height of the innermost open container of these names, or -1."""
        for height in range(len(self.stack) - 1, -1, -1):
            name = self.stack[height][0]
            if name in names:
                return height
            if name in barrier:
                return -1
        return -1

    def _top(self) -> str:
        return self.stack[-1][0] if self.stack else ""

    def _ensure_flow(self) -> None:
        """Text may not stand directly in a list or a table: put it into an item."""
        top = self._top()
        if top in LIST_TAGS and len(self.stack) - 1 == self.implied:
            # Items without a list of their own: text after them is not one more.
            wanted, depth = self.wanted, self.depth
            self._pop()
            self.wanted, self.depth = wanted, depth
            self._ensure_flow()
        elif top in LIST_TAGS:
            self._item("li")
        elif top == "dl":
            self._item("dd")
        elif top in {"table", "thead", "tbody", "tr"}:
            self._cell("td", "")

    def _item(self, name: str, attrs: str = "") -> None:
        if not self._push(name, attrs):
            # Depth is bounded for lists and their items alike.
            self.ignored[name] -= 1

    def _row(self, attrs: str = "") -> None:
        height = self._find(_SECTIONS, barrier=("table",))
        if height < 0:
            self._pop_to(self._find(("table",)) + 1)
            self._push("tbody")
        else:
            self._pop_to(height + 1)
        self._push("tr", attrs)

    def _cell(self, name: str, attrs: str) -> None:
        height = self._find(("tr",), barrier=("table",))
        if height < 0:
            self._row()
        else:
            self._pop_to(height + 1)
        self._push(name, attrs)

    # Tags

    def _start(self, name: str, original: str, raw: str) -> None:  # noqa: PLR0912
        if name == "br":
            self._break()
        elif name in INLINE_TAGS:
            self._start_inline(name, raw)
        elif name in _HEADINGS:
            self._flush()
            if self.stack:
                self._ensure_flow()
            if self.stack and self.tidy:
                self._begin(PARAGRAPH)
                self._want("strong")
            else:
                level = _HEADINGS[original] if self.tidy else _HEADINGS[name]
                attrs = kept_attributes(name, raw) if raw else ""
                self._begin(HEADING, level, attrs)
        elif name in LIST_TAGS or name in {"dl", "blockquote"}:
            self._flush()
            self._begin(PARAGRAPH)
            if name in LIST_TAGS and self._top() in LIST_TAGS and self._reopen_item():
                pass
            else:
                self._ensure_flow()
            self._push(name, kept_attributes(name, raw) if raw else "")
        elif name in {"li", "dt", "dd"}:
            self._start_item(name, raw)
        elif name == "pre":
            self._flush()
            self._ensure_flow()
            self._begin(PRE)
        elif name == "hr":
            self._flush()
            if not self.stack:
                self.blocks.append(Block(RULE))
        elif name in _TABLE_PARTS and self._start_table_part(name, raw):
            pass
        elif name in _BREAKING:
            self._flush()
            if self.kind is PARAGRAPH:
                attrs = kept_attributes("p", raw) if raw else ""
                self._begin(PARAGRAPH, attrs=attrs)
                self.explicit = True

    def _break(self) -> None:
        if self.tidy:
            if self.kind is PRE:
                self._verbatim("\n")
            elif self.kind is HEADING:
                self.space = True
            else:
                self._end_line()
        elif self.kind is PRE:
            self._verbatim("\n")
        else:
            if self.stack:
                self._ensure_flow()
            self._sync(space=False)
            self.parts.append("<br>")
            self.plain.append("\n")

    def _start_inline(self, name: str, raw: str) -> None:
        if name != "a":
            self._want(name)
            return
        self._unwant("a")
        while "a" in self.open:
            self._close_inline()
        given = attributes(raw)
        if "href" in given:
            href = safe_href(given["href"], self.removed)
            if href is not None:
                self.href = escape(href)
                self._want("a")

    def _want(self, name: str) -> None:
        depth = self.depth.get(name, 0)
        self.depth[name] = depth + 1
        if not depth:
            self.wanted.append(name)

    def _unwant(self, name: str) -> None:
        depth = self.depth.get(name, 0)
        if depth:
            self.depth[name] = depth - 1
            if depth == 1:
                self.wanted.remove(name)

    def _reopen_item(self) -> bool:
        """A list right inside a list belongs to the item before it."""
        last = self.blocks[-1]
        if isinstance(last, End) and last.kind == "li":
            at = len(self.blocks) - 1
            depth = 0
            while True:
                block = self.blocks[at]
                if isinstance(block, End):
                    depth += 1
                elif isinstance(block, Start):
                    depth -= 1
                    if not depth:
                        break
                at -= 1
            self.blocks.pop()
            self.stack.append(("li", at, -1, tuple(self.wanted)))
            return True
        return False

    def _start_item(self, name: str, raw: str) -> None:
        self._flush()
        self._begin(PARAGRAPH)
        parents = LIST_TAGS if name == "li" else ("dl",)
        height = self._find(parents, barrier=(*_CELLS, "caption"))
        if height < 0:
            self._ensure_flow()
            if not self._push("ul" if name == "li" else "dl"):
                return
            self.implied = len(self.stack) - 1
        else:
            self._pop_to(height + 1)
        self._item(name, kept_attributes(name, raw) if raw else "")

    def _start_table_part(self, name: str, raw: str) -> bool:
        table = self._find(("table",))
        if name == "table":
            if table >= 0:
                self.removed.add(RemovalCode.NESTING, "table")
                self.ignored["table"] = self.ignored.get("table", 0) + 1
                return False
            # A table takes four levels.
            if len(self.stack) > MAX_DEPTH - 4:
                self.removed.add(RemovalCode.NESTING, "table")
                self.ignored["table"] = self.ignored.get("table", 0) + 1
                return False
        elif table < 0 or self.ignored.get("table"):
            return False
        self._flush()
        self._begin(PARAGRAPH)
        attrs = kept_attributes(name, raw) if raw else ""
        if name == "table":
            self._ensure_flow()
            self._push("table", attrs)
        elif name in _SECTIONS:
            self._pop_to(table + 1)
            self._push(name, attrs)
        elif name == "tr":
            self._row(attrs)
        elif name == "caption":
            self._pop_to(table + 1)
            last = next(block for block in reversed(self.blocks) if block.kind != RAW)
            if isinstance(last, Start) and last.kind == "table":
                self._push("caption", attrs)
        else:
            self._cell(name, attrs)
        return True

    def _end(self, name: str) -> None:
        if name in INLINE_TAGS:
            self._unwant(name)
            if not self.tidy:
                return
        elif name in _HEADINGS:
            in_container = self.kind is not HEADING
            self._flush()
            if in_container:
                self._unwant("strong")
            self._drop_inline(self.wanted_at_block)
            self._begin(PARAGRAPH)
        elif name == "pre":
            self._flush()
            self._begin(PARAGRAPH)
        elif name == "br":
            self._break()
        elif self.ignored.get(name):
            self.ignored[name] -= 1
            self._flush()
        elif name in _CONTAINERS:
            self._end_container(name)
        elif name in _BREAKING and (self.tidy or self.explicit):
            self._flush()
            if name == "p":
                self._drop_inline(self.wanted_at_block)
            if self.kind is PARAGRAPH:
                self._begin(PARAGRAPH)

    def _end_container(self, name: str) -> None:
        names = LIST_TAGS if name in LIST_TAGS else (name,)
        barrier: tuple[str, ...] = ()
        if name not in _TABLE_PARTS:
            barrier = (*_CELLS, "caption")
        elif name != "table":
            barrier = ("table",)
        height = self._find(names, barrier=barrier)
        if height < 0:
            if self.tidy:
                self._flush()
            return
        self._flush()
        self._begin(PARAGRAPH)
        self._pop_to(height)


_TABLE_PARTS: Final = frozenset(
    {"table", "caption", "thead", "tbody", "tr", "th", "td"}
)
_CONTAINERS: Final = _TABLE_PARTS | frozenset(
    {"ul", "ol", "li", "dl", "dt", "dd", "blockquote"}
)
