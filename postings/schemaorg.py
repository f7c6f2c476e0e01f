"""The vocabulary: schema.org JobPosting (release 30.0) as frozen values.

One attribute of `Posting` per schema.org property, named by the property in
snake_case, so that reading, merging, storing, editing and writing out all speak of
the same thing. A value that is absent is `""`, `()` or `None`, never a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CONTEXT = "https://schema.org/"

#: The longest plain text and the longest address a property may hold, in characters.
MAX_TEXT = 500
MAX_URL = 2000


class EmploymentType(StrEnum):
    """Google's values of `employmentType`, case-sensitive; schema.org has free text."""

    FULL_TIME = "FULL_TIME"
    PART_TIME = "PART_TIME"
    CONTRACTOR = "CONTRACTOR"
    TEMPORARY = "TEMPORARY"
    INTERN = "INTERN"
    VOLUNTEER = "VOLUNTEER"
    PER_DIEM = "PER_DIEM"
    OTHER = "OTHER"


class JobLocationType(StrEnum):
    """The one value of `jobLocationType` Google accepts: a fully remote job."""

    TELECOMMUTE = "TELECOMMUTE"


class UnitText(StrEnum):
    """Google's values of `baseSalary.value.unitText`."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


#: How many of each unit of pay make a year of full-time work: 52 weeks of 40 hours
#: or 5 days. The result is an equivalent for sorting and filtering, never a wage.
UNITS_A_YEAR: Mapping[UnitText, int] = {
    UnitText.HOUR: 2080,
    UnitText.DAY: 260,
    UnitText.WEEK: 52,
    UnitText.MONTH: 12,
    UnitText.YEAR: 1,
}


class CredentialCategory(StrEnum):
    """Google's values of `educationRequirements.credentialCategory` (beta)."""

    NO_REQUIREMENTS = "no requirements"
    HIGH_SCHOOL = "high school"
    ASSOCIATE_DEGREE = "associate degree"
    BACHELOR_DEGREE = "bachelor degree"
    PROFESSIONAL_CERTIFICATE = "professional certificate"
    POSTGRADUATE_DEGREE = "postgraduate degree"


class ZoneSource(StrEnum):
    """How the time zone of a date is known, best first."""

    OFFSET = "offset"
    COORDINATES = "coordinates"
    COUNTRY = "country"
    SITE = "site"
    EDITOR = "editor"


class LanguageSource(StrEnum):
    """How the language of a posting is known, best first."""

    STATED = "stated"
    DOCUMENT = "document"
    DETECTED = "detected"
    EDITOR = "editor"


