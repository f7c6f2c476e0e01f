"""Google's rules, each broken by one posting and kept by another."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from postings import eligibility
from postings.eligibility import RULES, Level, Rule
from postings.ingest import normalise, sources
from postings.ingest.read import Document, Node, nodes
from postings.schemaorg import Posting
from tests.ingest.strategies import PROPERTIES
from tests.ingest.support import node, posting

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent

TEXT = (
    "<p>We bake bread of rye and wheat every night for the shops of the town, and look "
    "for a third baker who knows sourdough.</p><p>You work four nights a week. Send us "
    "your application until the end of the month; we answer within a week. We look "
    "forward to meeting you in our bakery by the river.</p>"
)
ADDRESS = {
    "streetAddress": "Weg 1",
    "postalCode": "10115",
    "addressLocality": "Berlin",
    "addressRegion": "BE",
    "addressCountry": "DE",
}
PAY = {"minValue": 30000, "maxValue": 36000, "unitText": "YEAR"}
GOOD: dict[str, Any] = {
    "title": "Baker",
    "description": TEXT,
    "datePosted": "2026-11-02",
    "validThrough": "2026-12-02",
    "employmentType": "FULL_TIME",
    "url": "https://crumb.example/jobs/7",
    "hiringOrganization": {"name": "Crumb", "sameAs": "https://crumb.example/"},
    "jobLocation": {"address": ADDRESS},
    "baseSalary": {"currency": "EUR", "value": PAY},
    "directApply": True,
}
REMOTE = {"jobLocationType": "TELECOMMUTE", "jobLocation": None}
GERMANY = {"@type": "Country", "name": "DE"}
REMOTE_TEXT = TEXT + "<p>The job is done remotely, from home.</p>"


def found(**changed: Any) -> set[str]:
    return rules(posting(**{**GOOD, **changed}))


def rules(value: Posting) -> set[str]:
    return {str(one.rule) for one in eligibility.findings(value, at=AT)}


def test_a_complete_posting_has_no_findings() -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"description": None}, "missing-description"),
        ({"description": "Baker"}, "description-is-title"),
        ({"description": "<p>We need a baker.</p>"}, "short-description"),
        ({"datePosted": None}, "missing-date-posted"),
        ({"datePosted": "2027-05-01", "validThrough": None}, "future-date-posted"),
        ({"validThrough": "2026-11-20"}, "expired"),
        ({"validThrough": None}, "missing-valid-through"),
        ({"validThrough": "2040-01-01"}, "distant-valid-through"),
        ({"hiringOrganization": None}, "missing-employer"),
        ({"hiringOrganization": "Crumb"}, "missing-employer-site"),
        ({"identifier": None}, "missing-identifier"),
        ({"url": None}, "no-way-to-apply"),
        ({"jobLocation": None}, "missing-place"),
        (
            {"jobLocation": {"address": {**ADDRESS, "addressCountry": None}}},
            "missing-country",
        ),
        (
            {"jobLocation": {"address": {**ADDRESS, "addressCountry": "Utopia"}}},
            "unknown-country",
        ),
        (
            {"jobLocation": {"address": {"addressCountry": "DE"}}},
            "missing-town",
        ),
        (REMOTE, "remote-without-area"),
        ({"jobLocationType": "hybrid"}, "unknown-location-type"),
        ({"employmentType": None}, "missing-employment-type"),
        ({"employmentType": "Sometimes"}, "unknown-employment-type"),
        ({"baseSalary": None}, "missing-pay"),
        ({"baseSalary": "competitive"}, "pay-in-words"),
        ({"baseSalary": {"value": PAY}}, "missing-currency"),
        ({"baseSalary": {"currency": "EUR", "value": 30000}}, "missing-pay-unit"),
        (
            {"baseSalary": {"currency": "EUR", "value": {"value": 9, "unitText": "YEAR"}}},
            "implausible-pay",
        ),
        ({"directApply": None}, "missing-direct-apply"),
        ({"title": "BAKER WANTED NOW"}, "title-shouts"),
        ({"title": "Baker!!! Apply now"}, "title-symbols"),
        ({"title": "Baker (Ref: 12345)"}, "title-code"),
        ({"title": "Baker - 30,000 EUR"}, "title-pay"),
        ({"title": "Baker at Crumb"}, "title-employer"),
        ({"title": "Baker 01.12.2026"}, "title-date"),
    ],
    ids=str,
)  # fmt: skip
def test_a_broken_rule_is_found(changed: dict[str, Any], rule: str) -> None:
    assert rule in found(**changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"validThrough": "2026-11-24"},
        {
            "hiringOrganization": {
                "name": "confidential",
                "sameAs": "https://a.example/",
            }
        },
        {
            **REMOTE,
            "applicantLocationRequirements": GERMANY,
            "description": REMOTE_TEXT,
        },
        {"url": None, "applicationContact": {"email": "jobs@crumb.example"}},
        {"url": None, "description": TEXT + "<p>Write to jobs@crumb.example.</p>"},
    ],
    ids=str,
)
def test_a_kept_rule_is_no_finding(changed: dict[str, Any]) -> None:
    assert found(**changed) == set()


@pytest.mark.parametrize(
    "title",
    [
        "C++ Developer", "C# / .NET Engineer", "Nurse (m/w/d)", "3D Artist", "QA",
        "R&D Engineer II", "24/7 Support Agent", "Head of SEO", "Software Engineer in Test",
        "HR Business Partner", "IT-Administrator", "Senior Java Developer – Payments",
        "CNC Machinist", "UX/UI Designer", "Registered Nurse - ICU", "Chef de Partie",
        "Koch (m/w/d) in Teilzeit", "Lead Engineer, AWS", "Level 3 Technician",
        "PhD Student in Physics", "Class 1 Driver", "Analytiker till kundtjänst",
    ],
)  # fmt: skip
def test_a_good_title_is_left_alone(title: str) -> None:
    assert found(title=title) == set()


def test_errors_come_before_warnings_and_each_says_what_to_do() -> None:
    bare = Posting(title="Baker")
    one = eligibility.findings(bare, at=AT)
    levels = [finding.level for finding in one]
    assert levels == sorted(levels, key=lambda level: level is Level.WARNING)
    assert Level.ERROR in levels
    for finding in one:
        assert finding.reason.endswith(".")
        assert finding.fix.endswith(".")
        assert finding.property


def test_a_posting_without_a_title_is_refused() -> None:
    assert "missing-title" in rules(replace(posting(**GOOD), title=""))


def test_every_rule_is_in_the_guide_with_its_words() -> None:
    text = (ROOT / "docs/eligibility.md").read_text()
    for rule in Rule:
        guideline = RULES[rule]
        row = (
            f"| `{rule}` | {guideline.level} | `{guideline.property}` | "
            f"{guideline.reason} | {guideline.fix} | {guideline.citation} |"
        )
        assert row in text
    assert text.count("\n| `") == len(Rule)


@settings(max_examples=200, deadline=None)
@given(PROPERTIES)
def test_no_posting_raises(properties: dict[str, Any]) -> None:
    read = normalise.posting(Node(data=node(**properties), locator="t")).posting
    assert read is not None
    eligibility.findings(read, at=AT)


def test_the_corpus_is_judged_and_not_all_of_it_refused(corpus_dir: Path) -> None:
    judged = refused = 0
    for document in sources.documents([str(corpus_dir)]):
        assert isinstance(document, Document)
        for entry in nodes(document):
            read = normalise.posting(entry).posting if isinstance(entry, Node) else None
            if read is None or read.date_posted is None:
                continue
            # As it was on the day it was posted: they are some years old.
            errors = [
                one
                for one in eligibility.findings(read, at=read.date_posted.at)
                if one.level is Level.ERROR
            ]
            judged += 1
            refused += bool(errors)
    assert judged > 500
    assert 0.05 < refused / judged < 0.7, refused / judged
