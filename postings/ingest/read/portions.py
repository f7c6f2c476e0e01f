"""Documents to portions: parts that can be read by themselves, each in any process."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

from postings.ingest.read.document import (
    MAX_BYTES,
    Document,
    TooLarge,
    Unread,
    storable,
    unread,
)
from postings.ingest.read.json_text import Decoder, Parsed
from postings.ingest.report import Code, Sentence, reason, sentence

#: Bytes of JSON lines that make a portion, and one line more than they end in.
SIZE = 2**18

#: Bytes at least that are read at once while there are more of them.
_PIECE = 2**16

#: A file is JSON lines where one of so many lines at its start is a whole record.
_PROBED_LINES = 5

#: How many blank lines may stand between its first two.
_MAX_BLANK = 1000

_MEBIBYTES = f"{MAX_BYTES >> 20} MiB"

BLANK = " \t\r\n\x1e"  # RFC 7464 parts texts by the record separator


@dataclass(frozen=True, slots=True)
class Portion:
    """A document of at most `MAX_BYTES`, or whole lines of one that is JSON lines.

    `name`, `address`, `page` and `language` are the document's; `line` is the number of
    the first line, or 0 where this is all of a document. A `planned` one is lines of a
    plan, whose records are read as they were.
    """

    name: str
    content: bytes
    line: int = 0
    address: str = ""
    page: str = ""
    language: str = ""
    planned: bool = False

    @property
    def locator(self) -> str:
        return f"{self.name}:{self.line}" if self.line else self.name

    def split(self) -> list[Portion]:
        """A portion for each line; of a whole document, itself."""
        if not self.line:
            return [self]
        return [
            replace(self, content=line, line=self.line + number)
            for number, line in enumerate(io.BytesIO(self.content))
        ]


def portions(document: Document) -> Iterator[Portion | Unread]:
    """The portions of a document in its order, and what of it can't be read.

    Never raises for what the bytes hold, nor where its stream does. Memory: the
    longest line of JSON lines; of anything else all of it, up to `MAX_BYTES`.
    """
    return _Splitter(document).portions()


def is_record(line: bytes, decoder: Decoder) -> bool:
    """Whether a line is a whole JSON object or array of its own."""
    text = line.decode("utf-8", "replace").strip(BLANK + "\ufeff")
    if text[:1] not in {"{", "["} or text[-1:] not in {"}", "]"}:
        return False
    return isinstance(decoder.parse(text), Parsed)


def has_records(content: bytes, decoder: Decoder) -> bool:
    """Whether a file is JSON lines though its first is none."""
    lines = (line for line in content[: 2**20].split(b"\n", 1000) if line.strip())
    probed = [line for line, _ in zip(lines, range(_PROBED_LINES), strict=False)]
    return len(probed) > 1 and any(is_record(line, decoder) for line in probed)


class _Splitter:
    """Splits one document, once."""

    def __init__(self, document: Document) -> None:
        self._name = storable(document.name)
        self._document = document
        self._stream = document.open()
        self._taken = bytearray()
        self._fault: OSError | None = None
        self._drained = False
        self._line = 0

    def portions(self) -> Iterator[Portion | Unread]:
        if self._is_lines():
            yield from self._lines()
        else:
            yield from self._whole()
        if self._fault is not None:
            yield self._stopped(self._fault)

    def _more(self) -> bool:
        """Takes what the stream gives next; false at its end and where it fails."""
        if self._fault is not None:
            return False
        try:
            found = self._stream.read1(SIZE)
        except OSError as error:
            self._fault = error
            return False
        self._taken += found
        self._drained = len(found) < _PIECE
        return bool(found)

    def _is_lines(self) -> bool:
        while len(self._taken) < 4 and self._more():  # noqa: PLR2004 - the longest mark
            pass
        if b"\x00" in self._taken[:4] or self._taken.startswith(
            (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        ):
            return False
        first, blank, start = b"", 0, 0
        while blank < _MAX_BLANK and start <= MAX_BYTES:
            end = self._end_of_line(start)
            line = bytes(self._taken[start:end])
            start = end
            if not line:
                break
            if not line.strip():
                blank += 1
            elif first:
                return is_record(first, Decoder())
            else:
                first = line
        return len(first) > MAX_BYTES

    def _end_of_line(self, start: int) -> int:
        """Where the line that begins at `start` ends, or is too long, or breaks off."""
        looked = start
        while (found := self._taken.find(b"\n", looked)) < 0:
            looked = len(self._taken)
            if looked - start > MAX_BYTES or not self._more():
                return looked
        return found + 1

    def _lines(self) -> Iterator[Portion | Unread]:
        """Whole lines as they come: a pipe that stays open need never give another."""
        while True:
            more = True
            while more and len(self._taken) < SIZE:
                if self._drained and b"\n" in self._taken:
                    break
                more = self._more()
            end = self._taken.rfind(b"\n", 0, SIZE) + 1 or self._end_of_line(0)
            if end > MAX_BYTES:
                yield self._long_line()
                continue
            if not more and self._fault is None:
                end = len(self._taken)  # the last line need not be ended
            content = bytes(self._taken[:end])
            if not content or (self._fault is not None and content[-1:] != b"\n"):
                return
            del self._taken[:end]
            yield self._portion(content, self._line + 1)
            self._line += content.count(b"\n")

    def _long_line(self) -> Unread:
        """Passes over a line of more than `MAX_BYTES`."""
        while not (end := self._taken.find(b"\n") + 1):
            self._taken.clear()
            if not self._more():
                break
        del self._taken[:end]
        self._line += 1
        message = sentence("The line has more than {size}.", size=_MEBIBYTES)
        return self._unread(f"{self._name}:{self._line}", Code.TOO_LARGE, message)

    def _whole(self) -> Iterator[Portion | Unread]:
        while len(self._taken) <= MAX_BYTES and self._more():
            pass
        if self._fault is not None:
            return
        if len(self._taken) <= MAX_BYTES:
            yield self._portion(bytes(self._taken), 0)
        elif has_records(bytes(self._taken[: 2**20]), Decoder()):
            yield from self._lines()
        else:
            message = sentence(
                "More than {size} that is not JSON lines, which may be of any length.",
                size=_MEBIBYTES,
            )
            yield self._unread(self._name, Code.TOO_LARGE, message)

    def _stopped(self, error: OSError) -> Unread:
        return self._unread(
            f"{self._name}:{self._line + 1}" if self._line else self._name,
            Code.TOO_LARGE if isinstance(error, TooLarge) else Code.UNREADABLE,
            sentence("Reading stopped here: {cause}", cause=reason(error)),
        )

    def _portion(self, content: bytes, line: int) -> Portion:
        whole = self._document
        return Portion(
            self._name, content, line, whole.address, whole.page, whole.language
        )

    def _unread(self, where: str, code: Code, message: Sentence) -> Unread:
        said = unread(where, code, message)
        return replace(said, document=self._name, address=self._document.address)
