from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import persist, pipeline, sources, web
from postings.ingest.read import Document, Unread
from postings.ingest.report import Outcome, Problem, Recorded, Report, Severity
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


def site_of(address: str) -> tuple[str, str]:
    """The slug and host of the source an address is of."""
    try:
        return web.source_of(address)
    except web.Failed as failed:
        raise CommandError(f"{address}: {failed.message}", returncode=USAGE) from None


def more_than_none(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(text)
    return number


class Command(BaseCommand):
    help = (
        "Import schema.org JobPosting data from files, folders, standard input or the web, "
        "plain or inside gzip, zip or tar archives. "
        "Exit status: 0 when every record was accepted, 1 when some were rejected, "
        "2 when the command could not do its work."
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
        self.add_web_arguments(parser)
        self.add_closing_arguments(parser)

    def add_web_arguments(self, parser: CommandParser) -> None:
        group = parser.add_argument_group("from the web")
        group.add_argument(
            "--sitemap",
            metavar="URL",
            help="import the pages a career site's sitemap lists; of a site, the "
            "sitemaps its robots.txt names",
        )
        group.add_argument(
            "--rate",
            type=more_than_none,
            default=1.0,
            metavar="N",
            help="requests a second to one host, or fewer where its robots.txt asks for "
            "it (default: 1)",
        )
        group.add_argument(
            "--max-pages",
            type=at_least(1),
            default=50_000,
            metavar="N",
            help="pages of a sitemap that are fetched in one run (default: %(default)s)",
        )
        group.add_argument(
            "--again",
            action="store_true",
            help="fetch and read everything, also what has not changed; --close-missing "
            "does so anyway",
        )
        group.add_argument(
            "--allow-private",
            action="store_true",
            help="connect to this machine and private networks too",
        )

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
        paths, sitemap = options["paths"], options["sitemap"]
        slug = self.named_source(options["source"], paths, sitemap)
        visit = self.visit(slug, options)
        try:
            documents: Iterable[Document | Unread] = sources.documents(
                paths, visit=visit
            )
        except OSError as error:
            raise CommandError(
                f"{error} does not exist; name files or folders that do, - for "
                "standard input, or an address.",
                returncode=USAGE,
            ) from None
        self.refuse_sources_of_nothing(paths)
        if sitemap:
            pages = web.site(visit, sitemap, max_pages=options["max_pages"])
            documents = chain(documents, pages)
        with visit.client, explained(returncode=USAGE), unshared():
            if not options["dry_run"]:
                self.make_website(slug, [*paths, sitemap or ""])
            report = pipeline.run(
                read_on(iter(documents)),
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
                visit=visit,
            )
        self.conclude(report, dry_run=options["dry_run"])
        if not report.accepted:
            sys.exit(REJECTED)

    def named_source(
        self, given: str | None, paths: list[str], sitemap: str | None
    ) -> str:
        """The source that is named, or else the one all locations are of."""
        addresses = [path for path in paths if web.is_address(path)]
        if sitemap is not None:
            addresses.append(sitemap)
        if not paths and not addresses:
            raise CommandError(
                "Nothing to import: name files, folders, - for standard input, an "
                "address, or --sitemap and the address of one.",
                returncode=USAGE,
            )
        found = {site_of(address)[0] for address in addresses}
        if len(addresses) < len(paths) + (sitemap is not None):
            found.add(Source.FILES)
        if given is None and len(found) > 1:
            raise CommandError(
                f"These belong to different sources ({', '.join(sorted(found))}): "
                "import them one by one, or name one --source for all.",
                returncode=USAGE,
            )
        slug = found.pop() if given is None else given
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
        return slug

    def visit(self, slug: str, options: dict[str, Any]) -> web.Visit:
        verbosity, named = options["verbosity"], options["paths"]

        def tell(problem: Problem) -> None:
            if verbosity > 1 or (verbosity and problem.locator in named):
                self.stdout.write(str(problem))

        return web.Visit(
            web.Client(
                user_agent=settings.USER_AGENT,
                allow=web.PRIVATE if options["allow_private"] else (),
                pace=web.Pace(rate=options["rate"]),
            ),
            persist.Addresses(slug, dry_run=options["dry_run"]),
            again=options["again"] or options["close_missing"],
            tell=tell,
        )

    def make_website(self, slug: str, locations: list[str]) -> None:
        """A source that is an address's own is called by its host."""
        for location in filter(web.is_address, locations):
            own, host = site_of(location)
            if own == slug:
                persist.website(slug, host, location)
                return

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
