"""What goes in and what comes out: documents, nodes, and what could not be read."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO, cast

from postings.ingest.report import (
    Code,
    Problem,
    Sentence,
    Severity,
    sentence,
    shortened,
)

#: The largest page, JSON document or line of JSON lines that is read, in bytes; a file
#: of JSON lines may be of any length. Reading this much takes at most about a gigabyte
#: and a half of memory, whatever it holds.
MAX_BYTES = 32 * 2**20

#: The longest text of a rejected record that is kept, in characters.
MAX_RAW = 2**20


class TooLarge(OSError):  # noqa: N818 - says what is wrong, as FileNotFoundError does
    """A stream whose bytes, unpacked, pass the bound its sentence names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """Bytes, and what is known of where they came from.

    `name` is for people (a path, `-`, an address); `address` is the http(s) address
    the document was read from, or empty. A `stream` stands in for `content` where the
    bytes are not to be held in memory; it is read once, before the next document.
    `page` and `language` are those of the page a text was taken from, where it was.
    """

    name: str
    content: bytes = b""
    address: str = ""
    stream: BinaryIO | None = None
    page: str = ""
    language: str = ""

    def open(self) -> io.BufferedReader:
        """The bytes from their start. Reading a `stream` may raise OSError."""
        raw = io.BytesIO(self.content) if self.stream is None else self.stream
        return io.BufferedReader(cast("io.RawIOBase", raw), 2**18)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Node:
    """One untrusted JobPosting node, references resolved, as a plain dict.

    Its keys are schema.org's names; what the document said in another way of JSON-LD,
    in microdata or RDFa has been brought to them. `page` is the address of the page
    when it holds exactly this one posting, `language` the page's own, `address` what
    relative addresses start from, `raw` the text the record was read from where it
    stood alone, `document` the name of the document it stood in.
    """

    data: Mapping[str, Any]
    locator: str
    page: str = ""
    language: str = ""
    address: str = ""
    raw: str = ""
    document: str = ""
    problems: tuple[Problem, ...] = field(default=())

    @cached_property
    def data_digest(self) -> str:
        """SHA-256 over the node's canonical JSON: sorted keys, no white space."""
        canonical = _CANONICAL.encode(self.data)
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything the reader is given: node and where it stood."""
        given = "\n".join((self.data_digest, self.page, self.language, self.address))
        return hashlib.sha256(given.encode()).hexdigest()

    @property
    def text(self) -> str:
        """The record as text, for the ledger: as it was, else the node as JSON."""
        return self.raw or json.dumps(self.data, ensure_ascii=False)[:MAX_RAW]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A record that could not be read at all, with its text for the ledger.

    `document` is the name of the document it stood in, `address` that document's. One
    whose problem rejects nothing is no record but a note of the document.
    """

    problem: Problem
    raw: str = ""
    document: str = ""
    address: str = ""

    @property
    def is_note(self) -> bool:
        return self.problem.severity is not Severity.REJECTED


def unread(
    where: str, code: Code, message: Sentence, *, raw: str = "", value: Any = None
) -> Unread:
    return Unread(
        problem=Problem(
            code=code,
            severity=Severity.REJECTED,
            locator=where,
            message=message,
            value="" if value is None else shortened(value),
        ),
        raw=storable(raw[:MAX_RAW]),
    )


def empty_list(where: str) -> Unread:
    """The note that a document says itself that it holds no postings."""
    return Unread(
        problem=Problem(
            code=Code.EMPTY_LIST,
            severity=Severity.PASSED,
            locator=where,
            message=sentence("The document is a list of postings that holds none."),
        )
    )


def no_object(where: str, raw: str, value: Any) -> Unread:
    message = sentence("A JSON object or array was expected.")
    return unread(where, Code.NOT_AN_OBJECT, message, raw=raw, value=value)


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without NUL, which PostgreSQL refuses, and lone surrogates."""
    return UNSTORABLE.sub("\ufffd", text)
