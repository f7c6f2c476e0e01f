"""One untrusted node to one frozen `Posting`, and every problem met on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from postings import sanitise, schemaorg
from postings.ingest.normalise import (
    dates,
    employment,
    identifiers,
    language,
    pay,
    places,
    requirements,
    text,
)
from postings.ingest.read import Node
from postings.ingest.report import Code, Notes, Problem
from postings.schemaorg import (
    ContactPoint,
    Language,
    Organization,
    Place,
    Posting,
)

#: Raised whenever the same node may give other values than before.
READER_VERSION = 4


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
    HTML properties are left out, and the language is not looked for in them, which
    saves nearly all the cost: enough to know which posting a node is.
    """
    notes = Notes(node.locator)
    reading = _Reading(current_names(node.data, notes), node, notes, site_zone)
    return Normalised(
        node=node,
        posting=reading.posting(long_texts=long_texts),
        problems=(*node.problems, *notes.problems()),
        complete=long_texts,
    )


class _Reading:
    """One node being read; what properties have to know of each other."""

    def __init__(
        self, data: Mapping[str, Any], node: Node, notes: Notes, site_zone: str
    ) -> None:
        self._data = data
        self._node = node
        self._notes = notes
        self._site_zone = site_zone
        self._found: dict[str, Any] = {}

    def posting(self, *, long_texts: bool) -> Posting | None:
        data, notes, found = self._data, self._notes, self._found
        title = text.text(data.get("title"), "title", notes)
        if not title:
            notes.rejected(
                Code.NO_TITLE, "title", "A posting needs a title; this one has none."
            )
            return None
        found["title"] = title
        for key, value in data.items():
            if simple := _SIMPLE.get(key):
                attribute, read = simple
                found[attribute] = read(value, key, notes)
            elif long_texts and key in _LONG:
                attribute, read = _LONG[key]
                found[attribute] = read(value, key, notes)
        if found.get("name") == title:
            found["name"] = ""
        self._read_places()
        self._read_dates()
        self._read_pay()
        self._read_addresses()
        found["in_language"] = self._language(detect=long_texts)
        return Posting(**found)

    def _read_places(self) -> None:
        data, notes, found = self._data, self._notes, self._found
        virtual = False
        if "jobLocation" in data:
            found["job_location"], virtual = places.locations(
                data["jobLocation"], notes
            )
        if virtual or "jobLocationType" in data:
            found["job_location_type"] = employment.location_type(
                data.get("jobLocationType"), notes, virtual=virtual
            )

    def _read_dates(self) -> None:
        data, notes, found = self._data, self._notes, self._found
        places_ = found.get("job_location", ())
        for key, attribute in (
            ("datePosted", "date_posted"),
            ("validThrough", "valid_through"),
        ):
            if key in data:
                found[attribute] = dates.moment(
                    data[key],
                    key,
                    notes,
                    places=places_,
                    site_zone=self._site_zone,
                    end_of_day=key == "validThrough",
                )
        posted, until = found.get("date_posted"), found.get("valid_through")
        if posted and until and until.at < posted.at:
            notes.ignored(
                Code.BAD_DATE,
                "validThrough",
                "It is before datePosted, so it is no closing date.",
                data.get("validThrough"),
            )
            found["valid_through"] = None

    def _read_pay(self) -> None:
        data, notes, found = self._data, self._notes, self._found
        currency = data.get("salaryCurrency")
        if currency is not None:
            found["salary_currency"] = pay.currency_code(
                currency, "salaryCurrency", notes
            )
        for key, attribute in (
            ("baseSalary", "base_salary"),
            ("estimatedSalary", "estimated_salary"),
        ):
            if key in data:
                found[attribute] = pay.salary(
                    data[key], key, notes, currency=currency, country=self._country()
                )

    def _country(self) -> str:
        """The one country of the places, which a dollar sign may mean."""
        countries = {
            place.address_country for place in self._found.get("job_location", ())
        }
        return countries.pop() if len(countries) == 1 else ""

    def _read_addresses(self) -> None:
        """Addresses, where relative ones start from the document's own."""
        data, notes, found = self._data, self._notes, self._found
        start = self._node.address
        for key in ("url", "image"):
            if key in data:
                found[key] = text.url(data[key], key, notes, start=start)
        if not found.get("url") and text.is_web_address(self._node.page):
            found["url"] = self._node.page
        if "sameAs" in data:
            found["same_as"] = text.urls(data["sameAs"], "sameAs", notes, start=start)
        if "hiringOrganization" in data:
            found["hiring_organization"] = organization(
                data["hiringOrganization"], notes, start=start
            )
        if "applicationContact" in data:
            found["application_contact"] = _contact(
                data["applicationContact"], notes, start=start
            )

    def _language(self, *, detect: bool) -> Language:
        sample = ""
        if detect:
            sample = sanitise.excerpt(self._found.get("description", ""), _SAMPLE)
        return language.language(
            self._data, document=self._node.language, sample=sample
        )


