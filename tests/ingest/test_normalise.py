"""Values of the wild and what they are read as; each row a small case."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from postings import schemaorg
from postings.countries import country_code
from postings.ingest import normalise
from postings.ingest.read import Node
from postings.schemaorg import (
    Area,
    AreaType,
    CredentialCategory,
    EmploymentType,
    JobLocationType,
    Place,
    ZoneSource,
)
from tests.ingest.support import codes, node, normalised, posting

ABSENT: list[Any] = [None, "", [], {}, [None], [""], " "]


@pytest.mark.parametrize("name", [*schemaorg.PROPERTIES, *schemaorg.SUPERSEDED])
@pytest.mark.parametrize("value", ABSENT)
def test_null_and_emptiness_are_absence_for_every_property(
    name: str, value: Any
) -> None:
    if name == "title":
        return
    assert posting(**{name: value}) == posting(**{name: None})


@pytest.mark.parametrize("name", [*schemaorg.PROPERTIES, *schemaorg.SUPERSEDED])
@pytest.mark.parametrize(
    "value",
    [
        "text", 7, 1.5, -3, True, 10**40, {"x": 1}, {"name": {"name": 1}},
        [["a"], {"@value": "b"}], {"@id": "#x"}, {"@type": 7}, "\ufffd" * 3000,
        {"@list": [1, "2"]}, [{"@type": ["A", None]}],
    ],
)  # fmt: skip
def test_no_value_of_any_property_raises(name: str, value: Any) -> None:
    normalised(node(**{name: value}))


def test_a_posting_without_a_title_is_rejected() -> None:
    read = normalised(node(title=" "))
    assert read.posting is None
    assert [str(problem.code) for problem in read.problems] == ["no-title"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("R&amp;D Engineer", "R&D Engineer"),
        ("  Two\n spaces ", "Two spaces"),
        ("<b>Bold</b> move", "Bold move"),
        (["First", "Second"], "First"),
        ({"@value": "Ingénieur", "@language": "fr"}, "Ingénieur"),
        (42, "42"),
    ],
)
def test_titles_are_plain_text(title: Any, expected: str) -> None:
    assert posting(title=title).title == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2021-08-14T08:32:52.000Z", datetime(2021, 8, 14, 8, 32, 52, tzinfo=UTC)),
        ("2021-08-14T10:32:52+02:00", datetime(2021, 8, 14, 8, 32, 52, tzinfo=UTC)),
        ("2021-08-14T10:32:52+0200", datetime(2021, 8, 14, 8, 32, 52, tzinfo=UTC)),
        ("2021-08-14T10:32+02", datetime(2021, 8, 14, 8, 32, tzinfo=UTC)),
        ("2021-07-19 02:51:48 UTC", datetime(2021, 7, 19, 2, 51, 48, tzinfo=UTC)),
        ("2021-5-27", datetime(2021, 5, 27, tzinfo=UTC)),
        ("2021-05-27", datetime(2021, 5, 27, tzinfo=UTC)),
        (
            "Sat, 17 Jul 2021 02:00:00 +0000",
            datetime(2021, 7, 17, 2, tzinfo=UTC),
        ),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31", None),
        ("2021-02-30", None),
        ("soon", None),
        (20210814, None),
    ],
)
def test_date_posted(value: Any, expected: datetime | None) -> None:
    found = posting(datePosted=value).date_posted
    assert (found.at if found else None) == expected
    assert ("bad-date" in codes(node(datePosted=value))) is (expected is None)


BERLIN = {"@type": "Place", "address": {"addressCountry": "DE"}}
DENVER = {"@type": "Place", "latitude": 39.74, "longitude": -104.99}
AMERICA = {"@type": "Place", "address": {"addressCountry": "US"}}


@pytest.mark.parametrize(
    ("place", "iso", "zone", "known_from"),
    [
        (BERLIN, "2026-12-04T22:59:59", "Europe/Berlin", ZoneSource.COUNTRY),
        (DENVER, "2026-12-05T06:59:59", "America/Denver", ZoneSource.COORDINATES),
        (AMERICA, "2026-12-04T23:59:59", "UTC", ZoneSource.SITE),
        (None, "2026-12-04T23:59:59", "UTC", ZoneSource.SITE),
    ],
)
def test_a_bare_closing_date_is_the_end_of_that_day_where_the_job_is(
    place: Any, iso: str, zone: str, known_from: ZoneSource
) -> None:
    found = posting(validThrough="2026-12-04", jobLocation=place).valid_through
    assert found is not None
    assert found.at == datetime.fromisoformat(f"{iso}+00:00")
    assert (found.zone, found.zone_source) == (zone, known_from)
    assert found.iso() == "2026-12-04"


def test_a_closing_date_before_the_posting_date_is_none() -> None:
    values = {"datePosted": "2021-08-14", "validThrough": "2021-08-13"}
    assert posting(**values).valid_through is None
    assert codes(node(**values)) == ["bad-date"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("US", "US"), ("us", "US"), ("USA", "US"), ("United States", "US"),
        ("UK", "GB"), ("United Kingdom", "GB"), ("England", "GB"),
        ("Deutschland", "DE"), ("Allemagne", "DE"), ("Česko", "CZ"),
        ("Czech Republic", "CZ"), ("Sverige", "SE"), ("日本", "JP"), ("276", "DE"),
        ("EU", ""), ("Europe", ""), ("XX", ""), ("", ""),
    ],
)  # fmt: skip
def test_countries_are_read_in_any_common_language(words: str, code: str) -> None:
    assert country_code(words) == code


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Berlin", (Place(address="Berlin"),)),
        ({"@type": "Place", "address": "Ulm"}, (Place(address="Ulm"),)),
        (
            {"address": {"addressLocality": "Ulm", "addressCountry": "Germany"}},
            (
                Place(
                    address_locality="Ulm",
                    address_country="DE",
                    address_country_text="Germany",
                ),
            ),
        ),
        (
            {"address": {"addressCountry": {"@type": "Country", "name": "DE"}}},
            (Place(address_country="DE"),),
        ),
        (
            {"address": {"addressLocality": "Ulm"}, "geo": {"latitude": "48,4", "longitude": "9.99"}},
            (Place(address_locality="Ulm", latitude=48.4, longitude=9.99),),
        ),
        (
            {"latitude": 37.3, "longitude": -122.0, "address": {"addressCountry": "US"}},
            (Place(address_country="US", latitude=37.3, longitude=-122.0),),
        ),
        (
            {"address": {"addressCountry": "US"}, "geo": {"latitude": 91, "longitude": 0}},
            (Place(address_country="US"),),
        ),
        ([{"address": "Ulm"}, {"address": "Ulm"}], (Place(address="Ulm"),)),
        ({"address": {"addressLocality": "-"}}, ()),
        ({"@type": "Place", "address": {"addressCountry": "Nowhereland"}}, (Place(address_country_text="Nowhereland"),)),
        ({"@type": "VirtualLocation", "url": "https://x.example/"}, ()),
    ],
)  # fmt: skip
def test_places(value: Any, expected: tuple[Place, ...]) -> None:
    assert posting(jobLocation=value).job_location == expected


@pytest.mark.parametrize(
    ("values", "remote"),
    [
        ({"jobLocationType": "TELECOMMUTE"}, True),
        ({"jobLocationType": "telecommute"}, True),
        ({"jobLocationType": "https://schema.org/TELECOMMUTE"}, True),
        ({"jobLocationType": "Remote"}, True),
        ({"jobLocation": {"@type": "VirtualLocation"}}, True),
        ({"jobLocation": {"address": {"addressLocality": "Anywhere"}}}, True),
        ({"jobLocationType": "HYBRID"}, False),
        ({"jobLocation": {"address": {"addressLocality": "-"}}}, False),
        ({}, False),
    ],
)
def test_what_says_remote(values: dict[str, Any], *, remote: bool) -> None:
    found = posting(**values).job_location_type.type
    assert (found is JobLocationType.TELECOMMUTE) is remote


def test_areas_keep_their_words_beside_the_code() -> None:
    value = [
        {"@type": "Country", "name": "Deutschland"},
        {"@type": "Country", "name": "AT"},
        {"@type": "State", "name": "Georgia"},
        "Anywhere",
        {"@type": "Country", "name": "AT"},
    ]
    assert posting(
        applicantLocationRequirements=value
    ).applicant_location_requirements == (
        Area(type=AreaType.COUNTRY, name="Deutschland", address_country="DE"),
        Area(type=AreaType.COUNTRY, address_country="AT"),
        Area(type=AreaType.STATE, name="Georgia"),
    )


@pytest.mark.parametrize(
    ("value", "types", "text"),
    [
        ("FULL_TIME", ["FULL_TIME"], []),
        (["FULL_TIME", "PART_TIME"], ["FULL_TIME", "PART_TIME"], []),
        ("Full-Time", ["FULL_TIME"], []),
        ("full time, contract", ["FULL_TIME", "CONTRACTOR"], []),
        ("https://schema.org/FULL_TIME", ["FULL_TIME"], []),
        ("Permanent", [], ["Permanent"]),
        ({"name": "Internship"}, ["INTERN"], []),
    ],
)
def test_employment_types(value: Any, types: list[str], text: list[str]) -> None:
    found = posting(employmentType=value).employment_type
    assert found.types == tuple(EmploymentType(kind) for kind in types)
    assert found.text == tuple(text)


def money(low: Any, high: Any, currency: str, unit: str | None) -> tuple[Any, ...]:
    return (
        None if low is None else Decimal(low),
        None if high is None else Decimal(high),
        currency,
        unit,
    )


@pytest.mark.parametrize(
    ("values", "expected", "text"),
    [
        (
            {"baseSalary": {"currency": "EUR", "value": {"minValue": 60000, "maxValue": 72000, "unitText": "YEAR"}}},
            money(60000, 72000, "EUR", "YEAR"), "",
        ),
        (
            {"baseSalary": {"currency": "USD", "value": {"value": "40.50", "unitText": "per hour"}}},
            money("40.50", "40.50", "USD", "HOUR"), "",
        ),
        (
            {"baseSalary": {"currency": "USD", "value": 5000, "unitText": "MONTH"}},
            money(5000, 5000, "USD", "MONTH"), "",
        ),
        (
            {"baseSalary": {"currency": "USD", "minValue": "50,000", "maxValue": "60 000", "unitCode": "ANN"}},
            money(50000, 60000, "USD", "YEAR"), "",
        ),
        ({"baseSalary": 100000, "salaryCurrency": "USD"}, money(100000, 100000, "USD", None), ""),
        ({"baseSalary": "100000", "salaryCurrency": "usd"}, money(100000, 100000, "USD", None), ""),
        ({"baseSalary": "EG 13 TV-L, 65 %"}, money(None, None, "", None), "EG 13 TV-L, 65 %"),
        (
            {"baseSalary": {"currency": "GBP", "value": {"value": "£28,071 - £33,411", "unitText": "YEAR"}}},
            money(28071, 33411, "GBP", "YEAR"), "£28,071 - £33,411",
        ),
        ({"baseSalary": {"currency": "EUR", "value": {"value": 0, "unitText": "YEAR"}}}, money(None, None, "EUR", "YEAR"), ""),
        (
            {"baseSalary": {"currency": "EUR", "value": {"minValue": 9, "maxValue": 5}}},
            money(5, 9, "EUR", None), "",
        ),
        ({"baseSalary": {"currency": "EURO", "value": 5}}, money(5, 5, "EUR", None), ""),
        ({"baseSalary": -5}, money(None, None, "", None), ""),
        ({"baseSalary": 10**15}, money(None, None, "", None), ""),
    ],
)  # fmt: skip
def test_pay(values: dict[str, Any], expected: tuple[Any, ...], text: str) -> None:
    found = posting(**values).base_salary
    assert (
        found.min_value,
        found.max_value,
        found.currency,
        found.unit_text,
    ) == expected
    assert found.text == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a-1", ("a-1", "", "")),
        (17, ("17", "", "")),
        (
            {"@type": "PropertyValue", "name": "Apple", "value": "200276677_en-US"},
            ("200276677_en-US", "Apple", ""),
        ),
        ({"propertyID": "ref", "value": 5}, ("5", "", "ref")),
        ([{"name": "empty"}, "b"], ("b", "", "")),
    ],
)
def test_identifiers(value: Any, expected: tuple[str, str, str]) -> None:
    found = posting(identifier=value).identifier
    assert (found.value, found.name, found.property_id) == expected


@pytest.mark.parametrize(
    ("value", "name", "url"),
    [
        ("Apple", "Apple", ""),
        ({"name": "Apple", "url": "https://apple.example/?a=1&amp;b=2"}, "Apple", "https://apple.example/?a=1&b=2"),
        ({"@type": "Person", "name": "Ann"}, "Ann", ""),
        ({"legalName": "Apple Inc."}, "Apple Inc.", ""),
        ({"name": [" "], "legalName": "Apple Inc."}, "Apple Inc.", ""),
        ({"@type": "Person", "givenName": "Ann", "familyName": "Baker"}, "Ann Baker", ""),
        ({"name": "X", "url": "javascript:alert(1)"}, "X", ""),
    ],
)  # fmt: skip
def test_employers(value: Any, name: str, url: str) -> None:
    found = posting(hiringOrganization=value).hiring_organization
    assert found is not None
    assert (found.name, found.url) == (name, url)


@pytest.mark.parametrize(
    ("value", "categories", "text"),
    [
        ("no requirements", [CredentialCategory.NO_REQUIREMENTS], ""),
        (
            {"@type": "EducationalOccupationalCredential", "credentialCategory": "bachelor degree"},
            [CredentialCategory.BACHELOR_DEGREE], "",
        ),
        ({"credentialCategory": "Master"}, [], "<p>Master</p>"),
        ("A steady hand", [], "<p>A steady hand</p>"),
    ],
)  # fmt: skip
def test_education(value: Any, categories: list[CredentialCategory], text: str) -> None:
    found = posting(educationRequirements=value).education_requirements
    assert (found.credential_category, found.text) == (tuple(categories), text)


@pytest.mark.parametrize(
    ("value", "months", "text"),
    [
        ({"monthsOfExperience": 60}, 60, ""),
        ({"monthsOfExperience": "60"}, 60, ""),
        ({"monthsOfExperience": {"value": 24}}, 24, ""),
        ("no requirements", 0, ""),
        ("Two winters", None, "<p>Two winters</p>"),
        ({"monthsOfExperience": 99999}, None, ""),
    ],
)
def test_experience(value: Any, months: int | None, text: str) -> None:
    found = posting(experienceRequirements=value).experience_requirements
    assert (found.months_of_experience, found.text) == (months, text)


def test_superseded_properties_are_read_as_their_successors_and_reported() -> None:
    values = {"benefits": "Bread", "jobBenefits": "Cake", "incentives": "Jam"}
    read = posting(**values)
    assert read.job_benefits == "<ul>\n<li>Cake</li>\n<li>Bread</li>\n</ul>"
    assert read.incentive_compensation == "<p>Jam</p>"
    assert codes(node(**values)) == ["superseded-property"] * 2


def test_keys_in_the_wrong_case_are_read_and_reported() -> None:
    data = {
        "@type": "JobPosting",
        "Title": "Baker",
        "HiringOrganization": {"Name": "Crumb"},
        "JobLocation": {"Address": {"AddressCountry": {"Name": "DE"}}},
    }
    read = normalised(data)
    assert read.posting is not None
    assert read.posting.title == "Baker"
    assert read.posting.job_location == (Place(address_country="DE"),)
    assert {str(problem.code) for problem in read.problems} == {"wrong-case"}


@pytest.mark.parametrize(
    ("values", "attribute"),
    [
        ({"dateposted": "2026-11-02"}, "date_posted"),
        ({"DATEPOSTED": "2026-11-02"}, "date_posted"),
        ({"hiringorganization": {"name": "Crumb"}}, "hiring_organization"),
        ({"baseSalary": {"Currency": "EUR", "Value": {"minvalue": 9, "unittext": "HOUR"}}},
         "base_salary"),
        ({"jobLocation": {"Address": {"addresslocality": "Brno"}}}, "job_location"),
        ({"datePosted": "", "DatePosted": "2026-11-02"}, "date_posted"),
        ({"DatePosted": "2026-11-02", "datePosted": None}, "date_posted"),
    ],
)  # fmt: skip
def test_a_key_is_known_in_any_case_at_any_depth(
    values: dict[str, Any], attribute: str
) -> None:
    said = {key: value for key, value in values.items() if value}
    assert getattr(posting(**values), attribute)
    assert getattr(posting(**said), attribute) == getattr(posting(**values), attribute)
    assert set(codes(node(**values))) == {"wrong-case"}


def test_of_a_key_in_two_cases_the_right_one_counts_and_the_other_is_said() -> None:
    values = {"Title": "Cook", "title": "Baker"}
    assert posting(**values).title == "Baker"
    (problem,) = normalised(node(**values)).problems
    assert (str(problem.code), str(problem.severity)) == ("wrong-case", "ignored value")


# What says nothing of a property and must not be lost without a word.
UNUSABLE: dict[str, Any] = {
    "truth": True,
    "unknown properties": {"foo": "bar"},
    "another's node": {"@id": "https://example.com/1"},
    "texts too deep": [{"name": {"name": {"name": "x"}}}],
}
# A truth value is read, or the wording of anything is.
USES = {
    ("truth", name)
    for name in ("jobImmediateStart", "directApply", "experienceInPlaceOfEducation")
} | {("another's node", name) for name in ("identifier", "url", "image", "sameAs")}


@pytest.mark.parametrize(
    "name",
    sorted({*schemaorg.PROPERTIES, *schemaorg.SUPERSEDED} - {"inLanguage", "name"}),
)
@pytest.mark.parametrize("kind", UNUSABLE)
def test_no_value_of_any_property_is_lost_without_a_word(name: str, kind: str) -> None:
    plain = normalised(node(**{name: None}))
    read = normalised(node(**{name: UNUSABLE[kind]}))
    said = [each for each in read.problems if f"#/{name}" in each.locator]
    if read.posting == plain.posting:
        assert said
    elif (kind, name) in USES:
        assert not said


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("datePosted", ["2026-11-02", "2026-11-03"]),
        ("url", ["https://crumb.example/1", "https://crumb.example/2"]),
        ("hiringOrganization", [{"name": "Crumb"}, {"name": "Loaf"}]),
        ("workHours", ["mornings", "evenings"]),
    ],
)
def test_that_only_one_of_several_values_counts_is_said(
    name: str, values: list[Any]
) -> None:
    assert posting(**{name: values}) == posting(**{name: values[0]})
    assert codes(node(**{name: values})) == ["too-long"]
    assert codes(node(**{name: [values[0], values[0], None]})) == []


def test_no_more_than_500_problems_are_listed_of_one_record() -> None:
    problems = normalised(node(sameAs=["nowhere"] * 600)).problems
    assert len(problems) == 501
    assert str(problems[-1].message) == "Not listed: 100 more problems."


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://crumb.example/j?id=1&region=us&copy=2", None),
        (
            "https://crumb.example/j?id=1&amp;region=us",
            "https://crumb.example/j?id=1&region=us",
        ),
        ("https://crumb.example/j?a=1&#38;b=2", "https://crumb.example/j?a=1&b=2"),
        ("https://crumb.example/j;v=1?a=1&lt=2", None),
    ],
)
def test_an_address_keeps_its_ampersands(address: str, expected: str | None) -> None:
    assert posting(url=address).url == (expected or address)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("P6M", "P6M"),
        ({"value": 6, "unitCode": "MON"}, "6 MON"),
        ({"minValue": 6, "maxValue": 12, "unitText": "MONTH"}, "6 \u2013 12 MONTH"),
        ({"minValue": 6, "unitText": "MONTH"}, "6 MONTH"),
        ({"unitText": "MONTH"}, ""),
    ],
)
def test_durations(value: Any, expected: str) -> None:
    assert posting(jobDuration=value).job_duration == expected
    assert bool(codes(node(jobDuration=value))) is not bool(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("15-1252", ("15-1252",)),
        ({"@type": "CategoryCode", "codeValue": "51-3011", "name": "Bakers"}, ("51-3011 Bakers",)),
        ({"@type": "CategoryCode", "codeValue": "51-3011"}, ("51-3011",)),
        ({"@type": "CategoryCode", "name": "Bakers"}, ("Bakers",)),
        (["51-3011", {"termCode": "x", "name": "x"}], ("51-3011", "x")),
    ],
)  # fmt: skip
def test_occupational_categories(value: Any, expected: tuple[str, ...]) -> None:
    assert posting(occupationalCategory=value).occupational_category == expected


@pytest.mark.parametrize(
    ("value", "email", "telephone", "name"),
    [
        ({"email": "mailto:jobs@crumb.example"}, "jobs@crumb.example", "", ""),
        ({"telephone": "tel:+420123"}, "", "+420123", ""),
        ("jobs@crumb.example", "jobs@crumb.example", "", ""),
        ("Ask for Anna", "", "", "Ask for Anna"),
    ],
)
def test_contacts(value: Any, email: str, telephone: str, name: str) -> None:
    found = posting(applicationContact=value).application_contact
    assert (found.email, found.telephone, found.name) == (email, telephone, name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2027-02-01", (date(2027, 2, 1), "")),
        ("As soon as possible", (None, "As soon as possible")),
    ],
)
def test_start_dates(value: str, expected: tuple[date | None, str]) -> None:
    found = posting(jobStartDate=value).job_start_date
    assert (found.date, found.text) == expected


_MANY = tuple(f"requirements management {number}" for number in range(100))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["Go", "Go", "SQL"], ("Go", "SQL")),
        ("Python, SQL, patience", ("Python", "SQL", "patience")),
        ("You know, roughly, what you do.", ("You know, roughly, what you do.",)),
        ({"@type": "DefinedTerm", "name": "Welding"}, ("Welding",)),
        # A list longer than one text may be is parted before anything is cut.
        (", ".join(_MANY), _MANY),
        ([", ".join(_MANY)], _MANY),
        ("welding " * 100, (f"{'welding ' * 100}"[:499] + "…",)),
    ],
)
def test_skills(value: Any, expected: tuple[str, ...]) -> None:
    assert posting(skills=value).skills == expected


def test_markup_that_was_dropped_is_reported_with_its_place() -> None:
    data = node(description="<p>Hi</p><script>alert(1)</script>")
    (problem,) = normalised(data).problems
    assert str(problem.code) == "removed-markup"
    assert problem.locator == "t#/description"
    assert "script" in problem.value


def test_without_long_texts_everything_else_is_the_same() -> None:
    data = node(description="<p>Hi</p>", jobBenefits="Bread", skills="a, b")
    short = normalise.posting(Node(data=data, locator="t"), long_texts=False)
    assert short.posting is not None
    assert not short.complete
    assert replace(posting(**data), description="", job_benefits="") == short.posting


def test_the_page_gives_the_language_where_the_posting_names_none() -> None:
    stated = normalised(node(inLanguage="de_AT"), language="sv").posting
    document = normalised(node(), language="sv").posting
    assert stated is not None
    assert document is not None
    assert (stated.in_language.code, stated.in_language.source) == ("de-AT", "stated")
    assert document.in_language.source == "document"
