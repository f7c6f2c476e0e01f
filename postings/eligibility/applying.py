"""How to apply, to whom, and until when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from postings.eligibility.rules import Finding, Rule, folded, found
from postings.schemaorg import Moment, Posting

_MAIL = re.compile(r"[\w.+-]@\w[\w-]{0,62}\.\w")
_NUMBER = re.compile(r"\d[\d ()./\u00a0-]{6,20}")
_TELEPHONE = re.compile(
    r"\b(?:tel|phone|telefon|telefoon|téléphone|teléfono|telefono|fon|mobile?|mobil|call"
    r"|ring|whatsapp|sms|text)\b|☎",
    re.IGNORECASE,
)
_BEFORE_NUMBER = 40
#: Names of no employer, folded.
_NOBODY = {
    "", "na", "none", "null", "unknown", "undefined", "company", "employer", "tbd",
}  # fmt: skip
_ANONYMOUS = {
    "confidential",
    "anonymous",
    "vertraulich",
    "confidentiel",
    "confidencial",
}


def findings(posting: Posting, at: datetime) -> Iterator[Finding]:
    organization, contact = posting.hiring_organization, posting.application_contact
    ways = [posting.url, contact.url, contact.email, contact.telephone]
    if organization is not None:
        ways += [organization.email, organization.telephone]
    if not any(way.strip() for way in ways) and not _names_way(posting.description):
        yield found(Rule.NO_WAY_TO_APPLY)
    if not posting.identifier.value.strip():
        yield found(Rule.MISSING_IDENTIFIER)
    name = folded(organization.name) if organization else ""
    if organization is None or name in _NOBODY:
        yield found(Rule.MISSING_EMPLOYER)
    elif not (organization.url or organization.same_as) and name not in _ANONYMOUS:
        yield found(Rule.MISSING_EMPLOYER_SITE)
    if posting.direct_apply is None:
        yield found(Rule.MISSING_DIRECT_APPLY)
    yield from _dates(posting, at)


def _names_way(html: str) -> bool:
    """Whether a description has a link, an e-mail address or a telephone number."""
    if "href=" in html or ("@" in html and _MAIL.search(html)):
        return True
    for match in _NUMBER.finditer(html):
        before = html[max(0, match.start() - _BEFORE_NUMBER) : match.start()]
        if before.endswith("+") or _TELEPHONE.search(before):
            return True
    return False


_DISTANT = timedelta(days=731)
#: The same day may be tomorrow where a posting is from.
_TIME_ZONES = timedelta(days=1)


def _dates(posting: Posting, at: datetime) -> Iterator[Finding]:
    posted, until = posting.date_posted, posting.valid_through
    if posted is None:
        yield found(Rule.MISSING_DATE_POSTED)
    elif posted.at - at > _TIME_ZONES:
        yield found(
            Rule.FUTURE_DATE_POSTED,
            f"The posting says it was posted on {_day(posted)}, which is to come.",
        )
    if until is None:
        yield found(Rule.MISSING_VALID_THROUGH)
    elif until.at < at:
        yield found(Rule.EXPIRED, f"The posting expired on {_day(until)}.")
    elif until.at - at > _DISTANT:
        yield found(
            Rule.DISTANT_VALID_THROUGH,
            f"The posting says it stays open until {_day(until)}.",
        )


def _day(moment: Moment) -> str:
    try:
        return moment.local().date().isoformat()
    except OverflowError:  # in the first or last year Python knows
        return moment.at.date().isoformat()
