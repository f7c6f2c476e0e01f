"""Postings of invented words for benchmarks: the same on every run and machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from html import escape
from itertools import accumulate, product
from random import Random
from typing import Any

#: Characters of a description as it is delivered, its HTML escaped once more.
LENGTH = 4096

#: How many different changes `posting` knows; by default none is made.
ORIGINAL = 0

_SYLLABLES = ("ba", "dri", "fo", "gul", "hem", "jo", "ka", "lor", "mi", "nesh", "pra")
_WORDS = ["".join(parts) for parts in product(_SYLLABLES, repeat=3)]
# Few words are common and most are rare, as in any language.
_WEIGHTS = list(accumulate(1 / (rank + 10) for rank in range(len(_WORDS))))
_TITLES = [f"{first}{second}ist" for first, second in product(_SYLLABLES, repeat=2)]
_COUNTRIES = ("DE", "FR", "US", "JP", "SE", "BR", "IN", "KE")
_TYPES = (*["FULL_TIME"] * 6, "PART_TIME", "CONTRACTOR", "INTERN", None)

#: A word of one title in about a hundred, and of no description.
TITLE_WORD = _TITLES[7]


def posting(number: int, *, today: date, change: int = ORIGINAL) -> dict[str, Any]:
    """The posting of a number, which does not depend on the others.

    Nine of ten are open on `today`. Another `change` gives another description.
    """
    random = Random(number)
    place = number % 97
    posted = today - timedelta(days=random.randrange(60))
    closes = today + timedelta(days=random.randrange(30, 90))
    if number % 10 == 9:
        closes = posted
    node: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": f"{random.choice(_TITLES).capitalize()}, {_text(random, 2)}",
        "identifier": {"@type": "PropertyValue", "name": "bench", "value": f"{number}"},
        "url": f"https://jobs.bench.example/{number}",
        "datePosted": posted.isoformat(),
        "validThrough": closes.isoformat(),
        "hiringOrganization": {
            "@type": "Organization",
            "name": f"{_WORDS[int(random.triangular(0, 500, 0))].capitalize()} Works",
        },
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": _WORDS[place].capitalize(),
                "addressCountry": _COUNTRIES[place % len(_COUNTRIES)],
            },
        },
        "description": _description(Random(f"{number} {change}")),
    }
    if kind := random.choice(_TYPES):
        node["employmentType"] = kind
    if random.random() < 0.2:
        node["jobLocationType"] = "TELECOMMUTE"
    if random.random() < 0.5:
        low = random.randrange(20, 90) * 1000
        node["baseSalary"] = {
            "@type": "MonetaryAmount",
            "currency": "EUR",
            "value": {"minValue": low, "maxValue": low + 9000, "unitText": "YEAR"},
        }
    return node


def lines(
    numbers: Iterable[int], *, today: date, changed: Iterable[int] = ()
) -> Iterator[bytes]:
    """One line of JSON a posting; those of `changed` have another description."""
    others = frozenset(changed)
    for number in numbers:
        change = ORIGINAL + 1 if number in others else ORIGINAL
        yield json.dumps(posting(number, today=today, change=change)).encode()


def _text(random: Random, words: int) -> str:
    return " ".join(random.choices(_WORDS, cum_weights=_WEIGHTS, k=words))


def _description(random: Random) -> str:
    """HTML as recruiting systems deliver it: breaks for paragraphs, all of it escaped.

    Cut off at `LENGTH` where it may be in the middle of a tag, which happens too.
    """
    html = ""
    while len(escaped := escape(html, quote=False)) < LENGTH:
        heading = _text(random, 2).capitalize()
        html += f"<br><strong>{heading} &amp; {_text(random, 1)}<br></strong> <br>"
        html += f"{_text(random, 45)}.<br><br><br>"
        items = "".join(f"<li>{_text(random, 8)}</li>" for _ in range(4))
        html += (
            f"<ul class='c1'>{items}</ul><p style='margin:0'>{_text(random, 30)}.</p>"
        )
    return escaped[:LENGTH]
