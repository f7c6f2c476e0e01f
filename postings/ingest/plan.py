"""A plan: what an import would do, record by record, in a file that can be carried out.

JSON lines: a header, a line a record and withdrawn posting, and an end, without which
it is not whole. Each record is kept with what is to become of it and how its posting
differs, so that carrying a plan out asks nobody again and can tell when the base moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from postings.ingest import drafts
from postings.ingest.normalise import READER_VERSION
from postings.ingest.prepare import Entry, Prepared, Rejected
from postings.ingest.read import Portion, planned
from postings.ingest.report import (
    Change,
    Outcome,
    Recorded,
    Report,
    Sentence,
    Severity,
    shortened,
)
from postings.sanitise import POLICY_VERSION

#: The format of the file.
_FORMAT = 1

#: Bytes of lines that are handed over together.
_PORTION = 2**18


class Unusable(Exception):  # noqa: N818 - says what is, as LookupError does
    """A file that is no whole plan of this site, or of another version; says why."""


class Moved(Exception):  # noqa: N818 - says what is, as LookupError does
    """What a plan was made on has changed since; says where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What a plan was made for: source, database, and how to close what is missing."""

    source: str
    database: str
    closing: Mapping[str, Any] | None = None
    made_at: str = ""


class Draft:
    """A plan being written: beside its place, until it is whole."""

    def __init__(self, target: Path, header: Header) -> None:
        """Raises `NotWritten`, as all that writes to it does."""
        self._draft = drafts.Draft(target)
        self._lines = 0
        self._write(
            {
                "plan": _FORMAT,
                "source": header.source,
                "database": header.database,
                "closing": header.closing,
                "made_at": header.made_at,
                "reader_version": READER_VERSION,
                "policy_version": POLICY_VERSION,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._draft.__exit__()

    def add(self, entries: Sequence[Entry], stored: Sequence[Recorded]) -> None:
        for entry, recorded in zip(entries, stored, strict=True):
            self._write({**_told(recorded), "record": _record(entry)})

    def withdraw(self, recorded: Recorded) -> None:
        self._write(_told(recorded))

    def end(self, report: Report) -> None:
        """Puts the plan in its place."""
        self._write(
            {
                "end": self._lines,
                "incomplete": report.incomplete and report.incomplete.as_json(),
            }
        )
        self._draft.keep()

    def _write(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=True, separators=(",", ":"))
        self._draft.write(f"{text}\n".encode())
        self._lines += 1


def _told(recorded: Recorded) -> dict[str, Any]:
    """A created posting has no number yet that would be the same again."""
    new = recorded.outcome is Outcome.CREATED
    return {
        "outcome": recorded.outcome.value,
        "posting": None if new else recorded.posting_id,
        "locator": recorded.locator,
        "title": recorded.title,
        "changes": [list(change) for change in recorded.changes],
    }


def _record(entry: Entry) -> dict[str, Any]:
    if isinstance(entry, Prepared):
        return planned.of_node(entry.node)
    if isinstance(entry, Rejected):
        problem = next(p for p in entry.problems if p.severity is Severity.REJECTED)
        address = entry.context.get("address", "")
        return planned.of_unread(problem, entry.raw, entry.document, address)
    raise TypeError("A record that was only looked up cannot be planned.")


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to become of a record, or of a posting to be withdrawn."""

    outcome: str
    posting: int | None
    locator: str
    changes: tuple[Change, ...]

    def check(self, recorded: Recorded) -> None:
        """Raises `Moved` where it is something else."""
        told = _told(recorded)
        if told["outcome"] != self.outcome:
            now = f"it would be {recorded.outcome}"
        elif told["posting"] != self.posting:
            now = "it would be another posting"
        elif recorded.changes != self.changes:
            now = "it would differ in another way"
        else:
            return
        raise Moved(f"{self.locator}: planned as {self.outcome}, and now {now}.")


