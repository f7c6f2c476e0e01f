"""A text as a stream of tags and character data, read once from left to right.

Lenient where HTML is (any text has a reading), and linear: no shape of text makes
it look at a character more than a fixed number of times. Safety does not rest on it:
whatever it misreads is escaped by the writer and judged again by bleach.
"""

import html
import re
from collections.abc import Iterator
from typing import Final

from postings.sanitise.policy import RemovalCode, Removals

TEXT: Final = 0
OPEN: Final = 1
CLOSE: Final = 2

Token = tuple[int, str, str]
"""`(TEXT, characters, "")`, `(OPEN, name, raw attributes)` or `(CLOSE, name, "")`."""

# Content and all. An unclosed one of the first kind hides the rest of the text, as in
# a browser; of the others only its tag goes, so that no posting loses its words to
# a forgotten end tag.
_DROPPED_TO_THE_END: Final = frozenset({"script", "style"})
_NESTING: Final = frozenset({"template", "object", "svg", "math"})
_DROPPED: Final = (
    _DROPPED_TO_THE_END | _NESTING | {"noscript", "iframe", "head", "title"}
)
_VOID_REPORTED: Final = frozenset(
    [
        "img",
        "embed",
        "input",
        "link",
        "meta",
        "base",
        "frame",
        "keygen",
        "param",
        "area",
        "image",
    ]
)
# Their tags go and are reported, the text inside them stays.
_UNWRAPPED_REPORTED: Final = frozenset(
    [
        "applet",
        "audio",
        "blink",
        "button",
        "canvas",
        "datalist",
        "form",
        "frameset",
        "map",
        "marquee",
        "noembed",
        "noframes",
        "select",
        "textarea",
        "video",
    ]
)

KNOWN_TAGS: Final = (
    _DROPPED
    | _VOID_REPORTED
    | _UNWRAPPED_REPORTED
    | frozenset(
        [
            "a",
            "abbr",
            "acronym",
            "address",
            "article",
            "aside",
            "b",
            "bdi",
            "bdo",
            "bgsound",
            "big",
            "blockquote",
            "body",
            "br",
            "caption",
            "center",
            "cite",
            "code",
            "col",
            "colgroup",
            "dd",
            "del",
            "details",
            "dfn",
            "dialog",
            "dir",
            "div",
            "dl",
            "dt",
            "em",
            "fieldset",
            "figcaption",
            "figure",
            "font",
            "footer",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hgroup",
            "hr",
            "html",
            "i",
            "ins",
            "kbd",
            "label",
            "legend",
            "li",
            "listing",
            "main",
            "mark",
            "menu",
            "meter",
            "nav",
            "nobr",
            "ol",
            "optgroup",
            "option",
            "output",
            "p",
            "picture",
            "plaintext",
            "pre",
            "progress",
            "q",
            "rp",
            "rt",
            "ruby",
            "s",
            "samp",
            "section",
            "slot",
            "small",
            "source",
            "span",
            "strike",
            "strong",
            "sub",
            "summary",
            "sup",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "time",
            "tr",
            "track",
            "tt",
            "u",
            "ul",
            "var",
            "wbr",
            "xmp",
        ]
    )
)

_NAMES: Final = "|".join(sorted(KNOWN_TAGS))
LITERAL_TAG: Final = re.compile(rf"<(?:/?(?:{_NAMES})(?=[\s/>])|!--)", re.IGNORECASE)
ESCAPED_TAG: Final = re.compile(
    rf"&(?:amp;)?(?:lt|\#0*60|\#x0*3c);"
    rf"(?:/?(?:{_NAMES})(?=[\s/>&])|!--)",
    re.IGNORECASE,
)

