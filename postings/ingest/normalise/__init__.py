"""One untrusted node to one frozen `Posting`, and every problem met on the way."""

from __future__ import annotations

import json
import re
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
from postings.ingest.report import Code, Notes, Problem, sentence
from postings.schemaorg import (
    ContactPoint,
    Education,
    EmploymentTypes,
    Experience,
    Identifier,
    Language,
    LocationType,
    Moment,
    Organization,
    Place,
    Posting,
    Salary,
    StartDate,
)

#: Raised whenever the same node may give other values than before.
READER_VERSION = 5


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
        self._virtual = False

    def posting(self, *, long_texts: bool) -> Posting | None:
        data, notes, found = self._data, self._notes, self._found
        title = text.text(data.get("title"), "title", notes)
        if not title:
            notes.rejected(
                Code.NO_TITLE,
                "title",
                sentence("A posting needs a title; this one has none."),
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
        self._note_losses(long_texts=long_texts)
        found["in_language"] = self._language(detect=long_texts)
        return Posting(**found)

    def _read_places(self) -> None:
        data, notes, found = self._data, self._notes, self._found
        if "jobLocation" in data:
            found["job_location"], self._virtual = places.locations(
                data["jobLocation"], notes
            )
        if self._virtual or "jobLocationType" in data:
            found["job_location_type"] = employment.location_type(
                data.get("jobLocationType"), notes, virtual=self._virtual
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
                sentence("It is before datePosted, so it is no closing date."),
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

    def _note_losses(self, *, long_texts: bool) -> None:
        """Reports values that came to nothing, or of which only the first counted."""
        found, attributes = self._found, _ATTRIBUTES
        for key, value in self._data.items():
            if not value or key not in attributes:
                continue
            if type(value) is list:
                self._note_list(key, value)
            got = found.get(attributes[key])
            if got and (type(got) in _PLAIN or got != _UNSAID.get(type(got))):
                continue
            if (
                got is not False
                and (long_texts or key not in _LONG)
                and not (key == "jobLocation" and self._virtual)
                and key != "name"
                and text.says_something(value)
                and not self._notes.mention(key)
            ):
                self._notes.ignored(
                    Code.BAD_VALUE, key, sentence("Nothing in it could be read."), value
                )

    def _note_list(self, key: str, value: list[Any]) -> None:
        message = None
        if key in _SINGLE:
            items = list(text.values(value))
            if any(item != items[0] for item in items):
                message = sentence("Only one of several values is read.")
        elif len(value) > text.MAX_VALUES:
            message = sentence(
                "At most the first {most} values are looked at.", most=text.MAX_VALUES
            )
        if message:
            self._notes.ignored(Code.TOO_LONG, key, message, value)

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
    if not isinstance(item, Mapping):
        return text.text(item, where, notes)
    said = {key: text.text(item.get(key), where, notes) for key in _QUANTITY}
    ends = dict.fromkeys(filter(None, (said["minValue"], said["maxValue"])))
    amount = said["value"] or " – ".join(ends)  # noqa: RUF001
    unit = said["unitText"] or said["unitCode"]
    return f"{amount} {unit}".strip() if amount else ""


_QUANTITY = ("value", "minValue", "maxValue", "unitText", "unitCode")


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
        text.named: "alternateName",
        text.categories: "occupationalCategory",
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


#: What every property is read into.
_ATTRIBUTES: Mapping[str, str] = {
    name: schemaorg.attribute(name) for name in schemaorg.PROPERTIES
}

#: What says nothing of values that are no None, "" or () then.
_UNSAID: Mapping[type, Any] = {
    type(each): each
    for each in (
        ContactPoint(), Education(), EmploymentTypes(), Experience(), Identifier(),
        LocationType(), Salary(), StartDate(),
    )
}  # fmt: skip

#: What says something wherever it is true.
_PLAIN = {str, tuple, bool, int, Moment, Organization}

#: Properties of which a posting has one value.
_SINGLE = frozenset((
    "title", "name", "employmentUnit", "workHours", "relevantOccupation", "directApply",
    "jobImmediateStart", "experienceInPlaceOfEducation", "totalJobOpenings", "url",
    "jobStartDate", "jobDuration", "identifier", "datePosted", "validThrough",
    "salaryCurrency", "hiringOrganization", "applicationContact",
))  # fmt: skip

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
        *("price", "priceCurrency", "median", "percentile10", "percentile90"),
        *("termCode", "codeValue", "contentUrl", "containedInPlace", "streetAddress"),
        *("givenName", "familyName", "identifier", "description", "text"),
    )
}


