"""Properties to columns and back: the one table that says which field holds what.

`row_columns` and `posting_of` are inverse to each other (held by a test), so that a
posting can be compared, merged and written out again from its row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from postings import schemaorg
from postings.fields import unmarked
from postings.models.organization import Organization
from postings.models.posting import (
    ApplicantLocationRequirement,
    JobLocation,
    JobPosting,
)
from postings.schemaorg import Posting

_MOMENT = ("", "_has_time", "_zone", "_zone_source")
_SALARY = ("_min_value", "_max_value", "_currency", "_unit_text", "_text")
_COMPOSITE: Mapping[str, tuple[str, ...]] = {
    "identifier": ("identifier", "identifier_name", "identifier_property_id"),
    "datePosted": tuple(f"date_posted{part}" for part in _MOMENT),
    "validThrough": tuple(f"valid_through{part}" for part in _MOMENT),
    "jobStartDate": ("job_start_date", "job_start_date_text"),
    "jobLocationType": ("job_location_type", "job_location_type_text"),
    "employmentType": ("employment_type", "employment_type_text"),
    "baseSalary": (
        *(f"base_salary{part}" for part in _SALARY),
        "base_salary_yearly_min_value",
        "base_salary_yearly_max_value",
    ),
    "estimatedSalary": tuple(f"estimated_salary{part}" for part in _SALARY),
    "educationRequirements": ("credential_category",),
    "experienceRequirements": ("months_of_experience",),
    "applicationContact": tuple(
        f"application_contact_{part}"
        for part in ("name", "type", "telephone", "email", "url")
    ),
    "inLanguage": ("in_language", "in_language_source"),
}

#: Child rows by property.
CHILDREN: Mapping[str, type[JobLocation | ApplicantLocationRequirement]] = {
    "jobLocation": JobLocation,
    "applicantLocationRequirements": ApplicantLocationRequirement,
}

#: Columns of `JobPostingTexts` by property.
TEXT_COLUMNS: Mapping[str, str] = {
    name: schemaorg.attribute(name) for name in schemaorg.HTML_PROPERTIES
}

#: Columns of `JobPosting` by property. A property of texts or child rows may have none.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: _COMPOSITE.get(
        name,
        ()
        if name in TEXT_COLUMNS or name in CHILDREN
        else (schemaorg.attribute(name),),
    )
    for name in schemaorg.PROPERTIES
}

PLACE_COLUMNS = tuple(schemaorg.Place.__dataclass_fields__)
ORGANIZATION_COLUMNS = tuple(schemaorg.Organization.__dataclass_fields__)

_PROPERTY_OF_COLUMN: Mapping[str, str] = {
    column: name
    for name in schemaorg.PROPERTIES
    for column in (*COLUMNS[name], TEXT_COLUMNS.get(name, ""))
    if column
}


def property_of(column: str) -> str | None:
    """The schema.org property a column of the row or of its texts belongs to."""
    return _PROPERTY_OF_COLUMN.get(column)


def row_columns(posting: Posting) -> dict[str, Any]:
    """The values of `JobPosting`'s own columns, all but `hiring_organization`."""
    values: dict[str, Any] = {
        column: _plain(getattr(posting, column))
        for name, columns in COLUMNS.items()
        if name not in _COMPOSITE and name != "hiringOrganization"
        for column in columns
    }
    values |= _moment("date_posted", posting.date_posted)
    values |= _moment("valid_through", posting.valid_through)
    values |= _salary("base_salary", posting.base_salary)
    values |= _salary("estimated_salary", posting.estimated_salary)
    contact = posting.application_contact
    return values | {
        "identifier": posting.identifier.value,
        "identifier_name": posting.identifier.name,
        "identifier_property_id": posting.identifier.property_id,
        "job_start_date": posting.job_start_date.date,
        "job_start_date_text": posting.job_start_date.text,
        "job_location_type": str(posting.job_location_type.type or ""),
        "job_location_type_text": posting.job_location_type.text,
        "employment_type": [str(kind) for kind in posting.employment_type.types],
        "employment_type_text": list(posting.employment_type.text),
        "base_salary_yearly_min_value": posting.base_salary.yearly_min_value,
        "base_salary_yearly_max_value": posting.base_salary.yearly_max_value,
        "credential_category": [
            str(kind) for kind in posting.education_requirements.credential_category
        ],
        "months_of_experience": posting.experience_requirements.months_of_experience,
        "application_contact_name": contact.name,
        "application_contact_type": contact.contact_type,
        "application_contact_telephone": contact.telephone,
        "application_contact_email": contact.email,
        "application_contact_url": contact.url,
        "in_language": posting.in_language.code,
        "in_language_source": str(posting.in_language.source or ""),
    }


