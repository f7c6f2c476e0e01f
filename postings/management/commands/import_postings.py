from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import pipeline, sources, work
from postings.ingest.report import Outcome, Recorded, Report, Severity
from postings.ingest.stopping import Interrupted
from postings.management import locations, progress
from postings.management.asking import USAGE, at_least, unshared, who_asked
from postings.management.closing import add_closing_arguments, closing
from postings.management.database import explained
from postings.management.summary import Summary
from postings.models import ImportRun, Source

REJECTED = 1

MOST_JOBS = 256

#: Outcomes that are said without being asked for.
_SAID = (Outcome.DELETED_BY_EDITOR, Outcome.WITHDRAWN)


class Command(BaseCommand):
    help = (
        "Import schema.org JobPosting data from files, folders, standard input or the web, "
        "plain or inside gzip, zip or tar archives. "
        "Exit status: 0 when every record was accepted, 1 when some were rejected, "
        "2 when the command could not do its work, 130 and 143 when SIGINT (Ctrl-C) or "
        "SIGTERM stopped it after a batch."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths",
            nargs="*",
            metavar="PATH",
            help="a file, a folder (read with all below it), - for standard input, or an "
            "http or https address",
        )
        parser.add_argument(
            "--source",
            metavar="NAME",
            help="the source the postings belong to; each has its own identifiers "
            f"(letters, digits, - and _; default: {Source.FILES}, or an address's host "
            "with dashes for dots)",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="do everything but keep nothing: every batch is rolled back",
        )
        parser.add_argument(
            "--jobs",
            type=at_least(1, at_most=MOST_JOBS),
            default=work.cores(),
            metavar="N",
            help="processes that read and clean (default: one a processor, %(default)s); "
            "with 1 all is done in one process",
        )
        parser.add_argument(
            "--report",
            type=Path,
            metavar="FILE",
            help="write the sum of the run to this file as JSON, however it ends",
        )
        parser.add_argument(
            "--quiet",
            action="store_true",
            help="say nothing but what was rejected and what went wrong",
        )
        locations.add_web_arguments(parser)
        add_closing_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        paths, sitemap = options["paths"], options["sitemap"]
        slug = locations.named_source(options["source"], paths, sitemap)
        visit = locations.visited(slug, options, self.stdout.write)
        documents = locations.documents(visit, options)
        target: Path | None = options["report"]
        if target is not None:
            refuse_unwritable(target)
        report, began = Report(), timezone.now()
        state = ImportRun.State.FAILED
        try:
            with (
                visit.client,
                explained(returncode=USAGE),
                unshared(),
                self.progress(report, options) as shown,
            ):

                def tell(recorded: Recorded) -> None:
                    for line in told(recorded, options):
                        shown.write(line)
                    shown.update()

                if not options["dry_run"]:
                    locations.make_website(slug, [*paths, sitemap or ""])
                pipeline.run(
                    documents,
                    source=slug,
                    now=began,
                    dry_run=options["dry_run"],
                    jobs=options["jobs"],
                    report=report,
                    tell=tell,
                    asked=who_asked(),
                    closing=closing(options),
                    visit=visit,
                )
            state = ImportRun.State.FINISHED
        except Interrupted as stop:
            state = ImportRun.State.INTERRUPTED
            self.stderr.write(
                f"Stopped by {stop} after {report.records} records. What was stored "
                "stays; the same command goes on from there."
            )
            sys.exit(128 + stop.signum)
        finally:
            summary = Summary(
                source=slug,
                dry_run=options["dry_run"],
                state=str(state),
                began=began,
                ended=timezone.now(),
                report=report,
            )
            if target is not None:
                summary.write(target)
        if not options["quiet"]:
            summary.show(self.stdout)
        if not report.accepted:
            sys.exit(REJECTED)

    def progress(
        self, report: Report, options: dict[str, Any]
    ) -> AbstractContextManager[progress.Shown]:
        if options["quiet"]:
            return nullcontext(progress.Shown(self.stdout))
        total = None if options["sitemap"] else sources.size(options["paths"])
        if self.stderr.isatty() and options["verbosity"] == 1:
            return progress.live(report, total, out=self.stdout)
        return nullcontext(progress.Lines(self.stdout, report, total))


def told(recorded: Recorded, options: dict[str, Any]) -> Iterator[str]:
    """One line a rejection; with -v 2 one for every record and problem."""
    verbosity = options["verbosity"]
    what = f"{recorded.locator}: {recorded.outcome}: {recorded.title}"
    if recorded.outcome is Outcome.REJECTED:
        for problem in recorded.problems:
            if problem.severity is Severity.REJECTED:
                yield str(problem)
    elif (recorded.outcome in _SAID and verbosity and not options["quiet"]) or (
        verbosity > 1
    ):
        yield what
    if verbosity > 1:
        for problem in recorded.problems:
            if problem.severity is not Severity.REJECTED:
                yield f"  {problem}"


def refuse_unwritable(target: Path) -> None:
    """Nobody should learn after an hour that the report has no place."""
    try:
        target.open("a").close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(
            f"--report {target} cannot be written: {reason}.", returncode=USAGE
        ) from None