class Workplace(StrEnum):
    """Where the work is done, from `jobLocationType` and whether a place is named."""

    ON_SITE = "on_site"
    REMOTE_POSSIBLE = "remote_possible"
    REMOTE_ONLY = "remote_only"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A schema.org Date or DateTime.

    `at` is aware. Where only a date was given (`has_time` false) it is that day's
    first instant for `datePosted` and its last second for `validThrough`, in `zone`:
    an IANA name, or an offset such as `+02:00`.
    """

    at: datetime
    has_time: bool
    zone: str
    zone_source: ZoneSource

    def local(self) -> datetime:
        """The instant in its own zone, the wording a reader expects."""
        return in_zone(self.at, self.zone)

    def iso(self) -> str:
        """ISO 8601 as it goes out: a bare date where a bare date came in."""
        local = self.local()
        if not self.has_time:
            return local.date().isoformat()
        return local.isoformat().replace("+00:00", "Z")


def in_zone(at: datetime, zone: str) -> datetime:
    """`at` in an IANA zone or a fixed offset (`+02:00`); unknown zones leave it be."""
    if re.fullmatch(r"[+-]\d{2}:\d{2}", zone):
        return at.astimezone(datetime.fromisoformat(f"2000-01-01T00:00{zone}").tzinfo)
    try:
        return at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return at


@dataclass(frozen=True, kw_only=True, slots=True)
class Salary:
    """`baseSalary` or `estimatedSalary`: numbers only where sure, wording always.

    `text` is the source's wording where the numbers do not say all of it.
    """

    min_value: Decimal | None = None
    max_value: Decimal | None = None
    currency: str = ""
    unit_text: UnitText | None = None
    text: str = ""

    @property
    def yearly_min_value(self) -> Decimal | None:
        return self._yearly(self.min_value)

    @property
    def yearly_max_value(self) -> Decimal | None:
        return self._yearly(self.max_value)

    def _yearly(self, value: Decimal | None) -> Decimal | None:
        if value is None or self.unit_text is None:
            return None
        return value * UNITS_A_YEAR[self.unit_text]


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier:
    """`identifier`: a code, who issued it (`name`) and its scheme (`property_id`)."""

    value: str = ""
    name: str = ""
    property_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactPoint:
    """`applicationContact`."""

    name: str = ""
    contact_type: str = ""
    telephone: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Organization:
    """`hiringOrganization`; a Person who hires is read as one too."""

    name: str
    legal_name: str = ""
    alternate_name: tuple[str, ...] = ()
    url: str = ""
    same_as: tuple[str, ...] = ()
    logo: str = ""
    image: str = ""
    description: str = ""
    telephone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One `jobLocation`: Place, PostalAddress and GeoCoordinates in one value.

    `address_country` is an ISO 3166-1 alpha-2 code or empty; the source's wording is
    kept in `address_country_text` where it is not that code. `address` is an address
    given as one text. Coordinates are WGS 84 degrees.
    """

    name: str = ""
    address: str = ""
    street_address: str = ""
    extended_address: str = ""
    post_office_box_number: str = ""
    postal_code: str = ""
    address_locality: str = ""
    address_region: str = ""
    address_country: str = ""
    address_country_text: str = ""
    latitude: float | None = None
    longitude: float | None = None


class AreaType(StrEnum):
    """The types of `applicantLocationRequirements` schema.org and Google name."""

    COUNTRY = "Country"
    STATE = "State"
    CITY = "City"
    ADMINISTRATIVE_AREA = "AdministrativeArea"


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """One of `applicantLocationRequirements`: where applicants may live.

    `address_country` is an ISO 3166-1 alpha-2 code or empty.
    """

    type: AreaType = AreaType.ADMINISTRATIVE_AREA
    name: str = ""
    address_country: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmploymentTypes:
    """`employmentType`: the enum where certain, the wording where not."""

    types: tuple[EmploymentType, ...] = ()
    text: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationType:
    """`jobLocationType`: TELECOMMUTE where certain, other wording beside it."""

    type: JobLocationType | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Education:
    """`educationRequirements`: credentials by Google's list, and sanitised HTML."""

    credential_category: tuple[CredentialCategory, ...] = ()
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Experience:
    """`experienceRequirements`: months at least, and sanitised HTML."""

    months_of_experience: int | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartDate:
    """`jobStartDate`: Date or Text."""

    date: date | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """The language the posting is written in, BCP 47, and how it is known."""

    code: str = ""
    source: LanguageSource | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """A JobPosting, read.

    Attributes holding HTML (`HTML_PROPERTIES`) are sanitised; every other text is
    plain. The superseded `benefits` and `incentives` are folded into their
    successors.
    """

    title: str
    description: str = ""
    name: str = ""
    alternate_name: tuple[str, ...] = ()
    url: str = ""
    same_as: tuple[str, ...] = ()
    image: str = ""
    identifier: Identifier = field(default_factory=Identifier)

    hiring_organization: Organization | None = None
    employment_unit: str = ""
    employer_overview: str = ""

    date_posted: Moment | None = None
    valid_through: Moment | None = None
    job_start_date: StartDate = field(default_factory=StartDate)
    job_immediate_start: bool | None = None
    job_duration: str = ""

    job_location: tuple[Place, ...] = ()
    job_location_type: LocationType = field(default_factory=LocationType)
    applicant_location_requirements: tuple[Area, ...] = ()

    employment_type: EmploymentTypes = field(default_factory=EmploymentTypes)
    work_hours: str = ""
    base_salary: Salary = field(default_factory=Salary)
    estimated_salary: Salary = field(default_factory=Salary)
    salary_currency: str = ""
    incentive_compensation: str = ""
    job_benefits: str = ""

    responsibilities: str = ""
    qualifications: str = ""
    skills: tuple[str, ...] = ()
    education_requirements: Education = field(default_factory=Education)
    experience_requirements: Experience = field(default_factory=Experience)
    experience_in_place_of_education: bool | None = None
    eligibility_to_work_requirement: str = ""
    physical_requirement: tuple[str, ...] = ()
    sensory_requirement: tuple[str, ...] = ()
    security_clearance_requirement: tuple[str, ...] = ()
    special_commitments: tuple[str, ...] = ()

    industry: tuple[str, ...] = ()
    occupational_category: tuple[str, ...] = ()
    relevant_occupation: str = ""
    total_job_openings: int | None = None

    application_contact: ContactPoint = field(default_factory=ContactPoint)
    direct_apply: bool | None = None
    in_language: Language = field(default_factory=Language)

    @property
    def workplace(self) -> Workplace:
        return workplace(
            remote=self.job_location_type.type is JobLocationType.TELECOMMUTE,
            places=len(self.job_location),
        )


