"""Worker processes: the same entries in the same order, whatever happens to them."""

import json
import os
import signal
import threading
from collections.abc import Generator, Iterable, Iterator
from multiprocessing import active_children
from typing import Any

import pytest

from postings.ingest import read, work
from postings.ingest.prepare import Digests, Entry, Held, Prepared, Rejected, Settings
from postings.ingest.read import Document, Portion, Unread, unread
from postings.ingest.report import Code, Problem, Sentence, Severity
from postings.ingest.work import Task
from postings.ingest.work.task import Fault, Part, Step, certain
from tests.ingest.support import node
from tests.ingest.unreadable import Lines, NoBytes

NOTHING_HELD = Settings("UTC", Digests())


def lines(*records: Any) -> bytes:
    return b"".join(
        (record if isinstance(record, str) else json.dumps(record)).encode() + b"\n"
        for record in records
    )


def numbered(count: int) -> list[dict[str, Any]]:
    return [node(identifier=f"n-{number}") for number in range(count)]


def documents() -> list[Document]:
    feed = lines(*numbered(3000), "{broken", node(title=None), *numbered(2))
    return [
        Document(name="feed.ndjson", content=feed),
        Document(name="list.json", content=json.dumps(numbered(40)).encode()),
        *(
            Document(name=f"{number}.json", content=json.dumps(record).encode())
            for number, record in enumerate(numbered(300))
        ),
        Document(name="none.json", content=b"[]"),
        Document(name="page.html", content=b"<p>No jobs.</p>"),
    ]


def portions(found: Iterable[Document]) -> Iterator[Portion | Unread]:
    yield unread("gone.json", Code.UNREADABLE, Sentence("The file could not be read."))
    for document in found:
        yield from read.portions(document)


def tasks_of(found: Iterable[Portion | Unread | work.End]) -> list[Task]:
    return [task for task in work.tasks(found) if task is not None]


def worked(
    found: Iterable[Document],
    *,
    jobs: int,
    settings: Settings = NOTHING_HELD,
    **more: Any,
) -> list[Entry | Problem]:
    with work.Pool(jobs, **more) as pool:
        pool.start(jobs)
        return [
            entry
            for result in pool.work(work.tasks(portions(found)), settings)
            if result is not None
            for entry in result.entries
        ]


def test_more_processes_give_the_same_entries_in_the_same_order() -> None:
    alone = worked(documents(), jobs=1)
    assert len(alone) == 1 + 3004 + 40 + 300 + 1 + 1
    assert worked(documents(), jobs=3) == alone
    assert [entry.locator for entry in alone[3000:3005]] == [
        "feed.ndjson:3000",
        "feed.ndjson:3001",
        "feed.ndjson:3002",
        "feed.ndjson:3003",
        "feed.ndjson:3004",
    ]


def test_small_documents_go_together_and_long_ones_in_parts() -> None:
    found = tasks_of(portions(documents()))
    assert 3 < len(found) < 12
    assert sum(task.size for task in found) == sum(len(d.content) for d in documents())


def test_a_held_record_comes_back_by_its_digest_alone() -> None:
    (entry,) = worked([Document(name="d", content=lines(node()))], jobs=1)[1:]
    assert isinstance(entry, Prepared)
    held = Settings("UTC", Digests([entry.node.digest]))
    (known,) = worked(
        [Document(name="d", content=lines(node()))], jobs=1, settings=held
    )[1:]
    assert known == Held(entry.node.digest, "d", "d", ())


def test_a_held_record_can_be_had_whole_again() -> None:
    content = lines(*numbered(3))
    (task,) = tasks_of(read.portions(Document(name="d", content=content)))
    whole = list(certain(task, NOTHING_HELD))
    second = whole[1]
    assert isinstance(second, Prepared)
    again = work.again(task, {second.node.digest}, NOTHING_HELD)
    assert [type(entry) for entry in again] == [Held, Prepared, Held]
    assert again[1] == second


