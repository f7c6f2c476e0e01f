"""Paths, folders and standard input, and what cannot be opened."""

import gzip
import io
import json
import os
import stat
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from postings.ingest import sources
from postings.ingest.read import Document, Node, Unread, nodes
from tests.ingest.support import node

FEED = json.dumps(node()).encode()


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.json", content)
    return file.getvalue()


def read(*locations: str | Path) -> dict[str, bytes | str]:
    """Names with contents, or with the code of what could not be read."""
    found: dict[str, bytes | str] = {}
    for document in sources.documents(map(str, locations)):
        if isinstance(document, Unread):
            found[document.problem.locator] = str(document.problem.code)
        else:
            found[document.name] = document.open().read()
    return found


def piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Standard input as a pipe gives it; the pipe takes 64 KiB without a reader."""
    out, into = os.pipe()
    os.write(into, content)
    os.close(into)
    monkeypatch.setattr(sys, "stdin", os.fdopen(out, "r"))


def test_a_folder_is_read_in_the_order_of_names_packed_or_not(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "c.json").write_bytes(b"{}")
    (tmp_path / "a.ZIP").write_bytes(zipped(x=b"{}", y=b"[]"))
    (tmp_path / "sub" / "b.json.gz").write_bytes(gzip.compress(b"[1]"))
    (tmp_path / "notes.txt").write_bytes(b"{}")
    (tmp_path / "folder.json").mkdir()
    found = read(tmp_path)
    assert list(found.items()) == [
        ("a.ZIP!/x.json", b"{}"),
        ("a.ZIP!/y.json", b"[]"),
        ("c.json", b"{}"),
        ("sub/b.json.gz", b"[1]"),
    ]


@pytest.mark.parametrize("ending", sorted(sources.SUFFIXES))
def test_content_is_told_by_its_bytes_not_its_name(tmp_path: Path, ending: str) -> None:
    for name, content in (
        ("a", FEED),
        ("b", gzip.compress(FEED)),
        ("c", zipped(x=FEED)),
    ):
        (tmp_path / (name + ending)).write_bytes(content)
    assert read(tmp_path) == {
        f"a{ending}": FEED,
        f"b{ending}": FEED,
        f"c{ending}!/x.json": FEED,
    }


def test_a_file_named_by_itself_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(FEED)
    assert read(path) == {str(path): FEED}


def test_a_path_that_does_not_exist_is_told_before_anything_is_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.json").write_bytes(FEED)
    for missing in (tmp_path / "missing", "x" * 300, "a\0b"):
        with pytest.raises(FileNotFoundError):
            sources.documents([str(tmp_path), str(missing)])


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc")
def test_a_file_is_no_longer_open_once_the_next_is(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.json").write_bytes(FEED)
    open_files = Path("/proc/self/fd")
    before = len(list(open_files.iterdir()))
    for document in sources.documents([str(tmp_path)]):
        assert isinstance(document, Document)
        assert len(list(open_files.iterdir())) == before + 1
        assert document.open().read() == FEED
    assert len(list(open_files.iterdir())) == before


def test_a_document_that_is_not_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(x=FEED, y=FEED))
    (tmp_path / "b.json").write_bytes(FEED)
    assert len(list(sources.documents([str(tmp_path)]))) == 3
    assert any(sources.documents([str(tmp_path)]))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_costs_itself(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(FEED)
    (tmp_path / "a.json").chmod(stat.S_IWUSR)
    (tmp_path / "b.json").write_bytes(FEED)
    assert read(tmp_path) == {"a.json": "unreadable", "b.json": FEED}


def test_a_file_that_is_gone_when_its_turn_comes_costs_itself(tmp_path: Path) -> None:
    for name in ("a.json", "b.json", "c.json"):
        (tmp_path / name).write_bytes(FEED)
    paths = [str(tmp_path / name) for name in ("a.json", "b.json", "c.json")]
    found = sources.documents(paths)
    next(found)
    (tmp_path / "b.json").unlink()
    gone, last = found
    assert isinstance(gone, Unread)
    assert gone.problem.locator == paths[1]
    assert str(gone.problem.message) == (
        "The file could not be read: No such file or directory."
    )
    assert isinstance(last, Document)


def test_files_beside_a_damaged_one_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(FEED)[:-10])
    (tmp_path / "b.zip").write_bytes(zipped(x=FEED)[:-10])
    (tmp_path / "c.tar").write_bytes(b"\x00" * 257 + b"ustar\x00" + b"\x00" * 300)
    (tmp_path / "d.json").write_bytes(FEED)
    titles, faults = [], []
    for document in sources.documents([str(tmp_path)]):
        for entry in [document] if isinstance(document, Unread) else nodes(document):
            if isinstance(entry, Node):
                titles.append(entry.locator)
            else:
                faults.append((entry.problem.locator, str(entry.problem.code)))
    assert titles == ["d.json"]
    assert faults == [
        ("a.gz", "unreadable"),
        ("b.zip", "unreadable"),
        ("c.tar", "unreadable"),
    ]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (FEED, "-"),
        (gzip.compress(FEED), "-"),
        (zipped(x=FEED), "-!/x.json"),
        (b"", "-"),
    ],
    ids=["plain", "gzip", "zip", "empty"],
)
def test_a_dash_is_standard_input_also_packed(
    monkeypatch: pytest.MonkeyPatch, content: bytes, name: str
) -> None:
    piped(monkeypatch, content)
    with sys.stdin:
        assert read("-") == {name: content and FEED}
        assert not sys.stdin.buffer.closed


def test_standard_input_may_be_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(zipped(x=FEED, y=b"{}"))
    with (tmp_path / "f").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert read("-") == {"-!/x.json": FEED, "-!/y.json": b"{}"}


def test_standard_input_that_cannot_be_read_raises(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    descriptor = os.open(tmp_path / "written", os.O_CREAT | os.O_WRONLY)
    with io.TextIOWrapper(io.BufferedReader(io.FileIO(os.dup(1), "rb"))) as stdin:
        os.dup2(descriptor, stdin.fileno())
        os.close(descriptor)
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(OSError, match="Bad file descriptor"):
            list(sources.documents(["-"]))


def test_a_named_pipe_is_read_as_it_comes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for content, name in ((FEED, str(pipe)), (zipped(x=FEED), f"{pipe}!/x.json")):
        writer = threading.Thread(target=pipe.write_bytes, args=(content,))
        writer.start()
        assert read(pipe) == {name: FEED}
        writer.join()
