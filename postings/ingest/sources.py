"""Where documents come from: files, folders and standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from postings.ingest.read import Document, Unread, storable
from postings.ingest.report import Code, Problem, Severity

#: Names that are read when a folder is given; a file named by itself is always read.
SUFFIXES = frozenset({".json", ".jsonld", ".ndjson", ".jsonl", ".html", ".htm"})


def documents(locations: Iterable[str]) -> Iterator[Document | Unread]:
    """The documents of paths, folders (with all folders below) and `-`.

    Files of a folder come in the order of their names. A file that cannot be read is
    reported and costs nothing else. Raises FileNotFoundError for a path that does not
    exist, before anything is read.
    """
    named = list(locations)
    for location in named:
        if location != "-" and not _exists(Path(location)):
            raise FileNotFoundError(location)
    return _read(named)


def _read(locations: list[str]) -> Iterator[Document | Unread]:
    for location in locations:
        if location == "-":
            yield Document(name="-", content=sys.stdin.buffer.read())
            continue
        path = Path(location)
        for file in _files(path):
            name = str(file.relative_to(path)) if path.is_dir() else str(path)
            try:
                yield Document(name=name, content=file.read_bytes())
            except OSError as error:
                yield Unread(
                    problem=Problem(
                        code=Code.UNREADABLE,
                        severity=Severity.REJECTED,
                        locator=storable(name),
                        message=f"The file could not be read: {error.strerror}.",
                    )
                )


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
