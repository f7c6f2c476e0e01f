"""Markdown in a plain text to the HTML it stands for."""

import re
from html import escape
from typing import Final

# Clearly Markdown: a heading, bold between asterisks, a link with its address, a fence
# around code, or the rule under the heads of a table.
_CLEAR: Final = re.compile(
    r"^\#{1,6} +\S|\*\*(?:[^\s*]|\xa0|&nbsp;)[^*\n]{0,500}\*\*|\[[^\[\]\n]{1,300}\]\(https?://[^\s()]{1,900}\)"
    r"|^```[\w+#-]{0,20}$|^ ?\|(?: *:?-{2,}:? *\|){2,30} *$",
    re.MULTILINE,
)
_FENCED: Final = re.compile(
    r"^```[\w+#-]{0,20}\n((?:(?!```).*\n){0,500}?)```[ \t]*$", re.MULTILINE
)
_TABLE: Final = re.compile(
    r"^ ?\|(.{1,2000})\| *\n ?\|(?: *:?-{2,}:? *\|){2,30} *\n((?: ?\|.{1,2000}\| *(?:\n|\Z))+)",
    re.MULTILINE,
)
_HEADING: Final = re.compile(r"^(\#{1,6}) +(\S[^\n]*?)[ \#]*$", re.MULTILINE)
# A non-breaking space inside the asterisks is what converters leave of HTML's bold.
_STRONG: Final = re.compile(
    r"\*\*(\xa0 ?)?([^\s*](?:[^*\n]{0,500}[^\s*])?)( ?\xa0)?\*\*(?!\*)"
)
_STRONG_OVER_LINES: Final = re.compile(
    r"^(\s?\*\*[^\s*][^*\n]{0,500}?)[^\S\n]{0,20}\n\s{0,20}\*\*[^\S\n]{0,20}$",
    re.MULTILINE,
)
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
    """Headings, bold, emphasis, links, code and tables as tags.

    Lines and bullets stay for tidying.
    """
    html = escape(text, quote=False)
    if "```" in html:
        pieces = _FENCED.split(html)
        pieces[::2] = map(_structured, pieces[::2])
        pieces[1::2] = [f"<pre>{code.rstrip()}</pre>" for code in pieces[1::2]]
        return "".join(pieces)
    return _structured(html)


def _structured(html: str) -> str:
    html = _TABLE.sub(_table, html)
    html = _HEADING.sub(_heading, html)
    html = _LINK.sub(r'<a href="\2">\1</a>', html)
    html = _STRONG_OVER_LINES.sub(r"\1**", html)
    html = _STRONG.sub(r"\1<strong>\2</strong>\3", html)
    html = _EMPHASIS.sub(r"<em>\1</em>", html)
    return _ESCAPED.sub(r"\1", html)


def _table(found: re.Match[str]) -> str:
    heads = "".join(f"<th>{cell.strip()}</th>" for cell in found[1].split("|"))
    rows = (line.strip().strip("|").split("|") for line in found[2].splitlines())
    body = "".join(
        "<tr>" + "".join(f"<td>{cell.strip()}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{heads}</tr>{body}</table>\n"


def _heading(found: re.Match[str]) -> str:
    level = len(found[1])
    return f"<h{level}>{found[2]}</h{level}>"
