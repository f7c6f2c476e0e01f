"""Streams that unpack as they are read, and what unpacking may cost."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from postings.ingest.read.document import TooLarge
from postings.ingest.report import sentence

#: Times its size data may grow: postings grow sevenfold, a chain's with the same long
#: text in each a hundredfold at the most (xz), zeros a thousandfold and more.
MAX_RATIO = 200

#: Bytes that may come out of one stream or member, and of all of a document together,
#: before the ratio counts.
FREE = 64 * 2**20
ALL_FREE = 512 * 2**20

#: Bytes that may come out of one document, with all archives inside.
MAX_UNPACKED = 64 * 2**30

#: Members of a document's archives, with those of all archives inside, and streams of
#: gzip and its like, of which many may follow each other.
MAX_MEMBERS = 100_000

#: Memory an xz stream may ask for; `xz -9` asks for 65 MiB.
MAX_XZ_MEMORY = 128 * 2**20

#: Bytes read or given at a time.
PIECE = 2**16

#: A block of tar, and enough of anything else to know it by.
BLOCK = 512


class Budget:
    """What one document may cost, whatever is packed inside what.

    `packed` counts bytes of the document itself, so that members sharing their bytes
    with each other gain nothing.
    """

    def __init__(self) -> None:
        self.packed = 0
        self._unpacked = 0
        self._members = 0

    def spend(self, size: int) -> None:
        self._unpacked += size
        if self._unpacked > max(ALL_FREE, MAX_RATIO * self.packed):
            raise TooLarge(_GROWN)
        if self._unpacked > MAX_UNPACKED:
            raise TooLarge(
                sentence(
                    "unpacked, it has more than {size}.",
                    size=f"{MAX_UNPACKED >> 30} GiB",
                )
            )

    def member(self) -> None:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise TooLarge(TOO_MANY)
        self.spend(0)


_GROWN = sentence(
    "unpacked, it is more than {most} times as large as packed.", most=MAX_RATIO
)
TOO_MANY = sentence(
    "it holds more than {most} files or packed streams.", most=MAX_MEMBERS
)


class Chunks(io.RawIOBase):
    """A stream of chunks; an OSError met once is raised at every further read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._ready = memoryview(b"")
        self._fault: OSError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._ready and not self._advance():
            return 0
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def peek(self) -> bytes:
        """The first bytes, still to be read, as are those before a fault."""
        head = bytes(self._ready)
        while len(head) < BLOCK:
            try:
                if not self._advance():
                    break
            except OSError:
                break
            head += bytes(self._ready)
        self._ready = memoryview(head)
        return head[:BLOCK]

    def exactly(self, size: int) -> bytes:
        """So many bytes, or those there are."""
        parts = bytearray()
        while len(parts) < size and (part := self.read(size - len(parts))):
            parts += part
        return bytes(parts)

    def rest(self) -> Iterator[bytes]:
        while self._ready or self._advance():
            chunk, self._ready = bytes(self._ready), memoryview(b"")
            yield chunk

    def _advance(self) -> bool:
        if self._fault is not None:
            raise self._fault
        try:
            chunk = next(self._chunks, b"")
        except OSError as error:
            self._fault = error
            raise
        self._ready = memoryview(chunk)
        return bool(chunk)


def counted(source: BinaryIO, budget: Budget) -> Iterator[bytes]:
    """The bytes of a document as they come, however few at a time."""
    read = getattr(source, "read1", source.read)
    while chunk := read(PIECE):
        budget.packed += len(chunk)
        yield chunk


def counting(chunks: Iterator[bytes], budget: Budget) -> Iterator[bytes]:
    for chunk in chunks:
        budget.spend(len(chunk))
        yield chunk


class Decompressor(Protocol):
    """As bz2 and lzma have it; `decompress` gives at most `size` bytes."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, size: int, /) -> bytes: ...


class Inflater:
    def __init__(self, wbits: int) -> None:
        self._zlib = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, size: int, /) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, size)


_STREAMS: dict[str, tuple[bytes, Callable[[], Decompressor]]] = {
    "gzip": (b"\x1f\x8b", lambda: Inflater(16 + zlib.MAX_WBITS)),
    "bzip2": (b"BZh", bz2.BZ2Decompressor),
    "xz": (b"\xfd7zXZ", lambda: lzma.LZMADecompressor(memlimit=MAX_XZ_MEMORY)),
}


def concatenated(stream: Chunks, packing: str, budget: Budget) -> Iterator[bytes]:
    """Streams of a packing, one after the other, as its own tools read them."""
    magic, decompressor = _STREAMS[packing]
    taken = Taken(stream.rest())
    while True:
        budget.member()
        yield from counting(decompressed(taken, decompressor(), packing), budget)
        start = taken.start(len(magic))
        if not start:
            return
        if not start.startswith(magic):
            raise OSError(
                sentence(
                    "something that is no {packing} follows the {packing} data.",
                    packing=packing,
                )
            )
        taken.put_back(start)


class Taken:
    """Chunks on their way into decompressors, and how many bytes went in and out."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._back = b""
        self.size = self.given = 0

    def put_back(self, data: bytes) -> None:
        self._back = data

    def next(self) -> bytes:
        if self._back:
            data, self._back = self._back, b""
            return data
        data = next(self._chunks, b"")
        self.size += len(data)
        return data

    def start(self, size: int) -> bytes:
        """At least so many bytes after any padding, or what there is at the end."""
        data = b""
        while len(data) < size and (more := self.next()):
            data = (data + more).lstrip(b"\x00")
        return data


def decompressed(
    taken: Taken, decompressor: Decompressor, packing: str
) -> Iterator[bytes]:
    """One stream's bytes; what follows it is put back."""
    while not decompressor.eof:
        data = taken.next() if decompressor.needs_input else b""
        starved = decompressor.needs_input and not data
        try:
            chunk = decompressor.decompress(data, PIECE)
        except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError) as error:
            if "Memory usage limit" in str(error):
                raise TooLarge(
                    sentence(
                        "to unpack it takes more than {size} of memory.",
                        size=f"{MAX_XZ_MEMORY >> 20} MiB",
                    )
                ) from error
            raise OSError(
                sentence("the {packing} data is damaged.", packing=packing)
            ) from error
        if chunk:
            taken.given += len(chunk)
            if taken.given > max(FREE, MAX_RATIO * taken.size):
                raise TooLarge(_GROWN)
            yield chunk
        elif starved and not decompressor.eof:
            raise OSError(
                sentence("the {packing} data ends too early.", packing=packing)
            )
    taken.put_back(decompressor.unused_data)
