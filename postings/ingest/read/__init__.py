"""Bytes to nodes: what a document holds of JobPostings, each with a locator.

Reads JSON, JSON lines, several JSON texts in a row, and HTML pages with JSON-LD,
microdata or RDFa. Lenient and honest: what cannot be used comes out as a problem,
what was repaired is said, and a bad record never costs its neighbours.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import replace

from postings.ingest.read import graph, json_text, page, pieces
from postings.ingest.read.document import (
    MAX_BYTES,
    Document,
    Node,
    TooLarge,
    Unread,
    no_object,
    storable,
    unread,
)
from postings.ingest.read.json_text import Decoder, Fault, Parsed
from postings.ingest.read.linked_data import is_posting
from postings.ingest.report import Code, Problem, Severity

__all__ = (
    "MAX_BYTES",
    "Document",
    "Node",
    "TooLarge",
    "Unread",
    "is_posting",
    "nodes",
    "storable",
    "unread",
)

#: A file is JSON lines where one of so many lines at its start is a whole record.
_PROBED_LINES = 5

#: How many blank lines may stand between its first two.
_MAX_BLANK = 1000

_MEBIBYTES = f"{MAX_BYTES >> 20} MiB"


def nodes(document: Document) -> Iterator[Node | Unread]:
    """Every JobPosting of a document, or why there is none.

    Never raises for what the bytes hold, nor where its stream does. A document
    without any posting yields one `Unread`. Memory: the longest line of JSON lines;
    of anything else all of it, up to `MAX_BYTES`.
    """
    return _Reader(document).nodes()


class _Reader:
    """Reads one document, once."""

    def __init__(self, document: Document) -> None:
        self._name = storable(document.name)
        self._address = document.address
        self._decoder = Decoder()
        self._stream = document.open()
        self._pushed_back, self._offset = b"", 0
        self._line = 0
        self._unsaid: list[Problem] = []

    def nodes(self) -> Iterator[Node | Unread]:
        try:
            for entry in self._nodes():
                if self._unsaid and isinstance(entry, Node):
                    yield replace(entry, problems=(*self._unsaid, *entry.problems))
                    self._unsaid = []
                else:
                    yield entry
        except OSError as error:  # the stream's: nothing else here touches one
            too_large = isinstance(error, TooLarge)
            reason = error.strerror or str(error) or type(error).__name__
            yield unread(
                f"{self._name}:{self._line + 1}" if self._line else self._name,
                Code.TOO_LARGE if too_large else Code.UNREADABLE,
                f"Reading stopped here: {reason.rstrip('.')}.",
            )

    def _nodes(self) -> Iterator[Node | Unread]:
        head = self._stream.peek(4096)[:4096]
        if b"\x00" in head[:4] or head.startswith(
            (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        ):
            yield from self._whole()
            return
        taken = bytearray()
        first, more, blank = b"", False, 0
        while not more and blank < _MAX_BLANK and len(taken) <= MAX_BYTES:
            line = self._stream.readline(MAX_BYTES + 1)
            if not line:
                break
            taken += line
            if line.strip():
                first, more = first or line, bool(first)
            else:
                blank += 1
        self._pushed_back = bytes(taken)
        if len(first) > MAX_BYTES or (more and self._is_record(first)):
            yield from self._lines()
        else:
            yield from self._whole()

    # --- JSON lines

    def _lines(self) -> Iterator[Node | Unread]:
        while line := self._read_line():
            self._line += 1
            where = f"{self._name}:{self._line}"
            if len(line) > MAX_BYTES:
                while not line.endswith(b"\n") and line:
                    line = self._read_line()
                message = f"The line has more than {_MEBIBYTES}."
                yield unread(where, Code.TOO_LARGE, message)
                continue
            text = self._decoded_line(line, where)
            if text:
                yield from self._line_nodes(text, where)

    def _line_nodes(self, text: str, where: str) -> Iterator[Node | Unread]:
        parsed = self._decoder.parse(text)
        if isinstance(parsed, Parsed):
            node = graph.lone(where, text, parsed, address=self._address)
            if node is not None:
                yield node
                return
            yield from self._values(where, text, parsed, "No JobPosting in this line.")
        else:
            yield from self._pieces(text, parsed, where)

    def _read_line(self) -> bytes:
        """The next line, or so much of it as is more than is taken."""
        if not self._pushed_back:
            return self._stream.readline(MAX_BYTES + 1)
        end = self._pushed_back.find(b"\n", self._offset) + 1
        line = self._pushed_back[self._offset : end or None]
        self._offset = end
        if not end:
            self._pushed_back = b""
            line += self._stream.readline(MAX_BYTES + 1 - len(line))
        return line

    def _decoded_line(self, line: bytes, where: str) -> str:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode("windows-1252", "replace")
            self._say(where, "The line is not UTF-8; it was read as windows-1252.")
        if self._line == 1 and text.startswith("\ufeff"):
            self._say(where, _BYTE_ORDER_MARK)
            text = text[1:]
        return text.strip(_BLANK)

    def _is_record(self, line: bytes) -> bool:
        """Whether a line is a whole JSON object or array of its own."""
        text = line.decode("utf-8", "replace").strip(_BLANK + "\ufeff")
        if text[:1] not in {"{", "["} or text[-1:] not in {"}", "]"}:
            return False
        return isinstance(self._decoder.parse(text), Parsed)

    # --- One document

    def _whole(self) -> Iterator[Node | Unread]:
        content = self._pushed_back
        content += self._stream.read(max(0, MAX_BYTES + 1 - len(content)))
        self._pushed_back = content
        if len(content) > MAX_BYTES:
            if self._has_records(content):
                yield from self._lines()
            else:
                message = (
                    f"More than {_MEBIBYTES} that is not JSON lines, which may be of "
                    "any length."
                )
                yield unread(self._name, Code.TOO_LARGE, message)
            return
        text = self._decoded(content)
        empty = True
        for entry in self._text_nodes(text):
            empty = False
            yield entry
        if empty:
            message = "No JobPosting was found in this document."
            yield unread(self._name, Code.NO_POSTING, message, raw=text)

    def _text_nodes(self, text: str) -> Iterator[Node | Unread]:
        if text.lstrip()[:1] == "<" and not json_text.is_wrapped(text):
            yield from self._page(text)
            return
        parsed = self._decoder.parse(text)
        if isinstance(parsed, Parsed):
            yield from self._values(self._name, text, parsed)
        elif text.lstrip()[:1] != "[" and self._has_records(
            content := text.encode("utf-8", "replace")
        ):
            self._pushed_back = content
            yield from self._lines()
        elif text.lstrip()[:1] not in {"[", "{"} and _MARKUP.search(text):
            yield from self._page(text)
        else:
            yield from self._pieces(text, parsed, self._name)

    def _page(self, text: str) -> Iterator[Node | Unread]:
        return page.nodes(
            self._name, text, address=self._address, decoder=self._decoder
        )

    def _has_records(self, content: bytes) -> bool:
        """Whether a file is JSON lines though its first is none."""
        lines = (line for line in content[: 2**20].split(b"\n", 1000) if line.strip())
        probed = [line for line, _ in zip(lines, range(_PROBED_LINES), strict=False)]
        return len(probed) > 1 and any(map(self._is_record, probed))

    def _decoded(self, content: bytes) -> str:
        encoding: str = json.detect_encoding(content)
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            if encoding.startswith("utf-8") and (text := _nearly_utf_8(content)):
                message = "Bytes that are no UTF-8 were replaced."
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
                self._name, f"The document is not UTF-8; it was read as {encoding}."
            )
        else:
            if encoding == "utf-8-sig":
                self._say(self._name, _BYTE_ORDER_MARK)
            elif encoding != "utf-8":
                self._say(
                    self._name, f"The document is in {encoding.upper()}, not UTF-8."
                )
        return text

    def _values(
        self, where: str, text: str, parsed: Parsed, nothing: str = ""
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
        if texts:
            yield from faults
            yield from graph.nodes(texts, address=self._address)
        elif self._line:
            message = re.sub(r"\bline 1, ", "", fault.message, count=1)
            yield unread(where, fault.code, message, raw=text)
        else:
            yield unread(f"{where}:{fault.line}", fault.code, fault.message, raw=text)

    def _say(self, where: str, message: str) -> None:
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

_BLANK = " \t\r\n\x1e"  # RFC 7464 parts texts by the record separator
_BYTE_ORDER_MARK = "A byte order mark was taken off."