def workplace(*, remote: bool, places: int) -> Workplace:
    """TELECOMMUTE without a place is remote only, with one remote is possible.

    Google: "Remote allowed or office: both jobLocation and TELECOMMUTE".
    """
    if not remote:
        return Workplace.ON_SITE
    return Workplace.REMOTE_POSSIBLE if places else Workplace.REMOTE_ONLY


#: schema.org's own 38 properties of JobPosting, release 30.0.
OWN_PROPERTIES = [
    "applicantLocationRequirements",
    "applicationContact",
    "baseSalary",
    "benefits",
    "datePosted",
    "directApply",
    "educationRequirements",
    "eligibilityToWorkRequirement",
    "employerOverview",
    "employmentType",
    "employmentUnit",
    "estimatedSalary",
    "experienceInPlaceOfEducation",
    "experienceRequirements",
    "hiringOrganization",
    "incentiveCompensation",
    "incentives",
    "industry",
    "jobBenefits",
    "jobDuration",
    "jobImmediateStart",
    "jobLocation",
    "jobLocationType",
    "jobStartDate",
    "occupationalCategory",
    "physicalRequirement",
    "qualifications",
    "relevantOccupation",
    "responsibilities",
    "salaryCurrency",
    "securityClearanceRequirement",
    "sensoryRequirement",
    "skills",
    "specialCommitments",
    "title",
    "totalJobOpenings",
    "validThrough",
    "workHours",
]

#: The properties of Thing a posting has a field for.
THING_PROPERTIES = [
    "alternateName",
    "description",
    "identifier",
    "image",
    "name",
    "sameAs",
    "url",
]

#: The properties of Thing that stay in the kept node.
NODE_PROPERTIES = [
    "additionalType",
    "disambiguatingDescription",
    "mainEntityOfPage",
    "owner",
    "potentialAction",
    "subjectOf",
]

#: Superseded properties and their successors: read, never written.
SUPERSEDED: Mapping[str, str] = {
    "benefits": "jobBenefits",
    "incentives": "incentiveCompensation",
}

#: Properties that hold HTML from strangers, sanitised on the way in.
HTML_PROPERTIES = (
    "description",
    "employerOverview",
    "responsibilities",
    "qualifications",
    "educationRequirements",
    "experienceRequirements",
    "eligibilityToWorkRequirement",
    "jobBenefits",
    "incentiveCompensation",
)


