"""The members of zip and tar archives, one after the other."""

from __future__ import annotations

import bz2
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from postings.ingest.read.document import TooLarge
from postings.ingest.report import Sentence, sentence
from postings.ingest.unpack.streams import (
    BLOCK,
    MAX_MEMBERS,
    PIECE,
    TOO_MANY,
    Budget,
    Chunks,
    Decompressor,
    Inflater,
    Taken,
    counting,
    decompressed,
)

#: Bytes of a zip archive's table of contents.
MAX_DIRECTORY = 32 * 2**20

#: Bytes of a header of tar with a long name or a file's other properties, and how many
#: of these a file may have.
MAX_TAR_HEADER = 2**16
MAX_EXTRA_HEADERS = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive: its bytes, or why they cannot be had."""

    name: str
    content: Iterator[bytes] = field(default_factory=lambda: iter(()))
    fault: Sentence | None = None


_DAMAGED_ZIP = sentence("the zip archive is cut off or damaged.")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ZIP_METHODS: dict[int, Callable[[], Decompressor]] = {
    zipfile.ZIP_DEFLATED: lambda: Inflater(-zlib.MAX_WBITS),
    zipfile.ZIP_BZIP2: bz2.BZ2Decompressor,
}
_ZIP_METHOD_NAMES = {9: "Deflate64", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
_ENCRYPTED = 0x1 | 0x40 | 0x2000


class _Directory:
    """A zip archive, of which zipfile may read the table of contents only."""

    def __init__(self, file: IO[bytes]) -> None:
        self.seek, self.tell, self._read = file.seek, file.tell, file.read

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY:
            raise TooLarge(
                sentence(
                    "its table of contents has more than {size}.",
                    size=f"{MAX_DIRECTORY >> 20} MiB",
                )
            )
        data = self._read(size)
        if data.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise TooLarge(TOO_MANY)
        return data


def zip_entries(file: IO[bytes], budget: Budget) -> Iterator[Entry]:
    """The members a zip archive's table of contents names, in its order."""
    try:
        found = zipfile.ZipFile(_Directory(file)).infolist()
    except TooLarge:
        raise
    except NotImplementedError as error:
        raise OSError(
            sentence("the zip archive is of a kind that is not read here.")
        ) from error
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error) as error:
        raise OSError(_DAMAGED_ZIP) from error
    for info in found:
        budget.member()
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() or (kind and kind != stat.S_IFREG):
            continue
        method = info.compress_type
        if info.flag_bits & _ENCRYPTED:
            fault = sentence(
                "The file is encrypted; unpack it with its password first."
            )
            yield Entry(info.filename, fault=fault)
        elif method != zipfile.ZIP_STORED and method not in _ZIP_METHODS:
            packing = _ZIP_METHOD_NAMES.get(method, f"method {method}")
            fault = sentence(
                "The file is packed with {packing}; unpack it first.", packing=packing
            )
            yield Entry(info.filename, fault=fault)
        else:
            yield Entry(info.filename, counting(_zip_member(file, info), budget))


def _zip_member(file: IO[bytes], info: zipfile.ZipInfo) -> Iterator[bytes]:
    header = b""
    if 0 <= info.header_offset < 2**63:
        file.seek(info.header_offset)
        header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise OSError(_DAMAGED_ZIP)
    _, name, extra = _LOCAL_HEADER.unpack(header)
    chunks = _span(
        file, info.header_offset + len(header) + name + extra, info.compress_size
    )
    if info.compress_type != zipfile.ZIP_STORED:
        decompressor = _ZIP_METHODS[info.compress_type]()
        chunks = decompressed(Taken(chunks), decompressor, "zip")
    size, crc = 0, 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        crc = zlib.crc32(chunk, crc)
    if size != info.file_size or crc != info.CRC:
        raise OSError(sentence("the file differs from its checksum."))


def _span(file: IO[bytes], start: int, size: int) -> Iterator[bytes]:
    """Bytes of a file that is also read elsewhere meanwhile."""
    end = start + size
    while start < end:
        file.seek(start)
        chunk = file.read(min(PIECE, end - start))
        if not chunk:
            raise OSError(_DAMAGED_ZIP)
        start += len(chunk)
        yield chunk


