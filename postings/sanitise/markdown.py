"""Markdown in a plain text to the HTML it stands for."""

import re
from html import escape
from typing import Final

# Clearly Markdown: a heading, bold between asterisks, or a link with its address.
_CLEAR: Final = re.compile(
    r"^\#{1,6} +\S|\*\*[^\s*][^*\n]{0,500}\*\*|\[[^\[\]\n]{1,300}\]\(https?://[^\s()]{1,900}\)",
    re.MULTILINE,
)
_HEADING: Final = re.compile(r"^(\#{1,6}) +(\S[^\n]*?)[ \#]*$", re.MULTILINE)
_STRONG: Final = re.compile(r"\*\*([^\s*](?:[^*\n]{0,500}[^\s*])?)\*\*(?!\*)")
_EMPHASIS: Final = re.compile(
    r"(?<![\w*\\])\*([^\s*](?:[^*\n]{0,300}[^\s*])?)\*(?![\w*])"
)
_LINK: Final = re.compile(
    r"\[([^\[\]\n]{1,300})\]\(((?:https?://|mailto:|tel:)[^\s()]{1,900})\)"
)
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!&~-])")


def is_markdown(text: str) -> bool:
    """Whether a text without tags is clearly Markdown, not merely dotted with `*`."""
    return _CLEAR.search(text) is not None


def as_html(text: str) -> str:
    """Headings, bold, emphasis and links as tags; lines and bullets stay for tidying."""
    html = escape(text, quote=False)
    html = _HEADING.sub(_heading, html)
    html = _LINK.sub(r'<a href="\2">\1</a>', html)
    html = _STRONG.sub(r"<strong>\1</strong>", html)
    html = _EMPHASIS.sub(r"<em>\1</em>", html)
    return _ESCAPED.sub(r"\1", html)


def _heading(found: re.Match[str]) -> str:
    level = len(found[1])
    return f"<h{level}>{found[2]}</h{level}>"
