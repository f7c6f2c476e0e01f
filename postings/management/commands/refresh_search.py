from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from postings.management.asking import USAGE
from postings.management.database import explained
from postings.management.searching import progressing
from postings.search import index


class Command(BaseCommand):
    help = (
        "Bring the search index of this host up to date, and look whether its files are "
        "as they were written: what is missing is added, what is damaged built anew. For "
        "a timer. Exit status: 0 when it is up to date or another process is at it, 2 "
        "when it could not be."
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
                synced = index.sync(check=True, progress=progress)
        except OSError as error:
            raise CommandError(
                f"The search index could not be brought up to date ({error}).",
                returncode=USAGE,
            ) from error
        if synced.damaged:
            self.stderr.write(
                f"The search index was damaged ({', '.join(synced.damaged)}) and has "
                "been built anew."
            )
        if not options["quiet"]:
            self.stdout.write(said(synced))


def said(synced: index.Synced) -> str:
    if not synced.done:
        return "Another process is writing the search index."
    done = "built from" if synced.rebuilt else "up to date, with"
    added = "" if synced.rebuilt else " added"
    return (
        f"Search index: {done} {synced.postings} postings{added}, at revision "
        f"{synced.revision}."
    )
