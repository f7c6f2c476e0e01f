from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from postings.ingest import logos, persist, web
from postings.ingest.stopping import Interrupted
from postings.management import locations
from postings.management.asking import at_least, unshared
from postings.management.database import explained

FAILED = 1


class Command(BaseCommand):
    help = (
        "Fetch employers' logos and store small copies, which are all that pages show. A "
        "logo is asked for once a month, and after a failure ever more rarely. "
        "Exit status: 0 when all that were asked for came, 1 when some did not, 2 when "
        "the command could not do its work, 130 and 143 when SIGINT (Ctrl-C) or SIGTERM "
        "stopped it between two logos."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--limit",
            type=at_least(1),
            metavar="N",
            help="ask for so many logos at most",
        )
        parser.add_argument(
            "--again",
            action="store_true",
            help="ask for all logos, also those that are not due",
        )
        parser.add_argument(
            "--quiet", action="store_true", help="say nothing but what went wrong"
        )
        locations.add_client_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        count = logos.Count()

        def failed(asked: persist.Sought, error: web.Failed) -> None:
            self.stdout.write(
                f"{asked.name}: {asked.address}: {error.code}: {error.message}"
            )

        try:
            with (
                explained(),
                unshared(),
                locations.client(
                    options, limits=web.logo.LIMITS, accept=web.logo.ACCEPT
                ) as client,
            ):
                logos.fetch(
                    client,
                    count,
                    again=options["again"],
                    limit=options["limit"],
                    failed=failed,
                )
        except Interrupted as stop:
            self.stderr.write(
                f"Stopped by {stop} after {count.asked} logos. What was stored stays; "
                "the same command goes on from there."
            )
            sys.exit(128 + stop.signum)
        if not options["quiet"]:
            self.stdout.write(
                f"{count.asked} logos asked for: {count.stored} stored, "
                f"{count.unchanged} unchanged, {count.failed} failed. "
                f"{count.dropped} dropped."
            )
        if count.failed:
            sys.exit(FAILED)