def text_columns(posting: Posting) -> dict[str, str]:
    """The values of `JobPostingTexts`' columns."""
    return {
        column: getattr(posting, column)
        for name, column in TEXT_COLUMNS.items()
        if name not in _COMPOSITE
    } | {
        "education_requirements": posting.education_requirements.text,
        "experience_requirements": posting.experience_requirements.text,
    }


def child_columns(child: schemaorg.Place | schemaorg.Area) -> dict[str, Any]:
    """The values of a child row's columns, all but posting and position."""
    names = child.__dataclass_fields__
    return {column: _plain(getattr(child, column)) for column in names}


def child_of(
    row: JobLocation | ApplicantLocationRequirement,
) -> schemaorg.Place | schemaorg.Area:
    """The place or area a child row holds."""
    return place_of(row) if isinstance(row, JobLocation) else area_of(row)


def children_of(
    row: JobPosting, name: str
) -> tuple[schemaorg.Place | schemaorg.Area, ...]:
    """The places or areas of a row, by property."""
    rows = getattr(row, schemaorg.attribute(name)).all()
    return tuple(child_of(child) for child in rows)


#: Columns of `JobPosting` that follow from its places and areas.
CARD_COLUMNS = ("places_label", "places_country", "places_count", "areas_count")


def card_columns(posting: Posting) -> dict[str, Any]:
    """What a card shows of places without reading them.

    The label is the first place's town (else its region, name or address as text),
    or the first area applicants may live in where there is no place; country names
    are left to the page, which knows the reader's language.
    """
    places, areas = posting.job_location, posting.applicant_location_requirements
    label, country = "", ""
    if places:
        label, country = place_label(places[0]), places[0].address_country
    elif areas:
        country = areas[0].address_country
        label = "" if areas[0].type is schemaorg.AreaType.COUNTRY else areas[0].name
        if not label and not country:
            label = areas[0].name
    return {
        "places_label": label[: schemaorg.MAX_TEXT],
        "places_country": country,
        "places_count": len(places),
        "areas_count": len(areas),
    }


def place_label(place: schemaorg.Place) -> str:
    """The shortest words that say where; the country is not among them.

    A region given as letters (Cupertino, CA) is said with its town, as it is spoken.
    """
    town = place.address_locality
    if town and re.fullmatch("[A-Z]{2,3}", place.address_region):
        return f"{town}, {place.address_region}"
    return (
        town
        or place.address_region
        or place.address
        or place.name
        or ("" if place.address_country else place.address_country_text)
        or place.postal_code
    )


