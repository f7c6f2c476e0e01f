"""What an import has to say: outcomes, problems, and their sum."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, TypeAlias


class Outcome(StrEnum):
    """What became of one record; every record has exactly one.

    `WITHDRAWN` is of a posting that no record was of: gone from its source.
    """

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REOPENED = "reopened"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DELETED_BY_EDITOR = "deleted by editor"


class Severity(StrEnum):
    """How much a problem took: nothing, one value, the record, or no part of any.

    What was passed over is a document that says that it holds none, or an address that
    was not read for a reason that is no failure.
    """

    REPAIRED = "repaired"
    IGNORED = "ignored value"
    REJECTED = "rejected"
    PASSED = "passed over"


class Code(StrEnum):
    """Stable names of problems; docs/problems.md explains each."""

    UNREADABLE = "unreadable"
    BAD_ENCODING = "bad-encoding"
    BAD_JSON = "bad-json"
    REPAIRED_JSON = "repaired-json"
    WRAPPED_JSON = "wrapped-json"
    DUPLICATE_KEY = "duplicate-key"
    MISSING_CONTEXT = "missing-context"
    FOREIGN_CONTEXT = "foreign-context"
    BAD_LINKED_DATA = "bad-linked-data"
    TOO_DEEP = "too-deep"
    TOO_LARGE = "too-large"
    CONTROL_CHARACTERS = "control-characters"
    NOT_AN_OBJECT = "not-an-object"
    NO_POSTING = "no-posting"
    EMPTY_LIST = "empty-list"
    NO_TITLE = "no-title"
    DUPLICATE_IDENTITY = "duplicate-identity"
    NOT_STORED = "not-stored"
    READER_FAILED = "reader-failed"
    OVERTIME = "overtime"
    BAD_VALUE = "bad-value"
    BAD_DATE = "bad-date"
    LOOSE_DATE = "loose-date"
    BAD_ADDRESS = "bad-address"
    UNKNOWN_COUNTRY = "unknown-country"
    UNKNOWN_VALUE = "unknown-value"
    UNDERSTOOD_WORDING = "understood-wording"
    SPLIT_VALUE = "split-value"
    TOO_LONG = "too-long"
    WRONG_CASE = "wrong-case"
    SUPERSEDED_PROPERTY = "superseded-property"
    REMOVED_MARKUP = "removed-markup"
    MISSING_REFERENCE = "missing-reference"
    SHORT_LIST = "short-list"
    NOT_REMOTE = "not-remote"
    UNREACHABLE = "unreachable"
    REFUSED_ADDRESS = "refused-address"
    HTTP_STATUS = "http-status"
    TOO_SLOW = "too-slow"
    NOT_A_FEED = "not-a-feed"
    NOT_A_SITEMAP = "not-a-sitemap"
    NOT_A_LOGO = "not-a-logo"
    TOO_MANY_PAGES = "too-many-pages"
    OTHER_HOST = "other-host"
    ROBOTS = "robots"
    UNCHANGED = "unchanged"
    READ_ALREADY = "read-already"
    GONE = "gone"


class Sentence(NamedTuple):
    """A sentence as it is in the catalogues, and the values its `{names}` stand for.

    Made by `sentence`, which Babel finds; made by itself it is somebody else's words.
    `str()` gives the English. A value is a name, an address, a number or again
    somebody else's words; one that is a sentence is translated too, and stands at the
    end with its own full stop.
    """

    msgid: str
    values: Mapping[str, Value] = {}

    def __str__(self) -> str:
        return self.said(self.msgid, str, "{:,}".format)

    def said(
        self,
        text: str,
        tell: Callable[[Sentence], str],
        number: Callable[[int], str],
    ) -> str:
        """The values put into the sentence as a catalogue has it.

        They are only ever values: braces in one mean nothing.
        """
        if not self.values:
            return text
        words = {
            name: tell(value)
            if isinstance(value, Sentence)
            else number(value)
            if isinstance(value, int)
            else value
            for name, value in self.values.items()
        }
        return PLACE.sub(lambda found: words.get(found[1], found[0]), text)

    def as_json(self) -> dict[str, Any]:
        """English, and where that is not all of it what makes up the sentence."""
        kept: dict[str, Any] = {"message": str(self)}
        if self.values:
            kept["msgid"] = self.msgid
            kept["values"] = {
                name: value.as_json() if isinstance(value, Sentence) else value
                for name, value in self.values.items()
            }
        return kept

    @classmethod
    def of_json(cls, kept: str | Mapping[str, Any]) -> Sentence:
        """What `as_json` gave, or English alone as older versions kept it.

        Raises TypeError, KeyError or AttributeError for anything else.
        """
        if isinstance(kept, str):
            return cls(kept)
        if "msgid" not in kept:
            return cls(_text(kept["message"]))
        values = {
            name: cls.of_json(value) if isinstance(value, dict) else _plain(value)
            for name, value in kept["values"].items()
        }
        return cls(_text(kept["msgid"]), values)


Value: TypeAlias = str | int | Sentence

#: Where a value stands in a sentence.
PLACE = re.compile(r"\{([a-z_]+)\}")


def sentence(msgid: str, /, **values: Value) -> Sentence:
    """A sentence to be translated when it is shown.

    One without values is the same each time, so that a batch of records holds it once
    on its way out of a worker.
    """
    return Sentence(msgid, values) if values else _fixed(msgid)


_fixed = cache(Sentence)


def _text(kept: Any) -> str:
    if not isinstance(kept, str):
        raise TypeError(kept)
    return kept


def _plain(kept: Any) -> str | int:
    return kept if type(kept) is int else _text(kept)


class Refusal(Exception):  # noqa: N818 - says what is, as LookupError does
    """Something was not done; says why in a sentence."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


