from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import persist, pipeline, sources
from postings.ingest.read import Document, Unread
from postings.ingest.report import Outcome, Recorded, Report, Severity
from postings.management.asking import at_least, unshared, who_asked
from postings.management.database import explained
from postings.models import Source

REJECTED, USAGE = 1, 2

#: Outcomes that are said without being asked for.
_SAID = (Outcome.DELETED_BY_EDITOR, Outcome.WITHDRAWN)


def read_on(documents: Iterator[Document | Unread]) -> Iterator[Document | Unread]:
    """The documents, until standard input or a folder cannot be read any further."""
    try:
        yield from documents
    except OSError as error:
        raise CommandError(
            f"No more could be read: {error.strerror or error}.", returncode=USAGE
        ) from error


class Command(BaseCommand):
    help = (
        "Import schema.org JobPosting data from files, folders or standard input, plain or "
        "inside gzip, zip or tar archives. "
        "Exit status: 0 when every record was accepted, 1 when some were rejected, "
        "2 when the command could not do its work."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths",
            nargs="+",
            metavar="PATH",
            help="a file, a folder (read with all below it), or - for standard input",
        )
        parser.add_argument(
            "--source",
            default=Source.FILES,
            metavar="NAME",
            help="the source the postings belong to; each has its own identifiers "
            "(letters, digits, - and _; default: %(default)s)",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="do everything but keep nothing: every batch is rolled back",
        )
        self.add_closing_arguments(parser)

    def add_closing_arguments(self, parser: CommandParser) -> None:
        proof = persist.Closing()
        group = parser.add_argument_group(
            "postings that are gone", "What was refused, and why, is said."
        )
        group.add_argument(
            "--close-missing",
            action="store_true",
            help="this is all the source has: withdraw its postings that are missing, "
            "if the run was complete",
        )
        group.add_argument(
            "--misses",
            type=at_least(1),
            default=proof.misses,
            metavar="N",
            help="withdraw only what was missing from so many complete runs in a row "
            "(default: %(default)s)",
        )
        group.add_argument(
            "--max-share",
            type=at_least(0, at_most=100),
            default=proof.max_share,
            metavar="PERCENT",
            help="close nothing where more than this share of the source's open postings "
            "is missing for the first time, or is to be closed (default: %(default)s)",
        )
        group.add_argument(
            "--allow-empty",
            action="store_true",
            help="take a run without any record for a source without postings",
        )
        group.add_argument(
            "--expect",
            type=at_least(0),
            default=proof.expect,
            metavar="N",
            help="take the run for incomplete where fewer records came",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["source"]
        field = Source._meta.get_field("slug")
        try:
            field.run_validators(slug)
        except ValidationError:
            raise CommandError(
                f"--source {slug!r} is no name of a source: use letters, digits, "
                f"- and _ only, at most {field.max_length}.",
                returncode=USAGE,
            ) from None
        if slug == Source.EDITOR:
            raise CommandError(
                "--source editor is kept for postings written in the admin; choose "
                "another name.",
                returncode=USAGE,
            )
        paths = options["paths"]
        try:
            documents = sources.documents(paths)
        except OSError as error:
            raise CommandError(
                f"{error} does not exist; name files or folders that do, or - for "
                "standard input.",
                returncode=USAGE,
            ) from None
        self.refuse_sources_of_nothing(paths)
        with explained(returncode=USAGE), unshared():
            report = pipeline.run(
                read_on(documents),
                source=slug,
                now=timezone.now(),
                dry_run=options["dry_run"],
                tell=lambda recorded: self.tell(recorded, options["verbosity"]),
                asked=who_asked(),
                closing=persist.Closing(
                    misses=options["misses"],
                    max_share=options["max_share"],
                    allow_empty=options["allow_empty"],
                    expect=options["expect"],
                )
                if options["close_missing"]
                else None,
            )
        self.conclude(report, dry_run=options["dry_run"])
        if not report.accepted:
            sys.exit(REJECTED)

    def refuse_sources_of_nothing(self, paths: list[str]) -> None:
        """A wrong path in a cron table must not pass for a feed without postings."""
        for path in paths:
            if path == "-":
                if sys.stdin is None:
                    raise CommandError(
                        "- is standard input, which is closed; pipe a document into "
                        "the command or name its file.",
                        returncode=USAGE,
                    )
            elif Path(path).is_dir() and not any(sources.documents([path])):
                raise CommandError(
                    f"{path} holds no file to read: in a folder, names end in "
                    f"{', '.join(sorted(sources.SUFFIXES))}.",
                    returncode=USAGE,
                )

    def tell(self, recorded: Recorded, verbosity: int) -> None:
        """One line a rejection; with -v 2 one for every record and problem."""
        if recorded.outcome is Outcome.REJECTED:
            for problem in recorded.problems:
                if problem.severity is Severity.REJECTED:
                    self.stdout.write(str(problem))
        elif recorded.outcome in _SAID and verbosity:
            self.stdout.write(
                f"{recorded.locator}: {recorded.outcome}: {recorded.title}"
            )
        if verbosity > 1:
            if recorded.outcome not in (Outcome.REJECTED, *_SAID):
                self.stdout.write(
                    f"{recorded.locator}: {recorded.outcome}: {recorded.title}"
                )
            for problem in recorded.problems:
                if problem.severity is not Severity.REJECTED:
                    self.stdout.write(f"  {problem}")

    def conclude(self, report: Report, *, dry_run: bool) -> None:
        outcomes = ", ".join(
            f"{report.outcomes[outcome]} {outcome}"
            for outcome in Outcome
            if report.outcomes[outcome]
            or outcome
            in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.REJECTED)
        )
        self.stdout.write(
            f"{report.documents} documents, {report.records} records: {outcomes}."
        )
        for (severity, code), count in sorted(report.codes.items()):
            if severity is not Severity.REJECTED:
                self.stdout.write(f"  {severity}: {code}: {count}")
        for remark in report.remarks:
            self.stdout.write(remark)
        if dry_run:
            self.stdout.write("Dry run: nothing was kept.")
