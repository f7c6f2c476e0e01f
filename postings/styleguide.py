"""What the style page shows: every component, with values that try it.

Cards are made from rows that are never saved, by what makes them for the other pages.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from postings import listing
from postings.cards import Card, card
from postings.choices import FacetGroup, FacetOption
from postings.facts import Apply, ApplyKind, Fact, Status
from postings.filters import PostingFilter
from postings.links import Link
from postings.models import JobPosting, Organization
from postings.search.criteria import NOT_STATED, Criteria
from postings.search.excerpts import Part

_PAID = {
    "base_salary_min_value": Decimal(72000),
    "base_salary_max_value": Decimal(88000),
    "base_salary_currency": "EUR",
    "base_salary_unit_text": "YEAR",
}
_BY_THE_HOUR = {
    "base_salary_min_value": Decimal(45),
    "base_salary_max_value": Decimal(55),
    "base_salary_currency": "EUR",
    "base_salary_unit_text": "HOUR",
    "base_salary_yearly_min_value": Decimal(93600),
    "base_salary_yearly_max_value": Decimal(114400),
}
_LONG_NAME = (
    "International Association for the Preservation and Digitisation of Newspaper and"
    " Periodical Archives e. V."
)


def samples(at: datetime) -> dict[str, object]:
    """The context of the style page; reads no row."""
    shown = [_marked(card) for card in _cards(at)]
    address = reverse("posting_list")
    return {
        "cards": shown,
        "results": listing.Listing(
            total=1174, page=1, pages=59, first=1, last=len(shown), cards=shown
        ),
        "card": shown[0],
        "title": shown[0].title,
        "gone": 0,
        "form": PostingFilter(QueryDict("q=python&where=Berlin")).form,
        "tiles": [f"{letter} {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
        "facts": _facts(),
        "states": _states(),
        "similar_url": address,
        "sentence": listing.Sentence(
            count="1,174 open jobs", what="engineer", where="Berlin", within="25 km"
        ),
        "understandings": _understandings(address),
        "feeds": listing.feeds(Criteria()),
        "sorts": [
            listing.SortLink(label=str(label), url=address, current=not number)
            for number, label in enumerate(listing.SORT_LABELS.values())
        ],
        "ignored": [
            "“abc” is not a page; this is the first.",
            "“gardening” is not an employment type; it was ignored.",
        ],
        "chips": _chips(address),
        "clear_url": address,
        "groups": _groups(),
        "filter_count": 2,
        "include_closed": [_option("1", "Include closed jobs", 87)],
        "organizations": _organizations(),
        "paginations": [
            listing.pagination(page, 59, lambda number: f"?page={number}")
            for page in (1, 30, 59)
        ],
        "alternatives": [
            listing.Alternative(label="Remove Part-time", url=address, count=2),
            listing.Alternative(label="Include closed jobs", url=address, count=1284),
        ],
    }


def _understandings(address: str) -> list[listing.Understood]:
    others = (
        Link(text="Berlin, New Hampshire, United States", url=address),
        Link(text="Berlin, Connecticut, United States", url=address),
    )
    return [
        listing.Understood(typed="enginer", place="Berlin, Germany", near=True),
        listing.Understood(any_word=True, place="Berlin, Germany", others=others),
        listing.Understood(
            place="Germany",
            left_out="Paris",
            others=(Link(text="Paris, France", url=address),),
        ),
        listing.Understood(unknown="Atlantis"),
    ]


def _marked(shown: Card) -> Card:
    """With its first word marked, as a search for it would."""
    word, space, others = shown.title.partition(" ")
    parts = (Part(word, marked=True), Part(space + others, marked=False))
    return replace(shown, title_parts=parts)


def _cards(at: datetime) -> list[Card]:
    rows = [
        _row(at, title="Senior Python Engineer, Payments Platform", **_PAID),
        _row(
            at,
            title="Wissenschaftliche:r Mitarbeiter:in (m/w/d) im Bereich Maschinelles"
            " Lernen und Datenaufbereitung für die Digitalisierung historischer"
            " Zeitungsbestände",
            hiring_organization=Organization(pk=2, name=_LONG_NAME),
            employment_type=["PART_TIME", "TEMPORARY"],
            valid_through=at + timedelta(days=2),
            in_language="de",
            base_salary_text="EG 13 TV-L, 65 %",
        ),
        _row(
            at,
            title="Backend Developer",
            job_location_type="TELECOMMUTE",
            places_label="",
            places_country="",
            places_count=0,
            areas_count=1,
            employment_type=["CONTRACTOR"],
            **_BY_THE_HOUR,
        ),
        _row(
            at,
            title="Translator for a family archive",
            hiring_organization=None,
            places_label="",
            places_country="",
            places_count=0,
            excerpt="",
        ),
        _row(
            at,
            title="أمينة مكتبة",
            hiring_organization=Organization(pk=3, name="مكتبة النخلة"),
            in_language="ar",
            excerpt="تعملين مع مجموعة من عشرة آلاف كتاب.",
        ),
        _row(at, title="A posting that closed", valid_through=at - timedelta(days=9)),
        _row(at, title="A posting that was withdrawn", withdrawn_at=at),
    ]
    return [card(row, at) for row in rows]


def _row(at: datetime, **columns: Any) -> JobPosting:
    posted = at - timedelta(hours=2)
    given: dict[str, Any] = {
        "pk": 1,
        "hiring_organization": Organization(pk=1, name="Nordlicht Energie GmbH"),
        "employment_type": ["FULL_TIME"],
        "date_posted": posted,
        "date_posted_zone": "Europe/Berlin",
        "date_posted_zone_source": "site",
        "valid_through_zone": "Europe/Berlin",
        "valid_through_zone_source": "site",
        "published_at": posted,
        "posted_at": posted,
        "in_language": "en",
        "places_label": "Berlin",
        "places_country": "DE",
        "places_count": 1,
        "excerpt": "You will own the services that bill 400,000 households every month."
        " We work in Python and PostgreSQL, deploy on weekdays only and write things"
        " down, because the person who reads it at night is one of us.",
    }
    return JobPosting(**given | columns)


def _states() -> list[dict[str, object]]:
    """A posting's line of state with each way to apply, and closed ones."""
    opened = Status(
        open=True,
        headline="Open.",
        detail="Closes Friday 4 December 2026, 23:59 CET, in 11 days",
    )
    closed = Status(
        open=False,
        headline="Closed on 13 September 2021",
        detail="This posting is kept for reference and no longer takes applications.",
    )
    ways = (
        Apply(
            kind=ApplyKind.LINK,
            url="https://careers.example/",
            label="Apply at careers.example",
        ),
        Apply(
            kind=ApplyKind.EMAIL,
            url="mailto:jobs@inn.example",
            label="Apply by e-mail to jobs@inn.example",
        ),
        Apply(kind=ApplyKind.NONE, note="Ask for Ada at the Inn to apply."),
    )
    return [
        *({"status": opened, "apply": way, "similar": 0} for way in ways),
        {"status": closed, "apply": None, "similar": 46},
        {"status": closed, "apply": None, "similar": 0},
    ]


