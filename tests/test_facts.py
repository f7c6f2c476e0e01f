"""What a posting's page lists, and in which words; no database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf.global_settings import LANGUAGES
from django.utils import translation

from postings import schemaorg, wording
from postings.facts import (
    ApplyKind,
    apply,
    facts,
    sections,
    short_lines,
    status,
    summary,
)
from postings.links import Link
from postings.models import JobPostingTexts, State
from postings.schemaorg import (
    Area,
    AreaType,
    ContactPoint,
    CredentialCategory,
    Education,
    EmploymentType,
    EmploymentTypes,
    Experience,
    Identifier,
    JobLocationType,
    Language,
    LocationType,
    Moment,
    Organization,
    Place,
    Posting,
    Salary,
    StartDate,
    UnitText,
    ZoneSource,
)
from tests.factories import NOW

BERLIN = Place(address_locality="Berlin", address_country="DE")
REMOTE = LocationType(type=JobLocationType.TELECOMMUTE)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def moment(
    at: datetime, *, has_time: bool = True, zone: str = "Europe/Berlin"
) -> Moment:
    return Moment(at=at, has_time=has_time, zone=zone, zone_source=ZoneSource.OFFSET)


def make(**values: Any) -> Posting:
    return Posting(**{"title": "Cook"} | values)


def shown(posting: Posting, state: State = State.OPEN) -> dict[str, str]:
    """Label to values, note and what the source wrote, as one text."""
    return {
        fact.label: " | ".join(
            filter(
                None, [*map(str, (*fact.values, *fact.more)), fact.note, fact.written]
            )
        )
        for fact in facts(posting, state=state, at=NOW)
    }


# --- Every property -------------------------------------------------------------------

#: A value of each property, and the fact that says it.
SHOWN: dict[str, tuple[Any, str, str]] = {
    "alternateName": (("Chef",), "Also called", "Chef"),
    "applicantLocationRequirements": (
        (Area(type=AreaType.COUNTRY, address_country="AT"),),
        "Applicants from",
        "Austria",
    ),
    "applicationContact": (
        ContactPoint(
            name="Ada",
            contact_type="Kitchen",
            telephone="+49 30 12345",
            email="ada@a.example",
            url="https://jobs.a.example/ask",
        ),
        "Contact",
        "Ada | +49 30 12345 | ada@a.example | jobs.a.example | Kitchen",
    ),
    "baseSalary": (
        Salary(min_value=Decimal(30000), currency="EUR", unit_text=UnitText.YEAR),
        "Pay",
        "From €30,000 a year",
    ),
    "benefits": ("<p>Free lunch</p>", "Benefits", "Free lunch"),
    "datePosted": (
        moment(NOW - timedelta(hours=2)),
        "Posted",
        "2 June 2025 | 2 hours ago",
    ),
    "directApply": (True, "Applying", "Directly on the page of the posting"),
    "educationRequirements": (
        Education(credential_category=(CredentialCategory.BACHELOR_DEGREE,)),
        "Education",
        "Bachelor degree",
    ),
    "eligibilityToWorkRequirement": ("<p>EU permit</p>", "Right to work", "EU permit"),
    "employerOverview": ("<p>Small.</p>", "About the employer", "Small."),
    "employmentType": (
        EmploymentTypes(types=(EmploymentType.PART_TIME, EmploymentType.TEMPORARY)),
        "Type",
        "Part-time, temporary",
    ),
    "employmentUnit": ("Canteen", "Department", "Canteen"),
    "estimatedSalary": (
        Salary(max_value=Decimal(40), currency="USD", unit_text=UnitText.DAY),
        "Estimated pay",
        "Up to $40 a day | ≈ $10,400 a year",
    ),
    "experienceInPlaceOfEducation": (
        True,
        "Education",
        "Experience counts in place of education",
    ),
    "experienceRequirements": (
        Experience(months_of_experience=60),
        "Experience",
        "5 years or more",
    ),
    "hiringOrganization": (
        Organization(name="Inn", url="https://www.inn.example/", legal_name="Inn Ltd"),
        "Employer",
        "Inn on inn.example | Inn Ltd",
    ),
    "identifier": (
        Identifier(value="A-1", name="Chamber"),
        "Reference",
        "A-1 | Chamber",
    ),
    "incentiveCompensation": ("<p>Tips</p>", "Bonus", "Tips"),
    "incentives": ("<p>Tips</p>", "Bonus", "Tips"),
    "industry": (("Hospitality",), "Industry", "Hospitality"),
    "jobBenefits": (
        "<ul>\n<li>Lunch</li>\n<li>Dinner</li>\n</ul>",
        "Benefits",
        "Lunch | Dinner",
    ),
    "jobDuration": ("P6M", "Duration", "6 months"),
    "jobImmediateStart": (True, "Starts", "Immediately"),
    "jobLocation": ((BERLIN,), "Place", "Berlin, Germany"),
    "jobLocationType": (REMOTE, "Workplace", "Remote only"),
    "jobStartDate": (StartDate(date=date(2025, 7, 1)), "Starts", "1 July 2025"),
    "name": ("Cook in Berlin", "Also called", "Cook in Berlin"),
    "occupationalCategory": (("35-2014",), "Category", "35-2014"),
    "physicalRequirement": (("Standing",), "Physical demands", "Standing"),
    "qualifications": ("<p>A knife</p>", "Qualifications", "A knife"),
    "relevantOccupation": ("Chef", "Occupation", "Chef"),
    "responsibilities": ("<p>Soup</p>", "Responsibilities", "Soup"),
    "salaryCurrency": ("CHF", "Paid in", "Swiss Franc (CHF)"),
    "sameAs": (("https://board.example/1",), "Also at", "board.example"),
    "securityClearanceRequirement": (("Level 1",), "Security clearance", "Level 1"),
    "sensoryRequirement": (("Taste",), "Senses needed", "Taste"),
    "skills": (("Soup", "Stew"), "Skills", "Soup, Stew"),
    "specialCommitments": (("VeteranCommit",), "Special commitments", "VeteranCommit"),
    "totalJobOpenings": (3, "Openings", "3"),
    "validThrough": (
        moment(NOW + timedelta(days=11)),
        "Closes",
        "13 June 2025, 12:00 CEST",
    ),
    "workHours": ("38 a week", "Hours", "38 a week"),
}

#: Properties that are no row: the headings, the text, an address of a picture, and
#: where the button to apply leads.
NO_FACT = {"title", "description", "image", "url"}


def test_the_table_has_every_property() -> None:
    properties = {*schemaorg.OWN_PROPERTIES, *schemaorg.THING_PROPERTIES}
    assert SHOWN.keys() == properties - NO_FACT


@pytest.mark.parametrize("name", SHOWN)
def test_a_posting_that_has_a_property_shows_it(name: str) -> None:
    value, label, text = SHOWN[name]
    assert shown(make(**{schemaorg.attribute(name): value})) == {label: text}


def test_the_address_of_a_posting_is_shown_once() -> None:
    url, other = "https://www.a.example/1", "https://b.example/1"
    posting = make(url=url, same_as=(url, other))
    way = apply(posting, State.OPEN)
    assert way is not None
    assert (way.url, shown(posting)) == (url, {"Also at": "b.example"})
    assert shown(posting, State.CLOSED) == {
        "Original posting": "a.example",
        "Also at": "b.example",
    }
    nowhere = make(url="not an address", same_as=(other,))
    assert shown(nowhere)["Original posting"] == "not an address"


def test_the_language_is_shown() -> None:
    assert shown(make(in_language=Language(code="de-AT")))["Language"] == (
        "German (Austria)"
    )


def test_a_posting_that_says_nothing_lists_nothing() -> None:
    assert facts(make(), state=State.OPEN, at=NOW) == ()


def test_facts_stand_in_the_order_people_ask() -> None:
    values = {schemaorg.attribute(name): row[0] for name, row in SHOWN.items()}
    labels = list(shown(make(**values)))
    first = ["Pay", "Estimated pay", "Paid in", "Bonus", "Type", "Hours", "Workplace"]
    assert labels[: len(first)] == first
    order = ["Place", "Starts", "Experience", "Education", "Skills", "Benefits",
             "Reference", "Posted", "Closes", "Employer", "Contact"]  # fmt: skip
    assert [label for label in labels if label in order] == order


@pytest.mark.parametrize(
    ("column", "title"),
    [
        ("responsibilities", "Responsibilities"),
        ("qualifications", "Qualifications"),
        ("education_requirements", "Education"),
        ("experience_requirements", "Experience"),
        ("eligibility_to_work_requirement", "Right to work"),
        ("job_benefits", "Benefits"),
        ("incentive_compensation", "Bonus"),
        ("employer_overview", "About the employer"),
    ],
)
def test_a_text_is_a_fact_or_a_section_and_never_both(column: str, title: str) -> None:
    long = f"<p>{'word ' * 50}end.</p>"
    texts = JobPostingTexts(**{column: long})
    assert [section.title for section in sections(texts)] == [title]
    assert sections(JobPostingTexts(**{column: "<p>Short.</p>"})) == ()
    wrapped: Any = {
        "education_requirements": Education(text=long),
        "experience_requirements": Experience(text=long),
    }.get(column, long)
    assert shown(make(**{column: wrapped})) == {}


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>One <strong>calm</strong> line.</p>", ("One calm line.",)),
        ("<ul>\n<li>a</li>\n<li>b &amp; c</li>\n</ul>", ("a", "b & c")),
        ("<p>a<br>b</p>", ("a", "b")),
        ("<p>a</p>\n<p>b</p>", ()),
        ("<ul>\n<li>a<ul>\n<li>b</li>\n</ul></li>\n</ul>", ()),
        ('<p>See <a href="https://a.example/">here</a>.</p>', ()),
        (f"<p>{'x' * 201}</p>", ()),
        ("", ()),
    ],
)
def test_only_a_short_plain_text_is_a_fact(html: str, lines: tuple[str, ...]) -> None:
    assert short_lines(html) == lines


def test_values_past_five_are_folded() -> None:
    places = tuple(
        Place(address_locality=f"Town {number}", address_country="DE")
        for number in range(7)
    )
    (fact,) = facts(make(job_location=places), state=State.OPEN, at=NOW)
    assert (fact.label, len(fact.values), len(fact.more)) == ("Places", 5, 2)


def test_a_remote_posting_says_beside_its_workplace_who_may_apply() -> None:
    areas = tuple(
        Area(type=AreaType.COUNTRY, address_country=code) for code in ("DE", "AT")
    )
    posting = make(
        job_location=(BERLIN,),
        job_location_type=REMOTE,
        applicant_location_requirements=areas,
    )
    assert shown(posting)["Workplace"] == (
        "On site or remote | Remote applicants: Germany, Austria"
    )


def test_a_closed_posting_names_addresses_and_links_none_but_the_employer() -> None:
    posting = make(
        url="https://a.example/1",
        same_as=("https://b.example/1",),
        application_contact=ContactPoint(
            email="ada@a.example", url="https://c.example/"
        ),
        hiring_organization=Organization(name="Inn", url="https://inn.example/"),
    )
    linked = {
        str(value)
        for fact in facts(posting, state=State.CLOSED, at=NOW)
        for value in fact.values
        if isinstance(value, Link)
    }
    assert linked == {"Inn on inn.example"}
    assert shown(posting, State.CLOSED)["Original posting"] == "a.example"


def test_several_addresses_of_an_employer_at_one_host_are_told_apart() -> None:
    employer = Organization(
        name="Inn",
        url="https://inn.example/",
        same_as=(
            "http://www.inn.example",
            "https://inn.example/jobs/k%C3%B6che",
            f"https://inn.example/{'a' * 50}",
            "https://guide.example/inn",
        ),
    )
    assert shown(make(hiring_organization=employer))["Employer"] == (
        "inn.example | inn.example/jobs/köche"
        f" | inn.example/{'a' * 31}… | guide.example"
    )


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//a.example", "ftp://a.example", "https://",
     "https://a.example/ x", "http://[", "https:///path"],
)  # fmt: skip
def test_only_web_addresses_are_linked(url: str) -> None:
    posting = make(url=url, same_as=(url,), application_contact=ContactPoint(url=url))
    values = [
        v for fact in facts(posting, state=State.OPEN, at=NOW) for v in fact.values
    ]
    assert not any(isinstance(value, Link) for value in values)
    way = apply(posting, State.OPEN)
    assert way is not None
    assert way.kind is ApplyKind.NONE


# --- Wording beside what was made of it -----------------------------------------------


@pytest.mark.parametrize(
    ("salary", "main", "yearly", "written"),
    [
        ({"min_value": 72000, "max_value": 88000, "unit_text": "YEAR"},
         "€72,000\N{EN DASH}88,000 a year", "", ""),
        ({"min_value": 45, "max_value": 55, "unit_text": "HOUR"},
         "€45\N{EN DASH}55 an hour", "≈ €93,600\N{EN DASH}114,400 a year", ""),
        ({"min_value": "24.80", "max_value": "24.80", "unit_text": "HOUR"},
         "€24.80 an hour", "≈ €51,584 a year", ""),
        ({"min_value": "24.8", "max_value": 26, "unit_text": "HOUR"},
         "€24.80\N{EN DASH}26.00 an hour", "≈ €51,584\N{EN DASH}54,080 a year", ""),
        ({"min_value": 5400, "max_value": 5400}, "€5,400", "", ""),
        ({"min_value": 5400, "max_value": 5400, "currency": ""}, "5,400", "", ""),
        ({"min_value": 5400, "max_value": 5400, "currency": "", "unit_text": "MONTH"},
         "5,400 a month", "", ""),
        ({"min_value": 5400, "max_value": 5400, "currency": "CHF", "unit_text": "YEAR"},
         "CHF\u00a05,400 a year", "", ""),
        ({"text": "EG 13 TV-L, 65 %"}, "EG 13 TV-L, 65 %", "", ""),
        ({"min_value": 72000, "max_value": 88000, "unit_text": "YEAR",
          "text": "72.000 - 88.000 EUR brutto / Jahr"},
         "€72,000\N{EN DASH}88,000 a year", "",
         "72.000 - 88.000 EUR brutto / Jahr"),
        ({"min_value": 72000, "max_value": 88000, "unit_text": "YEAR",
          "text": "72,000 to 88,000 EUR per year"}, "€72,000\N{EN DASH}88,000 a year", "", ""),
    ],
)  # fmt: skip
def test_pay_is_said_as_people_say_it(
    salary: dict[str, Any], main: str, yearly: str, written: str
) -> None:
    values: dict[str, Any] = {"currency": "EUR"} | salary
    for end in ("min_value", "max_value"):
        if end in values:
            values[end] = Decimal(values[end])
    if "unit_text" in values:
        values["unit_text"] = UnitText(values["unit_text"])
    text = wording.pay(Salary(**values))
    assert text is not None
    assert (text.main, text.yearly, text.written) == (main, yearly, written)


@pytest.mark.parametrize("language", [code for code, _ in LANGUAGES])
def test_every_language_of_django_has_words_for_values(language: str) -> None:
    with translation.override(language):
        assert wording.listed(("a", "b")) == "a, b"
        assert wording.day(date(2025, 6, 2), weekday=True)
        assert wording.duration("P1Y6M")
        assert wording.amounts(Decimal(1), Decimal(2), "EUR")
        assert wording.country_name("DE")


def test_pay_puts_the_sign_where_the_language_has_it() -> None:
    salary = Salary(
        min_value=Decimal(72000),
        max_value=Decimal(88000),
        currency="EUR",
    )
    with translation.override("de"):
        text = wording.pay(salary)
    assert text is not None
    assert text.main == "72.000\N{EN DASH}88.000\u00a0€"


def test_no_pay_is_nothing() -> None:
    assert wording.pay(Salary(currency="EUR", unit_text=UnitText.YEAR)) is None


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (BERLIN, "Berlin, Germany"),
        (
            Place(
                address_locality="Cupertino",
                address_region="CA",
                postal_code="95014",
                address_country="US",
            ),
            "Cupertino, CA 95014, United States",
        ),
        (
            Place(
                name="Rathaus",
                street_address="Markt 1",
                postal_code="14467",
                address_locality="Potsdam",
                address_region="Potsdam",
                address_country="DE",
            ),
            "Rathaus, Markt 1, 14467 Potsdam, Germany",
        ),
        (Place(address="Somewhere 1", address_country_text="Utopia"),
         "Somewhere 1, Utopia"),
        (
            Place(address_locality="Bristol", postal_code="BS1", address_country="GB"),
            "Bristol BS1, United Kingdom",
        ),
        (Place(address_locality="Singapore", address_country="SG"), "Singapore"),
        (Place(latitude=52.52, longitude=-13.405), "52.52° N, 13.405° W"),
    ],
)  # fmt: skip
def test_a_place_is_one_line(place: Place, line: str) -> None:
    assert wording.place_line(place) == line


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"label": "Berlin", "country": "DE", "places": 1}, "Berlin, Germany"),
        (
            {"label": "Berlin", "country": "DE", "places": 4},
            "Berlin, Germany and 3 more",
        ),
        ({"label": "", "country": "DE", "places": 1}, "Germany"),
        ({"label": "Singapore", "country": "SG", "places": 1}, "Singapore"),
        ({"country": "DE", "areas": 1, "remote": True}, "Anywhere in Germany"),
        (
            {"country": "US", "areas": 1, "remote": True},
            "Anywhere in the United States",
        ),
        (
            {"country": "DE", "areas": 3, "remote": True},
            "Anywhere in Germany and 2 more",
        ),
        ({"label": "Bavaria", "areas": 1, "remote": True}, "Anywhere in Bavaria"),
        ({"country": "AF", "areas": 249, "remote": True}, "Anywhere in the world"),
        ({"country": "DE", "areas": 1}, "Germany"),
        ({"remote": True}, ""),
    ],
)
def test_a_card_says_where_in_one_phrase(values: dict[str, Any], sentence: str) -> None:
    known = {"label": "", "country": "", "places": 0, "areas": 0, "remote": False}
    assert wording.place_sentence(**known | values) == sentence  # type: ignore[arg-type]


# --- Times ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "has_time", "text"),
    [
        (timedelta(seconds=20), True, "Just now"),
        (timedelta(minutes=59), True, "59 minutes ago"),
        (timedelta(hours=2), True, "2 hours ago"),
        (timedelta(hours=23), True, "23 hours ago"),
        (timedelta(hours=25), True, "Yesterday"),
        (timedelta(days=3), True, "3 days ago"),
        (timedelta(days=7), True, "Last week"),
        (timedelta(days=21), True, "3 weeks ago"),
        (timedelta(days=90), True, "3 months ago"),
        (timedelta(days=1400), True, "3 years ago"),
        (timedelta(hours=2), False, "Today"),
        (timedelta(hours=13), False, "Yesterday"),
        (timedelta(days=-3), False, "5 June 2025"),
        (timedelta(days=-3), True, "5 June 2025"),
    ],
)
def test_an_age_is_short_and_a_bare_date_has_no_hours(
    ago: timedelta,
    has_time: bool,  # noqa: FBT001
    text: str,
) -> None:
    assert wording.age(moment(NOW - ago, has_time=has_time), NOW) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(minutes=5), "Last confirmed within the hour"),
        (timedelta(hours=2), "Last confirmed 2 hours ago"),
        (timedelta(hours=30), "Last confirmed 1 day ago"),
        (timedelta(days=60), "Last confirmed on 3 April 2025"),
    ],
)
def test_the_last_sight_of_a_source_is_a_sentence(ago: timedelta, text: str) -> None:
    assert wording.confirmed(moment(NOW - ago), NOW) == text


@pytest.mark.parametrize(
    ("at", "soon"),
    [
        (datetime(2025, 6, 2, 21, 59, 59, tzinfo=UTC), "Closes today, 23:59 CEST"),
        (datetime(2025, 6, 3, 21, 59, 59, tzinfo=UTC), "Closes tomorrow"),
        (datetime(2025, 6, 4, 10, 0, tzinfo=UTC), "Closes in 2 days"),
        (datetime(2025, 6, 5, 10, 0, tzinfo=UTC), "Closes in 3 days"),
        (datetime(2025, 6, 6, 10, 0, tzinfo=UTC), ""),
        (datetime(2025, 6, 2, 9, 0, tzinfo=UTC), ""),
    ],
)
def test_a_card_says_when_the_end_is_near(at: datetime, soon: str) -> None:
    assert wording.closing_soon(moment(at), NOW) == soon


@pytest.mark.parametrize(
    ("zone", "time"),
    [
        ("Europe/Berlin", "23:59 CET"),
        ("UTC", "22:59 UTC"),
        ("America/Sao_Paulo", "19:59 UTC-03:00"),
        ("+05:30", "04:29 UTC+05:30"),
        ("No/Where", "22:59 UTC"),
    ],
)
def test_a_time_of_day_names_its_zone(zone: str, time: str) -> None:
    at = datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC)
    assert wording.clock(moment(at, zone=zone).local()) == time


def test_an_open_posting_says_until_when() -> None:
    closing = moment(datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC))
    at = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    found = status(make(valid_through=closing), State.OPEN, at)
    assert (found.open, found.headline, found.detail) == (
        True,
        "Open.",
        "Closes Friday 4 December 2026, 23:59 CET, in 11 days",
    )


def test_a_closed_posting_says_since_when() -> None:
    closing = moment(datetime(2021, 9, 13, 8, 32, 51, tzinfo=UTC), zone="UTC")
    found = status(make(valid_through=closing), State.CLOSED, NOW)
    assert (found.open, found.headline) == (False, "Closed on 13 September 2021")
    assert shown(make(valid_through=closing), State.CLOSED) == {
        "Closed": "13 September 2021, 08:32 UTC"
    }


def test_a_withdrawn_posting_says_so() -> None:
    assert status(make(), State.WITHDRAWN, NOW).headline == "No longer offered"


# --- Small words ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("P6M", "6 months"),
        ("P1Y6M", "1 year, 6 months"),
        ("PT8H", "8 hours"),
        ("P", "P"),
        ("PT", "PT"),
        ("P0D", "P0D"),
        ("two summers", "two summers"),
    ],
)
def test_a_duration_is_read_where_it_is_one(text: str, words: str) -> None:
    assert wording.duration(text) == words


@pytest.mark.parametrize(
    ("months", "words"),
    [(0, "None required"), (1, "1 month or more"), (12, "1 year or more"),
     (18, "18 months or more"), (60, "5 years or more")],
)  # fmt: skip
def test_experience_is_said_in_years_where_it_is_whole_years(
    months: int, words: str
) -> None:
    assert wording.experience(months) == words


@pytest.mark.parametrize(
    ("code", "side"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("fa", "rtl"), ("ur-PK", "rtl"), ("de", "ltr"),
     ("az-Arab", "rtl"), ("ks-Deva", "ltr"), ("", "")],
)  # fmt: skip
def test_a_language_runs_from(code: str, side: str) -> None:
    assert wording.direction(code) == side


@pytest.mark.parametrize(
    ("text", "codes"),
    [("Germany", {"DE"}), ("de", {"DE"}), ("niger", {"NE"}), ("germ", {"DE"}),
     ("ger", set()), ("Deutschland", set())],
)  # fmt: skip
def test_a_country_is_named(text: str, codes: set[str]) -> None:
    assert wording.countries_named(text) == codes


def test_a_country_is_named_in_the_readers_language_too() -> None:
    with translation.override("de"):
        assert wording.countries_named("Deutschland") == {"DE"}
        assert wording.countries_named("Germany") == {"DE"}


# --- Applying -------------------------------------------------------------------------

INN = Organization(name="Inn")


@pytest.mark.parametrize(
    ("values", "kind", "url", "label"),
    [
        ({"url": "https://www.careers.example/1"}, "link",
         "https://www.careers.example/1", "Apply at careers.example"),
        ({"url": "https://good.example@evil.example/"}, "link",
         "https://good.example@evil.example/", "Apply at evil.example"),
        ({"application_contact": ContactPoint(url="https://a.example/ask")}, "link",
         "https://a.example/ask", "Apply at a.example"),
        ({"application_contact": ContactPoint(email="ada@a.example", telephone="1")},
         "email", "mailto:ada@a.example", "Apply by e-mail to ada@a.example"),
        ({"application_contact": ContactPoint(telephone="+49 (0)30 12345-6")},
         "telephone", "tel:+4930123456", "Apply by telephone: +49 (0)30 12345-6"),
    ],
)  # fmt: skip
def test_the_button_names_where_it_leads(
    values: dict[str, Any], kind: str, url: str, label: str
) -> None:
    way = apply(make(**values), State.OPEN)
    assert way is not None
    assert (way.kind, way.url, way.label) == (kind, url, label)


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({}, "The posting names neither an employer nor a way to apply."),
        ({"hiring_organization": INN},
         "Get in touch with Inn: the posting says nowhere to apply."),
        ({"hiring_organization": replace(INN, url="https://inn.example/")},
         "The posting says nowhere to apply; Inn has a site at inn.example."),
        ({"hiring_organization": INN, "application_contact": ContactPoint(name="Ada")},
         "Ask for Ada at Inn to apply."),
        ({"application_contact": ContactPoint(email="a@b?subject=x", name="Ada")},
         "Ask for Ada to apply."),
        ({"url": "javascript:alert(1)"},
         "The posting names neither an employer nor a way to apply."),
    ],
)  # fmt: skip
def test_without_a_link_a_sentence_says_how_to_reach_the_employer(
    values: dict[str, Any], note: str
) -> None:
    way = apply(make(**values), State.OPEN)
    assert way is not None
    assert (way.kind, way.url, way.note) == ("none", "", note)


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
def test_nothing_but_an_open_posting_can_be_applied_to(state: State) -> None:
    assert apply(make(url="https://a.example/"), state) is None


def test_the_summary_has_place_type_and_pay() -> None:
    posting = make(
        employment_type=EmploymentTypes(types=(EmploymentType.FULL_TIME,)),
        job_location=(BERLIN,),
        job_location_type=REMOTE,
    )
    assert summary(posting, "Berlin, Germany", "€1") == (
        "Berlin, Germany",
        "Full-time, remote possible",
        "€1",
    )
    assert summary(make(), "", "") == ()
