"""What a job offers and asks for: employment, education, experience."""

from __future__ import annotations

from collections.abc import Iterator

from postings.eligibility.rules import Finding, Rule, found, quoted
from postings.schemaorg import Posting


def findings(posting: Posting) -> Iterator[Finding]:
    kinds = posting.employment_type
    if kinds.text and not kinds.types:
        yield found(
            Rule.UNKNOWN_EMPLOYMENT_TYPE,
            f"{quoted(kinds.text[0])} is none of Google's employment types.",
        )
    elif not kinds.types:
        yield found(Rule.MISSING_EMPLOYMENT_TYPE)
    education, experience = (
        posting.education_requirements,
        posting.experience_requirements,
    )
    if education.text and not education.credential_category:
        yield found(Rule.EDUCATION_IN_WORDS)
    if experience.text and experience.months_of_experience is None:
        yield found(Rule.EXPERIENCE_IN_WORDS)
    if posting.experience_in_place_of_education and not (
        (education.text or education.credential_category)
        and (experience.text or experience.months_of_experience is not None)
    ):
        yield found(Rule.EXPERIENCE_ALONE)
