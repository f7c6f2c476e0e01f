from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from postings.ingest import persist, pipeline
from postings.ingest.read import Document
from postings.ingest.report import Outcome
from postings.ingest.sources import SUFFIXES
from postings.management.asking import unshared
from postings.management.database import explained
from postings.management.searching import in_step
from postings.models import Source

SAMPLE = Path(__file__).resolve().parents[2] / "sample"

#: The day the newest posting of the sample was written to be posted on.
NEWEST = date(2026, 11, 23)

#: The years the sample can be dated by.
YEARS = range(2000, 2100)

#: This document is a real one of 2021 and stays as it is.
FIXED = "seed.jsonld"

_DATE = re.compile(r'(?<=["\s>])\d{4}-\d{2}-\d{2}(?=["\sT<])')


def documents(today: date) -> Iterator[Document]:
    """The sample's documents, moved by whole days so that the newest is today's."""
    days = today - NEWEST
    for path in sorted(SAMPLE.iterdir()):
        if path.suffix not in SUFFIXES:
            continue
        text = path.read_text("utf-8")
        if path.name != FIXED:
            text = shifted(text, days)
        yield Document(name=path.name, content=text.encode())


def shifted(text: str, days: timedelta) -> str:
    """Every ISO date between quotes, tags or white space, moved."""
    return _DATE.sub(
        lambda match: (date.fromisoformat(match[0]) + days).isoformat(), text
    )


def day(text: str) -> date:
    """A date within which, moved, all of the sample's are dates a posting can have."""
    try:
        given = date.fromisoformat(text)
    except ValueError:
        given = date.min
    if given.year not in YEARS:
        raise ArgumentTypeError(
            f"{text!r} is no day of the years {YEARS[0]} to {YEARS[-1]}, as in {NEWEST}"
        )
    return given


class Command(BaseCommand):
    help = (
        "Load the bundled sample postings of invented employers, dated so that the "
        "newest is from today. Safe to repeat: edits are kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--today",
            type=day,
            metavar="YYYY-MM-DD",
            help="the day to date the newest posting by (default: today)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        with in_step(self):
            with explained(), unshared():
                report = pipeline.run(
                    documents(options["today"] or timezone.localdate(now)),
                    source=Source.SAMPLE,
                    now=now,
                    asked=persist.Asked(command_line="load_sample"),
                )
            outcomes = ", ".join(f"{report.outcomes[o]} {o}" for o in Outcome)
            self.stdout.write(f"Sample: {outcomes}.")
