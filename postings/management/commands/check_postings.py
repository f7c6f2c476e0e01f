from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings import eligibility
from postings.eligibility import Finding, Level, Rule
from postings.ingest import normalise, read
from postings.ingest.read import Document, Node, Unread
from postings.ingest.report import Problem, Severity
from postings.management import locations
from postings.management.asking import USAGE, given, known_source
from postings.management.database import explained
from postings.models import JobPosting, JobPostingQuerySet, State, columns

ERRORS = 1

#: Postings a query brings.
BATCH = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One posting, or a record that is none, and what was found.

    `problems` are the reader's own, of files only.
    """

    locator: str
    title: str = ""
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def rejections(self) -> tuple[Problem, ...]:
        return tuple(
            problem
            for problem in self.problems
            if problem.severity is Severity.REJECTED
        )

    @property
    def eligible(self) -> bool:
        """Whether no error was found."""
        return not self.rejections and all(
            finding.level is Level.WARNING for finding in self.findings
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "locator": self.locator,
            "title": self.title,
            "eligible": self.eligible,
            "findings": [asdict(finding) for finding in self.findings],
            "problems": [problem.as_json() for problem in self.problems],
        }


@dataclass(kw_only=True, slots=True)
class Count:
    """The sum of a check. Memory: counters only, however many postings."""

    checked: int = 0
    eligible: int = 0
    rejected: int = 0
    with_warnings: int = 0
    rules: Counter[Rule] = field(default_factory=Counter)

    def add(self, checked: Checked) -> None:
        self.checked += 1
        self.eligible += checked.eligible
        self.rejected += bool(checked.rejections)
        self.with_warnings += any(
            finding.level is Level.WARNING for finding in checked.findings
        )
        self.rules.update(finding.rule for finding in checked.findings)


class Command(BaseCommand):
    help = (
        "Check postings against Google's rules for job postings: files before they are "
        "imported, or the postings of the database. docs/eligibility.md explains each "
        "rule. Exit status: 0 when there was no error, 1 when there were some, 2 when "
        "the command could not do its work."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths",
            nargs="*",
            type=given,
            metavar="PATH",
            help="a file, a folder (read with all below it), or - for standard input; "
            "without any, the database is checked",
        )
        parser.add_argument(
            "--source",
            type=given,
            metavar="NAME",
            help="of the database, only postings of this source",
        )
        parser.add_argument(
            "--state",
            action="append",
            choices=[state.value for state in State],
            help="of the database, only postings in this state; may be given several "
            f"times (default: {State.OPEN})",
        )
        parser.add_argument(
            "--format",
            choices=("text", "json"),
            default="text",
            help="sentences, or a JSON object a line for every posting with the sum on "
            "standard error (default: %(default)s)",
        )
        parser.add_argument(
            "--errors-only", action="store_true", help="leave warnings out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        paths, slug, states = options["paths"], options["source"], options["state"]
        if paths and (slug or states):
            raise CommandError(
                "--source and --state choose among the postings of the database: leave "
                "them out, or name no files.",
                returncode=USAGE,
            )
        form, errors_only = options["format"], options["errors_only"]
        count = Count()
        with explained():
            aside = self.stderr if form == "json" else self.stdout
            found = (
                in_files(paths, now, lambda problem: aside.write(str(problem)))
                if paths
                else in_database(slug, states, now)
            )
            for checked in found:
                count.add(checked)
                if form == "json":
                    self.tell_json(checked, errors_only=errors_only)
                else:
                    self.tell(
                        checked,
                        errors_only=errors_only,
                        verbosity=options["verbosity"],
                    )
        self.conclude(count, errors_only=errors_only, aside=form == "json")
        if count.eligible < count.checked:
            sys.exit(ERRORS)

    def tell_json(self, checked: Checked, *, errors_only: bool) -> None:
        said = checked.as_json()
        said["findings"] = [
            asdict(one) for one in _shown(checked, errors_only=errors_only)
        ]
        self.stdout.write(json.dumps(said, ensure_ascii=False))

    def tell(self, checked: Checked, *, errors_only: bool, verbosity: int) -> None:
        """A posting and its findings; with -v 2 those without any, and all problems."""
        findings = _shown(checked, errors_only=errors_only)
        problems = checked.problems if verbosity > 1 else checked.rejections
        if not verbosity or not (findings or problems or verbosity > 1):
            return
        title = f": {checked.title}" if checked.title else ""
        self.stdout.write(f"{checked.locator}{title}")
        for problem in problems:
            level = f"{Level.ERROR}: " * (problem.severity is Severity.REJECTED)
            self.stdout.write(f"  {level}{problem}")
        for one in findings:
            self.stdout.write(
                f"  {one.level}: {one.property}: {one.reason} {one.fix} ({one.rule})"
            )

    def conclude(self, count: Count, *, errors_only: bool, aside: bool) -> None:
        lines = [
            (
                f"{count.checked} checked: {count.eligible} eligible, "
                f"{count.checked - count.eligible} with errors, "
                f"{count.with_warnings} with warnings, {count.rejected} rejected."
            )
        ]
        for level in (Level.ERROR,) if errors_only else Level:
            for rule in Rule:
                if (times := count.rules[rule]) and (
                    eligibility.RULES[rule].level is level
                ):
                    lines.append(f"  {level}: {rule}: {times}")  # noqa: PERF401
        for line in lines:
            if aside:
                self.stderr.write(line, style_func=str)
            else:
                self.stdout.write(line)


def _shown(checked: Checked, *, errors_only: bool) -> list[Finding]:
    return [
        finding
        for finding in checked.findings
        if finding.level is Level.ERROR or not errors_only
    ]


def in_files(
    paths: list[str], at: datetime, note: Callable[[Problem], object]
) -> Iterator[Checked]:
    """Every record of files and folders, read as an import reads it.

    `note` hears of problems that are of none.
    """
    for document in locations.named(paths):
        yield from _in_document(document, at, note)


def _in_document(
    document: Document | Unread, at: datetime, note: Callable[[Problem], object]
) -> Iterator[Checked]:
    entries = [document] if isinstance(document, Unread) else read.nodes(document)
    for entry in entries:
        if isinstance(entry, Unread) and entry.is_note:
            note(entry.problem)
        elif isinstance(entry, Unread):
            yield Checked(locator=entry.problem.locator, problems=(entry.problem,))
        else:
            yield _of_node(entry, at)


def _of_node(node: Node, at: datetime) -> Checked:
    result = normalise.posting(node, site_zone=settings.TIME_ZONE)
    posting = result.posting
    return Checked(
        locator=node.locator,
        title=posting.title if posting is not None else "",
        findings=eligibility.findings(posting, at=at) if posting is not None else (),
        problems=result.problems,
    )


def in_database(
    slug: str | None, states: list[str] | None, at: datetime
) -> Iterator[Checked]:
    """The postings of a source in these states, by id. Memory: one batch."""
    rows = JobPosting.objects.all()
    if slug is not None:
        rows = rows.filter(source=known_source(slug))
    wanted = JobPosting.objects.none()
    for name in dict.fromkeys(states or [State.OPEN]):
        wanted = wanted | rows.in_state(State(name), at)
    for row in _by_id(wanted):
        yield Checked(
            locator=f"posting {row.pk}",
            title=row.title,
            findings=eligibility.findings(columns.posting_of(row), at=at),
        )


def _by_id(rows: JobPostingQuerySet) -> Iterator[JobPosting]:
    rows = rows.select_related("texts", "hiring_organization").order_by("pk")
    rows = rows.prefetch_related("job_location", "applicant_location_requirements")
    after = 0
    while batch := list(rows.filter(pk__gt=after)[:BATCH]):
        after = batch[-1].pk
        yield from batch
