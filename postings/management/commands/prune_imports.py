from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from postings.ingest import persist
from postings.management.asking import days_back
from postings.management.database import explained


class Command(BaseCommand):
    help = (
        "Delete old entries of the import ledger. Open conflicts, rejections nobody has "
        "settled and runs that postings were last seen in stay. A run whose records are "
        "gone can no longer be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days",
            type=days_back,
            default=90,
            metavar="N",
            help="keep what began within so many days (default: %(default)s)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would go, and keep it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        before = timezone.now() - timedelta(days=options["days"])
        with explained():
            pruned = persist.prune(before, dry_run=options["dry_run"])
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{pruned.records} records and {pruned.runs} runs {would}deleted."
        )
