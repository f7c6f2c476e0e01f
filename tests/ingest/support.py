"""Short ways to say what an import is given and what it said."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from postings.ingest import normalise, persist, pipeline, prepare
from postings.ingest.normalise import Normalised
from postings.ingest.read import Document, Node, nodes
from postings.ingest.report import Outcome, Recorded, Report
from postings.models import JobPosting
from postings.schemaorg import Posting

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)

MINIMAL = {
    "@context": "https://schema.org/",
    "@type": "JobPosting",
    "title": "Baker",
    "hiringOrganization": "Crumb & Co",
    "identifier": "b-1",
}


def node(**properties: Any) -> dict[str, Any]:
    """A JobPosting with a title, an employer and an identifier, and these."""
    return {**MINIMAL, **properties}


def normalised(data: Mapping[str, Any], **hints: Any) -> Normalised:
    return normalise.posting(Node(data=data, locator="t", **hints), site_zone="UTC")


def posting(**properties: Any) -> Posting:
    """What the reader makes of a node; fails where it makes nothing."""
    read = normalised(node(**properties)).posting
    assert read is not None
    return read


def codes(data: Mapping[str, Any]) -> list[str]:
    return [str(problem.code) for problem in normalised(data).problems]


def read_text(text: str | bytes, name: str = "t.json") -> list[Any]:
    content = text.encode() if isinstance(text, str) else text
    return list(nodes(Document(name=name, content=content)))


def run_import(
    *records: Any, source: str = "files", now: datetime = NOW, dry_run: bool = False
) -> tuple[Report, list[Recorded]]:
    """Imports nodes (or texts, as they are) as one document each."""
    said: list[Recorded] = []
    report = pipeline.run(
        [
            Document(
                name=f"{number}.json",
                content=(
                    record if isinstance(record, str) else json.dumps(record)
                ).encode(),
            )
            for number, record in enumerate(records)
        ],
        source=source,
        now=now,
        dry_run=dry_run,
        tell=said.append,
    )
    return report, said


def outcomes(*records: Any, **options: Any) -> list[Outcome]:
    return [recorded.outcome for recorded in run_import(*records, **options)[1]]


def stored(value: Posting) -> JobPosting:
    """A posting as an import stores it."""
    run = persist.begin("files", now=NOW)
    entry = prepare.of(Node(data=node(), locator="t"), value)
    recorded: Sequence[Recorded] = persist.save([entry], run=run)
    posting_id = recorded[0].posting_id
    assert posting_id is not None
    return JobPosting.objects.get(pk=posting_id)


@contextmanager
def importing(source: str) -> Iterator[None]:
    """Another process's import of a source, or what else is held, as the block runs."""
    started, ended = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with persist.held(source):
                started.set()
                ended.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert started.wait(60)
    try:
        yield
    finally:
        ended.set()
        thread.join()
