"""Packed documents: what comes out of them, and what is said of those that are traps."""

import bz2
import gzip
import io
import json
import lzma
import random
import resource
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postings.ingest.read import Document, Node, TooLarge, Unread, nodes
from postings.ingest.unpack import archives, documents, streams
from tests.ingest.support import node

ROOT = Path(__file__).resolve().parent.parent.parent
FEED = b"".join(json.dumps(node(identifier=str(i))).encode() + b"\n" for i in range(3))
MIB = 2**20
RANDOM = random.Random(1)

Members = Iterable[tuple[str, bytes]]


class Pipe(io.RawIOBase):
    """Bytes that come a few at a time and cannot be sought in, as from a pipe."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._content.readinto(memoryview(buffer)[:1000])


def zipped(members: Members, **options: Any) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def tarred(members: Members, form: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def of(content: bytes, name: str = "f") -> list[tuple[str, Any]]:
    """Names with what can be read of each, or the code and message of what cannot."""
    return list(_of(Document(name=name, stream=io.BytesIO(content))))


def of_pipe(content: bytes) -> list[tuple[str, Any]]:
    return list(_of(Document(name="f", stream=cast("BinaryIO", Pipe(content)))))


def _of(document: Document) -> Iterator[tuple[str, Any]]:
    for found in documents(document):
        if isinstance(found, Unread):
            problem = found.problem
            yield problem.locator, (str(problem.code), str(problem.message))
            continue
        read = bytearray()
        stream = found.open()
        try:
            while part := stream.read1(7000):
                read += part
        except OSError as error:
            yield found.name, (bytes(read), type(error), str(error))
        else:
            yield found.name, bytes(read)


def told(content: bytes, name: str = "f") -> list[str]:
    """What the reader makes of it: titles, and locators and codes of what it is not."""
    said = []
    for document in documents(Document(name=name, stream=io.BytesIO(content))):
        for entry in [document] if isinstance(document, Unread) else nodes(document):
            if isinstance(entry, Node):
                said.append(str(entry.data.get("title")))
            else:
                said.append(f"{entry.problem.locator}: {entry.problem.code}")
    return said


# --- What comes out


PACKED = {
    "plain": (FEED, "f"),
    "gzip": (gzip.compress(FEED), "f"),
    "bzip2": (bz2.compress(FEED), "f"),
    "xz": (lzma.compress(FEED), "f"),
    "zip": (zipped([("a.jsonl", FEED)]), "f!/a.jsonl"),
    "tar": (tarred([("a.jsonl", FEED)]), "f!/a.jsonl"),
    "gnu tar": (tarred([("a.jsonl", FEED)], tarfile.GNU_FORMAT), "f!/a.jsonl"),
    "ustar": (tarred([("a.jsonl", FEED)], tarfile.USTAR_FORMAT), "f!/a.jsonl"),
    "tar.gz": (gzip.compress(tarred([("a.jsonl", FEED)])), "f!/a.jsonl"),
    "tar.xz": (lzma.compress(tarred([("a.jsonl", FEED)])), "f!/a.jsonl"),
    "json.gz in zip": (zipped([("a.gz", gzip.compress(FEED))]), "f!/a.gz"),
    "zip in zip": (
        zipped([("b.zip", zipped([("a.jsonl", FEED)]))]),
        "f!/b.zip!/a.jsonl",
    ),
    "json.gz in tar.gz": (
        gzip.compress(tarred([("a.json.gz", gzip.compress(FEED))])),
        "f!/a.json.gz",
    ),
    "zip in tar.gz": (
        gzip.compress(tarred([("b.zip", zipped([("a.jsonl", FEED)]))])),
        "f!/b.zip!/a.jsonl",
    ),
}


@pytest.mark.parametrize("of", [of, of_pipe], ids=["file", "pipe"])
@pytest.mark.parametrize("kind", PACKED)
def test_a_feed_comes_out_of_every_packing_as_it_went_in(
    kind: str, of: Callable[[bytes], list[tuple[str, Any]]]
) -> None:
    content, name = PACKED[kind]
    assert of(content) == [(name, FEED)]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
def test_members_of_zip_packed_in_other_ways_are_read(method: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("a.json", FEED)
    assert of(file.getvalue()) == [("f!/a.json", FEED)]


def test_bytes_given_as_content_are_unpacked_too_and_plain_ones_are_left_alone() -> (
    None
):
    plain = Document(name="p", content=FEED)
    (found,) = documents(plain)
    assert found is plain
    (unpacked,) = documents(Document(name="g", content=gzip.compress(FEED)))
    assert isinstance(unpacked, Document)
    assert unpacked.open().read() == FEED


def test_a_packed_page_keeps_its_address_and_a_member_has_none() -> None:
    for content, address in (
        (gzip.compress(FEED), "https://example.org/f"),
        (zipped([("a.json", FEED)]), ""),
    ):
        given = Document(name="f", content=content, address="https://example.org/f")
        (found,) = documents(given)
        assert isinstance(found, Document)
        assert found.address == address


def test_streams_that_follow_each_other_are_one_document() -> None:
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        packed = pack(FEED) + pack(b"") + pack(FEED)
        assert of(packed) == of_pipe(packed) == [("f", FEED + FEED)]
    padded = gzip.compress(FEED) + b"\x00" * 1000
    assert of(padded) == [("f", FEED)]


def test_members_come_in_the_order_of_the_archive_also_under_one_name() -> None:
    members = [("b.json", b'{"b":1}'), ("a.json", b'{"a":1}'), ("b.json", b'{"b":2}')]
    expected = [(f"f!/{name}", content) for name, content in members]
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = zipped(members)
    assert of(archive) == expected
    assert of(tarred(members)) == expected


def test_a_locator_leads_into_the_archive() -> None:
    feed = FEED + b'{"@type": "JobPosting", "title": \n'
    packed = gzip.compress(tarred([("jobs/feed.jsonl", feed)]))
    assert told(packed, "x.tgz") == [
        "Baker",
        "Baker",
        "Baker",
        "x.tgz!/jobs/feed.jsonl:4: bad-json",
    ]


def test_the_first_record_is_there_before_the_rest_is_unpacked() -> None:
    taken = 0
    line = FEED.splitlines(keepends=True)[0]

    class Counted(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            nonlocal taken
            data = super().read1(size)
            taken += len(data)
            return data

    noise = b"".join(
        json.dumps(node(description=f"{number:x}" * 50)).encode() + b"\n"
        for number in RANDOM.sample(range(10**12), 40_000)
    )
    packed = gzip.compress(line + noise, 1)
    (document,) = documents(Document(name="f", stream=Counted(packed)))
    assert isinstance(document, Document)
    assert isinstance(next(nodes(document)), Node)
    assert taken < len(packed) / 2


def test_what_was_not_read_of_a_member_is_passed_over() -> None:
    members = [(f"{i}.json", bytes([65 + i]) * 100_001) for i in range(3)]
    for archive in (tarred(members), gzip.compress(tarred(members)), zipped(members)):
        starts = []
        for found in documents(Document(name="f", content=archive)):
            assert isinstance(found, Document)
            starts.append(found.open().read(2))
        assert starts == [b"AA", b"BB", b"CC"]


# --- What is taken


HTML = b"<!DOCTYPE html><title>Baker</title>"


@pytest.mark.parametrize(
    ("name", "content", "is_taken"),
    [
        ("feed.json", b"anything at all", True),
        ("FEED.JSON", b"{}", True),
        ("folder\\feed.jsonl", b"{}", True),
        ("no-suffix", b' \n{"@type": "JobPosting"}', True),
        ("feed.txt", b"\xef\xbb\xbf[{}]", True),
        ("utf16.txt", '\ufeff{"a": 1}'.encode("utf-16-le"), True),
        ("page.php", HTML, True),
        ("page", b'<?xml version="1.0"?>\n<html xmlns="x">', True),
        ("feed.dat", gzip.compress(b"{}"), True),
        ("README.txt", b"Read me. {}", False),
        ("note.md", b"[link](https://example.org)", False),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', False),
        ("photo.png", b"\x89PNG\r\n\x1a\n\x00", False),
        ("photo.png.dat", gzip.compress(b"\x89PNG\r\n\x1a\n\x00"), False),
        ("letter.docx", zipped([("word/document.xml", b"<w:document/>")]), False),
        ("empty", b"", False),
        (".feed.json", b"{}", False),
        (".git/feed.json", b"{}", False),
        ("._feed.json", b"{}", False),
        ("__MACOSX/feed.json", b"{}", False),
        ("a/.DS_Store", b"{}", False),
        ("./feed.json", b"{}", True),
        ("a/../feed.json", b"{}", True),
    ],
)
def test_members_are_taken_by_name_or_by_how_they_begin(
    name: str, content: bytes, *, is_taken: bool
) -> None:
    members = [(name, content), ("last.json", b"{}")]
    for archive in (zipped(members), tarred(members)):
        assert [found[0] for found in of(archive)] == [
            *([f"f!/{name}"] if is_taken else []),
            "f!/last.json",
        ]


NOTHING = ("no-posting", "The archive holds no file that could hold postings.")


@pytest.mark.parametrize(
    "archive",
    [
        zipped([]),
        zipped([("README.txt", b"Hello"), ("folder/", b"")]),
        tarred([("README.txt", b"Hello")]),
        gzip.compress(tarred([("README.txt", b"Hello")])),
    ],
)
def test_an_archive_that_gave_nothing_is_said(archive: bytes) -> None:
    assert of(archive) == [("f", NOTHING)]


def test_an_archive_in_an_archive_that_gave_nothing_is_said_where_its_name_promised() -> (
    None
):
    inner = zipped([("README.txt", b"Hello")])
    assert of(tarred([("a.zip", inner), ("b.odt", inner)])) == [("f!/a.zip", NOTHING)]
    assert of(tarred([("b.odt", inner)])) == [("f", NOTHING)]


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x.json", "/etc/x.json", "C:\\x.json", "a/../../x.json"]
)
def test_names_that_lead_out_are_names_and_nothing_is_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for archive in (zipped([(name, b"{}")]), tarred([(name, b"{}")])):
        assert of(archive) == [(f"f!/{name.lstrip('/')}", b"{}")]
    assert list(tmp_path.iterdir()) == []


def test_links_devices_and_folders_are_passed_over() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for number, kind in enumerate(
            (
                tarfile.SYMTYPE,
                tarfile.LNKTYPE,
                tarfile.CHRTYPE,
                tarfile.BLKTYPE,
                tarfile.FIFOTYPE,
                tarfile.DIRTYPE,
            )
        ):
            info = tarfile.TarInfo(f"{number}.json")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("real.json")
        info.size = 2
        archive.addfile(info, io.BytesIO(b"{}"))
    assert of(file.getvalue()) == [("f!/real.json", b"{}")]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zip_archive:
        link = zipfile.ZipInfo("link.json")
        link.external_attr = 0o120777 << 16
        zip_archive.writestr(link, "/etc/passwd")
        zip_archive.writestr("real.json", "{}")
    assert of(file.getvalue()) == [("f!/real.json", b"{}")]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nb.json", "a\ufffdb.json"),
        ("\x1b[2J.json", "\ufffd[2J.json"),
        ("Bäcker/日本.json", "Bäcker/日本.json"),
        ("x" * 5000 + ".json", "…" + "x" * 194 + ".json"),
    ],
)
def test_names_are_shown_on_one_line_and_shortened(name: str, shown: str) -> None:
    for archive in (zipped([(name, b"{}")]), tarred([(name, b"{}")])):
        assert of(archive) == [(f"f!/{shown}", b"{}")]
    assert of(tarred([(name, b"{}")], tarfile.GNU_FORMAT)) == [(f"f!/{shown}", b"{}")]


def test_a_long_name_of_a_ustar_archive_is_put_together() -> None:
    name = "folder/" * 20 + "a.json"
    packed = tarred([(name, b"{}")], tarfile.USTAR_FORMAT)
    assert of(packed) == [(f"f!/{name}", b"{}")]


def test_a_tar_archive_without_a_magic_is_known_by_its_checksum() -> None:
    header = bytearray(tarred([("a.json", b"{}")], tarfile.USTAR_FORMAT))
    header[257:265] = bytes(8)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\x00 " % sum(header[:512])
    assert of(bytes(header)) == [("f!/a.json", b"{}")]


def test_tar_archives_that_follow_each_other_are_read_to_the_last() -> None:
    both = tarred([("a.json", b"{}")]) + tarred([("b.json", b"[]")])
    assert of(both) == [("f!/a.json", b"{}"), ("f!/b.json", b"[]")]


# --- What cannot be unpacked


@pytest.mark.parametrize(
    ("head", "packing"),
    [
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"\x04\x22\x4d\x18", "LZ4"),
    ],
)
def test_packings_that_are_not_read_are_named(head: bytes, packing: str) -> None:
    said = ("unreadable", f"The document is packed with {packing}; unpack it first.")
    assert of(head + b"rest") == [("f", said)]
    members = [("a", head + b"rest"), ("b.json", b"{}")]
    assert of(zipped(members)) == [("f!/a", said), ("f!/b.json", b"{}")]


def test_a_fourth_packing_is_not_opened() -> None:
    packed = FEED
    for _ in range(4):
        packed = gzip.compress(packed)
    message = "The document is packed more than 3 times over; unpack it first."
    assert of(packed) == [("f", ("unreadable", message))]


def changed(archive: bytes, name: bytes, offset: int, value: bytes) -> bytes:
    """A zip archive with bytes of a member's entry in the table of contents replaced."""
    changing = bytearray(archive)
    start = archive.rindex(b"PK\x01\x02", 0, archive.rindex(name)) + offset
    changing[start : start + len(value)] = value
    return bytes(changing)


