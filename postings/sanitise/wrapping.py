"""Plain text whose lines are not its own: broken at one width, or run into one."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

#: Widths text is wrapped at; a line may be shorter only where its next word was too long.
_WIDTHS: Final = range(50, 101)
_ENOUGH_LINES: Final = 3
_BULLET: Final = re.compile(r"\s*(?:[^\w\s(\"'\u201c\u2018\u00ab]|\d{1,3}[.)])")

_LONG_LINE: Final = 400
# A word at its end with no dot, slash, colon or @ in it, so that no address is parted.
_GLUED: Final = re.compile(
    r"(?<!\S)([^\s./@:!?]{1,60}[^\W\d_][.!?])(?=[^\W\d_]{2,40}(?:['\u2019][^\W\d_]{1,9})?[\s,])"
)


def unwrapped(text: str) -> str:
    """The text with paragraphs of at least three wrapped lines on one line each.

    A long text on one line is parted where a sentence ends and the next begins without
    a space: there a line ended before somebody took the breaks out ("at last.We bake").

    Lines are wrapped where each but the last could not have held the first word of
    the one after, by the width of the longest, and none begins like an entry of a list.
    """
    if text.count("\n") < _ENOUGH_LINES - 1:
        return _parted(text) if len(text) > _LONG_LINE and "\n" not in text else text
    parts: list[str] = []
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.strip():
            lines.append(line)
            continue
        parts.append(" ".join(lines) if _is_wrapped(lines) else "\n".join(lines))
        parts.append(line)
        lines = []
    return "\n".join(parts[:-1])


def _is_wrapped(lines: Sequence[str]) -> bool:
    if len(lines) < _ENOUGH_LINES:
        return False
    width = max(len(line.rstrip()) for line in lines)
    return (
        width in _WIDTHS
        and not any(_BULLET.match(line) for line in lines)
        and all(
            len(line.rstrip()) + 1 + len(after.split(None, 1)[0]) > width
            for line, after in pairwise(lines)
        )
    )


def _parted(text: str) -> str:
    def mended(found: re.Match[str]) -> str:
        before, after = text[found.end() - 2], text[found.end() : found.end() + 2]
        parted = before.islower() and after[0].isupper() and after[1].islower()
        return found[1] + "\n\n" * parted

    return _GLUED.sub(mended, text)
