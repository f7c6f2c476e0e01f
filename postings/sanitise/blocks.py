"""What a text is made of once it is read: blocks, and the lines in them."""

from typing import Final


class Line:
    """A run of text between breaks: its HTML, its bare text, and if all is bold."""

    __slots__ = ("bold", "html", "text")

    def __init__(self, html: str, text: str, *, bold: bool) -> None:
        self.html = html
        self.text = text
        self.bold = bold


class Block:
    """A paragraph, heading (`level`), `pre`, rule, or the start or end of a container.

    `loose` says that no tag of its own set it off from what came before: a break did,
    or nothing.
    """

    __slots__ = ("attrs", "kind", "level", "lines", "loose")

    def __init__(
        self,
        kind: str,
        *,
        lines: list[Line] | None = None,
        level: int = 0,
        attrs: str = "",
        loose: bool = False,
    ) -> None:
        self.kind = kind
        self.lines = lines if lines is not None else []
        self.level = level
        self.attrs = attrs
        self.loose = loose


# Kinds of Block beside the tags' own names: PARAGRAPH, HEADING, PRE, RULE are whole,
# RAW is white space between blocks, START and END bracket a container (`tag` in attrs).
PARAGRAPH: Final = "p"
HEADING: Final = "h"
PRE: Final = "pre"
RULE: Final = "hr"
RAW: Final = "raw"


class Start(Block):
    """The start tag of a container."""

    __slots__ = ()


class End(Block):
    """The end tag of a container."""

    __slots__ = ()