@pytest.mark.parametrize(
    ("offset", "value", "message"),
    [
        (8, b"\x01\x00", "encrypted; unpack it with its password first."),
        (10, struct.pack("<H", 9), "packed with Deflate64; unpack it first."),
        (10, struct.pack("<H", 777), "packed with method 777; unpack it first."),
    ],
)
def test_a_zip_member_that_cannot_be_unpacked_costs_itself(
    offset: int, value: bytes, message: str
) -> None:
    archive = zipped([("a.json", b"{}"), ("b.json", b"{}"), ("c.json", b"[]")])
    assert of(changed(archive, b"b.json", offset, value)) == [
        ("f!/a.json", b"{}"),
        ("f!/b.json", ("unreadable", f"The file is {message}")),
        ("f!/c.json", b"[]"),
    ]


@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [
        (16, b"\x00\x00\x00\x00", "the file differs from its checksum."),
        (24, b"\x01\x00\x00\x00", "the file differs from its checksum."),
        (20, b"\x03\x00\x00\x00", "the zip data ends too early."),
        (42, b"\xff\xff\xff\x7f", "the zip archive is cut off or damaged."),
        (42, b"\x07\x00\x00\x00", "the zip archive is cut off or damaged."),
    ],
)
def test_a_damaged_zip_member_costs_itself(
    offset: int, value: bytes, reason: str
) -> None:
    archive = zipped([("a.json", b"{}"), ("b.json", FEED), ("c.json", b"[]")])
    first, second, third = of(changed(archive, b"b.json", offset, value))
    assert (first, third) == (("f!/a.json", b"{}"), ("f!/c.json", b"[]"))
    assert second[0] == "f!/b.json"
    assert second[1][1:] == (OSError, reason)


