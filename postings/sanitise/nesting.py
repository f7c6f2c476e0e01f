"""Items that hold a list and no words: no bullet without anything beside it.

Lists are indented by nesting them in such items ("<ul><li><ul><li>Pay"). A list there
belongs to the item before it; where there is none, its items take the item's place.
"""

from postings.sanitise.blocks import Block, End, Start
from postings.sanitise.policy import LIST_TAGS


class _Open:
    """A container being read: `lists` are those right inside it."""

    __slots__ = ("block", "end", "last", "lists", "start", "wordless")

    def __init__(self, block: Block, start: int) -> None:
        self.block = block
        self.start = start
        self.end = 0
        self.lists: list[_Open] = []
        self.wordless = True
        self.last: int | None = None  # where the last of a list's own items ends


def without_idle_items(blocks: list[Block]) -> list[Block]:
    """The blocks without items that hold lists alone; what stood in them stays."""
    out: list[Block | None] = []
    stack = [_Open(Start(""), 0)]
    for block in blocks:
        if isinstance(block, Start):
            stack.append(_Open(block, len(out)))
        elif isinstance(block, End):
            ended = stack.pop()
            ended.end = len(out)
            parent = stack[-1]
            if block.kind in LIST_TAGS:
                if ended.last is None:
                    out[ended.start] = None
                    continue
                parent.lists.append(ended)
            elif block.kind == "li" and ended.wordless:
                out.append(block)
                _dissolve(ended, parent, stack[-2], out)
                continue
            else:
                parent.wordless = False
                parent.last = len(out)
        else:
            stack[-1].wordless = False
        out.append(block)
    return [block for block in out if block is not None]


def _dissolve(
    item: _Open, outer: _Open, around: _Open, out: list[Block | None]
) -> None:
    """An item of `outer`, just read, whose lists are to stand without it."""
    out[item.start] = None
    if outer.last is not None:
        # The item before goes on to where this one ends.
        out[outer.last] = None
        outer.last = item.end
        return
    for each in item.lists:
        each.block.attrs = each.block.attrs or item.block.attrs or outer.block.attrs
    inner = item.lists[0]
    if (
        len(item.lists) == 1
        and inner.block.kind == outer.block.kind
        and inner.block.attrs == outer.block.attrs
    ):
        out[inner.start] = out[inner.end] = out[item.end] = None
        outer.last = inner.last
        return
    # Lists of another kind come to stand before the rest of the outer one.
    out[outer.start] = None
    out[item.end] = outer.block
    outer.start = item.end
    around.lists.extend(item.lists)
