"""The postings that were judged, in the database."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from postings.ingest import pipeline, sources
from postings.ingest.report import Outcome, Recorded
from postings.management.commands import load_sample
from postings.models import Source
from tests.search.relevance.judgements import Name

#: When everything is imported. Which postings are open then is of no consequence.
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)

SAMPLE, CORPUS = "sample/", "corpus/"


def imported(corpus: Path | None) -> dict[Name, int]:
    """Import the sample, and the corpus where there is one; keys of what was created.

    Cost: about ten seconds with the corpus.
    """
    keys: dict[Name, int] = {}
    seen: Counter[Name] = Counter()

    def tell(folder: str, entry: Recorded) -> None:
        if entry.outcome is not Outcome.CREATED or entry.posting_id is None:
            return
        document = re.split("[ :#]", entry.locator)[0]
        name = Name(folder + document, entry.title)
        seen[name] += 1
        keys[name._replace(nth=seen[name])] = entry.posting_id

    pipeline.run(
        load_sample.documents(NOW.date()),
        source=Source.SAMPLE,
        now=NOW,
        tell=lambda entry: tell(SAMPLE, entry),
    )
    if corpus is not None:
        pipeline.run(
            sources.documents([str(corpus)]),
            source="corpus",
            now=NOW,
            tell=lambda entry: tell(CORPUS, entry),
        )
    return keys
