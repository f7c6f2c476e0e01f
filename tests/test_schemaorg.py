"""The vocabulary, held against schema.org 30.0 and against the models."""

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import models

from postings import schemaorg
from postings.models import JobPosting, JobPostingTexts, columns
from postings.schemaorg import (
    Area,
    AreaType,
    CredentialCategory,
    Education,
    EmploymentType,
    EmploymentTypes,
    Experience,
    Identifier,
    JobLocationType,
    LocationType,
    Moment,
    Organization,
    Place,
    Posting,
    Salary,
    UnitText,
    Workplace,
    ZoneSource,
    to_jsonld,
)
from tests.ingest.support import stored

# Each property of schema.org's JobPosting and where a posting keeps it: columns of the
# row, a column of its texts, child rows, or the kept node alone.
HOMES = {
    "applicantLocationRequirements": "rows",
    "applicationContact": "application_contact_name application_contact_type "
    "application_contact_telephone application_contact_email application_contact_url",
    "baseSalary": "base_salary_min_value base_salary_max_value base_salary_currency "
    "base_salary_unit_text base_salary_text base_salary_yearly_min_value "
    "base_salary_yearly_max_value",
    "benefits": "html:job_benefits",
    "datePosted": "date_posted date_posted_has_time date_posted_zone "
    "date_posted_zone_source",
    "directApply": "direct_apply",
    "educationRequirements": "credential_category html:education_requirements",
    "eligibilityToWorkRequirement": "html:eligibility_to_work_requirement",
    "employerOverview": "html:employer_overview",
    "employmentType": "employment_type employment_type_text",
    "employmentUnit": "employment_unit",
    "estimatedSalary": "estimated_salary_min_value estimated_salary_max_value "
    "estimated_salary_currency estimated_salary_unit_text estimated_salary_text",
    "experienceInPlaceOfEducation": "experience_in_place_of_education",
    "experienceRequirements": "months_of_experience html:experience_requirements",
    "hiringOrganization": "hiring_organization",
    "incentiveCompensation": "html:incentive_compensation",
    "incentives": "html:incentive_compensation",
    "industry": "industry",
    "jobBenefits": "html:job_benefits",
    "jobDuration": "job_duration",
    "jobImmediateStart": "job_immediate_start",
    "jobLocation": "rows",
    "jobLocationType": "job_location_type job_location_type_text",
    "jobStartDate": "job_start_date job_start_date_text",
    "occupationalCategory": "occupational_category",
    "physicalRequirement": "physical_requirement",
    "qualifications": "html:qualifications",
    "relevantOccupation": "relevant_occupation",
    "responsibilities": "html:responsibilities",
    "salaryCurrency": "salary_currency",
    "securityClearanceRequirement": "security_clearance_requirement",
    "sensoryRequirement": "sensory_requirement",
    "skills": "skills",
    "specialCommitments": "special_commitments",
    "title": "title",
    "totalJobOpenings": "total_job_openings",
    "validThrough": "valid_through valid_through_has_time valid_through_zone "
    "valid_through_zone_source",
    "workHours": "work_hours",
    "alternateName": "alternate_name",
    "description": "html:description",
    "identifier": "identifier identifier_name identifier_property_id",
    "image": "image",
    "name": "name",
    "sameAs": "same_as",
    "url": "url",
    "additionalType": "node",
    "disambiguatingDescription": "node",
    "mainEntityOfPage": "node",
    "owner": "node",
    "potentialAction": "node",
    "subjectOf": "node",
}

NOT_EDITABLE = {"base_salary_yearly_min_value", "base_salary_yearly_max_value"}


def test_schema_org_has_38_properties_of_its_own_and_each_has_a_home() -> None:
    assert len(schemaorg.OWN_PROPERTIES) == 38
    assert HOMES.keys() == {
        *schemaorg.OWN_PROPERTIES,
        *schemaorg.THING_PROPERTIES,
        *schemaorg.NODE_PROPERTIES,
    }


