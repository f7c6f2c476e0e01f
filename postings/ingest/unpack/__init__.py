"""What packed documents hold: gzip, bzip2, xz, zip and tar, told by their first bytes.

Nothing is written to disk under a name an archive gives, and no member is held in
memory whole: each is unpacked as it is read. Bounds make a bomb one rejection.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from postings.ingest.read.document import (
    Document,
    TooLarge,
    Unread,
    storable,
    unread,
)
from postings.ingest.report import Code, reason, sentence
from postings.ingest.unpack.archives import (
    Entry,
    has_tar_checksum,
    tar_entries,
    zip_entries,
)
from postings.ingest.unpack.streams import (
    Budget,
    Chunks,
    concatenated,
    counted,
)

#: Endings of documents, and of what documents come packed in.
DOCUMENTS = frozenset({".json", ".jsonld", ".ndjson", ".jsonl", ".html", ".htm"})
CONTAINERS = frozenset({".gz", ".bz2", ".xz", ".zip", ".tar", ".tgz", ".tbz2", ".txz"})

#: Packings inside packings that are opened: `.json.gz` in `.tar.gz` is three.
MAX_DEPTH = 3

#: Bytes of a zip archive that cannot be sought in (standard input, an archive inside
#: another) and is put by in a nameless temporary file; memory is used up to `IN_MEMORY`.
MAX_SPOOLED = 4 * 2**30
IN_MEMORY = 16 * 2**20

_MAX_NAME = 200


def documents(document: Document) -> Iterator[Document | Unread]:
    """The documents inside a packed one, in the order they stand; a plain one as it is.

    Each is named `archive.zip!/folder/feed.jsonl` and has to be read before the next is
    asked for. What cannot be unpacked is said once and costs nothing before it, nor
    other members of a zip archive. Never raises: a stream that fails raises OSError,
    with its reason in plain words, where it is read.
    """
    budget = Budget()
    source = (
        io.BytesIO(document.content) if document.stream is None else document.stream
    )
    stream = Chunks(counted(source, budget))
    if document.stream is None and _packing(stream.peek()) is None:
        yield document
        return
    yield from _Unpacking(budget, source).documents(
        replace(document, content=b"", stream=cast("BinaryIO", stream)), stream, depth=0
    )


class _Unpacking:
    """One document and everything inside it."""

    def __init__(self, budget: Budget, source: BinaryIO) -> None:
        self._budget = budget
        self._source = source

    def documents(
        self, document: Document, stream: Chunks, *, depth: int, certain: bool = True
    ) -> Iterator[Document | Unread]:
        """A document that is not `certain` to be meant must begin as one, or is none."""
        name = storable(document.name)
        packing = _packing(stream.peek())
        if packing is None:
            if certain or _may_hold_postings(stream.peek()):
                yield document
        elif packing in _FOREIGN.values():
            message = sentence(
                "The document is packed with {packing}; unpack it first.",
                packing=packing,
            )
            yield unread(name, Code.UNREADABLE, message)
        elif depth == MAX_DEPTH:
            message = sentence(
                "The document is packed more than {most} times over; unpack it first.",
                most=MAX_DEPTH,
            )
            yield unread(name, Code.UNREADABLE, message)
        elif packing == "zip":
            entries = self._zip_entries(stream, depth=depth)
            yield from self._members(document, entries, depth=depth, certain=certain)
        elif packing == "tar":
            entries = tar_entries(stream, self._budget)
            yield from self._members(document, entries, depth=depth, certain=certain)
        else:
            inner = Chunks(concatenated(stream, packing, self._budget))
            yield from self.documents(
                replace(document, stream=cast("BinaryIO", inner)),
                inner,
                depth=depth + 1,
                certain=certain,
            )

    def _zip_entries(self, stream: Chunks, *, depth: int) -> Iterator[Entry]:
        if depth == 0 and self._source.seekable():
            self._budget.packed = self._source.seek(0, io.SEEK_END)
            yield from zip_entries(self._source, self._budget)
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            for chunk in stream.rest():
                file.write(chunk)
                if file.tell() > MAX_SPOOLED:
                    raise TooLarge(
                        sentence(
                            "a zip archive that comes in a stream may have {size}.",
                            size=f"{MAX_SPOOLED >> 30} GiB",
                        )
                    )
            yield from zip_entries(file, self._budget)

    def _members(
        self,
        document: Document,
        entries: Iterator[Entry],
        *,
        depth: int,
        certain: bool,
    ) -> Iterator[Document | Unread]:
        empty = True
        try:
            for entry in entries:
                if _HIDDEN.search(entry.name):
                    continue
                ending = PurePosixPath(entry.name).suffix.lower()
                named = ending in DOCUMENTS or ending in CONTAINERS
                where = f"{document.name}!/{_shown(entry.name)}"
                if entry.fault:
                    if named:
                        empty = False
                        yield unread(where, Code.UNREADABLE, entry.fault)
                    continue
                stream = Chunks(entry.content)
                for found in self.documents(
                    Document(name=where, stream=cast("BinaryIO", stream)),
                    stream,
                    depth=depth + 1,
                    certain=named,
                ):
                    empty = False
                    yield found
        except OSError as error:
            yield _stopped(document.name, error)
            return
        if empty and certain:
            message = sentence("The archive holds no file that could hold postings.")
            yield unread(storable(document.name), Code.NO_POSTING, message)


def _stopped(name: str, error: OSError) -> Unread:
    code = Code.TOO_LARGE if isinstance(error, TooLarge) else Code.UNREADABLE
    message = sentence(
        "No more of the archive could be read: {cause}", cause=reason(error)
    )
    return unread(storable(name), code, message)


def _shown(name: str) -> str:
    """A member's name as a locator can hold it: one line, its end if it is long."""
    name = storable(name[-4 * _MAX_NAME :]).lstrip("/")
    name = "".join(char if char.isprintable() else "\ufffd" for char in name)
    return name if len(name) <= _MAX_NAME else "…" + name[1 - _MAX_NAME :]


# What systems put beside the files: names with a dot in front, at any height.
_HIDDEN = re.compile(r"(?:^|[/\\])(?:\.(?!\.?(?:[/\\]|$))|__MACOSX[/\\])")


# --- What it is


_FOREIGN = {
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\x04\x22\x4d\x18": "LZ4",
}
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",  # one without members
} | _FOREIGN
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")


def _packing(head: bytes) -> str | None:
    """What the bytes are packed with, told by how they begin."""
    for magic, packing in _MAGIC.items():
        if head.startswith(magic):
            return packing
    if _BZIP2.match(head):
        return "bzip2"
    if head[257:].startswith((b"ustar\x00", b"ustar  \x00")) or has_tar_checksum(head):
        return "tar"
    return None


_JSON = re.compile(r"""[\ufeff\s\x1e]*[\[{]\s*(?:["'\[\]{}]|$)""")
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|script|main|article|section|div)\b",
    re.IGNORECASE,
)


def _may_hold_postings(head: bytes) -> bool:
    """Whether a file whose name does not say so begins as JSON or HTML."""
    text = head.decode(json.detect_encoding(head), "replace")
    if text.lstrip("\ufeff \t\r\n")[:1] == "<":
        return _HTML.search(text) is not None
    return _JSON.match(text) is not None