def reason(error: OSError) -> Sentence:
    """Why a stream failed: in a sentence of ours, or else in the system's words."""
    if error.args and isinstance(error.args[0], Sentence):
        return error.args[0]
    words = error.strerror or str(error) or type(error).__name__
    return Sentence(f"{words.rstrip('.')}.")


_SHOWN = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing found wrong, where, and what was done about it.

    `locator` names file, line or script block and the JSON pointer inside;
    `value` is the offending value, shortened to 80 characters.
    """

    code: Code
    severity: Severity
    message: Sentence
    locator: str = ""
    value: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "code": str(self.code),
            "severity": str(self.severity),
            "locator": self.locator,
            "value": self.value,
            **self.message.as_json(),
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Problem:
        """Raises KeyError, TypeError, ValueError or AttributeError for no problem."""
        return cls(
            code=Code(kept["code"]),
            severity=Severity(kept["severity"]),
            message=Sentence.of_json(kept),
            locator=_text(kept["locator"]),
            value=_text(kept["value"]),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Workers hand over problems by the ten: the dataclass's own way is slow."""
        return _problem, (
            self.code,
            self.severity,
            self.message,
            self.locator,
            self.value,
        )

    def __str__(self) -> str:
        shown = f" ({self.value})" if self.value else ""
        return f"{self.locator}: {self.severity}: {self.code}: {self.message}{shown}"


def _problem(
    code: Code, severity: Severity, message: Sentence, locator: str, value: str
) -> Problem:
    return Problem(
        code=code, severity=severity, message=message, locator=locator, value=value
    )


def shortened(value: Any) -> str:
    """A value as it can be shown on one line, at most 80 characters."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:  # a number of more digits than Python writes
        text = "…"
    text = "".join(char if char.isprintable() else "\ufffd" for char in text[:200])
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


class Change(NamedTuple):
    """A property of a posting that an import changes, in words."""

    property: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What became of one record, and everything noticed on the way.

    `changes` is how its posting differs, where the run was asked to explain itself.
    """

    outcome: Outcome
    locator: str
    title: str = ""
    posting_id: int | None = None
    problems: tuple[Problem, ...] = ()
    conflicts: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(kw_only=True, slots=True)
