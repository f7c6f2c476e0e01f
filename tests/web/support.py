"""Runs of the command over servers the tests start."""

from __future__ import annotations

import io
import json
from typing import Any

from django.core.management import call_command

from tests.ingest.support import node

FEED = json.dumps(node()).encode()
LD = '<script type="application/ld+json">'
ERROR_PAGE = b"<!doctype html><title>Sorry</title><h1>Something went wrong</h1>"


def page(**properties: Any) -> bytes:
    text = json.dumps(node(**properties))
    return f"<!doctype html><title>A job</title>{LD}{text}</script>".encode()


def imported(*arguments: str) -> tuple[int, list[str]]:
    """Exit status and lines of output; loopback is allowed, the pace is no hindrance.

    Without worker processes, unless `--jobs` is among the arguments: to start them takes
    longer than most tests.
    """
    out = io.StringIO()
    status: int | str | None = 0
    try:
        call_command(
            "import_postings",
            "--jobs=1",
            *arguments,
            "--allow-private",
            "--rate=10000",
            stdout=out,
        )
    except SystemExit as stop:
        status = stop.code
    return int(status or 0), out.getvalue().splitlines()
