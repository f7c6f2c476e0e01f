"""What a worker is given, and how it goes on after a record that stopped one."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from postings.ingest import prepare, read
from postings.ingest.prepare import Entry, Settings
from postings.ingest.read import MAX_RAW, Node, Portion, Unread, storable
from postings.ingest.report import Code, Problem, Sentence, Severity, sentence

#: Bytes of small documents that are one task together.
SIZE = 2**18


class Fault(NamedTuple):
    """Why a record could not be worked on."""

    code: Code
    message: Sentence


class Step(NamedTuple):
    """Where work stands: a part of the task, an entry of the part, what is done.

    `reading`: the entry is being read, and not yet prepared.
    """

    part: int
    entry: int
    reading: bool

    def as_number(self) -> int:
        return self.part << 33 | self.entry << 1 | self.reading

    @classmethod
    def of_number(cls, number: int) -> Step:
        return cls(number >> 33, number >> 1 & 0xFFFFFFFF, bool(number & 1))


@dataclass(frozen=True, slots=True)
class Part:
    """A portion, with the entries of it that stopped a worker.

    Where reading itself stopped, nothing is read after `ends` entries.
    """

    portion: Portion
    faults: dict[int, Fault] = field(default_factory=dict)
    ends: int | None = None

    def unread(self) -> Unread:
        """What is left of the portion where nothing more of it can be read."""
        portion = self.portion
        return Unread(
            problem=Problem(
                code=Code.UNREADABLE,
                severity=Severity.REJECTED,
                message=sentence("It was not read to its end."),
                locator=portion.locator,
            ),
            raw=storable(portion.content[:MAX_RAW].decode("utf-8", "replace")),
            document=portion.name,
            address=portion.address,
        )

    def entries(self) -> Iterator[Node | Unread]:
        return islice(read.in_portion(self.portion), self.ends)


@dataclass(frozen=True, slots=True)
class Task:
    """Parts of documents, in their order, that one worker works on.

    `ends` names the documents that end with it.
    """

    parts: tuple[Part | Unread, ...]
    ends: tuple[str, ...] = ()

    @property
    def document(self) -> str:
        """The name of the last document in it; empty where none could be read."""
        names = [p.portion.name for p in self.parts if isinstance(p, Part)]
        return names[-1] if names else ""

    @property
    def size(self) -> int:
        """Bytes of documents."""
        return sum(len(p.portion.content) for p in self.parts if isinstance(p, Part))

    def past(self, step: Step, fault: Fault) -> Task:
        """The task with what stopped it at a step set aside.

        Lines that can't be read together are read one by one.
        """
        part = self.parts[step.part]
        if isinstance(part, Unread):
            raise TypeError("There is nothing in an unread document to stop at.")
        instead: list[Part]
        if not step.reading:
            instead = [replace(part, faults=part.faults | {step.entry: fault})]
        elif len(lines := part.portion.split()) > 1:
            instead = [Part(line) for line in lines]
        else:
            faults = part.faults | {step.entry: fault}
            instead = [replace(part, faults=faults, ends=step.entry)]
        before, after = self.parts[: step.part], self.parts[step.part + 1 :]
        return replace(self, parts=(*before, *instead, *after))


class End(NamedTuple):
    """There is no more of a document."""

    document: str


def tasks(found: Iterable[Portion | Unread | End | None]) -> Iterator[Task | None]:
    """Portions as tasks: each by itself, but small ones together.

    Where nothing comes for a while, which is None, those there are, and None.
    """
    parts: list[Part | Unread] = []
    ends: list[str] = []
    size, began = 0, time.monotonic()
    for portion in found:
        if portion is None:
            if parts or ends:
                yield Task(tuple(parts), tuple(ends))
                parts, ends, size = [], [], 0
            yield None
            continue
        if isinstance(portion, End):
            ends.append(portion.document)
            continue
        more = len(portion.raw if isinstance(portion, Unread) else portion.content)
        if parts and (size + more > SIZE or time.monotonic() - began > PATIENCE):
            yield Task(tuple(parts), tuple(ends))
            parts, ends, size = [], [], 0
        began = began if parts else time.monotonic()
        parts.append(portion if isinstance(portion, Unread) else Part(portion))
        size += more + _OVERHEAD
    if parts or ends:
        yield Task(tuple(parts), tuple(ends))


_OVERHEAD = 256

#: Seconds after which portions are worked on, however few.
PATIENCE = 5.0


def entries(
    task: Task, settings: Settings, at: Callable[[Step], None]
) -> Iterator[Entry | Problem]:
    """Works on a task; `at` is told of each step before it is made.

    A problem that is of no record comes where it was met. Raises whatever reading or
    preparing raises, which would be the program's mistake.
    """
    for number, part in enumerate(task.parts):
        if isinstance(part, Unread):
            yield prepare.complete(part, settings.site_zone)
            continue
        at(Step(number, 0, reading=True))
        for position, found in enumerate(part.entries()):
            at(Step(number, position, reading=False))
            if fault := part.faults.get(position):
                yield prepare.lost(found, *fault)
            else:
                yield prepare.entry(found, settings)
            at(Step(number, position + 1, reading=True))
        if part.ends is not None:
            yield prepare.lost(part.unread(), *part.faults[part.ends])


def certain(task: Task, settings: Settings) -> Iterator[Entry | Problem]:
    """Works on a task; what raises costs its record and is reported."""
    step, done = Step(0, 0, reading=True), 0

    def note(now: Step) -> None:
        nonlocal step
        step = now

    while True:
        try:
            for each in islice(entries(task, settings, note), done, None):
                yield each
                done += 1
        except Exception as error:  # noqa: BLE001 - any: it must cost no neighbour
            task = task.past(step, failed(error))
        else:
            return


def failed(error: Exception) -> Fault:
    """What is said of a record at which the program failed."""
    message = sentence(
        "The program failed at it ({error}).",
        error=f"{type(error).__name__}: {error}",
    )
    return Fault(Code.READER_FAILED, message)


def again(task: Task, digests: Collection[str], settings: Settings) -> list[Entry]:
    """The records of a task, with those of these digests prepared in any case.

    And all others taken for held, so that only reading is done twice.
    """
    read_again = certain(task, replace(settings, held=_AllBut(digests)))
    return [entry for entry in read_again if not isinstance(entry, Problem)]


class _AllBut:
    def __init__(self, digests: Collection[str]) -> None:
        self._digests = digests

    def __contains__(self, digest: object) -> bool:
        return digest not in self._digests