@pytest.mark.parametrize(("name", "home"), HOMES.items())
def test_every_property_is_held_by_its_field(name: str, home: str) -> None:
    current = schemaorg.SUPERSEDED.get(name, name)
    if home == "node":
        assert name not in schemaorg.PROPERTIES
        return
    assert schemaorg.attribute(name) in {entry.name for entry in fields(Posting)}
    if home == "rows":
        rows = columns.CHILDREN[name]
        assert isinstance(
            JobPosting._meta.get_field(schemaorg.attribute(name)), models.ManyToOneRel
        )
        assert rows._meta.get_field("posting").related_model is JobPosting
        return
    own, _mark, long_text = home.partition("html:")
    assert columns.COLUMNS[current] == tuple(own.split())
    for column in own.split():
        field = JobPosting._meta.get_field(column)
        assert isinstance(field, models.Field)
        assert field.editable or column in NOT_EDITABLE
    if long_text:
        assert columns.TEXT_COLUMNS[current] == long_text
        assert JobPostingTexts._meta.get_field(long_text).concrete


def test_no_column_of_a_property_is_missing_from_the_table() -> None:
    held = {column for name in columns.COLUMNS.values() for column in name}
    bookkeeping = {
        "id", "source", "node_hash", "reader_version", "edited_fields", "first_seen",
        "posted_at", "published_at", "withdrawn_at", "withdrawn_reason", "hidden",
        "deleted_at", "revision", "excerpt", *columns.CARD_COLUMNS,
    }  # fmt: skip
    stored = {field.name for field in JobPosting._meta.concrete_fields}
    assert stored == held | bookkeeping


FULL = Posting(
    title="Gardener",
    description="<p>Grow things.</p>",
    name="Gardener, parks",
    alternate_name=("Groundskeeper",),
    url="https://parks.example/jobs/7",
    same_as=("https://copy.example/7",),
    image="https://parks.example/7.png",
    identifier=Identifier(value="7", name="Parks", property_id="ref"),
    hiring_organization=Organization(name="Parks & Co", url="https://parks.example/"),
    employment_unit="North",
    employer_overview="<p>Old parks.</p>",
    date_posted=Moment(
        at=datetime(2026, 11, 1, 8, tzinfo=UTC),
        has_time=True,
        zone="UTC",
        zone_source=ZoneSource.OFFSET,
    ),
    valid_through=Moment(
        at=datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC),
        has_time=False,
        zone="Europe/Berlin",
        zone_source=ZoneSource.COUNTRY,
    ),
    job_start_date=schemaorg.StartDate(date=date(2027, 1, 4)),
    job_immediate_start=False,
    job_duration="P6M",
    job_location=(
        Place(
            address_locality="Berlin",
            address_country="DE",
            latitude=52.5,
            longitude=13.4,
        ),
        Place(address="Somewhere near Ulm"),
    ),
    job_location_type=LocationType(type=JobLocationType.TELECOMMUTE),
    applicant_location_requirements=(
        Area(type=AreaType.COUNTRY, name="Deutschland", address_country="DE"),
    ),
    employment_type=EmploymentTypes(
        types=(EmploymentType.FULL_TIME,), text=("Minijob",)
    ),
    work_hours="38",
    base_salary=Salary(
        min_value=Decimal("20"),
        max_value=Decimal("22.50"),
        currency="EUR",
        unit_text=UnitText.HOUR,
    ),
    estimated_salary=Salary(min_value=Decimal("40000"), currency="EUR"),
    salary_currency="EUR",
    incentive_compensation="<p>Apples.</p>",
    job_benefits="<p>Air.</p>",
    responsibilities="<p>Trees.</p>",
    qualifications="<p>Hands.</p>",
    skills=("Pruning", "Patience"),
    education_requirements=Education(
        credential_category=(CredentialCategory.HIGH_SCHOOL,), text="<p>or life</p>"
    ),
    experience_requirements=Experience(months_of_experience=24, text="<p>outdoors</p>"),
    experience_in_place_of_education=True,
    eligibility_to_work_requirement="<p>EU</p>",
    physical_requirement=("Lifting",),
    sensory_requirement=("Smell",),
    security_clearance_requirement=("None",),
    special_commitments=("VeteranCommit",),
    industry=("Parks",),
    occupational_category=("37-3011",),
    relevant_occupation="Gardener",
    total_job_openings=2,
    application_contact=schemaorg.ContactPoint(name="A. Rose", email="a@parks.example"),
    direct_apply=True,
    in_language=schemaorg.Language(code="en", source=schemaorg.LanguageSource.STATED),
)


