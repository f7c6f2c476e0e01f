from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import persist
from postings.ingest.report import Outcome, Recorded
from postings.management.asking import USAGE, row_number, unshared, who_asked
from postings.management.database import explained
from postings.management.searching import in_step
from postings.models import ImportRun


class Command(BaseCommand):
    help = (
        "Take back what an import did: postings it created are withdrawn, updated ones "
        "are as before, withdrawn ones are open again. Edits made since stay and are "
        "named. Exit status: 0 when the run was taken back, 2 when it could not be."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "run",
            type=row_number,
            metavar="RUN",
            help="its number, as import_runs lists it",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="do everything but keep nothing: every batch is rolled back",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with nullcontext() if options["dry_run"] else in_step(self):
            self.undo(options)

    def undo(self, options: dict[str, Any]) -> None:
        verbosity = options["verbosity"]
        with explained(), unshared():
            run = ImportRun.objects.filter(pk=options["run"]).first()
            if run is None:
                raise CommandError(
                    f"There is no run {options['run']}: import_runs lists them.",
                    returncode=USAGE,
                )
            try:
                report = persist.undo(
                    run,
                    now=timezone.now(),
                    asked=who_asked(),
                    dry_run=options["dry_run"],
                    tell=lambda recorded: self.tell(recorded, verbosity),
                )
            except persist.CannotUndo as error:
                raise CommandError(str(error), returncode=USAGE) from None
        counts = report.outcomes
        self.stdout.write(
            f"Run {run.pk} of {run.source.slug}: {counts[Outcome.WITHDRAWN]} withdrawn, "
            f"{counts[Outcome.UPDATED]} back to what they were, "
            f"{counts[Outcome.REOPENED]} open again."
        )
        for remark in report.remarks:
            self.stdout.write(str(remark))
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was kept.")

    def tell(self, recorded: Recorded, verbosity: int) -> None:
        if verbosity > 1:
            self.stdout.write(
                f"{recorded.locator}: {recorded.outcome}: {recorded.title}"
            )