_LONG_NAME, _PAX, _SPARSE = b"L", b"x", b"S"
_TAR_FILES = {b"0", b"\x00", b"7", _SPARSE}
_BESIDE = {b"K", b"g"}  # long targets of links, what holds for all
_WITHOUT_DATA = {b"1", b"2", b"3", b"4", b"5", b"6"}
_DAMAGED_TAR = sentence("the tar archive is damaged.")
_CUT_TAR = sentence("the tar archive ends too early.")
_HOLES = sentence("The file is stored with its holes left out; unpack it first.")


def tar_entries(stream: Chunks, budget: Budget) -> Iterator[Entry]:
    """The files of a tar archive (v7, ustar, GNU, pax), each read before the next.

    Not the tarfile module: it takes long names and pax headers of any size into memory.
    """
    name, pax, extra = "", dict[str, str](), 0
    while header := _tar_header(stream):
        kind = header[156:157]
        size = 0 if kind in _WITHOUT_DATA else _tar_number(header[124:136])
        if kind in {_LONG_NAME, _PAX}:
            extra += 1
            if size > MAX_TAR_HEADER or extra > MAX_EXTRA_HEADERS:
                raise TooLarge(
                    sentence("a file in it has too long a name or too many of them.")
                )
            data = b"".join(_tar_data(stream, size))
            if kind == _LONG_NAME:
                name = _text(data)
            else:
                pax = _pax(data)
            continue
        budget.member()
        is_file = kind in _TAR_FILES
        if is_file and _SIZE.fullmatch(pax.get("size", "")):
            size = int(pax["size"])
        name = pax.get("path") or name or _tar_name(header)
        sparse = kind == _SPARSE or any(key.startswith("GNU.sparse.") for key in pax)
        if kind == _SPARSE:
            _skip_map(stream, header)
        content = _tar_data(stream, size)
        if is_file and not name.endswith("/"):
            yield Entry(name, content, fault=_HOLES if sparse else None)
        for _ in content:
            pass
        if kind not in _BESIDE:
            name, pax, extra = "", {}, 0


def _tar_header(stream: Chunks) -> bytes:
    """The next header, or nothing at the end of the stream.

    Not at the archive's own end mark: an archive may follow, and the checksum of what
    it is packed with does.
    """
    ended = False
    while True:
        header = stream.exactly(BLOCK)
        if header.strip(b"\x00"):
            if has_tar_checksum(header):
                return header
            raise OSError(_DAMAGED_TAR)
        if not header:
            if ended:
                return b""
            raise OSError(_CUT_TAR)
        ended = True


def _skip_map(stream: Chunks, header: bytes) -> None:
    """Past GNU's list of the pieces of a sparse file."""
    more = header[482]
    while more:
        block = stream.exactly(BLOCK)
        more = block[504] if len(block) == BLOCK else 0


def _tar_data(stream: Chunks, size: int) -> Iterator[bytes]:
    """A member's bytes; the padding after them is taken too."""
    padding = -size % BLOCK
    while size:
        chunk = stream.read(min(PIECE, size))
        if not chunk:
            raise OSError(_CUT_TAR)
        size -= len(chunk)
        yield chunk
    stream.exactly(padding)


def _tar_name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\x00" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(data: bytes) -> str:
    return data.partition(b"\x00")[0].decode("utf-8", "replace")


def has_tar_checksum(header: bytes) -> bool:
    if len(header) < BLOCK or not (said := _OCTAL.fullmatch(header, 148, 156)):
        return False
    return int(said[1], 8) == sum(header) - sum(header[148:156]) + 8 * 0x20


_OCTAL = re.compile(rb"[ \x00]*([0-7]{1,12})[ \x00]*")


def _tar_number(field: bytes) -> int:
    if field[:1] == b"\x80":  # GNU's way with more than 8 GiB
        return int.from_bytes(field[1:])
    number = _OCTAL.fullmatch(field)
    if number is None and field.strip(b" \x00"):
        raise OSError(_DAMAGED_TAR)
    return int(number[1], 8) if number else 0


def _pax(data: bytes) -> dict[str, str]:
    """Records `<length> <key>=<value>\\n`, as far as they are sound."""
    found: dict[str, str] = {}
    start = 0
    while record := _PAX_LENGTH.match(data, start):
        end = start + int(record[1])
        key, _, value = data[record.end() : end - 1].partition(b"=")
        found[_text(key)] = _text(value)
        if end <= record.end():
            break
        start = end
    return found


_SIZE = re.compile("[0-9]{1,15}")
_PAX_LENGTH = re.compile(rb"([0-9]{1,6}) ")
