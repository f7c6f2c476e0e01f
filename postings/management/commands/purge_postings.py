from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from postings.ingest import persist
from postings.management.asking import (
    MOST_DAYS,
    at_least,
    given,
    known_source,
    unshared,
)
from postings.management.database import explained
from postings.management.searching import in_step


class Command(BaseCommand):
    help = (
        "Remove postings for good that editors deleted long ago. Their addresses go on "
        "answering 410. What a source still lists stays, for it would come in anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days",
            type=at_least(1, at_most=MOST_DAYS),
            default=90,
            metavar="N",
            help="keep what was deleted within so many days (default: %(default)s)",
        )
        parser.add_argument(
            "--source", type=given, metavar="NAME", help="only postings of this source"
        )
        parser.add_argument(
            "--without-proof",
            action="store_true",
            help="also where no complete import with --close-missing within these days "
            "shows that the source has them no longer, as of one that is not imported any "
            "more",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would go, and keep it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        before = timezone.now() - timedelta(days=options["days"])
        dry_run, slug = options["dry_run"], options["source"]
        with nullcontext() if dry_run else in_step(self):
            with explained(), unshared():
                purged = persist.purge(
                    before,
                    source=None if slug is None else known_source(slug),
                    without_proof=options["without_proof"],
                    dry_run=dry_run,
                )
            would = "would be " if dry_run else ""
            self.stdout.write(f"{purged.postings} postings {would}removed for good.")
            for line in _kept(purged):
                self.stdout.write(line)


def _kept(purged: persist.Purged) -> Iterator[str]:
    if purged.listed:
        yield f"{purged.listed} stay: an import has met them within these days."
    if purged.unproven:
        yield (
            f"{purged.unproven} stay: no complete import with --close-missing within "
            "these days shows that their source has them no longer (--without-proof)."
        )
    if purged.busy:
        yield f"Those of {', '.join(purged.busy)} stay: another import is running."
