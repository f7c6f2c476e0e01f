from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from postings.management.asking import USAGE
from postings.management.commands.refresh_search import said
from postings.management.database import explained
from postings.management.searching import progressing
from postings.search import index


class Command(BaseCommand):
    help = (
        "Build the search index of this host anew, beside the one in use, which answers "
        "until the new one takes its place. Needed after a database was put back from a "
        "backup; all else is noticed. Exit status: 0 when it was built, 2 when it was not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--quiet", action="store_true", help="say nothing but what went wrong"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with (
                explained(returncode=USAGE),
                progressing(self, quiet=options["quiet"]) as progress,
            ):
                synced = index.rebuild(progress=progress)
        except OSError as error:
            raise CommandError(
                f"The search index could not be built ({error}).", returncode=USAGE
            ) from error
        if not synced.done:
            raise CommandError(said(synced), returncode=USAGE)
        if not options["quiet"]:
            self.stdout.write(said(synced))
