from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import persist, pipeline, sources, work
from postings.ingest.read import Document, Unread
from postings.ingest.report import Outcome, Recorded, Report, Severity
from postings.ingest.stopping import Interrupted
from postings.management import progress
from postings.management.asking import at_least, unshared, who_asked
from postings.management.database import explained
from postings.management.summary import Summary
from postings.models import ImportRun, Source

REJECTED, USAGE = 1, 2

MOST_JOBS = 256

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
        "2 when the command could not do its work, 130 and 143 when SIGINT (Ctrl-C) or "
        "SIGTERM stopped it after a batch."
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
        target: Path | None = options["report"]
        if target is not None:
            refuse_unwritable(target)
        report, began = Report(), timezone.now()
        state = ImportRun.State.FAILED
        try:
            with (
                explained(returncode=USAGE),
                unshared(),
                self.progress(report, options) as shown,
            ):

                def tell(recorded: Recorded) -> None:
                    for line in told(recorded, options):
                        shown.write(line)
                    shown.update()

                pipeline.run(
                    read_on(documents),
                    source=slug,
                    now=began,
                    dry_run=options["dry_run"],
                    jobs=options["jobs"],
                    report=report,
                    tell=tell,
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
        total = sources.size(options["paths"])
        if self.stderr.isatty() and options["verbosity"] == 1:
            return progress.live(report, total, out=self.stdout)
        return nullcontext(progress.Lines(self.stdout, report, total))

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
