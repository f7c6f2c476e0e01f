from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import drafts, persist, pipeline, plan, sources, work
from postings.ingest.report import (
    Outcome,
    Problem,
    Recorded,
    Report,
    Sentence,
    Severity,
    shortened,
)
from postings.ingest.stopping import Interrupted, Stopping
from postings.management import closing, locations, progress
from postings.management.asking import (
    USAGE,
    at_least,
    given,
    given_path,
    unshared,
    who_asked,
)
from postings.management.database import explained
from postings.management.searching import in_step
from postings.management.summary import Summary
from postings.models import DatabaseState, ImportRun, Source

REJECTED = 1

MOST_JOBS = 256

#: Outcomes that are said without being asked for.
_SAID = (Outcome.DELETED_BY_EDITOR, Outcome.WITHDRAWN)


class Importing(NamedTuple):
    """What is to be done, and to which source."""

    source: str
    run: Callable[[Report, datetime, Telling], None]


class Telling(NamedTuple):
    """Who hears of a record, of a problem that is of none, and that work goes on."""

    tell: Callable[[Recorded], None]
    note: Callable[[Problem], None]
    beat: Callable[[], None]


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
            type=given,
            metavar="PATH",
            help="a file, a folder (read with all below it), - for standard input, or an "
            "http or https address",
        )
        parser.add_argument(
            "--source",
            type=given,
            metavar="NAME",
            help="the source the postings belong to; each has its own identifiers "
            f"(letters, digits, - and _; default: {Source.FILES}, or an address's host "
            "with dashes for dots)",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="do everything but keep nothing, and show how each posting would differ",
        )
        parser.add_argument(
            "--plan",
            type=given_path,
            metavar="FILE",
            help="a dry run that writes what it would do to this file, for --apply",
        )
        parser.add_argument(
            "--apply",
            type=given_path,
            metavar="FILE",
            help="do exactly what a plan says, or nothing where its base has moved",
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
            type=given_path,
            metavar="FILE",
            help="write the sum of the run to this file as JSON, however it ends",
        )
        parser.add_argument(
            "--quiet",
            action="store_true",
            help="say nothing but what was rejected and what went wrong",
        )
        locations.add_web_arguments(parser)
        closing.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        options["dry_run"] = options["dry_run"] or options["plan"] is not None
        target: Path | None = options["report"]
        if target is not None:
            refuse_unwritable("--report", target)
        now = timezone.now()
        summary = Summary(
            source=options["source"], dry_run=options["dry_run"], began=now, ended=now
        )
        written = True
        with (
            nullcontext() if summary.dry_run else in_step(self, quiet=options["quiet"])
        ):
            try:
                self.carry_out(summary, options)
            except CommandError as error:
                summary.report.remarks.append(Sentence(str(error)))
                raise
            finally:
                summary.ended = timezone.now()
                if target is not None:
                    written = self.is_written(summary, target)
            if not options["quiet"]:
                summary.show(self.stdout)
            elif summary.report.incomplete:
                for remark in summary.report.remarks:
                    self.stderr.write(str(remark))
        if not written:
            sys.exit(USAGE)
        if not summary.report.accepted:
            sys.exit(REJECTED)

    def carry_out(self, summary: Summary, options: dict[str, Any]) -> None:
        """Does what is asked for; the summary hears how far it came and how it ended."""
        report = summary.report
        try:
            if options["plan"] is not None:
                refuse_unwritable("--plan", options["plan"])
            importing = (
                self.applying(options) if options["apply"] else self.reading(options)
            )
            summary.source = importing.source
            with (
                explained(),
                unshared(),
                self.progress(report, options) as shown,
            ):

                def tell(recorded: Recorded) -> None:
                    for line in told(recorded, options):
                        shown.write(line)
                    shown.update()

                def note(problem: Problem) -> None:
                    if options["verbosity"] and not options["quiet"]:
                        shown.write(str(problem))

                telling = Telling(tell, note, shown.update)
                importing.run(report, summary.began, telling)
            summary.state = ImportRun.State.FINISHED.value
        except plan.Moved as moved:
            raise CommandError(
                f"The plan was not carried out: what it was made on has moved. {moved} "
                f"{report.records} records were stored before that was found.",
                returncode=USAGE,
            ) from None
        except drafts.NotWritten as error:
            raise CommandError(f"--plan {error}", returncode=USAGE) from None
        except work.WorkerFailed as failure:
            raise CommandError(
                f"{failure} With --jobs 1 none are needed.", returncode=USAGE
            ) from None
        except Interrupted as stop:
            summary.state = ImportRun.State.INTERRUPTED.value
            self.stderr.write(
                f"Stopped by {stop} after {report.records} records. What was stored "
                "stays; the same command goes on from there."
            )
            sys.exit(128 + stop.signum)
        except KeyboardInterrupt:
            summary.state = ImportRun.State.INTERRUPTED.value
            raise

    def is_written(self, summary: Summary, target: Path) -> bool:
        """Whether the report is in its place; if not, says why."""
        try:
            summary.write(target)
        except drafts.NotWritten as error:
            self.stderr.write(f"--report {error}")
            return False
        return True

    def reading(self, options: dict[str, Any]) -> Importing:
        """An import of what the locations hold."""
        paths, sitemap = options["paths"], options["sitemap"]
        proof = closing.asked_for(options)
        slug = locations.named_source(options["source"], paths, sitemap)
        visit = locations.visited(slug, options, self.stdout.write)
        documents = locations.documents(visit, options)

        def run(report: Report, now: datetime, telling: Telling) -> None:
            if not options["dry_run"]:
                locations.make_website(slug, [*paths, sitemap or ""])
            with visit.client, drafted(options, slug, now) as draft:
                pipeline.run(
                    documents,
                    source=slug,
                    now=now,
                    dry_run=options["dry_run"],
                    jobs=options["jobs"],
                    live=not sitemap and sources.are_live(paths),
                    report=report,
                    **telling._asdict(),
                    asked=who_asked(),
                    closing=proof,
                    visit=visit,
                    draft=draft,
                )
                if draft is not None:
                    draft.end(report)

        return Importing(slug, run)

    def applying(self, options: dict[str, Any]) -> Importing:
        """An import of what a plan holds."""
        names = ("paths", "source", "sitemap", "plan", "close_missing")
        named = [name.replace("_", "-") for name in names if options[name]]
        named += closing.how(options)
        if named:
            raise CommandError(
                f"--apply takes all from the plan; leave out {', '.join(named)}.",
                returncode=USAGE,
            )
        with explained():
            planned, proof = plan_of(options["apply"])

        def run(report: Report, now: datetime, telling: Telling) -> None:
            pipeline.apply(
                planned,
                now=now,
                dry_run=options["dry_run"],
                jobs=options["jobs"],
                report=report,
                tell=telling.tell,
                beat=telling.beat,
                asked=who_asked(),
                closing=proof,
            )

        return Importing(planned.header.source, run)

    def progress(
        self, report: Report, options: dict[str, Any]
    ) -> AbstractContextManager[progress.Shown]:
        if options["quiet"]:
            return nullcontext(progress.Shown(self.stdout))
        total = None if options["sitemap"] else sources.size(options["paths"])
        if self.stderr.isatty() and options["verbosity"] == 1:
            return progress.live(report, total, out=self.stdout)
        return nullcontext(progress.Lines(self.stdout, report, total))