def test_lines_before_a_damage_are_read() -> None:
    noise = [
        node(identifier=str(number)) for number in RANDOM.sample(range(10**9), 5000)
    ]
    feed = "\n".join(map(json.dumps, noise)).encode()
    for pack, name in (
        (gzip.compress, "f"),
        (lambda data: gzip.compress(tarred([("a.jsonl", data)])), "f!/a.jsonl"),
    ):
        packed = pack(feed)
        said = told(packed[: len(packed) // 2])
        assert said.count("Baker") > 2000
        assert said[said.count("Baker")].startswith(f"{name}:")
        assert all(line.endswith(": unreadable") for line in said if line != "Baker")
        broken = packed[: len(packed) // 2] + b"\xff" * 100 + packed[len(packed) // 2 :]
        assert told(broken).count("Baker") > 2000


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (gzip.compress(FEED)[:-9], "the gzip data ends too early."),
        (gzip.compress(FEED)[:-8] + b"\x00" * 8, "the gzip data is damaged."),
        (gzip.compress(FEED)[:15], "the gzip data ends too early."),
        (b"\x1f\x8b\xff\xff" + bytes(100), "the gzip data is damaged."),
        (b"\x1f\x8b", "the gzip data ends too early."),
        (bz2.compress(FEED)[:-1], "the bzip2 data ends too early."),
        (bz2.compress(FEED)[:-1] + b"x", "the bzip2 data is damaged."),
        (lzma.compress(FEED)[:-1], "the xz data ends too early."),
        (lzma.compress(FEED)[:40] + bytes(200), "the xz data is damaged."),
        (
            gzip.compress(FEED) + b"<html>",
            "something that is no gzip follows the gzip data.",
        ),
    ],
)
def test_damage_is_an_oserror_in_plain_words_that_stays(
    packed: bytes, reason: str
) -> None:
    (document,) = documents(Document(name="f", content=packed))
    assert isinstance(document, Document)
    assert document.stream is not None
    stream = cast("io.RawIOBase", document.stream)
    for _ in range(2):
        with pytest.raises(OSError, match=f"^{reason}$"):
            stream.readall()


def test_a_tar_archive_that_is_cut_off_gives_what_it_has_and_says_so() -> None:
    archive = tarred([("a.json", b"{}"), ("b.json", FEED)])
    stopped = "No more of the archive could be read: the tar archive ends too early."
    end = archive.index(FEED) + len(FEED) - 5
    assert of(archive[:end]) == [
        ("f!/a.json", b"{}"),
        ("f!/b.json", (FEED[:-5], OSError, "the tar archive ends too early.")),
        ("f", ("unreadable", stopped)),
    ]
    assert of(archive[:1024]) == [
        ("f!/a.json", b"{}"),
        ("f", ("unreadable", stopped)),
    ]


@pytest.mark.parametrize("offset", [0, 124, 148])
def test_a_tar_archive_with_a_damaged_header_gives_what_stands_before(
    offset: int,
) -> None:
    archive = bytearray(tarred([("a.json", b"{}"), ("b.json", FEED)]))
    archive[1024 + offset] ^= 0xFF
    stopped = "No more of the archive could be read: the tar archive is damaged."
    assert of(bytes(archive)) == [
        ("f!/a.json", b"{}"),
        ("f", ("unreadable", stopped)),
    ]


@pytest.mark.parametrize("keep", [4, 30, -1, -22, -40])
def test_a_zip_archive_that_is_cut_off_is_one_rejection(keep: int) -> None:
    archive = zipped([("a.json", b"{}"), ("b.json", FEED)])
    said = (
        "No more of the archive could be read: the zip archive is cut off or damaged."
    )
    assert (
        of(archive[:keep]) == of_pipe(archive[:keep]) == [("f", ("unreadable", said))]
    )


def test_a_name_in_a_zip_archive_that_is_not_the_utf_8_it_says_is_one_rejection() -> (
    None
):
    archive = zipped([("ä.json", b"{}")]).replace("ä".encode(), b"\xff\xff")
    assert [found[1][0] for found in of(archive)] == ["unreadable"]


def test_a_stream_that_fails_is_left_to_the_reader() -> None:
    class Failing(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(size) or self._fail()

        def _fail(self) -> bytes:
            raise OSError(5, "Input/output error")

    for content in (FEED, gzip.compress(FEED), b""):
        (document,) = documents(Document(name="f", stream=Failing(content)))
        assert isinstance(document, Document)
        with pytest.raises(OSError, match="Input/output error"):
            cast("io.RawIOBase", document.stream).readall()


def test_members_share_an_archive_with_a_damaged_archive_unharmed() -> None:
    members = [
        ("a.jsonl", FEED),
        ("b.zip", zipped([("x.json", b"{}")])[:-5]),
        ("c.gz", gzip.compress(FEED)[:-20]),
        ("d.tar", tarred([("x.json", b"{}")])[:700]),
        ("e.jsonl", FEED),
    ]
    for archive in (zipped(members), gzip.compress(tarred(members))):
        found = dict(of(archive))
        assert found["f!/a.jsonl"] == found["f!/e.jsonl"] == FEED
        assert found["f!/b.zip"][0] == "unreadable"


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_change_of_a_packed_document_raises(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(PACKED)))
    content = bytearray(PACKED[kind][0])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        put = data.draw(st.binary(max_size=8))
        content[start : start + data.draw(st.integers(0, 8))] = put
    of(bytes(content))
    of_pipe(bytes(content))


@given(
    st.sampled_from([b"\x1f\x8b\x08", b"PK\x03\x04", b"PK\x05\x06", b""]), st.binary()
)
def test_no_bytes_raise(head: bytes, rest: bytes) -> None:
    of(head + rest)


# --- Traps


def test_a_bomb_stops_at_the_bound_and_costs_its_neighbours_nothing() -> None:
    bomb = bytes(100 * MIB)
    start = time.monotonic()
    first, second, third = of(
        zipped([("a.json", FEED), ("b.json", bomb), ("c.json", FEED)])
    )
    assert first == ("f!/a.json", FEED)
    assert third == ("f!/c.json", FEED)
    assert second[0] == "f!/b.json"
    read, error, reason = second[1]
    assert (error, reason) == (
        TooLarge,
        "unpacked, it is more than 200 times as large as packed.",
    )
    assert 60 * MIB < len(read) <= 64 * MIB
    assert time.monotonic() - start < 10


def test_a_feed_that_packs_well_is_no_bomb() -> None:
    feed = FEED * 250_000
    packed = gzip.compress(feed, 1)
    assert len(feed) > streams.FREE
    (document,) = documents(Document(name="f", content=packed))
    assert isinstance(document, Document)
    stream, size = document.open(), 0
    while part := stream.read(MIB):
        size += len(part)
    assert size == len(feed)


def test_many_small_bombs_are_stopped_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "FREE", MIB)
    monkeypatch.setattr(streams, "ALL_FREE", 4 * MIB)
    bomb = bytes(2 * MIB)
    found = of(zipped([(f"{i}.json", bomb) for i in range(20)]))
    assert 4 <= len(found) < 12
    assert found[-1] == (
        "f",
        (
            "too-large",
            (
                "No more of the archive could be read: unpacked, it is more than 200 times "
                "as large as packed."
            ),
        ),
    )