def posting_of(row: JobPosting) -> Posting:
    """The posting a row holds, with its texts, places and organization.

    Cost: up to four queries where texts, places, areas and organization are not
    loaded yet.
    """
    texts = row.texts
    simple: dict[str, Any] = {
        column: _tuple(getattr(row, column))
        for name, columns in COLUMNS.items()
        if name not in _COMPOSITE and name != "hiringOrganization"
        for column in columns
    } | {
        column: unmarked(getattr(texts, column))
        for name, column in TEXT_COLUMNS.items()
        if name not in _COMPOSITE
    }
    return Posting(
        **simple,
        identifier=schemaorg.Identifier(
            value=row.identifier,
            name=row.identifier_name,
            property_id=row.identifier_property_id,
        ),
        hiring_organization=(
            organization_of(row.hiring_organization)
            if row.hiring_organization is not None
            else None
        ),
        date_posted=moment_of(row, "date_posted"),
        valid_through=moment_of(row, "valid_through"),
        job_start_date=schemaorg.StartDate(
            date=row.job_start_date, text=row.job_start_date_text
        ),
        job_location=tuple(place_of(place) for place in row.job_location.all()),
        applicant_location_requirements=tuple(
            area_of(area) for area in row.applicant_location_requirements.all()
        ),
        job_location_type=schemaorg.LocationType(
            type=(
                schemaorg.JobLocationType(row.job_location_type)
                if row.job_location_type
                else None
            ),
            text=row.job_location_type_text,
        ),
        employment_type=schemaorg.EmploymentTypes(
            types=tuple(schemaorg.EmploymentType(kind) for kind in row.employment_type),
            text=tuple(row.employment_type_text),
        ),
        base_salary=salary_of(row, "base_salary"),
        estimated_salary=salary_of(row, "estimated_salary"),
        education_requirements=schemaorg.Education(
            credential_category=tuple(
                schemaorg.CredentialCategory(kind) for kind in row.credential_category
            ),
            text=unmarked(texts.education_requirements),
        ),
        experience_requirements=schemaorg.Experience(
            months_of_experience=row.months_of_experience,
            text=unmarked(texts.experience_requirements),
        ),
        application_contact=schemaorg.ContactPoint(
            name=row.application_contact_name,
            contact_type=row.application_contact_type,
            telephone=row.application_contact_telephone,
            email=row.application_contact_email,
            url=row.application_contact_url,
        ),
        in_language=schemaorg.Language(
            code=row.in_language,
            source=(
                schemaorg.LanguageSource(row.in_language_source)
                if row.in_language_source
                else None
            ),
        ),
    )


def organization_of(row: Organization) -> schemaorg.Organization:
    values: dict[str, Any] = {
        column: _tuple(getattr(row, column)) for column in ORGANIZATION_COLUMNS
    } | {"description": unmarked(row.description)}
    return schemaorg.Organization(**values)


def place_of(row: JobLocation) -> schemaorg.Place:
    return schemaorg.Place(**{name: getattr(row, name) for name in PLACE_COLUMNS})


def area_of(row: ApplicantLocationRequirement) -> schemaorg.Area:
    return schemaorg.Area(
        type=schemaorg.AreaType(row.type),
        name=row.name,
        address_country=row.address_country,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, schemaorg.AreaType) else value


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _moment(prefix: str, moment: schemaorg.Moment | None) -> dict[str, Any]:
    return {
        prefix: moment.at if moment else None,
        f"{prefix}_has_time": moment.has_time if moment else True,
        f"{prefix}_zone": moment.zone if moment else "",
        f"{prefix}_zone_source": str(moment.zone_source) if moment else "",
    }


def moment_of(row: JobPosting, prefix: str) -> schemaorg.Moment | None:
    """`date_posted` or `valid_through` of a row."""
    at: datetime | None = getattr(row, prefix)
    if at is None:
        return None
    return schemaorg.Moment(
        at=at,
        has_time=getattr(row, f"{prefix}_has_time"),
        zone=getattr(row, f"{prefix}_zone") or "UTC",
        zone_source=schemaorg.ZoneSource(
            getattr(row, f"{prefix}_zone_source") or schemaorg.ZoneSource.SITE
        ),
    )


def _salary(prefix: str, salary: schemaorg.Salary) -> dict[str, Any]:
    return {
        f"{prefix}_min_value": salary.min_value,
        f"{prefix}_max_value": salary.max_value,
        f"{prefix}_currency": salary.currency,
        f"{prefix}_unit_text": str(salary.unit_text or ""),
        f"{prefix}_text": salary.text,
    }


def salary_of(row: JobPosting, prefix: str) -> schemaorg.Salary:
    """`base_salary` or `estimated_salary` of a row."""
    low: Decimal | None = getattr(row, f"{prefix}_min_value")
    high: Decimal | None = getattr(row, f"{prefix}_max_value")
    unit: str = getattr(row, f"{prefix}_unit_text")
    return schemaorg.Salary(
        min_value=low,
        max_value=high,
        currency=getattr(row, f"{prefix}_currency"),
        unit_text=schemaorg.UnitText(unit) if unit else None,
        text=getattr(row, f"{prefix}_text"),
    )


def posted_at(
    date_posted: datetime | None,
    valid_through: datetime | None,
    seen: datetime,
    now: datetime,
) -> datetime:
    """When a posting counts as posted, not after `now`.

    One without a date was posted when it was first seen, and not after it closed.
    """
    return min(date_posted or min(seen, valid_through or seen), now)
