from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from postings.ingest import drafts, export
from postings.ingest.stopping import Stopping
from postings.management.asking import USAGE, given, known_source
from postings.management.database import explained
from postings.models import JobPosting, State

#: What visitors can read; an export of it shows nothing that is kept from them.
PUBLIC = (State.OPEN, State.CLOSED, State.WITHDRAWN)


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, content: bytes, /) -> object: ...


class Command(BaseCommand):
    help = (
        "Write postings as schema.org JSON-LD: what their sources said, with editors' "
        "corrections. Imported into a source of the same name it changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--format",
            choices=("ndjson", "json"),
            default="ndjson",
            help="a posting a line, or one JSON array (default: %(default)s)",
        )
        parser.add_argument(
            "--state",
            action="append",
            choices=[state.value for state in State],
            help="only postings in this state; may be given several times (default: "
            f"{', '.join(PUBLIC)})",
        )
        parser.add_argument(
            "--source", type=given, metavar="NAME", help="only postings of this source"
        )
        parser.add_argument(
            "-o",
            "--output",
            type=given,
            metavar="FILE",
            default="-",
            help="the file to write, replaced when all is written; a link stays, what is no "
            "file is written into (default: standard output)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        rows = JobPosting.objects.all()
        if options["source"] is not None:
            with explained():
                rows = rows.filter(source=known_source(options["source"]))
        states = [State(name) for name in options["state"] or PUBLIC]
        wanted = JobPosting.objects.none()
        for state in dict.fromkeys(states):
            wanted = wanted | rows.in_state(state, now)
        with explained(), opened(options["output"]) as file:
            count = write(export.exported(wanted), file, options["format"])
        if options["output"] != "-":
            self.stdout.write(f"{count} postings written to {options['output']}.")


def write(nodes: Iterable[dict[str, Any]], file: Sink, form: str) -> int:
    """Writes nodes as JSON lines or as one array; how many."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    count = 0
    between = b",\n" if form == "json" else b"\n"
    if form == "json":
        file.write(b"[\n")
    for count, node in enumerate(nodes, start=1):
        file.write((between if count > 1 else b"") + encode(node).encode())
    if count:
        file.write(b"\n")
    if form == "json":
        file.write(b"]\n")
    return count


@contextmanager
def opened(name: str) -> Iterator[Sink]:
    """Standard output, or a file that is whole when it is there."""
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        # SIGTERM too is to leave no half of a file beside it.
        with (
            Stopping() as stopping,
            stopping.entered(lambda: drafts.Draft(Path(name))) as draft,
        ):
            yield draft
            draft.keep()
    except drafts.NotWritten as error:
        raise CommandError(str(error), returncode=USAGE) from error
