"""Bytes to nodes: what a document holds of JobPostings, each with a locator.

Reads JSON, JSON lines, several JSON texts in a row, and HTML pages with JSON-LD,
microdata or RDFa. Lenient and honest: what cannot be used comes out as a problem,
what was repaired is said, and a bad record never costs its neighbours.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace

from postings.ingest.read import graph, json_text, page, pieces, planned
from postings.ingest.read.document import (
    MAX_BYTES,
    MAX_RAW,
    Document,
    Node,
    TooLarge,
    Unread,
    empty_list,
    no_object,
    storable,
    unread,
)
from postings.ingest.read.json_text import Decoder, Fault, Parsed
from postings.ingest.read.linked_data import is_posting
from postings.ingest.read.portions import BLANK, Portion, has_records, portions
from postings.ingest.report import Code, Problem, Sentence, Severity, sentence

__all__ = (
    "MAX_BYTES",
    "MAX_RAW",
    "Document",
    "Node",
    "Portion",
    "TooLarge",
    "Unread",
    "in_portion",
    "is_posting",
    "nodes",
    "portions",
    "storable",
    "unread",
)


def nodes(document: Document) -> Iterator[Node | Unread]:
    """Every JobPosting of a document, or why there is none.

    Never raises for what the bytes hold, nor where its stream does. A document
    without any posting yields one `Unread`, which is a note where the document says
    itself that it is an empty list. Memory: that of its longest portion.
    """
    for portion in portions(document):
        if isinstance(portion, Unread):
            yield portion
        else:
            yield from in_portion(portion)


def in_portion(portion: Portion) -> Iterator[Node | Unread]:
    """Every JobPosting of a portion, or why there is none; never raises."""
    if portion.planned:
        return planned.entries(portion.content)
    return _Reader(portion).nodes()


class _Reader:
    """Reads one portion, once."""

    def __init__(self, portion: Portion) -> None:
        self._name, self._address = portion.name, portion.address
        self._portion = portion
        self._page, self._language = portion.page, portion.language
        self._decoder = Decoder()
        self._line = 0
        self._unsaid: list[Problem] = []

    def nodes(self) -> Iterator[Node | Unread]:
        content, line = self._portion.content, self._portion.line
        for entry in self._lines(content, line) if line else self._whole(content):
            if isinstance(entry, Unread):
                yield replace(entry, document=self._name, address=self._address)
                continue
            if entry.document and not (self._unsaid or self._page or self._language):
                yield entry  # a plain record of JSON lines lacks nothing
                continue
            problems, self._unsaid = (*self._unsaid, *entry.problems), []
            yield replace(
                entry,
                document=self._name,
                problems=problems,
                page=entry.page or self._page,
                language=entry.language or self._language,
            )

    # --- JSON lines

    def _lines(self, content: bytes, first: int) -> Iterator[Node | Unread]:
        for self._line, line in enumerate(io.BytesIO(content), first):
            where = f"{self._name}:{self._line}"
            text = self._decoded_line(line, where)
            if text:
                yield from self._line_nodes(text, where)

    def _line_nodes(self, text: str, where: str) -> Iterator[Node | Unread]:
        parsed = self._decoder.parse(text)
        if isinstance(parsed, Parsed):
            node = graph.lone(
                where, text, parsed, address=self._address, document=self._name
            )
            if node is not None:
                yield node
                return
            yield from self._values(where, text, parsed, _NONE_IN_LINE)
        else:
            yield from self._pieces(text, parsed, where)

    def _decoded_line(self, line: bytes, where: str) -> str:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode("windows-1252", "replace")
            self._say(where, _NO_UTF_8_LINE)
        if self._line == 1 and text.startswith("\ufeff"):
            self._say(where, _BYTE_ORDER_MARK)
            text = text[1:]
        return text.strip(BLANK)

    # --- One document

    def _whole(self, content: bytes) -> Iterator[Node | Unread]:
        text = self._decoded(content)
        empty = True
        for entry in self._text_nodes(text):
            empty = False
            yield entry
        if empty:
            message = sentence("No JobPosting was found in this document.")
            yield unread(self._name, Code.NO_POSTING, message, raw=text)

    def _text_nodes(self, text: str) -> Iterator[Node | Unread]:
        if text.lstrip()[:1] == "<" and not json_text.is_wrapped(text):
            yield from self._page_nodes(text)
            return
        parsed = self._decoder.parse(text)
        if isinstance(parsed, Parsed):
            none = True
            for entry in self._values(self._name, text, parsed):
                none = False
                yield entry
            if none and graph.is_empty_list(parsed):
                yield from (Unread(problem=problem) for problem in self._unsaid)
                yield empty_list(self._name)
        elif text.lstrip()[:1] != "[" and has_records(
            content := text.encode("utf-8", "replace"), self._decoder
        ):
            yield from self._lines(content, 1)
        elif text.lstrip()[:1] not in {"[", "{"} and _MARKUP.search(text):
            yield from self._page_nodes(text)
        else:
            yield from self._pieces(text, parsed, self._name)

    def _page_nodes(self, text: str) -> Iterator[Node | Unread]:
        return page.nodes(
            self._name, text, address=self._address, decoder=self._decoder
        )

    def _decoded(self, content: bytes) -> str:
        encoding: str = json.detect_encoding(content)
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            if encoding.startswith("utf-8") and (text := _nearly_utf_8(content)):
                message = sentence("Bytes that are no UTF-8 were replaced.")
                self._say(self._name, message)
                return text.removeprefix("\ufeff")
            declared = None
            if re.match(rb"\s*<", content):
                declared = re.search(rb"""charset=["']?([\w-]{1,40})""", content[:4096])
            encoding = declared[1].decode("ascii") if declared else "windows-1252"
            try:
                text = content.decode(encoding, "replace")
            except (LookupError, UnicodeError):
                encoding = "windows-1252"
                text = content.decode(encoding, "replace")
            self._say(
                self._name,
                sentence(
                    "The document is not UTF-8; it was read as {encoding}.",
                    encoding=encoding,
                ),
            )
        else:
            if encoding == "utf-8-sig":
                self._say(self._name, _BYTE_ORDER_MARK)
            elif encoding != "utf-8":
                self._say(
                    self._name,
                    sentence(
                        "The document is in {encoding}, not UTF-8.",
                        encoding=encoding.upper(),
                    ),
                )
        return text

    def _values(
        self, where: str, text: str, parsed: Parsed, nothing: Sentence | None = None
    ) -> Iterator[Node | Unread]:
        """The postings of one JSON value; where there is none, that, if it can be said."""
        if not isinstance(parsed.value, dict | list):
            yield no_object(where, text, parsed.value)
            return
        empty = True
        one = graph.text(where, text, parsed, address=self._address)
        for entry in graph.nodes([one], address=self._address):
            empty = False
            yield entry
        if empty and nothing:
            yield unread(where, Code.NO_POSTING, nothing, raw=text)

    def _pieces(self, text: str, fault: Fault, where: str) -> Iterator[Node | Unread]:
        """The sound parts of a text that as a whole is no JSON, after its faults."""
        texts, faults = pieces.sound(
            text,
            fault,
            self._decoder,
            locate=lambda line: where if self._line else f"{where}:{line}",
            address=self._address,
        )
        message = fault.in_its_line() if self._line else fault.message
        place = where if self._line else f"{where}:{fault.line}"
        if not texts:
            yield unread(place, fault.code, message, raw=text)
            return
        yield from faults
        yield from graph.nodes(texts, address=self._address)

    def _say(self, where: str, message: Sentence) -> None:
        self._unsaid.append(
            Problem(
                code=Code.BAD_ENCODING,
                severity=Severity.REPAIRED,
                locator=where,
                message=message,
            )
        )


#: A character of several bytes in UTF-8 that were read as one byte each.
_SEVERAL_BYTES = re.compile(rb"[\xc3-\xf4][\x80-\xbf]{1,3}")


def _nearly_utf_8(content: bytes) -> str:
    """A text that is UTF-8 but for some bytes, which are replaced; else "".

    So it is where more characters of several bytes are sound than not.
    """
    text = content.decode("utf-8", "replace")
    sound = len(_SEVERAL_BYTES.findall(content))
    return text if sound > 2 * text.count("\ufffd") else ""


#: What a page has somewhere, though something else stands before it.
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|script)\b", re.IGNORECASE)

_BYTE_ORDER_MARK = sentence("A byte order mark was taken off.")
_NONE_IN_LINE = sentence("No JobPosting in this line.")
_NO_UTF_8_LINE = sentence("The line is not UTF-8; it was read as windows-1252.")
