"""Google's JobPosting rules over one posting: what its search refuses or leaves out.

An error is what keeps a posting out of Google's job search: a required property is
missing, or a content policy is broken for certain. A warning costs it something less: a
recommended property, a value Google does not read, a title it may judge badly.
`RULES` says each rule in words; docs/eligibility.md is that table.
"""

from __future__ import annotations

from datetime import datetime
from itertools import chain

from postings.eligibility import applying, description, pay, places, terms, title
from postings.eligibility.rules import RULES, Finding, Guideline, Level, Rule
from postings.schemaorg import Posting

__all__ = ("RULES", "Finding", "Guideline", "Level", "Rule", "findings")

_ORDER = {rule: position for position, rule in enumerate(Rule)}


def findings(posting: Posting, *, at: datetime) -> tuple[Finding, ...]:
    """What Google would say of a posting at an aware instant; errors come first.

    Each rule finds at most once; within a level findings come in the order of the
    properties of `Posting`. Never raises, whatever a posting holds, and is linear in its
    texts: about 100 µs for one of 4 KB.
    """
    found: dict[Rule, Finding] = {}
    for one in chain(
        title.findings(posting),
        description.findings(posting),
        applying.findings(posting, at),
        places.findings(posting),
        terms.findings(posting),
        pay.findings(posting),
    ):
        found.setdefault(one.rule, one)
    return tuple(
        sorted(
            found.values(),
            key=lambda one: (one.level is Level.WARNING, _ORDER[one.rule]),
        )
    )
