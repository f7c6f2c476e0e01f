"""The index in its folder: opened, kept in step with the database, built anew.

The folder `SEARCH_DIR` holds one folder for each build, and a file `current` that names
the one in use; a new build takes its place in one step. Every commit carries a mark:
which database it was read from, by which schema, up to which revision. From it anybody
sees what is missing. Changes are written by one process at a time, who holds the file
`lock`; readers wait for nobody.

Trouble with the folder is never an error of a page or a command: what cannot be used is
built anew, and until then there is no index (`current` says None).
"""

from __future__ import annotations

import fcntl
import json
import logging
import shutil
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import tantivy
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from postings.models import DatabaseState, JobPosting, Tombstone
from postings.search import schema
from postings.search.document import documents

_log = logging.getLogger(__name__)

#: Postings read and given to the index at a time, and its memory before it writes.
_BATCH, _HEAP = 500, 128_000_000
_SMALL_HEAP = 15_000_000  # the least tantivy takes

#: What a page does itself before it answers: changes it adds, postings it builds from.
#: More is done beside it, and the page answers from what there is.
PAGE_CHANGES, PAGE_POSTINGS = 500, 2_000

#: Seconds a page waits for another process that is just writing.
_PAGE_PATIENCE = 0.5

_MARK = "mark"


class Mark(NamedTuple):
    """What an index holds: the postings of a database up to a revision."""

    database: str
    schema: str
    revision: int


@dataclass(frozen=True, slots=True)
class Opened:
    """One state of the index; it stays as it is however often it is asked."""

    searcher: tantivy.Searcher
    mark: Mark


@dataclass(frozen=True, kw_only=True, slots=True)
class Synced:
    """What a sync or a rebuild did. `done` is False where another was at it."""

    done: bool
    rebuilt: bool = False
    postings: int = 0
    revision: int = 0


@dataclass(slots=True)
class _Reader:
    """What this process has open: files are opened again when they have changed."""

    folder: Path
    stamp: object = None
    index: tantivy.Index | None = None
    opened: Opened | None = None
    guard: threading.Lock = field(default_factory=threading.Lock)
    beside: threading.Thread | None = None


_readers: dict[Path, _Reader] = {}


def _reader() -> _Reader:
    folder = Path(settings.SEARCH_DIR)
    return _readers.setdefault(folder, _Reader(folder))


def forget() -> None:
    """Closes what this process has open of the folder `SEARCH_DIR` names."""
    _readers.pop(Path(settings.SEARCH_DIR), None)


# --- Reading --------------------------------------------------------------------------


def current() -> Opened | None:
    """The index in step with the database, as far as a page can wait for it.

    A few missing changes are added first, a small index is built first; what takes
    longer is begun beside, and the state there is answered from meanwhile. None where
    there is none. Cost: one query, two looks at files.
    """
    reader = _reader()
    opened = _opened(reader)
    wanted = _wanted()
    if opened is not None and opened.mark == wanted:
        return opened
    try:
        if opened is not None and _follows(opened.mark, wanted):
            if wanted.revision - opened.mark.revision <= PAGE_CHANGES:
                sync(patience=_PAGE_PATIENCE)
            else:
                _begin(reader, sync)
        elif JobPosting.objects.count() <= PAGE_POSTINGS:
            rebuild(patience=_PAGE_PATIENCE)
        else:
            _begin(reader, rebuild)
    except OSError as error:
        _log.warning("The search index could not be brought up to date: %s", error)
    return _opened(reader)


def give_up(opened: Opened) -> None:
    """Puts away an index a query failed on; the next `current` builds another."""
    reader = _reader()
    with reader.guard:
        if reader.opened is opened:
            with suppress(OSError):
                (reader.folder / "current").unlink()
            reader.opened = reader.index = reader.stamp = None
    _log.error("The search index is damaged and is built anew.")


def _wanted() -> Mark:
    state = DatabaseState.objects.filter(pk=1).values_list("database_id", "revision")
    database, revision = state.first() or (DatabaseState.identity(), 0)
    return Mark(str(database), schema.FINGERPRINT, revision)


