"""The baseline: SQLite's full-text search as it comes, over the same postings.

The tokenizer is unicode61 with its defaults, the order that of `rank`, which is BM25
with equal weights. Beyond quoting the words nothing is done to make it find more.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence

from django.db.models import Prefetch

from postings.models import JobLocation, JobPosting
from postings.sanitise import plain_text

COLUMNS = (
    "title",
    "organization",
    "skills",
    "industry",
    "occupation",
    "places",
    "description",
)

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class Baseline:
    """An index in memory of rows: a key, then a text for each of `COLUMNS`."""

    def __init__(self, rows: Iterable[tuple[int | str, ...]]) -> None:
        self._connection = sqlite3.connect(":memory:")
        names = ", ".join(COLUMNS)
        marks = ", ".join("?" * (len(COLUMNS) + 1))
        self._connection.execute(f"CREATE VIRTUAL TABLE posting USING fts5({names})")
        self._connection.executemany(
            f"INSERT INTO posting (rowid, {names}) VALUES ({marks})",  # noqa: S608 - constants
            rows,
        )

    def close(self) -> None:
        self._connection.close()

    def ranked(self, words: str, limit: int) -> Sequence[int]:
        """The keys that match, best first. Raises nothing, whatever is typed."""
        match = expression(words)
        if not match:
            return ()
        found = self._connection.execute(
            "SELECT rowid FROM posting WHERE posting MATCH ? ORDER BY rank LIMIT ?",
            (match, limit),
        )
        return tuple(key for (key,) in found)


def terms(words: str) -> list[tuple[str, str, str]]:
    """A hyphen or nothing, a phrase or nothing, and the word where it is no phrase."""
    return _TERM.findall(words)


def expression(words: str) -> str:
    """What was typed, in FTS5's language; empty where it asks for nothing.

    A word and a phrase in quotes become a string each, all of them wanted; what
    begins with a hyphen is unwanted.
    """
    typed = words.encode("utf-8", "replace").decode().replace("\0", " ")
    wanted: list[str] = []
    unwanted: list[str] = []
    for hyphen, phrase, word in terms(typed):
        text = '"' + (phrase or word).replace('"', '""') + '"'
        (unwanted if hyphen else wanted).append(text)
    if not wanted:
        return ""
    every = " AND ".join(wanted)
    return f"({every}) NOT ({' OR '.join(unwanted)})" if unwanted else every


def rows() -> Iterable[tuple[int | str, ...]]:
    """All postings of the database, whatever their state. Cost: two queries."""
    locations = Prefetch("job_location", JobLocation.objects.order_by("position"))
    for posting in JobPosting.objects.select_related(
        "hiring_organization", "texts"
    ).prefetch_related(locations):
        organization = posting.hiring_organization
        yield (
            posting.pk,
            posting.title,
            organization.name if organization else "",
            "\n".join(posting.skills),
            "\n".join(posting.industry),
            "\n".join([*posting.occupational_category, posting.relevant_occupation]),
            "\n".join(
                " ".join(
                    (
                        place.name,
                        place.address,
                        place.address_locality,
                        place.address_region,
                        place.address_country,
                        place.address_country_text,
                    )
                )
                for place in posting.job_location.all()
            ),
            plain_text(posting.texts.description),
        )
