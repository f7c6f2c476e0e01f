"""`employmentType`, `jobLocationType`, education and experience."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from postings.ingest.normalise import text as texts
from postings.ingest.report import Code, Notes
from postings.schemaorg import (
    CredentialCategory,
    Education,
    EmploymentType,
    EmploymentTypes,
    Experience,
    JobLocationType,
    LocationType,
)

#: A hundred years of work, in months.
_LONGEST_LIFE = 1200

_TYPES: Mapping[str, EmploymentType] = {
    re.sub(r"[\W_]", "", kind.value.casefold()): kind for kind in EmploymentType
} | {
    "contract": EmploymentType.CONTRACTOR,
    "freelance": EmploymentType.CONTRACTOR,
    "temp": EmploymentType.TEMPORARY,
    "internship": EmploymentType.INTERN,
    "voluntary": EmploymentType.VOLUNTEER,
}


def employment_types(value: Any, notes: Notes) -> EmploymentTypes:
    """Google's enum where certain; wording that is none of it is kept as text."""
    types: dict[EmploymentType, None] = {}
    wording: dict[str, None] = {}
    for words in texts.texts(value, "employmentType", notes):
        for part in re.split(r"[,;/|]|\band\b", re.sub(r"^https?://\S+/", "", words)):
            kind = _TYPES.get(re.sub(r"[\W_]", "", part.casefold()))
            if kind:
                types.setdefault(kind)
            elif part.strip():
                wording.setdefault(part.strip())
    if wording:
        notes.ignored(
            Code.UNKNOWN_VALUE,
            "employmentType",
            "Not one of Google's values; kept as text.",
            ", ".join(wording),
        )
    return EmploymentTypes(types=tuple(types), text=tuple(wording))


def location_type(value: Any, notes: Notes, *, virtual: bool) -> LocationType:
    """TELECOMMUTE where it is said; a VirtualLocation among the places says it too."""
    words = texts.text(value, "jobLocationType", notes)
    token = re.sub(r"[\W_]", "", re.sub(r"^https?://\S+/", "", words).casefold())
    if token in {"telecommute", "telecommuting"}:
        return LocationType(type=JobLocationType.TELECOMMUTE)
    if token in {"remote", "fullyremote", "100remote"}:
        notes.repaired(
            Code.UNKNOWN_VALUE, "jobLocationType", "Read as TELECOMMUTE.", words
        )
        return LocationType(type=JobLocationType.TELECOMMUTE, text=words)
    if virtual:
        notes.repaired(
            Code.UNKNOWN_VALUE,
            "jobLocation",
            "A place that is everywhere was read as TELECOMMUTE.",
        )
        return LocationType(type=JobLocationType.TELECOMMUTE, text=words)
    if words:
        notes.ignored(
            Code.NOT_REMOTE,
            "jobLocationType",
            "Only TELECOMMUTE says remote; kept as text.",
            words,
        )
    return LocationType(text=words)


_CREDENTIALS: Mapping[str, CredentialCategory] = {
    re.sub(r"\W", "", kind.value): kind for kind in CredentialCategory
} | {
    "associatesdegree": CredentialCategory.ASSOCIATE_DEGREE,
    "bachelorsdegree": CredentialCategory.BACHELOR_DEGREE,
    "none": CredentialCategory.NO_REQUIREMENTS,
    "norequirement": CredentialCategory.NO_REQUIREMENTS,
}


def education(value: Any, notes: Notes) -> Education:
    """Credentials by Google's list; every other wording as sanitised HTML."""
    categories: dict[CredentialCategory, None] = {}
    wording: list[Any] = []
    for item in texts.values(value):
        said = item
        if isinstance(item, Mapping):
            said = item.get("credentialCategory") or item.get("educationalLevel")
        for words in texts.texts(said, "educationRequirements", notes):
            kind = _CREDENTIALS.get(re.sub(r"\W", "", words.casefold()))
            if kind:
                categories.setdefault(kind)
            else:
                wording.append(words if isinstance(item, Mapping) else item)
        if isinstance(item, Mapping):
            wording.extend(texts.values(item.get("name")))
            wording.extend(texts.values(item.get("description")))
    return Education(
        credential_category=tuple(categories),
        text=texts.html(wording, "educationRequirements", notes),
    )


def experience(value: Any, notes: Notes) -> Experience:
    """Months at least from OccupationalExperienceRequirements; wording as HTML."""
    months: int | None = None
    wording: list[Any] = []
    for item in texts.values(value):
        if not isinstance(item, Mapping):
            if isinstance(item, str):
                plain = re.sub(r"\W", "", item.casefold())
                if _CREDENTIALS.get(plain) is CredentialCategory.NO_REQUIREMENTS:
                    months = months or 0
                    continue
            wording.append(item)
            continue
        where = "experienceRequirements/monthsOfExperience"
        said = texts.first(item.get("monthsOfExperience"))
        if isinstance(said, Mapping):
            said = said.get("minValue", said.get("value"))
        if said in (0, "0"):
            months = months or 0
        elif said is not None:
            number = texts.count(said, where, notes)
            if number is not None and number <= _LONGEST_LIFE:
                months = max(months or 0, number)
            elif number is not None:
                notes.ignored(Code.BAD_VALUE, where, "More than a working life.", said)
        wording.extend(texts.values(item.get("description") or item.get("name")))
    return Experience(
        months_of_experience=months,
        text=texts.html(wording, "experienceRequirements", notes),
    )