# A tag without quotes or angle brackets in it: nearly all are. It ends before the next
# one begins, so that looking for it costs no more than the text between the two.
_FAST_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*+)([^<>\"']*+)>")
_NAME: Final = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*+)")
# The rest of a tag. Quotes count only after an equals sign, as in HTML.
_QUOTED_REST: Final = re.compile(r"((?:[^>=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=)*+)>")
_PLAIN_REST: Final = re.compile(r"([^>]*+)>")
_UNKNOWN_REST: Final = re.compile(r"([^<>]*+)>")
_UNFINISHED: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)\s+[\w:-]+\s*=")
# A doctype, a conditional comment, a processing instruction, an end tag of nothing.
_DECLARATION: Final = re.compile(r"<(?:[!?][a-zA-Z\[][^<>]*+|/)>")
_COMMENT_END: Final = re.compile(r"--!?>")
_HANDLER: Final = re.compile(r"(?<![\w-])on[a-z]+(?=\s*=)", re.IGNORECASE)
_ENDS: Final = {
    name: re.compile(rf"<(/?){name}(?=[\s/>])", re.IGNORECASE) for name in _DROPPED
}
_NO_TAG: Final = frozenset("<>&.,;:-=\"' \t\n0123456789")  # what begins none, after `<`
# How often a scan may run to the end of the text in vain before the reader stops
# trying: it keeps a text made of such attempts linear.
_PATIENCE: Final = 16

# Joiners and direction marks (u200c to u200f) mean something beside the scripts and
# emoji that need them, and nowhere else.
_NOT_SEEN: Final = (
    "\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u180e\u200b\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
)
_SUSPECT: Final = re.compile(f"[{_NOT_SEEN}\u200c-\u200f]")
_INVISIBLE: Final = re.compile(
    f"[{_NOT_SEEN}]+"
    "|(?<![\u0590-\u1fff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c-\u200f]"
)


#: A zero-width space. Between two words it is what is left of a break or a space;
#: within a long word it only says where that may be parted.
_BREAK: Final = "\u200b"
_ENDS_A_WORD: Final = frozenset(".,;:!?)")


def visible(text: str) -> str:
    """The text without control characters, lone surrogates and zero-width characters.

    Joiners and direction marks stay after a letter of a script that uses them. A
    zero-width space becomes a space where a word ends and a capitalised one begins.
    """
    return _seen(text, " ")


def _seen(text: str, space: str) -> str:
    """The text with `space` where a zero-width space parts two words."""

    def parting(found: re.Match[str]) -> str:
        if _BREAK not in found[0]:
            return ""
        start, end = found.span()
        before, after = text[max(start - 1, 0) : start], text[end : end + 2]
        ended = before.isalnum() or before in _ENDS_A_WORD
        # Between capitals it may be within a word of them.
        begun = after[:1].isupper() and not (before.isupper() and after[1:].isupper())
        return space if ended and begun else ""

    if not _SUSPECT.search(text):
        return text
    return _INVISIBLE.sub(parting if _BREAK in text else "", text)


_LONG_NUMBER: Final = re.compile(r"&#([0-9]{8,});?")
_DIGITS: Final = 7  # of the largest code point


def unescape(text: str) -> str:
    """`html.unescape` for strangers' texts, in which a number may have any length.

    Python refuses to read one of over 4,300 digits.
    """
    if "&#" in text:
        text = _LONG_NUMBER.sub(_short_number, text)
    return html.unescape(text)


def _short_number(found: re.Match[str]) -> str:
    digits = found[1].lstrip("0")
    return f"&#{digits or 0};" if len(digits) <= _DIGITS else "\ufffd"


