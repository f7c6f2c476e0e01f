"""A posting as a card says it, and as the head of its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from postings import wording
from postings.models import JobPosting, Organization, State
from postings.models.columns import moment_of, salary_of
from postings.schemaorg import JobLocationType, Workplace
from postings.search.excerpts import Part
from postings.wording import PayText


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """Every text a card shows, in words; "" for what there is nothing to say of.

    `title_parts` and `excerpt_parts` are the title, and an excerpt, with the words
    marked that were searched for; they are empty where there were none.
    """

    posting: JobPosting
    state: State
    title: str
    url: str
    organization: Organization | None
    place: str
    workplace_label: str
    pay: PayText | None
    employment: str
    age: str
    closing: str
    closed: str
    excerpt: str
    lang: str
    dir: str
    distance: str = ""
    title_parts: tuple[Part, ...] = ()
    excerpt_parts: tuple[Part, ...] = ()


def cards(postings: Iterable[JobPosting], at: datetime) -> list[Card]:
    return [card(posting, at) for posting in postings]


def card(posting: JobPosting, at: datetime) -> Card:
    """Reads the row and its organization only: neither places nor texts."""
    state = posting.state(at)
    closing = moment_of(posting, "valid_through")
    posted = moment_of(posting, "date_posted")
    workplace = posting.workplace
    return Card(
        posting=posting,
        state=state,
        title=posting.title,
        url=posting.get_absolute_url(),
        organization=posting.hiring_organization,
        place=wording.place_sentence(
            label=posting.places_label,
            country=posting.places_country,
            places=posting.places_count,
            areas=posting.areas_count,
            remote=posting.job_location_type == JobLocationType.TELECOMMUTE,
        ),
        workplace_label=(
            ""
            if workplace is Workplace.ON_SITE
            else str(wording.WORKPLACE_LABELS[workplace])
        ),
        pay=pay(posting),
        employment=wording.employment(
            (kind for kind in posting.employment_type if kind != "OTHER"),
            posting.employment_type_text,
        ),
        age=wording.age(posted, at) if posted else "",
        closing=(
            wording.closing_soon(closing, at)
            if closing is not None and state is State.OPEN
            else ""
        ),
        closed=closed(posting, state),
        excerpt=posting.excerpt,
        lang=foreign(posting.in_language),
        dir=wording.direction(posting.in_language) or "auto",
    )


def foreign(code: str) -> str:
    """The language tag where it is not the page's own language, else ""."""
    page = (get_language() or "").split("-", maxsplit=1)[0]
    return "" if code.split("-", maxsplit=1)[0].lower() == page else code


def closed(posting: JobPosting, state: State) -> str:
    closing = moment_of(posting, "valid_through")
    if state is State.WITHDRAWN:
        return _("No longer offered")
    if state is State.CLOSED and closing is not None:
        return _("Closed %(day)s") % {"day": wording.moment_day(closing)}
    return ""


def pay(posting: JobPosting) -> PayText | None:
    """What the employer pays, else an estimate that says it is one."""
    lang = foreign(posting.in_language)
    stated = wording.pay(salary_of(posting, "base_salary"), lang=lang)
    if stated is not None:
        return stated
    estimated = wording.pay(salary_of(posting, "estimated_salary"), lang=lang)
    if estimated is None:
        return None
    return replace(estimated, main=_("%(pay)s, estimated") % {"pay": estimated.main})