def test_members_that_share_their_bytes_gain_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every entry of the table of contents names the same bytes of the archive."""
    monkeypatch.setattr(streams, "ALL_FREE", 4 * MIB)
    monkeypatch.setattr(streams, "MAX_RATIO", 20)
    content = RANDOM.randbytes(MIB)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.json", content)
        archive.filelist *= 1000
    found = of(file.getvalue())
    assert 20 <= len(found) < 25
    assert found[-1][1][0] == "too-large"


def test_archives_in_archives_in_archives_are_opened_three_deep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "MAX_MEMBERS", 200)
    packed = zipped([("a.json", b"{}")])
    for _ in range(5):
        packed = zipped([(f"{i}.zip", packed) for i in range(8)])
    found = of(packed)
    assert len(found) < 300
    assert {outcome[0] for _, outcome in found} == {"unreadable", "too-large"}


def test_members_of_an_archive_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAX_MEMBERS", 3)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 5)
    for pack in (zipped, tarred):
        found = of(pack([(f"{i}.json", b"{}") for i in range(5)]))
        assert [name for name, _ in found] == [
            "f!/0.json",
            "f!/1.json",
            "f!/2.json",
            "f",
        ]
        assert found[-1][1][0] == "too-large"
    ((name, outcome),) = of(zipped([(f"{i}.json", b"{}") for i in range(6)]))
    assert (name, outcome[0]) == ("f", "too-large")
    folders = of(tarred((f"{i}/", b"") for i in range(5)))
    assert [outcome[0] for _, outcome in folders] == ["too-large"]
    ((_, (read, error, _)),) = of(gzip.compress(b"{}") * 4)
    assert (read, error) == (b"{}" * 3, TooLarge)


def test_a_table_of_contents_that_is_huge_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives, "MAX_DIRECTORY", MIB)
    ((name, (code, message)),) = of(
        zipped((str(i) * 30_000, b"{}") for i in range(10, 30))
    )
    assert (name, code) == ("f", "too-large")
    assert message.endswith("its table of contents has more than 1 MiB.")


@pytest.mark.parametrize(
    ("kind", "data", "outcome"),
    [
        (b"x", b"x" * 70_000, "too-large"),
        (b"L", b"x" * 70_000, "too-large"),
        (b"x", b"9" * 60_000, "no-posting"),
        (b"x", b"9" * 30_000 + b" path=" + b"y" * 30_000, "no-posting"),
        (b"x", b"0 path=x\n" * 7000, "no-posting"),
        (b"x", b"13 size=-100\n", "no-posting"),
        (b"x", b"65000 size=" + b"9" * 65_000, "no-posting"),
        (b"L", b"\xff\x00/", "no-posting"),
    ],
)
def test_a_tar_header_made_to_hang_or_fill_memory_does_neither(
    kind: bytes, data: bytes, outcome: str
) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, type_, content in (("h", kind, data), ("readme", b"0", b"")):
            info = tarfile.TarInfo(name)
            info.type, info.size = type_, len(content)
            archive.addfile(info, io.BytesIO(content))
    start = time.monotonic()
    assert [found[1][0] for found in of(file.getvalue())] == [outcome]
    assert time.monotonic() - start < 1


def test_headers_that_no_file_follows_are_one_rejection() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for _ in range(20):
            info = tarfile.TarInfo("h")
            info.type = b"L"
            archive.addfile(info)
    assert [found[1][0] for found in of(file.getvalue())] == ["too-large"]


@pytest.mark.parametrize(
    "size", [b"\xff" * 12, b"\x80" + b"\xff" * 11, b"-0000000001\x00"]
)
def test_a_tar_member_of_an_impossible_size_is_one_rejection(size: bytes) -> None:
    archive = bytearray(tarred([("a.json", b"{}")], tarfile.USTAR_FORMAT))
    archive[124:136] = size
    archive[148:156] = b" " * 8
    archive[148:156] = b"%06o\x00 " % sum(archive[:512])
    found = of(bytes(archive))
    assert found[-1][0] == "f"
    assert found[-1][1][0] == "unreadable"


def test_a_sparse_file_in_a_tar_archive_costs_itself() -> None:
    archive = bytearray(
        tarred([("a.json", b"{}"), ("b.json", b"[]")], tarfile.GNU_FORMAT)
    )
    archive[156:157] = b"S"
    archive[148:156] = b" " * 8
    archive[148:156] = b"%06o\x00 " % sum(archive[:512])
    message = "The file is stored with its holes left out; unpack it first."
    assert of(bytes(archive)) == [
        ("f!/a.json", ("unreadable", message)),
        ("f!/b.json", b"[]"),
    ]


def test_xz_that_asks_for_much_memory_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 256 * MIB}]
    packed = lzma.compress(FEED, filters=filters)
    ((name, (read, error, reason)),) = of(packed)
    assert (name, read, error) == ("f", b"", TooLarge)
    assert reason == "to unpack it takes more than 128 MiB of memory."


PROGRAM = """
import io, resource, sys
from postings.ingest.read import Document, Unread, nodes
from postings.ingest.unpack import documents