def _follows(mark: Mark, wanted: Mark) -> bool:
    """Whether adding changes to what the mark says can lead to what is wanted."""
    return mark[:2] == wanted[:2] and mark.revision <= wanted.revision


def _opened(reader: _Reader) -> Opened | None:
    with reader.guard:
        stamp = _stamp(reader.folder)
        if stamp != reader.stamp or stamp is None:
            name = stamp[0] if stamp else ""
            same = reader.stamp is not None and _named(reader.stamp) == name
            reader.index = reader.index if same else None
            reader.opened = None
            if name:
                reader.opened = _reopened(reader, reader.folder / name)
            reader.stamp = stamp if reader.opened else None
        return reader.opened


def _named(stamp: object) -> str:
    return str(stamp[0]) if isinstance(stamp, tuple) else ""


def _reopened(reader: _Reader, path: Path) -> Opened | None:
    try:
        if reader.index is None:
            reader.index = _open(path)
        else:
            reader.index.reload()
        searcher = reader.index.searcher()
        mark = _read_mark(searcher)
    except BaseException as error:
        if not _is_damage(error):
            raise
        _log.warning("The search index in %s cannot be read: %s", path.name, error)
        reader.index = None
        return None
    return Opened(searcher, mark) if mark else None


def _stamp(folder: Path) -> tuple[str, int, int] | None:
    """Changes with every commit, and with every build."""
    try:
        name = (folder / "current").read_text("utf-8").strip()
        found = (folder / name / "meta.json").stat()
    except (OSError, UnicodeDecodeError):
        return None
    return (name, found.st_mtime_ns, found.st_ino) if name else None


def _open(path: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(path))
    index.config_reader(reload_policy="manual")
    return schema.register(index)


def _read_mark(searcher: tantivy.Searcher) -> Mark | None:
    query = tantivy.Query.term_query(schema.SCHEMA, schema.MARK, _MARK)
    hits = searcher.search(query, 1).hits
    if not hits:
        return None
    values = searcher.doc(hits[0][1])[schema.MARK]
    return Mark(*json.loads(next(value for value in values if value != _MARK)))


