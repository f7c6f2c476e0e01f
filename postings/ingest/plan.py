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
from postings.ingest.report import Change, Outcome, Recorded, Report, Sentence, Severity
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
    """A plan as it was read: whole, of this reader; `withdrawn` ones by their ids."""

    path: Path
    header: Header
    incomplete: Sentence | None = None
    withdrawn: list[int] = field(default_factory=list)

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
                    kept = json.loads(line)
                    end = kept.get("end")
                    if end is None:
                        lines += 1
                        plan._look_at(kept)
                    else:
                        said = kept["incomplete"]
                        plan.incomplete = Sentence.of_json(said) if said else None
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise Unusable(
                        f"{path} is damaged at line {number} "
                        f"({type(error).__name__}: {error})."
                    ) from None
        if end != lines:
            raise Unusable(f"{path} is not whole: make the plan again.")
        return plan

    def _look_at(self, kept: Mapping[str, Any]) -> None:
        _expected(kept)
        if "record" in kept:
            planned.entry(kept["record"])
        else:
            self.withdrawn.append(int(kept["posting"]))

    def portions(self) -> Iterator[Portion]:
        """Its records, in portions that can be read anywhere."""
        taken: list[bytes] = []
        size = 0
        for line in self._lines():
            if b'"record":' not in line:
                continue
            if taken and size + len(line) > _PORTION:
                yield self._portion(taken)
                taken, size = [], 0
            taken.append(line)
            size += len(line)
        if taken:
            yield self._portion(taken)

    def expected(self) -> Iterator[Expected]:
        """What is to become of each record, in their order."""
        for line in self._lines():
            kept = json.loads(line)
            if "record" in kept:
                yield _expected(kept)

    def _lines(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.readline()
            yield from file

    def _portion(self, lines: Sequence[bytes]) -> Portion:
        return Portion(name=str(self.path), content=b"".join(lines), planned=True)


def _expected(kept: Mapping[str, Any]) -> Expected:
    return Expected(
        outcome=str(Outcome(kept["outcome"])),
        posting=kept["posting"],
        locator=str(kept["locator"]),
        changes=tuple(Change(*map(str, change)) for change in kept["changes"]),
    )


def _header(line: bytes, path: Path) -> Header:
    try:
        kept = json.loads(line)
        versions = kept["plan"], kept["reader_version"], kept["policy_version"]
        header = Header(
            source=str(kept["source"]),
            database=str(kept["database"]),
            closing=kept["closing"],
            made_at=str(kept["made_at"]),
        )
    except (ValueError, KeyError, TypeError):
        raise Unusable(f"{path} is no plan: --plan writes one.") from None
    if versions != (_FORMAT, READER_VERSION, POLICY_VERSION):
        raise Unusable(
            f"{path} was made by another version of the site: make the plan again."
        )
    return header