#: Characters of a description that are enough to tell its language by.
_SAMPLE = 1000


def _duration(value: Any, where: str, notes: Notes) -> str:
    """An ISO 8601 duration as it stands; a QuantitativeValue as number and unit."""
    item = text.first(value)
    if isinstance(item, Mapping):
        amount = text.text(item.get("value"), where, notes)
        unit = text.text(item.get("unitText") or item.get("unitCode"), where, notes)
        return f"{amount} {unit}".strip()
    return text.text(item, where, notes)


_Reader = Callable[[Any, str, Notes], Any]


def _unlocated(read: Callable[[Any, Notes], Any]) -> _Reader:
    return lambda value, _where, notes: read(value, notes)


def _by_name(readers: Mapping[_Reader, str]) -> dict[str, tuple[str, _Reader]]:
    return {
        name: (schemaorg.attribute(name), read)
        for read, names in readers.items()
        for name in names.split()
    }


#: Properties that are read by themselves.
_SIMPLE = _by_name(
    {
        text.text: "name employmentUnit workHours relevantOccupation",
        text.texts: "alternateName occupationalCategory",
        text.listed: (
            "skills physicalRequirement sensoryRequirement specialCommitments industry "
            "securityClearanceRequirement"
        ),
        text.boolean: ("jobImmediateStart experienceInPlaceOfEducation directApply"),
        text.count: "totalJobOpenings",
        dates.start_date: "jobStartDate",
        _duration: "jobDuration",
        _unlocated(identifiers.identifier): "identifier",
        _unlocated(employment.employment_types): "employmentType",
        _unlocated(places.areas): "applicantLocationRequirements",
    }
)

#: Properties that hold HTML.
_LONG = _by_name(
    {
        text.html: (
            "description employerOverview incentiveCompensation jobBenefits "
            "responsibilities qualifications eligibilityToWorkRequirement"
        ),
        _unlocated(requirements.education): "educationRequirements",
        _unlocated(requirements.experience): "experienceRequirements",
    }
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


_USUAL_NAMES = {*_KNOWN_NAMES.values(), *schemaorg.SUPERSEDED, "@context", "@type"}


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


def current_names(data: Mapping[str, Any], notes: Notes) -> Mapping[str, Any]:
    """The node with superseded properties moved to their successors.

    Where both are there, the values are read one after the other.
    """
    current = data
    if not data.keys() <= _USUAL_NAMES and any(key[:1].isupper() for key in data):
        current = _usual_case(data, "", notes)
    if current.keys().isdisjoint(schemaorg.SUPERSEDED):
        return current
    moved = dict(current)
    for old, new in schemaorg.SUPERSEDED.items():
        if text.first(moved.get(old)) is None:
            continue
        kept = list(text.values(moved.get(new)))
        kept += [item for item in text.values(moved.pop(old)) if item not in kept]
        moved[new] = kept
        notes.repaired(
            Code.SUPERSEDED_PROPERTY, old, f"Superseded by {new}, read as such."
        )
    return moved


def organization(value: Any, notes: Notes, *, start: str = "") -> Organization | None:
    """`hiringOrganization` as Organization, Person or text; None without a name.

    `start` is what relative addresses start from.
    """
    item = text.first(value)
    where = "hiringOrganization"
    if not isinstance(item, Mapping):
        name = text.text(item, where, notes)
        return Organization(name=name) if name else None
    name = text.text(item.get("name") or item.get("legalName"), f"{where}/name", notes)
    if not name:
        notes.ignored(Code.BAD_VALUE, where, "An organization without a name.", item)
        return None
    found: dict[str, Any] = {"name": name}
    for key, inner in item.items():
        if reader := _ORGANIZATION.get(key):
            attribute, read = reader
            found[attribute] = read(inner, f"{where}/{key}", notes)
        elif key in _ADDRESSES:
            found[key] = text.url(inner, f"{where}/{key}", notes, start=start)
        elif key == "sameAs":
            found["same_as"] = text.urls(inner, f"{where}/{key}", notes, start=start)
    return Organization(**found)


_ORGANIZATION = _by_name(
    {
        text.text: "legalName telephone email",
        text.texts: "alternateName",
        text.html: "description",
    }
)
_ADDRESSES = {"url", "logo", "image"}


def _contact(value: Any, notes: Notes, *, start: str) -> ContactPoint:
    item = text.first(value)
    where = "applicationContact"
    if not isinstance(item, Mapping):
        return ContactPoint(name=text.text(item, where, notes))
    return ContactPoint(
        name=text.text(item.get("name"), f"{where}/name", notes),
        contact_type=text.text(item.get("contactType"), f"{where}/contactType", notes),
        telephone=text.text(item.get("telephone"), f"{where}/telephone", notes),
        email=text.text(item.get("email"), f"{where}/email", notes),
        url=text.url(item.get("url"), f"{where}/url", notes, start=start),
    )