def test_the_full_posting_leaves_no_property_out() -> None:
    empty = Posting(title="Gardener")
    same = {
        name
        for name in schemaorg.PROPERTIES
        if getattr(FULL, schemaorg.attribute(name))
        == getattr(empty, schemaorg.attribute(name))
    }
    assert same == {"title"}


@pytest.mark.django_db
@pytest.mark.parametrize("posting", [FULL, Posting(title="Gardener")])
def test_a_row_gives_back_the_posting_it_was_made_from(posting: Posting) -> None:

    row = stored(posting)
    assert columns.posting_of(JobPosting.objects.get(pk=row.pk)) == posting


def test_jsonld_has_every_property_under_its_current_name() -> None:
    node = to_jsonld(FULL)
    expected = {*schemaorg.PROPERTIES, "@context", "@type"} - {"inLanguage"}
    assert set(node) == expected
    assert not set(node) & set(schemaorg.SUPERSEDED)


def test_jsonld_holds_googles_values() -> None:
    node = to_jsonld(FULL)
    assert node["employmentType"] == "FULL_TIME"
    assert node["jobLocationType"] == "TELECOMMUTE"
    assert node["validThrough"] == "2026-12-04"
    assert node["datePosted"] == "2026-11-01T08:00:00Z"
    assert node["baseSalary"] == {
        "@type": "MonetaryAmount",
        "currency": "EUR",
        "value": {
            "@type": "QuantitativeValue",
            "minValue": 20,
            "maxValue": 22.5,
            "unitText": "HOUR",
        },
    }
    assert [place["@type"] for place in node["jobLocation"]] == ["Place", "Place"]
    assert node["jobLocation"][1]["address"] == "Somewhere near Ulm"
    assert node["applicantLocationRequirements"] == {
        "@type": "Country",
        "name": "Deutschland",
    }


def test_jsonld_names_the_country_of_a_state_as_google_does() -> None:
    areas = (Area(type=AreaType.STATE, name="Michigan", address_country="US"),)
    posting = Posting(title="Gardener", applicant_location_requirements=areas)
    assert to_jsonld(posting)["applicantLocationRequirements"] == {
        "@type": "State",
        "name": "Michigan, US",
    }


def test_jsonld_leaves_out_employment_types_google_does_not_know() -> None:
    kinds = EmploymentTypes(text=("Tillsvidareanställning",))
    posting = Posting(title="Gardener", employment_type=kinds)
    assert "employmentType" not in to_jsonld(posting)


def test_jsonld_leaves_out_what_is_absent() -> None:
    assert to_jsonld(Posting(title="Gardener")) == {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Gardener",
    }


def test_pay_in_words_is_never_put_where_a_number_belongs() -> None:
    posting = Posting(title="Gardener", base_salary=Salary(text="EG 13 TV-L"))
    assert "baseSalary" not in to_jsonld(posting)


@pytest.mark.parametrize(
    ("unit", "yearly"),
    [
        (UnitText.HOUR, 20_800),
        (UnitText.DAY, 2_600),
        (UnitText.WEEK, 520),
        (UnitText.MONTH, 120),
        (UnitText.YEAR, 10),
        (None, None),
    ],
)
def test_ten_of_a_unit_of_pay_make_a_year(
    unit: UnitText | None, yearly: int | None
) -> None:
    assert Salary(min_value=Decimal(10), unit_text=unit).yearly_min_value == yearly


@pytest.mark.parametrize(
    ("remote", "places", "expected"),
    [
        (False, 0, Workplace.ON_SITE),
        (False, 2, Workplace.ON_SITE),
        (True, 2, Workplace.REMOTE_POSSIBLE),
        (True, 0, Workplace.REMOTE_ONLY),
    ],
)
def test_workplace_follows_from_telecommute_and_places(
    *, remote: bool, places: int, expected: Workplace
) -> None:
    assert schemaorg.workplace(remote=remote, places=places) is expected
