from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import pipeline, sources
from postings.ingest.read import Document, Unread
from postings.ingest.report import Outcome, Recorded, Report, Severity
from postings.management.database import explained
from postings.models import Source

REJECTED, USAGE = 1, 2


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
        with explained(returncode=USAGE):
            report = pipeline.run(
                read_on(documents),
                source=slug,
                now=timezone.now(),
                dry_run=options["dry_run"],
                tell=lambda recorded: self.tell(recorded, options["verbosity"]),
                command_line=shlex.join(sys.argv),
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
        elif recorded.outcome is Outcome.DELETED_BY_EDITOR and verbosity:
            self.stdout.write(
                f"{recorded.locator}: {recorded.outcome}: {recorded.title}"
            )
        if verbosity > 1:
            if recorded.outcome is not Outcome.REJECTED:
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
        if dry_run:
            self.stdout.write("Dry run: nothing was kept.")
