from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from postings import schemaorg
from postings.ingest import persist
from postings.management.database import explained
from postings.management.searching import in_step


class Command(BaseCommand):
    help = (
        "Sanitise stored texts again, editors' included, after an update made the "
        "policy stricter. Only what the policy forbids goes; nothing is tidied. Safe to "
        "repeat and to interrupt."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="sanitise every text, not only those of an older policy",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count = persist.Count()
        with in_step(self):
            with explained():
                for found in persist.reclean(count, all_=options["all"]):
                    if options["verbosity"]:
                        name = schemaorg.property_name(found.column)
                        removed = ", ".join(
                            f"{removal.code} {removal.detail}"
                            for removal in found.removed
                        )
                        self.stdout.write(
                            f"{found.of}: {name}: changed ({removed or 'markup only'})"
                        )
            self.stdout.write(
                f"{count.seen} postings sanitised again, {count.changed} changed."
            )
