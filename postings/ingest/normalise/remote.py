"""Wordings that stand where a place should: remote work, and nothing at all."""

# Dashes of several kinds.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from postings.countries import (
    Country,
    country_in_text,
    is_also_subdivision,
)
from postings.remote import REMOTE

#: Texts that stand where a place should but name none.
NOWHERE = frozenset((
    "", "-", "--", "---", "–", "—", ".", "..", "...", "?", "/", "n/a", "n.a.", "na",
    "none", "null", "nil", "undefined", "unknown", "unspecified", "not specified",
    "not applicable", "not available", "various", "various locations", "multiple",
    "multiple locations", "several locations", "tbd", "tba", "to be determined",
    "k.a.", "keine angabe", "verschiedene standorte", "mehrere standorte", "neuvedeno",
    "non renseigné", "no especificado",
))  # fmt: skip

#: By `str.casefold`.
NAMES_NOTHING = REMOTE | NOWHERE

#: Areas wider than a country, as they stand beside "Remote".
_WIDE = frozenset((
    "africa", "americas", "apac", "asia", "asia pacific", "benelux", "central europe",
    "dach", "eastern europe", "eea", "emea", "eu", "europe", "european union", "latam",
    "latin america", "mena", "middle east", "nordics", "north america",
    "northern europe", "oceania", "scandinavia", "south america", "southeast asia",
    "southern europe", "western europe",
))  # fmt: skip

#: What parts "Remote" and its country, and what is said around either.
_BESIDE = re.compile(r"\s*[,;/|()\[\]:\u2013\u2014]\s*|\s+-\s+")
_REMOTE_IN = re.compile(
    r"(?:(?:fully |100\s?% )?remote|work from home|home[ -]?office|anywhere)(?: work)?"
    r"(?: (?:in|within|from|across))?[ -](?:the )?(?P<after>.+)"
    r"|(?P<before>.+?)[ -](?:based )?remote",
    re.IGNORECASE,
)


def is_remote(words: str) -> bool:
    return words.casefold() in REMOTE


def beside_remote(words: str) -> tuple[Country, ...] | None:
    """What stands beside "Remote" in a text, each with its country or "".

    None where "Remote" is not there, or beside anything but countries, areas of
    several and abbreviations of States: "Remote or Berlin" may be either.
    """
    found: list[Country] = []
    remote = False
    for part in _BESIDE.split(words):
        rest = part.strip(" .")
        if is_remote(rest):
            remote = True
            continue
        if match := _REMOTE_IN.fullmatch(rest):
            remote = True
            rest = match["after"] or match["before"]
        if code := country_in_text(rest):
            found.append((code, rest))
        elif rest.casefold() in _WIDE or is_also_subdivision(rest):
            found.append(("", rest))
        elif rest:
            return None
    return tuple(found) if remote else None