def attribute(property_name: str) -> str:
    """The attribute of `Posting` for a schema.org property: its name in snake_case.

    A superseded property has its successor's.
    """
    current = SUPERSEDED.get(property_name, property_name)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", current).lower()


def property_name(attribute_name: str) -> str:
    """The schema.org property of a snake_case name."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), attribute_name)


#: Every property a posting carries a value for, by schema.org name, in the order of
#: `Posting`; `inLanguage` is schema.org's name for the language of a work.
PROPERTIES: tuple[str, ...] = tuple(
    property_name(entry.name) for entry in fields(Posting)
)


def to_jsonld(posting: Posting, *, url: str = "") -> dict[str, Any]:
    """The posting as one JSON-LD node: schema.org's vocabulary, Google's values.

    Only values Google and schema.org accept are written: enums where certain,
    numbers where known, the new names of superseded properties; no wording stands where
    one of Google's values belongs. `url` stands in for a posting that has none of its
    own. An estimate is never written as `baseSalary`, nor `inLanguage` at all, which
    schema.org has for works but not for postings.
    """
    organization = posting.hiring_organization
    node: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "JobPosting",
        "title": posting.title,
        "name": posting.name,
        "alternateName": _some(posting.alternate_name),
        "description": posting.description,
        "url": posting.url or url,
        "sameAs": _some(posting.same_as),
        "image": posting.image,
        "identifier": _identifier(posting),
        "datePosted": posting.date_posted.iso() if posting.date_posted else "",
        "validThrough": posting.valid_through.iso() if posting.valid_through else "",
        "hiringOrganization": _organization(organization) if organization else "",
        "employmentUnit": _named("Organization", posting.employment_unit),
        "employerOverview": posting.employer_overview,
        "employmentType": _some(tuple(map(str, posting.employment_type.types))),
        "jobLocation": _some(tuple(_place(place) for place in posting.job_location)),
        "jobLocationType": str(posting.job_location_type.type or ""),
        "applicantLocationRequirements": _some(
            tuple(_area(area) for area in posting.applicant_location_requirements)
        ),
        "baseSalary": _salary(posting.base_salary),
        "estimatedSalary": _salary(posting.estimated_salary),
        "salaryCurrency": posting.salary_currency,
        "incentiveCompensation": posting.incentive_compensation,
        "jobBenefits": posting.job_benefits,
        "jobStartDate": (
            posting.job_start_date.date.isoformat()
            if posting.job_start_date.date
            else posting.job_start_date.text
        ),
        "jobImmediateStart": posting.job_immediate_start,
        "jobDuration": posting.job_duration,
        "workHours": posting.work_hours,
        "responsibilities": posting.responsibilities,
        "qualifications": posting.qualifications,
        "skills": _some(posting.skills),
        "educationRequirements": _education(posting.education_requirements),
        "experienceRequirements": _experience(posting.experience_requirements),
        "experienceInPlaceOfEducation": posting.experience_in_place_of_education,
        "eligibilityToWorkRequirement": posting.eligibility_to_work_requirement,
        "physicalRequirement": _some(posting.physical_requirement),
        "sensoryRequirement": _some(posting.sensory_requirement),
        "securityClearanceRequirement": _some(posting.security_clearance_requirement),
        "specialCommitments": _some(posting.special_commitments),
        "industry": _some(posting.industry),
        "occupationalCategory": _some(posting.occupational_category),
        "relevantOccupation": _named("Occupation", posting.relevant_occupation),
        "totalJobOpenings": posting.total_job_openings,
        "applicationContact": _contact(posting.application_contact),
        "directApply": posting.direct_apply,
    }
    return _without_empty(node)


def _without_empty(node: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if value or value == 0}


def _typed(type_name: str, **values: Any) -> dict[str, Any]:
    """A node of one type, or nothing where it would hold no value."""
    filled = _without_empty(values)
    return {"@type": type_name, **filled} if filled else {}


def _some(values: tuple[Any, ...]) -> Any:
    """One value stands alone, several in an array, as publishers write them."""
    return values[0] if len(values) == 1 else list(values)


def _named(type_name: str, name: str) -> dict[str, Any]:
    return _typed(type_name, name=name)


def _identifier(posting: Posting) -> dict[str, Any]:
    identifier = posting.identifier
    if not identifier.value:
        return {}
    organization = posting.hiring_organization
    return _typed(
        "PropertyValue",
        name=identifier.name or (organization.name if organization else ""),
        value=identifier.value,
        propertyID=identifier.property_id,
    )


def _organization(organization: Organization) -> dict[str, Any]:
    return _typed(
        "Organization",
        name=organization.name,
        legalName=organization.legal_name,
        alternateName=_some(organization.alternate_name),
        url=organization.url,
        sameAs=_some(organization.same_as),
        logo=organization.logo,
        image=organization.image,
        description=organization.description,
        telephone=organization.telephone,
        email=organization.email,
    )


def _place(place: Place) -> dict[str, Any]:
    address: dict[str, Any] | str = _typed(
        "PostalAddress",
        streetAddress=place.street_address,
        extendedAddress=place.extended_address,
        postOfficeBoxNumber=place.post_office_box_number,
        postalCode=place.postal_code,
        addressLocality=place.address_locality,
        addressRegion=place.address_region,
        addressCountry=place.address_country or place.address_country_text,
    )
    geo: dict[str, Any] = {}
    if place.latitude is not None and place.longitude is not None:
        geo = _typed(
            "GeoCoordinates", latitude=place.latitude, longitude=place.longitude
        )
    return _typed("Place", name=place.name, address=address or place.address, geo=geo)


def _area(area: Area) -> dict[str, Any]:
    """A state or town with its country after it, as Google writes "Michigan, USA"."""
    name, country = area.name or area.address_country, area.address_country
    if country and area.name and area.type is not AreaType.COUNTRY:
        name = f"{name}, {country}"
    return _typed(str(area.type), name=name)


def _salary(salary: Salary) -> dict[str, Any]:
    """MonetaryAmount with a QuantitativeValue; nothing where no number is known.

    A wording is never put where a number belongs (Google): it is the description.
    """
    low, high = salary.min_value, salary.max_value
    if low is None and high is None:
        return {}
    unit = str(salary.unit_text or "")
    if low == high:
        value = _typed("QuantitativeValue", value=_number(low), unitText=unit)
    else:
        value = _typed(
            "QuantitativeValue",
            minValue=_number(low),
            maxValue=_number(high),
            unitText=unit,
        )
    return _typed(
        "MonetaryAmount",
        currency=salary.currency,
        value=value,
        description=salary.text,
    )


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _education(education: Education) -> Any:
    """Credentials, a text beside them as the description of one; else the text."""
    credentials: list[Any] = [
        str(category)
        if category is CredentialCategory.NO_REQUIREMENTS
        else _typed(
            "EducationalOccupationalCredential", credentialCategory=str(category)
        )
        for category in education.credential_category
    ]
    if not credentials:
        return education.text
    if education.text:
        last = credentials[-1]
        if isinstance(last, str):
            last = _typed("EducationalOccupationalCredential", credentialCategory=last)
        credentials[-1] = last | {"description": education.text}
    return _some(tuple(credentials))


def _experience(experience: Experience) -> Any:
    if experience.months_of_experience is None:
        return experience.text
    return _typed(
        "OccupationalExperienceRequirements",
        monthsOfExperience=experience.months_of_experience,
        description=experience.text,
    )


def _contact(contact: ContactPoint) -> dict[str, Any]:
    return _typed(
        "ContactPoint",
        name=contact.name,
        contactType=contact.contact_type,
        telephone=contact.telephone,
        email=contact.email,
        url=contact.url,
    )
