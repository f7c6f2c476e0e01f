"""One untrusted node to one frozen `Posting`, and every problem met on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from postings import schemaorg
from postings.ingest.normalise import dates, employment, identifiers, pay, places, text
from postings.ingest.read import Node
from postings.ingest.report import Code, Notes, Problem
from postings.schemaorg import (
    ContactPoint,
    Language,
    LanguageSource,
    Organization,
    Place,
    Posting,
)

#: Raised whenever the same node may give other values than before.
READER_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Normalised:
    """A node read: its posting, or None where it was rejected, and the problems.

    `complete` is false where the long texts were left out.
    """

    node: Node
    posting: Posting | None
    problems: tuple[Problem, ...]
    complete: bool = True


def posting(
    node: Node, *, site_zone: str = "UTC", long_texts: bool = True
) -> Normalised:
    """Reads every property of a node; never raises for what strangers wrote.

    `site_zone` is the IANA zone of dates that no place gives one. A node without a
    title is rejected: there would be nothing to call it. Without `long_texts` the
    HTML properties are left out, which saves nearly all the cost: enough to know
    which posting a node is.
    """
    notes = Notes(node.locator)
    if long_texts:
        data = dict(node.data)
    else:
        left_out = {*schemaorg.HTML_PROPERTIES, *schemaorg.SUPERSEDED}
        data = {key: node.data[key] for key in node.data if key not in left_out}
    read = _read(_current_names(data, notes), node.language, notes, site_zone)
    return Normalised(
        node=node,
        posting=read,
        problems=(*node.problems, *notes.problems()),
        complete=long_texts,
    )


def _read(
    data: Mapping[str, Any], language: str, notes: Notes, site_zone: str
) -> Posting | None:
    title = text.text(data.get("title"), "title", notes)
    name = text.text(data.get("name"), "name", notes)
    if not title:
        notes.rejected(
            Code.NO_TITLE, "title", "A posting needs a title; this one has none."
        )
        return None
    job_location, virtual = places.locations(data.get("jobLocation"), notes)
    date_posted = dates.moment(
        data.get("datePosted"),
        "datePosted",
        notes,
        places=job_location,
        site_zone=site_zone,
    )
    valid_through = dates.moment(
        data.get("validThrough"),
        "validThrough",
        notes,
        places=job_location,
        site_zone=site_zone,
        end_of_day=True,
    )
    if date_posted and valid_through and valid_through.at < date_posted.at:
        notes.ignored(
            Code.BAD_DATE,
            "validThrough",
            "It is before datePosted, so it is no closing date.",
            data.get("validThrough"),
        )
        valid_through = None
    currency = data.get("salaryCurrency")

    def html(name: str) -> str:
        return text.html(data.get(name), name, notes)

    def plain(name: str) -> str:
        return text.text(data.get(name), name, notes)

    def listed(name: str) -> tuple[str, ...]:
        return text.listed(data.get(name), name, notes)

    def boolean(name: str) -> bool | None:
        return text.boolean(data.get(name), name, notes)

    return Posting(
        title=title,
        name="" if name == title else name,
        description=html("description"),
        alternate_name=text.texts(data.get("alternateName"), "alternateName", notes),
        url=text.url(data.get("url"), "url", notes),
        same_as=text.urls(data.get("sameAs"), "sameAs", notes),
        image=text.url(data.get("image"), "image", notes),
        identifier=identifiers.identifier(data.get("identifier"), notes),
        hiring_organization=organization(data.get("hiringOrganization"), notes),
        employment_unit=plain("employmentUnit"),
        employer_overview=html("employerOverview"),
        date_posted=date_posted,
        valid_through=valid_through,
        job_start_date=dates.start_date(
            data.get("jobStartDate"), "jobStartDate", notes
        ),
        job_immediate_start=boolean("jobImmediateStart"),
        job_duration=_duration(data.get("jobDuration"), notes),
        job_location=job_location,
        job_location_type=employment.location_type(
            data.get("jobLocationType"), notes, virtual=virtual
        ),
        applicant_location_requirements=places.areas(
            data.get("applicantLocationRequirements"), notes
        ),
        employment_type=employment.employment_types(data.get("employmentType"), notes),
        work_hours=plain("workHours"),
        base_salary=pay.salary(
            data.get("baseSalary"), "baseSalary", notes, currency=currency
        ),
        estimated_salary=pay.salary(
            data.get("estimatedSalary"), "estimatedSalary", notes, currency=currency
        ),
        salary_currency=pay.currency_code(currency, "salaryCurrency", notes),
        incentive_compensation=html("incentiveCompensation"),
        job_benefits=html("jobBenefits"),
        responsibilities=html("responsibilities"),
        qualifications=html("qualifications"),
        skills=listed("skills"),
        education_requirements=employment.education(
            data.get("educationRequirements"), notes
        ),
        experience_requirements=employment.experience(
            data.get("experienceRequirements"), notes
        ),
        experience_in_place_of_education=boolean("experienceInPlaceOfEducation"),
        eligibility_to_work_requirement=html("eligibilityToWorkRequirement"),
        physical_requirement=listed("physicalRequirement"),
        sensory_requirement=listed("sensoryRequirement"),
        security_clearance_requirement=listed("securityClearanceRequirement"),
        special_commitments=listed("specialCommitments"),
        industry=listed("industry"),
        occupational_category=listed("occupationalCategory"),
        relevant_occupation=plain("relevantOccupation"),
        total_job_openings=text.count(
            data.get("totalJobOpenings"), "totalJobOpenings", notes
        ),
        application_contact=_contact(data.get("applicationContact"), notes),
        direct_apply=boolean("directApply"),
        in_language=_language(data, language),
    )


#: Names whose keys are understood in any case, by their lower case.
_KNOWN_NAMES: Mapping[str, str] = {
    name.lower(): name
    for name in (
        *schemaorg.OWN_PROPERTIES,
        *schemaorg.THING_PROPERTIES,
        *map(schemaorg.property_name, Organization.__dataclass_fields__),
        *map(schemaorg.property_name, Place.__dataclass_fields__),
        *map(schemaorg.property_name, ContactPoint.__dataclass_fields__),
        *("geo", "currency", "value", "minValue", "maxValue", "unitText", "unitCode"),
        *("monthsOfExperience", "credentialCategory", "propertyID", "inLanguage"),
    )
}


def _usual_case(value: Any, where: str, notes: Notes) -> Any:
    """Keys such as `Title` and `HiringOrganization` as schema.org writes them."""
    if isinstance(value, list):
        return [_usual_case(item, where, notes) for item in value]
    if not isinstance(value, dict):
        return value
    usual: dict[str, Any] = {}
    for key, child in value.items():
        name = key if key[:1].islower() else _KNOWN_NAMES.get(key.lower(), key)
        if name != key:
            if name in value:
                continue
            notes.repaired(
                Code.WRONG_CASE, f"{where}{key}", f"The key was read as {name}."
            )
        usual[name] = _usual_case(child, f"{where}{name}/", notes)
    return usual


def _current_names(data: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """The node with superseded properties moved to their successors.

    Where both are there, the values are read one after the other.
    """
    current = data
    if any(key[:1].isupper() for key in data):
        current = _usual_case(data, "", notes)
    for old, new in schemaorg.SUPERSEDED.items():
        if text.first(current.get(old)) is None:
            continue
        kept = list(text.values(current.get(new)))
        kept += [item for item in text.values(current.pop(old)) if item not in kept]
        current[new] = kept
        notes.repaired(
            Code.SUPERSEDED_PROPERTY, old, f"Superseded by {new}, read as such."
        )
    return current


def organization(value: Any, notes: Notes) -> Organization | None:
    """`hiringOrganization` as Organization, Person or text; None without a name."""
    item = text.first(value)
    where = "hiringOrganization"
    if not isinstance(item, Mapping):
        name = text.text(item, where, notes)
        return Organization(name=name) if name else None
    name = text.text(item.get("name") or item.get("legalName"), f"{where}/name", notes)
    if not name:
        return None
    return Organization(
        name=name,
        legal_name=text.text(item.get("legalName"), f"{where}/legalName", notes),
        alternate_name=text.texts(
            item.get("alternateName"), f"{where}/alternateName", notes
        ),
        url=text.url(item.get("url"), f"{where}/url", notes),
        same_as=text.urls(item.get("sameAs"), f"{where}/sameAs", notes),
        logo=text.url(item.get("logo"), f"{where}/logo", notes),
        image=text.url(item.get("image"), f"{where}/image", notes),
        description=text.html(item.get("description"), f"{where}/description", notes),
        telephone=text.text(item.get("telephone"), f"{where}/telephone", notes),
        email=text.text(item.get("email"), f"{where}/email", notes),
    )


def _contact(value: Any, notes: Notes) -> ContactPoint:
    item = text.first(value)
    where = "applicationContact"
    if not isinstance(item, Mapping):
        return ContactPoint(name=text.text(item, where, notes))
    return ContactPoint(
        name=text.text(item.get("name"), f"{where}/name", notes),
        contact_type=text.text(item.get("contactType"), f"{where}/contactType", notes),
        telephone=text.text(item.get("telephone"), f"{where}/telephone", notes),
        email=text.text(item.get("email"), f"{where}/email", notes),
        url=text.url(item.get("url"), f"{where}/url", notes),
    )


def _duration(value: Any, notes: Notes) -> str:
    """An ISO 8601 duration as it stands; a QuantitativeValue as number and unit."""
    item = text.first(value)
    if isinstance(item, Mapping):
        amount = text.text(item.get("value"), "jobDuration", notes)
        unit = text.text(
            item.get("unitText") or item.get("unitCode"), "jobDuration", notes
        )
        return f"{amount} {unit}".strip()
    return text.text(item, "jobDuration", notes)


def _language(data: Mapping[str, Any], document: str) -> Language:
    """`inLanguage`, else the page's own language; unknown stays unknown."""
    stated = text.first(data.get("inLanguage"))
    if isinstance(stated, Mapping):
        stated = stated.get("alternateName") or stated.get("identifier")
    for code, source in (
        (stated, LanguageSource.STATED),
        (document, LanguageSource.DOCUMENT),
    ):
        if isinstance(code, str) and _is_language_tag(code):
            return Language(code=code.strip().replace("_", "-"), source=source)
    return Language()


def _is_language_tag(code: str) -> bool:
    return (
        re.fullmatch(r"\s*[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}\s*", code)
        is not None
    )