@dataclass(slots=True)
class Plan:
    """A plan as it was read: whole, of this reader; `withdrawn` ones by their ids.

    All lines between header and end are of records, but for those of `withdrawn` ones.
    """

    path: Path
    header: Header
    incomplete: Sentence | None = None
    withdrawn: list[int] = field(default_factory=list)
    _no_records: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Looks at all of a plan. Raises `Unusable`, and OSError. Memory: a line."""
        with path.open("rb") as file:
            plan = cls(path, _header(file.readline(), path))
            lines, end = 1, None
            for number, line in enumerate(file, 2):
                if end is not None:
                    raise Unusable(f"{path} goes on after its end, at line {number}.")
                try:
                    kept = _line(line)
                    end = kept.get("end")
                    if end is None:
                        lines += 1
                        plan._look_at(kept, number)
                    else:
                        plan._no_records.add(number)
                        plan.incomplete = _incomplete(kept["incomplete"])
                except _DAMAGE as error:
                    raise damaged(path, number, error) from None
        if end != lines:
            raise Unusable(f"{path} is not whole: make the plan again.")
        return plan

    def _look_at(self, kept: Mapping[str, Any], number: int) -> None:
        expected = _expected(kept)
        if "record" in kept:
            planned.entry(kept["record"])
        elif expected.posting is None:
            raise TypeError("no posting is named")
        else:
            self.withdrawn.append(expected.posting)
            self._no_records.add(number)

    def portions(self) -> Iterator[Portion]:
        """Its records, in portions that can be read anywhere."""
        taken: list[bytes] = []
        size = 0
        for line in self._records():
            if taken and size + len(line) > _PORTION:
                yield self._portion(taken)
                taken, size = [], 0
            taken.append(line)
            size += len(line)
        if taken:
            yield self._portion(taken)

    def expected(self) -> Iterator[Expected]:
        """What is to become of each record, in their order."""
        for line in self._records():
            yield _expected(json.loads(line))

    def _records(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.readline()
            for number, line in enumerate(file, 2):
                if number not in self._no_records:
                    yield line

    def _portion(self, lines: Sequence[bytes]) -> Portion:
        return Portion(name=str(self.path), content=b"".join(lines), planned=True)


def _expected(kept: Mapping[str, Any]) -> Expected:
    return Expected(
        outcome=str(Outcome(kept["outcome"])),
        posting=_posting(kept["posting"]),
        locator=str(kept["locator"]),
        changes=tuple(Change(*map(str, change)) for change in kept["changes"]),
    )


def _posting(kept: Any) -> int | None:
    if kept is not None and type(kept) is not int:
        raise TypeError(f"{kept!r} is no number of a posting")
    return kept


def _incomplete(kept: Any) -> Sentence | None:
    """Nothing but None says that a run was complete, and may close postings."""
    if kept == "":
        raise ValueError("why the run was incomplete is not said")
    return None if kept is None else Sentence.of_json(kept)


def _line(line: bytes) -> Any:
    if b"\r" in line.rstrip(b"\r\n"):  # where a worker would find two lines
        raise ValueError("a carriage return stands inside the line")
    return json.loads(line)


#: What a line no plan wrote raises; the last where it is nested by the thousand.
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def damaged(path: Path, line: int, error: Exception) -> Unusable:
    said = shortened(str(error))
    return Unusable(
        f"{path} is damaged at line {line} ({type(error).__name__}: {said})."
    )


def _header(line: bytes, path: Path) -> Header:
    try:
        kept = _line(line)
        versions = kept["plan"], kept["reader_version"], kept["policy_version"]
        header = Header(
            source=str(kept["source"]),
            database=str(kept["database"]),
            closing=kept["closing"],
            made_at=str(kept["made_at"]),
        )
    except _DAMAGE:
        raise Unusable(f"{path} is no plan: --plan writes one.") from None
    if versions != (_FORMAT, READER_VERSION, POLICY_VERSION):
        raise Unusable(
            f"{path} was made by another version of the site: make the plan again."
        )
    return header