@contextmanager
def drafted(
    options: dict[str, Any], slug: str, now: datetime
) -> Iterator[plan.Draft | None]:
    """The plan to be written, if one is asked for."""
    if options["plan"] is None:
        yield None
        return
    header = plan.Header(
        source=slug,
        database=str(DatabaseState.identity()),
        closing=closing.kept(closing.asked_for(options)),
        made_at=now.isoformat(),
    )
    with (
        Stopping() as stopping,
        stopping.entered(lambda: plan.Draft(options["plan"], header)) as draft,
    ):
        yield draft


def plan_of(path: Path) -> tuple[plan.Plan, persist.Closing | None]:
    """A plan that can be carried out here, and how to close what is missing."""
    try:
        planned = plan.Plan.read(path)
        proof = closing.planned(planned.header.closing)
    except plan.Unusable as error:
        raise CommandError(str(error), returncode=USAGE) from None
    except ValueError as error:
        raise CommandError(
            str(plan.damaged(path, 1, error)), returncode=USAGE
        ) from None
    except OSError as error:
        raise CommandError(
            f"--apply {path} could not be read: {error.strerror}.", returncode=USAGE
        ) from None
    if planned.header.database != str(DatabaseState.identity()):
        raise CommandError(
            f"{path} was made for another database: make the plan again here.",
            returncode=USAGE,
        )
    locations.refuse_no_source(planned.header.source)
    return planned, proof


def told(recorded: Recorded, options: dict[str, Any]) -> Iterator[str]:
    """One line a rejection, in a dry run how postings would differ; with -v 2 one for
    every record and problem."""
    verbosity, quiet = options["verbosity"], options["quiet"]
    what = f"{recorded.locator}: {recorded.outcome}: {recorded.title}"
    differs = bool(recorded.changes) and options["dry_run"]
    if recorded.outcome is Outcome.REJECTED:
        for problem in recorded.problems:
            if problem.severity is Severity.REJECTED:
                yield str(problem)
    elif verbosity > 1 or (
        (recorded.outcome in _SAID or differs) and verbosity and not quiet
    ):
        yield what
        for change in recorded.changes if differs else ():
            before, after = shortened(change.before), shortened(change.after)
            yield f"  {change.property}: {before or 'nothing'} -> {after or 'nothing'}"
    if verbosity > 1:
        for problem in recorded.problems:
            if problem.severity is not Severity.REJECTED:
                yield f"  {problem}"


def refuse_unwritable(option: str, target: Path) -> None:
    """Nobody should learn after an hour that a file has no place."""
    try:
        drafts.check(target)
    except drafts.NotWritten as error:
        raise CommandError(f"{option} {error}", returncode=USAGE) from None