_USUAL_NAMES = {*_KNOWN_NAMES.values(), *schemaorg.SUPERSEDED}
_USUAL_NAMES |= {"@context", "@type", "@id", "@value", "@language"}


def _has_unusual_case(data: Mapping[str, Any]) -> bool:
    """Whether a known name is spelt in another case, at any depth."""
    stack: list[Any] = [data]
    while stack:
        current = stack.pop()
        items = current
        if type(current) is dict:
            items = current.values()
            if not current.keys() <= _USUAL_NAMES and any(
                key not in _USUAL_NAMES and key.lower() in _KNOWN_NAMES
                for key in current
            ):
                return True
        for item in items:
            if type(item) is dict or type(item) is list:
                stack.append(item)  # noqa: PERF401 - half the time of a list
    return False


def _usual_case(value: Any, where: str, notes: Notes) -> Any:
    """Keys such as `Title` and `HiringOrganization` as schema.org writes them."""
    if isinstance(value, list):
        return [_usual_case(item, where, notes) for item in value]
    if not isinstance(value, dict):
        return value
    usual: dict[str, Any] = {}
    for key, child in value.items():
        name = key
        if key not in _USUAL_NAMES:
            name = _KNOWN_NAMES.get(key.lower(), key)
        if name != key:
            if text.first(value.get(name, usual.get(name))) is not None:
                notes.ignored(
                    Code.WRONG_CASE,
                    f"{where}{key}",
                    sentence("There is {name} as well.", name=name),
                    child,
                )
                continue
            notes.repaired(
                Code.WRONG_CASE,
                f"{where}{key}",
                sentence("The key was read as {name}.", name=name),
            )
        elif name in usual and text.first(child) is None:
            continue
        usual[name] = _usual_case(child, f"{where}{name}/", notes)
    return usual


def current_names(data: Mapping[str, Any], notes: Notes) -> Mapping[str, Any]:
    """The node with superseded properties moved to their successors.

    Where both are there, the values are read one after the other.
    """
    current = data
    if _has_unusual_case(data):
        current = _usual_case(data, "", notes)
    if current.keys().isdisjoint(schemaorg.SUPERSEDED):
        return current
    moved = dict(current)
    for old, new in schemaorg.SUPERSEDED.items():
        if text.first(moved.get(old)) is None:
            continue
        kept = [*text.values(moved.get(new)), *text.values(moved.pop(old))]
        distinct = {json.dumps(item, sort_keys=True): item for item in kept}
        moved[new] = list(distinct.values())
        notes.repaired(
            Code.SUPERSEDED_PROPERTY,
            old,
            sentence("Superseded by {name}, read as such.", name=new),
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
    known = (text.first(item.get(key)) for key in ("name", "legalName"))
    said = next((words for words in known if words is not None), None)
    if said is None and (given := text.first(item.get("familyName"))):  # a Person
        said = " ".join(filter(None, (_words(item.get("givenName")), _words(given))))
    name = text.text(said, f"{where}/name", notes)
    if not name:
        notes.ignored(
            Code.BAD_VALUE, where, sentence("An organization without a name."), item
        )
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


def _words(value: Any) -> str:
    found = text.first(value)
    return found if isinstance(found, str) else ""


_ORGANIZATION = _by_name(
    {
        text.text: "legalName",
        text.reachable: "telephone email",
        text.texts: "alternateName",
        text.html: "description",
    }
)
_ADDRESSES = {"url", "logo", "image"}


def _contact(value: Any, notes: Notes, *, start: str) -> ContactPoint:
    item = text.first(value)
    where = "applicationContact"
    if not isinstance(item, Mapping):
        words = text.reachable(item, where, notes)
        if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", words):
            return ContactPoint(email=words)
        return ContactPoint(name=words)
    return ContactPoint(
        name=text.text(item.get("name"), f"{where}/name", notes),
        contact_type=text.text(item.get("contactType"), f"{where}/contactType", notes),
        telephone=text.reachable(item.get("telephone"), f"{where}/telephone", notes),
        email=text.reachable(item.get("email"), f"{where}/email", notes),
        url=text.url(item.get("url"), f"{where}/url", notes, start=start),
    )
