"""Where documents come from: files, folders, standard input and the web."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from postings.ingest import unpack, web
from postings.ingest.read import Document, Unread, storable, unread
from postings.ingest.report import Code, reason, sentence

#: Names that are read when a folder is given; a file named by itself is always read.
SUFFIXES = unpack.DOCUMENTS | unpack.CONTAINERS


def documents(
    locations: Iterable[str], *, visit: web.Visit | None = None
) -> Iterator[Document | Unread]:
    """The documents of paths, folders (with all folders below), `-` and addresses.

    Addresses are fetched where there is a `visit` to do it; else they are paths.

    Files of a folder come in the order of their names, what is packed with what it
    holds. A document is a stream, to be read before the next is asked for; no file is
    held in memory. A file that cannot be read is reported and costs nothing else.
    Raises FileNotFoundError for a path that does not exist, before anything is read,
    and OSError where standard input cannot be read at all.
    """
    named = list(dict.fromkeys(locations))
    for location in named:
        if visit is not None and web.is_address(location):
            continue
        if location != "-" and not _exists(Path(location)):
            raise FileNotFoundError(location)
    return _read(named, visit)


def size(locations: Iterable[str]) -> int | None:
    """The bytes of all documents, where that can be known before reading them.

    It can't be of standard input, of the web, nor of what is packed.
    """
    total = 0
    for location in locations:
        if location == "-" or web.is_address(location):
            return None
        for file in _files(Path(location)):
            if file.suffix.lower() in unpack.CONTAINERS:
                return None
            try:
                total += file.stat().st_size
            except OSError:
                continue
    return total


def are_live(locations: Iterable[str]) -> bool:
    """Whether they may fall silent and go on later, as a pipe does.

    An address does not: its answers are waited for so long and no longer.
    """
    named = list(locations)
    if any(web.is_address(location) for location in named):
        return False
    return any(location == "-" or Path(location).is_fifo() for location in named)


def _read(locations: list[str], visit: web.Visit | None) -> Iterator[Document | Unread]:
    for location in locations:
        if visit is not None and web.is_address(location):
            yield from visit.feed(location)
            continue
        if location == "-":
            yield from _standard_input()
            continue
        path = Path(location)
        for file in _files(path):
            name = str(file.relative_to(path)) if path.is_dir() else str(path)
            try:
                stream = file.open("rb", buffering=0)
            except OSError as error:
                message = sentence(
                    "The file could not be read: {cause}", cause=reason(error)
                )
                yield unread(storable(name), Code.UNREADABLE, message)
                continue
            with stream:
                yield from unpack.documents(
                    Document(name=name, stream=cast("io.BufferedReader", stream))
                )


def _standard_input() -> Iterator[Document | Unread]:
    stream = io.BufferedReader(cast("io.RawIOBase", sys.stdin.buffer))
    try:
        stream.peek(1)
        yield from unpack.documents(Document(name="-", stream=stream))
    finally:
        stream.detach()  # its owner closes it


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name no file system can hold
        return False


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.suffix.lower() in SUFFIXES and file.is_file():
            yield file
