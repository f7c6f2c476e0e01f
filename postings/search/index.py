"""The index: opened, kept in step with the database, built anew.

Every commit carries a mark: which database it was read from, by which schema, up to
which revision. From it anybody sees what is missing. Changes are written by one process
at a time; readers wait for nobody (`postings.search.folder`).

Trouble with the folder is never an error of a page or an editor's save: what cannot be
used is built anew, and until then there is no index (`current` says None).
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar

import tantivy
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from postings.models import JobPosting
from postings.search import folder as files
from postings.search import marks, schema
from postings.search.document import documents
from postings.search.folder import State, Turn, is_damage
from postings.search.marks import Mark, Witness

_log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")

#: Hears how many postings are in, and of how many.
Progress: TypeAlias = Callable[[int, int], None]

#: Postings read and given to the index at a time, and its memory before it writes.
_BATCH, _HEAP = 500, 64_000_000
_SMALL_HEAP = 15_000_000  # the least tantivy takes

#: What a page does itself before it answers: changes it adds, postings it builds from.
#: More is done beside it, and the page answers from what there is.
PAGE_CHANGES, PAGE_POSTINGS = 100, 2_000

#: Seconds a page waits for another that is just writing as little as a page would.
_PAGE_PATIENCE = 2.0

#: Seconds whoever else syncs or rebuilds waits, where nothing else is said.
PATIENCE = 10.0

#: Seconds between commits that pages begin beside them while much is being written.
GAP = 2.0

#: Seconds nothing is tried after a disk was full or not to be written.
REST = 5.0

#: Seconds between two looks at the files of a build in which searches fail.
_VERIFIED = 60.0

#: Bytes of a build that are looked at before it is first used, about 0.05 s. Of a
#: larger one beside its use.
_LOOKED_AT = 64_000_000

#: Seconds the end of a process waits for what it writes beside; a commit takes less.
_LAST_PATIENCE = 10.0

_MARK = "mark"


@dataclass(frozen=True, slots=True)
class Opened:
    """One state of the index; it stays as it is however often it is asked."""

    searcher: tantivy.Searcher
    mark: Mark
    witness: Witness = field(default=Witness(), compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Synced:
    """What a sync or a rebuild did. `done` is False where another was at it.

    `damaged` are files that were not as written; the index was then built anew.
    """

    done: bool
    rebuilt: bool = False
    postings: int = 0
    revision: int = 0
    damaged: tuple[str, ...] = ()


class _Stopped(Exception):  # noqa: N818 - says what is
    """This process is ending; what was begun is begun again by another."""


@dataclass(slots=True)
class _Reader:
    """What this process has open: files are opened again when they have changed."""

    folder: Path
    state: State | None = None
    index: tantivy.Index | None = None
    opened: Opened | None = None
    guard: threading.RLock = field(default_factory=threading.RLock)
    beside: threading.Thread | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    rests_until: float = 0.0
    verified: dict[str, float] = field(default_factory=dict)


_readers: dict[Path, _Reader] = {}

# A child has neither the threads of its parent nor a way to free their locks.
os.register_at_fork(after_in_child=_readers.clear)


def _reader() -> _Reader:
    folder = Path(settings.SEARCH_DIR)
    return _readers.setdefault(folder, _Reader(folder))


def forget() -> None:
    """Closes what this process has open of the folder `SEARCH_DIR` names."""
    reader = _readers.pop(Path(settings.SEARCH_DIR), None)
    if reader is not None:
        _stop(reader)


@atexit.register
def _stop_all() -> None:
    """Lets threads come to an end: they cannot run on when Python no longer does."""
    for reader in list(_readers.values()):
        _stop(reader)


def _stop(reader: _Reader) -> None:
    reader.stopping.set()
    if reader.beside is not None and reader.beside.is_alive():
        reader.beside.join(_LAST_PATIENCE)


# --- Reading --------------------------------------------------------------------------


def ask(
    answer: Callable[[Opened], _Answer], otherwise: Callable[[], _Answer]
) -> _Answer:
    """The index's answer, or another where there is no index or its files are damaged.

    Where an answer fails as damage does, the files are looked at beside, and built anew
    where they are not as they were written.
    """
    opened = current()
    if opened is None:
        return otherwise()
    try:
        return answer(opened)
    except BaseException as error:
        if not is_damage(error):
            raise
        _log.exception("A search failed; the files of the index are looked at.")
        _suspect(_reader())
        return otherwise()


def current() -> Opened | None:
    """The index in step with the database, as far as a page can wait for it.

    A few missing changes are added first, a small index is built first; what takes
    longer is begun beside, and the state there is answered from meanwhile. None where
    there is none of this database. Cost: one query, two small files.
    """
    reader = _reader()
    opened = _opened(reader)
    wanted = marks.wanted()
    if opened is not None and opened.mark == wanted:
        return opened
    if time.monotonic() >= reader.rests_until:
        try:
            if _is_little(opened, wanted):
                _sync(reader, patience=_PAGE_PATIENCE, gives_way=True)
            elif files.seconds_since_commit(reader.folder) >= GAP or opened is None:
                _begin(reader)
        except OSError as error:
            _rest(reader, error)
        opened = _opened(reader)
    return opened if opened and marks.follows(opened.mark, wanted) else None


def _is_little(opened: Opened | None, wanted: Mark) -> bool:
    """Whether a page can wait until this is done."""
    if opened is not None and marks.follows(opened.mark, wanted):
        purged = marks.purged_since(opened.mark)[: PAGE_CHANGES + 1].count()
        return (
            purged + len(marks.changed_since(opened.mark, PAGE_CHANGES + 1))
            <= PAGE_CHANGES
        )
    return JobPosting.objects.all()[: PAGE_POSTINGS + 1].count() <= PAGE_POSTINGS


def _rest(reader: _Reader, error: BaseException) -> None:
    reader.rests_until = time.monotonic() + REST
    _log.warning("The search index could not be brought up to date: %s", error)


def _opened(reader: _Reader) -> Opened | None:
    with reader.guard:
        state = files.state(reader.folder)
        if state is None or state != reader.state:
            if state is None or reader.state is None or state.name != reader.state.name:
                reader.index = None
            reader.opened = _reopened(reader, state) if state else None
            reader.state = state if reader.opened else None
        return reader.opened


def _reopened(reader: _Reader, state: State) -> Opened | None:
    build = reader.folder / state.name
    try:
        if reader.index is None:
            _look_at(reader, build)
            reader.index = _open(build)
        else:
            reader.index.reload()
        return _marked(reader.index.searcher())
    except BaseException as error:
        if not is_damage(error):
            raise
        reader.index = None
        if files.in_use(reader.folder) == state.name:
            _log.warning("The search index cannot be read: %s", error)
            return None
    # Another build took its place just now.
    newer = files.state(reader.folder)
    return _reopened(reader, newer) if newer and newer.name != state.name else None


def _look_at(reader: _Reader, build: Path) -> None:
    """Raises OSError where a build that is new to this process is damaged."""
    if build.name in reader.verified:
        return
    if files.size(build) > _LOOKED_AT:
        _begin(reader, verify=True)
    elif names := files.damaged(build):
        raise OSError(f"{', '.join(names)} not as written")
    else:
        reader.verified = {build.name: time.monotonic()}


def _suspect(reader: _Reader) -> None:
    name = files.in_use(reader.folder)
    if time.monotonic() - reader.verified.get(name, -_VERIFIED) >= _VERIFIED:
        _begin(reader, verify=True)


def _open(build: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(build))
    index.config_reader(reload_policy="manual")
    return schema.register(index)


def _marked(searcher: tantivy.Searcher) -> Opened | None:
    query = tantivy.Query.term_query(schema.SCHEMA, schema.MARK, _MARK)
    hits = searcher.search(query, 1).hits
    if not hits:
        return None
    values = searcher.doc(hits[0][1])[schema.MARK]
    said = json.loads(next(value for value in values if value != _MARK))
    try:
        mark, witness = Mark(*said["mark"]), Witness(*said["witness"])
        pairs = tuple((int(pk), int(revision)) for pk, revision in witness.postings)
    except (TypeError, KeyError) as error:
        raise ValueError("its mark says nothing") from error
    return Opened(searcher, mark, witness._replace(postings=pairs))


def number(result: tantivy.SearchResult) -> int:
    """How many documents a search counted; its type says nothing of them."""
    return int(getattr(result, "count", None) or 0)


def ids(searcher: tantivy.Searcher, result: tantivy.SearchResult) -> list[int]:
    """The ids of the postings a search found, in its order; of the mark it is 0."""
    return values(searcher, schema.PK, [address for _key, address in result.hits])


def values(
    searcher: tantivy.Searcher, name: str, addresses: list[tantivy.DocAddress]
) -> list[int]:
    """The whole numbers a field holds of documents, 0 where it holds none."""
    if not addresses:
        return []
    return [int(each or 0) for each in searcher.fast_field_values(name, addresses)]


# --- Writing --------------------------------------------------------------------------


def sync(
    *,
    patience: float | None = None,
    check: bool = False,
    progress: Progress | None = None,
) -> Synced:
    """Adds what changed since the mark, in one commit; builds anew what cannot follow.

    With `check` also what is damaged, or holds other postings than the database. Waits
    `patience` seconds (`PATIENCE`) for another writer at most. Call it outside of
    transactions: what one takes back would stay in the index until the next change.

    Raises OSError where the folder cannot be written; the index then stays as it was.
    """
    patience = PATIENCE if patience is None else patience
    return _sync(_reader(), patience=patience, check=check, progress=progress)


def takes_long() -> bool:
    """Whether a sync would add more than a page waits for. Cost: a query or two."""
    return not _is_little(_opened(_reader()), marks.wanted())


def rebuild(
    *, patience: float | None = None, progress: Progress | None = None
) -> Synced:
    """Builds an index beside the one in use and takes it into use.

    Raises OSError where the folder cannot be written.
    """
    reader = _reader()
    patience = PATIENCE if patience is None else patience
    with _turn(reader.folder, patience) as turn:
        return _build(reader, turn, progress) if turn else Synced(done=False)


def sync_soon() -> None:
    """After the transaction there may be, adds its changes without being waited for.

    Pages find what is missing anyway: this only saves the next one the work.
    """
    reader = _reader()
    transaction.on_commit(lambda: _begin(reader), robust=True)


def _sync(
    reader: _Reader,
    *,
    patience: float = 0.0,
    gives_way: bool = False,
    check: bool = False,
    progress: Progress | None = None,
) -> Synced:
    suspected = check and _damaged(reader)  # takes long: not while others wait
    with _turn(reader.folder, patience, gives_way=gives_way) as turn:
        if turn is None:
            return Synced(done=False)
        if suspected and (damaged := _damaged(reader)):
            built = _build(reader, turn, progress)
            return Synced(
                done=True,
                rebuilt=True,
                postings=built.postings,
                revision=built.revision,
                damaged=tuple(damaged),
            )
        opened = _opened(reader)
        wanted = marks.wanted()
        if (
            opened is None
            or not marks.follows(opened.mark, wanted)
            or not marks.is_same_history(opened.mark, opened.witness)
        ):
            return _build(reader, turn, progress)
        synced = _added(
            reader, turn, opened.mark, wanted, progress, reader_waits=gives_way
        )
        if check and not _is_complete(reader, wanted):
            return _build(reader, turn, progress)
        return synced


def _damaged(reader: _Reader) -> list[str]:
    name = files.in_use(reader.folder)
    return files.damaged(reader.folder / name) if name else []


def _is_complete(reader: _Reader, wanted: Mark) -> bool:
    """Whether there are as many postings here as there, unless that changes just now."""
    opened = _opened(reader)
    held = opened.searcher.num_docs - 1 if opened else -1  # without the mark
    return held == JobPosting.objects.count() or marks.wanted() != wanted


def _added(
    reader: _Reader,
    turn: Turn,
    mark: Mark,
    wanted: Mark,
    progress: Progress | None,
    *,
    reader_waits: bool,
) -> Synced:
    # Read after `wanted`: revisions become visible in order, so that none up to it is
    # missed. What is later may be here too, and will come again.
    changed = marks.changed_since(mark)
    purged = list(marks.purged_since(mark).values_list("posting_id", flat=True))
    if mark == wanted and not changed and not purged:
        return Synced(done=True, revision=mark.revision)
    if len(changed) > PAGE_CHANGES:
        turn.takes_long()
    index = _open(reader.folder / files.in_use(reader.folder))
    handed_to = reader if reader_waits else None
    with _writer(index, len(changed), handed_to, turn) as writer:
        _delete(writer, (*changed, *purged))
        _add(reader, writer, _batches(changed), len(changed), progress)
        _commit(writer, wanted)
    return Synced(done=True, postings=len(changed), revision=wanted.revision)


def _build(reader: _Reader, turn: Turn, progress: Progress | None) -> Synced:
    wanted = marks.wanted()
    turn.takes_long()
    files.remove_unused(reader.folder)
    name = files.new_build(reader.folder)
    build = reader.folder / name
    count = JobPosting.objects.count()
    try:
        index = schema.register(tantivy.Index(schema.SCHEMA, str(build)))
        with _writer(index, count, None, turn) as writer:
            added = _add(reader, writer, _every(), count, progress)
            _commit(writer, wanted)
        reader.verified = {name: time.monotonic()}
        files.use(reader.folder, name)
    except BaseException as error:
        shutil.rmtree(build, ignore_errors=True)
        if isinstance(error, ValueError):  # tantivy's, of making an index
            raise OSError(str(error)) from error
        raise
    files.remove_unused(reader.folder)
    return Synced(done=True, rebuilt=True, postings=added, revision=wanted.revision)


def _add(
    reader: _Reader,
    writer: tantivy.IndexWriter,
    batches: Iterable[Sequence[int]],
    count: int,
    progress: Progress | None,
) -> int:
    """Adds postings by their ids, of which there are about so many; how many there were."""
    added = 0
    for batch in batches:
        if reader.stopping.is_set():
            raise _Stopped
        for document in documents(batch):
            writer.add_document(document)
        added += len(batch)
        if progress:
            progress(added, max(added, count))
    return added


def _every() -> Iterator[list[int]]:
    """The ids of all postings: of a million, a list would take 40 MB."""
    rows = JobPosting.objects.order_by("pk").values_list("pk", flat=True)
    batch: list[int] = []
    while batch := list(rows.filter(pk__gt=batch[-1] if batch else 0)[:_BATCH]):
        yield batch


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def _delete(writer: tantivy.IndexWriter, ids: Sequence[int]) -> None:
    """A query a batch, since each is looked for in every segment."""
    for batch in _batches(ids):
        query = tantivy.Query.term_set_query(schema.SCHEMA, schema.PK, list(batch))
        writer.delete_documents_by_query(query)


def _commit(writer: tantivy.IndexWriter, mark: Mark) -> None:
    writer.delete_documents_by_term(schema.MARK, _MARK)
    document = tantivy.Document()
    document.add_text(schema.MARK, _MARK)
    document.add_boolean(schema.SHOWN, value=False)
    said = {"mark": mark, "witness": marks.witness_of(mark)}
    document.add_text(schema.MARK, json.dumps(said))
    writer.add_document(document)
    writer.commit()


@contextmanager
def _writer(
    index: tantivy.Index, count: int, waiting: _Reader | None, turn: Turn
) -> Iterator[tantivy.IndexWriter]:
    """tantivy's writer, which lets go of the index however this ends.

    Where a page is waiting, what was committed is merged beside it: every eighth commit
    merges others, up to 80,000 postings at a time.

    What tantivy raises of a disk (full, not writable, damaged) is an OSError. What was
    not committed is removed then, lest it fill the disk for others.
    """
    few = count <= PAGE_POSTINGS
    writer = None
    try:
        writer = index.writer(_SMALL_HEAP if few else _HEAP, 1)
        yield writer
        if waiting is None or not _merges_beside(waiting, writer, turn):
            writer.wait_merging_threads()
    except BaseException as error:
        if writer is not None:
            _let_go(index, writer)
        if isinstance(error, (DatabaseError, OSError)) or not is_damage(error):
            raise
        raise OSError(str(error)) from error


def _let_go(index: tantivy.Index, writer: tantivy.IndexWriter) -> None:
    try:
        with suppress(ValueError):
            writer.wait_merging_threads()
        writer = index.writer(_SMALL_HEAP, 1)
        writer.garbage_collect_files()
        writer.wait_merging_threads()
    except BaseException as error:
        if not is_damage(error):
            raise
        _log.debug("What a writer left could not be removed: %s", error)


@contextmanager
def _turn(
    folder: Path, patience: float, *, gives_way: bool = False
) -> Iterator[Turn | None]:
    turn = Turn.taken(folder, patience, gives_way=gives_way)
    try:
        yield turn
    finally:
        if turn is not None and not turn.handed_on:
            turn.give_back()


# --- Beside ---------------------------------------------------------------------------


def _merges_beside(reader: _Reader, writer: tantivy.IndexWriter, turn: Turn) -> bool:
    """Whether a thread of this process now waits for merges, then gives the turn back."""

    def run() -> None:
        try:
            writer.wait_merging_threads()
        except BaseException as error:
            if not is_damage(error):
                raise
            _log.warning("Parts of the search index could not be merged: %s", error)
        finally:
            turn.give_back()

    turn.handed_on = _runs_beside(reader, run)
    return turn.handed_on


def _runs_beside(reader: _Reader, work: Callable[[], None]) -> bool:
    """Begins it in a thread of this process, unless one is at work or cannot be had."""
    with reader.guard:
        alive = reader.beside is not None and reader.beside.is_alive()
        if alive or reader.stopping.is_set():
            return False
        thread = threading.Thread(target=work, name="search-index", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # as many as the system allows
            _rest(reader, error)
            return False
        reader.beside = thread
        return True


def _begin(reader: _Reader, *, verify: bool = False) -> None:
    """Brings the index up to date in a thread of this process, unless one is at it."""

    def run() -> None:
        name = files.in_use(reader.folder)
        try:
            if _sync(reader, check=verify).done and verify:
                reader.verified = {name: time.monotonic()}
        except _Stopped:
            pass
        except (OSError, DatabaseError) as error:
            _rest(reader, error)
        finally:
            connection.close()

    _runs_beside(reader, run)
