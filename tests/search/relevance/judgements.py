"""The queries and the graded postings, as judgements.toml has them."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("judgements.toml")
GRADES = (1, 2, 3)


class Name(NamedTuple):
    """What a posting is called: the n-th of its title in its document, from 1."""

    document: str
    title: str
    nth: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What somebody types, in which language, and the grades of what answers it."""

    words: str
    language: str
    kind: str
    relevant: Mapping[Name, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A query over a database: its grades by the primary keys of postings."""

    query: Query
    grades: Mapping[int, int]


def read(toml: str) -> tuple[Query, ...]:
    """The queries of a TOML text. Raises ValueError with all that is wrong with them."""
    entries = tomllib.loads(toml)["query"]
    asked = Counter(entry["words"] for entry in entries)
    wrong = [f"{words}: asked {n} times" for words, n in asked.items() if n > 1]
    queries = tuple(_query(entry, wrong) for entry in entries)
    if wrong:
        raise ValueError("\n".join(wrong))
    return queries


def _query(entry: Mapping[str, Any], wrong: list[str]) -> Query:
    """The query of an entry; a sentence is added to `wrong` for each fault."""
    words = entry["words"]
    names = [
        (Name(each["document"], each["title"], each.get("nth", 1)), each["grade"])
        for each in entry["relevant"]
    ]
    for name, count in Counter(name for name, _ in names).items():
        if count > 1:
            wrong.append(f"{words}: {name} is judged {count} times")
    wrong += [
        f"{words}: {name} has the grade {grade}"
        for name, grade in names
        if grade not in GRADES
    ]
    if not any(grade > 1 for _, grade in names):
        wrong.append(f"{words}: no posting is good")
    return Query(
        words=words,
        language=entry["language"],
        kind=entry["kind"],
        relevant=dict(names),
    )


def judged(
    queries: tuple[Query, ...], keys: Mapping[Name, int], *, folders: tuple[str, ...]
) -> tuple[Judged, ...]:
    """The queries all of whose documents lie in these folders, over a database.

    Raises ValueError with every posting named that `keys` does not hold.
    """
    asked = [
        query
        for query in queries
        if all(name.document.startswith(folders) for name in query.relevant)
    ]
    missing = [
        f"{query.words}: {name}"
        for query in asked
        for name in query.relevant
        if name not in keys
    ]
    if missing:
        raise ValueError("\n".join(missing))
    return tuple(
        Judged(
            query=query,
            grades={keys[name]: grade for name, grade in query.relevant.items()},
        )
        for query in asked
    )
