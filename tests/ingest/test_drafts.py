"""Files that are whole when they are there, and what is no file."""

import os
import signal
import stat
from pathlib import Path

import pytest

from postings.ingest import drafts
from postings.ingest.drafts import Draft, NotWritten
from postings.ingest.stopping import Interrupted, Stopping


def put(target: Path, content: bytes = b"new") -> None:
    with Draft(target) as draft:
        draft.write(content)
        draft.keep()


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_a_file_is_in_its_place_once_it_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("old")
    with Draft(target) as draft:
        draft.write(b"ne")
        assert target.read_text() == "old"
        draft.write(b"w")
        draft.keep()
        assert target.read_text() == "new"
    assert names(tmp_path) == {"out"}


@pytest.mark.parametrize("before", ["old", None])
def test_what_is_not_kept_leaves_nothing(tmp_path: Path, before: str | None) -> None:
    target = tmp_path / "out"
    if before is not None:
        target.write_text(before)
    with Draft(target) as draft:
        draft.write(b"half")
    assert names(tmp_path) == ({"out"} if before else set())
    assert before is None or target.read_text() == before


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    real = tmp_path / "kept" / "real"
    real.parent.mkdir()
    first, second = tmp_path / "first", tmp_path / "second"
    first.symlink_to("second")
    second.symlink_to("kept/real")
    for content in (b"made", b"replaced"):
        put(first, content)
        assert (first.is_symlink(), second.is_symlink()) == (True, True)
        assert not real.is_symlink()
        assert real.read_bytes() == content
    assert names(tmp_path) == {"first", "second", "kept"}
    assert names(real.parent) == {"real"}


def test_a_pipe_stays_and_is_written_into(tmp_path: Path) -> None:
    target = tmp_path / "pipe"
    os.mkfifo(target)
    reader = os.open(target, os.O_RDONLY | os.O_NONBLOCK)
    try:
        drafts.check(target)
        put(target)
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(target.stat().st_mode)
    assert names(tmp_path) == {"pipe"}


def test_a_pipe_nobody_reads_is_looked_at_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    drafts.check(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no/folder", "No such file or directory"),
        ("folder", "Is a directory"),
        ("loop", "Too many levels of symbolic links"),
        ("n" * 250, "File name too long"),
        ("a\0b", "null"),
    ],
)
def test_what_cannot_be_written_is_said_before_and_when_it_is(
    tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    before = names(tmp_path)
    with pytest.raises(NotWritten, match=reason) as said:
        drafts.check(tmp_path / name)
    assert str(said.value).startswith(f"{tmp_path / name} cannot be written: ")
    with pytest.raises(NotWritten, match=reason):
        Draft(tmp_path / name)
    assert names(tmp_path) == before


@pytest.mark.parametrize("before", ["old", None])
def test_looking_changes_nothing(tmp_path: Path, before: str | None) -> None:
    target = tmp_path / "out"
    if before is not None:
        target.write_text(before)
    drafts.check(target)
    assert names(tmp_path) == ({"out"} if before else set())
    assert before is None or target.read_text() == before


def test_a_disk_that_fills_is_said(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("a device that is always full is Linux's")
    (tmp_path / "out").symlink_to(full)
    with pytest.raises(NotWritten, match="No space left on device"):
        put(tmp_path / "out")
    assert full.is_char_device()
    assert (tmp_path / "out").is_symlink()


def test_a_signal_while_a_draft_is_begun_leaves_none(tmp_path: Path) -> None:
    def begun() -> Draft:
        draft = Draft(tmp_path / "jobs")
        signal.raise_signal(signal.SIGTERM)
        return draft

    with pytest.raises(Interrupted), Stopping() as stopping, stopping.entered(begun):
        pytest.fail("it goes on after a signal")
    assert list(tmp_path.iterdir()) == []
