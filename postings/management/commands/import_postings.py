from __future__ import annotations

import shlex
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug
from django.db import DatabaseError
from django.utils import timezone

from postings.ingest import pipeline, sources
from postings.ingest.report import Outcome, Recorded, Report, Severity
from postings.models import Source

REJECTED, USAGE = 1, 2


class Command(BaseCommand):
    help = (
        "Import schema.org JobPosting data from files, folders or standard input. "
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
        try:
            validate_slug(slug)
        except ValidationError:
            raise CommandError(
                f"--source {slug!r} is no name of a source: use letters, digits, "
                "- and _ only.",
                returncode=USAGE,
            ) from None
        if slug == Source.EDITOR:
            raise CommandError(
                "--source editor is kept for postings written in the admin; choose "
                "another name.",
                returncode=USAGE,
            )
        try:
            documents = sources.documents(options["paths"])
        except FileNotFoundError as error:
            raise CommandError(
                f"{error} does not exist; name files or folders that do, or - for "
                "standard input.",
                returncode=USAGE,
            ) from None
        try:
            report = pipeline.run(
                documents,
                source=slug,
                now=timezone.now(),
                dry_run=options["dry_run"],
                tell=lambda recorded: self.tell(recorded, options["verbosity"]),
                command_line=shlex.join(sys.argv),
            )
        except DatabaseError as error:
            raise CommandError(
                f"The database could not be used: {error}. If it is new, run "
                "'python manage.py migrate' first.",
                returncode=USAGE,
            ) from error
        self.conclude(report, dry_run=options["dry_run"])
        if not report.accepted:
            sys.exit(REJECTED)

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
