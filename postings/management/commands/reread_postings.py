from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from postings.ingest import pipeline
from postings.ingest.report import Outcome, Recorded, Severity
from postings.management.database import explained
from postings.management.searching import in_step


class Command(BaseCommand):
    help = (
        "Read kept source data again and rebuild the postings from it, after an update "
        "taught the reader something. Edits are kept, nothing is reopened or closed. "
        "Safe to repeat and to interrupt."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="read every posting again, not only those an older reader read; "
            "needed after a change of TIME_ZONE",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        with in_step(self):
            with explained():
                report = pipeline.reread(
                    now=timezone.now(),
                    all_=options["all"],
                    tell=lambda recorded: self.tell(recorded, verbosity),
                )
            self.stdout.write(
                f"{report.records} postings read again: "
                f"{report.outcomes[Outcome.UPDATED]} updated, "
                f"{report.outcomes[Outcome.UNCHANGED]} unchanged, "
                f"{report.outcomes[Outcome.REJECTED]} left as they were."
            )
            for (severity, code), count in sorted(report.codes.items()):
                self.stdout.write(f"  {severity}: {code}: {count}")

    def tell(self, recorded: Recorded, verbosity: int) -> None:
        """One line a posting that can be read no more; with -v 2 one for every change."""
        if verbosity > 1 and recorded.outcome is Outcome.UPDATED:
            self.stdout.write(f"{recorded.locator}: updated: {recorded.title}")
        for problem in recorded.problems:
            if problem.severity is Severity.REJECTED or verbosity > 1:
                self.stdout.write(str(problem))
