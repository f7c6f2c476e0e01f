"""The folder of the index: its builds, the one in use, and whose turn it is to write.

Every build is a folder of its own; the file `current` names the one in use, and is
replaced in one step. Whoever writes holds the file `lock`.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import re
import shutil
import time
import uuid
import zlib
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple

_POINTER, _LOCK, _META = "current", "lock", "meta.json"

#: Names of builds; a pointer that says anything else points nowhere.
_NAME = re.compile(r"index-[0-9a-f]{12}\Z")

#: The files tantivy writes of every segment, beside those of its deletions.
_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")

#: Bytes of a file read at a time to compute its sum.
_BLOCK = 1 << 22


class State(NamedTuple):
    """The build in use, and what it consists of: differs after every commit.

    Not a time nor the number of a file: two commits can share those.
    """

    name: str
    meta: bytes


def state(folder: Path) -> State | None:
    """What is in use; None where there is nothing that can be. Cost: two small files."""
    name = in_use(folder)
    try:
        return State(name, (folder / name / _META).read_bytes()) if name else None
    except OSError:
        return None


def in_use(folder: Path) -> str:
    """The name of the build in use, or nothing."""
    try:
        name = (folder / _POINTER).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return name if _NAME.match(name) else ""


def use(folder: Path, name: str) -> None:
    """Takes a build into use; whoever reads another keeps what is open."""
    pointer = folder / f"{_POINTER}-{uuid.uuid4().hex[:8]}"
    try:
        pointer.write_text(name, "utf-8")
        pointer.replace(folder / _POINTER)
    except OSError:
        pointer.unlink(missing_ok=True)
        raise


def new_build(folder: Path) -> str:
    """Makes an empty build; call it when it is your turn to write."""
    name = f"index-{uuid.uuid4().hex[:12]}"
    (folder / name).mkdir()
    return name


def remove_unused(folder: Path) -> None:
    """Removes what nothing points at: old builds, and those nobody finished.

    Call it when it is your turn to write. Readers keep the files they have open.
    """
    kept = in_use(folder)
    for path in folder.glob("index-*"):
        if path.name != kept:
            shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(f"{_POINTER}-*"):
        with suppress(OSError):
            path.unlink()


def seconds_since_commit(folder: Path) -> float:
    """Seconds since the build in use was last written; very many where there is none."""
    try:
        written = (folder / in_use(folder) / _META).stat().st_mtime
    except OSError:
        return float("inf")
    return abs(time.time() - written)


# --- Damage ---------------------------------------------------------------------------


def is_damage(error: BaseException) -> bool:
    """Whether an exception may say that files of an index are not what they were.

    tantivy raises `ValueError` for nearly everything; its panics are no `Exception`.
    """
    return (
        isinstance(error, (ValueError, OSError, OverflowError))
        or type(error).__name__ == "PanicException"
    )


def size(build: Path) -> int:
    """Bytes of a build."""
    total = 0
    for path in build.iterdir():
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def damaged(build: Path) -> list[str]:
    """Names of files of a build's last commit that are missing or not as written.

    Every file ends in its own CRC-32. Cost: reads all of it, about a second a gigabyte.
    A commit meanwhile may remove files; call it when it is your turn, or look again.
    """
    try:
        names = _named(json.loads((build / _META).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [_META]
    return [name for name in names if not _is_whole(build / name)]


def _named(meta: dict[str, list[dict[str, object]]]) -> list[str]:
    names = []
    for segment in meta["segments"]:
        begins = str(segment["segment_id"]).replace("-", "")
        names += [f"{begins}.{part}" for part in _PARTS]
        deletes = segment["deletes"]
        if isinstance(deletes, dict):
            names.append(f"{begins}.{deletes['opstamp']}.del")
    return names


def _is_whole(path: Path) -> bool:
    """A file of tantivy ends in a JSON footer, its length and a magic number."""
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            length = int.from_bytes(content[-8:-4], "little")
            end = len(content) - 8 - length
            if end < 0:
                return False
            written = json.loads(content[end:-8])["crc"]
            crc = 0
            for start in range(0, end, _BLOCK):
                crc = zlib.crc32(content[start : min(start + _BLOCK, end)], crc)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(crc == written)


# --- Turns ----------------------------------------------------------------------------


class Turn:
    """The right to write in a folder. It goes with the process, however that ends."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file
        self.handed_on = False  # to a thread, which gives it back

    @classmethod
    def taken(
        cls, folder: Path, patience: float, *, gives_way: bool = False
    ) -> Turn | None:
        """Takes the turn if it can be had within so many seconds.

        Who gives way waits for nobody whose turn takes long. Raises OSError where the
        folder cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + patience
        file = (folder / _LOCK).open("a")
        try:
            while not cls._locks(file):
                long = gives_way and os.fstat(file.fileno()).st_size
                if long or time.monotonic() >= until:
                    file.close()
                    return None
                time.sleep(0.02)
        except BaseException:
            file.close()
            raise
        if not _is_at(file, folder / _LOCK):  # the folder was deleted meanwhile
            file.close()
            return cls.taken(folder, patience, gives_way=gives_way)
        file.truncate(0)
        return cls(file)

    @staticmethod
    def _locks(file: TextIOWrapper) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def takes_long(self) -> None:
        """Tells others that this is no matter of a moment."""
        self._file.write("long")
        self._file.flush()

    def give_back(self) -> None:
        """Lets others write; said aloud, since a child may have the file open too."""
        if not self._file.closed:
            fcntl.flock(self._file, fcntl.LOCK_UN)
            with suppress(OSError):  # of a disk that had no room to say it takes long
                self._file.close()


def _is_at(file: TextIOWrapper, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
