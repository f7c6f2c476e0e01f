"""A posting as a card says it, and as the head of its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from postings import wording
from postings.models import JobPosting, Organization, State
from postings.schemaorg import (
    JobLocationType,
    Moment,
    Salary,
    UnitText,
    Workplace,
    ZoneSource,
)
from postings.wording import PayText


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """Every text a card shows, in words; "" for what there is nothing to say of."""

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


def cards(postings: Iterable[JobPosting], at: datetime) -> list[Card]:
    return [card(posting, at) for posting in postings]


def card(posting: JobPosting, at: datetime) -> Card:
    """Reads the row and its organization only: neither places nor texts."""
    state = posting.state(at)
    closing = valid_through(posting)
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
        age=wording.age(posted(posting), at),
        closing=(
            wording.closing_soon(closing, at)
            if closing is not None and state is State.OPEN
            else ""
        ),
        closed=closed(posting, state),
        excerpt=posting.excerpt,
        lang=foreign(posting.in_language),
        dir=wording.direction(posting.in_language),
    )


def foreign(code: str) -> str:
    """The language tag where it is not the page's own language, else ""."""
    page = (get_language() or "").split("-", maxsplit=1)[0]
    return "" if code.split("-", maxsplit=1)[0].lower() == page else code


def closed(posting: JobPosting, state: State) -> str:
    closing = valid_through(posting)
    if state is State.WITHDRAWN:
        return _("No longer offered")
    if state is State.CLOSED and closing is not None:
        return _("Closed %(day)s") % {"day": wording.moment_day(closing)}
    return ""


def pay(posting: JobPosting) -> PayText | None:
    """What the employer pays, else an estimate that says it is one."""
    lang = foreign(posting.in_language)
    stated = wording.pay(_salary(posting, "base_salary"), lang=lang)
    if stated is not None:
        return stated
    estimated = wording.pay(_salary(posting, "estimated_salary"), lang=lang)
    if estimated is None:
        return None
    return PayText(
        main=_("%(pay)s, estimated") % {"pay": estimated.main},
        yearly=estimated.yearly,
        wording=estimated.wording,
        lang=estimated.lang,
    )


def posted(posting: JobPosting) -> Moment:
    """When it was posted, or first seen where its source does not say."""
    if posting.date_posted is None:
        return Moment(
            at=posting.posted_at,
            has_time=True,
            zone=settings.TIME_ZONE,
            zone_source=ZoneSource.SITE,
        )
    return Moment(
        at=posting.date_posted,
        has_time=posting.date_posted_has_time,
        zone=posting.date_posted_zone,
        zone_source=ZoneSource.SITE,
    )


def valid_through(posting: JobPosting) -> Moment | None:
    if posting.valid_through is None:
        return None
    return Moment(
        at=posting.valid_through,
        has_time=posting.valid_through_has_time,
        zone=posting.valid_through_zone,
        zone_source=ZoneSource.SITE,
    )


def _salary(posting: JobPosting, prefix: str) -> Salary:
    unit = getattr(posting, f"{prefix}_unit_text")
    return Salary(
        min_value=getattr(posting, f"{prefix}_min_value"),
        max_value=getattr(posting, f"{prefix}_max_value"),
        currency=getattr(posting, f"{prefix}_currency"),
        unit_text=UnitText(unit) if unit else None,
        text=getattr(posting, f"{prefix}_text"),
    )