def _facts() -> list[Fact]:
    return [
        Fact(
            label="Pay",
            values=("€72,000 a year",),
            written="72.000 EUR brutto / Jahr",
            written_lang="de",
        ),
        Fact(label="Type", values=("Full-time",)),
        Fact(
            label="Workplace",
            values=("On site or remote",),
            note="Remote applicants: Germany, Austria",
        ),
        Fact(
            label="Places",
            values=("Berlin", "Hamburg", "Leipzig", "Kiel", "Rostock"),
            more=("Husum", "Trier"),
        ),
        Fact(label="Skills", values=("Python, PostgreSQL, event sourcing",)),
        Fact(label="Employer", values=(Link(text="inn.example", url="https://a.b/"),)),
    ]


def _organizations() -> list[tuple[Organization, int]]:
    named = ((_LONG_NAME, 1), ("Inn", 1284))
    return [
        (Organization(pk=pk, name=name), count)
        for pk, (name, count) in enumerate(named, start=1)
    ]


def _chips(address: str) -> list[dict[str, str]]:
    values = (
        ("Type", "Full-time"),
        ("Type", "Part-time"),
        ("Country", "Germany"),
        ("Organization", _LONG_NAME),
        ("Status", "Closed too"),
    )
    return [
        {"group": group, "label": label, "remove_url": address}
        for group, label in values
    ]


def _groups() -> list[FacetGroup]:
    types = (
        _option("FULL_TIME", "Full-time", 874, chosen=True),
        _option("PER_DIEM", "Per diem", 0, chosen=True),
        _option("TEMPORARY", "Temporary", 41),
        _option(NOT_STATED, "Not stated", 19),
    )
    towns = (_option("DE/02/Munich", "Munich", 20),)
    regions = (_option("DE/02", "Bavaria", 31, inside=towns),)
    countries = (
        _option("DE", "Germany", 100, chosen=True, inside=regions),
        *(_option(f"c-{n}", f"Country {n}", 99 - n) for n in range(12)),
    )
    amounts = (
        _option("", "Any pay", None, chosen=True),
        _option("EUR40000", "€40,000", 312),
        _option("EUR80000", "€80,000", 48),
    )
    return [
        FacetGroup(
            name="type", label="Employment type", options=types, chosen=2, open=True
        ),
        FacetGroup(
            name="place",
            label="Place",
            options=countries[:3],
            more=countries[3:],
            chosen=1,
            open=True,
        ),
        FacetGroup(
            name="pay",
            label="Pay from, a year",
            options=amounts,
            more=(_option("USD", "US Dollar (USD)", 26),),
            single=True,
            beside=(("paid", (_option("1", "Only with pay stated", None),)),),
        ),
    ]


def _option(
    value: str,
    label: str,
    count: int | None,
    *,
    chosen: bool = False,
    inside: tuple[FacetOption, ...] = (),
) -> FacetOption:
    return FacetOption(
        value=value,
        label=label,
        count=count,
        chosen=chosen,
        not_stated=value == NOT_STATED,
        inside=inside,
    )