class Report:
    """The sum of a run. Memory: counters and one example a code, however many records.

    `document` names the one whose records were dealt with last, `size` is the bytes of
    all such documents; `run_id` is the run in the ledger, which a dry run has not.
    `remarks` are sentences about the run as a whole. `incomplete` says why what the
    run did not hold may still be there, and is None where it was all of the source.
    """

    documents: int = 0
    document: str = ""
    size: int = 0
    run_id: int | None = None
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    codes: Counter[tuple[Severity, Code]] = field(default_factory=Counter)
    firsts: dict[tuple[Severity, Code], Problem] = field(default_factory=dict)
    remarks: list[Sentence] = field(default_factory=list)
    incomplete: Sentence | None = None

    def add(self, recorded: Recorded) -> None:
        self.outcomes[recorded.outcome] += 1
        for problem in recorded.problems:
            self.note(problem)
            if problem.code is Code.SHORT_LIST and not self.incomplete:
                self.incomplete = sentence(
                    "a list declares more items than it holds ({where}).",
                    where=problem.locator,
                )
        if recorded.outcome is Outcome.REJECTED and not self.incomplete:
            self._miss(recorded.problems)

    def note(self, problem: Problem) -> None:
        """Counts a problem, be it of a record or of none."""
        kind = problem.severity, problem.code
        self.codes[kind] += 1
        self.firsts.setdefault(kind, problem)

    def _miss(self, problems: Iterable[Problem]) -> None:
        """A rejected record may be any posting, but for a second one of the same job."""
        for problem in problems:
            if (
                problem.severity is Severity.REJECTED
                and problem.code is not Code.DUPLICATE_IDENTITY
            ):
                self.incomplete = sentence(
                    "a record was rejected ({code}, {where}).",
                    code=str(problem.code),
                    where=problem.locator,
                )

    @property
    def records(self) -> int:
        return self.outcomes.total() - self.outcomes[Outcome.WITHDRAWN]

    @property
    def accepted(self) -> bool:
        """Whether nothing was rejected."""
        return not self.outcomes[Outcome.REJECTED]

    def problems_by_code(self) -> list[dict[str, Any]]:
        """For the ledger: severity, code, `count` and the `first` problem of each."""
        return [
            {
                "severity": str(severity),
                "code": str(code),
                "count": count,
                "first": self.firsts[severity, code].as_json(),
            }
            for (severity, code), count in sorted(self.codes.items())
        ]


#: The most problems that are listed of one record.
MAX_PROBLEMS = 500


class Notes:
    """Collects the problems of one record while it is read."""

    def __init__(self, locator: str) -> None:
        self._start = locator if "#" in locator else f"{locator}#"
        self._problems: list[Problem] = []
        self._left_out = 0

    def repaired(
        self, code: Code, where: str, message: Sentence, value: Any = None
    ) -> None:
        self._add(Severity.REPAIRED, code, where, message, value)

    def ignored(
        self, code: Code, where: str, message: Sentence, value: Any = None
    ) -> None:
        self._add(Severity.IGNORED, code, where, message, value)

    def rejected(
        self, code: Code, where: str, message: Sentence, value: Any = None
    ) -> None:
        self._add(Severity.REJECTED, code, where, message, value)

    def problems(self) -> tuple[Problem, ...]:
        if not self._left_out:
            return tuple(self._problems)
        more = Problem(
            code=Code.TOO_LONG,
            severity=Severity.IGNORED,
            locator=self._start.rstrip("#"),
            message=sentence(
                "Not listed: {count} more problems.", count=self._left_out
            ),
        )
        return (*self._problems, more)

    def mention(self, where: str) -> bool:
        """Whether there is a problem of a property or of a part of it."""
        start = f"{self._start}/{where}"
        return any(
            problem.locator == start or problem.locator.startswith(f"{start}/")
            for problem in self._problems
        )

    def _add(
        self, severity: Severity, code: Code, where: str, message: Sentence, value: Any
    ) -> None:
        if len(self._problems) >= MAX_PROBLEMS and severity is not Severity.REJECTED:
            self._left_out += 1
            return
        self._problems.append(
            Problem(
                code=code,
                severity=severity,
                locator=f"{self._start}/{where}" if where else self._start.rstrip("#"),
                message=message,
                value="" if value is None else shortened(value),
            )
        )