def is_damage(error: BaseException) -> bool:
    """Whether an exception is one of tantivy's: its panics are no `Exception`."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


_is_damage = is_damage


def damaged_files(folder: Path) -> list[str]:
    """Files of a build whose content is not what was written (by their own CRC-32).

    Cost: reads all of it, about a second a gigabyte.
    """
    return [path.name for path in sorted(folder.iterdir()) if not _is_whole(path)]


def _is_whole(path: Path) -> bool:
    """A file of tantivy ends in a JSON footer, its length and a magic number."""
    if path.name.startswith(".") or path.suffix in {".json", ".lock"}:
        return True
    content = path.read_bytes()
    size = int.from_bytes(content[-8:-4], "little")
    try:
        crc = json.loads(content[-8 - size : -8])["crc"]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(zlib.crc32(memoryview(content)[: -8 - size]) == crc)


def number(result: tantivy.SearchResult) -> int:
    """How many documents a search counted; its type says nothing of them."""
    return int(getattr(result, "count", None) or 0)


# --- Writing --------------------------------------------------------------------------


def sync(
    *, patience: float = 0.0, progress: Callable[[int], None] | None = None
) -> Synced:
    """Adds what changed since the mark, in one commit; builds anew what cannot follow.

    Waits `patience` seconds for another writer at most. Raises OSError where the folder
    cannot be written; the index then stays as it was.
    """
    reader = _reader()
    with _writing(reader.folder, patience) as mine:
        if not mine:
            return Synced(done=False)
        opened = _opened(reader)
        wanted = _wanted()
        if opened is None or not _follows(opened.mark, wanted):
            return _build(reader, progress)
        return _added(reader, opened.mark, wanted, progress)


def rebuild(
    *, patience: float = 0.0, progress: Callable[[int], None] | None = None
) -> Synced:
    """Builds an index beside the one in use and takes it into use.

    Raises OSError where the folder cannot be written.
    """
    reader = _reader()
    with _writing(reader.folder, patience) as mine:
        if not mine:
            return Synced(done=False)
        return _build(reader, progress)


def _added(
    reader: _Reader,
    mark: Mark,
    wanted: Mark,
    progress: Callable[[int], None] | None,
) -> Synced:
    changed = list(
        JobPosting.objects.filter(revision__gt=mark.revision)
        .order_by("revision")
        .values_list("pk", flat=True)
    )
    purged = list(
        Tombstone.objects.filter(revision__gt=mark.revision).values_list(
            "posting_id", flat=True
        )
    )
    if mark == wanted and not changed and not purged:
        return Synced(done=True, revision=mark.revision)
    name = (reader.folder / "current").read_text("utf-8").strip()
    index = _open(reader.folder / name)
    few = len(changed) <= PAGE_CHANGES
    with _damage_as_os_error():
        writer = index.writer(_SMALL_HEAP if few else _HEAP, 1)
        for pk in (*changed, *purged):
            writer.delete_documents_by_term(schema.PK, pk)
        _add(writer, changed, progress)
        _commit(writer, wanted)
    return Synced(done=True, postings=len(changed), revision=wanted.revision)


def _build(reader: _Reader, progress: Callable[[int], None] | None) -> Synced:
    wanted = _wanted()
    name = f"index-{uuid.uuid4().hex[:12]}"
    folder = reader.folder / name
    in_use = _named(_stamp(reader.folder))
    for other in reader.folder.glob("index-*"):
        if other.name != in_use:
            shutil.rmtree(other, ignore_errors=True)
    folder.mkdir()
    ids = list(JobPosting.objects.order_by("pk").values_list("pk", flat=True))
    try:
        with _damage_as_os_error():
            index = schema.register(tantivy.Index(schema.SCHEMA, str(folder)))
            small = len(ids) <= PAGE_POSTINGS
            writer = index.writer(_SMALL_HEAP if small else _HEAP, 1)
            _add(writer, ids, progress)
            _commit(writer, wanted)
        _point_at(reader.folder, name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if in_use:
        shutil.rmtree(reader.folder / in_use, ignore_errors=True)
    return Synced(done=True, rebuilt=True, postings=len(ids), revision=wanted.revision)


def _add(
    writer: tantivy.IndexWriter,
    ids: Sequence[int],
    progress: Callable[[int], None] | None,
) -> None:
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        for _pk, document in documents(batch):
            writer.add_document(document)
        if progress:
            progress(start + len(batch))


def _commit(writer: tantivy.IndexWriter, mark: Mark) -> None:
    writer.delete_documents_by_term(schema.MARK, _MARK)
    document = tantivy.Document()
    document.add_text(schema.MARK, _MARK)
    document.add_text(schema.MARK, json.dumps(mark))
    writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _point_at(folder: Path, name: str) -> None:
    pointer = folder / f"current-{uuid.uuid4().hex[:8]}"
    pointer.write_text(name, "utf-8")
    pointer.replace(folder / "current")


@contextmanager
def _damage_as_os_error() -> Iterator[None]:
    """What tantivy raises of a disk (full, not writable, damaged), as an OSError."""
    try:
        yield
    except (DatabaseError, OSError):
        raise
    except BaseException as error:
        if not _is_damage(error):
            raise
        raise OSError(str(error)) from error


@contextmanager
def _writing(folder: Path, patience: float) -> Iterator[bool]:
    """Holds the folder's lock, if it is had within so many seconds.

    It goes with the process that holds it, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with (folder / "lock").open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    yield False
                    return
                time.sleep(0.02)
            else:
                break
        yield True


def _begin(reader: _Reader, work: Callable[[], Synced]) -> None:
    """Does it in a thread of this process, unless one is at it."""

    def run() -> None:
        try:
            work()
        except (OSError, DatabaseError) as error:
            _log.warning("The search index could not be brought up to date: %s", error)
        finally:
            connection.close()

    if reader.beside is None or not reader.beside.is_alive():
        reader.beside = threading.Thread(target=run, name="search-index", daemon=True)
        reader.beside.start()


def sync_soon() -> None:
    """After the transaction there may be, adds its changes without being waited for.

    Pages find what is missing anyway: this only saves the next one the work.
    """
    transaction.on_commit(lambda: _begin(_reader(), sync))