resource.setrlimit(resource.RLIMIT_AS, (700 * 2**20,) * 2)
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        for document in documents(Document(name="f", stream=file)):
            found = [document] if isinstance(document, Unread) else nodes(document)
            for entry in found:
                print(entry.problem.code if isinstance(entry, Unread) else "posting")
"""


def test_bombs_of_a_gibibyte_take_little_memory_and_time(tmp_path: Path) -> None:
    """In a process of its own, which may not have as much as that."""
    gzipped = gzip.compress(bytes(64 * MIB)) * 16
    contents = {
        "zeros.gz": gzipped,
        "zeros.gz.gz": gzip.compress(gzipped),
        "zeros.bz2": bz2.compress(bytes(64 * MIB)) * 16,
        "tar.gz": gzip.compress(tarred([("a.jsonl", FEED)])) + gzipped,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        with archive.open("zeros.json", "w") as member:
            for _ in range(128):
                member.write(bytes(MIB))
        archive.writestr("feed.jsonl", FEED)
    contents["bzip2.zip"] = file.getvalue()
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *(str(tmp_path / name) for name in contents)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [
        "too-large",
        "too-large",
        "too-large",
        *["posting"] * 3,
        "too-large",
        "too-large",
        *["posting"] * 3,
    ]
    assert after.ru_utime - before.ru_utime < 20