def test_a_note_of_a_document_is_no_record_to_be_had_again() -> None:
    (task,) = tasks_of(
        portion
        for content in (b"[]", lines(node()), b"[]")
        for portion in read.portions(Document(name="d", content=content))
    )
    first, record, last = certain(task, NOTHING_HELD)
    assert isinstance(record, Prepared)
    assert isinstance(first, Problem)
    assert first == last
    assert first.severity is Severity.PASSED
    assert work.again(task, {record.node.digest}, NOTHING_HELD) == [record]


# --- Records that stop a worker -----------------------------------------------------

#: Far more work than `SECONDS` of a processor, where a worker's start is far less.
SLOW = node(
    identifier="slow",
    **dict.fromkeys(
        (
            *("description", "responsibilities", "qualifications", "jobBenefits"),
            *("employerOverview", "incentiveCompensation", "experienceRequirements"),
            *("educationRequirements", "eligibilityToWorkRequirement"),
        ),
        "<ul><li>x<ul><li>y</ul></ul>" * 3_700,
    ),
)
SECONDS = 1.5


def test_a_record_that_takes_too_long_costs_itself_alone() -> None:
    feed = [*numbered(5), SLOW, *numbered(9)[5:]]
    document = Document(name="d", content=lines(*feed))
    found = worked([document], jobs=2, seconds=SECONDS)[1:]
    assert [entry.locator for entry in found] == [f"d:{n}" for n in range(1, 11)]
    slow = found[5]
    assert isinstance(slow, Rejected)
    assert [problem.code for problem in slow.problems] == [Code.OVERTIME]
    assert json.loads(slow.raw)["identifier"] == "slow"
    assert all(isinstance(entry, Prepared) for entry in (*found[:5], *found[6:]))


def test_workers_killed_from_outside_cost_nothing() -> None:
    content = lines(*numbered(6000))
    killed: list[int] = []

    def kill() -> None:
        for process in active_children():
            if process.pid is not None and process.pid not in killed:
                killed.append(process.pid)
                os.kill(process.pid, signal.SIGKILL)

    with work.Pool(2) as pool:
        tasks = tasks_of(read.portions(Document(name="d", content=content)))
        pool.start(2)
        found: list[Entry | Problem] = []
        for result in pool.work(tasks, NOTHING_HELD):
            if len(killed) < 4:
                killer = threading.Thread(target=kill)
                killer.start()
                killer.join()
            assert result is not None
            found += result.entries
    assert len(killed) >= 2
    assert [entry.locator for entry in found] == [f"d:{n}" for n in range(1, 6001)]
    assert all(isinstance(entry, Prepared) for entry in found)


@pytest.mark.parametrize("jobs", [1, 2])
def test_reading_that_fails_in_a_line_costs_that_line_alone(jobs: int) -> None:
    # One job reads in this process, which nothing stops.
    good, slow = (lines(record) for record in (node(), SLOW if jobs > 1 else node()))
    several: Any = [good, NoBytes("mine"), good, slow, NoBytes("mine"), good]
    task = Task((Part(Lines("d", several, 1)), Part(Portion("e", good, 1))))
    with work.Pool(jobs, seconds=SECONDS) as pool:
        pool.start(2)
        (result,) = pool.work([task], NOTHING_HELD)
        assert result is not None
        found = outcomes(result.entries)
    stopped = "overtime" if jobs > 1 else ""
    assert found == [
        *(("d:1", ""), ("d:2", "reader-failed"), ("d:3", "")),
        *(("d:4", stopped), ("d:5", "reader-failed"), ("d:6", ""), ("e:1", "")),
    ]


FAULT = Fault(Code.READER_FAILED, Sentence("It failed."))


def past(content: bytes, *steps: Step) -> list[Entry | Problem]:
    """What is made of a document by workers that were stopped at these steps."""
    (task,) = tasks_of(read.portions(Document(name="d", content=content)))
    for step in steps:
        task = task.past(step, FAULT)
    return list(certain(task, NOTHING_HELD))


