from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import pipeline
from postings.ingest.report import Outcome, Recorded, Severity
from postings.management.asking import (
    USAGE,
    given,
    known_source,
    row_number,
    unshared,
    who_asked,
)
from postings.management.database import explained
from postings.management.searching import in_step
from postings.models import ImportRecord

REJECTED = 1


class Command(BaseCommand):
    help = (
        "Read rejected records again, from the text that was kept: all that wait, or "
        "those named. Exit status: 0 when all were accepted, 1 when some were rejected "
        "again or have no text, 2 when the command could not do its work."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "records",
            type=row_number,
            nargs="*",
            metavar="RECORD",
            help="numbers as import_runs --rejected lists them (default: all)",
        )
        parser.add_argument(
            "--source", type=given, metavar="NAME", help="only those of one source"
        )
        parser.add_argument(
            "--show", action="store_true", help="print the kept text and change nothing"
        )
        parser.add_argument(
            "--with",
            dest="text",
            type=given,
            metavar="FILE",
            help="read the one record named from this file instead (- for standard "
            "input): its text, mended",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with explained():
            records = self.wanted(options)
            if options["show"]:
                for record in records:
                    self.stdout.write(record.raw)
                return
            wanted = [(record, record.raw) for record in records if record.raw]
            if options["text"] is not None:
                if len(options["records"]) != 1:
                    raise CommandError(
                        "--with mends one record: name its number.", returncode=USAGE
                    )
                wanted = [(records[0], self.text(options["text"]))]
            if not records:
                self.stdout.write("Nothing waits to be mended.")
                return
            accepted = self.retried(wanted)
            if lost := len(records) - len(wanted):
                self.stdout.write(
                    f"{lost} without a text to read again: they wait for the next import "
                    "of their document."
                )
            if lost or not accepted:
                sys.exit(REJECTED)

    def wanted(self, options: dict[str, Any]) -> list[ImportRecord]:
        waiting = ImportRecord.objects.waiting().select_related("run__source")
        if options["source"] is not None:
            waiting = waiting.filter(run__source=known_source(options["source"]))
        if not options["records"]:
            return list(waiting)
        found = list(waiting.filter(pk__in=options["records"]))
        missing = set(options["records"]) - {record.pk for record in found}
        if missing:
            numbers = ", ".join(map(str, sorted(missing)))
            raise CommandError(
                f"Not waiting to be mended: {numbers}; import_runs --rejected lists what "
                "is.",
                returncode=USAGE,
            )
        return found

    def text(self, name: str) -> str:
        try:
            return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            said = getattr(error, "strerror", None) or "it is not UTF-8"
            raise CommandError(
                f"{name} could not be read: {said}.", returncode=USAGE
            ) from None

    def retried(self, wanted: list[tuple[ImportRecord, str]]) -> bool:
        """Whether all were accepted; each source has a run of its own."""
        by_source: dict[str, list[tuple[ImportRecord, str]]] = {}
        for record, text in wanted:
            by_source.setdefault(record.run.source.slug, []).append((record, text))
        accepted = True
        with in_step(self):
            for slug, records in by_source.items():
                with unshared():
                    report = pipeline.retry(
                        records, now=timezone.now(), asked=who_asked(), tell=self.tell
                    )
                accepted = accepted and report.accepted
                rejected = report.outcomes[Outcome.REJECTED]
                self.stdout.write(
                    f"{slug}: {len(records)} read again, {rejected} rejected."
                )
        return accepted

    def tell(self, recorded: Recorded) -> None:
        self.stdout.write(f"{recorded.locator}: {recorded.outcome}: {recorded.title}")
        for problem in recorded.problems:
            if problem.severity is Severity.REJECTED:
                self.stdout.write(f"  {problem}")
