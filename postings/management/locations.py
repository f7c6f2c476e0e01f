"""Where an import reads from: locations to documents, and whose postings they are."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, _ActionsContainer
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from postings.ingest import persist, sources, web
from postings.ingest.read import Document, Unread
from postings.ingest.report import Problem, shortened
from postings.management.asking import USAGE, at_least, given
from postings.models import Source

#: The least and the most requests a second that can be asked for.
RATES = 0.001, 1_000_000


def add_web_arguments(parser: CommandParser) -> None:
    group = parser.add_argument_group("from the web")
    group.add_argument(
        "--sitemap",
        type=given,
        metavar="URL",
        help="import the pages a career site's sitemap lists; of a site, the "
        "sitemaps its robots.txt names",
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
    add_client_arguments(group)


def add_client_arguments(parser: _ActionsContainer) -> None:
    """What every command that fetches can be told of how it does."""
    parser.add_argument(
        "--rate",
        type=pace,
        default=1.0,
        metavar="N",
        help="requests a second to one host, or fewer where its robots.txt asks for "
        "it (default: 1)",
    )
    parser.add_argument(
        "--allow-private",
        action="store_true",
        help="connect to this machine and private networks too",
    )


def client(options: dict[str, Any], **settled: Any) -> web.Client:
    """The client such arguments ask for."""
    return web.Client(
        user_agent=settings.USER_AGENT,
        allow=web.PRIVATE if options["allow_private"] else (),
        pace=web.Pace(rate=options["rate"]),
        **settled,
    )


def pace(text: str) -> float:
    """Requests a second, for argparse: within what waiting can be reckoned with."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    slowest, fastest = RATES
    if not slowest <= number <= fastest:
        raise ArgumentTypeError(
            f"{shortened(text)} is no number from {slowest} to {fastest:,}"
        )
    return number


def documents(visit: web.Visit, options: dict[str, Any]) -> Iterator[Document | Unread]:
    """The documents of everything named, the pages of a sitemap last."""
    found = named(options["paths"], visit=visit)
    if options["sitemap"]:
        most = options["max_pages"]
        found = read_on(
            chain(found, web.site(visit, options["sitemap"], max_pages=most))
        )
    return found


def named(
    paths: list[str], *, visit: web.Visit | None = None
) -> Iterator[Document | Unread]:
    """The documents of paths, and of addresses where there is a `visit`.

    What is not there, or holds no document, is a CommandError at once.
    """
    try:
        found = sources.documents(paths, visit=visit)
    except OSError as error:
        known = "standard input, or an address" if visit else "standard input"
        raise CommandError(
            f"{error} does not exist; name files or folders that do, or - for {known}.",
            returncode=USAGE,
        ) from None
    refuse_sources_of_nothing(paths)
    return read_on(found)


def read_on(found: Iterable[Document | Unread]) -> Iterator[Document | Unread]:
    """The documents, until standard input or a folder cannot be read any further."""
    try:
        yield from found
    except OSError as error:
        raise CommandError(
            f"No more could be read: {error.strerror or error}.", returncode=USAGE
        ) from error


def named_source(given: str | None, paths: list[str], sitemap: str | None) -> str:
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
    refuse_no_source(slug)
    return slug


def refuse_no_source(slug: str) -> None:
    """What no source an import is of can be called is a CommandError."""
    field = Source._meta.get_field("slug")
    try:
        field.clean(slug, None)
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


def site_of(address: str) -> tuple[str, str]:
    """The slug and host of the source an address is of."""
    try:
        return web.source_of(address)
    except web.Failed as failed:
        raise CommandError(f"{address}: {failed.message}", returncode=USAGE) from None


def visited(
    slug: str, options: dict[str, Any], say: Callable[[str], None]
) -> web.Visit:
    """What a run fetches from the web goes through this; `say` writes a line."""
    verbosity, named = options["verbosity"], options["paths"]

    def tell(problem: Problem) -> None:
        if verbosity > 1 or (verbosity and problem.locator in named):
            say(str(problem))

    return web.Visit(
        client(options),
        persist.Addresses(slug, dry_run=options["dry_run"]),
        again=options["again"] or options["close_missing"],
        tell=tell,
    )


def make_website(slug: str, locations: list[str]) -> None:
    """A source that is an address's own is called by its host."""
    for location in filter(web.is_address, locations):
        own, host = site_of(location)
        if own == slug:
            persist.website(slug, host, location)
            return


def refuse_sources_of_nothing(paths: list[str]) -> None:
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
