from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import persist
from postings.ingest.report import Sentence
from postings.management.asking import USAGE, at_least, given, known_source, row_number
from postings.management.database import explained
from postings.models import ImportRecord, ImportRun, Source


class Command(BaseCommand):
    help = (
        "List import runs, newest first, or show one of them, or list the rejected "
        "records nobody has settled yet."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "run", type=row_number, nargs="?", metavar="RUN", help="show this one"
        )
        parser.add_argument(
            "--source", type=given, metavar="NAME", help="only those of one source"
        )
        parser.add_argument(
            "--last",
            type=at_least(1),
            default=20,
            metavar="N",
            help="so many lines (default: %(default)s)",
        )
        parser.add_argument(
            "--rejected",
            action="store_true",
            help="list rejected records that wait to be mended, oldest first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with explained():
            if options["rejected"]:
                self.list_rejected(self.of_source(options), options["last"])
            elif options["run"] is not None:
                self.show(self.of_source(options), options["run"])
            else:
                self.list_runs(self.of_source(options), options["last"])

    def of_source(self, options: dict[str, Any]) -> Source | None:
        slug = options["source"]
        return None if slug is None else known_source(slug)

    def list_runs(self, source: Source | None, last: int) -> None:
        runs = ImportRun.objects.select_related("source")
        for run in (runs.filter(source=source) if source else runs)[:last]:
            self.stdout.write(
                f"{run.pk}  {when(run.started_at)}  {run.source.slug}  "
                f"{persist.state_of(run)}  {counts(run)}"
            )

    def show(self, source: Source | None, number: int) -> None:
        run = ImportRun.objects.select_related("source", "user").filter(pk=number)
        if source is not None:
            run = run.filter(source=source)
        found = run.first()
        if found is None:
            raise CommandError(
                f"There is no run {number}: without a number, this command lists them.",
                returncode=USAGE,
            )
        self.stdout.write(f"Run {found.pk} of {found.source.slug}: {found.kind}")
        lines = {
            "state": persist.state_of(found),
            "started": when(found.started_at),
            "took": took(found),
            "who": str(found.user or found.operator),
            "command": found.command_line,
            "undoes": f"run {found.undoes_id}" if found.undoes_id else "",
            "complete": "yes" if found.complete else "no",
            "documents": str(found.documents),
            "records": counts(found),
        }
        for name, value in lines.items():
            if value:
                self.stdout.write(f"  {name}: {value}")
        for remark in found.remarks:
            self.stdout.write(f"  {Sentence.of_json(remark)}")
        for item in found.problems:
            first = item["first"]
            self.stdout.write(
                f"  {item['severity']}: {item['code']}: {item['count']}, first "
                f"{first['locator']}: {first['message']}"
            )

    def list_rejected(self, source: Source | None, last: int) -> None:
        records = ImportRecord.objects.waiting().select_related("run__source")
        if source is not None:
            records = records.filter(run__source=source)
        for record in records[:last]:
            problem = next(
                item for item in record.problems if item["severity"] == "rejected"
            )
            self.stdout.write(
                f"{record.pk}  run {record.run_id} of {record.run.source.slug}  "
                f"{problem['locator']}: {problem['code']}: {problem['message']}"
            )
        more = records.count() - last
        if more > 0:
            self.stdout.write(f"and {more} more.")


def when(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def took(run: ImportRun) -> str:
    if run.finished_at is None:
        return ""
    return f"{(run.finished_at - run.started_at).total_seconds():.1f} s"


def counts(run: ImportRun) -> str:
    """What became of its records; what there was none of is left out."""
    found = persist.outcomes_of(run).items()
    return ", ".join(f"{n} {outcome}" for outcome, n in found if n) or "none"