class _Reader:
    """Where a text is being read, and how often it looked ahead in vain."""

    def __init__(self, text: str, removed: Removals) -> None:
        if "<![CDATA[" in text:
            text = text.replace("<![CDATA[", "").replace("]]>", "")
        # Addresses are made of it too, so that spaces wait for the words.
        self.text = _seen(text, _BREAK)
        self.removed = removed
        self.patience = _PATIENCE
        self.last_end = self.text.rfind(">")
        self.unclosed: set[str] = set()

    def tag(self, at: int) -> tuple[str, str, str, int] | None:
        """The tag at `at` (closing slash, name, the rest, its end), if there is one.

        What looks like a tag with a name HTML does not know is text, unless it has a
        prefix, a hyphen or an attribute: `List<String>`, `<your name>` are words.
        """
        text = self.text
        # Without an end every tag would be looked for to the end of the text.
        found = _FAST_TAG.match(text, at) if at < self.last_end else None
        if found is not None:
            closing, name, raw = found.groups()
            name = name.lower()
        else:
            start = _NAME.match(text, at)
            if start is None or at > self.last_end:
                return None
            closing, name = start[1], start[2].lower()
            if name not in KNOWN_TAGS:
                found = _UNKNOWN_REST.match(text, start.end())
            else:
                if self.patience:
                    found = _QUOTED_REST.match(text, start.end())
                    self.patience -= found is None
                found = found or _PLAIN_REST.match(text, start.end())
            if found is None:
                return None
            raw = found[1]
        if name not in KNOWN_TAGS and not (":" in name or "-" in name or "=" in raw):
            return None
        return closing, name, raw, found.end()

    def after_element(self, name: str, start: int) -> int | None:
        """Where the element whose start tag ends at `start` is over, if it is."""
        if name in self.unclosed:
            return None
        depth = 1
        first = None
        for tag in _ENDS[name].finditer(self.text, start):
            if tag[1]:
                first = first or tag
                depth -= 1
                if not depth or not self.patience or name not in _NESTING:
                    return self.after_tag(tag)
            else:
                depth += 1
        if first is None:
            self.unclosed.add(name)
            return None
        self.patience -= 1
        return self.after_tag(first)

    def after_tag(self, tag: re.Match[str]) -> int:
        return self.text.find(">", tag.end()) + 1 or len(self.text)

    def after_declaration(self, at: int) -> int | None:
        """Where a comment, doctype or processing instruction at `at` is over."""
        text = self.text
        if text.startswith("<!--", at):
            for empty in ("<!-->", "<!--->"):
                if text.startswith(empty, at):
                    return at + len(empty)
            end = _COMMENT_END.search(text, at + 4)
            if end is None:
                self.removed.add(RemovalCode.ELEMENT, "comment")
                return len(text)
            return end.end()
        found = _DECLARATION.match(text, at)
        return found.end() if found else None


def tokens(text: str, removed: Removals) -> Iterator[Token]:  # noqa: PLR0912
    """Tags and text of `text`; what is dropped with its content never shows up."""
    reader = _Reader(text, removed)
    text = reader.text
    position = start = 0
    size = len(text)
    while True:
        at = text.find("<", position)
        if at < 0:
            break
        if text[at + 1 : at + 2] in _NO_TAG:
            position = at + 1
            continue
        if tag := reader.tag(at):
            closing, name, raw, end = tag
        elif (past := reader.after_declaration(at)) is not None:
            name, end, closing, raw = "", past, "", ""
        elif at > reader.last_end and _unfinished(text, at):
            removed.add(RemovalCode.TAG, "unfinished tag")
            name, end, closing, raw = "", size, "", ""
        else:
            position = at + 1
            continue
        if start < at:
            yield _text(text[start:at])
        position = start = end
        if not name:
            continue
        if closing:
            yield CLOSE, name, ""
            continue
        if raw:
            for handler in _HANDLER.findall(raw):
                removed.add(RemovalCode.ATTRIBUTE, handler.lower())
        if name in _DROPPED:
            past_element = reader.after_element(name, end)
            if past_element is None and name in _DROPPED_TO_THE_END:
                past_element = size
            if past_element is None:
                removed.add(RemovalCode.TAG, name)
            else:
                removed.add(RemovalCode.ELEMENT, name)
                position = start = past_element
            continue
        if name in _VOID_REPORTED or name in _UNWRAPPED_REPORTED:
            removed.add(RemovalCode.TAG, name)
        elif name not in KNOWN_TAGS:
            removed.add(RemovalCode.TAG, name[:40])
        yield OPEN, name, raw
    if start < size:
        yield _text(text[start:])


def _unfinished(text: str, at: int) -> bool:
    """Whether the text was cut off inside a tag that begins at `at`."""
    name = _UNFINISHED.match(text, at, at + 200)
    return name is not None and name[1].lower() in KNOWN_TAGS


def _text(raw: str) -> Token:
    if "&" in raw or _BREAK in raw:
        raw = visible(unescape(raw.replace("&nbsp;", "\xa0")))
    return TEXT, raw, ""