def outcomes(entries: Iterable[Entry | Problem]) -> list[tuple[str, str]]:
    return [
        (
            entry.locator,
            str(entry.problems[-1].code) if isinstance(entry, Rejected) else "",
        )
        for entry in entries
    ]


def test_a_record_that_stopped_a_worker_is_passed_over_with_its_text() -> None:
    found = past(lines(*numbered(3)), Step(0, 1, reading=False))
    assert outcomes(found) == [("d:1", ""), ("d:2", "reader-failed"), ("d:3", "")]
    assert isinstance(found[1], Rejected)
    assert json.loads(found[1].raw) == numbered(3)[1]
    assert found[1].document == "d"


def test_lines_that_stop_reading_are_read_one_by_one_and_cost_their_own() -> None:
    steps = Step(0, 1, reading=True), Step(1, 0, reading=True)
    found = past(lines(*numbered(3)), *steps)
    assert outcomes(found) == [("d:1", ""), ("d:2", "reader-failed"), ("d:3", "")]
    assert isinstance(found[1], Rejected)
    assert json.loads(found[1].raw) == numbered(3)[1]


def test_a_document_that_stops_reading_keeps_what_came_before() -> None:
    content = json.dumps(numbered(3)).encode()
    found = past(content, Step(0, 2, reading=True))
    assert outcomes(found) == [("d#/0", ""), ("d#/1", ""), ("d", "reader-failed")]
    assert isinstance(found[2], Rejected)
    assert json.loads(found[2].raw) == numbered(3)


def test_a_step_is_a_number_and_back() -> None:
    for step in (Step(0, 0, reading=True), Step(7, 2**31, reading=False)):
        assert Step.of_number(step.as_number()) == step


def test_the_parts_of_a_task_that_ended_documents_are_kept() -> None:
    found: list[Portion | Unread | work.End]
    found = [Portion("a", b"1"), work.End("a"), Portion("b", b"2"), work.End("b")]
    (task,) = tasks_of(found)
    assert task.past(Step(0, 0, reading=False), FAULT).ends == ("a", "b")
    assert task.parts[0] == Part(Portion("a", b"1"))
    assert list(work.tasks([work.End("a")])) == [Task((), ("a",))]


# --- Sources that fall silent, and go on or not --------------------------------------


def test_what_there_is_becomes_a_task_where_nothing_more_comes_for_a_while() -> None:
    first, second = Portion("a", b"1"), Portion("b", b"2")
    found = [None, first, work.End("a"), None, None, second]
    assert list(work.tasks(found)) == [
        None,
        Task((Part(first),), ("a",)),
        None,
        None,
        Task((Part(second),)),
    ]


def test_a_silent_source_gives_none_until_it_goes_on() -> None:
    silent = threading.Event()

    def source() -> Generator[int, None, None]:
        yield 1
        yield 2
        silent.wait(60)
        yield 3

    said: list[int | None] = []
    with work.ahead(source(), quiet=0.01) as found:
        for each in found:
            if each is not None or said[-1] is not None:
                said.append(each)
            if each is None:
                silent.set()
    assert [each for each in said if each is not None] == [1, 2, 3]
    assert None in said[said.index(2) : said.index(3)]


def test_what_a_source_raises_is_raised_where_it_is_waited_for() -> None:
    def source() -> Generator[int, None, None]:
        yield 1
        raise FileNotFoundError("gone")

    with work.ahead(source()) as found:
        assert next(found) == 1
        with pytest.raises(FileNotFoundError, match="gone"):
            next(found)


def test_a_source_nobody_wants_more_of_is_closed() -> None:
    closed = threading.Event()

    def source() -> Generator[int, None, None]:
        try:
            yield from range(1000)
        finally:
            closed.set()

    with work.ahead(source()) as found:
        assert next(found) == 0
    assert closed.wait(60)
